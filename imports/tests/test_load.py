"""From staged rows to real ones: what is inserted, generated and allocated."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from imports.load import LoadResult, RowCounts, load_rows
from imports.tables import TABLES
from imports.tables.contracts import ContractRow
from imports.tables.deposits import DepositRow
from imports.tables.instalments import InstalmentRow
from imports.tables.interactions import InteractionRow
from imports.tables.litigations import LitigationRow
from imports.tables.notices import NoticeRow
from imports.tables.payments import PaymentRow
from imports.tables.properties import PropertyRow
from imports.tables.requests import RequestRow
from imports.tables.surveys import SurveyRow
from imports.tables.tenants import TenantRow
from leasing.models import (
    Allocation,
    Contract,
    ContractEvent,
    Deposit,
    DepositEvent,
    Instalment,
    Interaction,
    Litigation,
    Notice,
    Owner,
    Payment,
    Property,
    ServiceRequest,
    Survey,
    Tenant,
)
from leasing.tests.factories import make_reversal
from sites_app.models import Membership, Site
from sites_app.scope import site_scope
from tests.examples import examples

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 3, 20)
HOUSE = PropertyRow("P1", "house")
AMINA = TenantRow("T1", "Amina Diallo")


@pytest.fixture
def kindia() -> Iterator[Site]:
    with site_scope(["GN_KINDIA"]):
        yield Site.objects.get(code="GN_KINDIA")


def load(site: Site, *rows: tuple, today: dt.date = DAY) -> LoadResult:
    of_tables = {table.name: [row for row in rows if type(row) is table.row] for table in TABLES.values()}
    return load_rows(site=site, rows=of_tables, by=None, today=today)


def contract(reference: str = "C1", **given) -> ContractRow:
    values = {"property": "P1", "tenant": "T1", "start_date": dt.date(2026, 1, 1), "monthly_rent": 1_000_000}
    return ContractRow(reference, **{**values, **given})


def paid(amount: int, day: dt.date, contract: str = "C1", method: str = "cash", **given) -> PaymentRow:
    return PaymentRow(contract, day, amount, method, **given)


def due(month: int, amount: int = 1_000_000, reference: str = "C1") -> InstalmentRow:
    return InstalmentRow(reference, dt.date(2026, month, 5), amount)


def states(reference: str = "C1", first: int | None = None) -> list[tuple]:
    """The months of a contract, or the first of them: one that runs has more, a year ahead."""
    return list(
        Instalment.objects.filter(contract__reference=reference)
        .order_by("due_date")
        .values_list("due_date", "amount", "paid_amount", "settled_on")[:first]
    )


def on_account(reference: str = "C1") -> int:
    paid = Payment.objects.filter(contract__reference=reference)
    placed = Allocation.objects.filter(payment__contract__reference=reference)
    return sum(paid.values_list("amount", flat=True)) - sum(placed.values_list("amount", flat=True))


def test_every_table_is_loaded_with_its_defaults(kindia):
    result = load(
        kindia,
        PropertyRow("P1", "house", owner_name="Mamadou Bah", owner_phone="+224620000001", market_rent=1_200_000),
        PropertyRow("P2", "shop", owner_name="Mamadou Bah", status="under_works"),
        TenantRow("T1", "Amina Diallo", phone="+224620000002", referred_by="T2"),
        TenantRow("T2", "Fatou Camara", joined_on=dt.date(2024, 5, 1)),
        contract(deposit=2_000_000, renewal_of="C0", start_date=dt.date(2026, 1, 1)),
        contract("C0", start_date=dt.date(2025, 1, 1), ended_on=dt.date(2025, 12, 31), monthly_rent=900_000),
        due(1),
        paid(500_000, dt.date(2026, 1, 7), method="mobile", provider="Orange", reference="OM1"),
        DepositRow("C0", "withheld", settled_on=dt.date(2026, 1, 3)),
        NoticeRow("C1", "to_quit", dt.date(2026, 2, 2)),
        LitigationRow("C1", "payment", dt.date(2026, 2, 3), resolved_on=dt.date(2026, 2, 9)),
        RequestRow("T1", "P1", "water", dt.date(2026, 2, 4)),
        InteractionRow("T1", "call", dt.datetime(2026, 2, 5, 10, 30, tzinfo=dt.UTC), note="rappeler"),
        SurveyRow("T1", "nps", 9, dt.date(2026, 2, 6)),
    )

    assert {table: count.inserted for table, count in result.counts.items()} == {
        "properties": 2,
        "tenants": 2,
        "contracts": 2,
        "instalments": 1,
        "payments": 1,
        "deposits": 1,
        "notices": 1,
        "litigations": 1,
        "requests": 1,
        "interactions": 1,
        "surveys": 1,
    }
    owner = Owner.objects.get()
    assert (owner.name, str(owner.phone)) == ("Mamadou Bah", "+224620000001")
    assert set(Property.objects.values_list("code", "owner__name", "market_rent", "status")) == {
        ("P1", "Mamadou Bah", 1_200_000, "lettable"),
        ("P2", "Mamadou Bah", None, "under_works"),
    }
    assert Tenant.objects.get(code="T1").referred_by.code == "T2"
    c1, c0 = Contract.objects.get(reference="C1"), Contract.objects.get(reference="C0")
    assert (c1.renewal_of, c1.status, c1.payment_day, c1.advance_months) == (c0, "active", 5, 0)
    assert (c0.status, c0.ended_on) == ("ended", dt.date(2025, 12, 31))
    assert states(first=1) == [(dt.date(2026, 1, 5), 1_000_000, 500_000, None)]
    assert set(Deposit.objects.values_list("contract__reference", "received", "state", "settled_on")) == {
        ("C1", 2_000_000, "held", None),
        ("C0", 0, "withheld", dt.date(2026, 1, 3)),
    }
    notice = Notice.objects.get()
    # 2 February and 30 days is 4 March 2026, a Wednesday.
    assert (notice.legal_deadline, notice.state, notice.closed_on) == (dt.date(2026, 3, 4), "sent", None)
    assert Litigation.objects.get().state == "resolved"
    request = ServiceRequest.objects.get()
    assert (request.priority, request.is_complaint, request.property.code) == ("normal", False, "P1")
    assert Interaction.objects.get().note == "rappeler"
    assert Survey.objects.get().rating == 9


def test_the_agent_is_found_by_name_or_e_mail_among_the_people_of_the_site(kindia):
    binta = User.objects.create(username="Binta", email="binta@example.org")
    stranger = User.objects.create(username="stranger", email="s@example.org")
    Membership.objects.create(user=binta, site=kindia, role="agent")
    Membership.objects.create(user=stranger, site=Site.objects.get(code="GN_LABE"), role="agent")

    load(
        kindia,
        HOUSE,
        AMINA,
        contract("C1", agent="binta", ended_on=dt.date(2026, 1, 31)),
        contract("C2", agent="BINTA@example.org", start_date=dt.date(2026, 2, 1), ended_on=dt.date(2026, 2, 9)),
        contract("C3", agent="stranger", start_date=dt.date(2026, 3, 1)),
    )

    assert list(Contract.objects.order_by("reference").values_list("agent", flat=True)) == [binta.pk, binta.pk, None]


def test_payments_pay_the_oldest_month_first_and_the_last_franc_settles_it(kindia):
    load(
        kindia,
        HOUSE,
        AMINA,
        contract(),
        due(1),
        due(2),
        due(3),
        paid(1_500_000, dt.date(2026, 2, 10)),
        paid(400_000, dt.date(2026, 1, 9)),
        paid(300_000, dt.date(2026, 2, 20)),
    )

    assert states(first=3) == [
        (dt.date(2026, 1, 5), 1_000_000, 1_000_000, dt.date(2026, 2, 10)),
        (dt.date(2026, 2, 5), 1_000_000, 1_000_000, dt.date(2026, 2, 20)),
        (dt.date(2026, 3, 5), 1_000_000, 200_000, None),
    ]
    by_payment = Allocation.objects.order_by("payment__received_on", "instalment__due_date")
    assert list(by_payment.values_list("payment__amount", "instalment__period__month", "amount")) == [
        (400_000, 1, 400_000),
        (1_500_000, 1, 600_000),
        (1_500_000, 2, 900_000),
        (300_000, 2, 100_000),
        (300_000, 3, 200_000),
    ]


def test_what_no_instalment_takes_stays_on_account_for_months_of_a_later_import(kindia):
    load(kindia, HOUSE, AMINA, contract(ended_on=DAY), due(1), paid(2_300_000, dt.date(2026, 1, 5)))
    assert on_account() == 1_300_000

    load(kindia, due(2), due(3))

    assert states() == [
        (dt.date(2026, 1, 5), 1_000_000, 1_000_000, dt.date(2026, 1, 5)),
        (dt.date(2026, 2, 5), 1_000_000, 1_000_000, dt.date(2026, 1, 5)),
        (dt.date(2026, 3, 5), 1_000_000, 300_000, None),
    ]
    assert on_account() == 0


def test_the_same_rows_again_change_nothing_and_write_no_history(kindia):
    rows = (
        PropertyRow("P1", "house", owner_name="Mamadou Bah", owner_phone="+224620000001"),
        PropertyRow("P2", "house", owner_name="Mamadou Bah"),
        AMINA,
        contract(deposit=500_000),
        contract("C0", start_date=dt.date(2025, 1, 1), ended_on=dt.date(2025, 12, 31)),
        due(1),
        due(2),
        paid(700_000, dt.date(2026, 1, 7)),
        paid(700_000, dt.date(2026, 1, 7)),
        paid(700_000, dt.date(2026, 1, 7), method="bank", reference="V12"),
        paid(700_000, dt.date(2026, 1, 8), method="mobile", provider="Orange", reference="OM1"),
        DepositRow("C0", "full", settled_on=dt.date(2026, 1, 3)),
        NoticeRow("C1", "to_quit", dt.date(2026, 2, 2), closed_on=dt.date(2026, 2, 9)),
        NoticeRow("C1", "to_quit", dt.date(2026, 2, 2)),
        LitigationRow("C1", "payment", dt.date(2026, 2, 3), resolved_on=dt.date(2026, 2, 9)),
        RequestRow("T1", "P1", "water", dt.date(2026, 2, 4), priority="high", closed_on=dt.date(2026, 2, 6)),
        RequestRow("T1", "P1", "water", dt.date(2026, 2, 4)),
        InteractionRow("T1", "call", dt.datetime(2026, 2, 5, 10, 30, tzinfo=dt.UTC)),
        InteractionRow("T1", "call", dt.datetime(2026, 2, 5, 10, 30, tzinfo=dt.UTC)),
        SurveyRow("T1", "nps", 9, dt.date(2026, 2, 6)),
        SurveyRow("T1", "nps", 3, dt.date(2026, 2, 6)),
    )
    load(kindia, *rows)
    before = everything()

    result = load(kindia, *reversed(rows))

    assert result.changes_nothing
    assert (result.needed, result.generated_instalments) == (0, 0)
    assert result.counts["payments"] == RowCounts(inserted=0, unchanged=4, closed=0)
    assert everything() == before


def everything() -> dict[str, list]:
    tables = [Owner, Property, Tenant, Contract, ContractEvent, Instalment, Payment, Allocation, Deposit, DepositEvent]
    tables += [Notice, Litigation, ServiceRequest, Interaction, Survey]
    return {table.__name__: sorted(map(repr, table.objects.values_list())) for table in tables}


def test_a_third_equal_payment_of_one_day_is_new_when_the_site_has_two(kindia):
    one = paid(700_000, dt.date(2026, 1, 7))
    load(kindia, HOUSE, AMINA, contract(), due(1), one, one)

    result = load(kindia, one, one, one)

    assert result.counts["payments"] == RowCounts(inserted=1, unchanged=2)
    assert Payment.objects.count() == 3


def test_a_reference_of_cash_bank_or_cheque_is_no_key_and_a_mobile_transaction_is(kindia):
    march, april = dt.date(2026, 3, 7), dt.date(2026, 3, 8)
    rows = (
        paid(1_000_000, march, "C1", method="cheque", reference="77"),
        paid(1_000_000, march, "C2", method="cheque", reference="77"),
        paid(1_000_000, march, "C1", method="bank", reference="loyer"),
        paid(1_000_000, march, "C1", method="bank", reference="loyer"),
        paid(1_000_000, april, "C1", method="bank", reference="loyer"),
        paid(5, march, "C2", method="mobile", provider="Orange", reference="OM1"),
    )
    load(kindia, HOUSE, PropertyRow("P2", "house"), AMINA, contract(), contract("C2", property="P2"), *rows)
    assert Payment.objects.count() == 6

    again = load(kindia, *rows, paid(1_000_000, april, "C1", method="bank", reference="loyer"))

    assert again.counts["payments"] == RowCounts(inserted=1, unchanged=6)


def test_what_was_open_is_closed_by_a_later_file(kindia):
    load(
        kindia,
        HOUSE,
        AMINA,
        contract(deposit=500_000),
        NoticeRow("C1", "to_quit", dt.date(2026, 2, 2)),
        LitigationRow("C1", "payment", dt.date(2026, 2, 3)),
        RequestRow("T1", "P1", "water", dt.date(2026, 2, 4)),
    )
    closing = (
        DepositRow("C1", "partial", refunded_amount=200_000, settled_on=dt.date(2026, 3, 3)),
        NoticeRow("C1", "to_quit", dt.date(2026, 2, 2), closed_on=dt.date(2026, 3, 1)),
        LitigationRow("C1", "payment", dt.date(2026, 2, 3), resolved_on=dt.date(2026, 3, 2)),
        RequestRow("T1", "P1", "water", dt.date(2026, 2, 4), closed_on=dt.date(2026, 2, 20)),
    )

    result = load(kindia, *closing)

    assert all(count == RowCounts(closed=1) for count in result.counts.values())
    deposit = Deposit.objects.get()
    assert (deposit.state, deposit.refunded_amount, deposit.settled_on) == ("partial", 200_000, dt.date(2026, 3, 3))
    assert (Notice.objects.get().state, Notice.objects.get().closed_on) == ("acknowledged", dt.date(2026, 3, 1))
    assert (Litigation.objects.get().state, Litigation.objects.get().resolved_on) == ("resolved", dt.date(2026, 3, 2))
    assert ServiceRequest.objects.get().closed_on == dt.date(2026, 2, 20)
    assert load(kindia, *closing).changes_nothing


def test_contracts_without_instalments_get_a_year_of_them_and_others_keep_theirs(kindia):
    result = load(
        kindia,
        HOUSE,
        PropertyRow("P2", "house"),
        PropertyRow("P3", "house"),
        AMINA,
        contract("C1", start_date=dt.date(2026, 2, 20), payment_day=31),
        contract("C2", property="P2", ended_on=dt.date(2026, 2, 4)),
        contract("C3", property="P3"),
        due(1, 700_000, "C3"),
        paid(2_500_000, dt.date(2026, 2, 20), "C1"),
    )

    months = states("C1")
    assert [month[0] for month in months[:3]] == [dt.date(2026, 2, 28), dt.date(2026, 3, 31), dt.date(2026, 4, 30)]
    assert months[-1][0] == dt.date(2027, 3, 31)
    # Nine days of February, then whole months.
    assert [month[2] for month in months[:4]] == [321_429, 1_000_000, 1_000_000, 178_571]
    # The four days of February: what was due before the month of the first payment is not on record.
    assert states("C2") == [(dt.date(2026, 2, 4), 142_857, 0, None)]
    # The month in the file is kept as it was, later ones follow it.
    assert states("C3", 2) == [(dt.date(2026, 1, 5), 700_000, 0, None), (dt.date(2026, 2, 5), 1_000_000, 0, None)]
    assert result.generated_instalments == 14 + 1 + 14


def test_an_avance_makes_the_months_that_it_pays_up_to_two_years_ahead(kindia):
    result = load(
        kindia,
        HOUSE,
        PropertyRow("P2", "house"),
        AMINA,
        contract("C1"),
        contract("C2", property="P2", advance_months=30),
        due(1),
        paid(3_500_000, dt.date(2026, 1, 5)),
        paid(40_000_000, dt.date(2026, 1, 5), "C2"),
    )

    assert [month[2] for month in states("C1", 5)] == [1_000_000, 1_000_000, 1_000_000, 500_000, 0]
    # 30 months after March 2026, and the rest stays on account.
    assert (len(states("C2")), states("C2")[-1][:3]) == (33, (dt.date(2028, 9, 5), 1_000_000, 1_000_000))
    assert on_account("C2") == 7_000_000
    assert result.generated_instalments == 14 + 33


def test_an_amount_worth_more_months_than_a_number_can_count_stays_on_account(kindia):
    load(kindia, HOUSE, AMINA, contract(monthly_rent=1), paid(10**15, dt.date(2026, 1, 5)))
    months = states()
    assert months[-1][0] == dt.date(2028, 3, 5)
    assert on_account() == 10**15 - len(months)


def test_a_reversed_payment_does_not_come_back_and_pays_nothing(kindia):
    rows = (HOUSE, AMINA, contract(), due(1), paid(1_000_000, dt.date(2026, 1, 7)))
    load(kindia, *rows)
    payment = Payment.objects.get()
    Allocation.objects.all().delete()
    Instalment.objects.update(paid_amount=0, settled_on=None)
    make_reversal(payment)

    assert load(kindia, *rows).changes_nothing
    load(kindia, due(2), paid(300_000, dt.date(2026, 2, 7)))

    months = [(dt.date(2026, 1, 5), 1_000_000, 300_000, None), (dt.date(2026, 2, 5), 1_000_000, 0, None)]
    assert states(first=2) == months


def test_the_latest_payment_settles_a_month_though_an_older_one_is_imported_last(kindia):
    load(kindia, HOUSE, AMINA, contract(), due(1), paid(600_000, dt.date(2026, 2, 10)))
    load(kindia, paid(400_000, dt.date(2026, 1, 9)))

    assert states(first=1) == [(dt.date(2026, 1, 5), 1_000_000, 1_000_000, dt.date(2026, 2, 10))]


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    months=st.lists(st.integers(0, 12), min_size=1, max_size=6),
    amounts=st.lists(st.tuples(st.integers(1, 20), st.integers(1, 28)), max_size=8),
    cut=st.integers(0, 8),
)
def test_allocation_agrees_with_paying_franc_by_franc_in_any_order_of_two_imports(kindia, months, amounts, cut):
    with transaction.atomic():
        _compare(kindia, months, amounts, cut)
        transaction.set_rollback(True)


def _compare(kindia: Site, months: list[int], amounts: list[tuple[int, int]], cut: int) -> None:
    reference = "H1"
    rows = [InstalmentRow(reference, dt.date(2026, 1 + n, 5), amount) for n, amount in enumerate(months)]
    money = [paid(amount, dt.date(2026, 1, day), reference) for amount, day in amounts]
    first, later = money[:cut], money[cut:]

    ended = contract(reference, ended_on=dt.date(2026, 12, 31))
    load(kindia, HOUSE, AMINA, ended, *rows, *first)
    load(kindia, *money) if later else None

    # In the order of receipt, whichever import brought it.
    expected = [[amount, 0, None] for amount in months]
    for payment in sorted(money, key=lambda p: p.received_on):
        left = payment.amount
        for state in expected:
            taken = min(left, state[0] - state[1])
            if taken:
                state[1] += taken
                left -= taken
                if state[0] == state[1]:
                    state[2] = payment.received_on
    assert [[amount, done, settled] for _day, amount, done, settled in states(reference)] == expected
    taken = Allocation.objects.filter(instalment__contract__reference=reference)
    assert sum(taken.values_list("amount", flat=True)) == sum(done for _amount, done, _day in expected)


def test_the_planner_is_shown_what_a_large_import_has_inserted(kindia):
    count = 400
    load(
        kindia,
        *(PropertyRow(f"P{n}", "house") for n in range(count)),
        AMINA,
        *(contract(f"C{n}", property=f"P{n}") for n in range(count)),
        *(due(1, reference=f"C{n}") for n in range(count)),
        *(paid(1_000_000, DAY, f"C{n}") for n in range(count)),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND reltuples >= %s"
            " AND relname = ANY (%s) ORDER BY relname",
            [count, ["leasing_allocation", "leasing_contract", "leasing_instalment", "leasing_payment"]],
        )
        learnt = [name for (name,) in cursor.fetchall()]
    # Without the privilege the database skips ANALYZE with a warning, and the import takes hours.
    assert learnt == ["leasing_allocation", "leasing_contract", "leasing_instalment", "leasing_payment"]
