"""Litigations."""

import datetime as dt
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from imports.cells import OneOf, date
from imports.choices import words
from imports.columns import CONTRACT, KIND
from imports.mistakes import before, still_to_come, unknown_contract
from imports.pairs import pair
from imports.table import FileColumn, Table
from leasing.models import Litigation
from sites_app.models import Site


class LitigationRow(NamedTuple):
    contract: str  # reference
    kind: str
    opened_on: dt.date
    resolved_on: dt.date | None = None
    source: str = ""
    line: int = 0


KINDS = words(
    payment="paiement impayé loyer arriérés / unpaid_rent arrears rent",
    damage="dégradation dégâts dommages / damages",
    maintenance="entretien réparation travaux / repairs",
    other="autre / others",
)
COLUMNS = {
    "contract": CONTRACT,
    "kind": FileColumn(f"{KIND} motif objet", french="motif", read=OneOf(KINDS), required=True),
    "opened_on": FileColumn(
        "opened_on ouvert_le date_ouverture date_d_ouverture date", french="ouvert le", read=date, required=True
    ),
    "resolved_on": FileColumn(
        "resolved_on resolu_le regle_le date_resolution date_de_resolution clos_le date_cloture",
        french="résolu le", read=date,
    ),
}  # fmt: skip

_CLOSE = """
    UPDATE leasing_litigation k SET state = 'resolved', resolved_on = l.resolved_on
    FROM import_litigations l
    WHERE k.site_id = %(site)s AND k.id = l.known_id AND k.state = 'open' AND l.resolved_on IS NOT NULL
"""
_INSERT = """
    INSERT INTO leasing_litigation (site_id, contract_id, kind, state, opened_on, resolved_on)
    SELECT %(site)s, c.id, l.kind, CASE WHEN l.resolved_on IS NULL THEN 'open' ELSE 'resolved' END,
        l.opened_on, l.resolved_on
    FROM import_litigations l
    LEFT JOIN leasing_contract c ON c.site_id = %(site)s AND c.reference = l.contract
    WHERE l.known_id IS NULL ORDER BY l.seq
"""


def _export(site: Site) -> QuerySet:
    return (
        Litigation.objects.filter(site=site)
        .order_by("contract__reference", "opened_on", "kind", "resolved_on", "id")
        .values_list("contract__reference", "kind", "opened_on", "resolved_on")
    )


LITIGATIONS = Table(
    name="litigations",
    french="litiges",
    called="litigations litigation litiges litige contentieux disputes",
    label=_("Disputes"),
    model=Litigation,
    row=LitigationRow,
    columns=COLUMNS,
    example={"kind": "payment", "opened_on": dt.date(2026, 1, 10), "resolved_on": dt.date(2026, 1, 20)},
    match=(pair("import_litigations", "leasing_litigation", ("kind", "opened_on"), rank=("resolved_on",)),),
    mistakes=(
        unknown_contract("litigations"),
        before("litigations", "resolved_on", "opened_on"),
        still_to_come("litigations", "opened_on"),
    ),
    close=_CLOSE,
    insert=_INSERT,
    export=_export,
)
