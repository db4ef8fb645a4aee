"""Where facts become words: values with their units, cards and charts; kpi.pages.report_page makes a page of them.

Everything is in the active language. What an indicator says of itself is in its own file (kpi.indicators).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy, pgettext

from kpi.counting.counts import Counts
from kpi.counting.figures import Figures, FrancsPart
from kpi.indicators import BY_KEY, HEADLINE, OTHERS
from kpi.indicators.indicator import Breakdown, Indicator, Unit
from kpi.pages.page import IndicatorBoard, IndicatorCard, Move, Reading
from kpi.report.trends import Comparison, Direction, Trend
from screens import formats
from screens.charts import Bar, BarChart, LineChart, rounded_range
from sites_app.rules import PAYMENT_METHODS

Text = str | Promise

DECIMALS: Mapping[Unit, int] = {
    Unit.DAYS: 1,
    Unit.SHARE: 1,
    Unit.NPS: 0,
    Unit.RISK: 1,
    Unit.CONTRACTS: 1,
    Unit.FRANCS: 0,
}
AGES: Sequence[Text] = (
    gettext_lazy("1 to 30 days late"),
    gettext_lazy("31 to 60 days late"),
    gettext_lazy("61 to 90 days late"),
    gettext_lazy("more than 90 days late"),
)
FEW_CASES = gettext_lazy("few cases")
NOT_ON_RECORD = gettext_lazy("not on record")
_ARROWS = {Direction.UP: "▲", Direction.DOWN: "▼", Direction.STABLE: "="}


# --- values -------------------------------------------------------------------------------------------------


def rounded(value: Decimal, decimals: int) -> Decimal:
    """To so many decimals, halves away from zero."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def shown(unit: Unit, value: Decimal) -> Decimal:
    """The number that a screen shows for a value: shares in percent, one decimal where there is one."""
    return rounded(value * 100 if unit is Unit.SHARE else value, DECIMALS[unit])


def shown_each(unit: Unit, values: Iterable[Decimal | None]) -> list[Decimal | None]:
    """The numbers that a screen shows for values of one unit."""
    return [None if value is None else shown(unit, value) for value in values]


def written(unit: Unit, values: Iterable[Decimal | None], currency: str = "") -> list[str]:
    """Values of one unit, in the reader's language: "91 %", "42 days", "1 500 000 GNF"; "" for None."""
    numbers = shown_each(unit, values)
    texts = iter(_with_unit(unit, [number for number in numbers if number is not None], currency))
    return ["" if number is None else next(texts) for number in numbers]


def write(unit: Unit, value: Decimal, currency: str = "") -> str:
    """One value with its unit."""
    [text] = written(unit, [value], currency)
    return text


def _with_unit(unit: Unit, numbers: Sequence[Decimal], currency: str) -> list[str]:
    if unit is Unit.SHARE:
        return formats.percents_at_most(number / 100 for number in numbers)
    if unit is Unit.FRANCS:
        return formats.francs_of(numbers, currency)
    texts = list(zip(numbers, formats.numbers_at_most(numbers), strict=True))
    if unit is Unit.DAYS:
        return [ngettext("%(number)s day", "%(number)s days", _plural(n)) % {"number": text} for n, text in texts]
    if unit is Unit.RISK:
        return [_("%(number)s out of 100") % {"number": text} for _n, text in texts]
    return [text for _n, text in texts]


def write_change(indicator: Indicator, comparison: Comparison, currency: str = "") -> str:
    """How far a value moved, with its sign: "−2.1 points", "+3 days"; francs by their share of the previous."""
    unit, change = indicator.unit, comparison.change
    sign = "+" if change > 0 else "−" if change < 0 else ""
    number = abs(shown(unit, change))
    if unit is Unit.FRANCS and comparison.relative is not None:
        return sign + write(Unit.SHARE, abs(comparison.relative))
    if unit in (Unit.SHARE, Unit.NPS, Unit.RISK):
        [text] = formats.numbers_at_most([number])
        return ngettext("%(number)s point", "%(number)s points", _plural(number)) % {"number": sign + text}
    return sign + _with_unit(unit, [number], currency)[0]


def is_stable(indicator: Indicator, comparison: Comparison) -> bool:
    """Whether a reader sees no move: none was made, or one whose digits are not shown ("+0.04 contracts")."""
    return comparison.direction is Direction.STABLE or not shown(indicator.unit, comparison.change)


def _plural(number: Decimal) -> int:
    """The whole number whose form a number takes: 1.5 is singular in French and plural in English, as 0 is."""
    size = abs(number)
    if size == size.to_integral_value():
        return int(size)
    return 0 if size < 2 else 2


def counted(noun: Text, numbers: Sequence[int]) -> list[str]:
    """Numbers with their noun: "412 rents due"."""
    texts = formats.numbers_at_most(numbers, 0)
    return [noun % {"n": n, "count": text} for n, text in zip(numbers, texts, strict=True)]


# --- cards --------------------------------------------------------------------------------------------------


def board(trends: Iterable[Trend], counts: Mapping[str, Counts]) -> IndicatorBoard:
    """The indicators of one period beside the one before, and nothing else."""
    trends = list(trends)
    cards = cards_of(trends, counts)
    return IndicatorBoard(
        headline=tuple(cards[key] for key in HEADLINE),
        others=tuple(cards[key] for key in OTHERS),
        is_empty=all(trend.current.n == 0 for trend in trends),
    )


def cards_of(trends: Sequence[Trend], counts: Mapping[str, Counts]) -> dict[str, IndicatorCard]:
    """The card of each indicator."""
    return {key: card_for_indicator(key, [trend for trend in trends if trend.key == key], counts) for key in BY_KEY}


def card_for_indicator(key: str, of_key: Sequence[Trend], counts: Mapping[str, Counts]) -> IndicatorCard:
    """One KPI from its trends, one for each currency where francs go into it; `counts` as in Metrics."""
    indicator = BY_KEY[key]
    return IndicatorCard(
        key=key,
        name=str(indicator.name),
        icon=indicator.icon,
        definition=str(indicator.hint),
        readings=tuple(_reading(indicator, trend, counts[trend.currency], is_one=len(of_key) == 1) for trend in of_key),
    )


def _reading(indicator: Indicator, trend: Trend, counts: Counts, *, is_one: bool) -> Reading:
    metric, currency = trend.current, trend.currency
    known = [point.value for point in trend.series if point.value is not None]
    unusual = [point.month for point in trend.series if point.is_unusual]
    first, last = (known[0], known[-1]) if known else (None, None)
    previous = trend.comparison.previous if trend.comparison else None
    value, target, before, first_text, last_text = written(
        indicator.unit, (metric.value, trend.target, previous, first, last), currency
    )
    numbers = indicator.breakdown.of(counts)
    n, *parts = formats.numbers_at_most([metric.n, *numbers.values()], 0)
    return Reading(
        currency="" if is_one else currency,
        value=value,
        n=indicator.counted % {"n": metric.n, "count": n},
        few=str(FEW_CASES) if metric.is_few else "",
        missing="" if metric.missing is None else str(metric.missing.words),
        target=target,
        is_met=trend.is_met,
        target_tone="quiet" if metric.is_few else "good" if trend.is_met else "bad",
        move=_move(indicator, trend, before),
        basis=_basis(indicator.breakdown, numbers, parts, currency) if value else "",
        series=trend.series,
        series_title=_("%(count)s months: from %(first)s to %(last)s")
        % {"count": len(trend.series), "first": first_text, "last": last_text}
        if known
        else "",
        unusual=tuple(formats.months(unusual, is_short=True)) if unusual else (),
        **_aside(indicator, counts),
    )


def _aside(indicator: Indicator, counts: Counts) -> dict[str, str]:
    aside = indicator.aside
    number = getattr(counts, aside.count) if aside is not None else 0
    if aside is None or not number:
        return {}
    [sentence] = counted(aside.sentence, [number])
    return {"aside": sentence, "aside_group": aside.group}


def _move(indicator: Indicator, trend: Trend, previous: str) -> Move | None:
    comparison = trend.comparison
    if comparison is None:
        return None
    if is_stable(indicator, comparison):
        return Move(_ARROWS[Direction.STABLE], "", pgettext("KPI", "stable"), previous, "quiet")
    is_few = trend.current.is_few or trend.previous.is_few
    return Move(
        arrow=_ARROWS[comparison.direction],
        change=write_change(indicator, comparison, trend.currency),
        verdict=pgettext("KPI", "better") if comparison.is_good else pgettext("KPI", "worse"),
        previous=previous,
        tone="quiet" if is_few else "good" if comparison.is_good else "bad",
    )


def _basis(breakdown: Breakdown, numbers: Mapping[str, int], parts: Sequence[str], currency: str) -> str:
    """The counts behind a value, so that it can be checked against the records."""
    amounts = formats.francs_of([numbers[name] for name in breakdown.francs], currency) if breakdown.francs else []
    texts = dict(zip(numbers, parts, strict=True)) | dict(zip(breakdown.francs, amounts, strict=True))
    return breakdown.sentence % texts


# --- charts -------------------------------------------------------------------------------------------------


def lines(trends: Iterable[Trend]) -> tuple[LineChart, ...]:
    """The trends of which there is anything to draw. A chart names its currency where its KPI has several."""
    drawn = [trend for trend in trends if any(point.value is not None for point in trend.series)]
    keys = [trend.key for trend in drawn]
    if not drawn:
        return ()
    months = [point.month for point in drawn[0].series]
    full = formats.months(months)
    short = formats.months([months[place] for place in (0, len(months) // 2, -1)], is_short=True)
    return tuple(_line(trend, trend.currency if keys.count(trend.key) > 1 else "", full, short) for trend in drawn)


def _line(trend: Trend, remark: str, months: Sequence[str], names: Sequence[str]) -> LineChart:
    indicator, series = BY_KEY[trend.key], trend.series
    low, high = rounded_range([v for v in (*(point.value for point in series), trend.target) if v is not None])
    ticks = (high, (low + high) / 2, low)
    texts = written(indicator.unit, [*ticks, *(point.value for point in series)], trend.currency)
    return LineChart(
        title=_("%(name)s over 13 months") % {"name": indicator.name},
        head=str(indicator.name),
        remark=remark,
        points=series,
        low=low,
        high=high,
        goal=trend.target,
        ticks=texts[:3],
        names=names,
        rows=list(
            zip(
                months,
                [
                    text or ("" if p.is_on_record else str(NOT_ON_RECORD))
                    for text, p in zip(texts[3:], series, strict=True)
                ],
                counted(indicator.counted, [point.n for point in series]),
                [point.is_unusual for point in series],
                strict=True,
            )
        ),
        has_unusual=any(point.is_unusual for point in series),
    )


def bars(by_currency: Mapping[str, Figures]) -> Iterator[BarChart]:
    """Arrears by age and income by method, of each currency."""
    for currency, figures in by_currency.items():
        remark = currency if len(by_currency) > 1 else ""
        if any(part.n for part in figures.arrears):
            noun = ngettext_lazy("%(count)s amount", "%(count)s amounts", "n")
            named = list(zip(AGES, figures.arrears, strict=True))
            yield _bars("arrears", _("Arrears by age"), remark, named, noun, currency, tone="minus")
        if figures.income:
            noun = ngettext_lazy("%(count)s payment", "%(count)s payments", "n")
            parts = sorted(figures.income.items(), key=lambda entry: -entry[1].francs)
            named = [(method(code), part) for code, part in parts]
            yield _bars("income", _("Income by payment method"), remark, named, noun, currency)


def _bars(
    kind: str,
    name: str,
    remark: str,
    parts: Sequence[tuple[Text, FrancsPart]],
    noun: Text,
    currency: str,
    tone: str = "",
) -> BarChart:
    francs = [part.francs for _name, part in parts]
    *amounts, total = formats.francs_of([*francs, sum(francs)], currency)
    numbers = counted(noun, [part.n for _name, part in parts])
    return BarChart(
        kind=kind,
        name=name,
        remark=remark,
        bars=[
            Bar(str(of), part.francs, amount, n, tone)
            for (of, part), amount, n in zip(parts, amounts, numbers, strict=True)
        ],
        longest=max(francs),
        total=total,
    )


def method(code: str) -> str:
    """How a payment came in."""
    return str(dict(PAYMENT_METHODS).get(code, code))
