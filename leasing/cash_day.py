"""The money of a day, by who recorded it and how it was paid: to be counted against the cash box. One statement."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from changes import sql
from leasing.models import Payment, PaymentReversal
from leasing.readings import is_standing
from sites_app.rules import PAYMENT_METHODS

METHODS = (*dict(PAYMENT_METHODS), "refund")
"""Money that came in, and money that was given back."""


@dataclass(frozen=True)
class Whose:
    """Whose payments somebody may see: everybody's on the sites they manage, their own on the others."""

    person: int
    sites: Collection[str]
    managed: Collection[str]


@dataclass(frozen=True)
class Taken:
    """What one person recorded on one site as received on a day, by one method. `agent_id` None: nobody, as by an
    import."""

    site: str
    agent_id: int | None
    agent: str
    method: str
    count: int
    francs: int


def taken_on(day: dt.date, whose: Whose) -> list[Taken]:
    """The day's standing payments and refunds added up, by site, person and method."""
    names = {
        "day": day,
        "sites": list(whose.sites),
        "managed": list(whose.managed),
        "person": whose.person,
        "methods": list(METHODS),
    }
    return [Taken(**row) for row in sql.rows(_TAKEN, names)]


def payments_of_day(day: dt.date, whose: Whose, agent: int | None = None) -> QuerySet[Payment]:
    """The same payments one by one, and the reversed ones (`is_reversed`), in the order in which they were recorded;
    of one person, if wanted."""
    reversals = PaymentReversal.objects.filter(site=OuterRef("site"), payment=OuterRef("pk"))
    rows = Payment.objects.filter(
        Q(site__in=whose.managed) | Q(recorded_by=whose.person),
        site__in=whose.sites,
        received_on=day,
        method__in=METHODS,
    )
    if agent is not None:
        rows = rows.filter(recorded_by=agent)
    return rows.annotate(is_reversed=Exists(reversals)).order_by("site", "recorded_at", "pk")


_TAKEN = f"""
    SELECT p.site_id AS site, p.recorded_by_id AS agent_id,
        coalesce(nullif(u.full_name, ''), u.username, '') AS agent, p.method, count(*) AS count,
        sum(p.amount)::bigint AS francs
    FROM leasing_payment p LEFT JOIN accounts_user u ON u.id = p.recorded_by_id
    WHERE p.site_id = ANY (%(sites)s) AND p.received_on = %(day)s AND p.method = ANY (%(methods)s)
        AND (p.site_id = ANY (%(managed)s) OR p.recorded_by_id = %(person)s) AND {is_standing("p")}
    GROUP BY p.site_id, p.recorded_by_id, u.full_name, u.username, p.method
    ORDER BY p.site_id, agent, p.recorded_by_id, p.method
"""
