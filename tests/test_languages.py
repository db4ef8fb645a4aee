"""Six languages: their names, their numbers and dates, and what is shown where a translation is missing."""

import datetime as dt

import polib
import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import override_settings
from django.utils import formats, translation
from django.utils.translation import check_for_language, get_language_info, gettext, ngettext

from akig import catalogs
from akig.languages import PLURAL_FORMS, compiled_coverage, language_choices
from screens.formats import babel_locale

LOCAL = ("sus", "fuf", "emk", "kqs")
ALL = ("fr", "en", *LOCAL)
DAY = dt.date(2026, 11, 3)


@pytest.fixture
def small_catalogs(tmp_path):
    """Catalogs in which each language lacks something: "word" is everywhere, the others less and less."""
    known = {
        "fr": {"word": "mot", "only French": "seulement français", "emptied": "vidé", "unsure": "incertain"},
        "en": {},
        **{code: {"word": f"word of {code}", "emptied": "", "unsure": "invented"} for code in LOCAL},
    }
    for code, words in known.items():
        catalog = polib.POFile()
        catalog.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": PLURAL_FORMS[code]}
        for msgid, msgstr in words.items():
            flags = ["fuzzy"] if msgstr == "invented" else []
            catalog.append(polib.POEntry(msgid=msgid, msgstr=msgstr, flags=flags))
        if code == "fr":
            catalog.append(
                polib.POEntry(
                    msgid="%(n)s house",
                    msgid_plural="%(n)s houses",
                    msgstr_plural={0: "%(n)s maison", 1: "%(n)s maisons"},
                )
            )
        path = catalogs.path_of(code, tmp_path)
        path.parent.mkdir(parents=True)
        catalog.save(str(path))
    catalogs.compile_all(tmp_path)
    with override_settings(LOCALE_PATHS=[tmp_path]):
        yield


@pytest.mark.parametrize("code", LOCAL)
def test_a_local_language_falls_back_to_french_and_only_then_to_english(small_catalogs, code):
    with translation.override(code):
        assert gettext("word") == f"word of {code}"
        assert gettext("only French") == "seulement français"
        assert gettext("emptied") == "vidé"
        assert gettext("unsure") == "incertain"
        assert gettext("nowhere translated") == "nowhere translated"
        # Django's own words too.
        assert gettext("This field is required.") == "Ce champ est obligatoire."


@pytest.mark.parametrize("code", LOCAL)
def test_a_missing_plural_follows_the_rule_of_french(small_catalogs, code):
    with translation.override(code):
        assert [ngettext("%(n)s house", "%(n)s houses", n) % {"n": n} for n in (0, 1, 2)] == [
            "0 maison",
            "1 maison",
            "2 maisons",
        ]


def test_english_without_translations_is_english_and_not_french(small_catalogs):
    with translation.override("en"):
        assert gettext("word") == "word"
        assert gettext("only French") == "only French"
        assert ngettext("%(n)s house", "%(n)s houses", 0) == "%(n)s houses"
        assert gettext("This field is required.") == "This field is required."


@pytest.mark.parametrize("code", ALL)
def test_django_takes_every_language_for_one_of_its_own(code):
    assert check_for_language(code)
    with translation.override(code):
        assert translation.get_language() == code
        assert not translation.get_language_bidi()


def test_each_language_has_its_own_name():
    names = {code: get_language_info(code)["name_local"] for code in LOCAL}
    assert names == {"sus": "Sosoxui", "fuf": "Pular", "emk": "Maninkakan", "kqs": "Kisiei"}
    assert [code for code, _name in settings.LANGUAGES] == list(ALL)


@pytest.mark.parametrize("code", ["fr", *LOCAL])
def test_numbers_and_dates_of_the_local_languages_are_those_of_guineas_french(code):
    assert babel_locale(code) == "fr_GN"
    with translation.override(code):
        assert formats.number_format(1234567.5, 1, use_l10n=True, force_grouping=True) == "1\u202f234\u202f567,5"
        assert formats.date_format(DAY, "SHORT_DATE_FORMAT") == "03/11/2026"
        assert formats.date_format(DAY) == "3 novembre 2026"
        assert formats.sanitize_separators("1\u202f234,5") == "1234.5"
        assert "%d/%m/%Y" in formats.get_format("DATE_INPUT_FORMATS")


def test_english_puts_the_day_first():
    assert babel_locale("en") == "en_GB"
    with translation.override("en"):
        assert formats.date_format(DAY, "SHORT_DATE_FORMAT") == "03/11/2026"
        assert formats.date_format(DAY) == "3 November 2026"
        assert formats.number_format(1234567.5, 1, use_l10n=True, force_grouping=True) == "1,234,567.5"


@pytest.mark.parametrize(
    ("filtered", "french", "english"),
    [
        ('1500000|francs:"GNF"', "1\u202f500\u202f000\u00a0GNF", "1,500,000\u00a0GNF"),
        ('0|francs:"XOF"', "0\u00a0XOF", "0\u00a0XOF"),
        ('refund|francs:"XOF"', "−2\u202f500\u00a0XOF", "−2,500\u00a0XOF"),
        ('missing|francs:"GNF"', "—", "—"),
        ("1234.5|number:1", "1\u202f234,5", "1,234.5"),
        ("missing|number", "—", "—"),
        ("0.914|percent", "91\u00a0%", "91%"),
        ("0.0214|percent:1", "2,1\u00a0%", "2.1%"),
        ("0|percent", "0\u00a0%", "0%"),
        ("missing|percent", "—", "—"),
        ("day|date_short", "03/11/2026", "03/11/2026"),
        ("day|date_middle", "3 novembre 2026", "3 November 2026"),
        ("day|date_long", "mardi 3 novembre 2026", "Tuesday, 3 November 2026"),
        ("first|date_long", "dimanche 1er novembre 2026", "Sunday, 1 November 2026"),
        ("day|month", "novembre 2026", "November 2026"),
        ("missing|date_long", "—", "—"),
        ("midnight|clock", "00:05", "00:05"),
        ("midnight|date_short", "04/11/2026", "04/11/2026"),
        ('"+224620000000"|phone', "+224\u00a0620\u00a000\u00a000\u00a000", "+224\u00a0620\u00a000\u00a000\u00a000"),
        ('"ask Awa"|phone', "ask Awa", "ask Awa"),
        ('""|phone', "—", "—"),
    ],
)
def test_the_filters_of_templates(filtered, french, english):
    template = Template("{% load formats %}{{ " + filtered + " }}")
    values = {
        "day": DAY,
        "first": DAY.replace(day=1),
        "missing": None,
        "refund": -2500,
        # Five past midnight in Conakry, told in another timezone.
        "midnight": dt.datetime(2026, 11, 3, 19, 5, tzinfo=dt.timezone(dt.timedelta(hours=-5))),
    }
    for code, expected in [("en", english), *((code, french) for code in ("fr", *LOCAL))]:
        with translation.override(code):
            assert template.render(Context(values)) == expected


def test_the_selector_says_how_far_an_unfinished_language_is():
    with translation.override("fr"):
        labels = {choice.code: choice.label for choice in language_choices(current="fuf")}
        chosen = [choice.code for choice in language_choices(current="fuf") if choice.selected]
    assert list(labels) == list(ALL)
    assert (labels["fr"], labels["en"]) == ("Français", "English")
    assert chosen == ["fuf"]
    share = compiled_coverage("sus").share
    assert 0 < share < 1
    assert labels["sus"] == f"Sosoxui (brouillon, {round(share * 100)}\u00a0%)"
    assert labels["kqs"].startswith("Kisiei (")
