"""Regional rules as plain values. Pure: rows in, a frozen RegionalRules out; no table, no clock."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

PAYMENT_METHODS = [
    ("cash", _("Cash")),
    ("bank", _("Bank transfer")),
    ("mobile", _("Mobile money")),
    ("cheque", _("Cheque")),
]
ENTITIES = [
    ("tax", _("Taxes")),
    ("deadline", _("Legal deadlines")),
    ("payment", _("Payments")),
    ("calendar", _("Calendar")),
    ("contract", _("Contracts")),
]


class WrongValue(ValueError):
    """A rule's value has not the form that its type asks for."""


class MissingRule(LookupError):
    """A site has no value for a rule on a day: named, never guessed."""

    def __init__(self, site_code: str, rule_type: str, on: dt.date) -> None:
        self.site_code, self.rule_type, self.on = site_code, rule_type, on
        super().__init__(f"{site_code} has no rule {rule_type} on {on:%Y-%m-%d}")


@dataclass(frozen=True)
class Season:
    """A part of every year, both days included, as (month, day)."""

    first: tuple[int, int]
    last: tuple[int, int]

    def holds(self, day: dt.date) -> bool:
        of_year = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= of_year <= self.last
        return of_year >= self.first or of_year <= self.last

    def day_after(self, day: dt.date) -> dt.date:
        """The first day after the season that holds `day`."""
        end = dt.date(day.year, *self.last)
        if end < day:
            end = dt.date(day.year + 1, *self.last)
        return end + dt.timedelta(days=1)


@dataclass(frozen=True)
class RuleValue:
    """One value with what stands behind it."""

    rule_type: str
    value: Any
    source: str
    confirmed: bool


@dataclass(frozen=True)
class RegionalRules:
    """The rules of one site on one day. Rates are fractions, money is whole francs, None is "does not apply"."""

    site_code: str
    on: dt.date
    values: dict[str, RuleValue]

    def get(self, rule_type: str) -> RuleValue:
        """The value with its source. Raises MissingRule."""
        try:
            return self.values[rule_type]
        except KeyError:
            raise MissingRule(self.site_code, rule_type, self.on) from None

    @property
    def notice_to_quit_days(self) -> int:
        return self.get("notice_to_quit_days").value

    @property
    def eviction_notice_days(self) -> int:
        return self.get("eviction_notice_days").value

    @property
    def maintenance_response_days(self) -> int:
        return self.get("maintenance_response_days").value

    @property
    def dispute_resolution_days(self) -> int:
        return self.get("dispute_resolution_days").value

    @property
    def deposit_return_days(self) -> int:
        return self.get("deposit_return_days").value

    @property
    def payment_methods(self) -> tuple[str, ...]:
        return self.get("payment_methods").value

    @property
    def largest_cash_payment(self) -> int | None:
        return self.get("largest_cash_payment").value

    @property
    def mobile_money_providers(self) -> tuple[str, ...]:
        return self.get("mobile_money_providers").value

    @property
    def eviction_closed_season(self) -> Season | None:
        return self.get("eviction_closed_season").value


def _rate(value: Any) -> Decimal:
    if not isinstance(value, str):
        raise WrongValue(value)
    try:
        rate = Decimal(value)
    except InvalidOperation:
        raise WrongValue(value) from None
    if not 0 <= rate <= 1:
        raise WrongValue(value)
    return rate


def _days(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= 3650:
        raise WrongValue(value)
    return value


def _francs(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise WrongValue(value)
    return value


def _methods(value: Any) -> tuple[str, ...]:
    known = {code for code, _name in PAYMENT_METHODS}
    if not isinstance(value, list) or not value or not set(map(str, value)) <= known:
        raise WrongValue(value)
    return tuple(value)


def _method(value: Any) -> str:
    return _methods([value])[0]


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) and name.strip() for name in value):
        raise WrongValue(value)
    return tuple(value)


def _season(value: Any) -> Season:
    try:
        first, last = (dt.date.fromisoformat(f"2000-{day}") for day in value)
    except (TypeError, ValueError):
        raise WrongValue(value) from None
    return Season((first.month, first.day), (last.month, last.day))


def _hours(value: Any) -> tuple[dt.time, dt.time]:
    try:
        opens, closes = (dt.time.fromisoformat(hour) for hour in value)
    except (TypeError, ValueError):
        raise WrongValue(value) from None
    if opens >= closes:
        raise WrongValue(value)
    return opens, closes


def _language(value: Any) -> str:
    if not isinstance(value, str) or not 2 <= len(value) <= 8:
        raise WrongValue(value)
    return value


@dataclass(frozen=True)
class _Kind:
    name: Any
    entity: str
    parse: Callable[[Any], Any]
    form: Any
    may_be_absent: bool = False


_RATE_FORM = _('A rate between 0 and 1 in quotes, such as "0.05".')
_DAYS_FORM = _("A whole number of days.")
_KINDS: dict[str, _Kind] = {
    "tpa_rate": _Kind(_("TPA on rent"), "tax", _rate, _RATE_FORM, True),
    "ifu_rate": _Kind(_("IFU"), "tax", _rate, _RATE_FORM, True),
    "vat_rate": _Kind(_("TVA"), "tax", _rate, _RATE_FORM, True),
    "housing_tax_rate": _Kind(_("housing tax"), "tax", _rate, _RATE_FORM, True),
    "notice_to_quit_days": _Kind(_("notice to quit"), "deadline", _days, _DAYS_FORM),
    "eviction_notice_days": _Kind(_("eviction notice"), "deadline", _days, _DAYS_FORM),
    "maintenance_response_days": _Kind(_("maintenance response"), "deadline", _days, _DAYS_FORM),
    "dispute_resolution_days": _Kind(_("dispute resolution"), "deadline", _days, _DAYS_FORM),
    "deposit_return_days": _Kind(_("deposit return"), "deadline", _days, _DAYS_FORM),
    "payment_methods": _Kind(
        _("payment methods"), "payment", _methods, _('A list of methods, such as ["cash", "bank", "mobile"].')
    ),
    "preferred_payment_method": _Kind(
        _("preferred payment method"), "payment", _method, _('One method, such as "bank".')
    ),
    "largest_cash_payment": _Kind(
        _("largest cash payment"), "payment", _francs, _("A whole number of francs, or nothing."), True
    ),
    "mobile_money_providers": _Kind(
        _("mobile money providers"), "payment", _names, _('A list of names, such as ["Orange", "Areeba"].')
    ),
    "eviction_closed_season": _Kind(
        _("no eviction carried out"),
        "calendar",
        _season,
        _('Two days, such as ["06-01", "09-30"], or nothing.'),
        True,
    ),
    "bank_hours": _Kind(_("bank hours"), "calendar", _hours, _('Two hours, such as ["08:00", "17:00"].')),
    "contract_language": _Kind(_("contract language"), "contract", _language, _('A language code, such as "fr".')),
}
RULE_TYPES = [(code, kind.name) for code, kind in _KINDS.items()]


def expected_form(rule_type: str) -> Any:
    """What a value of this rule looks like, in the reader's language; "" for a rule that there is not."""
    return _KINDS[rule_type].form if rule_type in _KINDS else ""


def entity_of(rule_type: str) -> str:
    """The subject that a rule belongs to."""
    return _KINDS[rule_type].entity


def parse_value(rule_type: str, value: Any) -> Any:
    """The stored JSON value as the type that code works with. Raises WrongValue."""
    kind = _KINDS.get(rule_type)
    if kind is None:
        raise WrongValue(rule_type)
    if value is None:
        if kind.may_be_absent:
            return None
        raise WrongValue(value)
    return kind.parse(value)


def rules_from_rows(
    site_code: str,
    on: dt.date,
    rows: Iterable[tuple[str, Any, str, bool, dt.date | None, dt.date | None]],
) -> RegionalRules:
    """The rules of one site that are valid on a day.

    A row is (rule type, stored value, source, confirmed, first day, day after the last).
    """
    values = {
        rule_type: RuleValue(rule_type, parse_value(rule_type, value), source, confirmed)
        for rule_type, value, source, confirmed, first, after in rows
        if (first is None or first <= on) and (after is None or on < after)
    }
    return RegionalRules(site_code, on, values)
