"""What the report draws, and the words and numbers that stand beside each drawing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from django.utils.translation import gettext as _

from kpi.counting.figures import Figures
from kpi.indicators.definitions import BY_KEY
from kpi.pages import labels, report_labels
from kpi.report.trends import Trend


@dataclass(frozen=True)
class LineChart:
    """Thirteen months of a KPI, between two round values, with its target."""

    key: str
    name: str
    currency: str
    trend: Trend
    title: str
    low: Decimal
    high: Decimal
    ticks: tuple[str, ...]  # from the top
    rows: tuple[tuple[Any, str, str, bool], ...]  # month, value, n, whether it is unusual

    @property
    def has_unusual(self) -> bool:
        return any(point.is_unusual for point in self.trend.series)


@dataclass(frozen=True)
class Bar:
    name: str
    part: int
    amount: str
    n: str
    tone: str


@dataclass(frozen=True)
class BarChart:
    kind: str  # "arrears" or "income"
    name: str
    currency: str
    bars: tuple[Bar, ...]
    longest: int
    total: str


def lines(found: Iterable[Trend]) -> tuple[LineChart, ...]:
    """The trends of which there is anything to draw. A chart names its currency where its KPI has several."""
    drawn = [trend for trend in found if any(point.value is not None for point in trend.series)]
    several = {key for key, n in Counter(trend.key for trend in drawn).items() if n > 1}
    return tuple(_line(trend, trend.currency if trend.key in several else "") for trend in drawn)


def _line(trend: Trend, currency: str) -> LineChart:
    unit, label = BY_KEY[trend.key].unit, labels.LABELS[trend.key]
    known = [point.value for point in trend.series if point.value is not None]
    if trend.target is not None:
        known.append(trend.target)
    low, high = _rounded_range(min(known), max(known))
    return LineChart(
        key=trend.key,
        name=str(label.name),
        currency=currency,
        trend=trend,
        title=_("%(name)s over 13 months") % {"name": label.name},
        low=low,
        high=high,
        ticks=tuple(labels.write(unit, value, trend.currency) for value in (high, (low + high) / 2, low)),
        rows=tuple(
            (
                point.month,
                "" if point.value is None else labels.write(unit, point.value, trend.currency),
                labels.counted(trend.key, point.n),
                point.is_unusual,
            )
            for point in trend.series
        ),
    )


def _rounded_range(lowest: Decimal, highest: Decimal) -> tuple[Decimal, Decimal]:
    """Round numbers that hold all values, a tenth of the largest apart: what hardly moves shall not look wild."""
    size = max(abs(lowest), abs(highest)) or Decimal(1)
    step = Decimal(10) ** ((size * Decimal("0.999")).adjusted()) if size > 1 else Decimal("0.1")
    low = (lowest / step).to_integral_value(ROUND_FLOOR) * step
    high = (highest / step).to_integral_value(ROUND_CEILING) * step
    return (low, high) if high > low else (low, low + step)


def bars(figures: Mapping[str, Figures]) -> tuple[BarChart, ...]:
    """Arrears by age and income by method, of each currency."""
    return tuple(_bars(figures))


def _bars(by_currency: Mapping[str, Figures]) -> Iterator[BarChart]:
    for currency, figures in by_currency.items():
        shown = currency if len(by_currency) > 1 else ""
        if any(part.n for part in figures.arrears):
            yield _arrears(figures, currency, shown)
        if figures.income:
            parts = sorted(figures.income.items(), key=lambda entry: -entry[1].francs)
            bars = (
                Bar(
                    name=report_labels.method(method),
                    part=part.francs,
                    amount=labels.francs(part.francs, currency),
                    n=labels.payments(part.n),
                    tone="",
                )
                for method, part in parts
            )
            yield _chart("income", _("Income by method"), shown, tuple(bars), currency)


def _arrears(figures: Figures, currency: str, shown: str) -> BarChart:
    bars = (
        Bar(
            name=report_labels.age(number),
            part=part.francs,
            amount=labels.francs(part.francs, currency),
            n=labels.rents(part.n),
            tone="minus",
        )
        for number, part in enumerate(figures.arrears)
    )
    return _chart("arrears", _("Arrears by age"), shown, tuple(bars), currency)


def _chart(kind: str, name: str, shown: str, bars: tuple[Bar, ...], currency: str) -> BarChart:
    total = sum(bar.part for bar in bars)
    return BarChart(kind, name, shown, bars, max(bar.part for bar in bars), labels.francs(total, currency))
