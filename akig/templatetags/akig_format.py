"""Money, shares, dates and phone numbers in the active language's own form. Nothing (None) is a dash."""

import datetime as dt
import re
from typing import Any

import phonenumbers
from babel import Locale, dates, numbers
from django import template
from django.utils import translation

from akig.languages import babel_locale

register = template.Library()

NOTHING = "—"
# No break inside an amount: "1 500" at the end of a line and "000 GNF" on the next is misread.
_AMOUNT = "#,##0\u00a0¤¤"
_HIDDEN_SPACES = str.maketrans({" ": "\u00a0"})


def _locale() -> str:
    return babel_locale(translation.get_language() or "fr")


def _written(day: dt.date, length: str) -> str:
    text = dates.format_date(day, length, locale=_locale())
    if day.day == 1 and _locale().startswith("fr"):
        # CLDR has no ordinal here; French says "1er novembre".
        return re.sub(r"\b1\b", "1er", text, count=1)
    return text


@register.filter
def francs(amount: int | None, currency: str) -> str:
    """Whole francs with their currency's code behind them: "1 500 000 GNF"."""
    if amount is None:
        return NOTHING
    return numbers.format_currency(amount, currency, format=_AMOUNT, locale=_locale(), currency_digits=False)


@register.filter
def number(value: float | None, decimals: int = 0) -> str:
    """A number grouped by thousands, with so many decimals: "1 234,5"."""
    if value is None:
        return NOTHING
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return numbers.format_decimal(value, format=pattern, locale=_locale())


@register.filter
def percent(ratio: float | None, decimals: int = 0) -> str:
    """A ratio as a percentage: 0.914 is "91 %"."""
    if ratio is None:
        return NOTHING
    pattern = Locale.parse(_locale()).percent_formats[None].pattern
    if decimals:
        pattern = pattern.replace("#,##0", "#,##0." + "0" * decimals)
    return numbers.format_percent(ratio, format=pattern, locale=_locale())


@register.filter(expects_localtime=True)
def date_short(day: dt.date | None) -> str:
    """23/11/2026."""
    return NOTHING if not day else day.strftime("%d/%m/%Y")


@register.filter(expects_localtime=True)
def date_long(day: dt.date | None) -> str:
    """lundi 23 novembre 2026."""
    return NOTHING if not day else _written(day, "full")


@register.filter(expects_localtime=True)
def date_middle(day: dt.date | None) -> str:
    """23 novembre 2026."""
    return NOTHING if not day else _written(day, "long")


@register.filter(expects_localtime=True)
def month(day: dt.date | None) -> str:
    """novembre 2026."""
    return NOTHING if not day else dates.format_skeleton("yMMMM", day, locale=_locale())


@register.filter(expects_localtime=True)
def month_short(day: dt.date | None) -> str:
    """nov. 2026."""
    return NOTHING if not day else dates.format_skeleton("yMMM", day, locale=_locale())


@register.filter(expects_localtime=True)
def clock(moment: dt.datetime | dt.time | None) -> str:
    """14:30."""
    return NOTHING if moment is None else moment.strftime("%H:%M")


@register.filter
def phone(value: Any) -> str:
    """A phone number as one dials it from abroad, in groups: "+224 620 00 00 00"."""
    if not value:
        return NOTHING
    try:
        parsed = phonenumbers.parse(str(value), None)
    except phonenumbers.NumberParseException:
        return str(value)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL).translate(_HIDDEN_SPACES)
