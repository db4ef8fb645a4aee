"""The page of a property: who lives there, who did, how long it stood empty, and whose it is."""

import datetime as dt
import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leasing.models import RentStep
from leasing.tests.factories import (
    make_contract,
    make_litigation,
    make_owner,
    make_property,
    make_request,
    make_tenant,
)
from tests.pages import section, text_of
from tests.people import make_person

pytestmark = pytest.mark.django_db
D = dt.date


@pytest.fixture
def manager(client):
    client.force_login(make_person("mariama", GN_KINDIA="manager"))
    return client


def page_of(home, client, site="GN_KINDIA"):
    return client.get(f"/{site}/properties/{home.pk}/")


def part(answer, name):
    return section(answer, name).replace("&nbsp;", " ").replace("\u00a0", " ")


def test_who_lives_there_since_when_through_renewals_and_how_to_reach_them(manager, kindia):
    home = make_property(kindia, code="P-9")
    first = make_contract(
        kindia, property=home, status="ended", start_date=D(2024, 6, 1), ended_on=D(2025, 5, 31),
        tenant=make_tenant(kindia, name="Aïssatou Bah", phone_2="+224620000009"),
    )  # fmt: skip
    make_contract(
        kindia, property=home, tenant=first.tenant, account=first.account, renewal_of=first, reference="B-2",
        start_date=D(2025, 6, 1),
    )  # fmt: skip
    answer = page_of(home, manager)
    assert "Aïssatou Bah since 1 June 2024 · B-2" in part(answer, "living")
    assert 'href="tel:+224620000009"' in answer.content.decode()
    assert "0 of 365 days on record" in part(answer, "living")
    assert f'href="/GN_KINDIA/tenants/{first.tenant_id}/"' in answer.content.decode()


def test_since_when_it_is_empty_and_for_how_many_days_of_the_last_year(manager, kindia):
    home = make_property(kindia)
    make_contract(
        kindia, property=home, status="ended", start_date=D(2025, 1, 1), ended_on=D(2025, 8, 31), end_reason="left"
    )
    make_contract(
        kindia, property=home, status="ended", start_date=D(2025, 9, 11), ended_on=D(2026, 2, 28), end_reason="owner"
    )
    living = part(page_of(home, manager), "living")
    assert "Nobody: empty since 1 March 2026" in living
    # Ten in September, and 1 to 20 March.
    assert "30 of 365 days on record" in living
    past = part(page_of(home, manager), "past")
    assert "11/09/2025 28/02/2026 The owner took the home back" in past
    assert "01/01/2025 31/08/2025 The tenant left" in past


def test_days_before_the_first_lease_on_record_are_not_called_empty(manager, kindia):
    home = make_property(kindia)
    make_contract(kindia, property=home, status="ended", start_date=D(2026, 3, 1), ended_on=D(2026, 3, 10))
    assert "10 of 20 days on record" in part(page_of(home, manager), "living")
    never = part(page_of(make_property(kindia), manager), "living")
    assert "no contract is on record" in never
    assert "Empty over the last year not known" in never


def test_a_draft_lives_nowhere_and_who_is_to_come_is_named(manager, kindia):
    home = make_property(kindia)
    make_contract(kindia, property=home, status="draft", start_date=D(2026, 1, 1))
    coming = make_contract(kindia, property=home, start_date=D(2026, 4, 1), tenant=make_tenant(kindia, name="Kadé Sow"))
    living = part(page_of(home, manager), "living")
    assert "no contract is on record" in living
    assert "Let from 1 April 2026 to Kadé Sow" in living
    assert f'href="/GN_KINDIA/contracts/{coming.pk}/"' in page_of(home, manager).content.decode()
    assert "Draft" in part(page_of(home, manager), "past")


def test_on_the_day_of_a_handover_it_is_who_comes_in_that_lives_there(manager, kindia):
    home = make_property(kindia)
    make_contract(
        kindia, property=home, status="ended", start_date=D(2025, 1, 1), ended_on=D(2026, 3, 20), reference="B-OUT"
    )
    make_contract(kindia, property=home, start_date=D(2026, 3, 20), reference="B-IN")
    answer = page_of(home, manager)
    assert "B-IN" in part(answer, "living")
    assert "B-OUT" in part(answer, "past")


@pytest.mark.parametrize(
    ("market", "said"),
    [
        (2_000_000, "Rent against the market 400,000 GNF less (20%)"),
        (1_000_000, "Rent against the market 600,000 GNF more (60%)"),
        (1_600_000, "Rent against the market the same"),
    ],
)
def test_rent_stands_against_the_market_rent_as_it_is_today(manager, kindia, market, said):
    contract = make_contract(kindia, property=make_property(kindia, market_rent=market))
    RentStep.objects.create(site=kindia, contract=contract, from_month=D(2026, 2, 1), monthly_rent=1_600_000)
    assert said in part(page_of(contract.property, manager), "rent")


def test_what_is_not_known_is_said_and_compared_with_nothing(manager, kindia):
    home = make_property(kindia, market_rent=None)
    make_contract(kindia, property=home)
    rent = part(page_of(home, manager), "rent")
    assert "Market rent not known" in rent
    assert "Owner not known" in rent
    assert "against the market" not in rent


def test_the_owner_their_other_homes_and_the_parts_of_this_one(manager, kindia):
    owner = make_owner(kindia, name="Elhadj Barry")
    home = make_property(kindia, code="P-1", owner=owner)
    other = make_property(kindia, code="P-2", owner=owner, kind="shop")
    space = make_property(kindia, code="P-1-G", kind="parking", part_of=home)
    rent = part(page_of(home, manager), "rent")
    assert "Owner Elhadj Barry" in rent
    assert "Its parts P-1-G Parking space" in rent
    assert "Also of this owner P-2 Shop" in rent
    assert f'href="/GN_KINDIA/properties/{other.pk}/"' in page_of(home, manager).content.decode()
    assert "Part of P-1" in part(page_of(space, manager), "rent")
    assert "it goes with the property that it is part of" in part(page_of(space, manager), "living")


def test_requests_and_disputes_of_the_last_year_and_those_still_open(manager, kindia):
    contract = make_contract(kindia, reference="B-7")
    make_request(contract, opened_on=D(2026, 3, 1))
    make_request(contract, category="water", opened_on=D(2025, 5, 1), closed_on=D(2025, 5, 9), is_complaint=True)
    make_request(contract, category="security", opened_on=D(2024, 5, 1), closed_on=D(2024, 5, 9))
    make_litigation(contract, opened_on=D(2026, 1, 1))
    matters = part(page_of(contract.property, manager), "matters")
    assert "Request: plumbing since 01/03/2026" in matters
    assert "Complaint: water Closed from 01/05/2025 to 09/05/2025" in matters
    assert "security" not in matters
    assert "Dispute: Payment since 01/01/2026 B-7" in matters


def test_the_number_of_statements_is_fixed(manager, kindia):
    bare, rich = make_property(kindia), make_property(kindia, owner=make_owner(kindia))
    for year in range(1990, 2026):
        past = make_contract(
            kindia, property=rich, status="ended", start_date=D(year, 1, 1), ended_on=D(year, 12, 30), end_reason="left"
        )
        make_request(past, opened_on=D(2026, 1, 1))
        make_property(kindia, owner=rich.owner)
    counts = []
    for home in (bare, rich):
        page_of(home, manager)
        with CaptureQueriesContext(connection) as queries:
            answer = page_of(home, manager)
        counts.append(len([q for q in queries if not re.match(r"SAVEPOINT|RELEASE", q["sql"])]))
    # Seven before the view and after it; the property, its story, the open tasks.
    assert counts == [7 + 3] * 2, counts
    assert len(answer.content) <= 60_000
    assert "6 older contracts are not listed." in text_of(answer)
    assert "and 24 more" in text_of(answer)


def test_who_may_open_it(client, kindia):
    home = make_property(kindia)
    for name, site, role, status in (
        ("awa", "GN_KINDIA", "agent", 200),
        ("moussa", "GN_KINDIA", "manager", 200),
        ("fanta", "GN_KINDIA", "admin", 200),
        ("stranger", "GN_CONAKRY", "manager", 403),
    ):
        client.force_login(make_person(name, **{site: role}))
        assert page_of(home, client).status_code == status, name
    client.force_login(make_person("both", GN_KINDIA="manager", SN_DAKAR="manager"))
    missing = client.get(f"/SN_DAKAR/properties/{uuid.uuid4()}/")
    assert page_of(home, client, "SN_DAKAR").status_code == missing.status_code == 404
    assert "Kindia Branch" in text_of(page_of(home, client, "ALL"))
