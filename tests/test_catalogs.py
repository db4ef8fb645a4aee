"""The catalogs that are in git: French complete, nothing invented, and every tool around them repeatable."""

import re
import shutil
import unicodedata
from collections import Counter

import polib
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from akig import catalogs, local_words
from akig.languages import LOCALE_DIR, PLURAL_FORMS

LOCAL = ("sus", "fuf", "emk", "kqs")
LATIN = set("abcdefghijklmnopqrstuvwxyz")
# Orthographies of 1989; what each language's texts use (docs/languages.md).
LETTERS = {
    "sus": LATIN | set("ɛɔɲ"),
    "fuf": LATIN | set("ɓɗŋɲƴ'"),
    "emk": LATIN | set("ɛɔɲ'"),
    "kqs": LATIN | set("ɛɔɲŋ"),
}
# French and English words that people say, and names.
LOAN_LETTERS = set("éèêçëïâôùq'")
NAMES = ("akig", "whatsapp", "excel", "csv", "sms", "nps")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]")
TAG = re.compile(r"</?\w+[^>]*>")


def test_french_has_every_string():
    assert [entry.msgid for entry in catalogs.read("fr") if not entry.translated()] == []


def test_english_has_only_a_header_because_the_source_is_english():
    assert list(catalogs.read("en")) == []


@pytest.mark.parametrize("code", PLURAL_FORMS)
def test_every_catalog_has_its_header(code):
    metadata = catalogs.read(code).metadata
    assert metadata["Plural-Forms"] == PLURAL_FORMS[code]
    assert metadata["Language"] == code
    assert metadata["Content-Type"] == "text/plain; charset=UTF-8"


@pytest.mark.parametrize("code", ["fr", *LOCAL])
def test_every_translation_keeps_the_placeholders_and_tags_of_its_source(code):
    for entry in catalogs.read(code).translated_entries():
        sources = [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]
        for pattern in (PLACEHOLDER, TAG):
            allowed = [Counter(pattern.findall(source)) for source in sources]
            for form in catalogs.forms_of(entry):
                assert Counter(pattern.findall(form)) in allowed, entry.msgid


@pytest.mark.parametrize("code", ["fr", *LOCAL])
def test_every_translation_is_composed_text_without_stray_spaces(code):
    for entry in catalogs.read(code).translated_entries():
        for form in catalogs.forms_of(entry):
            assert unicodedata.normalize("NFC", form) == form
            assert (form[0].isspace(), form[-1].isspace()) == (entry.msgid[0].isspace(), entry.msgid[-1].isspace())


@pytest.mark.parametrize("code", LOCAL)
def test_a_local_word_has_only_letters_of_its_orthography(code):
    for entry in catalogs.read(code).translated_entries():
        for form in catalogs.forms_of(entry):
            said = PLACEHOLDER.sub("", TAG.sub("", form)).lower()
            for name in NAMES:
                said = said.replace(name, "")
            letters = {letter for letter in said if letter.isalpha()}
            assert letters <= LETTERS[code] | LOAN_LETTERS, form


@pytest.mark.parametrize("code", LOCAL)
def test_every_local_word_is_on_record_with_its_source_and_what_it_means(code):
    words, in_french = local_words.LocalWords.load(), {(e.msgctxt, e.msgid): e for e in catalogs.read("fr")}
    for entry in catalogs.read(code).translated_entries():
        if catalogs.is_reviewed(entry):
            continue
        french = catalogs.forms_of(in_french[entry.msgctxt, entry.msgid])
        word = words.word(code, entry.msgctxt, entry.msgid, french)
        assert word is not None, entry.msgid
        assert word.confidence in local_words.SHOWN_CONFIDENCES
        assert word.source, entry.msgid
        assert word.back, entry.msgid
        # polib folds a long comment, at a hyphen too.
        assert "".join(entry.tcomment.split()) == "".join(word.comment.split())
        assert set(catalogs.forms_of(entry)) <= set(word.forms)


def test_susu_pular_and_maninka_say_something_and_kissi_nothing_merely_inferred():
    assert all(catalogs.count(code).shown > 0 for code in ("sus", "fuf", "emk"))
    assert "inferred" not in catalogs.count("kqs").by_confidence


def row(**values):
    return {"english": "", "also": "", "french": "", **dict.fromkeys(LOCAL, ""), **values}


@pytest.fixture
def glossary():
    return local_words.Glossary(
        [
            row(
                english="notice",
                french="avis / préavis",
                fuf="kumpital",
                fuf_source="Pular NT LUK 1:1 (attested)",
            ),
            row(
                english="log in",
                also="Sign in;enter",
                french="se connecter",
                sus="so",
                sus_source="Susu Bible MAT 8:5 (attested)",
            ),
            row(
                english="help", french="aide", kqs="malaa", kqs_source="UDHR kqs art. 25 (inferred from parallel text)"
            ),
        ]
    )


def test_a_label_takes_the_word_of_the_sense_that_its_french_has(glossary):
    assert glossary.word("fuf", "Notice", "Préavis").forms == ("Kumpital",)
    assert glossary.word("fuf", "notice", "avis").forms == ("kumpital",)
    assert glossary.word("fuf", "notice", "remarque") is None
    assert glossary.word("sus", "Sign in", "Se connecter").forms == ("So",)
    assert glossary.word("sus", "Sign in to AKIG", "Se connecter") is None
    assert glossary.word("emk", "notice", "avis") is None


def test_a_word_that_is_only_inferred_is_never_put_into_a_catalog(glossary):
    french = polib.POFile()
    french.append(polib.POEntry(msgid="Help", msgstr="Aide"))
    local = catalogs.merged("kqs", french, polib.POFile())
    catalogs.apply_local_words(local, "kqs", french, local_words.LocalWords(local_words.Labels([]), glossary))
    assert glossary.word("kqs", "Help", "Aide").confidence == "inferred"
    assert [entry.msgstr for entry in local] == [""]


def test_a_reviewed_word_outlives_a_rebuild_and_others_follow_the_glossary(glossary):
    french = polib.POFile()
    for msgid, msgstr in (("Sign in", "Se connecter"), ("Log in", "Se connecter")):
        french.append(polib.POEntry(msgid=msgid, msgstr=msgstr))
    local = catalogs.merged("sus", french, polib.POFile())
    for entry in local:
        entry.msgstr = "another word"
    local.find("Sign in").tcomment = "reviewed by Aboubacar Sylla, on 2026-12-01"
    catalogs.apply_local_words(local, "sus", french, local_words.LocalWords(local_words.Labels([]), glossary))
    assert local.find("Sign in").msgstr == "another word"
    assert local.find("Log in").msgstr == "So"
    assert local.find("Log in").tcomment == "attested: Susu Bible MAT 8:5 (attested) = log in"


@pytest.mark.parametrize(
    ("source", "confidence"),
    [
        ("Susu Bible MAT 8:5 (attested)", "attested"),
        ("UDHR fuf art. 25 (attested, respelled)", "attested"),
        ("N'Ko phone UI strings: Home (attested in N'Ko, transliterated)", "attested"),
        ("Pular NT LUK 18:30 aroyoowo (derived from attested root – native review needed)", "derived"),
        ("composed from attested words – native review needed", "composed"),
        ('Susu Bible MAT 21:41 "bɔxi hɛrie" (land); composed from attested words – native review needed', "composed"),
        ("Firefox ff aboutLogins.ftl:menu (Pulaar) (cognate – review)", "cognate"),
        ("UDHR kqs art. 23 (inferred from parallel text – review)", "inferred"),
        ("model knowledge – native review needed", "model knowledge"),
    ],
)
def test_the_glossary_says_how_far_each_source_can_be_trusted(source, confidence):
    assert local_words.confidence_of(source) == confidence


def test_every_word_of_the_glossary_that_is_in_git_says_how_far_it_can_be_trusted():
    rows = local_words.rows_of(local_words.GLOSSARY)
    words = [(row[code], row[f"{code}_source"]) for row in rows for code in LOCAL if row[code]]
    assert len(words) > 400
    trusted = Counter(local_words.confidence_of(source) for _word, source in words)
    assert set(trusted) <= {*local_words.SHOWN_CONFIDENCES, *local_words.HIDDEN_CONFIDENCES}
    assert all(unicodedata.normalize("NFC", word) == word for word, _source in words)


def test_a_label_is_known_by_its_french_where_its_english_was_reworded():
    label = {"context": "", "english": "Gap", "english_plural": "", "french": "Écart", "kind": "label"}
    label |= {"sus": "Naxan luxi", "sus_confidence": "composed", "sus_source": "GEN 1:1", "sus_back": "what remains"}
    labels = local_words.Labels([label])
    for english in ("Gap", "Shortfall"):
        word = labels.word("sus", None, english, ["Écart"])
        assert word.comment == "composed: GEN 1:1 = what remains"
    assert labels.word("sus", None, "Shortfall", ["Manque"]) is None


def test_a_source_that_says_nothing_of_itself_is_refused():
    with pytest.raises(ValueError, match="how far"):
        local_words.confidence_of("heard somewhere")


def test_merging_keeps_translations_adds_what_is_new_and_drops_what_is_gone():
    old = polib.POFile()
    old.append(polib.POEntry(msgid="kept", msgstr="gardé", tcomment="a remark"))
    old.append(polib.POEntry(msgid="gone", msgstr="parti"))
    template = [
        polib.POEntry(msgid="one", msgid_plural="many", msgstr_plural={0: "", 1: ""}),
        polib.POEntry(msgid="kept", occurrences=[("views.py", "1")]),
    ]
    new = catalogs.merged("emk", template, old)
    assert [(e.msgid, e.msgstr, e.tcomment) for e in new] == [("kept", "gardé", "a remark"), ("one", "", "")]
    assert new.find("one").msgstr_plural == {0: ""}
    assert catalogs.merged("fr", template, old).find("one").msgstr_plural == {0: "", 1: ""}
    assert "views.py" not in str(new)


def test_a_table_of_translations_fills_only_what_is_empty(tmp_path):
    catalog = catalogs.merged(
        "fr",
        [
            polib.POEntry(msgid="Pay"),
            polib.POEntry(msgid="Paid"),
            polib.POEntry(msgid="\nTwo\nlines\n"),
            polib.POEntry(msgid="%(n)s day", msgid_plural="%(n)s days"),
        ],
        polib.POFile(),
    )
    catalog.find("Paid").msgstr = "Payé"
    table = tmp_path / "fr.tsv"
    table.write_text(
        "Pay\tPayer\nPaid\tAutre\nTwo lines\tDeux\\nlignes\n%(n)s day|||%(n)s days\t%(n)s jour|||%(n)s jours\n",
        encoding="utf-8",
    )
    assert catalogs.fill(catalog, catalogs.read_translations(table)) == 3
    assert [catalog.find(msgid).msgstr for msgid in ("Pay", "Paid", "\nTwo\nlines\n")] == [
        "Payer",
        "Payé",
        "\nDeux\nlignes\n",
    ]
    assert catalog.find("%(n)s day").msgstr_plural == {0: "%(n)s jour", 1: "%(n)s jours"}


def test_only_what_changed_is_compiled_and_an_empty_translation_is_left_out(tmp_path):
    shutil.copytree(LOCALE_DIR, tmp_path / "locale", ignore=shutil.ignore_patterns("*.mo"))
    folder = tmp_path / "locale"
    assert len(catalogs.compile_all(folder)) == len(PLURAL_FORMS)
    assert catalogs.compile_all(folder) == []
    path = catalogs.path_of("kqs", folder)
    catalog = polib.pofile(str(path))
    changed = next(entry for entry in catalog if not entry.msgid_plural)
    changed.msgstr = "word"
    catalog.save()
    written = catalogs.compile_all(folder)
    assert [p.parent.parent.name for p in written] == ["kqs"]
    compiled = polib.mofile(str(written[0]))
    assert {entry.msgid: entry.msgstr for entry in compiled}[changed.msgid] == "word"
    assert all(entry.msgstr or entry.msgstr_plural for entry in compiled)
    assert compiled.metadata["X-AKIG-Shown"] == str(len(compiled))
    assert list(folder.glob("**/.django*")) == []


def test_the_coverage_command_counts_each_language(capsys):
    call_command("translation_coverage")
    lines = {line.split()[0]: line.split() for line in capsys.readouterr().out.splitlines()[:7]}
    total = len(catalogs.read("fr"))
    assert lines["fr"][1:4] == [str(total), str(total), "100.0%"]
    assert lines["en"][1:4] == [str(total), str(total), "100.0%"]
    for code in LOCAL:
        count = catalogs.count(code)
        assert [int(n) for n in (lines[code][1], lines[code][2], lines[code][-1])] == [
            total,
            count.shown,
            total - count.shown,
        ]
        assert count.shown == sum(int(n) for n in lines[code][4:9])


def test_the_catalogs_are_up_to_date_with_the_code():
    if shutil.which("xgettext") is None:
        pytest.skip("xgettext is not installed: whether the catalogs are up to date was NOT checked")
    try:
        call_command("messages", check=True, verbosity=0)
    except CommandError as error:
        pytest.fail(str(error))
