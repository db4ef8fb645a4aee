"""The portfolio as files, under the import's own names, so that an export can be imported again and changes nothing."""

import io
import itertools
import zipfile

from django.utils.translation import gettext as _

from imports.tables import TABLES
from screens.exports import MAX_XLSX_ROWS, TooManyRows, as_csv, as_xlsx
from sites_app.models import Site

_ROWS = {name: table.export for name, table in TABLES.items() if table.export is not None}
EXPORTED = {name: TABLES[name] for name in _ROWS}
_CHUNK = 5000


def export(*, site: Site, table: str, kind: str) -> bytes:
    """A table of the site as CSV or XLSX. Needs an open scope of the site. Raises TooManyRows."""
    heads, rows = list(EXPORTED[table].columns), _ROWS[table](site)
    if kind == "csv":
        return as_csv([heads, *rows.iterator(chunk_size=_CHUNK)])
    count = rows.count()
    if count > MAX_XLSX_ROWS:
        raise TooManyRows(
            _("%(rows)d rows are too many for XLSX (at most %(limit)d): take the CSV file.")
            % {"rows": count, "limit": MAX_XLSX_ROWS}
        )
    return as_xlsx({table: itertools.chain([heads], rows.iterator(chunk_size=_CHUNK))})


def export_all(*, site: Site) -> bytes:
    """A zip of every table that has rows, each as CSV. Needs an open scope of the site."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in EXPORTED:
            if _ROWS[name](site).exists():
                archive.writestr(f"{name}.csv", export(site=site, table=name, kind="csv"))
    return file.getvalue()
