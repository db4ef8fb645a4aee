"""Rows of another site: neither seen nor changed, and answered like none; all my sites only show."""

import re
import uuid

import pytest

from leasing import models
from leasing.tests.admin.pages import (
    CONTRACT_BUTTONS,
    PROPERTY,
    TABLES,
    TENANT,
    browser,
    page,
    person,
    text,
    words,
)
from sites_app.scope import site_scope

pytestmark = pytest.mark.django_db


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
    models.Contract: ["change", "delete", "history", *CONTRACT_BUTTONS],
    models.Payment: ["change", "delete", "history", "reverse"],
    models.Instalment: ["change", "let-go"],
    models.Account: ["change", "history"],
    models.RentStep: ["change", "history"],
    models.Concession: ["change", "history"],
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
