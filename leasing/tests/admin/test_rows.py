"""Other rows, the audit, and the cost of the lists."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from leasing import models
from leasing.tests import factories as make
from leasing.tests.admin.pages import (
    PROPERTY,
    TABLES,
    TENANT,
    browser,
    make_one_of_each,
    page,
    person,
    text,
    unchanged,
)
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.unmeasured import unmeasured

pytestmark = pytest.mark.django_db


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
