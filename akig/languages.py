"""The six languages: how each calls itself, how it writes numbers and dates, and how far it is translated.

Knows no settings, so that settings, commands and the test runner can import it.
"""

import gettext
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import locale as django_locale
from django.utils.translation import gettext as _

from screens import formats

LOCALE_DIR = Path(__file__).resolve().parent.parent / "locale"
COMPLETE = ("fr", "en")
# Neither Django nor Babel knows these four: `docs/languages.md` says where the codes come from.
LOCAL_LANGUAGES = {
    "sus": {"bidi": False, "code": "sus", "name": "Susu", "name_local": "Sosoxui"},
    "fuf": {"bidi": False, "code": "fuf", "name": "Pular", "name_local": "Pular"},
    "emk": {"bidi": False, "code": "emk", "name": "Maninka", "name_local": "Maninkakan"},
    "kqs": {"bidi": False, "code": "kqs", "name": "Kissi", "name_local": "Kisiei"},
}
PLURAL_FORMS = {
    "fr": "nplurals=2; plural=(n > 1);",
    "en": "nplurals=2; plural=(n != 1);",
    "sus": "nplurals=2; plural=(n != 1);",
    "fuf": "nplurals=2; plural=(n > 1);",
    "emk": "nplurals=1; plural=0;",  # a noun keeps its form after a number
    "kqs": "nplurals=2; plural=(n != 1);",
}


def install() -> None:
    """Tell Django the names of the languages that it does not know."""
    django_locale.LANG_INFO.update(LOCAL_LANGUAGES)


@dataclass(frozen=True)
class LanguageChoice:
    code: str
    label: str
    selected: bool


@dataclass(frozen=True)
class Coverage:
    """How much of the interface a compiled catalog says in its own language."""

    shown: int
    total: int
    drafts: int

    @property
    def share(self) -> float:
        return self.shown / self.total if self.total else 0.0


@lru_cache
def compiled_coverage(code: str) -> Coverage:
    """Read from the header that `compile_catalogs` writes into the catalog; nothing is shown of one that is absent."""
    try:
        with (LOCALE_DIR / code / "LC_MESSAGES" / "django.mo").open("rb") as catalog:
            header = gettext.GNUTranslations(catalog).info()
    except OSError:
        return Coverage(0, 0, 0)
    numbers = [int(header.get(f"x-akig-{name}", 0)) for name in ("shown", "total", "drafts")]
    return Coverage(*numbers)


def language_choices(current: str) -> list[LanguageChoice]:
    """What the language selector offers, each language by its own name and, when unfinished, how far it is."""
    return [LanguageChoice(code, _name_and_state(code), code == current) for code in PLURAL_FORMS]


def _name_and_state(code: str) -> str:
    name = django_locale.LANG_INFO[code]["name_local"].capitalize()
    if code in COMPLETE:
        return name
    coverage = compiled_coverage(code)
    values = {"language": name, "share": formats.percent(coverage.share)}
    if coverage.drafts:
        return _("%(language)s (draft, %(share)s)") % values
    return _("%(language)s (partly translated, %(share)s)") % values
