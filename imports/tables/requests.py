"""Service requests, complaints among them."""

import datetime as dt
from typing import NamedTuple

from django.db.models import Case, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from imports.cells import OneOf, date, yes_or_no
from imports.choices import words
from imports.columns import PROPERTY, TENANT
from imports.mistakes import before, still_to_come, unknown_property, unknown_tenant
from imports.pairs import pair
from imports.table import EXAMPLE, FileColumn, Table
from leasing.models import ServiceRequest
from sites_app.models import Site


class RequestRow(NamedTuple):
    tenant: str  # code
    property: str  # code
    category: str
    opened_on: dt.date
    priority: str | None = None
    closed_on: dt.date | None = None
    is_complaint: bool = False
    source: str = ""
    line: int = 0


CATEGORIES = words(
    plumbing="plomberie robinet toilettes / toilet tap",
    electricity="électricité courant / power electrical",
    water="eau fuite / leak",
    security="sécurité gardiennage serrure / lock guard",
    cleaning="ménage nettoyage propreté ordures / waste",
    neighbours="voisinage voisins bruit / noise neighbors",
    administration="administratif papiers / paperwork documents",
    other="autre divers / others general",
)
PRIORITIES = words(
    low="basse faible / minor",
    normal="normale moyenne / medium",
    high="haute élevée / major",
    urgent="urgente / emergency critical",
)
COLUMNS = {
    "tenant": TENANT,
    "property": PROPERTY,
    "category": FileColumn(
        "category categorie type nature objet", french="catégorie", read=OneOf(CATEGORIES), required=True
    ),
    "priority": FileColumn("priority priorite urgence", french="priorité", read=OneOf(PRIORITIES)),
    "opened_on": FileColumn(
        "opened_on ouverte_le ouvert_le date date_demande date_ouverture",
        french="ouverte le", read=date, required=True,
    ),
    "closed_on": FileColumn(
        "closed_on close_le clos_le date_cloture terminee_le fait_le", french="close le", read=date
    ),
    "is_complaint": FileColumn("is_complaint plainte reclamation complaint", french="plainte", read=yes_or_no),
}  # fmt: skip

_CLOSE = """
    UPDATE leasing_servicerequest k SET closed_on = r.closed_on
    FROM import_requests r
    WHERE k.site_id = %(site)s AND k.id = r.known_id AND k.closed_on IS NULL AND r.closed_on IS NOT NULL
"""
_INSERT = """
    INSERT INTO leasing_servicerequest
        (site_id, tenant_id, property_id, category, priority, opened_on, closed_on, is_complaint)
    SELECT %(site)s, t.id, p.id, r.category, coalesce(r.priority, 'normal'), r.opened_on, r.closed_on,
        r.is_complaint
    FROM import_requests r
    LEFT JOIN leasing_tenant t ON t.site_id = %(site)s AND t.code = r.tenant
    LEFT JOIN leasing_property p ON p.site_id = %(site)s AND p.code = r.property
    WHERE r.known_id IS NULL ORDER BY r.seq
"""


def _export(site: Site) -> QuerySet:
    return (
        ServiceRequest.objects.filter(site=site)
        .annotate(complaint=Case(When(is_complaint=True, then=Value("yes")), default=Value("no")))
        .order_by("tenant__code", "opened_on", "category", "closed_on", "id")
        .values_list("tenant__code", "property__code", "category", "priority", "opened_on", "closed_on", "complaint")
    )


REQUESTS = Table(
    name="requests",
    french="demandes",
    called="requests request service_requests demandes demande interventions reclamations",
    label=_("Service requests"),
    model=ServiceRequest,
    row=RequestRow,
    columns=COLUMNS,
    example={
        "property": EXAMPLE,
        "category": "plumbing",
        "priority": "high",
        "opened_on": dt.date(2026, 1, 10),
        "closed_on": dt.date(2026, 1, 12),
        "is_complaint": "no",
    },
    match=(
        pair(
            "import_requests",
            "leasing_servicerequest",
            ("category", "opened_on", "is_complaint"),
            owner="tenant",
            rank=("closed_on", "priority"),
        ),
    ),
    mistakes=(
        unknown_tenant("requests"),
        unknown_property("requests"),
        before("requests", "closed_on", "opened_on"),
        still_to_come("requests", "opened_on"),
    ),
    close=_CLOSE,
    insert=_INSERT,
    export=_export,
)
