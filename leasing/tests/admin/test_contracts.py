"""A contract in the administration: drafted, signed, and changed by its buttons."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leasing import models
from leasing.tests import factories as make
from leasing.tests.admin.pages import (
    BELOW_A_CONTRACT,
    page,
    text,
    words,
)
from sites_app.scope import site_scope

pytestmark = pytest.mark.django_db


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
        "billing": "calendar",
        "deposit_amount": "1600000",
        "advance_months": "0",
        "status": "active",
    }
    assert manager.post(page(models.Contract, "add"), draft).status_code == 302
    with site_scope([kindia.code]):
        contract = models.Contract.objects.get()
        assert (contract.status, contract.instalments.count()) == ("draft", 0)
    stem = [models.Contract, contract.pk]
    asked = manager.get(page(*stem, "sign"))
    assert 'name="rents_from" value="2026-01-01"' in text(asked).replace("01/01/2026", "2026-01-01")
    signed = {"signed_on": "2025-12-20", "rents_from": "2026-03-01"}
    assert manager.post(page(*stem, "sign"), signed).status_code == 302
    with site_scope([kindia.code]):
        contract.refresh_from_db()
        assert str(contract.rents_from) == "2026-03-01"
        rents = contract.instalments.filter(kind="rent").order_by("period")
        assert str(rents.first().period) == "2026-03-01"
        assert contract.deposits.get().state == "due"
    renewal = {"reference": "B-78", "start_date": "2026-07-01", "monthly_rent": "900000"}
    assert manager.post(page(*stem, "renew"), renewal).status_code == 302
    with site_scope([kindia.code]):
        contract.refresh_from_db()
        assert (contract.status, str(contract.ended_on)) == ("ended", "2026-06-30")
        new = models.Contract.objects.get(reference="B-78")
        assert (new.renewal_of, new.monthly_rent, new.deposits.get().agreed) == (contract, 900_000, 1_600_000)
        assert new.account == contract.account
    too_soon = manager.post(page(models.Contract, new.pk, "end"), {"ended_on": "2026-06-01", "reason": "left"})
    assert "it cannot end before that day" in text(too_soon)
    last_day = {"ended_on": "2026-10-31", "terminated": "on"}
    assert "This field is required." in text(manager.post(page(models.Contract, new.pk, "end"), last_day))
    moved = manager.post(page(models.Contract, new.pk, "end"), last_day | {"reason": "moved"})
    assert "Select a valid choice" in text(moved)
    done = manager.post(page(models.Contract, new.pk, "end"), last_day | {"reason": "owner"})
    assert done.status_code == 302
    with site_scope([kindia.code]):
        new.refresh_from_db()
        assert (new.status, str(new.ended_on), new.end_reason) == ("terminated", "2026-10-31", "owner")
    history = words(manager.get(page(models.Contract, new.pk, "change")))
    assert re.search(r"Amina Changed Administration .*Status: Active → becomes Terminated", history)


def test_of_a_signed_contract_only_what_makes_no_months_is_changed(manager, contract):
    form = {
        "reference": "B-NEW",
        "payment_day": "10",
        "billing": "anniversary",
        "rents_from": "2026-06-01",
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
    assert [re.findall(r'"(\w+)" = ', columns) for columns in written] == [["reference"]]
    with site_scope(["GN_KINDIA"]):
        contract.refresh_from_db()
    assert (contract.reference, contract.payment_day, contract.monthly_rent) == ("B-NEW", 5, 1_500_000)
    assert (contract.status, contract.start_date) == ("active", dt.date(2026, 1, 1))
    assert (contract.billing, contract.rents_from) == ("calendar", None)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"reference": "B-TAKEN"}, "There is already a contract with this reference."),
        ({"end_date": "2025-12-31"}, "The end of the term is before the start."),
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
