"""Plain spelling: what is typed and what is stored are compared without accents, capitals and signs. Pure.

`plain` is written twice: here for what is typed, and as `search_plain` in the database (migration 0010) for what is
stored. A test holds one to the other. How words are made of it is said there, and what is looked for here.
"""

import re
import unicodedata
from dataclasses import dataclass

LONGEST_TERM = 40
_SHORT = 2
_FEWEST_DIGITS, _FEWEST_FIRST = 6, 4  # of a phone number; of what stands behind the zeros before a country's code
_APOSTROPHES = "'’‘‛ʼʻʽʹ`´′"
_HYPHENS = "-‐‑‒–—―−"
_SPACES = "«»“”„‟·•…"
_NOTHING = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_BEFORE = str.maketrans(
    {
        **dict.fromkeys(_APOSTROPHES, "'"),
        **dict.fromkeys(_HYPHENS, "-"),
        **dict.fromkeys(_SPACES, " "),
        **dict.fromkeys(_NOTHING, ""),
    }
)
_ACCENTS = re.compile("[\u0300-\u036f]")
# Letters of Pular, Sosoxui, Maninkakan and Kisiei as people type them without such a keyboard; then Europe's.
_LETTERS = str.maketrans(
    {
        **dict(zip("ɓɗŋɲƴɛɔƁƊŊƝƳƐƆɠƙøłđıØŁĐ", "bdnnyeobdnnyeogkoldiold", strict=True)),
        **dict.fromkeys("œŒ", "oe"),
        **dict.fromkeys("æÆ", "ae"),
        **dict.fromkeys("ßẞ", "ss"),
        **{chr(code): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)},
    }
)
_OTHER_SIGNS = re.compile(r"[^a-z0-9'\u0080-\U0010ffff-]+")
_PHONE = re.compile(r"(?<![\w'-])\(?(?:\+\s*)?\d(?:[\s.()/-]*\d)+(?![\w'])")


@dataclass(frozen=True)
class Term:
    """One thing that is looked for: something has it if one of its words begins with one of these."""

    beginnings: tuple[str, ...]


def plain(text: str) -> str:
    """Small letters without accents, each kind of apostrophe and hyphen as one, and single spaces between words."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_BEFORE))
    letters = _ACCENTS.sub("", decomposed).translate(_LETTERS)
    return _OTHER_SIGNS.sub(" ", letters).strip(" ")


def squeezed(text: str) -> str:
    """The letters and digits alone: how two codes are compared."""
    return re.sub(r"[ '-]", "", plain(text))


def terms_of(text: str) -> list[Term]:
    """What a person looks for who types this: each word that something must have, and each phone number."""
    terms: list[Term] = []
    rest, place = "", 0
    for found in _PHONE.finditer(text):
        number = _phone_term(found[0])
        if number is not None:
            terms.append(number)
            rest += text[place : found.start()] + " "
            place = found.end()
    return [*_words(rest + text[place:]), *terms]


def _phone_term(typed: str) -> Term | None:
    raw = re.sub("[^0-9]", "", unicodedata.normalize("NFKD", typed))
    digits = raw.lstrip("0")
    if len(raw) < _FEWEST_DIGITS:
        return None
    # Its first digits, with or without the country's code; its last ones; or it is a code after all.
    first = (digits, _backwards(digits)) if len(digits) >= _FEWEST_FIRST else ()
    beginnings = (*first, _backwards(raw), raw, plain(typed.strip("()+")).replace("-", " "))
    return Term(tuple(dict.fromkeys(one[:LONGEST_TERM] for one in beginnings)))


def _backwards(digits: str) -> str:
    return "~" + digits[::-1]


def _words(text: str) -> list[Term]:
    terms = []
    before = ""
    for group in plain(text).split(" "):
        parts = [part for part in re.split("['-]+", group) if part]
        if not parts:
            continue
        whole = "".join(parts)
        beginnings = [whole]
        if len(parts) == 2:  # “Jean-Paul” is stored as “Jean Paul”
            beginnings.append(" ".join(parts))
        if 0 < len(before) <= _SHORT:  # “N Diaye” is stored as “Ndiaye”
            beginnings.append(before + whole)
        terms.append(Term(tuple(dict.fromkeys(one[:LONGEST_TERM] for one in beginnings))))
        before = whole
    return terms


def says(typed: str, *texts: str) -> bool:
    """Whether texts that are here already have everything that was typed. Nothing has what is no letter or digit."""
    said = "\n".join(re.sub("['-]", "", plain(text)) for text in texts)
    terms = terms_of(typed)
    return bool(terms) and all(any(one in said for one in term.beginnings) for term in terms)
