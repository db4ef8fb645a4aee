"""What the page of a property says: who lives there, who did, how long it was empty. One statement."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from leasing.models import Contract, Property
from leasing.readings import is_handed_over, is_in_force, is_signed, rent_on
from leasing.stories import rows
from leasing.stories.rows import Facts, Matter

YEAR_DAYS, LISTED, LISTED_HOMES = 365, 30, 12


@dataclass(frozen=True)
class HomeStay:
    """A contract for the home. `lived_since`: the first day of its tenancy there, through renewals."""

    contract_id: UUID
    reference: str
    tenant_id: UUID
    tenant: str
    phone: str
    phone_2: str
    start: dt.date
    lived_since: dt.date
    term: dt.date | None
    ended_on: dt.date | None
    end_reason: str
    rent: int
    status: Contract.Status
    is_in_force: bool

    @property
    def reason_word(self) -> str:
        return str(Contract.EndReason(self.end_reason).label) if self.end_reason else ""


@dataclass(frozen=True)
class Home:
    """Another home of the owner, or a part of this one."""

    id: UUID
    code: str
    kind: str


@dataclass(frozen=True)
class Compared:
    """What is paid against the market rent. `francs` is less than nothing where it is below; `size` and `share` of the
    market rent are without a sign."""

    francs: int
    share: Decimal

    @property
    def size(self) -> int:
        return abs(self.francs)


@dataclass(frozen=True)
class PropertyStory:
    """`days_empty` of `days_known`: those of the last year on which nobody had a lease, from the first one on record;
    None where there never was one."""

    stays: tuple[HomeStay, ...]
    total_stays: int
    empty_since: dt.date | None
    days_empty: int | None
    days_known: int
    matters: tuple[Matter, ...]
    parts: tuple[Home, ...]
    of_the_owner: tuple[Home, ...]
    total_of_the_owner: int
    today: dt.date

    @property
    def living_there(self) -> HomeStay | None:
        return next((stay for stay in self.stays if stay.is_in_force), None)

    def against_the_market(self, market_rent: int | None) -> Compared | None:
        """None where nobody lives there, or the market rent is not known."""
        if not market_rent or self.living_there is None:
            return None
        francs = self.living_there.rent - market_rent
        return Compared(francs, Decimal(abs(francs)) / market_rent)

    @property
    def to_come(self) -> HomeStay | None:
        """Signed, and not begun."""
        coming = [s for s in self.stays if s.status != Contract.Status.DRAFT and s.start > self.today]
        return min(coming, key=lambda stay: stay.start, default=None)

    @property
    def past(self) -> tuple[HomeStay, ...]:
        """Everybody but who lives there."""
        return tuple(stay for stay in self.stays if stay is not self.living_there)

    @property
    def unlisted(self) -> int:
        return self.total_stays - len(self.stays)

    @property
    def unlisted_of_the_owner(self) -> int:
        return self.total_of_the_owner - len(self.of_the_owner)


def story_of_property(home: Property, today: dt.date) -> PropertyStory:
    """Who lives there, who lived there, what is open about it, and what belongs to it."""
    asked = {
        "site": home.site_id,
        "home": home.pk,
        "owner": home.owner_id,
        "today": today,
        "days": YEAR_DAYS,
        "listed": LISTED,
        "homes": LISTED_HOMES,
    }
    found = rows.facts_by_kind(_STORY, asked)
    room = found["room"][0]
    return PropertyStory(
        stays=tuple(map(_stay, found["stay"])),
        total_stays=room["stays"],
        empty_since=rows.day(room["empty_since"]),
        days_empty=room["days_empty"] if room["days_known"] else None,
        days_known=room["days_known"],
        matters=tuple(map(rows.matter_of, found["matter"])),
        parts=tuple(map(_home, found["part"])),
        of_the_owner=tuple(map(_home, found["sibling"])),
        total_of_the_owner=room["siblings"],
        today=today,
    )


def _stay(facts: Facts) -> HomeStay:
    return HomeStay(
        contract_id=UUID(facts["id"]),
        reference=facts["reference"],
        tenant_id=UUID(facts["tenant_id"]),
        tenant=facts["tenant"],
        phone=facts["phone"],
        phone_2=facts["phone_2"],
        start=rows.a_day(facts["start"]),
        lived_since=rows.a_day(facts["lived_since"] or facts["start"]),
        term=rows.day(facts["term"]),
        ended_on=rows.day(facts["ended_on"]),
        end_reason=facts["reason"],
        rent=facts["rent"],
        status=Contract.Status(facts["status"]),
        is_in_force=facts["is_in_force"],
    )


def _home(facts: Facts) -> Home:
    return Home(UUID(facts["id"]), facts["code"], str(Property.Kind(facts["kind"]).label))


_HOME = "jsonb_build_object('id', o.id, 'code', o.code, 'kind', o.kind)"

_STORY = f"""
    WITH lease AS (
        SELECT c.*, {is_signed("c")} AS is_signed,
            {is_signed("c")} AND {is_in_force("c", "%(today)s")} AND NOT {is_handed_over("c", "%(today)s")} AS runs
        FROM leasing_contract c WHERE c.site_id = %(site)s AND c.property_id = %(home)s
    ), first AS (
        SELECT greatest(min(start_date), %(today)s::date - %(days)s + 1) AS day FROM lease
        WHERE is_signed AND start_date <= %(today)s HAVING count(*) > 0
    ), shown AS (
        SELECT * FROM lease ORDER BY runs DESC, start_date DESC, id LIMIT %(listed)s
    )
    SELECT 'room' AS kind, jsonb_build_object(
        'stays', (SELECT count(*) FROM lease),
        'empty_since', (SELECT max(ended_on) + 1 FROM lease WHERE is_signed AND start_date <= %(today)s
            HAVING NOT bool_or(runs)),
        'days_known', coalesce((SELECT %(today)s::date - day + 1 FROM first), 0),
        'days_empty', (SELECT count(*) FROM first
            CROSS JOIN LATERAL generate_series(first.day::timestamp, %(today)s::timestamp, '1 day') one (day)
            WHERE NOT EXISTS (SELECT FROM lease WHERE is_signed AND {is_in_force("lease", "one.day::date")})),
        'siblings', (SELECT count(*) FROM leasing_property o
            WHERE o.site_id = %(site)s AND o.owner_id = %(owner)s::uuid AND o.id <> %(home)s)
    ) AS facts
    UNION ALL
    (SELECT 'stay', jsonb_build_object(
        'id', t.id, 'reference', t.reference, 'tenant_id', t.tenant_id, 'tenant', who.name, 'phone', who.phone,
        'phone_2', who.phone_2, 'start', t.start_date, 'term', t.end_date, 'ended_on', t.ended_on,
        'reason', t.end_reason, 'rent', {rent_on("t", "coalesce(t.ended_on, %(today)s)")}, 'status', t.status,
        'is_in_force', t.runs, 'lived_since', (
            SELECT min(start_date) FROM lease same WHERE same.is_signed AND same.account_id = t.account_id
        )
    )
    FROM shown t JOIN leasing_tenant who ON who.site_id = t.site_id AND who.id = t.tenant_id
    ORDER BY t.runs DESC, t.start_date DESC, t.id)
    UNION ALL
    (SELECT 'matter', {rows.REQUEST}
    FROM leasing_servicerequest s
    JOIN leasing_property home ON home.site_id = s.site_id AND home.id = s.property_id
    WHERE s.site_id = %(site)s AND s.property_id = %(home)s
        AND (s.closed_on IS NULL OR s.closed_on > %(today)s::date - %(days)s)
    ORDER BY (s.closed_on IS NULL) DESC, s.opened_on DESC, s.id LIMIT %(listed)s)
    UNION ALL
    (SELECT 'matter', {rows.LITIGATION}
    FROM leasing_litigation l
    JOIN (SELECT lease.*, code.code AS home FROM lease
        JOIN leasing_property code ON code.site_id = lease.site_id AND code.id = lease.property_id) t
        ON t.id = l.contract_id
    WHERE l.site_id = %(site)s AND (l.resolved_on IS NULL OR l.resolved_on > %(today)s::date - %(days)s)
    ORDER BY (l.resolved_on IS NULL) DESC, l.opened_on DESC, l.id LIMIT %(listed)s)
    UNION ALL
    (SELECT 'part', {_HOME} FROM leasing_property o
    WHERE o.site_id = %(site)s AND o.part_of_id = %(home)s ORDER BY o.code LIMIT %(listed)s)
    UNION ALL
    (SELECT 'sibling', {_HOME} FROM leasing_property o
    WHERE o.site_id = %(site)s AND o.owner_id = %(owner)s::uuid AND o.id <> %(home)s ORDER BY o.code LIMIT %(homes)s)
"""
