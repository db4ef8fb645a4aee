"""Each refusal names its rule in the reader's language, and leaves the database as it was."""

import datetime as dt
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError
from django.utils.translation import override

from changes.refusals import RuleBroken, broken_constraint
from leasing.actions import (
    create_property,
    create_tenant,
    end_contract,
    issue_notice,
    record_payment,
    renew_contract,
    reverse_payment,
    settle_deposit,
    sign_contract,
)
from leasing.models import Contract, Owner, Payment
from leasing.tests.factories import make_contract, make_deposit, make_payment, make_property, make_tenant
from sites_app.models import RegionalRule, Site
from sites_app.scope import site_scope

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 23)
SOURCE = "Valeur de départ de l’agence, novembre 2026"


def pay(contract: Contract, **overrides: Any) -> Payment:
    values = {
        "contract": contract,
        "amount": 1_500_000,
        "method": "bank",
        "received_on": TODAY,
        "by": None,
        "idempotency_key": "form-2",
        "today": TODAY,
    }
    return record_payment(**(values | overrides))


def let(site: Site, **overrides: Any) -> Contract:
    return make_contract(site, **({"reference": "B-1"} | overrides))


def cash_where_it_is_not_taken(site):
    contract = let(site)
    return lambda: pay(contract, method="cash")


def a_cheque(site):
    contract = let(site)
    return lambda: pay(contract, method="cheque")


def too_much_cash(site):
    contract = let(site)
    return lambda: pay(contract, method="cash", amount=10_000_001)


def an_unknown_provider(site):
    contract = let(site)
    return lambda: pay(contract, method="mobile", provider="Wave")


def no_provider(site):
    contract = let(site)
    return lambda: pay(contract, method="mobile")


def nothing(site):
    contract = let(site)
    return lambda: pay(contract, amount=0)


def half_a_franc(site):
    contract = let(site)
    return lambda: pay(contract, amount=0.5)


def no_key(site):
    contract = let(site)
    return lambda: pay(contract, idempotency_key="")


def money_of_tomorrow(site):
    contract = let(site)
    return lambda: pay(contract, received_on=dt.date(2026, 11, 24))


def money_on_a_draft(site):
    contract = let(site, status="draft")
    return lambda: pay(contract)


def a_key_used_before(site):
    contract = let(site)
    make_payment(contract, idempotency_key="form-2")
    return lambda: pay(contract)


def a_transaction_recorded_before(site):
    make_payment(let(site), method="mobile", provider="Orange", external_reference="OM.7")
    other = make_contract(site)
    return lambda: pay(other, method="mobile", provider="Orange", external_reference="OM.7")


def a_reversal_without_reason(site):
    payment = make_payment(let(site))
    return lambda: reverse_payment(payment=payment, by=None, reason="", today=TODAY)


def a_property_let_for_good(site):
    first = let(site, property=make_property(site, code="P-1"))
    second = make_contract(site, property=first.property, status="draft")
    return lambda: sign_contract(contract=second, by=None, today=TODAY)


def a_property_let_for_a_while(site):
    unit = make_property(site, code="P-1")
    let(site, property=unit, status="ended", ended_on=dt.date(2026, 6, 30))
    second = make_contract(site, property=unit, status="draft", start_date=dt.date(2026, 6, 29))
    return lambda: sign_contract(contract=second, by=None, today=TODAY)


def a_renewal_too_early(site):
    contract = let(site)
    return lambda: renew_contract(
        contract=contract, reference="B-2", start_date=dt.date(2026, 1, 1), by=None, today=TODAY
    )


def an_end_before_the_start(site):
    contract = let(site)
    return lambda: end_contract(contract=contract, ended_on=dt.date(2025, 12, 31), by=None, today=TODAY)


def an_eviction_in_the_closed_season(site):
    contract = let(site)
    return lambda: issue_notice(
        contract=contract, kind="eviction", issued_on=dt.date(2026, 5, 25), by=None, today=TODAY
    )


def an_eviction_too_early(site):
    contract = let(site)
    return lambda: issue_notice(
        contract=contract, kind="eviction", issued_on=TODAY, execute_on=dt.date(2026, 12, 7), by=None, today=TODAY
    )


def one_tenant_too_many(site):
    Site.objects.filter(pk=site.pk).update(max_tenants=1)
    make_tenant(site)
    return lambda: create_tenant(site=site, by=None, code="L-9", name="Awa")


def one_property_too_many(site):
    Site.objects.filter(pk=site.pk).update(max_properties=1)
    make_property(site)
    return lambda: create_property(site=site, by=None, code="P-9", kind="house")


def more_deposit_than_there_is(site):
    deposit = make_deposit(let(site, status="ended"), agreed=3_000_000)
    return lambda: settle_deposit(deposit=deposit, refunded_amount=3_000_001, settled_on=TODAY, by=None, today=TODAY)


CASES = [
    (
        "SN_DAKAR", cash_where_it_is_not_taken, "method", "payment_methods",
        ("Dakar Regional Headquarters does not accept “Cash”, only Bank transfer, Mobile money, Cheque"
        f" (rule “payment methods”, source: {SOURCE}, to be confirmed)."),
        ("Siège régional de Dakar : « Espèces » n’est pas accepté, seulement Virement bancaire, Mobile money, Chèque"
        f" (règle « moyens de paiement », source : {SOURCE}, à confirmer)."),
    ),
    (
        "GN_CONAKRY", a_cheque, "method", "payment_methods",
        ("Conakry Headquarters does not accept “Cheque”, only Cash, Bank transfer, Mobile money"
        f" (rule “payment methods”, source: {SOURCE}, to be confirmed)."),
        ("Siège de Conakry : « Chèque » n’est pas accepté, seulement Espèces, Virement bancaire, Mobile money"
        f" (règle « moyens de paiement », source : {SOURCE}, à confirmer)."),
    ),
    (
        "GN_CONAKRY", too_much_cash, "amount", "largest_cash_payment",
        ("Conakry Headquarters does not accept more than 10,000,000 GNF in cash in one payment"
        f" (rule “largest cash payment”, source: {SOURCE}, to be confirmed)."),
        ("Siège de Conakry : pas plus de 10 000 000 GNF en espèces par encaissement"
        f" (règle « plus gros paiement en espèces », source : {SOURCE}, à confirmer)."),
    ),
    (
        "GN_CONAKRY", an_unknown_provider, "provider", "mobile_money_providers",
        ("Conakry Headquarters does not accept mobile money from “Wave”, only from Orange, Areeba"
        f" (rule “mobile money providers”, source: {SOURCE}, to be confirmed)."),
        ("Siège de Conakry : le mobile money de « Wave » n’est pas accepté, seulement Orange, Areeba"
        f" (règle « opérateurs de mobile money », source : {SOURCE}, à confirmer)."),
    ),
    (
        "GN_CONAKRY", no_provider, "provider", "mobile_money_providers",
        ("Conakry Headquarters accepts mobile money from Orange, Areeba: say which one it came from"
        f" (rule “mobile money providers”, source: {SOURCE}, to be confirmed)."),
        ("Siège de Conakry accepte le mobile money de Orange, Areeba : indiquez l’opérateur"
        f" (règle « opérateurs de mobile money », source : {SOURCE}, à confirmer)."),
    ),
    (
        "GN_CONAKRY", nothing, "amount", "amount_positive",
        "The amount must be a whole number of francs, more than zero.",
        "Le montant doit être un nombre entier de francs, supérieur à zéro.",
    ),
    (
        "GN_CONAKRY", half_a_franc, "amount", "amount_positive",
        "The amount must be a whole number of francs, more than zero.",
        "Le montant doit être un nombre entier de francs, supérieur à zéro.",
    ),
    (
        "GN_CONAKRY", no_key, "idempotency_key", "idempotency_key",
        "Without a key the same payment could be recorded twice.",
        "Sans clé, le même encaissement pourrait être enregistré deux fois.",
    ),
    (
        "GN_CONAKRY", money_of_tomorrow, "received_on", "received_on_not_to_come",
        "24/11/2026 is in the future: today is 23/11/2026.",
        "Le 24/11/2026 est encore à venir : nous sommes le 23/11/2026.",
    ),
    (
        "GN_CONAKRY", money_on_a_draft, "contract", "contract_signed",
        "Contract B-1 is a draft: sign it first.",
        "Le contrat B-1 est un brouillon : il faut d’abord le signer.",
    ),
    (
        "GN_CONAKRY", a_key_used_before, "idempotency_key", "idempotency_key",
        "This key was already used for another payment. Send a new payment with a new key.",
        "Cette clé a déjà servi à un autre encaissement. Envoyez le nouvel encaissement avec une nouvelle clé.",
    ),
    (
        "GN_CONAKRY", a_transaction_recorded_before,
        "external_reference", "mobile_payment_reference_unique_in_site",
        "The Orange transaction OM.7 is already recorded: contract B-1, 05/01/2026.",
        "La transaction Orange OM.7 est déjà enregistrée : contrat B-1, le 05/01/2026.",
    ),
    (
        "GN_CONAKRY", a_reversal_without_reason, "reason", "reason_required",
        "Say why the payment is reversed.",
        "Indiquez pourquoi l’encaissement est annulé.",
    ),
    (
        "GN_CONAKRY", a_property_let_for_good, "property", "contracts_in_force_do_not_overlap",
        "Property P-1 has been let under contract B-1 since 01/01/2026, and the contract has not been ended.",
        "Le contrat B-1 occupe le bien P-1 depuis le 01/01/2026, et personne n’y a mis fin.",
    ),
    (
        "GN_CONAKRY", a_property_let_for_a_while, "property", "contracts_in_force_do_not_overlap",
        "Property P-1 is let under contract B-1 from 01/01/2026 to 30/06/2026.",
        "Le contrat B-1 occupe le bien P-1 du 01/01/2026 au 30/06/2026.",
    ),
    (
        "GN_CONAKRY", a_renewal_too_early, "start_date", "renewal_starts_after",
        "A renewal of contract B-1 can only start after 01/01/2026.",
        "Le renouvellement du contrat B-1 ne peut commencer qu’après le 01/01/2026.",
    ),
    (
        "GN_CONAKRY", an_end_before_the_start, "ended_on", "contract_ended_not_before_start",
        "Contract B-1 starts on 01/01/2026: it cannot end before that day.",
        "Le contrat B-1 commence le 01/01/2026 : il ne peut pas finir avant ce jour.",
    ),
    (
        "GN_CONAKRY", an_eviction_in_the_closed_season, "execute_on", "eviction_closed_season",
        ("No eviction may be carried out on 09/06/2026, which is in the closed season from 01/06 to 30/09"
        " (rule “no eviction carried out”, source: Code civil guinéen, art. 1405, to be confirmed)."
        " The first lawful day is 01/10/2026."),
        ("Aucune expulsion ne peut être exécutée le 09/06/2026, pendant la période interdite du 01/06 au 30/09"
        " (règle « aucune expulsion exécutée », source : Code civil guinéen, art. 1405, à confirmer)."
        " Premier jour légal : le 01/10/2026."),
    ),
    (
        "GN_CONAKRY", an_eviction_too_early, "execute_on", "eviction_notice_days",
        ("07/12/2026 is too early: a notice issued on 23/11/2026 gives 15 days"
        f" (rule “eviction notice”, source: {SOURCE}, to be confirmed). The first lawful day is 08/12/2026."),
        ("Le 07/12/2026, c’est trop tôt : un acte émis le 23/11/2026 donne 15 jours de délai"
        f" (règle « avis d’expulsion », source : {SOURCE}, à confirmer). Premier jour légal : le 08/12/2026."),
    ),
    (
        "GN_CONAKRY", one_tenant_too_many, "", "max_tenants",
        ("Conakry Headquarters may have 1 tenants at most; there is room for 0 more, and 1 would be added."
        " An administrator can raise this limit."),
        ("Siège de Conakry : 1 locataires au maximum ; places restantes : 0, à ajouter : 1."
        " Un administrateur peut relever cette limite."),
    ),
    (
        "GN_CONAKRY", one_property_too_many, "", "max_properties",
        ("Conakry Headquarters may have 1 properties at most; there is room for 0 more, and 1 would be added."
        " An administrator can raise this limit."),
        ("Siège de Conakry : 1 biens au maximum ; places restantes : 0, à ajouter : 1."
        " Un administrateur peut relever cette limite."),
    ),
    (
        "GN_CONAKRY", more_deposit_than_there_is, "refunded_amount", "deposit_given_back_at_most_what_was_received",
        "The deposit is 3,000,000 GNF: between nothing and all of it can be given back.",
        "La caution est de 3 000 000 GNF : on peut en restituer de zéro à la totalité.",
    ),
]  # fmt: skip


def everything() -> dict[str, list]:
    """Every row of the app that the site can see."""
    return {
        model.__name__: sorted(map(repr, model._base_manager.values_list()))
        for model in apps.get_app_config("leasing").get_models()
    }


def in_plain_spaces(sentence: str) -> str:
    """Amounts are written with spaces that do not break."""
    return sentence.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("code", "case", "field", "rule", "english", "french"), CASES, ids=lambda value: getattr(value, "__name__", "")
)
def test_the_refusal_names_its_rule_and_nothing_changes(code, case, field, rule, english, french, language):
    with site_scope([code]):
        attempt = case(Site.objects.get(code=code))
        before = everything()
        with override(language), pytest.raises(RuleBroken) as refused:
            attempt()
        assert (refused.value.field, refused.value.rule) == (field, rule)
        assert in_plain_spaces(refused.value.sentence) == {"en": english, "fr": french}[language]
        assert everything() == before


@pytest.mark.parametrize("language", ["en", "fr"])
def test_another_site_s_contract_is_refused_in_the_words_for_one_that_does_not_exist(language):
    with site_scope(["GN_KINDIA"]):
        elsewhere = make_contract(Site.objects.get(code="GN_KINDIA"))
        before = everything()
    nowhere = Contract(site_id="GN_CONAKRY", reference="B-404")
    with site_scope(["GN_CONAKRY"]), override(language):
        sentences = set()
        for contract in (elsewhere, nowhere):
            with pytest.raises(RuleBroken) as refused:
                pay(contract)
            sentences.add((refused.value.field, refused.value.rule, refused.value.sentence))
    expected = {
        "en": "There is no such record on this site.",
        "fr": "Cet enregistrement n’existe pas sur ce site.",
    }
    assert sentences == {("contract", "same_site", expected[language])}
    with site_scope(["GN_KINDIA"]):
        assert everything() == before


def test_a_confirmed_rule_is_cited_without_a_doubt(conakry):
    RegionalRule.objects.filter(site=conakry).update(status="confirmed", source="Décret D/2026/012")
    rule = RegionalRule.objects.get(site=conakry, rule_type="largest_cash_payment")
    rule.save()
    with override("en"), pytest.raises(RuleBroken) as refused:
        pay(make_contract(conakry), method="cash", amount=10_000_001)
    assert refused.value.sentence.endswith("(rule “largest cash payment”, source: Décret D/2026/012).")


def test_the_limit_itself_may_be_paid_in_cash(conakry):
    assert pay(make_contract(conakry), method="cash", amount=10_000_000).amount == 10_000_000


def test_a_site_without_a_limit_takes_any_amount():
    with site_scope(["ML_BAMAKO"]):
        RegionalRule.objects.filter(site="ML_BAMAKO", rule_type="payment_methods").update(value=["cash"])
        RegionalRule.objects.get(site="ML_BAMAKO", rule_type="payment_methods").save()
        contract = make_contract(Site.objects.get(code="ML_BAMAKO"))
        assert pay(contract, method="cash", amount=900_000_000).amount == 900_000_000


def test_a_payment_of_a_past_day_is_judged_by_the_rules_of_that_day(conakry):
    old = RegionalRule.objects.get(site=conakry, rule_type="payment_methods")
    old.valid = (None, dt.date(2026, 6, 1))
    old.value = ["cash", "cheque"]
    old.save()
    RegionalRule.objects.create(
        site=conakry,
        entity="payment",
        rule_type="payment_methods",
        value=["bank"],
        source="Circulaire",
        valid=(dt.date(2026, 6, 1), None),
    )
    contract = make_contract(conakry)
    assert pay(contract, method="cheque", received_on=dt.date(2026, 5, 31)).method == "cheque"
    with pytest.raises(RuleBroken) as refused:
        pay(contract, method="cheque", received_on=dt.date(2026, 6, 1), idempotency_key="form-3")
    assert refused.value.rule == "payment_methods"


def test_a_constraint_without_a_sentence_of_its_own_stays_an_error(conakry):
    class Diagnosis(Exception):
        class diag:  # noqa: N801
            constraint_name = "payment_amount_positive"

    error = IntegrityError()
    error.__cause__ = Diagnosis()
    assert broken_constraint(error, Payment) is None
    Diagnosis.diag.constraint_name = "owner_unique_in_site"
    refused = broken_constraint(error, Owner)
    assert isinstance(refused, RuleBroken)
    assert (refused.field, refused.rule) == ("", "owner_unique_in_site")
