"""Tasks in words: what there is to do, and why it stands where it stands.

Every sentence names facts, in the reader's language. Asks the database nothing.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leasing.models import MISSED_AFTER_DAYS, Litigation, Notice, ServiceRequest
from screens import formats
from tasks.models import Task
from tasks.priority import NEUTRAL_AFFINITY, PRESSING, URGENT, WEIGHTS
from tasks.queries import WORKDAY_MINUTES, Manifesto, RankedTask, Recommendation, Risk

Text = str | Promise

HIGH_RENT, HIGHEST_RENT = Decimal("0.75"), Decimal("0.9")
_TOLD_TASKS = 5
"""A record of fewer tasks says nothing of an agent."""
_SOON_DAYS = 3

# French puts the month behind "de" or "d’": no language glues the two together here.
_OF_MONTH: tuple[Text, ...] = (
    gettext_lazy("of January"),
    gettext_lazy("of February"),
    gettext_lazy("of March"),
    gettext_lazy("of April"),
    gettext_lazy("of May"),
    gettext_lazy("of June"),
    gettext_lazy("of July"),
    gettext_lazy("of August"),
    gettext_lazy("of September"),
    gettext_lazy("of October"),
    gettext_lazy("of November"),
    gettext_lazy("of December"),
)


def title_of(task: RankedTask) -> str:
    """What there is to do, with whom or where."""
    who = _whom(task.tenant_name or task.contract_reference, task.property_code)
    return _title(task, who, _late_periods(task), task.grounds.day)


def title_of_row(task: Task) -> str:
    """The same of a row with its tenant, contract and property, also when it is over or nobody's."""
    tenant, contract, home = task.tenant, task.contract, task.property
    who = _whom(tenant.name if tenant else contract.reference if contract else "", home.code if home else "")
    return _title(task, who, _periods(task.facts), task.site.today())


def _title(task: Task | RankedTask, who: str, late: Sequence[dt.date], today: dt.date) -> str:
    if task.title:
        return task.title
    match task.cause:
        case Task.Cause.RENT_LATE:
            return _ask_for_rent(who, _of_months(late, today))
        case Task.Cause.NOTICE_DEADLINE:
            return _("%(notice)s: %(tenant)s") % {"notice": _label(Notice.Kind, task.facts["kind"]), "tenant": who}
        case Task.Cause.LITIGATION_IDLE:
            return _("Move the dispute with %(tenant)s forward") % {"tenant": who}
        case Task.Cause.TERM_ENDING:
            return _("Propose the renewal to %(tenant)s") % {"tenant": who}
        case Task.Cause.REQUEST_OVERDUE:
            return _("Answer the request of %(tenant)s: %(subject)s") % {
                "tenant": who, "subject": _label(ServiceRequest.Category, task.facts["category"])
            }  # fmt: skip
    return str(Task.Kind(task.kind).label)


def _ask_for_rent(who: str, months: Sequence[str]) -> str:
    match months:
        case [month]:
            return _("Ask %(tenant)s for the rent %(of_month)s") % {"tenant": who, "of_month": month}
        case [first, second]:
            return _("Ask %(tenant)s for the rents %(of_month)s and %(of_next_month)s") % {
                "tenant": who, "of_month": first, "of_next_month": second
            }  # fmt: skip
    return _("Ask %(tenant)s for %(count)s late rents") % {"tenant": who, "count": formats.number(len(months))}


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
    return "" if task.amount is None else _francs(task.amount, task.currency)


def recommendation_sentences(m: Manifesto) -> list[str]:
    return [_recommendation(found) for found in m.recommendations]


def risk_sentences(m: Manifesto) -> list[str]:
    return [_risk(found) for found in m.risks]


def _reasons(task: RankedTask) -> Iterator[tuple[Decimal, str]]:
    """Sentences with the points of the score that each stands for."""
    grounds, rank = task.grounds, task.priority
    cause = _cause(task)
    urgency = rank.contributions["urgency"]
    if cause:
        yield urgency + rank.contributions["impact"], cause
    if grounds.left_on:
        yield urgency + rank.contributions["impact"], _left(task)
    if not cause or ((grounds.due_on - grounds.day).days < _SOON_DAYS and task.cause not in _CAUSE_TELLS_WHEN):
        yield urgency, _due(task)
    if grounds.has_missed and not _is_about_a_missed_rent(task):
        yield WEIGHTS["impact"] * 15, _("This tenant has a rent that is unpaid for more than a month.")
    if grounds.percentile is not None and grounds.percentile >= HIGH_RENT:
        points = WEIGHTS["impact"] * 25 * grounds.percentile
        percent = 10 if grounds.percentile >= HIGHEST_RENT else 25
        yield points, _("The rent is among the highest %(percent)s%% of the site.") % {"percent": percent}
    if grounds.waiting:
        yield (
            rank.contributions["dependency"],
            ngettext("%(count)s task waits for this one.", "%(count)s tasks wait for this one.", grounds.waiting)
            % {"count": grounds.waiting},
        )
    record = grounds.record
    if record.tasks >= _TOLD_TASKS and rank.affinity > NEUTRAL_AFFINITY:
        yield (
            WEIGHTS["affinity"] * (rank.affinity - NEUTRAL_AFFINITY),
            _("%(count)s of %(of)s tasks of this kind came to a good end in 90 days.")
            % {"count": record.succeeded, "of": record.tasks},
        )
    if grounds.late_rents > 1:
        # It moves no part of the score, and says what kind of lateness this is.
        yield (
            Decimal(0),
            ngettext(
                "%(count)s rent of three months came late or has not come.",
                "%(count)s rents of three months came late or have not come.",
                grounds.late_rents,
            )
            % {"count": grounds.late_rents},
        )


def _is_about_a_missed_rent(task: RankedTask) -> bool:
    since = task.debt and task.debt.since
    return since is not None and (task.grounds.day - since).days >= MISSED_AFTER_DAYS


_CAUSE_TELLS_WHEN = (Task.Cause.RENT_LATE, Task.Cause.NOTICE_DEADLINE, Task.Cause.TERM_ENDING)


def _cause(task: RankedTask) -> str:
    """What in the records asks for it; "" for what a person asked for."""
    facts, today = task.facts, task.grounds.day
    match task.cause:
        case Task.Cause.RENT_LATE:
            return _late(task)
        case Task.Cause.NOTICE_DEADLINE:
            return _deadline(_date(facts["legal_deadline"]), today)
        case Task.Cause.LITIGATION_IDLE:
            days = (today - _date(facts["last_moved_on"])).days
            return ngettext(
                "Nothing has happened in this dispute for %(days)s day (%(kind)s, opened on %(day)s).",
                "Nothing has happened in this dispute for %(days)s days (%(kind)s, opened on %(day)s).",
                days,
            ) % {
                "days": formats.number(days),
                "kind": _label(Litigation.Kind, facts["kind"]).lower(),
                "day": _day(_date(facts["opened_on"]), today),
            }
        case Task.Cause.TERM_ENDING:
            return _term(_date(facts["end_date"]), today, _francs(facts["monthly_rent"], task.currency))
        case Task.Cause.REQUEST_OVERDUE:
            opened = _date(facts["opened_on"])
            days = (today - opened).days
            return ngettext(
                "This request has waited for %(days)s day, since %(day)s; the site answers within %(within)s.",
                "This request has waited for %(days)s days, since %(day)s; the site answers within %(within)s.",
                days,
            ) % {"days": formats.number(days), "day": _day(opened, today), "within": _days(facts["response_days"])}
    return ""


def _late(task: RankedTask) -> str:
    debt = task.debt
    if not debt.periods:
        return _("The rent has come in: this task closes by itself within the hour.")
    days, months = (task.grounds.day - debt.since).days, _of_months(debt.periods, task.grounds.day)
    if len(months) == 1:
        return ngettext(
            "The rent %(of_month)s is %(days)s day late: %(amount)s.",
            "The rent %(of_month)s is %(days)s days late: %(amount)s.",
            days,
        ) % {"of_month": months[0], "days": formats.number(days), "amount": amount_of(task)}
    return ngettext(
        "%(count)s rents are late, the oldest by %(days)s day: %(amount)s.",
        "%(count)s rents are late, the oldest by %(days)s days: %(amount)s.",
        days,
    ) % {"count": formats.number(len(months)), "days": formats.number(days), "amount": amount_of(task)}


def _left(task: RankedTask) -> str:
    values = {"day": _day(task.grounds.left_on, task.grounds.day)}
    if task.grounds.deposit:
        return _("The contract ended on %(day)s; its deposit of %(amount)s is still held.") % (
            values | {"amount": _francs(task.grounds.deposit, task.currency)}
        )
    return _("The contract ended on %(day)s.") % values


def _deadline(deadline: dt.date, today: dt.date) -> str:
    days, values = (deadline - today).days, {"day": _day(deadline, today)}
    if days < 0:
        return ngettext(
            "The legal deadline passed %(days)s day ago (%(day)s).",
            "The legal deadline passed %(days)s days ago (%(day)s).",
            -days,
        ) % (values | {"days": formats.number(-days)})
    if days == 0:
        return _("The legal deadline is today (%(day)s).") % values
    return ngettext(
        "The legal deadline is in %(days)s day (%(day)s).", "The legal deadline is in %(days)s days (%(day)s).", days
    ) % (values | {"days": formats.number(days)})


def _term(end: dt.date, today: dt.date, rent: str) -> str:
    days, values = (end - today).days, {"day": _day(end, today), "rent": rent}
    if days < 0:
        return _("The contract ended its term on %(day)s and runs on: %(rent)s a month.") % values
    if days == 0:
        return _("The contract ends its term today (%(day)s): %(rent)s a month.") % values
    return ngettext(
        "The contract ends its term in %(days)s day (%(day)s): %(rent)s a month.",
        "The contract ends its term in %(days)s days (%(day)s): %(rent)s a month.",
        days,
    ) % (values | {"days": formats.number(days)})


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
    return _("%(kind)s: %(count)s of %(of)s came to a good end in 90 days, the overdue ones counted.") % {
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


def subject_of(task: RankedTask) -> str:
    """What it is about in as few words as there are."""
    if task.title:
        return task.title
    match task.cause:
        case Task.Cause.RENT_LATE:
            months = _of_months(_late_periods(task), task.grounds.day)
            if len(months) == 1:
                return _("Rent %(of_month)s") % {"of_month": months[0]}
            return _("%(count)s late rents") % {"count": formats.number(len(months))}
        case Task.Cause.NOTICE_DEADLINE:
            return _label(Notice.Kind, task.facts["kind"])
        case Task.Cause.TERM_ENDING:
            return _("Renewal")
        case Task.Cause.REQUEST_OVERDUE:
            return _label(ServiceRequest.Category, task.facts["category"])
    return str(Task.Kind(task.kind).label)


# --- parts of sentences -----------------------------------------------------------------------------------


def _whom(name: str, property_code: str) -> str:
    """The tenant, and the property where it is known: "Aïssatou Bah (S-102)"."""
    if name and property_code:
        return _("%(tenant)s (%(property)s)") % {"tenant": name, "property": property_code}
    return name or property_code


def _label(choices: type, value: str) -> str:
    return str(dict(choices.choices).get(value, value))


def _francs(amount: int, currency: str) -> str:
    return formats.francs(amount, currency)


def _late_periods(task: RankedTask) -> Sequence[dt.date]:
    """The months that are late; of rents that have come in since, those for which the task was made."""
    return (task.debt.periods if task.debt else ()) or _periods(task.facts)


def _periods(facts: Mapping[str, Any]) -> list[dt.date]:
    return [_date(text) for text in facts.get("periods", ())]


def _of_months(periods: Sequence[dt.date], today: dt.date) -> list[str]:
    """ "of March", with the year where it is another one."""
    names = [(str(_OF_MONTH[month.month - 1]), month.year) for month in periods]
    return [name if year == today.year else f"{name} {year}" for name, year in names]


def _day(day: dt.date, today: dt.date) -> str:
    """ "30 September", with the year where it is another one."""
    return formats.date_in_year(day, today.year)


def _days(number: int) -> str:
    return ngettext("%(days)s day", "%(days)s days", number) % {"days": formats.number(number)}


def _date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
