"""Money, numbers, dates and phone numbers as a person reads them, in the active language: each form stands here once.

Nothing (None) is a dash. Django's own formats would do for French and English; the four local languages it knows
nothing of, so all of them go through Babel.
"""

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import phonenumbers
from babel import Locale, dates, numbers
from django.utils import translation
from django.utils.timezone import localtime

NOTHING = "—"
# No break inside an amount: "1 500" at the end of a line and "000 GNF" on the next is misread.
_HIDDEN_SPACES = str.maketrans({" ": "\u00a0"})
_MINUS = "−"


def babel_locale(code: str) -> str:
    """The locale that writes numbers, money and dates for a language: Guinea's French but for English."""
    return "en_GB" if code == "en" else "fr_GN"


def francs(amount: Decimal | int | None, currency: str) -> str:
    """Whole francs with their currency's code behind them: "1 500 000 GNF"."""
    return NOTHING if amount is None else f"{number(amount)}\u00a0{currency}"


def number(value: float | Decimal | None, decimals: int = 0) -> str:
    """A number grouped by thousands, with so many decimals: "1 234,5"."""
    if value is None:
        return NOTHING
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    text = numbers.format_decimal(_size(value), format=pattern, locale=_locale())
    # A hyphen is too short to be seen in a column of amounts; what rounds to nothing has no sign.
    return f"{_MINUS}{text}" if value < 0 and text.strip("0.,") else text


def numbers_at_most(values: Iterable[Decimal | int], decimals: int = 1) -> list[str]:
    """Many numbers, each with so many decimals at most: "45" and not "45,0"."""
    pattern, locale = _at_most("#,##0", decimals), _locale()
    texts = [(value, numbers.format_decimal(_size(value), format=pattern, locale=locale)) for value in values]
    return [f"{_MINUS}{text}" if value < 0 else text for value, text in texts]


def percents_at_most(ratios: Iterable[Decimal | float], decimals: int = 1) -> list[str]:
    """Ratios as percentages, each with so many decimals at most: "50 %" and "91,4 %"."""
    locale = _locale()
    pattern = _at_most(Locale.parse(locale).percent_formats[None].pattern, decimals)
    return [numbers.format_percent(ratio, format=pattern, locale=locale) for ratio in ratios]


def francs_of(amounts: Iterable[Decimal | int], currency: str) -> list[str]:
    """Amounts of one currency."""
    return [francs(amount, currency) for amount in amounts]


def percent(ratio: float | Decimal | None, decimals: int = 0) -> str:
    """A ratio as a percentage: 0.914 is "91 %"."""
    if ratio is None:
        return NOTHING
    pattern = Locale.parse(_locale()).percent_formats[None].pattern
    if decimals:
        pattern = pattern.replace("#,##0", "#,##0." + "0" * decimals)
    return numbers.format_percent(ratio, format=pattern, locale=_locale())


def date_short(day: dt.date | None) -> str:
    """23/11/2026."""
    return NOTHING if not day else day.strftime("%d/%m/%Y")


def date_long(day: dt.date | None) -> str:
    """lundi 23 novembre 2026."""
    return NOTHING if not day else _first(day, dates.format_date(day, "full", locale=_locale()))


def date_middle(day: dt.date | None) -> str:
    """23 novembre 2026."""
    return NOTHING if not day else _first(day, dates.format_date(day, "long", locale=_locale()))


def date_in_year(day: dt.date, year: int) -> str:
    """23 novembre; with the year where it is another than the one that is being spoken of."""
    if day.year != year:
        return date_middle(day)
    return _first(day, dates.format_skeleton("MMMMd", day, locale=_locale()))


def weekday(day: dt.date) -> str:
    """lundi 23 novembre."""
    return _first(day, dates.format_date(day, "EEEE d MMMM", locale=_locale()))


def month(day: dt.date | None) -> str:
    """novembre 2026."""
    return NOTHING if not day else dates.format_skeleton("yMMMM", day, locale=_locale())


def months(days: Iterable[dt.date], *, is_short: bool = False) -> list[str]:
    """The months of a series."""
    return [month_short(day) if is_short else month(day) for day in days]


def month_short(day: dt.date | None) -> str:
    """nov. 2026."""
    return NOTHING if not day else dates.format_skeleton("yMMM", day, locale=_locale())


def clock(moment: dt.datetime | dt.time | None) -> str:
    """14:30."""
    return NOTHING if moment is None else moment.strftime("%H:%M")


def moment(at: dt.datetime, timezone: str | None = None) -> str:
    """23/11/2026 14:30, on the clock of a timezone (the current one when none is given)."""
    return localtime(at, ZoneInfo(timezone) if timezone else None).strftime("%d/%m/%Y %H:%M")


def phone(value: Any) -> str:
    """A phone number as one dials it from abroad, in groups: "+224 620 00 00 00"."""
    if not value:
        return NOTHING
    try:
        parsed = phonenumbers.parse(str(value), None)
    except phonenumbers.NumberParseException:
        return str(value)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL).translate(_HIDDEN_SPACES)


def whatsapp(value: Any, text: str = "") -> str:
    """The address at which one writes to a phone number, with the text filled in; "" without one."""
    digits = "".join(filter(str.isdigit, str(value or "")))
    if not digits:
        return ""
    return f"https://wa.me/{digits}?text={quote(text)}" if text else f"https://wa.me/{digits}"


def _size(value: float | Decimal) -> float | Decimal:
    # Said twice: of a union the checker knows no abs.
    if isinstance(value, Decimal):
        return abs(value)
    return abs(value)


def _at_most(pattern: str, decimals: int) -> str:
    return pattern.replace("#,##0", "#,##0." + "#" * decimals) if decimals else pattern


def _locale() -> str:
    return babel_locale(translation.get_language() or "fr")


def _first(day: dt.date, text: str) -> str:
    if day.day == 1 and _locale().startswith("fr"):
        # CLDR has no ordinal here; French says "1er novembre".
        return re.sub(r"\b1\b", "1er", text, count=1)
    return text
