"""Tasks in words: what there is to do, and why it stands where it stands.

Every sentence names facts, in the reader's language. Asks the database nothing.
"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leasing.models import MISSED_AFTER_DAYS
from screens import formats
from tasks.causes import registry, sentences
from tasks.causes.cause import About
from tasks.models import Task
from tasks.priority import NEUTRAL_AFFINITY, PRESSING, URGENT, WEIGHTS
from tasks.queries import WORKDAY_MINUTES, Manifesto, RankedTask, Recommendation, Risk

HIGH_RENT, HIGHEST_RENT = Decimal("0.75"), Decimal("0.9")
_TOLD_TASKS = 5
"""A record of fewer tasks says nothing of an agent."""
_SOON_DAYS = 3


def title_of(task: RankedTask) -> str:
    """What there is to do, with whom or where."""
    return task.title or registry.get(task.cause).title(_about(task)) or _kind(task)


def title_of_row(task: Task) -> str:
    """The same of a row with its tenant, contract and property, also when it is over or nobody's."""
    return task.title or registry.get(task.cause).title(_about_row(task)) or _kind(task)


def subject_of(task: RankedTask) -> str:
    """What it is about in as few words as there are."""
    return task.title or registry.get(task.cause).subject(_about(task)) or _kind(task)


def francs_of(task: RankedTask) -> int | None:
    """The amount that stands beside it, where its cause names one."""
    return registry.get(task.cause).francs(_about(task))


def reasons_of(task: RankedTask, limit: int = 3) -> list[str]:
    """Why it stands where it stands: what moved the score most comes first."""
    return [sentence for _points, sentence in sorted(_reasons(task), key=lambda reason: -reason[0])][:limit]


def level_of(task: RankedTask) -> tuple[str, str]:
    """How pressing it is, as a word and a tone."""
    if task.priority.points >= URGENT:
        return _("Urgent"), "bad"
    if task.priority.points >= PRESSING:
        return _("Important"), "warn"
    return _("No hurry"), "good"


def amount_of(task: RankedTask) -> str:
    """The francs that are open of a late rent; "" where the task is about no rent."""
    return "" if task.amount is None else formats.francs(task.amount, task.currency)


def recommendation_sentences(m: Manifesto) -> list[str]:
    return [_recommendation(found) for found in m.recommendations]


def risk_sentences(m: Manifesto) -> list[str]:
    return [_risk(found) for found in m.risks]


def _reasons(task: RankedTask) -> Iterator[tuple[Decimal, str]]:
    """Sentences with the points of the score that each stands for."""
    grounds, rank, cause = task.grounds, task.priority, registry.get(task.cause)
    urgency = rank.contributions["urgency"]
    reason = cause.reason(_about(task))
    if reason:
        yield urgency + rank.contributions["impact"], reason
    if grounds.left_on:
        yield urgency + rank.contributions["impact"], _left(task)
    if not reason or ((grounds.due_on - grounds.day).days < _SOON_DAYS and not cause.tells_when):
        yield urgency, _due(task)
    if grounds.has_missed and not _is_about_a_missed_rent(task):
        yield WEIGHTS["impact"] * 15, _("This tenant has had rent unpaid for more than a month.")
    if grounds.percentile is not None and grounds.percentile >= HIGH_RENT:
        points = WEIGHTS["impact"] * 25 * grounds.percentile
        percent = 10 if grounds.percentile >= HIGHEST_RENT else 25
        yield points, _("The rent is among the highest %(percent)s%% of the site.") % {"percent": percent}
    if grounds.waiting:
        yield (
            rank.contributions["dependency"],
            ngettext("%(count)s task waits for this one.", "%(count)s tasks wait for this one.", grounds.waiting)
            % {"count": formats.number(grounds.waiting)},
        )
    record = grounds.record
    if record.tasks >= _TOLD_TASKS and rank.affinity > NEUTRAL_AFFINITY:
        yield (
            WEIGHTS["affinity"] * (rank.affinity - NEUTRAL_AFFINITY),
            _("%(count)s of %(of)s tasks of this kind were completed successfully in 90 days.")
            % {"count": formats.number(record.succeeded), "of": formats.number(record.tasks)},
        )
    if grounds.late_rents > 1:
        # It moves no part of the score, and says what kind of lateness this is.
        yield (
            Decimal(0),
            ngettext(
                "In three months, %(count)s rent was paid late or not at all.",
                "In three months, %(count)s rents were paid late or not at all.",
                grounds.late_rents,
            )
            % {"count": formats.number(grounds.late_rents)},
        )


def _is_about_a_missed_rent(task: RankedTask) -> bool:
    since = task.debt.since if task.debt else None
    return since is not None and (task.grounds.day - since).days >= MISSED_AFTER_DAYS


def _left(task: RankedTask) -> str:
    if task.grounds.left_on is None:
        return ""
    values = {"day": _day(task.grounds.left_on, task.grounds.day)}
    if task.grounds.deposit:
        return _("The contract ended on %(day)s; its deposit of %(amount)s is still held.") % (
            values | {"amount": formats.francs(task.grounds.deposit, task.currency)}
        )
    return _("The contract ended on %(day)s.") % values


def _due(task: RankedTask) -> str:
    due, today = task.grounds.due_on, task.grounds.day
    days, values = (due - today).days, {"day": _day(due, today)}
    if days < 0:
        return ngettext("It was due %(days)s day ago (%(day)s).", "It was due %(days)s days ago (%(day)s).", -days) % (
            values | {"days": formats.number(-days)}
        )
    if days == 0:
        return _("It is due today.")
    return ngettext("It is due in %(days)s day (%(day)s).", "It is due in %(days)s days (%(day)s).", days) % (
        values | {"days": formats.number(days)}
    )


def _recommendation(found: Recommendation) -> str:
    title = title_of(found.task)
    match found.advice:
        case "start":
            return _("Start with: %(task)s.") % {"task": title}
        case "then":
            return _("Then: %(task)s.") % {"task": title}
    return _("%(name)s could take “%(task)s”: they have %(time)s free today.") % {
        "name": found.to_name, "task": title, "time": duration(found.free_minutes or 0)
    }  # fmt: skip


def _risk(found: Risk) -> str:
    match found.risk:
        case "overload":
            return _("The open tasks take %(time)s: more than the %(day)s of a working day.") % {
                "time": duration(found.minutes), "day": duration(WORKDAY_MINUTES)
            }  # fmt: skip
        case "blocking":
            return ngettext(
                "%(count)s of these tasks holds up others.", "%(count)s of these tasks hold up others.", found.count
            ) % {"count": formats.number(found.count)}
    return _("%(kind)s: %(count)s of %(of)s completed successfully in 90 days, overdue ones included.") % {
        "kind": Task.Kind(found.kind).label, "count": formats.number(found.count), "of": formats.number(found.of)
    }  # fmt: skip


def duration(minutes: int) -> str:
    """ "45 min", "5 h 15", "8 h"."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": rest}
    if not rest:
        return _("%(hours)s h") % {"hours": formats.number(hours)}
    return _("%(hours)s h %(minutes)s") % {"hours": formats.number(hours), "minutes": f"{rest:02}"}


def _about(task: RankedTask) -> About:
    whom = sentences.whom(task.tenant_name or task.contract_reference, task.property_code)
    return About(task.facts, whom, task.grounds.day, task.currency, task.debt)


def _about_row(task: Task) -> About:
    tenant, contract, home = task.tenant, task.contract, task.property
    name = tenant.name if tenant else contract.reference if contract else ""
    whom = sentences.whom(name, home.code if home else "")
    return About(task.facts, whom, task.site.today(), task.site.currency)


def _kind(task: Task | RankedTask) -> str:
    return str(Task.Kind(task.kind).label)


def _day(day: dt.date, today: dt.date) -> str:
    """ "30 September", with the year where it is another one."""
    return formats.date_in_year(day, today.year)
