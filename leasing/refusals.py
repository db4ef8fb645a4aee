"""Refusals of the portfolio that several of its actions speak."""

from typing import Any

from django.utils.translation import gettext as _

from changes.refusals import RuleBroken
from sites_app.rules import RULE_TYPES, RuleValue


def require_signed(contract: Any) -> None:
    """Nothing happens on a draft: raise RuleBroken for one."""
    if contract.status == "draft":
        raise RuleBroken(
            "contract",
            "contract_signed",
            _("Contract %(reference)s is a draft: sign it first.") % {"reference": contract.reference},
        )


def require_francs(amount: object) -> None:
    """Raise RuleBroken for what is no whole number of francs, more than zero."""
    if type(amount) is not int or amount <= 0:
        raise RuleBroken("amount", "amount_positive", _("The amount must be a whole number of francs, more than zero."))


def cited(rule: RuleValue) -> str:
    """A regional rule's name and what it rests on, for the brackets at the end of a sentence."""
    values = {"rule": dict(RULE_TYPES)[rule.rule_type], "source": rule.source}
    if rule.confirmed:
        return _("rule “%(rule)s”, source: %(source)s") % values
    return _("rule “%(rule)s”, source: %(source)s, to be confirmed") % values
