"""All causes by their names: those of this folder, and those that apps above register when they start."""

import re

from tasks.causes.cause import Cause, Text
from tasks.causes.litigation_idle import LITIGATION_IDLE
from tasks.causes.manual import MANUAL
from tasks.causes.notice_deadline import NOTICE_DEADLINE
from tasks.causes.recovery import RECOVERY
from tasks.causes.rent_late import RENT_LATE
from tasks.causes.request_overdue import REQUEST_OVERDUE
from tasks.causes.term_ending import TERM_ENDING
from tasks.causes.term_silent import TERM_SILENT

_OURS = (
    RENT_LATE,
    RECOVERY,
    NOTICE_DEADLINE,
    LITIGATION_IDLE,
    TERM_ENDING,
    TERM_SILENT,
    REQUEST_OVERDUE,
    MANUAL,
)
_causes: dict[str, Cause] = {cause.name: cause for cause in _OURS}

JUDGED: tuple[Cause, ...] = tuple(cause for cause in _OURS if cause.records)
"""Those that the records ask for, and of which they say when they are over."""

_NAME = re.compile(r"[a-z][a-z_]{0,19}")
"""It fits Task.cause, and has no colon: that ends it in Task.source."""


def register(cause: Cause) -> None:
    """Make the cause of an app above known: call it from the app's AppConfig.ready.

    Its tasks are ordered and closed with tasks.actions.orders. Raises ValueError: a name that is taken or no name, or a
    cause with records, since what judges them is put together before apps above are there.
    """
    if not _NAME.fullmatch(cause.name):
        raise ValueError(f"{cause.name!r} is no name of a cause: at most 20 small letters and underscores.")
    if _causes.get(cause.name, cause) is not cause:
        raise ValueError(f"There is a cause {cause.name!r} already.")
    if cause.records and cause not in JUDGED:
        raise ValueError(f"The cause {cause.name!r} of an app above tasks is ordered: it has no records.")
    _causes[cause.name] = cause


def get(name: str) -> Cause:
    """The cause of that name; one without words for a name that nobody knows (its app was taken away)."""
    return _causes.get(name) or Cause(name=name, label=name)


def is_known(name: str) -> bool:
    return name in _causes


def is_ordered(name: str) -> bool:
    """Whether an app orders its tasks: neither the records nor a person ask for them."""
    cause = _causes.get(name)
    return cause is not None and cause.records is None and cause is not MANUAL


def stand_ins() -> list[tuple[str, str]]:
    """The causes that stand for others, each with each of those."""
    return [(cause.name, other) for cause in _causes.values() for other in cause.stands_for]


def choices() -> list[tuple[str, Text]]:
    """Every cause by its name and label."""
    return [(cause.name, cause.label) for cause in _causes.values()]
