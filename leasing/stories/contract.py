"""What the page of a contract says: its months in one statement, everything else in another."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.core.paginator import Page, Paginator

from changes import sql
from leasing.models import PAYMENT_KINDS, Contract, Instalment
from leasing.readings import is_standing, rent_on
from leasing.stories import rows
from leasing.stories.rows import DepositFacts, Facts, Matter, MoneyStanding
from sites_app.rules import PAYMENT_METHODS

LATEST_MONTHS, MONTHS_A_PAGE, LISTED_CHARGES = 24, 48, 24


@dataclass(frozen=True)
class Paid:
    """A part of a payment that went to an instalment."""

    payment: UUID
    francs: int
    received_on: dt.date
    method: str

    @property
    def method_word(self) -> str:
        return str(dict((*PAYMENT_METHODS, *PAYMENT_KINDS)).get(self.method, self.method))


@dataclass(frozen=True)
class AmountDue:
    """A month of rent or another charge, and what paid it. `days_late`: after the day on which it was due; of one that
    lacks money, until today; None of one that is neither due nor paid."""

    id: UUID
    kind: str
    label: str
    month: dt.date
    due_on: dt.date
    amount: int
    paid: int
    settled_on: dt.date | None
    state: Instalment.State
    days_late: int | None
    payments: tuple[Paid, ...]

    @property
    def lacks(self) -> int:
        return self.amount - self.paid

    @property
    def is_paid(self) -> bool:
        return self.state == Instalment.State.PAID

    @property
    def has_a_quittance(self) -> bool:
        """Whether there is a paper for it: a rent or a service charge that money paid in full, none of it let go."""
        has_one = self.kind in (Instalment.Kind.RENT, Instalment.Kind.SERVICE) and self.amount > 0
        return has_one and self.is_paid and "credit" not in {part.method for part in self.payments}

    @property
    def name(self) -> str:
        return rows.name_of(self.kind, self.label, self.month)


@dataclass(frozen=True)
class Step:
    """From a month on the rent is another."""

    from_month: dt.date
    rent: int


@dataclass(frozen=True)
class LinkedLease:
    """The lease before or after this one. `how`: "renewal" or "move"."""

    id: UUID
    reference: str
    how: str
    start: dt.date
    end: dt.date | None
    home: str
    status: Contract.Status


@dataclass(frozen=True)
class ContractStory:
    """`balance` is the account's, through renewals and moves; None for a draft that has none."""

    rent: int
    steps: tuple[Step, ...]
    balance: MoneyStanding | None
    paid_until: dt.date | None
    deposit: DepositFacts | None
    charges: tuple[AmountDue, ...]
    more_charges: int
    before: tuple[LinkedLease, ...]
    after: tuple[LinkedLease, ...]
    matters: tuple[Matter, ...]


def story_of_contract(contract: Contract, today: dt.date) -> ContractStory:
    """Everything but the months of rent. One statement."""
    asked = {"site": contract.site_id, "contract": contract.pk, "today": today, "listed": LISTED_CHARGES}
    found = rows.facts_by_kind(_STORY, asked)
    facts = found["contract"][0]
    charges = tuple(_due(row, today) for row in found["charge"])
    return ContractStory(
        rent=facts["rent"],
        steps=tuple(Step(rows.a_day(row["from"]), row["rent"]) for row in found["step"]),
        balance=rows.balance_of(found["balance"][0]) if contract.account_id else None,
        paid_until=rows.day(facts["paid_until"]),
        deposit=rows.deposit_of(facts["deposit"]),
        charges=charges,
        more_charges=facts["charges"] - len(charges),
        before=tuple(map(_neighbour, found["before"])),
        after=tuple(map(_neighbour, found["after"])),
        matters=tuple(map(rows.matter_of, found["matter"])),
    )


def months_of_contract(contract: Contract, today: dt.date, *, page: int, is_all: bool) -> Page[AmountDue]:
    """Months of rent, the newest first: the latest two years, or a page of them all. One statement.

    Of the months to come the latest have only what is paid already and the first that is not.
    """
    size = MONTHS_A_PAGE if is_all else LATEST_MONTHS
    asked: dict[str, Any] = {
        "site": contract.site_id,
        "contract": contract.pk,
        "today": today,
        "all": is_all,
        "size": size,
        "page": page if is_all else 1,
    }
    found = list(sql.rows(_MONTHS, asked))
    total = found[0]["total"] if found else 0
    # The paginator counts; the months are put on its page below.
    shown = cast("Page[AmountDue]", Paginator(range(total), size).get_page(found[0]["page"] if found else 1))
    shown.object_list = [_due(json.loads(row["facts"]), today) for row in found]
    return shown


def _due(facts: Facts, today: dt.date) -> AmountDue:
    due_on, settled_on = rows.a_day(facts["due"]), rows.day(facts["settled_on"])
    row = Instalment(amount=facts["amount"], paid_amount=facts["paid"], due_date=due_on)
    until = settled_on if row.paid_amount >= row.amount else today if today > due_on else None
    return AmountDue(
        id=UUID(facts["id"]),
        kind=facts["kind"],
        label=facts["label"],
        month=rows.a_day(facts["period"]),
        due_on=due_on,
        amount=facts["amount"],
        paid=facts["paid"],
        settled_on=settled_on,
        state=row.state_on(today),
        days_late=max(0, (until - due_on).days) if until else None,
        payments=tuple(
            Paid(UUID(part["id"]), part["francs"], rows.a_day(part["on"]), part["method"])
            for part in facts["payments"] or ()
        ),
    )


def _neighbour(facts: Facts) -> LinkedLease:
    return LinkedLease(
        id=UUID(facts["id"]),
        reference=facts["reference"],
        how=facts["how"],
        start=rows.a_day(facts["start"]),
        end=rows.day(facts["ended_on"]),
        home=facts["home"],
        status=Contract.Status(facts["status"]),
    )


_DUE = """jsonb_build_object(
    'id', i.id, 'kind', i.kind, 'label', i.label, 'period', i.period, 'due', i.due_date, 'amount', i.amount,
    'paid', i.paid_amount, 'settled_on', i.settled_on, 'payments', (
        SELECT jsonb_agg(jsonb_build_object(
            'id', p.id, 'francs', part.amount, 'on', p.received_on, 'method', p.method
        ) ORDER BY p.received_on, p.recorded_at, p.id)
        FROM leasing_allocation part
        JOIN leasing_payment p ON p.site_id = part.site_id AND p.id = part.payment_id
        WHERE part.site_id = i.site_id AND part.instalment_id = i.id
    )
)"""
_NEIGHBOUR = """jsonb_build_object(
    'id', n.id, 'reference', n.reference, 'how', CASE WHEN {by} THEN 'renewal' ELSE 'move' END,
    'start', n.start_date, 'ended_on', n.ended_on, 'home', home.code, 'status', n.status
)"""

# A page behind the last one is the last. Of the latest, the months that nothing pays yet end with the first to come.
_MONTHS = f"""
    WITH month AS (
        SELECT i.* FROM leasing_instalment i
        WHERE i.site_id = %(site)s AND i.contract_id = %(contract)s AND i.kind = 'rent'
            AND (%(all)s OR i.paid_amount > 0 OR i.due_date <= coalesce((
                SELECT min(next.due_date) FROM leasing_instalment next
                WHERE next.site_id = %(site)s AND next.contract_id = %(contract)s AND next.kind = 'rent'
                    AND next.due_date > %(today)s AND next.paid_amount < next.amount
            ), %(today)s))
    ), place AS (
        SELECT count(*) AS total, greatest(1, least(%(page)s, ceil(count(*) / %(size)s::numeric)))::int AS page
        FROM month
    )
    SELECT place.total, place.page, {_DUE} AS facts
    FROM place JOIN LATERAL (
        SELECT * FROM month ORDER BY period DESC LIMIT %(size)s OFFSET (place.page - 1) * %(size)s
    ) i ON true
    ORDER BY i.period DESC
"""

_STORY = f"""
    WITH it AS (
        SELECT c.*, home.code AS home, {rent_on("c", "%(today)s")} AS rent
        FROM leasing_contract c
        JOIN leasing_property home ON home.site_id = c.site_id AND home.id = c.property_id
        WHERE c.site_id = %(site)s AND c.id = %(contract)s
    ), charge AS (
        SELECT i.*, count(*) OVER () AS total
        FROM leasing_instalment i
        WHERE i.site_id = %(site)s AND i.contract_id = %(contract)s AND i.kind <> 'rent'
        ORDER BY (i.paid_amount < i.amount) DESC, i.due_date DESC, i.id LIMIT %(listed)s
    )
    SELECT 'contract' AS kind, jsonb_build_object(
        'rent', t.rent, 'deposit', {rows.DEPOSIT}, 'paid_until', {rows.PAID_UNTIL},
        'charges', coalesce((SELECT max(total) FROM charge), 0)
    ) AS facts
    FROM it t
    UNION ALL
    SELECT 'balance', jsonb_build_object(
        'owed', b.owed, 'debts', b.debts, 'oldest', b.oldest, 'on_account', m.received - b.placed
    )
    FROM (
        SELECT coalesce(sum(i.amount - i.paid_amount) FILTER (WHERE i.due_date <= %(today)s), 0)::bigint AS owed,
            count(*) FILTER (WHERE i.due_date <= %(today)s AND i.paid_amount < i.amount) AS debts,
            min(i.due_date) FILTER (WHERE i.due_date <= %(today)s AND i.paid_amount < i.amount) AS oldest,
            coalesce(sum(i.paid_amount), 0)::bigint AS placed
        FROM it JOIN leasing_instalment i ON i.site_id = it.site_id AND i.account_id = it.account_id
    ) b
    CROSS JOIN (
        SELECT coalesce(sum(p.amount), 0)::bigint AS received
        FROM it JOIN leasing_payment p ON p.site_id = it.site_id AND p.account_id = it.account_id
        WHERE {is_standing("p")}
    ) m
    UNION ALL
    (SELECT 'step', jsonb_build_object('from', s.from_month, 'rent', s.monthly_rent)
    FROM leasing_rentstep s WHERE s.site_id = %(site)s AND s.contract_id = %(contract)s ORDER BY s.from_month)
    UNION ALL
    (SELECT 'charge', {_DUE} FROM charge i ORDER BY i.due_date DESC, i.id)
    UNION ALL
    (SELECT 'before', {_NEIGHBOUR.format(by="n.id = it.renewal_of_id")}
    FROM it JOIN leasing_contract n ON n.site_id = it.site_id AND n.id IN (it.renewal_of_id, it.moved_from_id)
    JOIN leasing_property home ON home.site_id = n.site_id AND home.id = n.property_id
    ORDER BY n.start_date, n.id)
    UNION ALL
    (SELECT 'after', {_NEIGHBOUR.format(by="n.renewal_of_id = it.id")}
    FROM it JOIN leasing_contract n ON n.site_id = it.site_id AND (n.renewal_of_id = it.id OR n.moved_from_id = it.id)
    JOIN leasing_property home ON home.site_id = n.site_id AND home.id = n.property_id
    ORDER BY n.start_date, n.id)
    UNION ALL
    {rows.open_notices_and_litigations("it")}
"""
