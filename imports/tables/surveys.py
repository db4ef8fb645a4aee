"""Surveys: what tenants answered."""

import datetime as dt
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from imports.cells import OneOf, date, text, whole_number
from imports.choices import words
from imports.columns import KIND, TENANT
from imports.mistakes import still_to_come, unknown_tenant
from imports.pairs import pair
from imports.table import FileColumn, Table
from leasing.models import Survey
from sites_app.models import Site


class SurveyRow(NamedTuple):
    tenant: str  # code
    kind: str
    rating: int
    answered_on: dt.date
    comment: str | None = None
    source: str = ""
    line: int = 0


KINDS = words(nps="recommandation / recommendation", satisfaction="satisfaction contentement / csat")
COLUMNS = {
    "tenant": TENANT,
    "kind": FileColumn(f"{KIND} enquete", french="enquête", read=OneOf(KINDS), required=True),
    "rating": FileColumn("rating note score", french="note", read=whole_number(0, 10), required=True),
    "answered_on": FileColumn("answered_on date repondu_le date_reponse", french="date", read=date, required=True),
    "comment": FileColumn("comment commentaire remarque observations", french="commentaire", read=text(5000)),
}

_INSERT = """
    INSERT INTO leasing_survey (site_id, tenant_id, kind, rating, answered_on, comment)
    SELECT %(site)s, t.id, s.kind, s.rating, s.answered_on, coalesce(s.comment, '')
    FROM import_surveys s
    LEFT JOIN leasing_tenant t ON t.site_id = %(site)s AND t.code = s.tenant
    WHERE s.known_id IS NULL ORDER BY s.seq
"""


def _export(site: Site) -> QuerySet:
    return (
        Survey.objects.filter(site=site)
        .order_by("tenant__code", "answered_on", "kind", "rating", "id")
        .values_list("tenant__code", "kind", "rating", "answered_on", "comment")
    )


SURVEYS = Table(
    name="surveys",
    french="enquetes",
    called="surveys survey enquetes enquete avis satisfaction sondages",
    label=_("Surveys"),
    model=Survey,
    row=SurveyRow,
    columns=COLUMNS,
    example={"kind": "satisfaction", "rating": 8, "answered_on": dt.date(2026, 1, 10), "comment": "Merci"},
    match=(pair("import_surveys", "leasing_survey", ("kind", "answered_on", "rating"), owner="tenant"),),
    mistakes=(unknown_tenant("surveys"), still_to_come("surveys", "answered_on")),
    insert=_INSERT,
    export=_export,
)
