"""The administration of the portfolio: what each role may do there, and that nobody sees or changes another site."""

import datetime as dt
import re
import uuid

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leasing import models
from leasing.actions import end_contract
from leasing.admin import PortfolioAdmin
from leasing.tests import factories as make
from sites_app.actions import change_status, grant_membership
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.unmeasured import unmeasured

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 23)
TABLES = [model for model, page in admin.site._registry.items() if isinstance(page, PortfolioAdmin)]


def unchanged(*tables):
    """What a browser sends for the tables below a form, which are only shown."""
    return {f"{name}-{what}_FORMS": "0" for name in tables for what in ("TOTAL", "INITIAL")}


BELOW_A_CONTRACT = unchanged("instalments", "payments", "deposits")


def person(name, **roles):
    user = get_user_model().objects.create_user(name, password=None, full_name=name.title(), preferred_language="en")
    for code, role in roles.items():
        grant_membership(user=user, site=Site.objects.get(pk=code), role=role)
    return user


def browser(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def kindia():
    return Site.objects.get(pk="GN_KINDIA")


@pytest.fixture
def conakry():
    return Site.objects.get(pk="GN_CONAKRY")


@pytest.fixture
def manager():
    return browser(person("amina", GN_KINDIA="manager"))


@pytest.fixture
def agent():
    return browser(person("boris", GN_KINDIA="agent"))


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def page(model, *rest, site="GN_KINDIA"):
    return "/".join([f"/{site}/admin", model._meta.app_label, model._meta.model_name, *map(str, rest), ""])


def make_one_of_each(site):
    """A row in each table of the portfolio, by table; the payment pays the first month."""
    owner = make.make_owner(site)
    contract = make.make_contract(site, property=make.make_property(site, owner=owner))
    instalment = make.make_instalment(contract)
    payment = make.make_payment(contract)
    rows = [
        owner,
        contract.property,
        contract.tenant,
        contract,
        instalment,
        payment,
        make.make_allocation(payment, instalment),
        make.make_reversal(make.make_payment(contract)),
        make.make_deposit(contract),
        make.make_notice(contract),
        make.make_litigation(contract),
        make.make_request(contract),
        make.make_interaction(contract.tenant),
        make.make_survey(contract.tenant),
    ]
    return {type(row): row for row in rows}


@pytest.fixture
def rows(kindia):
    with site_scope([kindia.code]):
        return make_one_of_each(kindia)


def test_every_table_has_its_pages(manager, rows):
    assert set(rows) == set(TABLES)
    for model, row in rows.items():
        for address in (page(model), f"{page(model)}?q=a", page(model, row.pk, "change")):
            assert (address, manager.get(address).status_code) == (address, 200)


# --- each role ---------------------------------------------------------------------------------------


def rows_now(rows):
    with site_scope(["GN_KINDIA"]):
        return {model: model.objects.filter(pk=row.pk).values().get() for model, row in rows.items()}


@pytest.mark.no_cover
def test_an_agent_reads_everything_and_changes_nothing(agent, rows):
    before = rows_now(rows)
    for model, row in rows.items():
        opened = agent.get(page(model, row.pk, "change"))
        assert (model, opened.status_code, 'name="_save"' in text(opened)) == (model, 200, False)
        assert agent.post(page(model, row.pk, "change"), {"note": "x"}).status_code == 403
        assert agent.post(page(model, row.pk, "delete"), {"post": "yes"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        agent.post(page(model), chosen)
    assert rows_now(rows) == before


def test_an_agent_adds_interactions_and_payments_and_nothing_else(agent, rows):
    may = {model for model in rows if agent.get(page(model, "add")).status_code == 200}
    assert may == {models.Interaction, models.Payment}


def test_a_manager_adds_what_is_not_made_by_something_else(manager, rows):
    may = {model for model in rows if manager.get(page(model, "add")).status_code == 200}
    made_elsewhere = {models.Instalment, models.Allocation, models.PaymentReversal, models.Deposit}
    assert may == set(rows) - made_elsewhere


@pytest.mark.parametrize("button", ["sign", "renew", "end"])
def test_an_agent_has_no_buttons(agent, rows, button):
    contract = rows[models.Contract]
    assert agent.get(page(models.Contract, contract.pk, button)).status_code == 403
    assert agent.post(page(models.Contract, contract.pk, button)).status_code == 403
    assert f"/{button}/" not in text(agent.get(page(models.Contract, contract.pk, "change")))


@pytest.mark.parametrize(
    "table", [models.Payment, models.Allocation, models.PaymentReversal, models.Instalment, models.Deposit]
)
def test_the_books_are_never_edited_or_deleted(rows, table):
    boss = get_user_model().objects.create_superuser("boss", "boss@agence.example", None)
    client, row = browser(boss), rows[table]
    with site_scope(["GN_KINDIA"]):
        before = table.objects.filter(pk=row.pk).values().get()
    assert client.post(page(table, row.pk, "change"), {"amount": "1"}).status_code == 403
    assert client.get(page(table, row.pk, "delete")).status_code == 403
    assert client.post(page(table, row.pk, "delete"), {"post": "yes"}).status_code == 403
    client.post(page(table), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    with site_scope(["GN_KINDIA"]):
        assert table.objects.filter(pk=row.pk).values().get() == before


# --- rows of the site only -----------------------------------------------------------------------------


@pytest.fixture
def theirs(conakry):
    with site_scope([conakry.code]):
        return make_one_of_each(conakry)


TENANT = {"code": "L-9", "name": "Mariama Camara", "phone": "", "email": "", "language": "", "employment_status": ""}
PROPERTY = {"code": "P-9", "kind": "shop", "status": "lettable", "address": "", "neighbourhood": "", "market_rent": ""}


def test_what_a_manager_adds_is_of_the_site_of_the_address_whatever_the_form_says(manager):
    form = TENANT | {"site": "GN_CONAKRY", "site_id": "GN_CONAKRY", "phone": "620 00 00 09"}
    assert manager.post(page(models.Tenant, "add"), form).status_code == 302
    with site_scope(["GN_KINDIA", "GN_CONAKRY"]):
        tenant = models.Tenant.objects.get(code="L-9")
    assert (tenant.site_id, str(tenant.phone)) == ("GN_KINDIA", "+224620000009")


def test_a_key_to_another_sites_row_is_refused_like_one_to_no_row(manager, theirs):
    errors = []
    for key in (theirs[models.Owner].pk, uuid.uuid4()):
        refused = manager.post(page(models.Property, "add"), PROPERTY | {"owner": key})
        errors.append(refused.context["adminform"].form.errors["owner"])
        paid = manager.post(
            page(models.Payment, "add"),
            {"contract": key, "amount": "5", "method": "cash", "received_on": "2026-01-05", "idempotency_key": "k"},
        )
        errors.append(paid.context["adminform"].form.errors["contract"])
    assert errors[:2] == errors[2:]
    with site_scope(["GN_KINDIA"]):
        assert not models.Property.objects.exists()
        assert not models.Payment.objects.exists()


def test_choices_are_searched_among_the_sites_own_rows(manager, rows, theirs):
    query = {"app_label": "leasing", "model_name": "payment", "field_name": "contract", "term": ""}
    found = manager.get("/GN_KINDIA/admin/autocomplete/", query).json()["results"]
    ours = rows[models.Contract]
    label = f"{ours.reference} · {ours.property.code} · Fatoumata Diallo"
    assert found == [{"id": str(ours.pk), "text": label}]
    for term in (theirs[models.Contract].reference, str(theirs[models.Contract].pk)):
        assert manager.get("/GN_KINDIA/admin/autocomplete/", query | {"term": term}).json()["results"] == []


def test_the_choice_of_agents_is_the_sites_people(manager):
    person("chloe", GN_CONAKRY="agent")
    person("binta", GN_KINDIA="agent")
    form = text(manager.get(page(models.Contract, "add")))
    assert "Binta" in form
    assert "Chloe" not in form


ROW_PAGES = {
    models.Contract: ["change", "delete", "history", "sign", "renew", "end"],
    models.Payment: ["change", "delete", "history", "reverse"],
    models.Deposit: ["change", "settle"],
    models.Litigation: ["change", "resolve"],
    models.Tenant: ["change", "delete", "history"],
}


@pytest.mark.no_cover
@pytest.mark.parametrize(("table", "action"), [(table, one) for table, pages in ROW_PAGES.items() for one in pages])
def test_another_sites_row_answers_like_one_that_does_not_exist(manager, theirs, table, action):
    foreign, missing = theirs[table].pk, uuid.uuid4()

    def answer(key, method):
        response = getattr(manager, method)(page(table, key, action))
        token = re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())
        return response.status_code, token.replace(str(key), "ID")

    for method in ("get", "post"):
        assert answer(foreign, method) == answer(missing, method)
        assert answer(foreign, method)[0] in (403, 404)


def test_a_list_action_on_another_sites_row_does_what_it_does_on_none(manager, theirs):
    keys = (theirs[models.Tenant].pk, uuid.uuid4())
    answers = [
        manager.post(page(models.Tenant), {"action": "delete_selected", "_selected_action": [key], "post": "yes"})
        for key in keys
    ]
    assert [(one.status_code, one.get("Location")) for one in answers] == [(302, page(models.Tenant))] * 2
    with site_scope(["GN_CONAKRY"]):
        assert models.Tenant.objects.filter(pk=keys[0]).exists()


@pytest.mark.no_cover
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_no_filter_in_an_address_reaches_another_site(manager, theirs, table):
    for query in ("", "?site__exact=GN_CONAKRY", "?site__code__exact=GN_CONAKRY", "?of=GN_CONAKRY", "?q=e"):
        answer = manager.get(page(table) + query)
        assert answer.status_code in (200, 302, 400)
        assert str(theirs[table].pk) not in text(answer)


def test_naming_another_site_beside_the_one_in_the_address_is_refused(manager):
    assert manager.get(page(models.Tenant) + "?site=GN_CONAKRY").status_code == 400
    assert manager.get(page(models.Tenant), headers={"X-Site-ID": "GN_CONAKRY"}).status_code == 400


# --- all my sites, and sites that take no changes ----------------------------------------------------------


@pytest.mark.no_cover
def test_all_my_sites_only_shows_and_says_of_each_row_where_it_is(rows, theirs):
    client = browser(person("awa", GN_KINDIA="manager", GN_CONAKRY="manager", GN_LABE="manager"))
    for table, row in rows.items():
        listed = text(client.get(page(table, site="ALL")))
        assert str(row.pk) in listed
        assert str(theirs[table].pk) in listed
        assert "Kindia Branch" in listed
        assert "Conakry Headquarters" in listed
        opened = client.get(page(table, row.pk, "change", site="ALL"))
        assert 'name="_save"' not in text(opened)
        assert "Kindia Branch" in words(opened)
        assert client.get(page(table, "add", site="ALL")).status_code == 403
        for action in ("change", "delete"):
            assert client.post(page(table, row.pk, action, site="ALL"), {"post": "yes"}).status_code == 403
    narrowed = text(client.get(page(models.Tenant, site="ALL") + "?of=GN_KINDIA"))
    assert str(rows[models.Tenant].pk) in narrowed
    assert str(theirs[models.Tenant].pk) not in narrowed
    query = {"app_label": "leasing", "model_name": "payment", "field_name": "contract", "term": ""}
    assert client.get("/ALL/admin/autocomplete/", query).status_code == 403


def test_a_site_in_maintenance_is_read_and_not_changed(manager, rows, kindia):
    change_status(site=kindia, status="maintenance")
    contract = rows[models.Contract]
    opened = manager.get(page(models.Contract, contract.pk, "change"))
    assert 'name="_save"' not in text(opened)
    assert "/end/" not in text(opened)
    assert manager.get(page(models.Tenant, "add")).status_code == 403
    assert manager.post(page(models.Tenant, "add"), TENANT).status_code == 503


# --- what goes through an action ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "form", "limit", "sentence"),
    [
        (models.Tenant, TENANT, "max_tenants", "Kindia Branch may have 1 tenants at most; there is room for 0"),
        (
            models.Property,
            PROPERTY,
            "max_properties",
            "Kindia Branch may have 1 properties at most; there is room for 0",
        ),
    ],
)
def test_one_more_than_the_site_may_have_is_refused_naming_the_limit(manager, kindia, table, form, limit, sentence):
    Site.objects.filter(pk=kindia.pk).update(**{limit: 1})
    with site_scope([kindia.code]):
        first = make.make_tenant(kindia) if table is models.Tenant else make.make_property(kindia)
    refused = manager.post(page(table, "add"), form)
    assert (refused.status_code, sentence in text(refused)) == (200, True)
    # A full site's rows can still be changed.
    below = unchanged("contracts", "interactions")
    assert manager.post(page(table, first.pk, "change"), form | below).status_code == 302
    with site_scope([kindia.code]):
        assert [row.code for row in table.objects.all()] == [form["code"]]


def receipt(contract, **values):
    form = {
        "contract": contract.pk,
        "amount": "1500000",
        "method": "cash",
        "provider": "",
        "external_reference": "",
        "received_on": "2026-02-05",
        "idempotency_key": "admin-1",
    }
    return form | values


@pytest.fixture
def contract(kindia):
    with site_scope([kindia.code]):
        contract = make.make_contract(kindia)
        make.make_instalments(contract, 2)
        return contract


def paid(contract):
    with site_scope([contract.site_id]):
        return list(contract.instalments.order_by("period").values_list("paid_amount", flat=True))


def test_a_payment_pays_the_oldest_month_and_sent_twice_it_is_one(agent, contract):
    key = re.search(r'name="idempotency_key" value="(admin-[^"]+)"', text(agent.get(page(models.Payment, "add"))))[1]
    for _again in range(2):
        assert agent.post(page(models.Payment, "add"), receipt(contract, idempotency_key=key)).status_code == 302
    assert paid(contract) == [1_500_000, 0]
    with site_scope(["GN_KINDIA"]):
        payment = models.Payment.objects.get()
    assert payment.recorded_by.username == "boris"
    opened = words(agent.get(page(models.Payment, payment.pk, "change")))
    assert "1,500,000 GNF" in opened
    assert "Boris" in opened


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"method": "cheque"}, "method", "does not accept “Cheque”"),
        ({"amount": "15000001"}, "amount", "does not accept more than 15,000,000"),
        ({"method": "mobile", "provider": "Wave"}, "provider", "does not accept mobile money from “Wave”"),
        ({"amount": "0"}, "amount", "must be a whole number of francs"),
        ({"received_on": "2999-01-01"}, "received_on", "is in the future"),
        ({"idempotency_key": ""}, "idempotency_key", "required"),
    ],
)
def test_a_payment_against_a_rule_is_refused_beside_its_field(agent, contract, values, field, sentence):
    refused = agent.post(page(models.Payment, "add"), receipt(contract, **values))
    errors = refused.context["adminform"].form.errors
    assert list(errors) == [field]
    assert sentence in text(refused).replace("\u00a0", " ")
    assert paid(contract) == [0, 0]
    with site_scope(["GN_KINDIA"]):
        assert not models.Payment.objects.exists()


def test_a_payment_is_reversed_with_a_reason_and_stays_in_the_books(manager, agent, contract):
    agent.post(page(models.Payment, "add"), receipt(contract))
    with site_scope(["GN_KINDIA"]):
        payment = models.Payment.objects.get()
    button = page(models.Payment, payment.pk, "reverse")
    assert button in text(manager.get(page(models.Payment, payment.pk, "change")))
    assert agent.post(button, {"reason": "Saisi deux fois"}).status_code == 403
    assert "This field is required." in text(manager.post(button, {"reason": " "}))
    assert paid(contract) == [1_500_000, 0]
    assert manager.post(button, {"reason": "Saisi deux fois"})["Location"] == page(models.Payment, payment.pk, "change")
    assert paid(contract) == [0, 0]
    opened = manager.get(page(models.Payment, payment.pk, "change"))
    assert "Saisi deux fois" in words(opened)
    assert button not in text(opened)
    assert "Reversed" in words(manager.get(page(models.Payment)))


def test_a_contract_is_drafted_signed_renewed_and_ended(manager, kindia):
    with site_scope([kindia.code]):
        unit, tenant = make.make_property(kindia), make.make_tenant(kindia)
    draft = {
        "reference": "B-77",
        "property": unit.pk,
        "tenant": tenant.pk,
        "start_date": "2026-01-01",
        "monthly_rent": "800000",
        "payment_day": "5",
        "deposit_amount": "1600000",
        "advance_months": "0",
        "status": "active",
    }
    assert manager.post(page(models.Contract, "add"), draft).status_code == 302
    with site_scope([kindia.code]):
        contract = models.Contract.objects.get()
        assert (contract.status, contract.instalments.count()) == ("draft", 0)
    stem = [models.Contract, contract.pk]
    assert manager.post(page(*stem, "sign"), {"signed_on": "2025-12-20"}).status_code == 302
    renewal = {"reference": "B-78", "start_date": "2026-07-01", "monthly_rent": "900000"}
    assert manager.post(page(*stem, "renew"), renewal).status_code == 302
    with site_scope([kindia.code]):
        contract.refresh_from_db()
        assert (contract.status, str(contract.ended_on)) == ("ended", "2026-06-30")
        new = models.Contract.objects.get(reference="B-78")
        assert (new.renewal_of, new.monthly_rent, new.deposits.get().amount) == (contract, 900_000, 1_600_000)
    too_soon = manager.post(page(models.Contract, new.pk, "end"), {"ended_on": "2026-06-01"})
    assert "it cannot end before that day" in text(too_soon)
    done = manager.post(page(models.Contract, new.pk, "end"), {"ended_on": "2026-10-31", "terminated": "on"})
    assert done.status_code == 302
    with site_scope([kindia.code]):
        new.refresh_from_db()
        assert (new.status, str(new.ended_on)) == ("terminated", "2026-10-31")
    history = words(manager.get(page(models.Contract, new.pk, "change")))
    assert re.search(r"Amina Changed Administration .*Status: Active → becomes Terminated", history)


def test_of_a_signed_contract_only_what_makes_no_months_is_changed(manager, contract):
    form = {
        "reference": "B-NEW",
        "payment_day": "10",
        "monthly_rent": "1",
        "status": "draft",
        "tenant": "",
        "start_date": "2020-01-01",
        **BELOW_A_CONTRACT,
    }
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert manager.post(page(models.Contract, contract.pk, "change"), form).status_code == 302
    written = re.findall(r'UPDATE "leasing_contract" SET (.*?) WHERE', "\n".join(query["sql"] for query in queries))
    # Its other columns may have been changed by an action since the form was read.
    assert [re.findall(r'"(\w+)" = ', columns) for columns in written] == [["reference", "payment_day"]]
    with site_scope(["GN_KINDIA"]):
        contract.refresh_from_db()
    assert (contract.reference, contract.payment_day, contract.monthly_rent) == ("B-NEW", 10, 1_500_000)
    assert (contract.status, contract.start_date) == ("active", dt.date(2026, 1, 1))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"reference": "B-TAKEN"}, "There is already a contract with this reference."),
        ({"end_date": "2025-12-31"}, "The end of the term is before the start."),
        ({"payment_day": "32"}, "less than or equal to 31"),
    ],
)
def test_a_rule_of_the_table_is_said_in_a_sentence_also_about_columns_only_shown(
    manager, contract, kindia, values, sentence
):
    with site_scope([kindia.code]):
        make.make_contract(kindia, reference="B-TAKEN")
    form = {"reference": contract.reference, "payment_day": "5", **BELOW_A_CONTRACT} | values
    refused = manager.post(page(models.Contract, contract.pk, "change"), form)
    assert (refused.status_code, words(refused).count(sentence)) == (200, 1)


def test_a_signed_contract_is_not_deleted_a_draft_is(manager, contract, kindia):
    with site_scope([kindia.code]):
        draft = make.make_contract(kindia, status="draft")
    assert manager.post(page(models.Contract, contract.pk, "delete"), {"post": "yes"}).status_code == 403
    both = {"action": "delete_selected", "_selected_action": [contract.pk, draft.pk], "post": "yes"}
    manager.post(page(models.Contract), both)
    with site_scope([kindia.code]):
        assert models.Contract.objects.count() == 2
    assert manager.post(page(models.Contract, draft.pk, "delete"), {"post": "yes"}).status_code == 302


def test_what_something_hangs_on_is_not_deleted_and_the_page_says_what(manager, contract):
    refused = words(manager.get(page(models.Tenant, contract.tenant_id, "delete")))
    assert "Contracts: 1" in refused
    assert "Instalments: 2" in refused
    assert manager.post(page(models.Tenant, contract.tenant_id, "delete"), {"post": "yes"}).status_code == 200
    with site_scope(["GN_KINDIA"]):
        assert models.Tenant.objects.filter(pk=contract.tenant_id).exists()


def test_a_deposit_is_settled_after_the_end(manager, contract, kindia):
    with site_scope([kindia.code]):
        deposit = make.make_deposit(contract)
    button = page(models.Deposit, deposit.pk, "settle")
    form = {"refunded_amount": "1000000", "settled_on": "2026-07-15"}
    assert "its deposit is still held" in text(manager.post(button, form))
    with site_scope([kindia.code]):
        end_contract(contract=contract, ended_on=dt.date(2026, 6, 30), by=None, today=TODAY)
    assert manager.post(button, form).status_code == 302
    with site_scope([kindia.code]):
        deposit.refresh_from_db()
    assert (deposit.state, deposit.refunded_amount) == ("partial", 1_000_000)
    assert "State: Held → becomes Returned in part" in words(manager.get(page(models.Deposit, deposit.pk, "change")))


def test_an_eviction_in_the_closed_season_is_refused_with_the_first_lawful_day(manager, contract):
    form = {"contract": contract.pk, "kind": "eviction", "issued_on": "2026-05-20", "execute_on": ""}
    refused = text(manager.post(page(models.Notice, "add"), form))
    assert "which is in the closed season from 01/06 to 30/09" in refused
    assert "The first lawful day is 01/10/2026." in refused
    assert manager.post(page(models.Notice, "add"), form | {"execute_on": "2026-10-01"}).status_code == 302
    with site_scope(["GN_KINDIA"]):
        notice = models.Notice.objects.get()
    assert str(notice.legal_deadline) == "2026-10-01"
    sent = {"state": "sent", "reminder_count": "0", "closed_on": "", "legal_deadline": "2026-06-01"}
    assert manager.post(page(models.Notice, notice.pk, "change"), sent).status_code == 302
    with site_scope(["GN_KINDIA"]):
        notice.refresh_from_db()
    assert (notice.state, str(notice.legal_deadline)) == ("sent", "2026-10-01")


def test_a_litigation_is_opened_and_resolved(manager, contract):
    form = {"contract": contract.pk, "kind": "damage", "opened_on": "2026-03-02"}
    assert manager.post(page(models.Litigation, "add"), form).status_code == 302
    with site_scope(["GN_KINDIA"]):
        litigation = models.Litigation.objects.get()
    button = page(models.Litigation, litigation.pk, "resolve")
    assert "it cannot have been resolved before" in text(manager.post(button, {"resolved_on": "2026-03-01"}))
    assert manager.post(button, {"resolved_on": "2026-03-20"}).status_code == 302
    with site_scope(["GN_KINDIA"]):
        litigation.refresh_from_db()
    assert (litigation.state, str(litigation.resolved_on)) == ("resolved", "2026-03-20")
    assert button not in text(manager.get(page(models.Litigation, litigation.pk, "change")))


def test_an_agent_writes_down_a_call_in_their_own_name(agent, contract):
    form = {
        "tenant": contract.tenant_id,
        "channel": "call",
        "direction": "out",
        "happened_at_0": "2026-03-02",
        "happened_at_1": "10:00",
        "note": "Promet de payer vendredi",
        "agent": "1",
    }
    assert agent.post(page(models.Interaction, "add"), form).status_code == 302
    with site_scope(["GN_KINDIA"]):
        call = models.Interaction.objects.get()
        assert (call.agent.username, call.note) == ("boris", "Promet de payer vendredi")


# --- the audit, and the cost of a page --------------------------------------------------------------------------


def test_djangos_log_of_all_sites_stays_empty(manager, contract):
    manager.post(page(models.Owner, "add"), {"name": "Elhadj Barry", "phone": "", "email": ""})
    with site_scope(["GN_KINDIA"]):
        owner = models.Owner.objects.get()
    manager.post(page(models.Owner, owner.pk, "change"), {"name": "Elhadj Bah", "phone": "", "email": ""})
    manager.post(page(models.Owner), {"action": "delete_selected", "_selected_action": [owner.pk], "post": "yes"})
    with site_scope(["GN_KINDIA"]):
        assert not models.Owner.objects.exists()
    assert not LogEntry.objects.exists()


def test_a_row_that_somebody_else_takes_meanwhile_is_no_error_page(manager, monkeypatch, kindia):
    with site_scope([kindia.code]):
        make.make_tenant(kindia, code="L-9")
    # As if the other row had come between the question and the write.
    monkeypatch.setattr(models.Tenant, "validate_constraints", lambda self, exclude=None: None)
    answer = manager.post(page(models.Tenant, "add"), TENANT, follow=True)
    assert "Somebody else has just changed this. Nothing was saved" in text(answer)


def statements(client, table, site="GN_KINDIA"):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page(table, site=site)).status_code == 200
    return len(queries)


@pytest.fixture(scope="module")
def costs(django_db_setup, django_db_blocker):
    """The statements that the list of each table takes with 3 rows of each and with 15: filled once for all."""
    with unmeasured(), django_db_blocker.unblock(), transaction.atomic():
        manager, kindia = browser(person("amina", GN_KINDIA="manager")), Site.objects.get(pk="GN_KINDIA")
        found = []
        for more in (3, 12):
            with site_scope([kindia.code]):
                for _row in range(more):
                    make_one_of_each(kindia)
            found.append({table: statements(manager, table) for table in TABLES})
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_a_list_costs_the_same_few_statements_however_long(costs, table):
    few, many = costs
    assert (many[table], few[table] <= 16) == (few[table], True), few[table]


@pytest.mark.no_cover
def test_all_my_sites_cost_the_same_few_statements_however_long(kindia, conakry):
    client = browser(person("awa", GN_KINDIA="manager", GN_CONAKRY="manager"))

    def costs_with(more):
        for site in (kindia, conakry):
            with site_scope([site.code]):
                for _row in range(more):
                    make_one_of_each(site)
        return {table: statements(client, table, site="ALL") for table in TABLES}

    few = costs_with(2)
    assert costs_with(6) == few
