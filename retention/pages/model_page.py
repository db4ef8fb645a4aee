"""What the page of the model shows: the points in use beside those of the first day, how well they did, what was
rejected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from insight.adoption import Rejection
from insight.points import STARTING_TABLE, Bands, PointsTable
from insight.rates import Rate, wilson
from retention.learning import NOT_READABLE, REASON_SEPARATOR
from retention.models import ListRecord, ScoreModel
from retention.pages import words
from retention.pages.profile_page import number, share, signed
from screens import formats
from screens.texts import Text

_REJECTIONS: Mapping[str, Text] = {
    Rejection.TOO_FEW_DECISIONS: gettext_lazy("too few departures to learn from"),
    Rejection.NOTHING_PREDICTED: gettext_lazy("nothing to predict in the last four quarters"),
    Rejection.WORSE_THAN_TABLE: gettext_lazy("its forecasts were worse than those of the starting table"),
    Rejection.WORSE_THAN_CURRENT: gettext_lazy("its forecasts were worse than those of the points in use"),
    Rejection.WRONG_IN_NUMBER: gettext_lazy("more or fewer left than it said, by more than chance"),
    NOT_READABLE: gettext_lazy("what came of it was no table of points"),
}


@dataclass(frozen=True)
class BandShown:
    """One band of a term. `learned` is "" where nothing learned is in use; `differs` where it is another."""

    band: str
    starting: str
    learned: str
    differs: bool


@dataclass(frozen=True)
class TermShown:
    name: str
    bands: Sequence[BandShown]


@dataclass(frozen=True)
class CalibrationShown:
    """Of n tenancies of like forecasts: what was said of them on average, and how many decided to leave."""

    said: str
    seen: str
    n: str
    interval: str
    holds: bool


@dataclass(frozen=True)
class ModelShown:
    """Points that were once learned, and what became of them."""

    model: ScoreModel
    is_in_use: bool
    is_adopted: bool
    auc: str
    ratio: str
    reasons: Sequence[str]


@dataclass(frozen=True)
class RecordShown:
    """How the list did: of those who stood first, and of all others, how many decided within 90 days."""

    record: ListRecord
    first: str
    rest: str


def terms_shown(learned: PointsTable | None) -> list[TermShown]:
    """Each term of the table with its bands."""
    by_key = {bands.key: bands for bands in learned.bands} if learned else {}
    return [TermShown(words.name(bands.key), _bands(bands, by_key.get(bands.key))) for bands in STARTING_TABLE.bands]


def _bands(starting: Bands, learned: Bands | None) -> list[BandShown]:
    # Learning moves points, never edges.
    found = []
    for number_of, points in enumerate(starting.points):
        now = learned.points[number_of] if learned else None
        found.append(
            BandShown(
                band=band_in_words(starting, number_of),
                starting=signed(points),
                learned="" if now is None else signed(now),
                differs=now is not None and now != points,
            )
        )
    return found


def band_in_words(bands: Bands, band: int) -> str:
    """From where to where a band reaches: "under 3", "3 to under 7", "7 and more"."""
    edges = [number(Decimal(str(edge))) for edge in bands.edges]
    if bands.key == "window":
        if band == 0:
            return _("none within 120 days")
        if band < len(edges) and edges[band - 1] == "0":
            return _("under %(edge)s months") % {"edge": edges[band]}
        if band < len(edges):
            return _("%(low)s to under %(edge)s months") % {"low": edges[band - 1], "edge": edges[band]}
        return _("%(edge)s months and more") % {"edge": edges[-1]}
    if band == 0:
        return _("under %(edge)s") % {"edge": edges[0]}
    if band == len(edges):
        return _("%(edge)s and more") % {"edge": edges[-1]}
    return _("%(low)s to under %(edge)s") % {"low": edges[band - 1], "edge": edges[band]}


def calibration_shown(model: ScoreModel | None) -> list[CalibrationShown]:
    """The rows of a model's forecasts, each made before anybody knew."""
    return [
        CalibrationShown(
            said=share(row["said"]),
            seen=formats.number(row["seen"]),
            n=formats.number(row["n"]),
            interval=interval_in_words(row["low"], row["high"]),
            holds=row["low"] <= row["said"] <= row["high"],
        )
        for row in (model.calibration if model else ())
    ]


def model_shown(model: ScoreModel, in_use: int | None) -> ModelShown:
    """One line of the list of models."""
    figures: Mapping[str, Any] = model.metrics
    ratio = _figure(figures, "ratio")
    if ratio and figures.get("ratio_low") is not None:
        bounds = formats.number(figures["ratio_low"], 2), formats.number(figures["ratio_high"], 2)
        ratio = _("%(ratio)s (%(low)s to %(high)s)") % {"ratio": ratio, "low": bounds[0], "high": bounds[1]}
    return ModelShown(
        model=model,
        is_in_use=model.pk == in_use,
        is_adopted=model.status == ScoreModel.Status.ADOPTED,
        auc=_figure(figures, "auc"),
        ratio=ratio,
        reasons=[_reason(reason) for reason in model.reason.split(REASON_SEPARATOR) if reason],
    )


def _reason(kept: str) -> str:
    """A reason in words; what is behind a colon is for whoever looks after AKIG."""
    return str(_REJECTIONS.get(kept.partition(":")[0], kept))


def record_shown(record: ListRecord) -> RecordShown:
    """One line of the list's own record."""
    return RecordShown(record, k_of_n(record.k, record.n), k_of_n(record.k_rest, record.n_rest))


def k_of_n(k: int, n: int) -> str:
    """ "3 of 10 (11–60 %)"; a dash of nobody."""
    if not n:
        return formats.NOTHING
    interval = wilson(Rate(k, n))
    values = {
        "k": formats.number(k),
        "n": formats.number(n),
        "interval": interval_in_words(interval.low, interval.high),
    }
    return _("%(k)s of %(n)s (%(interval)s)") % values


def interval_in_words(low: float, high: float) -> str:
    """ "11–60 %"; of small shares with a decimal."""
    decimals = 0 if high >= 0.1 else 1
    return f"{formats.number(100 * low, decimals)}–{formats.percent(high, decimals)}"


def _figure(figures: Mapping[str, Any], name: str) -> str:
    value = figures.get(name)
    return "" if value is None else formats.number(value, 2)
