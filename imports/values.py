"""What a cell of an agency's spreadsheet means. Pure: text (or an Excel value) in, a typed value out, or BadValue."""

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from typing import Any

import phonenumbers
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from imports.folding import folded
from screens.harmless import as_written

FIRST_DAY, LAST_DAY = dt.date(1950, 1, 1), dt.date(2100, 12, 31)
LARGEST_AMOUNT = 10**15
_MOST_DIGITS = 30  # Python refuses to make a number of thousands of digits

# Plain, no-break, narrow no-break and thin spaces, and the apostrophes that some people group thousands with.
_GROUPING = re.compile("[\\s\u00a0\u202f\u2009'’]+")
_GROUPED = re.compile(r"[^0-9]*[0-9]{1,3}(?: [0-9]{3})+(?![0-9 ]).*")
_CURRENCY = re.compile(r"^(?:GNF|FG|XOF|F\.? ?CFA|CFA|F)|(?:GNF|FG|XOF|F\.? ?CFA|CFA|F)\.?$", re.IGNORECASE)
_PLAIN_OR_GROUPED = re.compile(r"^(?:\d+|\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+)$")
_WITH_DECIMALS = re.compile(
    r"^(?:(?P<plain>\d+)[.,]|(?P<dots>\d{1,3}(?:\.\d{3})+),|(?P<commas>\d{1,3}(?:,\d{3})+)\.)(?P<cents>\d{1,2})$"
)
_ISO = re.compile(r"^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?$")
_DAY_FIRST = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ]00:00(?::00)?)?$")
_CLOCK = re.compile(r"^(?P<day>.+?)[T ]+(?P<hour>\d{1,2})[:hH](?P<minute>\d{2})?(?::\d{2}(?:\.\d+)?)?$")


class BadValue(ValueError):
    """Why a cell was refused: a sentence for the person who filled it in."""


def as_text(value: Any) -> str:
    """A cell as text: trimmed, NFC, one space for each run of white space, an export's escaping apostrophe off."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, dt.datetime):
        value = value.date() if value.time() == dt.time() else value
    text = unicodedata.normalize("NFC", as_written(str(value)))
    return " ".join(text.split())


def amount(value: Any) -> int:
    """Whole francs. Raises BadValue for a negative amount, one with centimes, or what is no amount at all."""
    if isinstance(value, bool | dt.date):
        raise BadValue(_("This is not an amount."))
    if isinstance(value, int | float | Decimal):
        if value != value or value in (float("inf"), float("-inf")) or value != int(value):
            raise BadValue(_("An amount is in whole francs, without centimes."))
        number = int(value)
    else:
        number = _amount_of_text(as_text(value))
    if number < 0:
        raise BadValue(_("An amount cannot be negative."))
    if number > LARGEST_AMOUNT:
        raise BadValue(_("This amount is implausibly large."))
    return number


def _amount_of_text(text: str) -> int:
    spaced = _CURRENCY.sub("", _GROUPING.sub(" ", text)).strip()
    digits = spaced.replace(" ", "")
    if digits.startswith(("-", "−", "(")):
        raise BadValue(_("An amount cannot be negative."))
    digits = digits.removeprefix("+")
    if not digits.isascii():
        raise BadValue(_("This is not an amount."))
    if re.search("[0-9] [0-9]", spaced) and not _GROUPED.fullmatch(spaced):
        raise BadValue(_("This is not an amount. Write it like 1 500 000."))
    if len(digits) > _MOST_DIGITS:
        raise BadValue(_("This amount is implausibly large."))
    if _PLAIN_OR_GROUPED.match(digits):
        return int(digits.replace(".", "").replace(",", ""))
    decimals = _WITH_DECIMALS.match(digits)
    if decimals is None:
        raise BadValue(_("This is not an amount. Write it like 1 500 000."))
    if int(decimals["cents"]):
        raise BadValue(_("An amount is in whole francs, without centimes."))
    whole = decimals["plain"] or decimals["dots"] or decimals["commas"]
    return int(whole.replace(".", "").replace(",", ""))


def whole_number(value: Any, least: int, most: int) -> int:
    """A whole number between two others, both included."""
    text = as_text(value)
    if not re.fullmatch(r"\d{1,9}", text) or not text.isascii() or not least <= int(text) <= most:
        raise BadValue(_("A whole number from %(least)d to %(most)d is needed.") % {"least": least, "most": most})
    return int(text)


def date(value: Any) -> dt.date:
    """A day, written 2026-11-23, 23/11/2026, 23-11-2026 or 23.11.2026, or an Excel date."""
    if isinstance(value, dt.datetime):
        day = value.date()
    elif isinstance(value, dt.date):
        day = value
    else:
        day = _date_of_text(as_text(value))
    if not FIRST_DAY <= day <= LAST_DAY:
        raise BadValue(_("This year is out of the ordinary: check it."))
    return day


def _date_of_text(text: str) -> dt.date:
    iso, day_first = _ISO.match(text), _DAY_FIRST.match(text)
    if iso:
        year, month, day = iso.groups()
    elif day_first:
        day, month, year = day_first.groups()
    elif re.fullmatch(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}", text):
        raise BadValue(_("Write the year with four digits."))
    else:
        raise BadValue(_("This is not a date. Write it like 23/11/2026."))
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        raise BadValue(_("There is no such day.")) from None


def moment(value: Any, timezone: dt.tzinfo) -> dt.datetime:
    """A day with or without an hour, where the site is. Without one it counts as noon."""
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=value.tzinfo or timezone)
    text = as_text(value)
    clock = _CLOCK.match(text)
    if (clock and ":" in text) or (clock and "h" in text.lower()):
        day = date(clock["day"])
        hour, minute = int(clock["hour"]), int(clock["minute"] or 0)
        if hour > 23 or minute > 59:
            raise BadValue(_("There is no such hour."))
        return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=timezone)
    day = date(value)
    return dt.datetime(day.year, day.month, day.day, 12, tzinfo=timezone)


def phone(value: Any, country: str) -> str:
    """A phone in international form, read as one of the country when it has no prefix."""
    try:
        number = phonenumbers.parse(as_text(value), country)
    except phonenumbers.NumberParseException:
        raise BadValue(_("This is not a phone number.")) from None
    if not phonenumbers.is_possible_number(number):
        raise BadValue(_("This phone number has too few or too many digits."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def yes_or_no(value: Any) -> bool:
    """Oui or non, yes or no, vrai or faux, 1 or 0, x."""
    word = folded(as_text(value))
    if word in {"oui", "o", "yes", "y", "vrai", "true", "1", "x"}:
        return True
    if word in {"non", "n", "no", "faux", "false", "0"}:
        return False
    raise BadValue(_("Write oui or non."))


def choice(value: Any, words: dict[str, str]) -> str:
    """The stored value of a word, in French or English, with or without accents."""
    found = words.get(folded(as_text(value)))
    if found is None:
        allowed = ", ".join(_spoken(words))
        raise BadValue(
            _("“%(value)s” is not one of: %(allowed)s.") % {"value": as_text(value)[:40], "allowed": allowed}
        )
    return found


def _spoken(words: dict[str, str]) -> list[str]:
    """One word for each value: its own, in English, or else the first French one."""
    if (get_language() or "").startswith("en"):
        return list(dict.fromkeys(words.values()))
    french = {value: word.replace("_", " ") for word, value in reversed(words.items()) if word != value}
    return [french.get(value, value) for value in dict.fromkeys(words.values())]


def text(value: Any, longest: int) -> str:
    """Text that fits its column."""
    found = as_text(value)
    if len(found) > longest:
        raise BadValue(_("This is too long: at most %(longest)d characters.") % {"longest": longest})
    return found
