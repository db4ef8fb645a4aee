"""The KPIs as the page shows them: each value beside its target, its past, and what it stands on."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kpi import labels
from kpi.definitions import (
    BY_KEY,
    MONEY_KEYS,
    Direction,
    Metric,
    Metrics,
    compare,
    meets,
    relative_gap,
)
from kpi.queries import Targets

# Money first, then the houses and those who live in them, then the work.
HEADLINE = (
    "paymentCollectionRate",
    "occupancyRate",
    "tenantRetentionRate",
    "renewalRate",
    "portfolioRiskScore",
    "averageResolutionTime",
    "npsScore",
    "revenuePerAgent",
    "agentProductivity",
)
OTHERS = ("resolutionRate", "depositReturnRate", "depositReturnTime")
_ARROWS = {Direction.UP: "▲", Direction.DOWN: "▼", Direction.STABLE: "="}


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
    """One value of a card; over sites of two currencies a card of francs has one for each."""

    currency: str
    value: str
    n: str
    missing: str
    target: str
    is_met: bool | None
    move: Move | None
    basis: str


@dataclass(frozen=True)
class Card:
    key: str
    name: str
    icon: str
    definition: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class Board:
    headline: tuple[Card, ...]
    others: tuple[Card, ...]
    look_first: str
    is_empty: bool


def board(current: Metrics, previous: Metrics, targets: Targets) -> Board:
    """Everything the page shows of one period beside the one before."""
    return Board(
        headline=tuple(_card(key, current, previous, targets) for key in HEADLINE),
        others=tuple(_card(key, current, previous, targets) for key in OTHERS),
        look_first=look_first(current, targets),
        is_empty=all(metric.n == 0 for metric in current.by_key.values()),
    )


def _card(key: str, current: Metrics, previous: Metrics, targets: Targets) -> Card:
    label = labels.LABELS[key]
    return Card(
        key=key,
        name=str(label.name),
        icon=label.icon,
        definition=str(label.definition),
        readings=tuple(
            _reading(metric, _then(previous, key, currency), current, targets, currency, is_one=is_one)
            for metric, currency, is_one in _values(current, key)
        ),
    )


def _values(found: Metrics, key: str) -> Iterable[tuple[Metric, str, bool]]:
    """The metric once, or once for each currency of the scope; with its currency, and whether it is the only one."""
    if key not in MONEY_KEYS:
        return [(found.by_key[key], "", True)]
    is_one = len(found.by_currency) == 1
    return [(by_key[key], currency, is_one) for currency, by_key in found.by_currency.items()]


def _then(previous: Metrics, key: str, currency: str) -> Metric:
    return previous.by_currency[currency][key] if currency else previous.by_key[key]


def _reading(
    metric: Metric, then: Metric, current: Metrics, targets: Targets, currency: str, *, is_one: bool
) -> Reading:
    definition = BY_KEY[metric.key]
    target = targets.of(metric.key, currency)
    comparison = compare(definition, metric, then)
    return Reading(
        currency="" if is_one else currency,
        value="" if metric.value is None else labels.write(definition.unit, metric.value, currency),
        n=labels.counted(metric.key, metric.n),
        missing="" if metric.missing is None else str(labels.MISSING[metric.missing]),
        target="" if target is None else labels.write(definition.unit, target, currency),
        is_met=None if metric.value is None or target is None else meets(definition, metric.value, target),
        move=None
        if comparison is None
        else Move(
            arrow=_ARROWS[comparison.direction],
            change="" if comparison.is_good is None else labels.write_change(definition, comparison, currency),
            verdict=labels.verdict(comparison),
            previous=labels.write(definition.unit, comparison.previous, currency),
            tone={True: "good", False: "bad", None: "quiet"}[comparison.is_good],
        ),
        basis="" if metric.value is None else labels.basis(metric.key, current.counts[currency], currency),
    )


def look_first(current: Metrics, targets: Targets) -> str:
    """The KPI that falls furthest short of its target, as a sentence with what stands behind it; "" without data.

    Furthest: by the share of the target. Only values that stand on rows are looked at.
    """
    found = []
    for key in (*HEADLINE, *OTHERS):
        for metric, currency, _is_one in _values(current, key):
            target = targets.of(key, currency)
            if metric.value is None or not metric.n or target is None:
                continue
            gap = relative_gap(BY_KEY[key], metric.value, target)
            if gap is not None:
                found.append((gap, metric, target, currency))
    if not found:
        return ""
    gap, metric, target, currency = max(found, key=lambda entry: entry[0])
    if gap <= 0:
        return _("Every indicator that has a value meets its target.")
    unit, label = BY_KEY[metric.key].unit, labels.LABELS[metric.key]
    sentence = _("%(name)s: %(value)s, for a target of %(target)s (%(count)s).") % {
        "name": label.name,
        "value": labels.write(unit, metric.value, currency),
        "target": labels.write(unit, target, currency),
        "count": labels.counted(metric.key, metric.n),
    }
    return " ".join(filter(None, [sentence, _worth(metric.key, current, target, currency)]))


def _worth(key: str, current: Metrics, target: Decimal, currency: str) -> str:
    """What closing the gap means, where the site's own rows say it."""
    counts = current.counts[currency]
    if key == "paymentCollectionRate":
        francs = int(counts.francs_due * target) - counts.francs_received
        return _("Closing the gap is worth %(amount)s.") % {"amount": labels.francs(francs, currency)}
    if key == "occupancyRate":
        empty = counts.lettable - counts.let
        return ngettext("%(count)s property stands empty.", "%(count)s properties stand empty.", empty) % {
            "count": labels.whole(empty)
        }
    return ""
