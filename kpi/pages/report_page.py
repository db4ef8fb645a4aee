"""The page object of a report: everything in words once, in the order in which one acts on it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from insight.rates import Interval
from kpi.counting.periods import first_of_month
from kpi.indicators import BY_KEY, DRAWN, HEADLINE, OTHERS
from kpi.indicators.indicator import Indicator, Unit
from kpi.pages.page import (
    BenchmarkRow,
    Gap,
    HeatCell,
    HeatRow,
    IndicatorCard,
    LeaderCell,
    LeaderRow,
    LeaderTable,
    Page,
    Reading,
)
from kpi.pages.words import Text, bars, cards_of, counted, lines, written
from kpi.report.benchmarks import Benchmark, Position
from kpi.report.improvements import GapPriority, Improvement, is_by_francs
from kpi.report.leaders import CONTESTS, Mark
from kpi.report.report import Report, SiteReport
from screens import formats

PRIORITIES: Mapping[GapPriority, tuple[Text, str]] = {
    GapPriority.CRITICAL: (gettext_lazy("Critical shortfall"), "bad"),
    GapPriority.HIGH: (gettext_lazy("Large shortfall"), "bad"),
    GapPriority.MEDIUM: (gettext_lazy("Medium shortfall"), "warn"),
    GapPriority.LOW: (gettext_lazy("Small shortfall"), ""),
}
POSITIONS: Mapping[Position, tuple[Text, str]] = {
    Position.ABOVE: (gettext_lazy("better than average"), "good"),
    Position.AT: (gettext_lazy("at the average"), ""),
    Position.BELOW: (gettext_lazy("worse than average"), "bad"),
}
NETWORK_POSITIONS: Mapping[Position, tuple[Text, str]] = {
    Position.ABOVE: (gettext_lazy("better than the median"), "good"),
    Position.AT: (gettext_lazy("at the median"), ""),
    Position.BELOW: (gettext_lazy("worse than the median"), "bad"),
}
CONTEST_NAMES: Mapping[str, Text] = {
    "signed": gettext_lazy("Contracts signed"),
    "rent": gettext_lazy("Monthly rent managed"),
    "collection": gettext_lazy("Collection"),
    "satisfaction": gettext_lazy("Satisfaction"),
}
_CONTEST_UNITS = {"signed": Unit.CONTRACTS, "rent": Unit.FRANCS, "collection": Unit.SHARE}
_CONTEST_COUNTS: Mapping[str, Text] = {
    "rent": ngettext_lazy("%(count)s contract", "%(count)s contracts", "n"),
    "collection": ngettext_lazy("%(count)s rent due", "%(count)s rents due", "n"),
    "satisfaction": ngettext_lazy("%(count)s answer", "%(count)s answers", "n"),
}


def page_of(report: Report) -> Page:
    """Everything in words, in the active language."""
    cards = cards_of(report.trends, report.metrics.counts)
    days = _days(report.benchmarks)
    return Page(
        headline=[cards[key] for key in HEADLINE],
        others=[cards[key] for key in OTHERS],
        is_empty=report.is_empty,
        gaps=[_gap(report, improvement, cards[improvement.key]) for improvement in report.improvements],
        gaps_by_francs=is_by_francs(report.improvements),
        unusual=list(_unusual(report)),
        heat=[_heat(report.sites, key) for key in (*HEADLINE, *OTHERS)] if len(report.sites) > 1 else [],
        lines=lines(trend for key in DRAWN for trend in report.trends if trend.key == key),
        bars=list(bars(report.figures)),
        benchmarks=[_benchmark(row, cards[row.key], days) for row in report.benchmarks if row.reference or row.network],
        leaders=list(_leaders(report)),
    )


def _gap(report: Report, short: Improvement, card: IndicatorCard) -> Gap:
    indicator, reading = BY_KEY[short.key], _reading_in(card, short.currency)
    priority, tone = PRIORITIES[short.priority]
    url_name, _query, query = indicator.advice.page.partition("?")
    return Gap(
        key=short.key,
        name=card.name if len(report.currencies) == 1 or not short.currency else f"{card.name} ({short.currency})",
        priority=str(priority),
        tone="" if reading.few else tone,
        sentence=_("%(value)s, for a target of %(target)s (%(count)s).")
        % {"value": reading.value, "target": reading.target, "count": reading.n},
        worth=tuple(_worth(short)),
        few=reading.few,
        advice=str(indicator.advice.text),
        link=str(indicator.advice.link),
        address=f"{reverse(url_name)}?{query}" if url_name else "",
    )


def _reading_in(card: IndicatorCard, currency: str) -> Reading:
    # A card of one value names no currency, whatever it is of.
    return next(reading for reading in card.readings if len(card.readings) == 1 or reading.currency == currency)


def _worth(short: Improvement) -> Iterator[str]:
    """What closing the gap is worth in each currency, and how that was counted."""
    gain = BY_KEY[short.key].gain
    if gain is None:
        return
    for currency, worth in short.worth.items():
        [count] = formats.numbers_at_most([worth.units], 0)
        amount = formats.francs(worth.francs, currency)
        yield gain.sentence % {"n": worth.units, "count": count, "amount": amount}


def _unusual(report: Report) -> Iterator[tuple[str, str, str]]:
    """The unusual months of the period; those before are marked where their line is drawn."""
    first, last = first_of_month(report.period.start), report.period.end
    for trend in report.trends:
        for point in trend.series:
            if point.is_unusual and first <= point.month <= last:
                [value] = written(BY_KEY[trend.key].unit, [point.value], trend.currency)
                yield str(BY_KEY[trend.key].name), formats.month(point.month), value


def _heat(sites: Sequence[SiteReport], key: str) -> HeatRow:
    indicator = BY_KEY[key]
    texts = dict(_of_sites(sites, indicator))
    return HeatRow(str(indicator.name), tuple(_heat_cell(row, indicator, texts[row.site.code]) for row in sites))


def _of_sites(sites: Sequence[SiteReport], indicator: Indicator) -> Iterator[tuple[str, str]]:
    """Each site's value, in its own currency."""
    for currency in {row.site.currency for row in sites} if indicator.unit is Unit.FRANCS else {""}:
        alike = [row for row in sites if currency in ("", row.site.currency)]
        texts = written(indicator.unit, [row.own[indicator.key].value for row in alike], currency)
        yield from zip((row.site.code for row in alike), texts, strict=True)


def _heat_cell(row: SiteReport, indicator: Indicator, value: str) -> HeatCell:
    is_met = row.is_met.get(indicator.key)
    tone = "" if is_met is None or row.own[indicator.key].is_few else "good" if is_met else "bad"
    return HeatCell(row.site, value, is_met, tone)


def _days(benchmarks: Sequence[Benchmark]) -> dict[date, str]:
    """The days on which the comparisons were made: a few, and each in words once."""
    days = {of.as_of for row in benchmarks for of in (row.reference, row.network) if of}
    return {day: formats.date_short(day) for day in days}


def _benchmark(row: Benchmark, card: IndicatorCard, days: Mapping[date, str]) -> BenchmarkRow:
    reference, network = row.reference, row.network
    position, tone = POSITIONS[row.position] if row.position else ("", "")
    network_position, network_tone = NETWORK_POSITIONS[row.network_position] if row.network_position else ("", "")
    average, top, month_value, median, best = written(
        BY_KEY[row.key].unit,
        (
            *((reference.average, reference.top) if reference else (None, None)),
            # Said where it is another one than the period's.
            None if row.month_value == row.value else row.month_value,
            *((network.median, network.best) if network else (None, None)),
        ),
    )
    return BenchmarkRow(
        key=row.key,
        name=card.name,
        value=_of_each_currency(card),
        position=str(position),
        tone="" if row.is_few else tone,
        average=average,
        top=top,
        source=reference.source if reference else "",
        is_assumption=bool(reference and reference.is_assumption),
        as_of=days[reference.as_of] if reference else "",
        month_value=month_value,
        network_median=median,
        network_best=best,
        network_position=str(network_position),
        network_tone="" if row.is_month_few else network_tone,
        rank=_("%(rank)s of %(sites)s") % {"rank": network.rank, "sites": network.sites}
        if network and network.rank
        else "",
        network_as_of=days[network.as_of] if network else "",
    )


def _of_each_currency(card: IndicatorCard) -> str:
    """The value; over sites of two currencies one of each where francs go into it."""
    if len(card.readings) == 1:
        return card.readings[0].value
    return " · ".join(f"{reading.currency}\u00a0{reading.value}" for reading in card.readings if reading.value)


def _leaders(report: Report) -> Iterator[LeaderTable]:
    for currency, rows in report.leaders.items():
        if not rows:
            continue
        columns = [leader_cells(c.key, [leader.marks[c.key] for leader in rows], currency) for c in CONTESTS]
        yield LeaderTable(
            "" if len(report.currencies) == 1 else currency,
            tuple(
                LeaderRow(report.agents[leader.agent], cells)
                for leader, cells in zip(rows, zip(*columns, strict=True), strict=True)
            ),
        )


def leader_cells(key: str, marks: Sequence[Mark], currency: str) -> list[LeaderCell]:
    """Agents' marks of one contest in words. A satisfaction is written out of 10."""
    if key == "satisfaction":
        known = (None if mark.value is None else round(mark.value, 1) for mark in marks)
        values = [text and _("%(number)s out of 10") % {"number": text} for text in written(Unit.CONTRACTS, known)]
    else:
        values = written(_CONTEST_UNITS[key], (mark.value for mark in marks), currency)
    # Contracts signed are their own number.
    numbers = counted(_CONTEST_COUNTS[key], [mark.n for mark in marks]) if key in _CONTEST_COUNTS else [""] * len(marks)
    intervals = iter(_intervals([mark.interval for mark in marks if mark.interval is not None]))
    return [
        LeaderCell(
            name=str(CONTEST_NAMES[key]),
            value=value,
            n=n,
            rank=mark.rank,
            of=mark.of,
            too_few=mark.n > 0 and not mark.is_enough,
            interval="" if mark.interval is None else next(intervals),
            differs="" if mark.is_above is None else _("above the others") if mark.is_above else _("below the others"),
        )
        for mark, value, n in zip(marks, values, numbers, strict=True)
    ]


def _intervals(intervals: Sequence[Interval]) -> list[str]:
    ends = formats.percents_at_most([end for interval in intervals for end in (interval.low, interval.high)], 0)
    pairs = zip(ends[::2], ends[1::2], strict=True)
    return [_("%(low)s to %(high)s") % {"low": low, "high": high} for low, high in pairs]
