"""The table "What counts, case by case" of docs/formulas/kpi.md: each case built, counted and compared."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from kpi.counting.figures import FrancsPart
from kpi.counting.overview import overview
from kpi.counting.periods import Period
from kpi.counting.reading import site_counts, site_figures
from kpi.indicators import BY_KEY
from kpi.indicators.indicator import NOT_ON_RECORD
from kpi.pages.exports import report_file
from kpi.pages.report_page import page_of
from kpi.report.report import report
from kpi.report.rows import every_row, group_of
from kpi.tests.formulas_page import table
from leasing.actions.settlement import place_anew
from leasing.models import RentStep
from leasing.tests.factories import (
    make_contract,
    make_deposit,
    make_instalment,
    make_interaction,
    make_payment,
    make_property,
    make_reversal,
)
from sites_app.models import Site
from sites_app.scope import site_scope

pytestmark = pytest.mark.django_db
D = dt.date
SITE = "GN_KINDIA"
OCTOBER = Period(D(2026, 10, 1), D(2026, 10, 31))
DUE = D(2026, 10, 5)


@pytest.fixture
def kindia():
    with site_scope([SITE]):
        yield Site.objects.get(pk=SITE)


def lease(site, **values):
    return make_contract(site, **{"start_date": D(2025, 1, 1), "monthly_rent": 900} | values)


def owes(contract, amount=900, **values):
    return make_instalment(contract, DUE, **{"due_date": DUE, "amount": amount} | values)


def receives(contract, amount, **values):
    make_payment(contract, amount=amount, **{"received_on": D(2026, 10, 6)} | values)
    place_anew(SITE, [contract.account_id])


def a_move(site):
    old = lease(site, end_date=D(2026, 12, 31), status="ended", ended_on=D(2026, 10, 14), end_reason="moved")
    follows = {"tenant": old.tenant, "account": old.account, "moved_from": old, "start_date": D(2026, 10, 15)}
    deposit = make_deposit(lease(site, **follows))
    make_deposit(old, state="carried", carried_to=deposit)


def a_move_that_cuts_a_term_of_the_period(site):
    lease(site, end_date=D(2026, 10, 20), status="ended", ended_on=D(2026, 10, 14), end_reason="moved")


def a_move_long_after_the_term(site):
    lease(site, end_date=D(2026, 10, 1), status="ended", ended_on=D(2026, 10, 31), end_reason="moved")


def an_end_that_is_no_move(site):
    lease(site, end_date=D(2026, 10, 20), status="ended", ended_on=D(2026, 10, 14), end_reason="left")


def a_change_of_rent(site):
    contract = lease(site)
    for month, rent in ((D(2026, 10, 1), 1000), (D(2026, 11, 1), 1100), (D(2026, 3, 1), 950)):
        RentStep.objects.create(site=site, contract=contract, from_month=month, monthly_rent=rent)


def a_month_in_part(site):
    owes(lease(site, start_date=D(2026, 10, 20)), amount=348)


def a_month_after_the_end(site):
    contract = lease(site, status="ended", ended_on=D(2026, 9, 20))
    make_instalment(contract, D(2026, 9, 1), due_date=D(2026, 10, 1), amount=600)
    owes(contract)


def debts_of_every_kind(site):
    contract = lease(site)
    for kind in ("rent", "service", "penalty", "repair", "deposit", "opening", "other"):
        owes(contract, kind=kind, amount=100)
    receives(contract, 150)


def a_credit_of_the_whole_rent(site):
    contract = lease(site)
    receives(contract, 900, method="credit", waives=owes(contract))


def a_credit_of_a_third(site):
    contract = lease(site)
    receives(contract, 300, method="credit", waives=owes(contract))
    receives(contract, 600)


def money_brought_forward(site):
    contract = lease(site)
    owes(contract)
    receives(contract, 900, method="opening", received_on=D(2026, 9, 1))


def money_of_the_deposit(site):
    contract = lease(site)
    owes(contract)
    receives(contract, 500, method="deposit")


def a_refund(site):
    contract = lease(site)
    owes(contract)
    receives(contract, 900)
    receives(contract, -400, method="refund", received_on=D(2026, 10, 8))


def out_and_in_on_one_day(site):
    before = lease(site, status="ended", ended_on=D(2026, 10, 31))
    lease(site, property=before.property, start_date=D(2026, 10, 31))


def a_parking_space_of_a_flat(site):
    make_property(site, part_of=lease(site).property, kind="parking")


def a_parking_space_with_a_contract(site):
    lease(site, property=make_property(site, part_of=lease(site).property, kind="parking"))


def a_payment_on_the_lease_before(site):
    old = lease(site, status="ended", ended_on=D(2026, 10, 9))
    lease(site, tenant=old.tenant, account=old.account, property=old.property, start_date=D(2026, 10, 10))
    receives(old, 900)


def a_term_over_61_days(site):
    lease(site, end_date=D(2026, 8, 31))


def a_term_over_60_days(site):
    lease(site, end_date=D(2026, 9, 1))


def a_payment_after_the_term(site):
    receives(lease(site, end_date=D(2026, 6, 30)), 900, received_on=D(2026, 7, 1))


def a_credit_and_a_reversed_payment_after_the_term(site):
    contract = lease(site, end_date=D(2026, 6, 30))
    receives(contract, 900, method="credit")
    make_reversal(make_payment(contract, received_on=D(2026, 7, 9)))


def a_call_after_the_term(site):
    contract = lease(site, end_date=D(2026, 6, 30))
    make_interaction(contract.tenant, happened_at=dt.datetime(2026, 7, 1, 0, 0, tzinfo=dt.UTC))


def a_call_on_the_last_day_of_the_term(site):
    contract = lease(site, end_date=D(2026, 6, 30))
    make_interaction(contract.tenant, happened_at=dt.datetime(2026, 6, 30, 23, 59, tzinfo=dt.UTC))


BUILDERS = (
    a_move, a_move_that_cuts_a_term_of_the_period, a_move_long_after_the_term, an_end_that_is_no_move, a_change_of_rent,
    a_month_in_part, a_month_after_the_end, debts_of_every_kind, a_credit_of_the_whole_rent, a_credit_of_a_third,
    money_brought_forward, money_of_the_deposit, a_refund, out_and_in_on_one_day, a_parking_space_of_a_flat,
    a_parking_space_with_a_contract, a_payment_on_the_lease_before, a_term_over_61_days, a_term_over_60_days,
    a_payment_after_the_term, a_credit_and_a_reversed_payment_after_the_term, a_call_after_the_term,
    a_call_on_the_last_day_of_the_term,
)  # fmt: skip
CASES = {builder.__name__.replace("_", " "): builder for builder in BUILDERS}
WRITTEN = table("What counts, case by case")


def test_every_case_of_the_page_is_built_and_no_other():
    assert [case for case, _counts, _income in WRITTEN] == list(CASES)


@pytest.mark.parametrize(("case", "counts", "income"), WRITTEN)
def test_a_case_of_the_page_counts_as_it_says(kindia, case, counts, income):
    CASES[case](kindia)
    wanted = {name: int(number) for name, number in (pair.split("=") for pair in counts.split())}
    [by_site] = site_counts([SITE], [OCTOBER])
    assert {name: getattr(by_site[SITE], name) for name in wanted} == wanted
    [figures] = site_figures([SITE], [OCTOBER])
    assert sum(part.francs for part in figures[SITE].income.values()) == int(income)
    agents = figures[SITE].agents.values()
    for mine in ("signed", "in_force", "rent", "due", "francs_due", "francs_received"):
        assert sum(getattr(part, mine) for part in agents) == getattr(by_site[SITE], mine), mine
    today = overview([SITE], OCTOBER.end)
    assert (today.lettable, today.let, today.in_force, today.silent) == (
        by_site[SITE].lettable, by_site[SITE].let, by_site[SITE].in_force, by_site[SITE].silent,
    )  # fmt: skip
    assert sum(rent.due for rent in today.rent) == by_site[SITE].francs_due


def test_debts_of_every_kind_are_in_the_arrears(kindia):
    debts_of_every_kind(kindia)
    [figures] = site_figures([SITE], [OCTOBER])
    assert figures[SITE].arrears[0] == FrancsPart(6, 550)
    [rent] = overview([SITE], OCTOBER.end).rent
    assert (rent.arrears, rent.late, rent.due) == (550, 6, 200)


def test_a_debt_let_go_is_owed_no_more_and_not_received(kindia):
    a_credit_of_the_whole_rent(kindia)
    [figures] = site_figures([SITE], [OCTOBER])
    assert figures[SITE].arrears == (FrancsPart(),) * 4
    group = group_of("paymentCollectionRate", "open")
    [row] = every_row("paymentCollectionRate", [SITE], OCTOBER, group)
    assert (row.amount, row.received, row.lacking) == (900, 0, 900)


def test_what_a_payment_has_paid_of_a_deposit_is_no_income(kindia):
    contract = lease(kindia)
    make_instalment(contract, D(2026, 9, 1), kind="deposit", due_date=D(2026, 9, 1), amount=700)
    owes(contract)
    receives(contract, 1000, method="bank")
    receives(contract, 400, method="cash", received_on=D(2026, 9, 2))
    [figures] = site_figures([SITE], [OCTOBER])
    # 400 of September and 300 of the 1 000 have paid the deposit.
    assert figures[SITE].income == {"bank": FrancsPart(1, 700)}
    [september] = site_figures([SITE], [Period(D(2026, 9, 1), D(2026, 9, 30))])
    assert september[SITE].income == {}


def test_months_before_the_first_rents_are_not_on_record(kindia):
    contract = lease(kindia, rents_from=D(2026, 9, 1), start_date=D(2020, 1, 1))
    make_instalment(contract, D(2026, 9, 1), amount=900, due_date=D(2026, 9, 5))
    found = report([kindia], OCTOBER, OCTOBER.previous(), today=D(2026, 11, 20))
    by_key = {trend.key: trend for trend in found.trends}
    for key in ("paymentCollectionRate", "portfolioRiskScore"):
        on_record = {point.month: point.is_on_record for point in by_key[key].series}
        assert on_record[D(2026, 8, 1)] is False
        assert on_record[D(2026, 9, 1)] is True
        assert on_record[D(2026, 10, 1)] is True  # nothing was due, and that is known
    assert all(point.is_on_record for point in by_key["occupancyRate"].series)
    august = Period(D(2026, 8, 1), D(2026, 8, 31))
    early = report([kindia], august, august.previous(), today=D(2026, 11, 20))
    assert early.metrics.by_key["paymentCollectionRate"].missing is NOT_ON_RECORD
    assert early.metrics.by_currency["GNF"]["paymentCollectionRate"].missing is NOT_ON_RECORD
    assert early.metrics.by_key["occupancyRate"].value == 1


def test_a_month_that_is_not_on_record_says_so_in_the_chart_and_in_the_file(kindia):
    contract = lease(kindia, rents_from=D(2026, 9, 1), start_date=D(2020, 1, 1))
    make_instalment(contract, D(2026, 9, 1), amount=900, due_date=D(2026, 9, 5))
    found = report([kindia], OCTOBER, OCTOBER.previous(), today=D(2026, 11, 20))
    with translation.override("en"):
        [chart] = [line for line in page_of(found).lines if line.head == "Collection"]
        assert [row[1] for row in chart.rows] == ["not on record"] * 11 + ["0%", ""]
        rows = report_file(found, "csv").decode("utf-8-sig").splitlines()
    [row] = [row for row in rows if row.startswith("Collection")]
    assert row.count("not on record") == 11


def test_no_sign_of_life_is_said_beside_occupancy_and_on_the_overview_with_its_list(kindia):
    a_term_over_61_days(kindia)
    found = report([kindia], OCTOBER, OCTOBER.previous(), today=D(2026, 11, 20))
    with translation.override("en"):
        [card] = [card for card in page_of(found).headline if card.key == "occupancyRate"]
        [reading] = card.readings
        assert (reading.aside, reading.aside_group) == ("1 contract: term over, no sign of life", "silent")
        request = SimpleNamespace(site_permissions={"kpi.view_kpi"}, site=kindia)
        shown = {"panel": overview([SITE], OCTOBER.end), "request": request, "today": OCTOBER.end}
        html = render_to_string("kpi/_overview.html", shown)
    assert "1 contract: term over, no sign of life" in " ".join(html.split())
    assert "/kpi/occupancyRate/?period=this-month&amp;group=silent" in html
    [row] = every_row("occupancyRate", [SITE], OCTOBER, group_of("occupancyRate", "silent"))
    assert (row.since, row.days) == (D(2026, 8, 31), 61)


def test_a_site_without_a_contract_has_no_rents_that_are_missing(kindia):
    found = report([kindia], OCTOBER, OCTOBER.previous(), today=D(2026, 11, 20))
    assert found.metrics.by_key["paymentCollectionRate"].missing is not NOT_ON_RECORD


def test_only_the_indicators_of_rents_can_be_off_the_record():
    of_rents = {key for key, indicator in BY_KEY.items() if indicator.is_of_rents}
    assert of_rents == {"paymentCollectionRate", "portfolioRiskScore"}
