"""GET /api/contracts, /tenants, /properties and /payments: what a program gets, asks for, and is refused."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leasing.models import RentStep
from leasing.tests.factories import (
    make_allocation,
    make_contract,
    make_deposit,
    make_instalment,
    make_owner,
    make_payment,
    make_property,
    make_reversal,
    make_tenant,
)
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.people import make_person

pytestmark = pytest.mark.django_db
D = dt.date
LISTS = ("contracts", "tenants", "properties", "payments")


@pytest.fixture
def kindia():
    return Site.objects.get(pk="GN_KINDIA")


@pytest.fixture
def api(client):
    client.force_login(make_person("awa", GN_KINDIA="agent"))
    return client


def ask(client, name, query=None, **headers):
    return client.get(f"/api/{name}", query, headers=headers)


def results(client, name, **query):
    answer = ask(client, name, query)
    assert answer.status_code == 200, answer.json()
    return answer.json()["results"]


def problem(answer, status):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    return answer.json()


def fill(site, number=1):
    """So many contracts, each with a payment that pays half of a month, and one that was reversed."""
    with site_scope([site.code]):
        for _ in range(number):
            contract = make_contract(site, property=make_property(site, owner=make_owner(site)))
            payment = make_payment(contract)
            make_allocation(payment, make_instalment(contract), 900_000)
        make_reversal(make_payment(contract, received_on=D(2026, 1, 4)))
        return contract, payment


def test_a_contract_is_read_with_its_tenant_its_property_and_its_currency(api, kindia):
    contract, _payment = fill(kindia)
    answer = ask(api, "contracts")
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [
            {
                "id": str(contract.pk),
                "siteId": "GN_KINDIA",
                "reference": contract.reference,
                "status": "active",
                "accountId": str(contract.account_id),
                "propertyId": str(contract.property_id),
                "propertyCode": contract.property.code,
                "tenantId": str(contract.tenant_id),
                "tenantName": "Fatoumata Diallo",
                "agentId": None,
                "startDate": "2026-01-01",
                "endDate": None,
                "signedOn": "2026-01-01",
                "endedOn": None,
                "endReason": "",
                "monthlyRent": 1_500_000,
                "currentRent": 1_500_000,
                "depositAmount": 0,
                "currency": "GNF",
                "deposit": None,
                "billing": "calendar",
                "paymentDay": 5,
                "rentsFrom": None,
                "advanceMonths": 0,
                "renewalOfId": None,
                "movedFromId": None,
            }
        ],
    }


def test_a_tenant_and_a_property_are_read(api, kindia):
    contract, _payment = fill(kindia)
    tenant, home = contract.tenant, contract.property
    assert results(api, "tenants") == [
        {
            "id": str(tenant.pk),
            "siteId": "GN_KINDIA",
            "code": tenant.code,
            "name": "Fatoumata Diallo",
            "phone": "+224620000002",
            "phone2": "",
            "email": "",
            "language": "",
            "employmentStatus": "",
            "joinedOn": "2026-01-01",
            "referredById": None,
        }
    ]
    assert results(api, "properties") == [
        {
            "id": str(home.pk),
            "siteId": "GN_KINDIA",
            "code": home.code,
            "kind": "apartment",
            "status": "lettable",
            "address": "Rue KA-020",
            "neighbourhood": "Kaloum",
            "partOfId": None,
            "ownerId": str(home.owner_id),
            "ownerName": home.owner.name,
            "marketRent": 1_500_000,
            "currency": "GNF",
        }
    ]


def test_a_payment_says_what_it_pays_and_a_reversed_one_pays_nothing(api, kindia):
    contract, payment = fill(kindia)
    first, reversed_one = results(api, "payments")
    assert first.pop("recordedAt").endswith("Z")
    [share] = first["allocations"]
    assert share.pop("instalmentId")
    assert first == {
        "id": str(payment.pk),
        "siteId": "GN_KINDIA",
        "accountId": str(contract.account_id),
        "contractId": str(contract.pk),
        "contractReference": contract.reference,
        "tenantId": str(contract.tenant_id),
        "tenantName": "Fatoumata Diallo",
        "amount": 1_500_000,
        "currency": "GNF",
        "method": "cash",
        "provider": "",
        "externalReference": "",
        "reason": "",
        "waivesId": None,
        "receivedOn": "2026-01-05",
        "recordedById": None,
        "allocations": [
            {"kind": "rent", "label": "", "period": "2026-01-01", "dueDate": "2026-01-05", "amount": 900_000}
        ],
        "onAccount": 600_000,
        "reversal": None,
        "receiptNumber": None,
    }
    assert reversed_one["reversal"] == {"reversedOn": "2026-01-04", "reason": "Saisi deux fois"}
    assert (reversed_one["allocations"], reversed_one["onAccount"]) == ([], 0)


def test_a_contract_says_its_rent_of_today_its_end_and_its_deposit(api, kindia, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC))
    with site_scope([kindia.code]):
        old = make_contract(kindia, status="ended", end_reason="moved", rents_from=D(2026, 2, 1))
        new = make_contract(kindia, account=old.account, tenant=old.tenant, moved_from=old, start_date=D(2026, 7, 1))
        for month, rent in ((8, 1_800_000), (6, 1_600_000), (7, 1_700_000)):
            RentStep.objects.create(site=kindia, contract=new, from_month=D(2026, month, 1), monthly_rent=rent)
        make_deposit(new, received=1_000_000, state="due")
    first, second = results(api, "contracts", ordering="-startDate", account=old.account_id)
    assert (first["monthlyRent"], first["currentRent"], first["movedFromId"]) == (1_500_000, 1_700_000, str(old.pk))
    assert first["deposit"] == {
        "state": "due", "agreed": 3_000_000, "received": 1_000_000, "refundedAmount": 0, "keptForArrears": 0,
        "settledOn": None,
    }  # fmt: skip
    assert (second["endReason"], second["rentsFrom"], second["deposit"]) == ("moved", "2026-02-01", None)
    assert first["accountId"] == second["accountId"]


def test_what_is_no_money_that_came_in_is_read_too(api, kindia):
    with site_scope([kindia.code]):
        contract = make_contract(kindia)
        repair = make_instalment(contract, kind="repair", label="Gate", amount=7)
        credit = make_payment(contract, amount=7, method="credit", reason="Ours", waives=repair)
        make_allocation(credit, repair)
        make_payment(contract, amount=-5, method="refund", reason="Too much", received_on=D(2026, 1, 4))
    first, refund = results(api, "payments", account=contract.account_id)
    assert (first["method"], first["reason"], first["waivesId"]) == ("credit", "Ours", str(repair.pk))
    assert [(share["kind"], share["label"]) for share in first["allocations"]] == [("repair", "Gate")]
    assert (refund["method"], refund["amount"], refund["onAccount"]) == ("refund", -5, -5)
    assert [row["amount"] for row in results(api, "payments", method="refund")] == [-5]


def test_contracts_are_found_by_each_filter(api, kindia):
    binta = make_person("binta", GN_KINDIA="agent")
    with site_scope([kindia.code]):
        old = make_contract(kindia, reference="B-OLD", status="ended", end_date=D(2026, 6, 30))
        new = make_contract(kindia, reference="B-NEW", start_date=D(2026, 8, 1), agent=binta)

    def found(**query):
        return [row["reference"] for row in results(api, "contracts", **query)]

    assert found() == ["B-NEW", "B-OLD"]
    assert found(ordering="-reference") == ["B-OLD", "B-NEW"]
    assert found(ordering="startDate") == ["B-OLD", "B-NEW"]
    assert found(search="b-o") == found(search=old.property.code) == ["B-OLD"]
    assert found(search="%") == []
    assert found(status="ended") == found(inForceOn="2026-06-30") == found(endTo="2026-12-31") == ["B-OLD"]
    assert found(agent=binta.pk) == found(tenant=new.tenant_id) == found(property=new.property_id) == ["B-NEW"]
    assert found(startFrom="2026-08-01") == ["B-NEW"]
    assert found(startTo="2026-07-31") == ["B-OLD"]
    assert found(endFrom="2026-07-01") == []
    assert found(inForceOn="9999-12-31") == ["B-NEW"]


def test_tenants_properties_and_payments_are_found_by_each_filter(api, kindia):
    with site_scope([kindia.code]):
        make_tenant(kindia, name="Zeinab Camara", employment_status="trader", joined_on=D(2026, 5, 1))
        owner = make_owner(kindia)
        make_property(kindia, code="S-1", kind="shop", status="withdrawn", neighbourhood="Matoto", owner=owner)
        contract = make_contract(kindia)
        make_payment(contract, amount=7, method="mobile", provider="Orange", external_reference="TX-9")
        make_reversal(make_payment(contract, amount=5, received_on=D(2026, 3, 1)))

    def names(**query):
        return [row["name"] for row in results(api, "tenants", **query)]

    assert names() == ["Fatoumata Diallo", "Zeinab Camara"]
    assert names(search="zein") == names(employmentStatus="trader") == names(joinedFrom="2026-05-01")
    assert names(joinedTo="2026-04-30") == names(search="0000002", ordering="-joinedOn")[1:] == ["Fatoumata Diallo"]
    for query in ({"search": "mato"}, {"kind": "shop"}, {"status": "withdrawn"}, {"owner": owner.pk}):
        assert [row["code"] for row in results(api, "properties", **query)] == ["S-1"]

    def amounts(**query):
        return [row["amount"] for row in results(api, "payments", **query)]

    assert amounts() == [5, 7]
    assert amounts(ordering="-amount") == [7, 5]
    assert amounts(search="tx-9") == amounts(method="mobile") == amounts(reversed="false") == [7]
    assert amounts(reversed="true") == amounts(receivedFrom="2026-02-01") == [5]
    assert amounts(receivedTo="2026-02-01") == [7]
    assert amounts(contract=contract.pk, tenant=contract.tenant_id) == [5, 7]
    assert amounts(contract=uuid.uuid4()) == []


def test_pages_lead_to_each_other_and_keep_the_question(api, kindia):
    with site_scope([kindia.code]):
        for number in range(5):
            make_tenant(kindia, code=f"L-{number}", name="Awa Bah")
    first = ask(api, "tenants", {"page_size": 2, "search": "awa bah"}).json()
    assert (first["count"], first["previous"]) == (5, None)
    assert first["next"] == "http://testserver/api/tenants?page_size=2&search=awa+bah&page=2"
    second = api.get(first["next"]).json()
    third = api.get(second["next"]).json()
    codes = [row["code"] for page in (first, second, third) for row in page["results"]]
    assert sorted(codes) == ["L-0", "L-1", "L-2", "L-3", "L-4"]
    assert third["next"] is None
    assert api.get(third["previous"]).json()["results"] == second["results"]
    assert results(api, "tenants", page=9) == []


@pytest.mark.parametrize("name", LISTS)
def test_every_wrong_parameter_is_named_at_once(api, name):
    query = {"page": "0", "page_size": "101", "ordering": "colour", "colour": "red", "search": "a\0"}
    document = problem(ask(api, name, query), 400)
    assert sorted(error["field"] for error in document["errors"]) == sorted(query)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("number", [1, 100])
def test_a_list_takes_the_same_number_of_statements_for_one_row_and_for_a_hundred(api, kindia, name, number):
    fill(kindia, number)
    ask(api, name)
    with CaptureQueriesContext(
        connection,
    ) as statements:
        answer = ask(api, name, {"page_size": 100})
    assert len(answer.json()["results"]) == min(100, number + (name == "payments"))
    own = [s["sql"] for s in statements if '"leasing_' in s["sql"]]
    assert len(own) == (4 if name == "payments" else 2), own


@pytest.mark.parametrize("name", LISTS)
def test_another_sites_rows_are_not_there(api, kindia, name):
    foreign, _payment = fill(Site.objects.get(pk="GN_LABE"))
    assert ask(api, name).json() == {"count": 0, "next": None, "previous": None, "results": []}
    for query in ({"tenant": foreign.tenant_id}, {"contract": foreign.pk}):
        if name == "payments":
            assert results(api, name, **query) == []
    refused = problem(ask(api, name, **{"X-Site-ID": "GN_LABE"}), 403)
    assert refused["detail"] == "You have no access to the site GN_LABE."
    assert problem(ask(api, name, **{"X-Site-ID": "GN_NOWHERE"}), 404)


def test_all_my_sites_have_the_rows_of_each_with_its_currency(client):
    client.force_login(make_person("regional", GN_KINDIA="agent", SN_DAKAR="manager"))
    for code in ("GN_KINDIA", "SN_DAKAR", "GN_LABE"):
        fill(Site.objects.get(pk=code))
    for name in LISTS:
        rows = ask(client, name, {"site": "ALL"}).json()["results"]
        assert {row["siteId"] for row in rows} == {"GN_KINDIA", "SN_DAKAR"}
        if name != "tenants":
            assert {(row["siteId"], row["currency"]) for row in rows} == {("GN_KINDIA", "GNF"), ("SN_DAKAR", "XOF")}


@pytest.mark.parametrize("name", LISTS)
def test_the_anonymous_get_401_other_methods_405_and_other_forms_406(client, api, name):
    assert problem(api.put(f"/api/{name}"), 405)
    assert problem(ask(api, name, Accept="text/html"), 406)
    client.logout()
    assert problem(ask(client, name), 401)
