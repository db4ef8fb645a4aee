"""Contracts."""

import datetime as dt
from typing import NamedTuple

from django.db.models import Case, Exists, F, OuterRef, QuerySet, When
from django.utils.translation import gettext_lazy as _

from imports.agents import AGENTS, unknown_agent
from imports.cells import amount, choice, date, text, whole_number, words
from imports.columns import AGENT, PROPERTY, STATUS, TENANT
from imports.mistakes import (
    before,
    kept,
    refers_to_itself,
    twice,
    unknown_contract,
    unknown_property,
    unknown_tenant,
)
from imports.table import Check, FileColumn, Table
from leasing.models import Contract
from leasing.readings import is_signed
from sites_app.models import Membership, Site


class ContractRow(NamedTuple):
    reference: str
    property: str  # code
    tenant: str  # code
    start_date: dt.date
    monthly_rent: int
    agent: str | None = None  # user name or e-mail
    end_date: dt.date | None = None
    payment_day: int | None = None
    deposit: int | None = None
    advance_months: int | None = None
    status: str | None = None  # None: ended when ended_on is given, else active
    signed_on: dt.date | None = None
    ended_on: dt.date | None = None
    renewal_of: str | None = None  # reference of another contract
    source: str = ""
    line: int = 0


STATES = words(
    draft="brouillon projet a_signer",
    active="actif en_cours en_vigueur valide",
    ended="termine fini echu expire clos",
    terminated="resilie rompu annule",
)
COLUMNS = {
    "reference": FileColumn(
        "reference ref contrat contract numero n_contrat no_contrat numero_contrat ref_contrat bail n",
        french="contrat", read=text(40), required=True,
    ),
    "property": PROPERTY,
    "tenant": TENANT,
    "agent": AGENT,
    "start_date": FileColumn(
        "start_date debut date_debut date_de_debut date_d_effet date_effet debut_du_bail entree",
        french="debut", read=date, required=True,
    ),
    "end_date": FileColumn(
        "end_date fin date_fin date_de_fin echeance terme fin_du_bail date_echeance", french="fin", read=date
    ),
    "monthly_rent": FileColumn(
        "monthly_rent loyer loyer_mensuel rent montant_loyer loyer_mensuel_gnf",
        french="loyer", read=amount, required=True,
    ),
    "payment_day": FileColumn(
        "payment_day jour_de_paiement jour_paiement jour", french="jour_de_paiement", read=whole_number(1, 31)
    ),
    "deposit": FileColumn(
        "deposit deposit_amount caution depot_de_garantie depot garantie montant_caution",
        french="caution", read=amount,
    ),
    "advance_months": FileColumn(
        "advance_months avance mois_d_avance mois_avance avance_mois nombre_de_mois_d_avance",
        french="mois_avance", read=whole_number(0, 60),
    ),
    "status": FileColumn(STATUS, french="statut", read=choice(STATES)),
    "signed_on": FileColumn(
        "signed_on date_signature date_de_signature signe_le signature", french="date_signature", read=date
    ),
    "ended_on": FileColumn(
        "ended_on date_sortie date_de_sortie sorti_le resilie_le date_de_resiliation date_resiliation sortie",
        french="date_sortie", read=date,
    ),
    "renewal_of": FileColumn(
        "renewal_of renouvellement_de renouvelle remplace ancien_contrat", french="renouvellement_de", read=text(40)
    ),
}  # fmt: skip

_MATCH = """
    UPDATE import_contracts s SET known_id = k.id FROM leasing_contract k
    WHERE k.site_id = %(site)s AND k.reference = s.reference
"""

# Every signed contract of the properties in the file, as the site will have them: the file's new ones, and its own.
_CONTRACTS_THERE = f"""
    DROP TABLE IF EXISTS pg_temp.import_contracts_there;
    CREATE TEMPORARY TABLE import_contracts_there ON COMMIT DROP AS
    SELECT s.id, s.reference, s.property, s.start_date, s.ended_on, s.source, s.line
    FROM import_contracts s WHERE s.known_id IS NULL AND coalesce(s.status, 'active') <> 'draft'
        AND (s.ended_on IS NULL OR s.ended_on >= s.start_date)
    UNION ALL
    SELECT c.id, c.reference, p.code, c.start_date, c.ended_on, NULL, NULL
    FROM leasing_contract c JOIN leasing_property p ON p.site_id = c.site_id AND p.id = c.property_id
    WHERE c.site_id = %(site)s AND {is_signed("c")} AND p.code IN (SELECT property FROM import_contracts)
"""

_ENDED_WITHOUT_DAY = """
    SELECT source, line, 'ended_on', '', NULL FROM import_contracts
    WHERE status IN ('ended', 'terminated') AND ended_on IS NULL
"""
_DAY_WITHOUT_ENDED = """
    SELECT source, line, 'ended_on', ended_on::text, status FROM import_contracts
    WHERE status IN ('draft', 'active') AND ended_on IS NOT NULL
"""
_OVERLAP = """
    SELECT c.source, c.line, 'property', c.property, (
        SELECT o.reference FROM import_contracts_there o
        WHERE o.property = c.property AND o.id <> c.id
          AND daterange(o.start_date, o.ended_on, '[]') && daterange(c.start_date, c.ended_on, '[]')
        ORDER BY o.start_date, o.reference LIMIT 1)
    FROM (
        SELECT *, max(coalesce(ended_on, 'infinity')) OVER earlier AS earlier_end,
               min(start_date) FILTER (WHERE line IS NULL) OVER later AS later_start
        FROM import_contracts_there
        WINDOW earlier AS (PARTITION BY property ORDER BY start_date, line NULLS FIRST
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
               later AS (PARTITION BY property ORDER BY start_date, line NULLS FIRST
                         ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
    ) c
    WHERE c.line IS NOT NULL
      AND (c.earlier_end >= c.start_date OR c.later_start <= coalesce(c.ended_on, 'infinity'))
"""

_OTHER_TERMS = """
    SELECT s.source, s.line, differs.column_name, differs.wanted, differs.there
    FROM import_contracts s
    JOIN leasing_contract c ON c.site_id = %(site)s AND c.id = s.known_id
    JOIN leasing_property p ON p.site_id = %(site)s AND p.id = c.property_id
    JOIN leasing_tenant t ON t.site_id = %(site)s AND t.id = c.tenant_id
    CROSS JOIN LATERAL (VALUES
        ('property', s.property, p.code),
        ('tenant', s.tenant, t.code),
        ('start_date', s.start_date::text, c.start_date::text),
        ('end_date', s.end_date::text, c.end_date::text),
        ('monthly_rent', s.monthly_rent::text, c.monthly_rent::text),
        ('ended_on', s.ended_on::text, c.ended_on::text),
        ('deposit', s.deposit::text, c.deposit_amount::text)
    ) AS differs (column_name, wanted, there)
    WHERE differs.wanted IS NOT NULL AND differs.wanted IS DISTINCT FROM differs.there
"""

_INSERT = f"""
    WITH {AGENTS}, new AS (
        INSERT INTO leasing_contract
            (id, site_id, reference, property_id, tenant_id, agent_id, start_date, end_date, monthly_rent,
             payment_day, deposit_amount, advance_months, status, signed_on, ended_on, renewal_of_id)
        SELECT c.id, %(site)s, c.reference, p.id, t.id, a.user_id, c.start_date, c.end_date, c.monthly_rent,
            coalesce(c.payment_day, 5), coalesce(c.deposit, 0), coalesce(c.advance_months, 0),
            coalesce(c.status, CASE WHEN c.ended_on IS NULL THEN 'active' ELSE 'ended' END),
            c.signed_on, c.ended_on, coalesce(known.id, renewed.id)
        FROM import_contracts c
        LEFT JOIN leasing_property p ON p.site_id = %(site)s AND p.code = c.property
        LEFT JOIN leasing_tenant t ON t.site_id = %(site)s AND t.code = c.tenant
        LEFT JOIN agents a ON lower(c.agent) IN (a.username, a.email)
        LEFT JOIN leasing_contract known ON known.site_id = %(site)s AND known.reference = c.renewal_of
        LEFT JOIN import_contracts renewed ON renewed.reference = c.renewal_of
        WHERE c.known_id IS NULL ORDER BY c.seq
        RETURNING id
    )
    INSERT INTO import_touched SELECT id FROM new
"""


def _export(site: Site) -> QuerySet:
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


CONTRACTS = Table(
    name="contracts",
    french="contrats",
    called="contracts contract contrats contrat baux bail leases",
    label=_("Contracts"),
    model=Contract,
    row=ContractRow,
    columns=COLUMNS,
    match=(_MATCH,),
    before_checks=_CONTRACTS_THERE,
    mistakes=(
        twice("contracts", "reference"),
        unknown_property("contracts"),
        unknown_tenant("contracts"),
        unknown_contract("contracts", "renewal_of"),
        refers_to_itself("contracts", "renewal_of", "reference"),
        unknown_agent("contracts"),
        before("contracts", "end_date", "start_date"),
        before("contracts", "ended_on", "start_date"),
        Check(_ENDED_WITHOUT_DAY, _("An ended contract needs an end date.")),
        Check(_DAY_WITHOUT_ENDED, _("A contract with an end date is ended or terminated, not %(detail)s.")),
        Check(_OVERLAP, _("Contract %(detail)s is in force on the same property on some of these days.")),
    ),
    remarks=(kept(_OTHER_TERMS),),
    insert=_INSERT,
    export=_export,
)
