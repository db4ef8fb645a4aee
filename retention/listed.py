"""The scores of today as lists show them: who, most at risk first, and what each is worth.

The order: the level, then probability × re-letting loss, then the tenant's code.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Sum, Value, When, Window
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from insight.points import LEVELS
from leasing.search import having
from retention.models import RetentionScore
from retention.talks import SOURCE
from tasks.models import Task

RANKS = {level.name: rank for rank, level in enumerate(reversed(LEVELS))}
"""critical is 0, low is 3."""
AT_RISK = ("critical", "high")
DEBT_MONTHS = 2
"""Who owes so many months of rent needs a payment plan before any offer."""
_NAMED = 3


@dataclass(frozen=True)
class Deciding:
    """Tenants at risk whose window ends within some days: how many, the first of them by name, rents at stake."""

    count: int
    names: Sequence[str]
    rent_at_stake: int
    until: dt.date


def current_scores(sites: Sequence[str]) -> QuerySet:
    """The scores that hold now, most at risk first: one for each tenant, the lowest of their tenancies.

    With `rank`, `at_stake`, `owes_months` (whole months of rent in arrears when they were last scored), and
    `has_talk`: whether a task to talk to them is open.
    """
    current = RetentionScore.objects.filter(site__in=sites, valid_to=None)
    lower = current.filter(site=OuterRef("site"), tenant=OuterRef("tenant")).filter(
        Q(score__lt=OuterRef("score")) | Q(score=OuterRef("score"), pk__lt=OuterRef("pk"))
    )
    talks = Task.objects.open().filter(site=OuterRef("site"), contract=OuterRef("contract"), cause=SOURCE)
    rent = Cast(KT("profile__monthly_rent"), IntegerField())
    return (
        current.filter(~Exists(lower))
        .annotate(
            rank=Case(*(When(risk_level=name, then=Value(rank)) for name, rank in RANKS.items())),
            at_stake=F("probability") * F("relet_loss"),
            owes_months=Cast(KT("profile__arrears"), IntegerField()) / rent,
            has_talk=Exists(talks),
        )
        .select_related("site", "tenant", "contract__property", "contract__agent", "offer")
        .order_by("rank", F("at_stake").desc(), "tenant__code")
    )


def found_by(words: str) -> Q:
    """Those whose tenant, contract or home has the words, however they are spelled."""
    return having(words, {"tenant": "tenant_id", "contract": "contract_id", "property": "contract__property_id"})


def deciding_until(rows: QuerySet, day: dt.date) -> Deciding | None:
    """Those at risk whose window ends by a day. One statement; None where there is nobody."""
    soon = rows.filter(risk_level__in=AT_RISK, window_on__lte=day)
    first = list(
        soon.annotate(all=Window(Count("pk")), stake=Window(Sum("rent_at_stake"))).values_list(
            "tenant__name", "all", "stake"
        )[:_NAMED]
    )
    if not first:
        return None
    return Deciding(first[0][1], [name for name, _count, _stake in first], int(first[0][2]), day)
