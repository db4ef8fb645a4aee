"""The portfolio as files, under the import's own names, so that an export can be imported again and changes nothing."""

import itertools
from collections.abc import Callable

from django.db.models import Case, Exists, F, OuterRef, QuerySet, When
from django.utils.translation import gettext as _

from imports.headers import COLUMNS
from leasing.models import Contract, Instalment, Payment, Property, Tenant
from screens.exports import MAX_XLSX_ROWS, TooManyRows, as_csv, as_xlsx
from sites_app.models import Membership, Site

_CHUNK = 5000


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
