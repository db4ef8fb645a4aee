"""How words of files are compared: without case, accents and punctuation. Knows no table and no Django."""

import re
import unicodedata


def folded(text: str) -> str:
    """Lower case, without accents, everything else than letters and digits one underscore: for comparing words."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe"))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def file_word(name: str) -> str:
    """A file's or sheet's name, folded: a browser calls a second download "tenants (1).csv"."""
    return re.sub(r"_\d{1,3}$", "", folded(name))
