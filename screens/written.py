"""What people have written, in a cell or on a form, before it means anything. Pure."""

import datetime as dt
import re
import unicodedata
from typing import Any

from screens.harmless import as_written

# Marks of width nothing and of the direction of writing, the soft hyphen, what a terminal obeys. Not those that join
# letters or keep them apart: some scripts need them. PostgreSQL reads it as Python does.
NOT_SEEN = (
    r"[\u0001-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]+"
)
_NOT_SEEN = re.compile(NOT_SEEN)


class BadValue(ValueError):
    """Why what was written is refused: a sentence for the person who wrote it."""


def as_text(value: Any) -> str:
    """A cell as text: trimmed, NFC, one space for each run of white space, an export's escaping apostrophe off.

    What nobody sees is no part of it: T-1 with a mark in it that has no width is no other tenant than T-1.
    """
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, dt.datetime):
        value = value.date() if value.time() == dt.time() else value
    text = as_written(str(value))
    if not text.isprintable():
        text = _NOT_SEEN.sub("", text)
    return " ".join((text if text.isascii() else unicodedata.normalize("NFC", text)).split())


def folded(text: str) -> str:
    """Lower case, without accents, everything else than letters and digits one underscore: for comparing words."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe"))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
