"""What was done to a task, each change as a sentence. Asks the database nothing."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from screens import formats
from sites_app.models import Site
from tasks.models import Task


def outcome_of(task: Any, site: Site, now: dt.datetime) -> str:
    """How it ended; a promise with its amount and day, where they are known: "promised, 1 350 000 GNF on 5 December".

    The task may be a row of its history.
    """
    if not task.outcome:
        return ""
    if task.promised_on is None and task.promised_francs is None:
        return str(Task.Outcome(task.outcome).label)
    amount = formats.francs(task.promised_francs, site.currency) if task.promised_francs else ""
    if task.promised_on is None:
        return _("Promised, %(amount)s") % {"amount": amount}
    year = now.astimezone(ZoneInfo(site.timezone)).year
    day = formats.date_in_year(task.promised_on, year)
    if not amount:
        return _("Promised for %(day)s") % {"day": day}
    return _("Promised, %(amount)s on %(day)s") % {"amount": amount, "day": day}


def sentence_of(before: Any, after: Any, *, site: Site, now: dt.datetime) -> str:
    """What a tap did, of a row of the history and the one before; "" for any other change, which names its fields."""
    if after.put_off_until is not None and after.put_off_until != before.put_off_until:
        return _("Put off until %(when)s") % {"when": formats.moment(after.due_at, site.timezone)}
    return _with(_status(after, site, now), after.note) if after.status != before.status else ""


def _status(after: Any, site: Site, now: dt.datetime) -> str:
    match after.status:
        case Task.Status.DONE:
            return outcome_of(after, site, now)
        case Task.Status.BLOCKED:
            return _("Set aside")
        case Task.Status.CANCELLED:
            return str(Task.Status.CANCELLED.label)
        case Task.Status.IN_PROGRESS:
            return str(Task.Status.IN_PROGRESS.label)
    return _("To do again")


def _with(sentence: str, note: str) -> str:
    return f"{sentence} ({note})" if note else sentence
