"""Lines of a file that are none of its rows: the header once more, a title across the columns, a total."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from imports import values
from imports.cells import amount
from imports.headings import column_named
from imports.spreadsheets.cells import Merged
from imports.table import Table, Where
from screens.written import BadValue, folded

_OF = "a|au|aux|d|de|des|du|en|l|la|le|les|of|the|et|and|par|pour|for|mois|month|annee|year|agence|site|quartier"
_WHAT = (
    "general|generale|generaux|partiel|cumule|page|report|biens?|logements?|lots?|locataires?|contrats?|baux|loyers?"
    "|paiements?|encaissements?|versements?|echeances?|quittances?|cautions?|depots?|montants?|encaisse|paye|recu|du"
    "|gnf|fcfa|cfa|xof|properties|tenants?|contracts?|leases?|rents?|payments?|deposits?|amounts?|paid|received|due"
    "|[0-9]+"
)
_TOTAL = re.compile(f"(?:(?:sous|sub|grand)_?)?(?:total|totaux|totals)(?:_(?:{_OF}|{_WHAT}))*")
_NUMBER = re.compile(r"[\d\s.,]+")
_DIGIT = re.compile(r"\d")


def why_no_row(table: Table, columns: Mapping[int, str], cells: Any, where: Where) -> str:
    """Why a line is none of the table's rows, or "" when it is one, well or badly filled in."""
    if any(isinstance(cell, Merged) for cell in cells) and _is_title(cells):
        return _("This line is left out: it is a title across the columns.")
    # Half a million rows are none of these: what takes time is asked last.
    may_be_total = any(isinstance(cell, str) and "tot" in cell.lower() for cell in map(_value, cells))
    if not may_be_total and not _may_be_header(table, columns, cells):
        return ""
    found = {
        column: text
        for position, column in columns.items()
        if position < len(cells) and (text := values.as_text(_value(cells[position])))
    }
    if table.required <= found.keys() and all(column_named(table.name, text) == name for name, text in found.items()):
        return _("This line is left out: it is the header once more.")
    if may_be_total and _is_total(table, found, where):
        return _("This line is left out: it is a total.")
    return ""


def _is_title(cells: Any) -> bool:
    own = [cell for cell in cells if not isinstance(cell, Merged) and values.as_text(cell)]
    return len(own) == 1 and all(cell.across for cell in cells if isinstance(cell, Merged))


def _may_be_header(table: Table, columns: Mapping[int, str], cells: Any) -> bool:
    # Asked of each of half a million rows: not table.required, which is made anew.
    first = next(at for at, column in columns.items() if column in table.columns and table.columns[column].required)
    cell = _value(cells[first]) if first < len(cells) else None
    return isinstance(cell, str) and not _DIGIT.search(cell) and column_named(table.name, cell) == columns[first]


def _value(cell: Any) -> Any:
    return cell.value if isinstance(cell, Merged) else cell


def _is_total(table: Table, found: Mapping[str, str], where: Where) -> bool:
    """A total says so, and is no row: a tenant may well be called Total, with a code."""
    saying = {column for column, text in found.items() if _TOTAL.fullmatch(folded(text))}
    if not saying:
        return False
    others = table.required - saying
    missing = {column for column in others if column not in found or not _is_of_its_kind(table, column, found, where)}
    if saying & table.required:
        # Owners need a name only: one called Total has at least a phone.
        return bool(missing) or (not others and found.keys() == saying)
    # The word stands beside the row's own columns: then none of them may be there but the sum.
    sums = {column for column in others if table.columns[column].read is amount}
    return bool(missing) and missing >= others - sums


def _is_of_its_kind(table: Table, column: str, found: Mapping[str, str], where: Where) -> bool:
    if column == "name" and _NUMBER.fullmatch(found[column]):
        return False
    try:
        table.columns[column].read(found[column], where)
    except BadValue:
        return False
    return True
