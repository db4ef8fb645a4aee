"""What a cause is: what each file of this folder fills in.

Causes stand below the tables: they speak of a task's facts, and never import tasks.models.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from sites_app.models import Site

Text = str | Promise
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class LateRent:
    """What is late on an account: the francs that are open, and the oldest of their due dates.

    `periods`: the months of which a rent or a service charge is late; `charges`: kind and label of whatever else is.
    Nothing of it is left when the money has come in and the task has not been closed yet.
    """

    francs: int = 0
    periods: tuple[dt.date, ...] = ()
    since: dt.date | None = None
    charges: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_texts(
        cls, francs: int, periods: Iterable[str], since: str | None, charges: Iterable[Sequence[str]] = ()
    ) -> "LateRent":
        """As JSON keeps it."""
        return cls(
            francs,
            tuple(map(dt.date.fromisoformat, periods)),
            dt.date.fromisoformat(since) if since else None,
            tuple((kind, label) for kind, label in charges),
        )


@dataclass(frozen=True)
class About:
    """What a task is about, on the day on which it is told: its facts, with whom or where, and what is late by now."""

    facts: Facts
    whom: str
    today: dt.date
    currency: str
    debt: LateRent | None = None


@dataclass(frozen=True, kw_only=True)
class Records:
    """What in the records of a site asks for a task, as SQL. It is over when this finds it no more.

    `select` gives a row for each trouble, with these columns:
    - root: what it is about, for as long as the trouble lasts, as text; the name of the cause is put before it;
    - asks: NULL, or a text that changes when the same trouble asks again (see `asks_again`);
    - facts (jsonb), due_on (date), agent_id, tenant_id, contract_id, property_id: those of the task;
    - begins: false for what keeps an open task open but makes none.

    It may read `contract`, the signed ones of the site, `worker`, the ids (user_id) of who may have tasks there, and
    its own `tables`: sub-selects by their names, in order.
    `%(site)s`, `%(timezone)s`, `%(today)s` and `%(account)s` (the one account that is asked about, or NULL) are given;
    further `parameters` and `tables` carry the cause's name before their own, so that no two causes ever speak of the
    same one.
    """

    select: str
    tables: Mapping[str, str] = field(default_factory=dict)
    parameters: Callable[[Site, dt.date], Mapping[str, Any]] = lambda _site, _today: {}
    asks_again: bool = False
    """A root is then one word (an id), and `asks` stands behind it in the task's source."""


def _says_nothing(_about: About) -> str:
    return ""


def _is_worth_nothing(_about: About) -> int | None:
    return None


def _needs_no_word(_task: Any) -> None:
    """The app that the task is of has nothing to do."""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why a task is there, in words; and what in the records asks for it, or None: then people or apps order it.

    A cause says "" where it has no words of its own: the task then reads as its kind.
    """

    name: str
    """At most 20 letters: what Task.cause holds, and the first word of Task.source."""
    label: Text
    kind: str | None = None
    """Of its tasks, one of Task.Kind; None: who orders one says so."""
    records: Records | None = None
    title: Callable[[About], str] = _says_nothing
    """What there is to do, with whom or where."""
    subject: Callable[[About], str] = _says_nothing
    """The same in as few words as there are, for a text message."""
    reason: Callable[[About], str] = _says_nothing
    """Why: one sentence that names its facts."""
    tells_when: bool = False
    """Whether the reason says how near or how late it is, so that nothing more need be said of the day."""
    francs: Callable[[About], int | None] = _is_worth_nothing
    """The amount that stands beside the task."""
    debt_of: Callable[[Facts], LateRent] | None = None
    """For a cause that is about late rents: those of its facts. Screens tell what is late by now."""
    can_wait: bool = False
    """Whether it stands back, out of the first three, for whatever else is due by tonight."""
    stands_for: tuple[str, ...] = ()
    """Names of causes: while a task of this one is open, none of those of the records is asked for of its contract, and
    the app takes over the open ones."""
    worked_from: str = ""
    """The name of the list at which its work is chosen; it takes the agent."""
    ended: Callable[[Any], None] = _needs_no_word
    """Given the task that a person has finished or cancelled, in the same transaction; RuleBroken forbids it."""
    reopened: Callable[[Any], None] = _needs_no_word
    """Called likewise when that is taken back and the task is to be done again."""
