"""What a story is read from: one statement whose rows are of several kinds, each with its facts."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from changes import sql
from leasing.models import Deposit, Instalment, Litigation, Notice, ServiceRequest
from screens import formats

Facts = Mapping[str, Any]


def facts_by_kind(statement: str, asked: Mapping[str, Any]) -> Mapping[str, list[Facts]]:
    """The facts of the rows of a statement (kind, facts), in their order; no list is missing. One statement."""
    found: dict[str, list[Facts]] = defaultdict(list)
    for row in sql.rows(statement, asked):
        found[row["kind"]].append(json.loads(row["facts"]))
    return found


def day(text: str | None) -> dt.date | None:
    """A day out of JSON."""
    return dt.date.fromisoformat(text) if text else None


def a_day(text: str) -> dt.date:
    """The same of one that is always there."""
    return dt.date.fromisoformat(text)


@dataclass(frozen=True)
class MoneyStanding:
    """What accounts stand at on a day, in francs. `oldest`: since when the oldest debt has been due."""

    owed: int
    debts: int
    oldest: dt.date | None
    on_account: int

    @property
    def too_much_given_back(self) -> int:
        return max(0, -self.on_account)


def balance_of(facts: Facts) -> MoneyStanding:
    """Out of the facts of a row "balance"."""
    return MoneyStanding(facts["owed"], facts["debts"], day(facts["oldest"]), facts["on_account"])


@dataclass(frozen=True)
class OpenDebt:
    """An instalment that lacks money, and what it is on the day that was asked for."""

    id: UUID
    kind: str
    label: str
    month: dt.date
    due_on: dt.date
    lacks: int
    state: Instalment.State
    contract_id: UUID
    reference: str

    @property
    def name(self) -> str:
        return name_of(self.kind, self.label, self.month)


def name_of(kind: str, label: str, month: dt.date) -> str:
    """Of an instalment: "November 2026", "Repair · Gate"."""
    if kind == Instalment.Kind.RENT:
        return formats.month(month)
    return " · ".join(filter(None, (str(Instalment.Kind(kind).label), label)))


def debt_of(facts: Facts, today: dt.date) -> OpenDebt:
    """Out of the facts that DEBT builds."""
    due_on = a_day(facts["due"])
    row = Instalment(amount=facts["amount"], paid_amount=facts["paid"], due_date=due_on)
    return OpenDebt(
        id=UUID(facts["id"]),
        kind=facts["kind"],
        label=facts["label"],
        month=a_day(facts["period"]),
        due_on=due_on,
        lacks=facts["amount"] - facts["paid"],
        state=row.state_on(today),
        contract_id=UUID(facts["contract"]),
        reference=facts["reference"],
    )


@dataclass(frozen=True)
class Matter:
    """A notice, a dispute or a request that is about somebody or some home. `until`: the day on which it was closed, or
    of a notice the legal deadline while it is open."""

    model: str
    kind: str
    state: str
    since: dt.date
    closed_on: dt.date | None
    deadline: dt.date | None
    is_complaint: bool
    contract_id: UUID | None
    reference: str
    home_id: UUID
    home: str

    @property
    def what(self) -> str:
        choices: dict[str, Any] = {"notice": Notice.Kind, "litigation": Litigation.Kind}
        return str(choices.get(self.model, ServiceRequest.Category)(self.kind).label)

    @property
    def state_word(self) -> str:
        return str(Notice.State(self.state).label) if self.model == "notice" else ""


def matter_of(facts: Facts) -> Matter:
    """Out of the facts that NOTICE, LITIGATION and REQUEST build."""
    return Matter(
        model=facts["model"],
        kind=facts["kind"],
        state=facts.get("state", ""),
        since=a_day(facts["since"]),
        closed_on=day(facts["closed"]),
        deadline=day(facts.get("deadline")),
        is_complaint=facts.get("is_complaint", False),
        contract_id=UUID(facts["contract"]) if facts.get("contract") else None,
        reference=facts.get("reference", ""),
        home_id=UUID(facts["home_id"]),
        home=facts["home"],
    )


@dataclass(frozen=True)
class DepositFacts:
    """A caution, and what became of it."""

    agreed: int
    received: int
    state: Deposit.State
    refunded: int
    kept_for_arrears: int
    settled_on: dt.date | None
    carried_to: UUID | None
    carried_reference: str


def deposit_of(facts: Facts | None) -> DepositFacts | None:
    """Out of the facts that DEPOSIT builds."""
    if facts is None:
        return None
    return DepositFacts(
        agreed=facts["agreed"],
        received=facts["received"],
        state=Deposit.State(facts["state"]),
        refunded=facts["refunded"],
        kept_for_arrears=facts["kept"],
        settled_on=day(facts["settled_on"]),
        carried_to=UUID(facts["carried_to"]) if facts["carried_to"] else None,
        carried_reference=facts["carried_reference"] or "",
    )


# Of an instalment `i` and the reference of its contract `t`.
DEBT = """jsonb_build_object(
    'id', i.id, 'kind', i.kind, 'label', i.label, 'period', i.period, 'due', i.due_date, 'amount', i.amount,
    'paid', i.paid_amount, 'contract', i.contract_id, 'reference', t.reference
)"""
# Of a contract `t` with the code of its property.
_NOTICE = """jsonb_build_object(
    'model', 'notice', 'kind', n.kind, 'state', n.state, 'since', n.issued_on, 'closed', n.closed_on,
    'deadline', n.legal_deadline, 'contract', t.id, 'reference', t.reference, 'home_id', t.property_id, 'home', t.home
)"""
LITIGATION = """jsonb_build_object(
    'model', 'litigation', 'kind', l.kind, 'since', l.opened_on, 'closed', l.resolved_on, 'contract', t.id,
    'reference', t.reference, 'home_id', t.property_id, 'home', t.home
)"""
REQUEST = """jsonb_build_object(
    'model', 'request', 'kind', s.category, 'since', s.opened_on, 'closed', s.closed_on,
    'is_complaint', s.is_complaint, 'home_id', home.id, 'home', home.code
)"""
# Of a contract `t`: its deposit, or nothing.
DEPOSIT = """(
    SELECT jsonb_build_object(
        'agreed', d.agreed, 'received', d.received, 'state', d.state, 'refunded', d.refunded_amount,
        'kept', d.kept_for_arrears, 'settled_on', d.settled_on, 'carried_to', taken.id,
        'carried_reference', taken.reference
    )
    FROM leasing_deposit d
    LEFT JOIN leasing_deposit after ON after.site_id = d.site_id AND after.id = d.carried_to_id
    LEFT JOIN leasing_contract taken ON taken.site_id = d.site_id AND taken.id = after.contract_id
    WHERE d.site_id = t.site_id AND d.contract_id = t.id
)"""
# Of a contract `t`: the last day for which its rent is paid without a gap; NULL where its first month lacks some.
PAID_UNTIL = """(
    SELECT CASE
        WHEN first.period IS NULL THEN
            least((last.due + interval '1 month')::date - 1, t.ended_on)
        WHEN last.due IS NULL THEN NULL
        WHEN t.billing = 'anniversary' THEN first.due - 1
        ELSE first.period - 1
    END
    FROM (
        SELECT min(i.period) AS period, min(i.due_date) AS due FROM leasing_instalment i
        WHERE i.site_id = t.site_id AND i.contract_id = t.id AND i.kind = 'rent' AND i.paid_amount < i.amount
    ) first
    CROSS JOIN LATERAL (
        SELECT max(CASE WHEN t.billing = 'anniversary' THEN i.due_date ELSE i.period END) AS due
        FROM leasing_instalment i
        WHERE i.site_id = t.site_id AND i.contract_id = t.id AND i.kind = 'rent'
            AND (first.period IS NULL OR i.period < first.period)
    ) last
)"""


def open_notices_and_litigations(contracts: str) -> str:
    """Two parts of a statement: the open notices and litigations of a relation of contracts with their homes' codes."""
    return f"""(SELECT 'matter', {_NOTICE}
    FROM leasing_notice n JOIN {contracts} t ON t.id = n.contract_id
    WHERE n.site_id = %(site)s AND n.closed_on IS NULL ORDER BY n.legal_deadline, n.id)
    UNION ALL
    (SELECT 'matter', {LITIGATION}
    FROM leasing_litigation l JOIN {contracts} t ON t.id = l.contract_id
    WHERE l.site_id = %(site)s AND l.resolved_on IS NULL ORDER BY l.opened_on, l.id)"""
