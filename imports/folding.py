"""How words of files are compared: without case, accents and punctuation. Knows no table and no Django."""

import re

from screens.written import folded


def file_word(name: str) -> str:
    """A file's or sheet's name, folded: a browser calls a second download "tenants (1).csv"."""
    return re.sub(r"_\d{1,3}$", "", folded(name))
