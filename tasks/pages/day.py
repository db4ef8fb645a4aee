"""What the pages of tasks show: the words of each task beside its forms. Asks the database nothing."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.urls import reverse

from screens import formats
from sites_app.models import Site
from tasks import words
from tasks.causes import registry
from tasks.pages.forms import TapForm, tap_form
from tasks.queries import Manifesto, RankedTask

# Beyond these an agent has other worries than the order: the page stays small.
_LONGEST_DAY = 50
ICONS = {
    "payment_follow": "money",
    "litigation": "scales",
    "notice": "paper",
    "retention": "heart",
    "inspection": "key",
    "maintenance": "wrench",
    "admin": "edit",
}


@dataclass(frozen=True)
class TaskCard:
    """A task in words: its level as a word and a tone, why it stands where it stands, and what can be done."""

    rank: int
    task: RankedTask
    title: str
    icon: str
    level: str
    tone: str
    reasons: tuple[str, ...]
    amount: int | None
    overdue: bool
    """Since a day that is over."""
    whatsapp: str
    """The address at which one writes to the tenant; "" without a number."""
    forms: dict[str, TapForm] = field(default_factory=dict)

    @property
    def contract_to_pay(self) -> Any:
        """The contract on which rent can be received for this task; None: it is about no debt of a contract."""
        return self.task.contract_id if self.task.debt else None

    @property
    def worked_from(self) -> str:
        """The address of the list at which the work is chosen; "" where the task says what is to be done."""
        name = registry.get(self.task.cause).worked_from
        return f"{reverse(name)}?agent={self.task.agent_id or ''}" if name else ""


@dataclass(frozen=True)
class DayPage:
    manifesto: Manifesto
    cards: tuple[TaskCard, ...]
    rest: tuple[TaskCard, ...]
    more: int
    """How many tasks are not listed."""
    put_off: tuple[TaskCard, ...]
    advice: tuple[str, ...]
    risks: tuple[str, ...]


def day_page(
    manifesto: Manifesto, site: Site, now: dt.datetime, tried: Mapping[UUID, dict[str, TapForm]] | None = None
) -> DayPage:
    """The three cards with their forms, and the rest of the day without.

    `tried` are forms of a task that were refused: they stand in place of fresh ones. The page advises to hand over
    what does not fit; where to start is plain from the cards.
    """
    cards = [
        card_of(task, rank, forms=forms_of(task, site, now, task.amount) | (tried or {}).get(task.id, {}))
        for rank, task in enumerate(manifesto.top, 1)
    ]
    shown = manifesto.rest[: _LONGEST_DAY - len(cards)]
    return DayPage(
        manifesto=manifesto,
        cards=tuple(cards),
        rest=tuple(card_of(task, rank, reasons=1) for rank, task in enumerate(shown, len(cards) + 1)),
        more=len(manifesto.rest) - len(shown),
        put_off=tuple(card_of(task, 0, reasons=0) for task in manifesto.put_off[:_LONGEST_DAY]),
        advice=tuple(
            sentence
            for advice, sentence in zip(
                manifesto.recommendations, words.recommendation_sentences(manifesto), strict=True
            )
            if advice.advice == "delegate"
        ),
        risks=tuple(words.risk_sentences(manifesto)),
    )


def card_of(task: RankedTask, rank: int, *, reasons: int = 3, forms: dict[str, TapForm] | None = None) -> TaskCard:
    level, tone = words.level_of(task)
    return TaskCard(
        rank=rank,
        task=task,
        title=words.title_of(task),
        icon=ICONS[task.kind],
        level=level,
        tone=tone,
        reasons=tuple(words.reasons_of(task, limit=reasons)),
        amount=words.francs_of(task),
        overdue=task.grounds.due_on < task.grounds.day,
        whatsapp=formats.whatsapp(task.tenant_phone),
        forms=forms or {},
    )


def forms_of(task: Any, site: Site, now: dt.datetime, owed: int | None = None) -> dict[str, TapForm]:
    """What an agent can do with an open task, each with a key of its own; `owed`: what a promise may be about."""
    first = {"pending": "start", "blocked": "resume"}.get(task.status)
    if task.put_off_until is not None and task.put_off_until > now:
        first = "resume"
    verbs = [*([first] if first else []), "done", "cannot", "later"]
    return {verb: tap_form(verb, task, site, now, owed=owed) for verb in verbs}


@dataclass(frozen=True)
class Visit:
    """A stop of the round: an address, and the tasks to be done there."""

    place: str
    address: str
    property_id: UUID
    property_code: str
    cards: tuple[TaskCard, ...]


# What is about the tenant is done where the tenant lives, not where they lived.
_ABOUT_THE_HOME = ("inspection", "maintenance")


def round_of(manifesto: Manifesto, addresses: dict[Any, tuple[str, str]]) -> list[Visit]:
    """The visits of today by neighbourhood, then address: the three first tasks and what is due by this evening."""
    cards: dict[Any, list[TaskCard]] = {}
    for rank, task in enumerate(manifesto.tasks, 1):
        if task.property_id not in addresses or (task.grounds.left_on and task.kind not in _ABOUT_THE_HOME):
            continue
        if rank <= len(manifesto.top) or task.grounds.is_due:
            cards.setdefault(task.property_id, []).append(card_of(task, rank, reasons=1))
    visits = [Visit(*addresses[home], home, here[0].task.property_code, tuple(here)) for home, here in cards.items()]
    return sorted(visits, key=lambda visit: (visit.place.casefold(), visit.address.casefold(), visit.property_code))
