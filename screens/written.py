"""What people have written, in a cell or on a form, before it means anything. Pure."""

import datetime as dt
import re
import unicodedata
from typing import Any

from screens.harmless import as_written


class BadValue(ValueError):
    """Why what was written is refused: a sentence for the person who wrote it."""


def as_text(value: Any) -> str:
    """A cell as text: trimmed, NFC, one space for each run of white space, an export's escaping apostrophe off."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, dt.datetime):
        value = value.date() if value.time() == dt.time() else value
    text = unicodedata.normalize("NFC", as_written(str(value)))
    return " ".join(text.split())


def folded(text: str) -> str:
    """Lower case, without accents, everything else than letters and digits one underscore: for comparing words."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe"))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
