"""A site's taxes and legal days in words, each with its source and its status: nothing is said without them."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leasing.taxes import ON_RENT, taxes_on_rent
from screens import formats
from sites_app.models import Site
from sites_app.queries import rules_for
from sites_app.rules import RULE_TYPES, RuleValue, Season, entity_of

_SHOWN = ("tax", "deadline")


@dataclass(frozen=True)
class LegalFact:
    """A rule of a site on a day. `value` is "" where none is on record; `applies`: False where it is not for there."""

    name: str
    value: str
    applies: bool
    source: str
    is_confirmed: bool


def legal_facts(site: Site, on: dt.date, rent: int) -> tuple[LegalFact, ...]:
    """Taxes, legal days and the season without evictions. One statement."""
    rules = rules_for(site, on)
    is_known = all(tax in rules.values for tax in ON_RENT)
    taxes = {tax.rule_type: tax.francs for tax in taxes_on_rent(rules, rent)} if is_known else {}
    return tuple(
        _fact(str(name), rules.values.get(rule_type), taxes.get(rule_type), rent, site.currency)
        for rule_type, name in RULE_TYPES
        if entity_of(rule_type) in _SHOWN or rule_type == "eviction_closed_season"
    )


def _fact(name: str, rule: RuleValue | None, tax: int | None, rent: int, currency: str) -> LegalFact:
    if rule is None:
        return LegalFact(name, "", applies=True, source="", is_confirmed=False)
    text = "" if rule.value is None else _value(rule, tax, rent, currency)
    return LegalFact(name, text, rule.value is not None, rule.source, rule.confirmed)


def _value(rule: RuleValue, tax: int | None, rent: int, currency: str) -> str:
    if isinstance(rule.value, Season):
        return _("from %(first)s to %(last)s, every year") % {
            "first": _day_of_year(rule.value.first),
            "last": _day_of_year(rule.value.last),
        }
    if isinstance(rule.value, Decimal):
        [rate] = formats.percents_at_most([rule.value], 2)
        # Of what the other taxes are taken no record says: their rate alone is shown.
        if tax is None:
            return rate
        return _("%(rate)s of %(rent)s = %(tax)s") % {
            "rate": rate,
            "rent": formats.francs(rent, currency),
            "tax": formats.francs(tax, currency),
        }
    number = {"number": formats.number(rule.value)}
    return ngettext("%(number)s day", "%(number)s days", rule.value) % number


def _day_of_year(of_year: tuple[int, int]) -> str:
    day = dt.date(2000, *of_year)
    return formats.date_in_year(day, day.year)
