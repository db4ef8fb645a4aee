"""Why a change was not made: one exception with a sentence for the person who asked, in their language."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, models
from django.utils.translation import gettext as _

from screens.formats import date_short


class RuleBroken(Exception):
    """A rule forbids what was asked; nothing was changed.

    `field` is the argument that is wrong ("" when none alone is), `rule` the rule's name (a regional rule's type, a
    constraint's name or one of our own), `sentence` what to tell the person. A program is answered with `status` and
    these three, and with `members`: what else helps it, ready for JSON.
    """

    status = 422

    def __init__(self, field: str, rule: str, sentence: str, members: dict[str, Any] | None = None) -> None:
        self.field, self.rule, self.sentence, self.members = field, rule, str(sentence), members or {}
        super().__init__(self.sentence)

    def errors(self) -> list[dict[str, str]] | None:
        """Each field that is wrong and why, for a program; None where no field is to blame."""
        return [{"field": self.field, "message": self.sentence}] if self.field else None


class IdempotencyConflict(RuleBroken):
    """The key was used before, for something else."""

    status = 409

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(field, "idempotency_key", sentence)


def not_on_this_site(field: str) -> RuleBroken:
    """The same words for a row that does not exist and for one of another site."""
    return RuleBroken(field, "same_site", _("There is no such record on this site."))


def require_past(field: str, day: dt.date, today: dt.date) -> None:
    """What is written down has happened: raise RuleBroken for a day after `today`."""
    if day > today:
        raise RuleBroken(
            field,
            f"{field}_not_to_come",
            _("%(day)s is in the future: today is %(today)s.") % {"day": date_short(day), "today": date_short(today)},
        )


def constraint_of(error: IntegrityError) -> str:
    """The name of the database constraint that an error is about, "" when it names none."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


def broken_constraint(error: IntegrityError, model: type[models.Model]) -> RuleBroken | None:
    """The model's own message for a constraint that the database found broken; None when it has none."""
    name = constraint_of(error)
    constraint: Any = next((c for c in model._meta.constraints if c.name == name), None)
    if constraint is None or constraint.violation_error_message == constraint.default_violation_error_message:
        return None
    fields = [field for field in getattr(constraint, "fields", ()) if field != "site"]
    return RuleBroken(fields[0] if len(fields) == 1 else "", name, constraint.get_violation_error_message())
