"""The portfolio as files, under the import's own names, so that an export can be imported again and changes nothing."""

import csv
import datetime as dt
import io
import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, QuerySet, When
from django.utils.translation import gettext as _

from leasing.imports.headers import COLUMNS
from leasing.models import Contract, Instalment, Payment, Property, Tenant
from sites_app.models import Membership, Site

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MAX_XLSX_ROWS = 200_000
_CHUNK = 5000

# What a spreadsheet would run; a phone (+224 620…) or a number is none of it.
_FORMULA = re.compile(r"^'*[=+\-@\t\r]")
_NUMBER = re.compile(r"^[+-]?\d[\d .,\u00a0\u202f]*$")
# What XML, and so XLSX, cannot hold.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


class TooManyRows(Exception):
    """The table does not fit an XLSX of a bearable size; the message is for the person who asked."""


def export(*, site: Site, table: str, kind: str) -> bytes:
    """A table of the site as CSV or XLSX. Needs an open scope of the site. Raises TooManyRows."""
    rows = TABLES[table](site)
    if kind == "csv":
        return as_csv([COLUMNS[table], *rows.iterator(chunk_size=_CHUNK)])
    count = rows.count()
    if count > MAX_XLSX_ROWS:
        raise TooManyRows(
            _("%(rows)d rows are too many for XLSX (at most %(limit)d): take the CSV file.")
            % {"rows": count, "limit": MAX_XLSX_ROWS}
        )
    return as_xlsx({table: itertools.chain([COLUMNS[table]], rows.iterator(chunk_size=_CHUNK))})


def safe_cell(value: Any) -> Any:
    """A cell that no spreadsheet runs as a formula: an apostrophe in front, which the import takes off again."""
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.match(value):
        return f"'{value}"
    return value


def as_csv(rows: Iterable[Iterable[Any]]) -> bytes:
    """Rows as the CSV that spreadsheets in French open with a double click: UTF-8 with BOM, semicolons."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([safe_cell(_plain(cell)) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(sheets: Mapping[str, Iterable[Iterable[Any]]]) -> bytes:
    """Rows as an XLSX, a sheet for each name. Dates and numbers stay what they are."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([_xlsx_cell(cell) for cell in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _plain(cell: Any) -> Any:
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, dt.date) else _text(cell)


def _xlsx_cell(cell: Any) -> Any:
    if cell is None or isinstance(cell, dt.date | int | Decimal):
        return cell
    return safe_cell(_CONTROL.sub(" ", _text(cell)))


def _text(cell: Any) -> Any:
    # How str() writes a phone depends on a setting.
    return getattr(cell, "as_e164", cell)


def _properties(site: Site) -> QuerySet:
    return (
        Property.objects.filter(site=site)
        .order_by("code")
        .values_list("code", "kind", "address", "neighbourhood", "owner__name", "owner__phone", "market_rent", "status")
    )


def _tenants(site: Site) -> QuerySet:
    return (
        Tenant.objects.filter(site=site)
        .order_by("code")
        .values_list(
            "code", "name", "phone", "email", "language", "employment_status", "referred_by__code", "joined_on"
        )
    )


def _contracts(site: Site) -> QuerySet:
    # Who no longer works on the site is nobody whom the import would know.
    still_here = Exists(Membership.objects.filter(site=site, user=OuterRef("agent")))
    return (
        Contract.objects.filter(site=site)
        .annotate(agent_name=Case(When(still_here, then=F("agent__username"))))
        .order_by("reference")
        .values_list(
            "reference", "property__code", "tenant__code", "agent_name", "start_date", "end_date", "monthly_rent",
            "payment_day", "deposit_amount", "advance_months", "status", "signed_on", "ended_on",
            "renewal_of__reference",
        )
    )  # fmt: skip


def _instalments(site: Site) -> QuerySet:
    return (
        Instalment.objects.filter(site=site)
        .order_by("contract__reference", "period")
        .values_list("contract__reference", "due_date", "amount")
    )


def _payments(site: Site) -> QuerySet:
    # A reversed payment was a mistake: imported elsewhere it would count.
    return (
        Payment.objects.standing()
        .filter(site=site)
        .order_by("received_on", "recorded_at", "id")
        .values_list("contract__reference", "received_on", "amount", "method", "provider", "external_reference")
    )


# In the order in which an import needs them; columns in the order of the import's own.
TABLES: dict[str, Callable[[Site], QuerySet]] = {
    "properties": _properties,
    "tenants": _tenants,
    "contracts": _contracts,
    "instalments": _instalments,
    "payments": _payments,
}
