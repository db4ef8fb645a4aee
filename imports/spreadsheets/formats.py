"""Numbers as a number format shows them, where that may say more than the number: a code, a reference, a phone."""

import re
from functools import lru_cache

from imports.spreadsheets.cells import ShownNumber

_TOKEN = re.compile(
    r'"([^"]*)"|\\(.)|_(.)|\*.|\[(?:Black|Blue|Cyan|Green|Magenta|Red|White|Yellow|Color ?\d+)\]|(.)', re.I
)
_DIGITS = "0#?"
# What else a format may have makes it an amount, a day, a part of something: its number says all of it.
_LITERAL = re.compile(r"[-+():!&'~{}<>= ]")
# 1 234, 1,234.50, 12,5 %, 6.2E+08: the number itself, written for reading.
_PLAIN = re.compile(r"[-−]?(?!0\d)\d[\d\s.,'’\u00a0\u202f]*(?:[eE][+-]?\d+)?\s*%?")
_WRITTEN = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|([$€£¥₣₦])|_.|\*.|\[[^\]]*\]|.')
_NO_WORD = re.compile(r"[\d\s.,'’()+−–—%-]+")
OF_THE_READER = frozenset({5, 6, 7, 8, 37, 38, 39, 40, 41, 42, 43, 44})
"""Excel's own formats that show the currency of whose computer it is, whatever the file says."""


def number_as_shown(number: float, code: str) -> str | None:
    """The number as Excel's format shows it; None where that is only the number, or a way to write an amount."""
    if abs(number) >= 1e15 or number != number:
        return None
    positive, *others = _sections(code)
    section, sign = positive, "-" if number < 0 else ""
    if number < 0 and others:
        section, sign = others[0], ""
    elif number == 0 and len(others) > 1:
        section = others[1]
    shape = _shape(section)
    if shape is None:
        return None
    whole = int(abs(number) + 0.5)
    return worth_showing(sign + _filled(shape, str(whole)), number)


def worth_showing(text: str, number: float) -> str | None:
    """What the screen shows of a number, where it is more than a way to write the number."""
    text = " ".join(text.split())
    return None if not text or _PLAIN.fullmatch(text) else text


def words_beside(text: str) -> str:
    """What stands beside the digits of an amount on the screen: "FCFA" of "1 500 FCFA"."""
    return " ".join(_NO_WORD.sub(" ", text).split())


@lru_cache(maxsize=1000)
def words_of_format(code: str, *, is_negative: bool = False) -> str:
    """What a format writes beside the digits of a number, in quotation marks or as a currency: "FCFA", "USD", "€"."""
    positive, *others = _sections(code)
    section = others[0] if is_negative and others else positive
    written = "".join(found[1] or found[2] or found[3] or found[4] or " " for found in _WRITTEN.finditer(section))
    return words_beside(written)


def shown_number(number: float, code: str, *, is_of_the_reader: bool = False) -> float:
    """A number with what its format shows of it, where that is more. The reader's own currency is not in the file."""
    shown = number_as_shown(number, code)
    words = "" if is_of_the_reader or abs(number) >= 1e15 else words_of_format(code, is_negative=number < 0)
    return ShownNumber(number, shown, words) if shown is not None or words else number


@lru_cache(maxsize=1000)
def _sections(code: str) -> tuple[str, ...]:
    return tuple(re.findall(r'(?:"[^"]*"|\\.|[^;"\\])+', code)) or ("",)


@lru_cache(maxsize=1000)
def _shape(section: str) -> tuple[str, ...] | None:
    """A digit's place is one of `_DIGITS`, a text is itself behind a quotation mark. None: not for codes."""
    shape: list[str] = []
    for found in _TOKEN.finditer(section):
        quoted, escaped, blank, plain = found.groups()
        if plain is None:
            shape += [f'"{quoted or escaped or (" " if blank else "")}']
        elif plain in _DIGITS:
            shape.append(plain)
        elif _LITERAL.fullmatch(plain):
            shape.append(f'"{plain}')
        else:
            return None
    return tuple(shape) if any(part in _DIGITS for part in shape) else None


def _filled(shape: tuple[str, ...], digits: str) -> str:
    digits = digits.lstrip("0")
    first = next(place for place, part in enumerate(shape) if part in _DIGITS)
    written: list[str] = []
    for place in range(len(shape) - 1, -1, -1):
        part = shape[place]
        if part not in _DIGITS:
            written.append(part[1:])
        elif place == first:
            written.append(digits or {"0": "0", "?": " ", "#": ""}[part])
        else:
            written.append(digits[-1:] or {"0": "0", "?": " ", "#": ""}[part])
            digits = digits[:-1]
    return "".join(reversed(written))
