"""What the page of a tenant says beside the time line: one statement, whatever there is."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from leasing.models import Contract, Interaction, Tenant
from leasing.readings import in_order_of_debts, is_in_force, is_signed, is_standing, rent_on
from leasing.stories import rows
from leasing.stories.rows import DepositFacts, Facts, Matter, MoneyStanding, OpenDebt

LISTED_DEBTS = 12
"""The oldest are named one by one; of the others there is the sum."""


@dataclass(frozen=True)
class TenantLease:
    """A contract of the tenant. `paid_until`: of one that is in force, the last day for which rent is paid."""

    id: UUID
    reference: str
    home_id: UUID
    home: str
    neighbourhood: str
    start: dt.date
    end: dt.date | None
    rent: int
    status: Contract.Status
    end_reason: str
    is_in_force: bool
    rents_from: dt.date | None
    paid_until: dt.date | None
    deposit: DepositFacts | None

    @property
    def reason_word(self) -> str:
        return str(Contract.EndReason(self.end_reason).label) if self.end_reason else ""

    @property
    def unknown_before(self) -> dt.date | None:
        """The day before which the lease ran already, and nothing is on record of what was due."""
        return self.rents_from if self.rents_from and self.rents_from > self.start else None


@dataclass(frozen=True)
class Contact:
    """A contact that has just been noted."""

    id: UUID
    channel: str
    note: str
    is_inbound: bool

    @property
    def channel_word(self) -> str:
        return str(Interaction.Channel(self.channel).label)


@dataclass(frozen=True)
class NotedContact:
    """Which contact to look for: by whom, and not from before a moment."""

    id: UUID
    by: int
    since: dt.datetime


@dataclass(frozen=True)
class TenantStory:
    """`balance` is None where there is no account: nothing was ever signed."""

    leases: tuple[TenantLease, ...]
    balance: MoneyStanding | None
    debts: tuple[OpenDebt, ...]
    next_due: OpenDebt | None
    matters: tuple[Matter, ...]
    contact: Contact | None

    @property
    def other_debts(self) -> int:
        """How many debts are not listed."""
        return self.balance.debts - len(self.debts) if self.balance else 0

    @property
    def other_francs(self) -> int:
        """What they come to."""
        return self.balance.owed - sum(debt.lacks for debt in self.debts) if self.balance else 0

    @property
    def ahead(self) -> tuple[TenantLease, ...]:
        """The leases in force whose rent is known to be paid up to some day."""
        return tuple(lease for lease in self.leases if lease.is_in_force and lease.paid_until)

    @property
    def unknown_before(self) -> dt.date | None:
        """The earliest day from which what was due is on record, where a lease that is in force is older."""
        return min(
            (lease.unknown_before for lease in self.leases if lease.is_in_force and lease.unknown_before), default=None
        )


def story_of_tenant(tenant: Tenant, today: dt.date, *, contact: NotedContact | None = None) -> TenantStory:
    """Leases, balance over all of them, what is owed, open matters, and the contact, where it is the person's own."""
    asked = {
        "site": tenant.site_id,
        "tenant": tenant.pk,
        "today": today,
        "listed": LISTED_DEBTS,
        "contact": contact and contact.id,
        "by": contact and contact.by,
        "since": contact and contact.since,
    }
    found = rows.facts_by_kind(_STORY, asked)
    balance = found["balance"][0]
    return TenantStory(
        leases=tuple(map(_lease, found["lease"])),
        balance=rows.balance_of(balance) if balance["accounts"] else None,
        debts=tuple(rows.debt_of(facts, today) for facts in found["debt"]),
        next_due=next((rows.debt_of(facts, today) for facts in found["next"]), None),
        matters=tuple(map(rows.matter_of, found["matter"])),
        contact=next(
            (Contact(UUID(f["id"]), f["channel"], f["note"], f["is_inbound"]) for f in found["contact"]), None
        ),
    )


def _lease(facts: Facts) -> TenantLease:
    return TenantLease(
        id=UUID(facts["id"]),
        reference=facts["reference"],
        home_id=UUID(facts["home_id"]),
        home=facts["home"],
        neighbourhood=facts["neighbourhood"],
        start=rows.a_day(facts["start"]),
        end=rows.day(facts["ended_on"] or facts["term"]),
        rent=facts["rent"],
        status=Contract.Status(facts["status"]),
        end_reason=facts["reason"],
        is_in_force=facts["is_in_force"],
        rents_from=rows.day(facts["rents_from"]),
        paid_until=rows.day(facts["paid_until"]),
        deposit=rows.deposit_of(facts["deposit"]),
    )


_STORY = f"""
    WITH theirs AS (
        SELECT c.*, home.code AS home, home.neighbourhood, {is_signed("c")} AND {is_in_force("c", "%(today)s")} AS runs,
            {rent_on("c", "%(today)s")} AS rent
        FROM leasing_contract c
        JOIN leasing_property home ON home.site_id = c.site_id AND home.id = c.property_id
        WHERE c.site_id = %(site)s AND c.tenant_id = %(tenant)s
    ), books AS (
        SELECT DISTINCT account_id AS id FROM theirs WHERE account_id IS NOT NULL
    ), money AS (
        SELECT coalesce(sum(p.amount), 0)::bigint AS received FROM books
        JOIN leasing_payment p ON p.site_id = %(site)s AND p.account_id = books.id WHERE {is_standing("p")}
    ), debt AS (
        SELECT i.*, coalesce(i.due_date <= %(today)s, false) AS is_due FROM books
        JOIN leasing_instalment i ON i.site_id = %(site)s AND i.account_id = books.id
    ), balance AS (
        SELECT coalesce(sum(amount - paid_amount) FILTER (WHERE is_due), 0)::bigint AS owed,
            count(*) FILTER (WHERE is_due AND paid_amount < amount) AS debts,
            min(due_date) FILTER (WHERE is_due AND paid_amount < amount) AS oldest,
            coalesce(sum(paid_amount), 0)::bigint AS placed
        FROM debt
    )
    SELECT 'balance' AS kind, jsonb_build_object(
        'owed', b.owed, 'debts', b.debts, 'oldest', b.oldest, 'on_account', m.received - b.placed,
        'accounts', (SELECT count(*) FROM books)
    ) AS facts
    FROM balance b CROSS JOIN money m
    UNION ALL
    (SELECT 'lease', jsonb_build_object(
        'id', t.id, 'reference', t.reference, 'home_id', t.property_id, 'home', t.home,
        'neighbourhood', t.neighbourhood, 'start', t.start_date, 'term', t.end_date, 'ended_on', t.ended_on,
        'rent', t.rent, 'status', t.status, 'reason', t.end_reason, 'is_in_force', t.runs,
        'rents_from', t.rents_from, 'paid_until', CASE WHEN t.runs THEN {rows.PAID_UNTIL} END,
        'deposit', {rows.DEPOSIT}
    )
    FROM theirs t ORDER BY t.start_date DESC, t.reference)
    UNION ALL
    (SELECT 'debt', {rows.DEBT}
    FROM debt i JOIN leasing_contract t ON t.site_id = i.site_id AND t.id = i.contract_id
    WHERE i.is_due AND i.paid_amount < i.amount ORDER BY {in_order_of_debts("i")} LIMIT %(listed)s)
    UNION ALL
    (SELECT 'next', {rows.DEBT}
    FROM debt i JOIN leasing_contract t ON t.site_id = i.site_id AND t.id = i.contract_id
    WHERE NOT i.is_due AND i.paid_amount < i.amount ORDER BY {in_order_of_debts("i")} LIMIT 1)
    UNION ALL
    {rows.open_notices_and_litigations("theirs")}
    UNION ALL
    (SELECT 'matter', {rows.REQUEST}
    FROM leasing_servicerequest s
    JOIN leasing_property home ON home.site_id = s.site_id AND home.id = s.property_id
    WHERE s.site_id = %(site)s AND s.tenant_id = %(tenant)s AND s.closed_on IS NULL ORDER BY s.opened_on, s.id)
    UNION ALL
    SELECT 'contact', jsonb_build_object(
        'id', i.id, 'channel', i.channel, 'note', i.note, 'is_inbound', i.direction = 'in'
    )
    FROM leasing_interaction i
    WHERE i.site_id = %(site)s AND i.tenant_id = %(tenant)s AND i.id = %(contact)s::uuid
        AND i.agent_id = %(by)s AND i.happened_at >= %(since)s::timestamptz
"""
