"""The report: one period of one scope, whole. Page, API, files, print and mail show the same."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kpi.counting.figures import Figures, together
from kpi.counting.periods import Period, first_of_month, whole_month
from kpi.counting.queries import Targets, Yardsticks, yardsticks_of
from kpi.counting.snapshots import Record, record_of
from kpi.indicators.definitions import BY_KEY, KEYS, Counts, Metrics, metrics
from kpi.report.benchmarks import Benchmark, network, position
from kpi.report.improvements import Improvement, Worth, improvement, in_order, worth
from kpi.report.leaders import Leader, leaders
from kpi.report.trends import SERIES_MONTHS, Trend, trends, values
from sites_app.models import Site


@dataclass(frozen=True)
class SiteReport:
    """One of several sites: its own values, held against its own targets."""

    site: Site
    metrics: Metrics
    targets: Mapping[str, Decimal]


@dataclass(frozen=True)
class Report:
    """Everything there is to say of a period. Rates are fractions, amounts whole francs of the currency named.

    `trends` has each KPI once, and those made of francs once for each currency of the scope. `month` is the last
    closed month of the period: the one that the network's values are of; None where the period has none.
    """

    period: Period
    previous: Period
    currencies: tuple[str, ...]
    metrics: Metrics
    targets: Targets
    trends: tuple[Trend, ...]
    month: dt.date | None
    benchmarks: tuple[Benchmark, ...]
    agents: Mapping[int, str]
    leaders: Mapping[str, tuple[Leader, ...]]  # by currency
    figures: Mapping[str, Figures]  # by currency
    improvements: tuple[Improvement, ...]
    sites: tuple[SiteReport, ...]
    subscribed: frozenset[str]
    first_day: dt.date | None  # of the scope's records

    @property
    def is_empty(self) -> bool:
        """Nothing stands behind any value."""
        return all(metric.n == 0 for metric in self.metrics.by_key.values()) or self.is_before_records

    @property
    def is_before_records(self) -> bool:
        """Whether the period was over before anything was written down."""
        return self.metrics.is_before(self.first_day)


@dataclass(frozen=True)
class History:
    """The KPIs of a period, of the one before, and of the thirteen months up to the period's last one.

    `closed` is the last of these months that is over; None where none is.
    """

    record: Record
    now: Metrics
    then: Metrics
    monthly: Mapping[dt.date, Metrics]
    closed: dt.date | None

    def trends(self, key: str, targets: Targets) -> Iterator[Trend]:
        """A KPI's, one for each currency where francs go into it."""
        return trends(key, self.now, self.then, targets.of, self.monthly, self.closed)


def history(
    sites: Sequence[Site], period: Period, previous: Period, *, today: dt.date, with_figures: bool = False
) -> History:
    """The KPIs over time, over the union of the sites. Four statements at most, one when all months have snapshots."""
    currency_of = {site.code: site.currency for site in sites}
    months = [whole_month(first_of_month(period.end, before), today) for before in reversed(range(SERIES_MONTHS))]
    record = record_of(list(currency_of), [period, previous, *months], figured=period if with_figures else None)
    now, then = (metrics(record.counts[p], currency_of, p) for p in (period, previous))
    monthly = {month.start: metrics(record.counts[month], currency_of, month) for month in months}
    closed = next((m.start for m in reversed(months) if m.is_calendar_month and m.end < today), None)
    return History(record, now, then, monthly, closed)


def report(
    sites: Sequence[Site], period: Period, previous: Period, *, today: dt.date, user_id: int | None = None
) -> Report:
    """The report of a period over the union of the sites, for a person who may be subscribed to it.

    Six statements at most, and two when all its months have snapshots. `previous` is what it is compared with;
    `today` ends the running month. Raises OutsideScope for a site that is not in scope.
    """
    currency_of = {site.code: site.currency for site in sites}
    past = history(sites, period, previous, today=today, with_figures=True)
    held_against = yardsticks_of(sites, period.end, month=past.closed, user_id=user_id)
    targets, counts = held_against.targets, past.record.counts[period]
    figures = {
        currency: together(past.record.figures[code] for code in currency_of if currency_of[code] == currency)
        for currency in past.now.by_currency
    }
    return Report(
        period=period,
        previous=previous,
        currencies=tuple(past.now.by_currency),
        metrics=past.now,
        targets=targets,
        trends=tuple(trend for key in KEYS for trend in past.trends(key, targets)),
        month=past.closed,
        benchmarks=tuple(_benchmarks(past.now, past.monthly.get(past.closed), held_against)),
        agents=past.record.agents,
        leaders={currency: _leaders(currency, figures, counts, currency_of) for currency in figures},
        figures=figures,
        improvements=_improvements(past.now, counts, past.record.figures, currency_of, targets),
        sites=tuple(
            SiteReport(site, metrics({site.code: counts[site.code]}, currency_of, period), targets.by_site[site.code])
            for site in sites
        ),
        subscribed=held_against.subscribed,
        first_day=held_against.first_day,
    )


def _benchmarks(now: Metrics, of_month: Metrics | None, held_against: Yardsticks) -> Iterator[Benchmark]:
    for key in KEYS:
        definition, value = BY_KEY[key], now.by_key[key].value
        reference = held_against.references.get(key)
        others, as_of = held_against.network.get(key, ([], None))
        month_value = of_month.by_key[key].value if of_month is not None else None
        # Over several sites together there is no rank among them.
        is_one = len(held_against.targets.by_site) == 1
        found = network(definition, others, month_value if is_one else None, as_of)
        yield Benchmark(
            key=key,
            value=value,
            reference=reference,
            position=position(definition, value, reference.average) if reference else None,
            month_value=month_value,
            network=found,
            network_position=position(definition, month_value, found.median) if found else None,
        )


def _leaders(
    currency: str, figures: Mapping[str, Figures], counts: Mapping[str, Counts], currency_of: Mapping[str, str]
) -> tuple[Leader, ...]:
    working = (counts[code].agents for code in counts if currency_of[code] == currency)
    return leaders(figures[currency].agents, frozenset().union(*working))


def _improvements(
    now: Metrics,
    counts: Mapping[str, Counts],
    figures: Mapping[str, Figures],
    currency_of: Mapping[str, str],
    targets: Targets,
) -> tuple[Improvement, ...]:
    found = []
    for key in KEYS:
        for currency, metric in values(now, key).items():
            target = targets.of(key, currency)
            gained: dict[str, Worth] = {}
            for code in counts if target is not None else ():
                if currency in ("", currency_of[code]):
                    gain = worth(key, counts[code], target, figures[code].median_rent)
                    if gain is not None:
                        before = gained.get(currency_of[code])
                        gained[currency_of[code]] = before + gain if before else gain
            found.append(improvement(metric, currency, target, gained))
    return in_order(one for one in found if one is not None)
