"""The page of a contract: terms, rules with their source, months with what paid them, and what it costs."""

import datetime as dt
import re
import uuid

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from leasing.models import RentStep
from leasing.stories.contract import story_of_contract
from leasing.tests.factories import (
    make_allocation,
    make_contract,
    make_deposit,
    make_instalment,
    make_instalments,
    make_litigation,
    make_notice,
    make_paid_instalment,
    make_payment,
    make_property,
    make_tenant,
)
from sites_app.models import RegionalRule, Site
from tests.pages import section, text_of
from tests.people import make_person

pytestmark = pytest.mark.django_db
D = dt.date


@pytest.fixture
def manager(client):
    client.force_login(make_person("mariama", GN_KINDIA="manager", GN_CONAKRY="manager"))
    return client


def page_of(contract, client, query="", site=None):
    return client.get(f"/{site or contract.site_id}/contracts/{contract.pk}/{query}")


def part(answer, name):
    return section(answer, name).replace("&nbsp;", " ").replace("\u00a0", " ")


def months_of(answer):
    """The rows of the months, by their words."""
    table = re.search(r'<h2 id="months">.*?</section>', answer.content.decode(), re.DOTALL)[0]
    rows = re.findall(r"<tr><th scope=\"row\".*?</tr>", table, re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip().replace("\u00a0", " ") for row in rows]


@pytest.mark.parametrize(
    ("code", "tax"),
    [
        ("GN_CONAKRY", "TPA on rent 5% of 1,500,000 GNF = 75,000 GNF"),
        ("GN_KINDIA", "TPA on rent 4% of 1,500,000 GNF = 60,000 GNF"),
    ],
)
def test_the_tax_on_rent_is_the_sites_own_with_its_source_and_its_status(manager, kindia, code, tax):
    rules = part(page_of(make_contract(Site.objects.get(pk=code)), manager), "rules")
    assert f"{tax} Valeur de départ de l’agence, novembre 2026 To be confirmed" in rules


def test_every_tax_and_legal_day_names_its_source_and_says_whether_it_is_confirmed(manager, kindia):
    RegionalRule.objects.filter(site=kindia, rule_type="notice_to_quit_days").delete()
    RegionalRule.objects.create(
        site=kindia, entity="deadline", rule_type="notice_to_quit_days", value=30, status="confirmed",
        source="Code civil, art. 1", valid=DateRange(None, None),
    )  # fmt: skip
    rules = part(page_of(make_contract(kindia), manager), "rules")
    assert "notice to quit 30 days Code civil, art. 1 Confirmed" in rules
    assert "eviction notice 20 days Valeur de départ de l’agence, novembre 2026 To be confirmed" in rules
    assert "deposit return 30 days" in rules
    assert "no eviction carried out from 1 June to 30 September, every year Code civil guinéen, art. 1405" in rules
    assert "housing tax does not apply here" in rules
    assert "IFU 7% Valeur" in rules


def test_a_rule_that_the_site_does_not_have_is_not_known_and_never_nothing(manager, kindia):
    RegionalRule.objects.filter(site=kindia, rule_type__in=["tpa_rate", "deposit_return_days"]).delete()
    rules = part(page_of(make_contract(kindia), manager), "rules")
    assert "TPA on rent not known — —" in rules
    assert "deposit return not known — —" in rules


def test_the_rules_of_a_lease_that_is_over_are_those_of_its_last_day(manager, kindia):
    ended = make_contract(kindia, status="ended", start_date=D(2025, 1, 1), ended_on=D(2025, 12, 31))
    assert "stood on 31 December 2025" in part(page_of(ended, manager), "rules")


def test_each_month_says_its_state_what_paid_it_and_how_late(manager, kindia):
    contract = make_contract(kindia)
    make_paid_instalment(contract, D(2026, 1, 1), paid_on=D(2026, 1, 9))
    partly = make_instalment(contract, D(2026, 2, 1))
    first = make_payment(contract, amount=400_000, received_on=D(2026, 2, 4), method="mobile")
    second = make_payment(contract, amount=100_000, received_on=D(2026, 2, 6))
    make_allocation(first, partly)
    make_allocation(second, partly)
    make_instalment(contract, D(2026, 3, 1))
    make_instalment(contract, D(2026, 4, 1))
    make_instalment(contract, D(2026, 5, 1))
    february = (
        "February 2026 05/02/2026 1,500,000 GNF Missed 1,000,000 GNF lacking"
        " 04/02/2026 400,000 GNF, mobile money 06/02/2026 100,000 GNF, cash 43"
    )
    answer = page_of(contract, manager)
    assert months_of(answer) == [
        "April 2026 05/04/2026 1,500,000 GNF Pending — —",
        "March 2026 05/03/2026 1,500,000 GNF Late — 15",
        february,
        "January 2026 05/01/2026 1,500,000 GNF Paid Quittance January 2026 09/01/2026 cash 4",
    ]
    for payment in (first, second):
        assert f'href="/GN_KINDIA/payments/{payment.pk}/"' in answer.content.decode()
    every = months_of(page_of(contract, manager, "?months=all"))
    assert every[0] == "May 2026 05/05/2026 1,500,000 GNF Pending — —"
    assert len(every) == 5


def test_a_month_that_was_let_go_has_no_quittance_and_an_agent_may_ask_for_one(client, kindia):
    client.force_login(make_person("awa", GN_KINDIA="agent"))
    contract = make_contract(kindia)
    let_go = make_instalment(contract, D(2026, 1, 1))
    make_allocation(make_payment(contract, method="credit", received_on=D(2026, 1, 9)), let_go)
    paid = make_paid_instalment(contract, D(2026, 2, 1), paid_on=D(2026, 2, 5))
    page = page_of(contract, client).content.decode()
    assert f"/instalments/{paid.pk}/quittance/" in page
    assert f"/instalments/{let_go.pk}/quittance/" not in page


def test_what_is_owed_is_the_accounts_through_renewals(manager, kindia):
    old = make_contract(
        kindia, reference="B-1", status="ended", start_date=D(2025, 1, 1), ended_on=D(2025, 12, 31), end_reason="moved"
    )
    new = make_contract(
        kindia, reference="B-2", tenant=old.tenant, account=old.account, moved_from=old,
        property=make_property(kindia, code="P-2"),
    )  # fmt: skip
    make_instalment(old, D(2025, 12, 1), amount=500_000)
    make_payment(new, amount=200_000)
    balance = part(page_of(new, manager), "balance")
    assert "500,000 GNF owed, the oldest since 05/12/2025" in balance
    assert "200,000 GNF on account, which pays nothing yet" in balance
    assert "through renewals and moves" in balance
    before, after = part(page_of(new, manager), "deposit"), part(page_of(old, manager), "deposit")
    assert "Moved here from B-1" in before
    assert "Moved on to B-2 P-2" in after
    assert f'href="/GN_KINDIA/contracts/{old.pk}/"' in page_of(new, manager).content.decode()


def test_what_was_agreed_and_from_when_anything_is_known(manager, kindia):
    contract = make_contract(
        kindia, start_date=D(2024, 5, 1), end_date=D(2027, 4, 30), rents_from=D(2026, 1, 1), advance_months=3
    )
    RentStep.objects.create(site=kindia, contract=contract, from_month=D(2026, 2, 1), monthly_rent=1_600_000)
    RentStep.objects.create(site=kindia, contract=contract, from_month=D(2026, 9, 1), monthly_rent=1_700_000)
    terms = part(page_of(contract, manager), "terms")
    assert "From 1 May 2024 Until 30 April 2027" in terms
    assert "Rent 1,600,000 GNF 01/05/2024 : 1,500,000 GNF 01/02/2026 : 1,600,000 GNF" in terms
    assert "Calendar months, the first and the last by days" in terms
    assert "3 months" in terms
    assert "Agent nobody" in terms
    assert "Nothing is on record of what was due before 1 January 2026: it is not known, and not asked for." in terms
    assert "What was due" not in part(page_of(make_contract(kindia), manager), "terms")
    coming = part(page_of(contract, manager), "next")
    assert "01/09/2026 The rent changes to 1,700,000 GNF" in coming
    assert coming.index("01/09/2026") < coming.index("30/04/2027 The term ends.")


def test_what_comes_next_has_deadlines_and_what_nobody_has_done(manager, kindia):
    contract = make_contract(kindia, start_date=D(2025, 1, 1), end_date=D(2025, 12, 31))
    make_paid_instalment(contract, D(2026, 3, 1), paid_on=D(2026, 3, 2))
    make_instalment(contract, D(2026, 4, 1))
    make_notice(contract, legal_deadline=D(2026, 4, 1))
    make_notice(contract, legal_deadline=D(2026, 4, 9), closed_on=D(2026, 3, 9))
    make_litigation(contract)
    coming = part(page_of(contract, manager), "next")
    assert "31/12/2025 The term ended and nobody has ended the lease: it runs on." in coming
    assert "31/03/2026 Rent is paid until this day." in coming
    assert "01/04/2026 Legal deadline: Notice to quit" in coming
    assert "09/04/2026" not in coming
    assert "Dispute: Payment" in coming
    ended = make_contract(kindia, status="ended", ended_on=D(2026, 2, 28), end_reason="left")
    assert "Over since 28 February 2026 · The tenant left" in part(page_of(ended, manager), "next")


@pytest.mark.parametrize(
    ("billing", "until"),
    [("calendar", D(2026, 2, 28)), ("anniversary", D(2026, 3, 14)), ("calendar_full", D(2026, 2, 28))],
)
def test_rent_is_paid_until_the_day_before_the_first_month_that_lacks_some(kindia, billing, until):
    contract = make_contract(kindia, billing=billing, start_date=D(2026, 1, 15))
    for month in (1, 2):
        make_paid_instalment(contract, D(2026, month, 1), paid_on=D(2026, 1, 15), due_date=D(2026, month, 15))
    make_instalment(contract, D(2026, 3, 1), due_date=D(2026, 3, 15))
    ended = make_contract(kindia, billing=billing, start_date=D(2026, 1, 15))
    make_instalment(ended, D(2026, 1, 1))
    assert story_of_contract(contract, D(2026, 1, 20)).paid_until == until
    assert story_of_contract(ended, D(2026, 1, 20)).paid_until is None


def test_the_deposit_says_what_became_of_it_and_nothing_where_nothing_is_known(manager, kindia):
    kept = make_contract(kindia, status="ended", start_date=D(2025, 1, 1), ended_on=D(2025, 12, 31))
    make_deposit(kept, state="partial", refunded_amount=2_000_000, kept_for_arrears=500_000, settled_on=D(2026, 1, 20))
    text = part(page_of(kept, manager), "deposit")
    assert "3,000,000 GNF Returned in part" in text
    assert "Given back 2,000,000 GNF Kept for arrears 500,000 GNF Settled on 20 January 2026" in text
    agreed = make_contract(kindia, deposit_amount=3_000_000)
    assert "3,000,000 GNF agreed; whether it was received is not known." in part(page_of(agreed, manager), "deposit")
    assert "No deposit is on record." in part(page_of(make_contract(kindia), manager), "deposit")


def test_a_draft_has_no_balance_and_no_month(manager, kindia):
    text = text_of(page_of(make_contract(kindia, status="draft"), manager))
    assert "There is no balance: nothing is signed yet." in text
    assert "No month of rent is on record." in text
    assert "Rent received" not in text


def test_other_charges_stand_apart_from_the_rent(manager, kindia):
    contract = make_contract(kindia)
    make_instalment(contract, D(2026, 3, 1), kind="repair", label="Gate", amount=80_000)
    assert months_of(page_of(contract, manager)) == []
    assert "Repair · Gate 05/03/2026 80,000 GNF Late — 15" in part(page_of(contract, manager), "charges")


def test_ten_years_of_months_cost_what_one_month_costs_and_weigh_little(manager, kindia):
    short = make_contract(kindia)
    make_paid_instalment(short, D(2026, 3, 1), paid_on=D(2026, 3, 2))
    long = make_contract(kindia, start_date=D(2016, 4, 1))
    for month in make_instalments(long, 120):
        make_allocation(make_payment(long, received_on=month.due_date), month)
    counts = []
    for contract, query in ((short, ""), (long, ""), (long, "?months=all"), (long, "?months=all&page=99")):
        page_of(contract, manager)
        with CaptureQueriesContext(connection) as queries:
            answer = page_of(contract, manager, query)
        counts.append(len([q for q in queries if not re.match(r"SAVEPOINT|RELEASE", q["sql"])]))
        assert len(answer.content) <= 60_000, (query, len(answer.content))
    # Seven before the view and after it; the contract, its story, its months, the rules, the open tasks.
    assert counts == [7 + 5] * 4, counts
    asked = ("", "?months=all&page=2", "?months=all&page=99")
    latest, second, last = (months_of(page_of(long, manager, query)) for query in asked)
    assert (len(latest), len(second), len(last)) == (24, 48, 24)
    assert latest[0].startswith("March 2026")
    assert last[-1].startswith("April 2016")


def test_who_may_open_it(client, kindia):
    contract = make_contract(kindia)
    for name, site, role, status in (
        ("awa", "GN_KINDIA", "agent", 200),
        ("moussa", "GN_KINDIA", "manager", 200),
        ("fanta", "GN_KINDIA", "admin", 200),
        ("stranger", "GN_CONAKRY", "manager", 403),
    ):
        client.force_login(make_person(name, **{site: role}))
        assert page_of(contract, client).status_code == status, name
    client.force_login(make_person("both", GN_KINDIA="manager", SN_DAKAR="manager"))
    foreign = page_of(contract, client, site="SN_DAKAR")
    missing = client.get(f"/SN_DAKAR/contracts/{uuid.uuid4()}/")
    assert foreign.status_code == missing.status_code == 404
    assert page_of(contract, client, site="ALL").status_code == 200
    assert "Rent received" not in text_of(page_of(contract, client, site="ALL"))


def test_the_agents_name_and_a_tenant_of_another_name_lead_on(manager, kindia):
    person = make_person("ousmane", GN_KINDIA="agent")
    contract = make_contract(kindia, agent=person, tenant=make_tenant(kindia, name="Aïssatou Bah"))
    page = page_of(contract, manager).content.decode()
    assert f'href="/GN_KINDIA/tenants/{contract.tenant_id}/">Aïssatou Bah' in page
    assert f'href="/GN_KINDIA/properties/{contract.property_id}/"' in page
    assert f"payments/new/?contract={contract.pk}" in page
