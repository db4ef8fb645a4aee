"""Instalments: the rent of a month as the agency's own books have it."""

import datetime as dt
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from imports.cells import amount, date
from imports.columns import AMOUNT, CONTRACT
from imports.mistakes import kept, on_a_draft, twice, unknown_contract
from imports.table import FileColumn, Table
from leasing.models import Instalment
from sites_app.models import Site


class InstalmentRow(NamedTuple):
    contract: str  # reference
    due_date: dt.date
    amount: int
    source: str = ""
    line: int = 0


COLUMNS = {
    "contract": CONTRACT,
    "due_date": FileColumn(
        "due_date echeance date_echeance date_d_echeance date mois periode exigible_le",
        french="echeance", read=date, required=True,
    ),
    "amount": FileColumn(f"{AMOUNT} loyer montant_du montant_loyer", french="montant", read=amount, required=True),
}  # fmt: skip

_MATCH = """
    UPDATE import_instalments s SET known_id = k.id
    FROM leasing_contract c, leasing_instalment k
    WHERE c.site_id = %(site)s AND c.reference = s.contract
      AND k.site_id = %(site)s AND k.contract_id = c.id AND k.period = date_trunc('month', s.due_date)::date
"""

_OTHER_AMOUNT = """
    SELECT s.source, s.line, 'amount', s.amount::text, i.amount::text
    FROM import_instalments s JOIN leasing_instalment i ON i.site_id = %(site)s AND i.id = s.known_id
    WHERE s.amount <> i.amount
"""

# The nightly job may have made one of these months meanwhile.
_INSERT = """
    WITH new AS (
        INSERT INTO leasing_instalment (site_id, contract_id, tenant_id, period, due_date, amount, paid_amount)
        SELECT %(site)s, c.id, c.tenant_id, date_trunc('month', i.due_date)::date, i.due_date, i.amount, 0
        FROM import_instalments i
        LEFT JOIN leasing_contract c ON c.site_id = %(site)s AND c.reference = i.contract
        WHERE i.known_id IS NULL ORDER BY i.seq
        ON CONFLICT (site_id, contract_id, period) DO NOTHING
        RETURNING contract_id
    )
    INSERT INTO import_touched SELECT contract_id FROM new
"""


def _export(site: Site) -> QuerySet:
    return (
        Instalment.objects.filter(site=site)
        .order_by("contract__reference", "period")
        .values_list("contract__reference", "due_date", "amount")
    )


INSTALMENTS = Table(
    name="instalments",
    french="echeances",
    called="instalments instalment installments echeances echeance echeancier loyers quittances",
    label=_("Instalments"),
    model=Instalment,
    row=InstalmentRow,
    columns=COLUMNS,
    match=(_MATCH,),
    mistakes=(
        twice("instalments", "contract, date_trunc('month', due_date)", column="contract"),
        unknown_contract("instalments"),
        on_a_draft("instalments"),
    ),
    remarks=(kept(_OTHER_AMOUNT),),
    insert=_INSERT,
    export=_export,
)
