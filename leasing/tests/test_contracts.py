import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from accounts.tests.factories import make_user
from changes.refusals import RuleBroken
from leasing.actions import end_contract, record_payment, renew_contract, reverse_payment, sign_contract
from leasing.models import Contract, ContractEvent, Deposit, Instalment, Payment
from leasing.queries import money_faults, on_account, prepaid_by_month, prepaid_until
from leasing.tests.factories import make_contract, make_instalments, make_property, make_tenant
from sites_app.models import Site
from sites_app.scope import site_scope

TODAY = dt.date(2026, 3, 20)
RENT = 1_000_000


def new_contract(site, **overrides):
    values = {
        "reference": "B-NEW",
        "start_date": dt.date(2026, 3, 1),
        "monthly_rent": RENT,
        "payment_day": 5,
    } | overrides
    values.setdefault("property", make_property(site))
    values.setdefault("tenant", make_tenant(site))
    return Contract(site=site, **values)


def pay(contract, amount, **overrides):
    values = {
        "contract": contract,
        "amount": amount,
        "method": "bank",
        "received_on": TODAY,
        "by": None,
        "idempotency_key": f"{contract.reference}-{Payment.objects.count()}",
        "today": TODAY,
    }
    return record_payment(**(values | overrides))


def months(contract):
    rows = Instalment.objects.filter(contract=contract).order_by("period")
    return [(row.period.month, row.amount, row.paid_amount) for row in rows]


def test_a_contract_signed_is_in_force_with_a_year_of_months_and_its_deposit_held(conakry):
    contract = sign_contract(contract=new_contract(conakry, deposit_amount=2 * RENT), by=None, today=TODAY)
    contract.refresh_from_db()
    assert (contract.status, contract.signed_on) == ("active", TODAY)
    assert Instalment.objects.filter(contract=contract).count() == 13
    deposit = Deposit.objects.get(contract=contract)
    assert (deposit.amount, deposit.state) == (2 * RENT, "held")


def test_signing_a_draft_twice_changes_nothing_the_second_time(conakry):
    draft = make_contract(conakry, status="draft", deposit_amount=RENT)
    first = sign_contract(contract=draft, by=None, today=TODAY)
    events = ContractEvent.objects.count()
    again = sign_contract(contract=draft, by=None, today=dt.date(2026, 3, 21))
    assert (again, again.signed_on) == (first, TODAY)
    assert (ContractEvent.objects.count(), Deposit.objects.count()) == (events, 1)


def test_a_longer_advance_has_its_months_from_the_start(conakry):
    contract = sign_contract(contract=new_contract(conakry, advance_months=24), by=None, today=TODAY)
    assert Instalment.objects.filter(contract=contract).latest("period").period == dt.date(2028, 2, 1)


def test_the_audit_names_who_signed(conakry):
    awa = make_user()
    contract = sign_contract(contract=new_contract(conakry), by=awa, today=TODAY)
    event = ContractEvent.objects.get(pgh_obj_id=contract.pk)
    assert event.pgh_context.metadata == {"user": awa.pk}


def test_a_contract_that_overlaps_another_is_refused_by_the_other_s_name(conakry):
    unit = make_property(conakry, code="P-1")
    make_contract(conakry, property=unit, reference="B-OLD", start_date=dt.date(2025, 1, 1))
    with pytest.raises(RuleBroken) as refused:
        sign_contract(contract=new_contract(conakry, property=unit), by=None, today=TODAY)
    assert (refused.value.field, refused.value.rule) == ("property", "contracts_in_force_do_not_overlap")
    assert "B-OLD" in refused.value.sentence
    assert "P-1" in refused.value.sentence
    assert Contract.objects.count() == 1
    assert not Instalment.objects.exists()


def test_the_day_after_an_end_is_free_and_the_day_itself_is_not(conakry):
    unit = make_property(conakry)
    make_contract(conakry, property=unit, reference="B-OLD", status="ended", ended_on=dt.date(2026, 3, 1))
    with pytest.raises(RuleBroken, match="B-OLD"):
        sign_contract(contract=new_contract(conakry, property=unit), by=None, today=TODAY)
    next_day = new_contract(conakry, property=unit, start_date=dt.date(2026, 3, 2))
    assert sign_contract(contract=next_day, by=None, today=TODAY).status == "active"


def test_two_drafts_may_overlap_until_one_is_signed(conakry):
    unit = make_property(conakry)
    one, two = (make_contract(conakry, property=unit, status="draft") for _ in range(2))
    sign_contract(contract=one, by=None, today=TODAY)
    with pytest.raises(RuleBroken, match=one.reference):
        sign_contract(contract=two, by=None, today=TODAY)
    two.refresh_from_db()
    assert two.status == "draft"


def test_a_reference_that_is_taken_is_refused(conakry):
    make_contract(conakry, reference="B-NEW")
    with pytest.raises(RuleBroken) as refused:
        sign_contract(contract=new_contract(conakry), by=None, today=TODAY)
    assert (refused.value.field, refused.value.rule) == ("reference", "contract_reference_unique_in_site")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"monthly_rent": -1}, "monthly_rent"),
        ({"payment_day": 32}, "payment_day"),
        ({"reference": "x" * 41}, "reference"),
        ({"advance_months": 61}, "advance_months"),
    ],
)
def test_a_value_that_does_not_fit_its_column_is_a_validation_error(conakry, values, field):
    with pytest.raises(ValidationError) as wrong:
        sign_contract(contract=new_contract(conakry, **values), by=None, today=TODAY)
    assert set(wrong.value.message_dict) == {field}
    assert not Contract.objects.exists()


def test_a_term_that_ends_before_it_starts_is_refused(conakry):
    contract = new_contract(conakry, end_date=dt.date(2026, 2, 28))
    with pytest.raises(RuleBroken) as refused:
        sign_contract(contract=contract, by=None, today=TODAY)
    assert refused.value.rule == "contract_end_not_before_start"


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["property", "tenant"])
def test_a_property_or_tenant_of_another_site_is_refused(what):
    make = {"property": make_property, "tenant": make_tenant}[what]
    with site_scope(["GN_KINDIA"]):
        elsewhere = make(Site.objects.get(code="GN_KINDIA"))
    with site_scope(["GN_CONAKRY"]):
        contract = new_contract(Site.objects.get(code="GN_CONAKRY"), **{what: elsewhere})
        with pytest.raises(RuleBroken) as refused:
            sign_contract(contract=contract, by=None, today=TODAY)
        assert (refused.value.field, refused.value.rule) == (what, "same_site")
        assert not Contract.objects.exists()


def test_what_was_ended_is_not_signed_again(conakry):
    contract = make_contract(conakry, status="ended")
    with pytest.raises(RuleBroken) as refused:
        sign_contract(contract=contract, by=None, today=TODAY)
    assert refused.value.rule == "contract_ended_once"


def test_ending_drops_the_unpaid_months_after_the_end_and_keeps_the_arrears(conakry):
    contract = make_contract(conakry, monthly_rent=RENT)
    make_instalments(contract, 6)
    pay(contract, RENT)
    ended = end_contract(contract=contract, ended_on=dt.date(2026, 3, 31), by=None, today=TODAY)
    assert (ended.status, ended.ended_on) == ("ended", dt.date(2026, 3, 31))
    assert months(contract) == [(1, RENT, RENT), (2, RENT, 0), (3, RENT, 0)]
    pay(contract, RENT)
    assert months(contract) == [(1, RENT, RENT), (2, RENT, RENT), (3, RENT, 0)]


def test_a_month_paid_beyond_the_end_stays_paid_and_is_owed_back(conakry):
    contract = make_contract(conakry, monthly_rent=RENT)
    make_instalments(contract, 6)
    pay(contract, 4 * RENT + 300_000)
    end_contract(contract=contract, ended_on=dt.date(2026, 3, 31), by=None, today=TODAY)
    assert months(contract) == [(1, RENT, RENT), (2, RENT, RENT), (3, RENT, RENT), (4, RENT, RENT)]
    assert on_account(contract) == 300_000
    # Also when April is long past.
    owed = [(row.month, row.francs) for row in prepaid_by_month(["GN_CONAKRY"], dt.date(2026, 9, 1))]
    assert owed == [(dt.date(2026, 4, 1), RENT), (None, 300_000)]


def test_the_months_up_to_an_end_to_come_are_made(conakry):
    contract = make_contract(conakry, monthly_rent=RENT)
    make_instalments(contract, 3)
    end_contract(contract=contract, ended_on=dt.date(2026, 5, 31), by=None, today=TODAY, terminated=True)
    contract.refresh_from_db()
    assert contract.status == "terminated"
    assert [month for month, _amount, _paid in months(contract)] == [1, 2, 3, 4, 5]


def test_ending_again_on_the_same_day_changes_nothing_and_on_another_is_refused(conakry):
    contract = make_contract(conakry)
    end_contract(contract=contract, ended_on=dt.date(2026, 3, 31), by=None, today=TODAY)
    events = ContractEvent.objects.count()
    end_contract(contract=contract, ended_on=dt.date(2026, 3, 31), by=None, today=TODAY)
    assert ContractEvent.objects.count() == events
    with pytest.raises(RuleBroken) as refused:
        end_contract(contract=contract, ended_on=dt.date(2026, 4, 30), by=None, today=TODAY)
    assert refused.value.rule == "contract_ended_once"
    contract.refresh_from_db()
    assert contract.ended_on == dt.date(2026, 3, 31)


def test_a_contract_does_not_end_before_it_starts(conakry):
    contract = make_contract(conakry, start_date=dt.date(2026, 3, 1))
    with pytest.raises(RuleBroken) as refused:
        end_contract(contract=contract, ended_on=dt.date(2026, 2, 28), by=None, today=TODAY)
    assert refused.value.field == "ended_on"


@pytest.mark.parametrize(
    "attempt",
    [
        lambda draft: end_contract(contract=draft, ended_on=TODAY, by=None, today=TODAY),
        lambda draft: renew_contract(contract=draft, reference="B-2", start_date=TODAY, by=None, today=TODAY),
        lambda draft: pay(draft, RENT),
    ],
)
def test_nothing_happens_on_a_draft(conakry, attempt):
    with pytest.raises(RuleBroken) as refused:
        attempt(make_contract(conakry, status="draft"))
    assert (refused.value.field, refused.value.rule) == ("contract", "contract_signed")
    assert Contract.objects.get().status == "draft"
    assert not Payment.objects.exists()


def test_a_renewal_takes_over_property_tenant_agent_and_deposit(conakry):
    awa = make_user()
    old = make_contract(conakry, monthly_rent=RENT, deposit_amount=2 * RENT, agent=awa, end_date=dt.date(2026, 12, 31))
    Deposit.objects.create(site=conakry, contract=old, amount=2 * RENT)
    new = renew_contract(
        contract=old,
        reference="B-2",
        start_date=dt.date(2027, 1, 1),
        end_date=dt.date(2027, 12, 31),
        monthly_rent=1_100_000,
        by=awa,
        today=dt.date(2026, 12, 10),
    )
    old.refresh_from_db()
    assert (old.status, old.ended_on) == ("ended", dt.date(2026, 12, 31))
    assert (new.renewal_of, new.property_id, new.tenant_id, new.agent_id) == (
        old,
        old.property_id,
        old.tenant_id,
        awa.pk,
    )
    assert (new.monthly_rent, new.payment_day, new.status, new.signed_on) == (
        1_100_000,
        5,
        "active",
        dt.date(2026, 12, 10),
    )
    deposit = Deposit.objects.get()
    assert (deposit.contract, deposit.amount, deposit.state) == (new, 2 * RENT, "held")
    assert Contract.objects.get(pk=new.pk).deposit_amount == 2 * RENT


def test_renewing_twice_gives_the_same_renewal(conakry):
    old = make_contract(conakry)
    request = {"contract": old, "reference": "B-2", "start_date": dt.date(2026, 4, 1), "by": None, "today": TODAY}
    assert renew_contract(**request) == renew_contract(**request)
    assert Contract.objects.count() == 2


def test_months_paid_ahead_stay_paid_through_a_renewal_and_are_not_asked_for_again(conakry):
    old = make_contract(conakry, monthly_rent=RENT)
    make_instalments(old, 12)
    pay(old, 5 * RENT + 400_000)
    new = renew_contract(
        contract=old, reference="B-2", start_date=dt.date(2026, 4, 1), monthly_rent=1_200_000, by=None, today=TODAY
    )
    # June, paid in part at the old rent, keeps its rest; the renewal goes on in July.
    assert months(old)[-2:] == [(5, RENT, RENT), (6, RENT, 400_000)]
    assert months(new)[0] == (7, 1_200_000, 0)
    assert on_account(old) == 0
    assert prepaid_until(old) == dt.date(2026, 5, 31)


def test_a_reversal_after_a_renewal_leaves_the_months_on_the_old_contract_due(conakry):
    old = make_contract(conakry, monthly_rent=RENT)
    make_instalments(old, 3)
    payment = pay(old, 4 * RENT)
    new = renew_contract(contract=old, reference="B-2", start_date=dt.date(2026, 4, 1), by=None, today=TODAY)
    assert months(new)[0][0] == 5
    reverse_payment(payment=payment, by=None, reason="Erreur", today=TODAY)
    assert months(old) == [(1, RENT, 0), (2, RENT, 0), (3, RENT, 0), (4, RENT, 0)]


@pytest.mark.parametrize("start", [dt.date(2026, 1, 1), dt.date(2025, 12, 31)])
def test_a_renewal_cannot_start_on_or_before_the_first_day_of_the_contract(conakry, start):
    old = make_contract(conakry, start_date=dt.date(2026, 1, 1))
    with pytest.raises(RuleBroken) as refused:
        renew_contract(contract=old, reference="B-2", start_date=start, by=None, today=TODAY)
    assert refused.value.rule == "renewal_starts_after"
    old.refresh_from_db()
    assert old.ended_on is None


def test_a_renewal_of_what_was_let_meanwhile_leaves_the_old_contract_as_it_was(conakry):
    old = make_contract(conakry, status="ended", ended_on=dt.date(2026, 1, 31))
    other = make_contract(conakry, property=old.property, start_date=dt.date(2026, 2, 1))
    with pytest.raises(RuleBroken, match=other.reference):
        renew_contract(contract=old, reference="B-2", start_date=dt.date(2026, 2, 1), by=None, today=TODAY)
    assert Contract.objects.count() == 2


def test_a_renewal_that_is_refused_leaves_the_old_contract_in_force(conakry):
    old = make_contract(conakry)
    make_contract(conakry, reference="B-2")
    with pytest.raises(RuleBroken):
        renew_contract(contract=old, reference="B-2", start_date=dt.date(2026, 4, 1), by=None, today=TODAY)
    old.refresh_from_db()
    assert (old.status, old.ended_on) == ("active", None)
    assert money_faults(conakry) == []
