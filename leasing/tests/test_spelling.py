"""How names, codes and numbers are spelled plainly: in Python for what is typed, in the database for what is stored."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from leasing.spelling import Term, plain, says, squeezed, terms_of
from tests.examples import examples

LETTERS = "aàâäéèêëîïôöùûüçñœæßøłďž ɓɗŋɲƴɛɔƁƊŊƝƳƐƆÀÉŒÆ '’‘ʼ`´-‐–—·…«»\u00a0\u202f\u200b\u00ad٣ع中Ωя"
SAID = st.text(st.one_of(st.sampled_from(LETTERS), st.characters(max_codepoint=0x24F, exclude_characters="\0")))


def in_the_database(function, said):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [said])
        return [row for (row,) in cursor.fetchall()]


@pytest.mark.parametrize(
    ("said", "plainly"),
    [
        ("Mamadou CONDÉ", "mamadou conde"),
        ("Aïssatou", "aissatou"),
        ("N’Diaye", "n'diaye"),
        ("Nʼdiaye", "n'diaye"),
        ("Jean–Paul", "jean-paul"),
        ("Ɓaldé Ɗiallo Ŋari Ɲalen Ƴero Sɛkɔ", "balde diallo nari nalen yero seko"),
        ("Sœur  Bœuf", "soeur boeuf"),
        ("Rue KA.020, (3ᵉ étage)", "rue ka 020 3e etage"),
        ("Bah\u00a0Oury", "bah oury"),
        ("", ""),
    ],
)
def test_accents_capitals_and_signs_are_gone(said, plainly):
    assert plain(said) == plainly


def test_codes_are_compared_by_letters_and_digits():
    assert squeezed("T-00 12") == squeezed("t0012") == "t0012"


@pytest.mark.parametrize(
    "typed",
    ["620-12-34-56", "620 12 34 56", "00224 620 12 34 56", "+224620123456", "(+224) 620.12.34.56", "0620123456"],
)
def test_a_phone_number_is_one_term_however_it_is_typed(typed):
    [term] = terms_of(typed)
    assert term.beginnings[0] in ("620123456", "224620123456")


def test_a_name_and_a_number_are_two_terms():
    assert terms_of("condé 620-12-34-56")[0] == Term(("conde",))
    assert len(terms_of("condé 620-12-34-56")) == 2


def test_an_initial_may_belong_to_the_next_word():
    assert terms_of("n diaye")[1] == Term(("diaye", "ndiaye"))


def test_what_is_here_already_is_read_in_the_same_way():
    assert says("conde 620-12", "Call Mamadou Condé", "+224620123456")
    assert says("ndiaye", "Awa N’Diaye")
    assert not says("conde visit", "Call Mamadou Condé")
    assert not says("…", "Call Mamadou Condé")


@pytest.mark.django_db
@settings(max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SAID)
@example("´`'-")
@example("İstanbul ǅ ﬁ ½")
def test_the_database_spells_as_python_does(said):
    assert in_the_database("search_plain", said) == [plain(said)]


@pytest.mark.django_db
def test_a_word_is_found_by_its_beginning_and_a_number_by_both_ends():
    assert set(in_the_database("search_words", "Mamadou N'Diaye")) == {"mamadou n", "n diaye", "ndiaye", "diaye"}
    assert set(in_the_database("search_words", "KIN-T-0012")) >= {"kint0012", "t0012", "0012", "12"}
    assert set(in_the_database("search_words", "El Hadj Bah")) == {"el hadj", "elhadj", "hadj bah", "bah"}
    assert set(in_the_database("search_phone", "+224620123456")) == {"224620123456", "620123456", "~654321026422"}
    assert set(in_the_database("search_phone", "+33612345678")) >= {"612345678"}
    assert in_the_database("search_words", " - ") == in_the_database("search_phone", "") == []
