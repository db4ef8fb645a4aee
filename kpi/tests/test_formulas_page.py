"""docs/formulas/kpi.md tells the truth: its worked numbers are what the formulas give."""

import datetime as dt
from decimal import Decimal

import pytest

from insight.rates import Rate, newcombe, wilson
from kpi.counting.counts import Counts
from kpi.counting.periods import Period
from kpi.indicators import BY_KEY, KEYS
from kpi.models import KPIBenchmark, KPITarget
from kpi.report.improvements import worth
from kpi.tests.formulas_page import table
from tests.owner import as_owner

WORKED = table("Worked numbers: formulas")
PERIODS = table("The previous period")


def period_from(text):
    start, end = text.split(" to ")
    return Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end))


@pytest.mark.parametrize(("key", "counts", "days", "value", "n"), WORKED)
def test_a_worked_number_is_what_its_formula_gives(key, counts, days, value, n):
    given = dict(pair.split("=") for pair in counts.split())
    agents = frozenset(range(int(given.pop("agents", 0))))
    start = dt.date(2026, 1, 1)
    period = Period(start, start + dt.timedelta(days=int(days) - 1))
    metric = BY_KEY[key].measure(Counts(**{name: int(v) for name, v in given.items()}, agents=agents), period.days)
    assert (metric.key, metric.n) == (key, int(n))
    if value == "none":
        assert metric.value is None
        assert metric.missing is not None
    else:
        assert round(metric.value, 6) == Decimal(value)
        assert metric.missing is None


def test_every_kpi_has_a_reading_and_a_worked_number_on_the_page():
    assert [row[0] for row in table("The twelve")] == list(KEYS)
    assert {row[0] for row in WORKED} == set(KEYS)
    assert [row[0] for row in table("Worked numbers: a hundred contracts and fifty payments")] == list(KEYS)


@pytest.mark.parametrize(("period", "previous"), PERIODS)
def test_a_period_is_compared_with_the_one_that_the_page_names(period, previous):
    assert period_from(period).previous() == period_from(previous)


@pytest.mark.django_db
def test_the_reference_values_start_with_those_of_the_page():
    written = {key: (Decimal(average), Decimal(top)) for key, average, top in table("Compared with the others")}
    assert {row.key: (row.average, row.top) for row in KPIBenchmark.objects.all()} == written
    assert {row.status for row in KPIBenchmark.objects.all()} == {"assumption"}


def test_every_worth_of_the_page_is_computed_and_no_other():
    counts = Counts(
        francs_due=100, due=1, lettable=9, let=1, tenants_before=9, terms_ended=9, agents=frozenset({1})
    )  # fmt: skip
    computed = {key for key in KEYS if worth(key, counts, Decimal("0.9"), median_rent=10)}
    assert computed == {key for key, _sentence in table("Where to act")}


@pytest.mark.django_db
def test_the_sites_start_with_the_targets_of_the_page():
    written = dict(table("Targets"))
    with as_owner():
        rows = list(KPITarget.objects.select_related("site"))
    assert len(rows) == 6 * 11
    for row in rows:
        assert row.valid.lower is None
        assert row.valid.upper is None
        if row.key == "revenuePerAgent":
            assert f"{row.value:.0f} {row.site.currency}" in written[row.key].split(", ")
        else:
            assert row.value == Decimal(written[row.key])
    assert len(written) == 11


@pytest.mark.parametrize(("own", "n", "interval", "others", "difference", "said"), table("Agents"))
def test_an_agents_interval_is_the_one_of_the_page(own, n, interval, others, difference, said):
    def rate(text, of):
        received, due = (int(number) for number in text.split(" of "))
        return Rate(received / due * of, of)

    def ends(found):
        return f"{found.low:.4f} to {found.high:.4f}"

    mine = rate(own, int(n))
    francs, _comma, their_n = others.partition(", n ")
    between = newcombe(mine, rate(francs, int(their_n)))
    assert (ends(wilson(mine)), ends(between)) == (interval, difference)
    assert {"below": between.high < 0, "above": between.low > 0, "": 0 in between}[said]
