"""The report as its page, its print and its mail show it: in words, and in the order in which one acts on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kpi.counting.periods import first_of_month
from kpi.indicators.definitions import BY_KEY, MONEY_KEYS, Unit, meets
from kpi.pages import charts, labels, report_labels
from kpi.pages.cards import HEADLINE, OTHERS, Card, card_of
from kpi.report.benchmarks import Benchmark
from kpi.report.improvements import Improvement, is_by_francs
from kpi.report.leaders import CONTESTS, Leader, Mark
from kpi.report.report import Report, SiteReport
from sites_app.models import Site

_DRAWN = ("paymentCollectionRate", "occupancyRate")


@dataclass(frozen=True)
class Gap:
    """A KPI short of its target: the sentence, what closing it is worth, what to do and where."""

    key: str
    name: str
    priority: str
    tone: str
    sentence: str
    worth: tuple[str, ...]
    advice: str
    link: str
    address: str  # of a list of the administration; "": the rows behind the indicator


@dataclass(frozen=True)
class BenchmarkRow:
    key: str
    name: str
    value: str
    position: str
    tone: str
    average: str
    top: str
    source: str
    is_assumption: bool
    as_of: Any
    month_value: str
    network_median: str
    network_best: str
    network_position: str
    network_tone: str
    rank: str
    network_as_of: Any


@dataclass(frozen=True)
class LeaderCell:
    name: str
    value: str
    n: str
    rank: int | None
    of: int  # how many are ranked
    too_few: bool


@dataclass(frozen=True)
class LeaderRow:
    name: str
    cells: tuple[LeaderCell, ...]


@dataclass(frozen=True)
class LeaderTable:
    currency: str
    rows: tuple[LeaderRow, ...]


@dataclass(frozen=True)
class HeatCell:
    """A site's value; `is_met` None where it has no target, or no value."""

    site: Site
    value: str
    is_met: bool | None


@dataclass(frozen=True)
class HeatRow:
    """A KPI on each of the sites."""

    name: str
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True)
class Page:
    headline: tuple[Card, ...]
    others: tuple[Card, ...]
    is_empty: bool
    gaps: tuple[Gap, ...]
    gaps_by_francs: bool  # they are in order of what they are worth, not of how large they are
    unusual: tuple[tuple[str, Any, str], ...]  # the KPI's name, the month, the value
    heat: tuple[HeatRow, ...]
    lines: tuple[charts.LineChart, ...]
    bars: tuple[charts.BarChart, ...]
    benchmarks: tuple[BenchmarkRow, ...]
    leaders: tuple[LeaderTable, ...]


def page_of(report: Report) -> Page:
    """Everything in words, in the active language."""
    is_one_currency = len(report.currencies) == 1
    return Page(
        headline=tuple(_card(report, key) for key in HEADLINE),
        others=tuple(_card(report, key) for key in OTHERS),
        is_empty=report.is_empty,
        gaps=tuple(_gap(report, improvement, is_one_currency) for improvement in report.improvements),
        gaps_by_francs=is_by_francs(report.improvements),
        unusual=tuple(_unusual(report)),
        heat=tuple(_heat(report, key) for key in (*HEADLINE, *OTHERS)) if len(report.sites) > 1 else (),
        lines=charts.lines(trend for key in _DRAWN for trend in report.trends if trend.key == key),
        bars=charts.bars(report.figures),
        benchmarks=tuple(_benchmark(report, row) for row in report.benchmarks if row.reference or row.network),
        leaders=tuple(
            LeaderTable("" if is_one_currency else currency, tuple(_leader(report, row, currency) for row in rows))
            for currency, rows in report.leaders.items()
            if rows
        ),
    )


def _card(report: Report, key: str) -> Card:
    return card_of(key, (trend for trend in report.trends if trend.key == key), report.metrics.counts)


def _gap(report: Report, short: Improvement, is_one_currency: bool) -> Gap:
    unit, label, advice = BY_KEY[short.key].unit, labels.LABELS[short.key], report_labels.ADVICE[short.key]
    priority, tone = report_labels.PRIORITIES[short.priority]
    name = str(label.name) if is_one_currency or not short.currency else f"{label.name} ({short.currency})"
    n = next(t.current.n for t in report.trends if (t.key, t.currency) == (short.key, short.currency))
    url_name, _query, query = advice.admin.partition("?")
    return Gap(
        key=short.key,
        name=name,
        priority=str(priority),
        tone=tone,
        sentence=_("%(value)s, for a target of %(target)s (%(count)s).")
        % {
            "value": labels.write(unit, short.value, short.currency),
            "target": labels.write(unit, short.target, short.currency),
            "count": labels.counted(short.key, n),
        },
        worth=tuple(
            report_labels.worth_sentence(short.key, worth, currency) for currency, worth in short.worth.items()
        ),
        advice=str(advice.text),
        link=str(advice.link),
        address=f"{reverse(f'admin:{url_name}')}?{query}" if url_name else "",
    )


def _unusual(report: Report) -> Iterator[tuple[str, Any, str]]:
    """The unusual months of the period; those before are marked where their line is drawn."""
    for trend in report.trends:
        for point in trend.series:
            if point.is_unusual and first_of_month(report.period.start) <= point.month <= report.period.end:
                value = labels.write(BY_KEY[trend.key].unit, point.value, trend.currency)
                yield str(labels.LABELS[trend.key].name), point.month, value


def _heat(report: Report, key: str) -> HeatRow:
    return HeatRow(str(labels.LABELS[key].name), tuple(_heat_cell(row, key) for row in report.sites))


def _heat_cell(row: SiteReport, key: str) -> HeatCell:
    definition, currency = BY_KEY[key], row.site.currency if key in MONEY_KEYS else ""
    metric = row.metrics.by_currency[currency][key] if currency else row.metrics.by_key[key]
    target = row.targets.get(key)
    return HeatCell(
        site=row.site,
        value="" if metric.value is None else labels.write(definition.unit, metric.value, currency),
        is_met=None if metric.value is None or target is None else meets(definition, metric.value, target),
    )


def _benchmark(report: Report, row: Benchmark) -> BenchmarkRow:
    unit, reference, network = BY_KEY[row.key].unit, row.reference, row.network
    position, tone = report_labels.POSITIONS[row.position] if row.position else ("", "")
    network_position, network_tone = (
        report_labels.NETWORK_POSITIONS[row.network_position] if row.network_position else ("", "")
    )
    return BenchmarkRow(
        key=row.key,
        name=str(labels.LABELS[row.key].name),
        value=_of_each_currency(report, row.key),
        position=str(position),
        tone=tone,
        average=labels.write(unit, reference.average) if reference else "",
        top=labels.write(unit, reference.top) if reference else "",
        source=reference.source if reference else "",
        is_assumption=bool(reference and reference.is_assumption),
        as_of=reference.as_of if reference else None,
        # Said where it is another one than the period's.
        month_value="" if row.month_value in (None, row.value) else labels.write(unit, row.month_value),
        network_median=labels.write(unit, network.median) if network else "",
        network_best=labels.write(unit, network.best) if network else "",
        network_position=str(network_position),
        network_tone=network_tone,
        rank=_("%(rank)s of %(sites)s") % {"rank": network.rank, "sites": network.sites}
        if network and network.rank
        else "",
        network_as_of=network.as_of if network else None,
    )


def _of_each_currency(report: Report, key: str) -> str:
    """The value; over sites of two currencies one of each where francs go into it, as on its card."""
    found = [trend for trend in report.trends if trend.key == key and trend.current.value is not None]
    is_one = sum(trend.key == key for trend in report.trends) == 1
    written = (labels.write(BY_KEY[key].unit, trend.current.value, trend.currency) for trend in found)
    if is_one:
        return "".join(written)
    return " · ".join(f"{trend.currency}\u00a0{value}" for trend, value in zip(found, written, strict=True))


def _leader(report: Report, leader: Leader, currency: str) -> LeaderRow:
    return LeaderRow(
        name=report.agents[leader.agent],
        cells=tuple(leader_cell(contest.key, leader.marks[contest.key], currency) for contest in CONTESTS),
    )


_UNITS = {"signed": Unit.CONTRACTS, "rent": Unit.FRANCS, "collection": Unit.SHARE}


def leader_cell(key: str, mark: Mark, currency: str) -> LeaderCell:
    """An agent's mark in words. A satisfaction is written out of 10."""
    if mark.value is None:
        value = ""
    elif key == "satisfaction":
        value = _("%(number)s of 10") % {"number": labels.one_decimal(mark.value)}
    else:
        value = labels.write(_UNITS[key], mark.value, currency)
    n = "" if key == "signed" else report_labels.counted_mark(key, mark.n)
    too_few = mark.n > 0 and not mark.is_enough
    return LeaderCell(str(report_labels.CONTEST_NAMES[key]), value, n, mark.rank, mark.of, too_few)
