"""The report as files: one table for a CSV, a sheet for each subject in an XLSX. Numbers are those of the screen."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from kpi.indicators import BY_KEY, HEADLINE, OTHERS
from kpi.indicators.indicator import Unit
from kpi.pages.report_page import CONTEST_NAMES, page_of
from kpi.pages.words import AGES, NOT_ON_RECORD, method, rounded, shown_each
from kpi.report.leaders import CONTESTS, Mark
from kpi.report.report import Report
from kpi.report.trends import Trend
from screens.exports import as_csv, as_xlsx, readable_rows

Row = list[Any]


def report_file(report: Report, kind: str) -> bytes:
    """The report as "csv" or "xlsx", in the active language."""
    if kind == "csv":
        return as_csv(readable_rows(indicators(report)))
    return as_xlsx(
        {
            _("Indicators"): indicators(report),
            _("Where to act"): _gaps(report),
            _("Agents"): _leaders(report),
            _("Arrears and income"): _bars(report),
            **({_("Sites"): _sites(report)} if len(report.sites) > 1 else {}),
        }
    )


def indicators(report: Report) -> Iterator[Row]:
    """A row for each KPI, with a column for each month."""
    months = [point.month.strftime("%Y-%m") for point in report.trends[0].series]
    yield [
        _("Indicator"), _("Unit"), _("Value"), _("Counted"), _("Previous period"),
        _("Target"), _("Target met"), _("Few cases"),
        _("Reference: average"), _("Reference: best"), _("Our sites: median"), _("Our sites: best"), _("Our rank"),
        *months,
    ]  # fmt: skip
    benchmarks = {row.key: row for row in report.benchmarks}
    for trend in _in_page_order(report):
        row = benchmarks[trend.key]
        reference, network = row.reference, row.network
        value, previous, target, average, top, median, best, *series = shown_each(
            BY_KEY[trend.key].unit,
            (
                trend.current.value,
                trend.previous.value,
                trend.target,
                *((reference.average, reference.top) if reference else (None, None)),
                *((network.median, network.best) if network else (None, None)),
                *(point.value for point in trend.series),
            ),
        )
        yield [
            str(BY_KEY[trend.key].name),
            _unit(trend),
            value,
            trend.current.n,
            previous,
            target,
            {True: _("yes"), False: _("no"), None: None}[trend.is_met],
            _("yes") if trend.current.is_few else None,
            average,
            top,
            median,
            best,
            network.rank if network else None,
            *(
                value if point.is_on_record else str(NOT_ON_RECORD)
                for value, point in zip(series, trend.series, strict=True)
            ),
        ]


def _in_page_order(report: Report) -> Iterable[Trend]:
    for key in (*HEADLINE, *OTHERS):
        yield from (trend for trend in report.trends if trend.key == key)


def _unit(trend: Trend) -> str:
    return {
        Unit.SHARE: "%" + (f" ({trend.currency})" if trend.currency else ""),
        Unit.DAYS: _("days"),
        Unit.NPS: _("points"),
        Unit.RISK: _("points out of 100"),
        Unit.CONTRACTS: _("contracts"),
        Unit.FRANCS: trend.currency,
    }[BY_KEY[trend.key].unit]


def _gaps(report: Report) -> Iterator[Row]:
    yield [_("Indicator"), _("Priority"), _("Shortfall against target"), _("What it is worth"), _("What to do")]
    for gap in page_of(report).gaps:
        yield [gap.name, gap.priority, gap.sentence, " ".join(gap.worth), gap.advice]


def _leaders(report: Report) -> Iterator[Row]:
    names = [str(CONTEST_NAMES[contest.key]) + (" (%)" if contest.is_rate else "") for contest in CONTESTS]
    yield [_("Agent"), _("Currency"), *(heading for name in names for heading in (name, _("Counted"), _("Rank")))]
    for currency, rows in report.leaders.items():
        for leader in rows:
            cells = (_mark(leader.marks[contest.key], is_rate=contest.is_rate) for contest in CONTESTS)
            yield [report.agents[leader.agent], currency, *(cell for cells_of_one in cells for cell in cells_of_one)]


def _mark(mark: Mark, *, is_rate: bool) -> Row:
    # A rate has one scale in all sheets: that of the screen.
    value = None if mark.value is None else rounded(mark.value * 100 if is_rate else mark.value, 1)
    return [value, mark.n, mark.rank]


def _bars(report: Report) -> Iterator[Row]:
    yield [_("Subject"), _("Part"), _("Counted"), _("Francs"), _("Currency")]
    for currency, figures in report.figures.items():
        for number, part in enumerate(figures.arrears):
            yield [_("Arrears by age"), str(AGES[number]), part.n, part.francs, currency]
        for code, part in figures.income.items():
            yield [_("Income by payment method"), method(code), part.n, part.francs, currency]


def _sites(report: Report) -> Iterator[Row]:
    keys = (*HEADLINE, *OTHERS)
    yield [_("Site"), _("Currency"), *(str(BY_KEY[key].name) for key in keys)]
    for row in report.sites:
        values = (shown_each(BY_KEY[key].unit, [row.own[key].value]) for key in keys)
        yield [row.site.name, row.site.currency, *(value for [value] in values)]
