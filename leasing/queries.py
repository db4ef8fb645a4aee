"""Reads about money and room: what is on account, how far rent is prepaid, how much more a site may hold."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import BigIntegerField, F, Max, Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from changes import sql
from leasing.models import Contract, Instalment, Property, RentStep, Tenant
from leasing.readings import is_standing
from sites_app.models import Site


@dataclass(frozen=True)
class Room:
    """How many more tenants and properties a site may have; 0 when it is full."""

    tenants: int
    properties: int


def room_left(site: Site) -> Room:
    """Room under the site's two limits, as they stand in the database now.

    Whoever then adds rows calls actions.claim_room first: it locks the count, so that two people cannot both take
    the last place.
    """
    limits = Site.objects.get(pk=site.pk)
    return Room(
        tenants=max(0, limits.max_tenants - Tenant.objects.filter(site=site).count()),
        properties=max(0, limits.max_properties - Property.objects.filter(site=site).count()),
    )


def on_account(contract: Contract) -> int:
    """Francs of the contract's account that pay nothing yet; less than nothing where too much was given back."""
    return sql.value(_ON_ACCOUNT, {"site": contract.site_id, "account": contract.account_id})


def rent_of(contract: Contract, day: dt.date) -> int:
    """The monthly rent of a contract on a day: readings.rent_on."""
    changed = contract.rent_steps.filter(site_id=contract.site_id, from_month__lte=day).order_by("-from_month")
    step = changed.values_list("monthly_rent", flat=True).first()
    return contract.monthly_rent if step is None else step


def with_rent(contracts: QuerySet[Contract], day: dt.date) -> QuerySet[Contract]:
    """Each with its `rent`, the monthly one of a day: rent_of, in the same statement."""
    changed = RentStep.objects.filter(site=OuterRef("site"), contract=OuterRef("pk"), from_month__lte=day)
    step = changed.order_by("-from_month").values("monthly_rent")[:1]
    return contracts.annotate(rent=Coalesce(Subquery(step), F("monthly_rent")))


def owed(contract: Contract, today: dt.date) -> int:
    """Francs that the contract's account lacks of what is due by a day."""
    due = Instalment.objects.filter(site_id=contract.site_id, account=contract.account_id, due_date__lte=today)
    return due.aggregate(francs=Coalesce(Sum(F("amount") - F("paid_amount")), 0))["francs"]


@dataclass(frozen=True)
class Balance:
    """What an account lacks of what is due by a day, and its money that pays nothing yet, in francs."""

    owed: int
    on_account: int


def balance_of(contract: Contract, today: dt.date) -> Balance:
    """`owed` and `on_account` of the contract's account. One statement."""
    names = {"site": contract.site_id, "account": contract.account_id, "today": today}
    (row,) = sql.rows(_BALANCE, names)
    return Balance(**row)


def prepaid_until(contract: Contract) -> dt.date | None:
    """The last day for which rent is paid without a gap: the end of the month before the first one that lacks some.

    In the past when rent is owed. None when the first month lacks some or there is none.
    """
    months = Instalment.objects.filter(site_id=contract.site_id, contract=contract, kind=Instalment.Kind.RENT)
    lacking = months.filter(paid_amount__lt=F("amount")).aggregate(first=Min("period"))["first"]
    paid = months if lacking is None else months.filter(period__lt=lacking)
    last = paid.aggregate(last=Max("period"))["last"]
    return last and _end_of_month(last)


@dataclass(frozen=True)
class Prepaid:
    """What one site has received for a month to come, in francs: owed to the tenants until the month comes.

    `month` is its first day; None is money on account, which pays no month yet.
    """

    site_code: str
    month: dt.date | None
    francs: int


def prepaid_by_month(site_codes: Iterable[str], day: dt.date) -> list[Prepaid]:
    """The avance that each site holds on a day, by month, from what is paid now; money on account last.

    A month comes on its first day.
    Each site has its own currency: sums of two sites may not be added without looking at it.
    """
    codes = list(site_codes)
    months = (
        Instalment.objects.filter(site_id__in=codes, paid_amount__gt=0, kind=Instalment.Kind.RENT, period__gt=day)
        .values("site_id", "period")
        .annotate(francs=Sum("paid_amount", output_field=BigIntegerField()))
        .order_by("site_id", "period")
    )
    loose = sql.rows(_LOOSE, {"sites": codes})
    return [Prepaid(row["site_id"], row["period"], int(row["francs"])) for row in months] + [
        Prepaid(row["site_id"], None, row["francs"]) for row in loose
    ]


@dataclass(frozen=True)
class MoneyFault:
    """A row whose sums disagree. `kind`: "payment" gave more than it has, or gives after its reversal;
    "instalment" says to be paid another sum than its allocations; "account" has an allocation across accounts."""

    kind: str
    id: UUID


def money_faults(site: Site) -> list[MoneyFault]:
    """Every row of a site in which the francs do not add up: none, whatever happened and at any moment.

    With none, the standing payments of each account are the sum of its instalments' paid amounts and its money on
    account.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MONEY_FAULTS, {"site": site.code})
        return [MoneyFault(kind, row) for kind, row in cursor.fetchall()]


def _end_of_month(day: dt.date) -> dt.date:
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


_ON_ACCOUNT = f"""
    SELECT coalesce(sum(amount), 0)::bigint - (
        SELECT coalesce(sum(paid_amount), 0)::bigint FROM leasing_instalment
        WHERE site_id = %(site)s AND account_id = %(account)s
    )
    FROM leasing_payment p WHERE site_id = %(site)s AND account_id = %(account)s AND {is_standing("p")}
"""

_BALANCE = f"""
    SELECT ({_ON_ACCOUNT}) AS on_account, (
        SELECT coalesce(sum(amount - paid_amount), 0)::bigint FROM leasing_instalment
        WHERE site_id = %(site)s AND account_id = %(account)s AND due_date <= %(today)s
    ) AS owed
"""

_LOOSE = f"""
    SELECT site_id, sum(francs)::bigint AS francs FROM (
        SELECT site_id, account_id, sum(francs) AS francs FROM (
            SELECT site_id, account_id, amount AS francs FROM leasing_payment p
            WHERE site_id = ANY (%(sites)s) AND {is_standing("p")}
            UNION ALL
            SELECT site_id, account_id, -paid_amount FROM leasing_instalment
            WHERE site_id = ANY (%(sites)s) AND paid_amount > 0
        ) moved GROUP BY site_id, account_id
    ) account
    WHERE francs > 0
    GROUP BY site_id ORDER BY site_id
"""

_MONEY_FAULTS = """
    WITH share AS (SELECT * FROM leasing_allocation WHERE site_id = %(site)s)
    SELECT 'payment', p.id
    FROM leasing_payment p
    JOIN (SELECT payment_id, sum(amount) AS given FROM share GROUP BY payment_id) s ON s.payment_id = p.id
    WHERE p.site_id = %(site)s AND (s.given > p.amount OR EXISTS (
        SELECT FROM leasing_paymentreversal r WHERE r.site_id = p.site_id AND r.payment_id = p.id
    ))
    UNION ALL
    SELECT 'instalment', i.id
    FROM leasing_instalment i
    LEFT JOIN (SELECT instalment_id, sum(amount) AS taken FROM share GROUP BY instalment_id) s ON s.instalment_id = i.id
    WHERE i.site_id = %(site)s AND (
        i.paid_amount <> coalesce(s.taken, 0)
        OR i.paid_amount > i.amount
        OR (i.settled_on IS NOT NULL) <> (i.paid_amount = i.amount AND i.amount > 0)
    )
    UNION ALL
    SELECT 'account', s.payment_id
    FROM share s
    JOIN leasing_payment p ON p.site_id = %(site)s AND p.id = s.payment_id
    JOIN leasing_instalment i ON i.site_id = %(site)s AND i.id = s.instalment_id
    WHERE p.account_id <> i.account_id
"""
