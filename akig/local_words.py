"""What is known of words in the local languages: labels of the screens, and single words. Each with where it is from.

Nobody here speaks these languages: a word is a draft until a native speaker has signed it. `locale/labels.csv` has
whole labels and sentences with what they mean literally; `locale/glossary.csv` has terms.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from akig.languages import LOCALE_DIR

GLOSSARY = LOCALE_DIR / "glossary.csv"
LABELS = LOCALE_DIR / "labels.csv"
# Sources that say the word exists, or that people say the French one. A word from a sister variety, matched by position
# in a text, or from memory is on record for reviewers and is not shown.
SHOWN_CONFIDENCES = ("attested", "derived", "composed", "loan")
HIDDEN_CONFIDENCES = ("cognate", "inferred", "model knowledge")
_BETWEEN_FORMS = "|||"


@dataclass(frozen=True)
class Word:
    """What a label says, in each plural form that is known, how far it can be trusted, from where, and its meaning."""

    forms: tuple[str, ...]
    source: str
    confidence: str
    back: str

    @property
    def comment(self) -> str:
        """What the catalog says of it to whoever reviews it."""
        return f"{self.confidence}: {self.source} = {self.back}"


def confidence_of(source: str) -> str:
    """How far a glossary word can be trusted, from the end of its source: "… (derived from attested root …)"."""
    label = source.rpartition("(" if source.endswith(")") else ";")[2].strip()
    for confidence in (*HIDDEN_CONFIDENCES, "derived", "composed", "attested"):
        if label.startswith(confidence):
            return confidence
    raise ValueError(f"The glossary does not say how far this source can be trusted: {source}")


class Glossary:
    """Single words with their sources, by what the interface says in English and in French."""

    def __init__(self, rows: Iterable[Mapping[str, str]]) -> None:
        self._rows: dict[str, Mapping[str, str]] = {}
        for row in rows:
            for label in (row["english"], *row["also"].split(";")):
                self._rows.setdefault(label.strip().casefold(), row)

    def word(self, code: str, english: str, french: str) -> Word | None:
        """The word for a whole label, when the glossary knows it in the sense of its French translation.

        What it means is what the glossary calls it.
        """
        row = self._rows.get(english.casefold())
        if row is None or not row[code]:
            return None
        # "notice" is "avis" here and "préavis" there: the French decides which of its senses a label has.
        senses = {sense.strip().casefold() for sense in row["french"].replace("'", "’").split("/")}
        if french.casefold().replace("'", "’") not in senses:
            return None
        source = row[f"{code}_source"]
        text = row[code][0].upper() + row[code][1:] if english[0].isupper() else row[code]
        return Word((text,), source, confidence_of(source), row["english"])


class Labels:
    """Whole labels and sentences, by what they say in English, or in French where the English has been reworded."""

    def __init__(self, rows: Iterable[Mapping[str, str]]) -> None:
        self._by_english: dict[tuple[str | None, str], Mapping[str, str]] = {}
        self._by_french: dict[str, Mapping[str, str]] = {}
        for row in rows:
            self._by_english[row["context"] or None, row["english"]] = row
            self._by_french.setdefault(row["french"], row)

    def word(self, code: str, context: str | None, english: str, french: Iterable[str]) -> Word | None:
        """What a label says in a language, when somebody has drafted it."""
        row = self._by_english.get((context, english)) or self._by_french.get(_BETWEEN_FORMS.join(french))
        if row is None or not row[code]:
            return None
        forms = tuple(row[code].split(_BETWEEN_FORMS))
        return Word(forms, row[f"{code}_source"], row[f"{code}_confidence"], row[f"{code}_back"])


class LocalWords:
    """Everything on record: a label as a whole before a term of the glossary."""

    def __init__(self, labels: Labels, glossary: Glossary) -> None:
        self.labels, self.glossary = labels, glossary

    @classmethod
    def load(cls) -> "LocalWords":
        return cls(Labels(rows_of(LABELS)), Glossary(rows_of(GLOSSARY)))

    def word(self, code: str, context: str | None, english: str, french: list[str]) -> Word | None:
        """The word for a label, by its context, its English and the forms of its French."""
        return self.labels.word(code, context, english, french) or (
            self.glossary.word(code, english, french[0]) if len(french) == 1 else None
        )


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a table in git."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
