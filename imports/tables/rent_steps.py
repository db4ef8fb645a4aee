"""Changes of rent: from a month on, the rent of a contract is another."""

import datetime as dt
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from imports.cells import amount, date
from imports.columns import CONTRACT
from imports.mistakes import kept, twice, unknown_contract
from imports.table import Check, FileColumn, Table
from leasing.models import RentStep
from sites_app.models import Site


class RentStepRow(NamedTuple):
    contract: str  # reference
    from_month: dt.date
    monthly_rent: int
    source: str = ""
    line: int = 0


COLUMNS = {
    "contract": CONTRACT,
    "from_month": FileColumn(
        "from_month a_partir_de a_partir_du depuis mois date date_effet", french="à partir de", read=date, required=True
    ),
    "monthly_rent": FileColumn(
        "monthly_rent loyer nouveau_loyer loyer_mensuel montant", french="loyer", read=amount, required=True
    ),
}

_MATCH = """
    UPDATE import_rent_steps s SET known_id = k.id
    FROM leasing_contract c, leasing_rentstep k
    WHERE c.site_id = %(site)s AND c.reference = s.contract AND k.site_id = %(site)s AND k.contract_id = c.id
        AND k.from_month = date_trunc('month', s.from_month)::date
"""
# Its months are made at the old rent, some are paid: what changes then, the action knows.
_OF_A_KNOWN_CONTRACT = """
    SELECT s.source, s.line, 'contract', s.contract, NULL FROM import_rent_steps s
    JOIN leasing_contract c ON c.site_id = %(site)s AND c.reference = s.contract WHERE s.known_id IS NULL
"""
_OTHER_RENT = """
    SELECT s.source, s.line, 'monthly_rent', s.monthly_rent::text, k.monthly_rent::text
    FROM import_rent_steps s JOIN leasing_rentstep k ON k.site_id = %(site)s AND k.id = s.known_id
    WHERE s.monthly_rent <> k.monthly_rent
"""
_INSERT = """
    INSERT INTO leasing_rentstep (id, site_id, contract_id, from_month, monthly_rent)
    SELECT s.id, %(site)s, c.id, date_trunc('month', s.from_month)::date, s.monthly_rent
    FROM import_rent_steps s LEFT JOIN leasing_contract c ON c.site_id = %(site)s AND c.reference = s.contract
    WHERE s.known_id IS NULL ORDER BY s.seq
"""


def _export(site: Site) -> QuerySet:
    steps = RentStep.objects.filter(site=site).order_by("contract__reference", "from_month")
    return steps.values_list("contract__reference", "from_month", "monthly_rent")


RENT_STEPS = Table(
    name="rent_steps",
    french="loyers_revises",
    called=(
        "rent_steps rent_changes changes_of_rent loyers_revises revisions_de_loyer revisions changements_de_loyer"
        " augmentations"
    ),
    label=_("Changes of rent"),
    model=RentStep,
    row=RentStepRow,
    columns=COLUMNS,
    example={"from_month": dt.date(2026, 7, 1), "monthly_rent": 1_600_000},
    match=(_MATCH,),
    mistakes=(
        twice("rent_steps", "contract, date_trunc('month', from_month)", column="from_month"),
        unknown_contract("rent_steps"),
        Check(
            _OF_A_KNOWN_CONTRACT,
            _("This contract is here already: its rent is changed on its page, from a month that is not yet due."),
        ),
    ),
    remarks=(kept(_OTHER_RENT),),
    insert=_INSERT,
    export=_export,
)
