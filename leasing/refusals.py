"""Why an action was not done: one exception with a sentence for the person who asked, in their language."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, models
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from sites_app.models import Site
from sites_app.rules import RULE_TYPES, RuleValue


class RuleBroken(Exception):
    """A rule forbids what was asked; nothing was changed.

    `field` is the argument that is wrong ("" when none alone is), `rule` the rule's name (a regional rule's type, a
    constraint's name or one of our own), `sentence` what to tell the person. The API answers 422 with the three.
    """

    def __init__(self, field: str, rule: str, sentence: str) -> None:
        self.field, self.rule, self.sentence = field, rule, str(sentence)
        super().__init__(self.sentence)


class IdempotencyConflict(RuleBroken):
    """The key was used before, for something else."""

    def __init__(self) -> None:
        super().__init__(
            "idempotency_key",
            "idempotency_key",
            _("This key was already used for another payment. Send a new payment with a new key."),
        )


def not_on_this_site(field: str) -> RuleBroken:
    """The same words for a row that does not exist and for one of another site."""
    return RuleBroken(field, "same_site", _("There is no such record on this site."))


def require_past(field: str, day: dt.date, today: dt.date) -> None:
    """What is written down has happened: raise RuleBroken for a day after `today`."""
    if day > today:
        raise RuleBroken(
            field,
            f"{field}_not_to_come",
            _("%(day)s is still to come: today is %(today)s.") % {"day": short_date(day), "today": short_date(today)},
        )


def require_signed(contract: Any) -> None:
    """Nothing happens on a draft: raise RuleBroken for one."""
    if contract.status == "draft":
        raise RuleBroken(
            "contract",
            "contract_signed",
            _("Contract %(reference)s is a draft: sign it first.") % {"reference": contract.reference},
        )


def cited(rule: RuleValue) -> str:
    """A regional rule's name and what it rests on, for the brackets at the end of a sentence."""
    values = {"rule": dict(RULE_TYPES)[rule.rule_type], "source": rule.source}
    if rule.confirmed:
        return _("rule “%(rule)s”, source: %(source)s") % values
    return _("rule “%(rule)s”, source: %(source)s, to be confirmed") % values


def grouped(number: int) -> str:
    """A whole number in the reader's language: "10 000 000"."""
    return number_format(number, force_grouping=True)


def francs(amount: int, site: Site) -> str:
    """Whole francs with the site's currency: "10 000 000 GNF"."""
    return f"{grouped(amount)}\u00a0{site.currency}"


def short_date(day: dt.date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


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
