import pytest

from leasing.in_words import francs_in_words

IN_FRENCH = [
    (1, "un franc guinéen"),
    (21, "vingt et un francs guinéens"),
    (71, "soixante et onze francs guinéens"),
    (80, "quatre-vingts francs guinéens"),
    (81, "quatre-vingt-un francs guinéens"),
    (100, "cent francs guinéens"),
    (200, "deux cents francs guinéens"),
    (201, "deux cent un francs guinéens"),
    (1_000, "mille francs guinéens"),
    (80_000, "quatre-vingt mille francs guinéens"),
    (200_000, "deux cent mille francs guinéens"),
    (1_000_000, "un million de francs guinéens"),
    (1_000_080, "un million quatre-vingts francs guinéens"),
    (1_500_000, "un million cinq cent mille francs guinéens"),
    (80_000_000, "quatre-vingts millions de francs guinéens"),
    (200_000_000, "deux cents millions de francs guinéens"),
    (1_000_000_000, "un milliard de francs guinéens"),
]


@pytest.mark.parametrize(("francs", "words"), IN_FRENCH)
def test_an_amount_is_written_as_french_spells_it(francs, words):
    assert francs_in_words(francs, "GNF", "fr") == words


def test_an_amount_is_written_in_english_and_in_cfa_francs():
    assert francs_in_words(1_500_000, "GNF", "en") == "one million, five hundred thousand Guinean francs"
    assert francs_in_words(1, "XOF", "en") == "one CFA franc"
    assert francs_in_words(300_000, "XOF", "fr") == "trois cent mille francs CFA"


def test_less_than_nothing_has_no_words():
    with pytest.raises(ValueError, match="-1"):
        francs_in_words(-1, "GNF", "fr")
