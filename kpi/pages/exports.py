"""The report as files: one table for a CSV, a sheet for each subject in an XLSX. Numbers are those of the screen."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from kpi.indicators import BY_KEY, HEADLINE, OTHERS
from kpi.indicators.indicator import Unit
from kpi.pages.report_page import CONTEST_NAMES, page_of
from kpi.pages.words import AGES, method, rounded, shown
from kpi.report.leaders import CONTESTS
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
        row, unit = benchmarks[trend.key], BY_KEY[trend.key].unit
        reference, network = row.reference, row.network
        yield [
            str(BY_KEY[trend.key].name),
            _unit(trend),
            _number(unit, trend.current.value),
            trend.current.n,
            _number(unit, trend.previous.value),
            _number(unit, trend.target),
            {True: _("yes"), False: _("no"), None: None}[trend.is_met],
            _("yes") if trend.current.is_few else None,
            _number(unit, reference.average if reference else None),
            _number(unit, reference.top if reference else None),
            _number(unit, network.median if network else None),
            _number(unit, network.best if network else None),
            network.rank if network else None,
            *(_number(unit, point.value) for point in trend.series),
        ]


def _in_page_order(report: Report) -> Iterable[Trend]:
    for key in (*HEADLINE, *OTHERS):
        yield from (trend for trend in report.trends if trend.key == key)


def _number(unit: Unit, value: Decimal | None) -> Decimal | None:
    return None if value is None else shown(unit, value)


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
    yield [
        _("Agent"), _("Currency"),
        *(heading for c in CONTESTS for heading in (str(CONTEST_NAMES[c.key]), _("Counted"), _("Rank"))),
    ]  # fmt: skip
    for currency, rows in report.leaders.items():
        for leader in rows:
            marks = [leader.marks[contest.key] for contest in CONTESTS]
            values = [None if mark.value is None else rounded(mark.value, 3) for mark in marks]
            yield [
                report.agents[leader.agent],
                currency,
                *(cell for mark, value in zip(marks, values, strict=True) for cell in (value, mark.n, mark.rank)),
            ]


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
        values = (_number(BY_KEY[key].unit, row.own[key].value) for key in keys)
        yield [row.site.name, row.site.currency, *values]
