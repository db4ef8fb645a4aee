"""The page of a tenant: who may see it, what it says, and that it costs the same for one event as for a hundred."""

import datetime as dt
import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leasing.models import RentStep
from leasing.tests.factories import (
    make_contract,
    make_deposit,
    make_instalment,
    make_interaction,
    make_litigation,
    make_notice,
    make_paid_instalment,
    make_payment,
    make_property,
    make_request,
    make_reversal,
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


def page_of(tenant, client, query="", site="GN_KINDIA"):
    return client.get(f"/{site}/tenants/{tenant.pk}/{query}")


def lived_with(site):
    """A tenant with one of each thing that can happen."""
    contract = make_contract(
        site, reference="B-7", tenant=make_tenant(site, name="Aïssatou Bah"), property=make_property(site, code="P-9")
    )
    make_payment(contract, received_on=D(2026, 1, 5))
    make_reversal(make_payment(contract, amount=900, received_on=D(2026, 1, 6)), reversed_on=D(2026, 1, 7))
    make_interaction(contract.tenant, happened_at=dt.datetime(2026, 1, 8, 23, 30, tzinfo=dt.UTC), note="Will pay")
    make_notice(contract, issued_on=D(2026, 1, 9), legal_deadline=D(2026, 2, 9), closed_on=D(2026, 1, 10))
    make_litigation(contract, opened_on=D(2026, 1, 11), resolved_on=D(2026, 1, 12))
    make_request(contract, opened_on=D(2026, 1, 13), closed_on=D(2026, 1, 14))
    make_request(contract, opened_on=D(2026, 1, 15), is_complaint=True)
    return contract.tenant


def lines_of(answer):
    """The lines of the time line, by their words."""
    listed = re.search(r'<h2 id="timeline">.*?<ul.*?</ul>', answer.content.decode(), re.DOTALL)[0]
    lines = re.findall(r"<li>(.*?)</li>", listed, re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", line)).strip().replace("\u00a0", " ") for line in lines]


def test_what_has_happened_stands_there_the_newest_first(manager, kindia):
    assert lines_of(page_of(lived_with(kindia), manager)) == [
        "15/01/2026 Complaint: plumbing P-9",
        "14/01/2026 Request closed: plumbing P-9",
        "13/01/2026 Request: plumbing P-9",
        "12/01/2026 Dispute resolved: payment contract B-7",
        "11/01/2026 Dispute opened: payment contract B-7",
        "10/01/2026 Closed: Notice to quit contract B-7",
        "09/01/2026 Notice to quit contract B-7 · legal deadline on 09/02/2026",
        "08/01/2026 23:30 Call · To the tenant Will pay",
        "07/01/2026 The payment of 900 GNF of 06/01/2026 was a mistake: reversed Saisi deux fois",
        "06/01/2026 Payment of 900 GNF cash · contract B-7",
        "05/01/2026 Payment of 1,500,000 GNF cash · contract B-7",
    ]


def test_moves_ends_charges_and_money_that_is_no_payment_are_told_in_words(manager, kindia):
    tenant = make_tenant(kindia)
    old = make_contract(
        kindia, reference="B-1", tenant=tenant, status="ended", ended_on=D(2026, 1, 31), end_reason="moved"
    )
    new = make_contract(
        kindia, reference="B-2", tenant=tenant, account=old.account, property=make_property(kindia, code="P-10"),
        moved_from=old, start_date=D(2026, 2, 1), status="ended", ended_on=D(2026, 3, 10), end_reason="owner",
    )  # fmt: skip
    for month in (3, 4):
        RentStep.objects.create(site=kindia, contract=new, from_month=D(2026, month, 1), monthly_rent=2_000_000)
    for kind, label in (("repair", "Gate"), ("service", ""), ("rent", "")):
        make_instalment(new, D(2026, 3, 1), kind=kind, label=label, amount=80_000)
    for day, (method, amount, reason) in enumerate(
        [("opening", 5, ""), ("credit", 7, "Ours"), ("refund", -9, "Too much"), ("deposit", 11, "")], start=11
    ):
        made = make_payment(new, method=method, amount=amount, reason=reason, received_on=D(2026, 3, day))
    make_reversal(made, reversed_on=D(2026, 3, 16))
    assert lines_of(page_of(tenant, manager)) == [
        "16/03/2026 “From the deposit” of 11 GNF of 14/03/2026 was a mistake: reversed Saisi deux fois",
        "14/03/2026 11 GNF of the deposit put on account contract B-2",
        "13/03/2026 9 GNF given back Too much · contract B-2",
        "12/03/2026 7 GNF of debt let go Ours · contract B-2",
        "11/03/2026 5 GNF ahead, brought forward contract B-2",
        "10/03/2026 Last day in P-10 The owner took the home back · contract B-2",
        "05/03/2026 Repair due: 80,000 GNF Gate · contract B-2",
        "01/03/2026 The rent changes to 2,000,000 GNF contract B-2",
        "01/02/2026 Moves inside the agency, to P-10 contract B-2",
    ]
    contracts = text_of(page_of(tenant, manager)).replace("\u00a0", " ")
    assert "2,000,000 GNF" in contracts.split("What has happened")[0]
    assert "The owner took the home back" in contracts.split("What has happened")[0]


def test_who_they_are_how_to_reach_them_and_what_they_rent(manager, kindia):
    tenant = lived_with(kindia)
    answer = page_of(tenant, manager)
    text, page = text_of(answer).replace("\u00a0", " "), answer.content.decode()
    assert "Aïssatou Bah" in text
    assert f'href="tel:{tenant.phone}"' in page
    assert 'href="https://wa.me/224620000002?text=' in page
    assert "B-7" in text
    assert "1,500,000 GNF" in text
    assert "Active" in text


def test_an_agent_may_see_it_and_a_stranger_may_not(kindia):
    tenant = make_tenant(kindia)
    for name, site, status in (("agent", "GN_KINDIA", 200), ("stranger", "GN_CONAKRY", 403)):
        client = Client()
        client.force_login(make_person(name, **{site: "agent"}))
        assert page_of(tenant, client).status_code == status


def test_another_sites_tenant_is_like_none_at_all(manager, kindia):
    manager.force_login(make_person("fanta", GN_KINDIA="manager", SN_DAKAR="manager"))
    tenant = make_tenant(kindia)
    assert page_of(tenant, manager).status_code == 200
    foreign, missing = page_of(tenant, manager, site="SN_DAKAR"), manager.get(f"/SN_DAKAR/tenants/{uuid.uuid4()}/")
    assert foreign.status_code == missing.status_code == 404


def test_all_my_sites_shows_a_tenant_of_any_of_them_in_their_own_currency(client, kindia):
    client.force_login(make_person("fanta", GN_KINDIA="agent", SN_DAKAR="manager"))
    tenant = lived_with(kindia)
    text = text_of(page_of(tenant, client, site="ALL")).replace("\u00a0", " ")
    assert "Kindia Branch" in text
    assert "Payment of 1,500,000 GNF" in text
    client.force_login(make_person("moussa", GN_CONAKRY="manager", SN_DAKAR="manager"))
    assert page_of(tenant, client, site="ALL").status_code == 404


def test_a_tenant_without_anything_says_so(manager, kindia):
    text = text_of(page_of(make_tenant(kindia, phone=""), manager))
    assert "No contract yet." in text
    assert "Nothing is recorded yet." in text
    assert "wa.me" not in page_of(make_tenant(kindia, phone=""), manager).content.decode()


def test_fifty_a_page_and_a_page_that_is_not_there_is_the_last(manager, kindia):
    contract = make_contract(kindia)
    for day in range(60):
        make_payment(contract, received_on=D(2026, 1, 1) + dt.timedelta(days=day))
    first, second = (lines_of(page_of(contract.tenant, manager, f"?page={n}")) for n in (1, 2))
    assert (len(first), len(second)) == (50, 10)
    assert first[0].startswith("01/03/2026")
    assert second[-1].startswith("01/01/2026")
    assert lines_of(page_of(contract.tenant, manager, "?page=999999999999")) == first
    assert lines_of(page_of(contract.tenant, manager, "?page=77")) == second
    for odd in ("0", "-1", "x", "²", ""):
        assert lines_of(page_of(contract.tenant, manager, f"?page={odd}")) == first


def test_the_number_of_statements_is_fixed(manager, kindia):
    bare, rich = make_tenant(kindia), lived_with(kindia)
    contract = make_contract(kindia, tenant=rich)
    for day in range(80):
        make_payment(contract, received_on=D(2026, 1, 1) + dt.timedelta(days=day))
    counts = []
    for tenant in (bare, rich):
        page_of(tenant, manager)
        with CaptureQueriesContext(connection) as queries:
            page_of(tenant, manager)
        counts.append(len([q for q in queries if not re.match(r"SAVEPOINT|RELEASE", q["sql"])]))
    # Seven before the view and after it, the last of them in tests alone; the tenant, the contracts, the open tasks,
    # and one for each source, of which the scores' is their panel's too.
    assert counts == [7 + 6] * 2, counts


def part(answer, name):
    return section(answer, name).replace("&nbsp;", " ").replace("\u00a0", " ")


def test_the_balance_is_over_all_contracts_and_names_what_is_open_the_oldest_first(manager, kindia):
    tenant = make_tenant(kindia)
    flat, shop = (
        make_contract(kindia, tenant=tenant, reference="B-1"),
        make_contract(kindia, tenant=tenant, reference="B-2"),
    )
    make_instalment(shop, D(2026, 3, 1), amount=300_000)
    make_instalment(flat, D(2026, 2, 1))
    make_instalment(flat, D(2026, 3, 1), kind="repair", label="Gate", amount=80_000)
    make_instalment(flat, D(2026, 4, 1))
    make_payment(flat, amount=50_000)
    make_reversal(make_payment(flat, amount=9_000_000))
    balance = part(page_of(tenant, manager), "balance")
    assert "1,880,000 GNF owed, the oldest since 05/02/2026" in balance
    assert "50,000 GNF on account, which pays nothing yet" in balance
    owed = part(page_of(tenant, manager), "open")
    named = [
        owed.index(words)
        for words in ("February 2026 1,500,000 GNF Missed", "March 2026 300,000 GNF Late", "Repair · Gate 80,000")
    ]
    assert named == sorted(named)
    assert "Next: April 2026, 1,500,000 GNF, due on 05/04/2026" in balance
    assert f'href="/GN_KINDIA/payments/new/?tenant={tenant.pk}"' in page_of(tenant, manager).content.decode()


def test_of_many_debts_the_oldest_are_named_and_the_others_summed(manager, kindia):
    contract = make_contract(kindia, start_date=D(2024, 1, 1))
    for year, month in [(2024, m) for m in range(1, 13)] + [(2025, 1), (2025, 2)]:
        make_instalment(contract, D(year, month, 1))
    assert "21,000,000 GNF owed" in part(page_of(contract.tenant, manager), "balance")
    owed = part(page_of(contract.tenant, manager), "open")
    assert "2 more 3,000,000 GNF" in owed
    assert "January 2025" not in owed


def test_rent_paid_ahead_is_said_and_what_is_not_on_record_is_not_called_nothing(manager, kindia):
    contract = make_contract(kindia, reference="B-7", start_date=D(2024, 1, 1), rents_from=D(2026, 3, 1))
    make_paid_instalment(contract, D(2026, 3, 1), paid_on=D(2026, 3, 2))
    make_paid_instalment(contract, D(2026, 4, 1), paid_on=D(2026, 3, 2))
    make_instalment(contract, D(2026, 5, 1))
    balance = part(page_of(contract.tenant, manager), "balance")
    assert "Nothing is owed" in balance
    assert "Rent is paid until 30 April 2026 (B-7)" in balance
    assert "Nothing is on record of what was due before 01/03/2026: it is not known." in balance


def test_more_given_back_than_received_is_not_money_on_account(manager, kindia):
    contract = make_contract(kindia)
    make_payment(contract, method="refund", amount=-70_000)
    assert "70,000 GNF more was given back" in part(page_of(contract.tenant, manager), "balance")


def test_without_a_signed_contract_there_is_no_balance_and_no_payment(manager, kindia):
    balance = part(page_of(make_contract(kindia, status="draft").tenant, manager), "balance")
    assert "There is no balance" in balance
    assert "Rent received" not in balance


def test_open_matters_and_the_deposit_of_each_contract(manager, kindia):
    contract = make_contract(kindia, reference="B-7", property=make_property(kindia, code="P-9"))
    make_deposit(contract)
    make_notice(contract, legal_deadline=D(2026, 4, 1))
    make_notice(contract, kind="repairs", closed_on=D(2026, 3, 9))
    make_litigation(contract)
    make_request(contract, is_complaint=True)
    answer = page_of(contract.tenant, manager)
    matters = part(answer, "matters")
    assert "Notice to quit Sent since 02/03/2026 · legal deadline on 01/04/2026 B-7" in matters
    assert "Dispute: Payment since 02/03/2026 B-7" in matters
    assert "Complaint: plumbing since 02/03/2026 P-9" in matters
    assert "repairs" not in matters
    assert "3,000,000 GNF Held" in part(answer, "contracts")
    assert "not known" in part(page_of(make_contract(kindia).tenant, manager), "contracts")


def test_each_event_that_has_a_page_leads_to_it(manager, kindia):
    answer = page_of(lived_with(kindia), manager)
    listed = re.search(r'<h2 id="timeline">.*?<ul.*?</ul>', answer.content.decode(), re.DOTALL)[0]
    kinds = [re.search(r'href="/GN_KINDIA/(\w+)/', line) for line in re.findall(r"<li>(.*?)</li>", listed, re.DOTALL)]
    assert [kind and kind[1] for kind in kinds] == [
        *["properties"] * 3, *["contracts"] * 4, None, *["payments"] * 2, "payments"
    ]  # fmt: skip
    for address in set(re.findall(r'href="(/GN_KINDIA/(?:contracts|properties|payments)/[^"]+)"', listed)):
        assert manager.get(address).status_code == 200, address


def test_a_page_full_of_everything_weighs_little(manager, kindia):
    contract = make_contract(kindia, tenant=lived_with(kindia), start_date=D(2021, 1, 1))
    for month in range(1, 13):
        for year in (2024, 2025):
            make_instalment(contract, D(year, month, 1))
    for day in range(60):
        make_payment(contract, received_on=D(2026, 1, 1) + dt.timedelta(days=day))
    assert len(page_of(contract.tenant, manager).content) <= 60_000
