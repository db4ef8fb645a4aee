"""Translation catalogs: merging, local words, compiling, counting. Knows no settings and no database.

`.po` files are in git, sorted and without source lines, so that a change shows what changed. `.mo` files never are:
they are written by polib wherever AKIG is installed, so that no machine needs gettext's own tools.
"""

import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polib

from akig.languages import LOCAL_LANGUAGES, LOCALE_DIR, PLURAL_FORMS, Coverage
from akig.local_words import SHOWN_CONFIDENCES, LocalWords

REVIEWED = "reviewed by"
Key = tuple[str | None, str]


def path_of(code: str, folder: Path = LOCALE_DIR) -> Path:
    return folder / code / "LC_MESSAGES" / "django.po"


def read(code: str, folder: Path = LOCALE_DIR) -> polib.POFile:
    """The catalog of a language; an empty one when it has none yet."""
    path = path_of(code, folder)
    return polib.pofile(str(path), wrapwidth=100) if path.exists() else polib.POFile(wrapwidth=100)


def merged(code: str, template: Iterable[polib.POEntry], old: polib.POFile) -> polib.POFile:
    """A catalog with exactly the strings of the template, keeping what is translated already."""
    known = {_key(entry): entry for entry in old}
    catalog = polib.POFile(wrapwidth=100)
    catalog.metadata = {
        "Project-Id-Version": "AKIG",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": code,
        "Plural-Forms": PLURAL_FORMS[code],
    }
    for source in sorted(template, key=lambda entry: (entry.msgid, entry.msgctxt or "")):
        entry = polib.POEntry(
            msgid=source.msgid,
            msgctxt=source.msgctxt,
            msgid_plural=source.msgid_plural,
            comment=source.comment,
            flags=[flag for flag in source.flags if flag.endswith("-format")],
        )
        before = known.get(_key(source))
        if source.msgid_plural:
            forms = before.msgstr_plural if before is not None else {}
            entry.msgstr_plural = {n: forms.get(n, "") for n in range(_plurals(code))}
        elif before is not None:
            entry.msgstr = before.msgstr
        if before is not None:
            entry.tcomment = before.tcomment
        catalog.append(entry)
    return catalog


def fill(catalog: polib.POFile, translations: Mapping[str, str]) -> int:
    """Put translations where there is none yet; the number of strings filled.

    A plural is written "one|||many" on both sides; a line break is written "\\n".
    """
    filled = 0
    for entry in catalog:
        if entry.translated():
            continue
        source = f"{entry.msgid}|||{entry.msgid_plural}" if entry.msgid_plural else entry.msgid
        translation = translations.get(_one_line(source))
        if not translation:
            continue
        forms = translation.replace("\\n", "\n").split("|||")
        if entry.msgid_plural:
            entry.msgstr_plural = {n: forms[min(n, len(forms) - 1)] for n in entry.msgstr_plural}
        else:
            entry.msgstr = _with_ends_of(entry.msgid, forms[0])
        filled += 1
    return filled


def read_translations(path: Path) -> dict[str, str]:
    """A table of two columns, source and translation, separated by a tab."""
    pairs = (line.split("\t", 1) for line in path.read_text(encoding="utf-8").splitlines() if "\t" in line)
    return {_one_line(source): translation.strip() for source, translation in pairs}


def apply_local_words(catalog: polib.POFile, code: str, french: polib.POFile, words: LocalWords) -> None:
    """Fill a local catalog anew from the words on record, but for what a native speaker has reviewed."""
    in_french = {_key(entry): forms_of(entry) for entry in french}
    for entry in catalog:
        if is_reviewed(entry) or not entry.msgid:
            continue
        word = words.word(code, entry.msgctxt, entry.msgid, in_french.get(_key(entry), [""]))
        forms = word.forms if word is not None and word.confidence in SHOWN_CONFIDENCES else ()
        if entry.msgid_plural:
            last = len(forms) - 1
            entry.msgstr_plural = {n: forms[min(n, last)] if forms else "" for n in entry.msgstr_plural}
        else:
            entry.msgstr = forms[0] if forms else ""
        entry.tcomment = word.comment if word is not None and forms else ""


def forms_of(entry: polib.POEntry) -> list[str]:
    """What an entry says: one text, or one for each plural form."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def is_reviewed(entry: polib.POEntry) -> bool:
    """Whether a native speaker has signed it: "reviewed by NAME, on DATE" in the translator's comment."""
    return entry.tcomment.casefold().startswith(REVIEWED)


@dataclass(frozen=True)
class StringCounts:
    total: int
    by_confidence: Mapping[str, int]

    @property
    def shown(self) -> int:
        return sum(self.by_confidence.values())

    @property
    def drafts(self) -> int:
        return sum(n for confidence, n in self.by_confidence.items() if confidence in SHOWN_CONFIDENCES)


def count(code: str, folder: Path = LOCALE_DIR) -> StringCounts:
    """What a language shows of its own, by how sure we are of it."""
    # English is what the source is written in, and French has every string: the total.
    total = len([entry for entry in read("fr", folder) if not entry.obsolete])
    if code == "en":
        return StringCounts(total, {"source": total})
    confidences = Counter(_confidence(code, entry) for entry in read(code, folder).translated_entries())
    return StringCounts(total, dict(confidences))


def compile_all(folder: Path = LOCALE_DIR) -> list[Path]:
    """Write the .mo beside each .po that is newer than it; the files written. A few milliseconds when none is."""
    written = []
    for code in PLURAL_FORMS:
        source = path_of(code, folder)
        target = source.with_suffix(".mo")
        french = path_of("fr", folder)
        # The share that the selector shows is part of the .mo, and French says how many strings there are.
        newest = max(path.stat().st_mtime_ns for path in (source, french) if path.exists())
        if not source.exists() or (target.exists() and target.stat().st_mtime_ns >= newest):
            continue
        catalog = read(code, folder)
        numbers = count(code, folder)
        coverage = Coverage(numbers.shown, numbers.total, numbers.drafts)
        catalog.metadata |= {f"X-AKIG-{name.capitalize()}": str(n) for name, n in vars(coverage).items()}
        _write_whole(target, catalog.to_binary())
        written.append(target)
    return written


def _write_whole(target: Path, content: bytes) -> None:
    """Two processes may compile at once, and a third read meanwhile: none may see half a file."""
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".django.", suffix=".mo")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(temporary).chmod(0o644)
    Path(temporary).replace(target)


def _confidence(code: str, entry: polib.POEntry) -> str:
    if code not in LOCAL_LANGUAGES or is_reviewed(entry):
        return "reviewed"
    return entry.tcomment.partition(":")[0]


def _key(entry: polib.POEntry) -> Key:
    return entry.msgctxt, entry.msgid


def _plurals(code: str) -> int:
    return int(PLURAL_FORMS[code].removeprefix("nplurals=").partition(";")[0])


def _one_line(text: str) -> str:
    return " ".join(text.replace("\\n", " ").split())


def _with_ends_of(source: str, translation: str) -> str:
    """gettext wants a translation to begin and end with a line break where its source does."""
    start = "\n" if source.startswith("\n") else ""
    end = "\n" if source.endswith("\n") else ""
    return start + translation.strip("\n") + end
