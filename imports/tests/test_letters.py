"""A list of names in any encoding is read right, or refused: never stored garbled."""

import contextlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from imports.csv_files import csv_rows
from imports.letters import SINGLE_BYTE, Unclear, encoded_twice, single_byte_encoding, undo
from imports.unreadable import UnreadableSource
from tests.examples import examples

pytestmark = pytest.mark.usefixtures("in_english")

LIST = (
    "code;nom;adresse\nT-1;Aïssatou Condé;Résidence « Le Château »\nT-2;N'Diaye Sékou;Forêt Sacrée, près de l'école\n"
    "T-3;FODÉ TRAORÉ;Hôtel Où-Çà, août\n"
)
TYPOGRAPHIC = "code;nom\nT-1;N’Diaye Sékou\nT-2;Œuvre de la sœur Noëlle…\n"


def read(content):
    return [cells for _line, cells in csv_rows("locataires.csv", content, "tenants")]


def refusal(content):
    with pytest.raises(UnreadableSource) as refused:
        read(content)
    return refused.value.line, refused.value.reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "cp850", "mac_roman", "utf-16", "utf-16-le", "utf-16-be"])  # fmt: skip
def test_a_list_of_names_is_read_right_in_every_usual_encoding(encoding):
    assert read(LIST.encode(encoding)) == read(LIST.encode())


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
def test_the_apostrophe_and_the_ligature_of_print_are_read_right(encoding):
    assert read(TYPOGRAPHIC.encode(encoding)) == read(TYPOGRAPHIC.encode())


@pytest.mark.parametrize("encoding", SINGLE_BYTE)
@pytest.mark.parametrize("text", [LIST, TYPOGRAPHIC])
def test_utf8_that_was_read_as_something_else_and_saved_again_is_undone(encoding, text):
    twice = text.encode().decode(encoding, "surrogateescape")
    twice = "".join(chr(ord(c) - 0xDC00) if "\udc80" <= c <= "\udcff" else c for c in twice)
    assert read(twice.encode()) == read(text.encode())


def test_a_text_that_is_right_already_is_not_undone():
    for text in (LIST, TYPOGRAPHIC, "code;nom\nT-1;Müller Ñuño\nT-2;École n° 5 – 3 m²\nT-3;الحاج\nT-4;ߒߞߏ\n"):
        assert encoded_twice(text.encode()) == ""
        assert read(text.encode())[1:] == [line.split(";") for line in text.splitlines()][1:]


MIXED = "This line is in another encoding than the rest. Save the file as CSV UTF-8."
UNSURE = "The characters in this file cannot be read for sure. Save it as CSV UTF-8."


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (LIST.encode() + "T-4;Sékou\n".encode("cp1252"), 5, MIXED),
        (LIST.encode("cp1252") + "T-4;Sékou\n".encode(), 2, MIXED),
        (LIST.encode() + "T-4;Sékou\n".encode().decode("cp1252").encode(), 5, MIXED),
        ("code;nom\nT-1;Bah\nT-2;COND╔\n".encode(), 3, UNSURE),
        ("code;nom\nT-1;Bah\nT-2;Traor‚\n".encode(), 3, UNSURE),
        (b"code;nom\nT-1;Bah\nT-2;\x81\x8d\n", 3, UNSURE),
        ("code;nom\nT-1;MÈRE\n".encode("cp850"), 0, UNSURE),  # or MÔRE, of Windows
    ],
)
def test_letters_that_are_not_sure_are_refused_with_their_line(content, line, reason):
    assert refusal(content) == (line, reason)


_WORDS = st.from_regex(r"[a-z]{0,3}[éèêëàâîïôûùü]?[a-z]{1,4}[éèêëïô]?[a-z]{0,2}", fullmatch=True)
_CASED = st.tuples(_WORDS, st.sampled_from([str.lower, str.upper, str.title])).map(lambda both: both[1](both[0]))
_TEXTS = st.lists(_CASED, min_size=1, max_size=8).map(" ".join)
_REAL = st.sampled_from(
    ["Aïssatou", "CONDÉ", "Françoise", "MÈRE", "CÔTE D'IVOIRE", "Noël", "NOËL", "À LOUER", "à", "Où", "Ça", "HÉLÈNE",
     "août", "AOÛT", "maître", "L'ÎLE", "« Le Port »", "n° 5", "N'Zérékoré", "EUROPÉENNE", "théâtre", "créée", "GARÇON"]
)  # fmt: skip


@settings(max_examples=examples(400))
@given(
    st.lists(_TEXTS | _REAL, min_size=1, max_size=6).map(";".join),
    st.sampled_from(["cp1252", "cp850", "mac_roman", "latin-1"]),
)
@example("MÈRE", "cp850")
@example("« BAH »", "mac_roman")
@example("à", "cp850")
def test_any_french_text_is_read_right_or_refused(text, encoding):
    content = text.encode(encoding)
    if content.isascii():
        return
    try:
        found = single_byte_encoding(content)
    except Unclear:
        return
    assert content.decode(found) == text


@settings(max_examples=examples(200))
@given(st.lists(_TEXTS | _REAL, min_size=1, max_size=6).map("\n".join), st.sampled_from(SINGLE_BYTE))
def test_any_french_text_encoded_twice_is_undone_or_refused(text, encoding):
    try:
        twice = text.encode().decode(encoding).encode()
        found = encoded_twice(twice)
    except (Unclear, UnicodeDecodeError):
        return
    assert (undo(twice, found) if found else twice).decode() == text


@settings(max_examples=examples(200))
@given(st.binary(max_size=200))
def test_any_bytes_have_an_encoding_or_are_refused(content):
    with contextlib.suppress(Unclear):  # any other error is what this test is for
        content.decode(single_byte_encoding(content))
