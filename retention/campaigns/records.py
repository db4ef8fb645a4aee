"""What came of each offer over all campaigns of all sites in 24 months: kept as sums, and read as figures."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from django.db.models import Count, Q

from insight.gain import acceptance, effect
from insight.rates import Interval, Rate, wilson
from insight.trials import SURE_AND_FOUND, Pooled, Sums, Trial, pooled_of, sums
from leasing.months import month_begun
from retention.models import Offer, OfferRecord, RetentionAction

MONTHS = 24
ASSUMED_UNTIL = 20
"""Of fewer answers the page says beside what is counted that it began as an assumption."""
_COUNTED = ("campaigns", "contacted", "contacted_kept", "set_aside", "set_aside_kept", "offered", "accepted")
_RECKONED = ("would_be_leavers", "prevented", "difference", "weight", "p", "q")


@dataclass(frozen=True)
class OfferFigures:
    """What is known of an offer. None where nothing is: nobody was offered it, or nobody set aside.

    `more_needed`: so many more tenants, contacted and set aside as until now, before what it is expected to do shows.
    """

    offer: Offer
    record: OfferRecord | None
    accepted: Rate | None
    accepted_interval: Interval | None
    counted_as: float
    is_assumption: bool
    effect: float
    pooled: Pooled | None
    more_needed: int | None


def pool_offers(codes: Sequence[str], *, day: dt.date) -> int:
    """Write down what came of each offer on these sites, where it is another than before. Returns how many rows.

    Of all sites together sums alone are kept. Needs the sites in scope.
    """
    since = _months_before(day)
    states = RetentionAction.State
    rows: Any = (
        RetentionAction.objects.filter(site__in=codes, campaign__launched_at__date__gte=since)
        .exclude(arm="")
        .values("offer_id", "campaign_id", "arm")
        .annotate(
            n=Count("pk", filter=Q(kept__isnull=False)),
            k=Count("pk", filter=Q(kept=True)),
            yes=Count("pk", filter=Q(state=states.ACCEPTED) & ~Q(consent="refused")),
            no=Count("pk", filter=Q(state=states.REFUSED) & ~Q(consent="refused")),
        )
        .order_by("offer_id", "campaign_id")
    )
    by_offer: dict[int, dict[object, dict[str, dict]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        by_offer[row["offer_id"]][row["campaign_id"]][row["arm"]] = row
    newest = _newest()
    # One whose last campaign is older than two years too.
    found = [_record(offer, day, by_offer[offer].values()) for offer in sorted({*by_offer, *newest})]
    changed = [row for row in found if _another(newest.get(row.offer_id), row)]
    OfferRecord.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["offer", "day"], update_fields=[*_COUNTED, *_RECKONED]
    )
    return len(changed)


def offer_figures() -> list[OfferFigures]:
    """Every offer that is offered or has a record, with what came of it. Two statements."""
    newest = _newest()
    offers = Offer.objects.filter(Q(active=True) | Q(pk__in=newest)).order_by("key")
    shown = sum(1 for record in newest.values() if record.weight)
    return [_figures(offer, newest.get(offer.pk), max(1, shown)) for offer in offers]


def _figures(offer: Offer, record: OfferRecord | None, comparisons: int) -> OfferFigures:
    start = float(offer.starting_acceptance)
    offered, accepted = (record.offered, record.accepted) if record else (0, 0)
    rate = Rate(accepted, offered) if offered else None
    kept = effect(record.prevented, record.would_be_leavers) if record else effect(0, 0)
    return OfferFigures(
        offer=offer,
        record=record,
        accepted=rate,
        accepted_interval=wilson(rate) if rate else None,
        counted_as=acceptance(start, accepted, offered),
        is_assumption=offered < ASSUMED_UNTIL,
        effect=kept,
        pooled=pooled_of(Sums(record.difference, record.weight, record.p, record.q), comparisons=comparisons)
        if record
        else None,
        more_needed=_more_needed(record, kept),
    )


def _more_needed(record: OfferRecord | None, kept: float) -> int | None:
    """How many more until 2.8 √(p (1 − p) (1/n₁ + 1/n₂)) is what the offer is expected to keep, at the share set aside
    until now. None where nobody was set aside, or nobody of them left."""
    if record is None or not record.set_aside or not record.contacted or not kept:
        return None
    lost = 1 - record.set_aside_kept / record.set_aside
    if not lost:
        return None
    total = record.contacted + record.set_aside
    share = record.set_aside / total
    needed = SURE_AND_FOUND**2 * lost * (1 - lost) / (kept * lost) ** 2 / (share * (1 - share))
    return max(0, ceil(needed) - total)


def _record(offer: int, day: dt.date, campaigns: Iterable[Mapping[str, Mapping[str, int]]]) -> OfferRecord:
    trials, yes, no, would, prevented, n1, k1, n2, k2, over = [], 0, 0, 0.0, 0.0, 0, 0, 0, 0, 0
    nothing = {"n": 0, "k": 0, "yes": 0, "no": 0}
    for arms in campaigns:
        one, other = arms.get("contacted", nothing), arms.get("control", nothing)
        yes, no = yes + one["yes"], no + one["no"]
        over += bool(one["n"] or other["n"])
        n1, k1, n2, k2 = n1 + one["n"], k1 + one["k"], n2 + other["n"], k2 + other["k"]
        if one["n"] and other["n"]:
            trials.append(Trial(Rate(one["k"], one["n"]), Rate(other["k"], other["n"])))
            expected = one["n"] * (1 - other["k"] / other["n"])
            would, prevented = would + expected, prevented + expected - (one["n"] - one["k"])
    of = sums(trials)
    return OfferRecord(
        offer_id=offer, day=day, campaigns=over, contacted=n1, contacted_kept=k1, set_aside=n2, set_aside_kept=k2,
        offered=yes + no, accepted=yes, would_be_leavers=would, prevented=prevented,
        difference=of.difference, weight=of.weight, p=of.p, q=of.q,
    )  # fmt: skip


def _newest() -> Mapping[int, OfferRecord]:
    rows = OfferRecord.objects.order_by("offer_id", "-day").distinct("offer_id")
    return {row.offer_id: row for row in rows}


def _another(kept: OfferRecord | None, new: OfferRecord) -> bool:
    return kept is None or any(getattr(kept, name) != getattr(new, name) for name in (*_COUNTED, *_RECKONED))


def _months_before(day: dt.date) -> dt.date:
    return month_begun(day, -MONTHS)
