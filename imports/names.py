"""Names of people that stand in two columns."""

from django.utils.translation import gettext as _

from imports.table import LineRead
from screens.written import folded

LONGEST_NAME = 120


def put_names_together(line: LineRead, name: str, first_name: str) -> None:
    """First names in front of the family name, unless the name has them already: "Mamadou Saliou DIALLO"."""
    first, family = line.cells.pop(first_name, ""), line.cells.get(name, "")
    if not first or _has_already(family, first):
        return
    whole = f"{first} {family}".strip()
    if len(whole) > LONGEST_NAME:
        line.refuse(name, _("This is too long: at most %(longest)d characters.") % {"longest": LONGEST_NAME})
        return
    line.cells[name] = whole


def _has_already(name: str, first_name: str) -> bool:
    return folded(name) != folded(first_name) and f"_{folded(first_name)}_" in f"_{folded(name)}_"
