"""What an account owes on a day, and what a payment would pay before anybody saves it. Nothing is written here.

Three statements read the account; everything else is placed from what they found, as the actions place it.
"""

import datetime as dt
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from changes import sql
from leasing.models import Contract
from leasing.months import month_after
from leasing.placing import Debt, Placed, Received, place_with_quittances
from leasing.readings import in_order_of_debts, is_standing, is_standing_quittance
from leasing.terms import MONTHS_AHEAD, Lease, leases
from sites_app.rules import PAYMENT_METHODS

_NEW = "new"  # the payment that nobody has saved yet


@dataclass(frozen=True)
class Given:
    """A standing payment, with how it was paid and who wrote it down."""

    payment: UUID
    received_on: dt.date
    francs: int
    waives: UUID | None
    method: str
    provider: str
    recorded_at: dt.datetime
    recorded_by: str
    key: str


@dataclass(frozen=True)
class Asked:
    """An instalment and what it asks for; also a month that saving a payment would make. `quittance`: the francs that
    its standing quittance says are paid."""

    instalment: Hashable
    kind: str
    label: str
    period: dt.date
    due_date: dt.date
    francs: int
    quittance: int | None = None


@dataclass(frozen=True)
class Part:
    """What goes to an instalment, and what it lacks afterwards."""

    asked: Asked
    francs: int
    left: int


@dataclass(frozen=True)
class Preview:
    """What a payment would pay, and what is on account and still owed by today afterwards."""

    parts: tuple[Part, ...]
    on_account: int
    owed: int


@dataclass(frozen=True)
class AccountBooks:
    """The records of one account on a day: its standing payments, and what it is asked for, both in the order in which
    they are placed. `running` is its latest running lease."""

    today: dt.date
    given: tuple[Given, ...]
    asked: tuple[Asked, ...]
    running: Lease | None

    @property
    def last_received(self) -> Given | None:
        """The newest payment that came in by a method of the sites; None for none."""
        received = [one for one in self.given if one.method in dict(PAYMENT_METHODS)]
        return received[-1] if received else None

    def alike(self, francs: int, received_on: dt.date, *, but_for: str = "") -> list[Given]:
        """Payments of the same amount and day: the same money, perhaps. `but_for`: the key of the one that is asked
        about."""
        return [
            one for one in self.given if (one.francs, one.received_on) == (francs, received_on) and one.key != but_for
        ]

    @cached_property
    def open(self) -> tuple[Part, ...]:
        """What is due by today and not paid in full: with what it has, and what it lacks."""
        return tuple(part for part in _parts(self.asked, _now(self)) if part.left and self._is_due(part.asked))

    @property
    def owed(self) -> int:
        """Francs that are due by today and not paid."""
        return sum(part.left for part in self.open)

    @property
    def on_account(self) -> int:
        """Francs that pay nothing yet; less than nothing where too much was given back."""
        return _now(self).on_account

    @property
    def rent(self) -> int | None:
        """The monthly rent today; None when no lease of the account runs."""
        return self.running.terms.rent_on(self.today) if self.running else None

    def with_payment(self, francs: int, received_on: dt.date) -> Preview:
        """What a payment would pay if it were recorded now: saving it gives the same (actions.record_payment)."""
        before = [one for one in self.given if one.received_on <= received_on]
        receipts = [
            *_received(before),
            Received(_NEW, received_on, francs),
            *_received(self.given[len(before) :]),
        ]
        asked = self.asked
        placed = _placed(receipts, asked)
        if more := _made_for(self.running, placed.on_account, self.today):
            asked = _put_in(asked, more)
            placed = _placed(receipts, asked)
        given = {share.instalment: share.francs for share in placed.shares if share.payment == _NEW}
        after = _parts(asked, placed)
        return Preview(
            tuple(
                Part(part.asked, given[part.asked.instalment], part.left)
                for part in after
                if part.asked.instalment in given
            ),
            placed.on_account,
            sum(part.left for part in after if self._is_due(part.asked)),
        )

    def _is_due(self, asked: Asked) -> bool:
        return asked.due_date <= self.today


def account_books(contract: Contract, today: dt.date) -> AccountBooks:
    """The records of a signed contract's account. Months that the nightly job has yet to make are among them."""
    account = contract.signed_account_id()
    names: dict[str, Any] = {"site": contract.site_id, "account": account}
    given = tuple(Given(**row) for row in sql.rows(_GIVEN, names))
    asked: tuple[Asked, ...] = tuple(
        Asked(row["id"], row["kind"], row["label"], row["period"], row["due_date"], row["amount"], row["quittance"])
        for row in sql.rows(_ASKED, names)
    )
    running = [lease for lease in leases(contract.site_id, accounts=[account]) if lease.is_running]
    for lease in running:
        asked = _put_in(asked, _as_asked(lease, lease.missing(month_after(today, MONTHS_AHEAD))))
    return AccountBooks(today, given, asked, running[-1] if running else None)


def _now(books: AccountBooks) -> Placed:
    return _placed(_received(books.given), books.asked)


def _received(given: Iterable[Given]) -> list[Received]:
    return [Received(one.payment, one.received_on, one.francs, one.waives) for one in given]


def _placed(receipts: Iterable[Received], asked: Iterable[Asked]) -> Placed:
    asked = list(asked)
    quittances = {one.instalment: one.quittance for one in asked if one.quittance is not None}
    placed, _untrue = place_with_quittances(receipts, [Debt(one.instalment, one.francs) for one in asked], quittances)
    return placed


def _parts(asked: Iterable[Asked], placed: Placed) -> list[Part]:
    paid: dict[Hashable, int] = {}
    for share in placed.shares:
        paid[share.instalment] = paid.get(share.instalment, 0) + share.francs
    return [Part(one, paid.get(one.instalment, 0), one.francs - paid.get(one.instalment, 0)) for one in asked]


def _made_for(lease: Lease | None, francs: int, today: dt.date) -> list[Asked]:
    return _as_asked(lease, lease.months_for(francs, today)) if lease else []


def _as_asked(lease: Lease, months: Iterable[Any]) -> list[Asked]:
    return [
        Asked((lease.contract, month.period), "rent", "", month.period, month.due_date, month.amount)
        for month in months
    ]


def _put_in(asked: tuple[Asked, ...], months: Iterable[Asked]) -> tuple[Asked, ...]:
    """Months that are not made yet, each before what falls due after it."""
    all_of_them = list(asked)
    for month in months:
        place_of_it = len(all_of_them)
        while place_of_it and all_of_them[place_of_it - 1].due_date > month.due_date:
            place_of_it -= 1
        all_of_them.insert(place_of_it, month)
    return tuple(all_of_them)


_GIVEN = f"""
    SELECT p.id AS payment, p.received_on, p.amount AS francs, p.waives_id AS waives, p.method, p.provider,
        p.recorded_at, coalesce(nullif(u.full_name, ''), u.username, '') AS recorded_by, p.idempotency_key AS key
    FROM leasing_payment p LEFT JOIN accounts_user u ON u.id = p.recorded_by_id
    WHERE p.site_id = %(site)s AND p.account_id = %(account)s AND {is_standing("p")}
    ORDER BY p.received_on, p.recorded_at, p.id
"""

_ASKED = f"""
    SELECT i.id, i.kind, i.label, i.period, i.due_date, i.amount, r.amount AS quittance FROM leasing_instalment i
    LEFT JOIN leasing_receipt r
        ON r.site_id = i.site_id AND r.instalment_id = i.id AND {is_standing_quittance("r")}
    WHERE i.site_id = %(site)s AND i.account_id = %(account)s
    ORDER BY {in_order_of_debts("i")}
"""
