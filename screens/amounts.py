"""Amounts of money as people and spreadsheets write them. Pure: text, or a number, in, and whole francs out."""

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from screens.written import BadValue, as_text, folded

LARGEST_AMOUNT = 10**15
_MOST_DIGITS = 30  # Python refuses to make a number of thousands of digits

_CURRENCIES = {
    "GNF": "gnf fg f_g fgn franc_guineen francs_guineens guinean_franc guinean_francs",
    "XOF": "xof fcfa f_cfa cfa franc_cfa francs_cfa cfa_franc cfa_francs",
}
_ANY_FRANC = "f fr frs franc francs"
# Not all there are: a word that stands here is told from a slip, in a cell and in a heading.
_FOREIGN = "usd us dollar dollars eur euro euros xaf gbp pound pounds cad chf mad gmd lrd sle sll mru cve ngn ghs"
_FITS = dict.fromkeys(_ANY_FRANC.split(), "") | {
    word: currency for currency, words in _CURRENCIES.items() for word in words.split()
}
_KNOWN = {*_FITS, *_FOREIGN.split()}
_MULTIPLES = "k m md mds mio mln mille millier milliers million millions milliard milliards thousand"

# Plain, no-break, narrow no-break and thin spaces, and the apostrophes that some people group thousands with.
_GROUPING = re.compile("[\\s\u00a0\u202f\u2009'’]+")
_GROUPED = re.compile(r"[^0-9]*[0-9]{1,3}(?: [0-9]{3})+(?![0-9 ]).*")
_DASHES = "-−–—"
_AROUND = re.compile(rf"(?P<before>[^\d(+{re.escape(_DASHES)}]*)(?P<number>.*[\d)]|)(?P<after>[^\d)]*)", re.DOTALL)
_PLAIN_OR_GROUPED = re.compile(r"^(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+|[1-9]\d{0,2}(?:,\d{3})+)$")
# Three decimals may be thousands as well.
_WITH_DECIMALS = re.compile(
    r"^(?:(?P<plain>\d+)[.,]|(?P<dots>\d{1,3}(?:\.\d{3})+),|(?P<commas>\d{1,3}(?:,\d{3})+)\.)(?P<decimals>\d{1,2}|\d{4,})$"
)
# A spreadsheet's sum of francs may miss the franc by the last digits of its arithmetic; a centime is no slip.
_RELATIVE_SLIP, _LARGEST_SLIP = Decimal("1e-9"), Decimal("0.001")


def amount(value: Any, currency: str) -> int:
    """Whole francs of the currency. Raises BadValue for less than nothing, centimes, another currency, or no amount."""
    francs = balance(value, currency)
    if francs < 0:
        raise BadValue(_("An amount cannot be negative."))
    return francs


def balance(value: Any, currency: str) -> int:
    """Whole francs that may be less than nothing: −500 000, or (500 000) as accountants write it. Raises BadValue."""
    if isinstance(value, bool | dt.date):
        raise BadValue(_("This is not an amount."))
    if isinstance(value, int | float | Decimal):
        if value != value or value in (float("inf"), float("-inf")):
            raise BadValue(_("This is not an amount."))
        francs = _whole(Decimal(value))
    else:
        francs = _of_text(as_text(value), currency)
    if abs(francs) > LARGEST_AMOUNT:
        raise BadValue(_("This amount is implausibly large."))
    return francs


def is_nothing(value: Any, currency: str) -> bool:
    """Whether a cell is an accountant's dash, which stands for nothing, with or without its currency."""
    if not isinstance(value, str) or re.search(r"\d", value):
        return False
    text = as_text(value)
    words = text.strip(_DASHES + " ")
    if words == text:
        return False
    return not words or fits(words, currency)


def fits(words: str, currency: str) -> bool:
    """Whether words name the currency: FG and GNF, FCFA and XOF; F and francs name both."""
    return not _symbols(words) and _FITS.get(folded(words), "?") in ("", currency)


def refuse_another_currency(words: str, currency: str) -> None:
    """Raises BadValue where words that the screen shows beside an amount name another currency than the site's."""
    # A format may write anything else beside it: "par mois", "Loyer:".
    word = folded(words)
    if _symbols(words) or any(part in _KNOWN and not fits(part, currency) for part in (word, *word.split("_"))):
        raise BadValue(of_another_currency(words, currency))


def without_currency(heading: str) -> tuple[str, str]:
    """A heading folded, without the currency at its end, and that currency as it is written: "loyer", "FCFA"."""
    plain, symbols = folded(heading), _symbols(heading)
    words = plain.split("_")
    for count in (2, 1):
        last = "_".join(words[-count:])
        if len(words) > count and last in _KNOWN:
            rest = words[:-count]
            if rest[-1] in {"en", "in"} and len(rest) > 1:
                rest = rest[:-1]
            return "_".join(rest), symbols or last.replace("_", " ").upper()
    return plain, symbols


def of_another_currency(written: str, currency: str) -> str:
    """The sentence that refuses a currency which is not the site's."""
    return _("This is in another currency, %(written)s: that of the site is %(currency)s.") % {
        "written": written,
        "currency": currency,
    }


def _symbols(text: str) -> str:
    return "".join(character for character in text if unicodedata.category(character) == "Sc")


def _of_text(text: str, currency: str) -> int:
    if text.startswith("(") and text.endswith(")"):
        francs = _of_text(text[1:-1].strip(), currency)
        if francs < 0:
            raise BadValue(_("This is not an amount."))
        return -francs
    found = _AROUND.fullmatch(text)
    if found is None:
        raise BadValue(_("This is not an amount."))
    _refuse_other_words(found["before"].strip(), currency)
    _refuse_other_words(found["after"].strip(), currency)
    number = _GROUPING.sub(" ", found["number"]).strip()
    if number.startswith(tuple(_DASHES)):
        return -_of_digits(number[1:].strip())
    if number.startswith("(") and number.endswith(")"):
        return -_of_digits(number[1:-1].strip())
    return _of_digits(number.removeprefix("+").strip())


def _refuse_other_words(words: str, currency: str) -> None:
    if not words or fits(words, currency):
        return
    word = folded(words)
    if word.split("_")[0] in _MULTIPLES.split():
        raise BadValue(_("Write the amount out in figures, like 1 500 000."))
    if word in _KNOWN or _symbols(words):
        raise BadValue(of_another_currency(words, currency))
    raise BadValue(_("This is not an amount. Write it like 1 500 000."))


def _of_digits(spaced: str) -> int:
    digits = spaced.replace(" ", "")
    if not digits.isascii():
        raise BadValue(_("This is not an amount."))
    if re.search("[0-9] [0-9]", spaced) and not _GROUPED.fullmatch(spaced):
        raise BadValue(_("This is not an amount. Write it like 1 500 000."))
    if len(digits) > _MOST_DIGITS:
        raise BadValue(_("This amount is implausibly large."))
    if _PLAIN_OR_GROUPED.match(digits):
        return int(digits.replace(".", "").replace(",", ""))
    written = _WITH_DECIMALS.match(digits)
    if written is None:
        raise BadValue(_("This is not an amount. Write it like 1 500 000."))
    whole = (written["plain"] or written["dots"] or written["commas"]).replace(".", "").replace(",", "")
    return _whole(Decimal(f"{whole}.{written['decimals']}"))


def _whole(number: Decimal) -> int:
    nearest = number.to_integral_value()
    if abs(number - nearest) > min(max(Decimal(1), abs(number)) * _RELATIVE_SLIP, _LARGEST_SLIP):
        raise BadValue(_("An amount is in whole francs, without centimes."))
    return int(nearest)
