"""Amounts of money in words, as a paper writes them beside the figures. Pure: no Django, no database."""

from num2words import num2words

# One franc, several francs.
_FRANCS = {
    "fr": {"GNF": ("franc guinéen", "francs guinéens"), "XOF": ("franc CFA", "francs CFA")},
    "en": {"GNF": ("Guinean franc", "Guinean francs"), "XOF": ("CFA franc", "CFA francs")},
}
LANGUAGES = tuple(_FRANCS)


def francs_in_words(francs: int, currency: str, language: str) -> str:
    """1 500 000 GNF is "un million cinq cent mille francs guinéens". `language` is one of LANGUAGES.

    Raises ValueError for an amount of less than nothing, KeyError for another currency or language.
    """
    if francs < 0:
        raise ValueError(francs)
    one, several = _FRANCS[language][currency]
    words: str = num2words(francs, lang=language)
    if language == "fr" and francs >= 1_000_000 and francs % 1_000_000 == 0:
        # Millions and milliards are nouns: "un million de francs", but "un million mille francs".
        return f"{words} de {several}"
    return f"{words} {one if francs == 1 or (language == 'fr' and francs == 0) else several}"
