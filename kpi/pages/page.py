"""The report as its page, its paper, its files and its mail see it: in words, in the order in which one acts on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from kpi.report.trends import Point
from screens.charts import BarChart, LineChart
from sites_app.models import Site


@dataclass(frozen=True)
class Move:
    """Against the previous period: arrow, "+2.1 points", "better", the value then, and "good", "bad" or "quiet"."""

    arrow: str
    change: str
    verdict: str
    previous: str
    tone: str


@dataclass(frozen=True)
class Reading:
    """One value of a card; over sites of two currencies a card of francs has one for each.

    `target_tone` is "good", "bad", or "quiet" where the value stands on few cases.
    """

    currency: str
    value: str
    n: str
    few: str  # what is said of few cases; "" where there are enough
    missing: str
    target: str
    is_met: bool | None
    target_tone: str
    move: Move | None
    basis: str
    series: tuple[Point, ...] = ()
    series_title: str = ""
    unusual: tuple[str, ...] = ()  # the months that the drawing marks, to be named beside it
    aside: str = ""  # what else one should look at, and the group of rows that has it
    aside_group: str = ""


@dataclass(frozen=True)
class IndicatorCard:
    key: str
    name: str
    icon: str
    definition: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class IndicatorBoard:
    headline: tuple[IndicatorCard, ...]
    others: tuple[IndicatorCard, ...]
    is_empty: bool


@dataclass(frozen=True)
class Gap:
    """A KPI short of its target: the sentence, what closing it is worth, what to do and where."""

    key: str
    name: str
    priority: str
    tone: str
    sentence: str
    worth: tuple[str, ...]
    few: str
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
    as_of: str
    month_value: str
    network_median: str
    network_best: str
    network_position: str
    network_tone: str
    rank: str
    network_as_of: str


@dataclass(frozen=True)
class LeaderCell:
    """An agent's value in one contest. `interval` and `differs` are said of rates only."""

    name: str
    value: str
    n: str
    rank: int | None
    of: int  # how many are ranked
    too_few: bool
    interval: str
    differs: str  # where the difference to the other agents together is more than chance


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
    """A site's value; `is_met` None where it has no target, or no value. `tone` is "" where it stands on few cases."""

    site: Site
    value: str
    is_met: bool | None
    tone: str


@dataclass(frozen=True)
class HeatRow:
    """A KPI on each of the sites."""

    name: str
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True)
class Page:
    headline: Sequence[IndicatorCard]
    others: Sequence[IndicatorCard]
    is_empty: bool
    gaps: Sequence[Gap]
    gaps_by_francs: bool  # they are in order of what they are worth, not of how large they are
    unusual: Sequence[tuple[str, str, str]]  # the KPI's name, the month, the value
    heat: Sequence[HeatRow]
    lines: Sequence[LineChart]
    bars: Sequence[BarChart]
    benchmarks: Sequence[BenchmarkRow]
    leaders: Sequence[LeaderTable]
