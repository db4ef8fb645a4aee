"""The report: one period of one scope, whole. Page, API, files, print and mail show the same."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kpi.counting.counts import Counts
from kpi.counting.figures import Figures, together
from kpi.counting.periods import Period, months_up_to
from kpi.counting.reading import site_counts
from kpi.counting.snapshots import SitesRecord, record_of
from kpi.indicators import KEYS
from kpi.indicators.indicator import Metric
from kpi.report.benchmarks import Benchmark, benchmarks
from kpi.report.improvements import Improvement, improvements
from kpi.report.leaders import Leader, leaders
from kpi.report.metrics import Metrics, metrics_of_each
from kpi.report.trends import SERIES_MONTHS, Trend, met, trends_of
from kpi.report.yardsticks import Targets, yardsticks_of
from sites_app.models import Site


@dataclass(frozen=True)
class SiteReport:
    """One of several sites: its own values, those of francs in its own currency, held against its own targets."""

    site: Site
    own: Mapping[str, Metric]
    is_met: Mapping[str, bool]  # of the keys that have a value and a target


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

    record: SitesRecord
    now: Metrics
    then: Metrics
    monthly: Mapping[dt.date, Metrics]
    closed: dt.date | None

    def with_rents_from(self, rents_from: dt.date | None) -> "History":
        """The same; periods from before the scope's rents are on record say so."""
        return replace(
            self,
            now=self.now.with_rents_from(rents_from),
            then=self.then.with_rents_from(rents_from),
            monthly={month: metrics.with_rents_from(rents_from) for month, metrics in self.monthly.items()},
        )

    def trends(self, keys: Sequence[str], targets: Targets) -> tuple[Trend, ...]:
        """Each KPI's, one for each currency where francs go into it."""
        return trends_of(keys, self.now, self.then, targets.of, self.monthly, self.closed)


def metrics_of(sites: Sequence[Site], periods: Sequence[Period]) -> list[Metrics]:
    """The twelve indicators over the union of the sites, for each period. Three statements."""
    currency_of = {site.code: site.currency for site in sites}
    counted = site_counts(list(currency_of), periods)
    return metrics_of_each(list(zip(periods, counted, strict=True)), currency_of)


def history(
    sites: Sequence[Site], period: Period, previous: Period, *, today: dt.date, with_figures: bool = False
) -> History:
    """The KPIs over time, over the union of the sites. Four statements at most, one when all months have snapshots."""
    currency_of = {site.code: site.currency for site in sites}
    months = months_up_to(period.end, SERIES_MONTHS, today)
    periods = list(dict.fromkeys([period, previous, *months]))
    record = record_of(list(currency_of), periods, figured=period if with_figures else None)
    measured = dict(zip(periods, metrics_of_each([(p, record.counts[p]) for p in periods], currency_of), strict=True))
    closed = next((m.start for m in reversed(months) if m.is_calendar_month and m.end < today), None)
    monthly = {month.start: measured[month] for month in months}
    return History(record, measured[period], measured[previous], monthly, closed)


def report(
    sites: Sequence[Site], period: Period, previous: Period, *, today: dt.date, user_id: int | None = None
) -> Report:
    """The report of a period over the union of the sites, for a person who may be subscribed to it.

    Six statements at most, and two when all its months have snapshots. `previous` is what it is compared with;
    `today` ends the running month. Raises OutsideScope for a site that is not in scope.
    """
    currency_of = {site.code: site.currency for site in sites}
    past = history(sites, period, previous, today=today, with_figures=True)
    yardsticks = yardsticks_of(sites, period.end, month=past.closed, user_id=user_id)
    past = past.with_rents_from(yardsticks.rents_from)
    targets, counts = yardsticks.targets, past.record.counts[period]
    figures = {
        currency: together(past.record.figures[code] for code in currency_of if currency_of[code] == currency)
        for currency in past.now.by_currency
    }
    trends = past.trends(KEYS, targets)
    return Report(
        period=period,
        previous=previous,
        currencies=tuple(past.now.by_currency),
        metrics=past.now,
        targets=targets,
        trends=trends,
        month=past.closed,
        benchmarks=benchmarks(
            past.now.by_key,
            past.monthly[past.closed].by_key if past.closed else {},
            yardsticks.references,
            yardsticks.network,
            has_rank=len(sites) == 1,
        ),
        agents=past.record.agents,
        leaders={currency: _leaders(currency, figures, counts, currency_of) for currency in figures},
        figures=figures,
        improvements=improvements(trends, counts, past.record.figures, currency_of),
        sites=tuple(_side_by_side(sites, past.now, counts, targets)),
        subscribed=yardsticks.subscribed,
        first_day=yardsticks.first_day,
    )


def _leaders(
    currency: str, figures: Mapping[str, Figures], counts: Mapping[str, Counts], currency_of: Mapping[str, str]
) -> tuple[Leader, ...]:
    working = (counts[code].agents for code in counts if currency_of[code] == currency)
    return leaders(figures[currency].agents, frozenset().union(*working))


def _side_by_side(
    sites: Sequence[Site], now: Metrics, counts: Mapping[str, Counts], targets: Targets
) -> Iterator[SiteReport]:
    """Each site by itself; of one alone that is the whole."""
    currency_of = {site.code: site.currency for site in sites}
    alone = [(now.period, {site.code: counts[site.code]}) for site in sites]
    each = [now] if len(sites) == 1 else metrics_of_each(alone, currency_of)
    for site, metrics in zip(sites, each, strict=True):
        own = {**metrics.by_key, **metrics.by_currency[site.currency]}
        yield SiteReport(site, own, met(own, targets.by_site[site.code]))
