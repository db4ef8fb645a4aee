"""Words of which a cell holds one: those that people write, in French and English, and how a refusal lists them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from imports.values import as_text
from screens.written import BadValue, folded

_EITHER = re.compile(r"\((?:s|e|es|x)\)", re.IGNORECASE)  # espèce(s)


@dataclass(frozen=True)
class Words:
    """The words of a choice, by value: those of French and those of English, the usual one first."""

    french: Mapping[str, tuple[str, ...]]
    english: Mapping[str, tuple[str, ...]]
    by_word: Mapping[str, str]

    def get(self, written: str) -> str | None:
        """The value that a word stands for, in any case, with or without accents, as one or many; None for none."""
        return self.by_word.get(_plain(folded(_EITHER.sub("", written))))

    def spoken(self, value: str) -> list[str]:
        """All words of a value, those of the reader's language first."""
        both = [self.french[value], self.english[value]]
        if (get_language() or "").startswith("en"):
            both.reverse()
        return list(dict.fromkeys(word for words in both for word in words))

    def listed(self) -> str:
        """Every word that is taken, those that mean the same together: "espèces (liquide, cash), virement (…)"."""
        groups = []
        for value in self.french:
            first, *others = self.spoken(value)
            groups.append(f"{first} ({', '.join(others)})" if others else first)
        return ", ".join(groups)


def words(**of_values: str) -> Words:
    """Words by value, French before a slash and English behind it; the value itself is one of the English ones.

    A word of several is joined by underscores. Accents are for those who read the list.
    """
    french: dict[str, tuple[str, ...]] = {}
    english: dict[str, tuple[str, ...]] = {}
    by_word: dict[str, str] = {}
    for value, written in of_values.items():
        in_french, _slash, in_english = written.partition("/")
        french[value], english[value] = _spaced(in_french), _spaced(f"{value} {in_english}")
        for word in (*french[value], *english[value]):
            if by_word.setdefault(_plain(folded(word)), value) != value:
                raise ValueError(f"{word} means two things: {value}, {by_word[_plain(folded(word))]}")
    return Words(french, english, by_word)


def _spaced(written: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in written.split())


def _plain(word: str) -> str:
    # One or many, he or she: salarié, salariée, salariées.
    return "_".join(re.sub(r"e{0,2}s?$", "", part) if len(part) > 4 else part for part in word.split("_"))


def choice(value: Any, words: Words, understood: Callable[[str], str | None] | None = None) -> str:
    """The stored value of a word. `understood` reads a cell that may hold more than one word. Raises BadValue."""
    written = as_text(value)
    found = understood(written) if understood else words.get(written)
    if found is None:
        raise BadValue(
            _("“%(value)s” is not one of: %(allowed)s.") % {"value": written[:40], "allowed": words.listed()}
        )
    return found


YES_OR_NO = words(
    yes="oui o vrai / y true 1 x",
    no="non n faux / false 0",
)


def yes_or_no(value: Any) -> bool:
    """Oui or non, yes or no, vrai or faux, 1 or 0, x."""
    word = YES_OR_NO.get(as_text(value))
    if word is None:
        raise BadValue(_("Write oui or non."))
    return word == "yes"
