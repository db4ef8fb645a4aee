"""What a cell of an agency's spreadsheet means. Pure: text (or an Excel value) in, a typed value out, or BadValue."""

import datetime as dt
import re
from typing import Any

import phonenumbers
from django.utils.translation import gettext as _

from imports.spreadsheets.cells import ShownNumber
from screens import written
from screens.written import BadValue

FIRST_DAY, LAST_DAY = dt.date(1950, 1, 1), dt.date(2100, 12, 31)
_ISO = re.compile(r"^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$")
_DAY_FIRST = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$")
# The sites are where the clock is that of UTC: an hour of there needs no turning.
_CLOCK = re.compile(
    r"^(?P<day>\S+?)(?:T|,? (?:à |a |at )?)(?P<hour>\d{1,2}) ?[:hH] ?(?P<minute>\d{2})?"
    r"(?::(?P<second>\d{2})(?:[.,]\d+)?)?(?: ?(?P<half>[aApP])\.?[mM]\.?)?(?:Z| ?\+00:?00)?$"
)
_TWO_PHONES = re.compile(r"\s*(?:[/;,|]|\s(?:ou|et|or|and)\s)\s*", re.IGNORECASE)


def as_text(value: Any) -> str:
    """A cell as text (screens.written). A number is what the screen shows of it: 12 may be 0012."""
    if isinstance(value, ShownNumber):
        value = value.shown or float(value)
    return written.as_text(value)


def whole_number(value: Any, least: int, most: int) -> int:
    """A whole number between two others, both included."""
    text = as_text(float(value) if isinstance(value, ShownNumber) else value)
    if not re.fullmatch(r"\d{1,9}", text) or not text.isascii() or not least <= int(text) <= most:
        raise BadValue(_("A whole number from %(least)d to %(most)d is needed.") % {"least": least, "most": most})
    return int(text)


def date(value: Any) -> dt.date:
    """A day, written 2026-11-23, 23/11/2026, 23-11-2026 or 23.11.2026, or an Excel date; without its hour."""
    return day_and_hour(value)[0]


def day_and_hour(value: Any) -> tuple[dt.date, dt.time | None]:
    """A day, and the hour that stands with it; None where none does."""
    if isinstance(value, dt.datetime):
        return _usual(value.date()), value.time()
    if isinstance(value, dt.date):
        return _usual(value), None
    text = as_text(value)
    clock = _CLOCK.match(text)
    if clock is None:
        return _usual(_date_of_text(text)), None
    return _usual(_date_of_text(clock["day"])), _hour(clock)


def _usual(day: dt.date) -> dt.date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise BadValue(_("This year is out of the ordinary: check it."))
    return day


def _hour(clock: re.Match[str]) -> dt.time:
    hour, half = int(clock["hour"]), (clock["half"] or "").lower()
    if half and not 1 <= hour <= 12:
        raise BadValue(_("There is no such hour."))
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return dt.time(hour, int(clock["minute"] or 0), int(clock["second"] or 0))
    except ValueError:
        raise BadValue(_("There is no such hour.")) from None


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
    day, hour = day_and_hour(value)
    zone = (value.tzinfo if isinstance(value, dt.datetime) else None) or timezone
    return dt.datetime.combine(day, dt.time(12) if hour is None else hour, zone)


def phones(value: Any, country: str) -> list[str]:
    """The numbers of a cell, each once: "620 12 34 56 / 664 00 11 22" has two. Raises BadValue for one that is none."""
    return list(dict.fromkeys(phone(part, country) for part in _TWO_PHONES.split(as_text(value)) if part))


def phone(value: Any, country: str) -> str:
    """A phone in international form, read as one of the country when it has no prefix."""
    try:
        number = phonenumbers.parse(as_text(value), country)
    except phonenumbers.NumberParseException:
        raise BadValue(_("This is not a phone number.")) from None
    if not phonenumbers.is_possible_number(number):
        raise BadValue(_("This phone number has too few or too many digits."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_dash(value: Any) -> bool:
    """Whether a cell is a dash alone, with which people say that there is nothing."""
    return isinstance(value, str) and value.strip() in {"-", "--", "−", "–", "—"}


def text(value: Any, longest: int) -> str:
    """Text that fits its column. A spreadsheet makes a day of the code 1-2: what was written is not known any more."""
    if isinstance(value, bool | dt.date | dt.time):
        raise BadValue(
            _("The spreadsheet took this for a day, an hour or a yes: make the cell text, and write it again.")
        )
    found = as_text(value)
    if len(found) > longest:
        raise BadValue(_("This is too long: at most %(longest)d characters.") % {"longest": longest})
    return found
