"""Contracts."""

import datetime as dt
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Case, DateField, F, QuerySet, Value, When, Window
from django.db.models.functions import Coalesce, FirstValue
from django.utils.translation import gettext_lazy as _

from imports.accounts import ACCOUNT_OF_ANOTHER, open_accounts
from imports.agents import AGENTS, FORMER_AGENTS, agent_name, former_agent_name, unknown_agent, unknown_former_agent
from imports.cells import OneOf, amount, balance, date, text, whole_number, yes_or_no
from imports.choices import words
from imports.columns import AGENT, FORMER_AGENT, PROPERTY, STATUS, TENANT
from imports.mistakes import (
    before,
    kept,
    refers_to_itself,
    still_to_come,
    twice,
    unknown_contract,
    unknown_property,
    unknown_tenant,
)
from imports.table import EXAMPLE, Check, FileColumn, Table
from leasing.models import Contract
from leasing.readings import is_signed
from sites_app.models import Site


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
    moved_from: str | None = None  # reference of another contract
    billing: str | None = None  # None: as the site bills
    rents_from: dt.date | None = None
    end_reason: str | None = None
    opening_balance: int | None = None  # more than nothing is owed, less is ahead
    opening_on: dt.date | None = None
    account: str | None = None  # reference of the first contract of its account
    billing_from: dt.date | None = None
    rents_assumed: bool | None = None
    former_agent: str | None = None  # user name
    source: str = ""
    line: int = 0


STATES = words(
    draft="brouillon projet à_signer / pending future",
    active="actif en_cours en_vigueur valide signé / current in_force running signed",
    ended="terminé fini échu expiré clos archivé / over expired closed past",
    terminated="résilié rompu annulé / cancelled broken evicted",
)
BILLINGS = words(
    calendar="calendaire prorata au_prorata par_jours / by_days pro_rata prorated",
    anniversary="anniversaire date_à_date / day_to_day",
    calendar_full="mois_entier mois_complet / full_months whole_months",
)
END_REASONS = words(
    left="parti départ départ_du_locataire démission congé / moved_out tenant_left gave_notice",
    not_renewed="non_renouvelé non_reconduit fin_de_bail / end_of_lease term_over",
    moved="déménagement_interne transfert mutation / moved_inside transferred",
    eviction="expulsion expulsé / evicted",
    owner="reprise reprise_par_le_propriétaire propriétaire / taken_back owner_took_back",
    death="décès décédé / died deceased",
    other="autre / others",
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
        french="début", read=date, required=True,
    ),
    "end_date": FileColumn(
        "end_date fin date_fin date_de_fin echeance terme fin_du_bail date_echeance", french="fin", read=date
    ),
    "monthly_rent": FileColumn(
        "monthly_rent loyer loyer_mensuel rent montant_loyer montant_du_loyer rent_amount",
        french="loyer", read=amount, required=True,
    ),
    "payment_day": FileColumn(
        "payment_day jour_de_paiement jour_paiement jour", french="jour de paiement", read=whole_number(1, 31)
    ),
    "deposit": FileColumn(
        "deposit deposit_amount caution depot_de_garantie depot garantie montant_caution",
        french="caution", read=amount,
    ),
    "advance_months": FileColumn(
        "advance_months avance mois_d_avance mois_avance avance_mois nombre_de_mois_d_avance",
        french="mois avance", read=whole_number(0, 60),
    ),
    "status": FileColumn(STATUS, french="statut", read=OneOf(STATES)),
    "signed_on": FileColumn(
        "signed_on date_signature date_de_signature signe_le signature", french="date signature", read=date
    ),
    "ended_on": FileColumn(
        "ended_on date_sortie date_de_sortie sorti_le resilie_le date_de_resiliation date_resiliation sortie",
        french="date sortie", read=date,
    ),
    "renewal_of": FileColumn(
        "renewal_of renouvellement_de renouvelle remplace ancien_contrat", french="renouvellement de", read=text(40)
    ),
    "moved_from": FileColumn(
        "moved_from demenage_de vient_de change_de transfere_de", french="déménagé de", read=text(40)
    ),
    "billing": FileColumn("billing facturation mode_de_facturation", french="facturation", read=OneOf(BILLINGS)),
    "rents_from": FileColumn(
        "rents_from loyers_depuis loyers_a_partir_du debut_des_loyers", french="loyers depuis", read=date
    ),
    "end_reason": FileColumn(
        "end_reason motif_de_sortie motif_sortie motif_de_fin motif_fin", french="motif de sortie",
        read=OneOf(END_REASONS),
    ),
    "opening_balance": FileColumn(
        "opening_balance solde_d_ouverture solde_ouverture solde_initial report_a_nouveau report solde",
        french="solde ouverture", read=balance,
    ),
    "opening_on": FileColumn(
        "opening_on date_solde date_du_solde date_d_ouverture date_ouverture solde_au", french="date solde", read=date
    ),
    "account": FileColumn("account compte compte_de", french="compte", read=text(40)),
    "billing_from": FileColumn("billing_from facturation_depuis", french="facturation depuis", read=date),
    "rents_assumed": FileColumn("rents_assumed loyers_depuis_suppose", french="loyers depuis supposé", read=yes_or_no),
    "former_agent": FORMER_AGENT,
}  # fmt: skip

# A lease on two lines: of two tenants, or of a home and of what is part of it. It is that of the first line.
_LEFT_OUT = """
    DROP TABLE IF EXISTS pg_temp.import_contracts_left_out;
    CREATE TEMPORARY TABLE import_contracts_left_out ON COMMIT DROP AS
    SELECT s.id, s.source, s.line, s.tenant, s.property, s.tenant <> first.tenant AS is_second_tenant, s.reference
    FROM import_contracts s
    JOIN (SELECT DISTINCT ON (reference) * FROM import_contracts ORDER BY reference, seq) first
        ON first.reference = s.reference AND first.id <> s.id AND first.start_date = s.start_date
    WHERE (s.property = first.property AND s.tenant <> first.tenant AND s.monthly_rent IN (0, first.monthly_rent))
        OR (s.property <> first.property AND s.tenant = first.tenant AND s.monthly_rent = 0 AND (
            EXISTS (SELECT FROM import_properties p WHERE p.code = s.property AND p.part_of = first.property)
            OR EXISTS (
                SELECT FROM leasing_property p
                JOIN leasing_property whole ON whole.site_id = p.site_id AND whole.id = p.part_of_id
                WHERE p.site_id = %(site)s AND p.code = s.property AND whole.code = first.property
            )
        ));
    DELETE FROM import_contracts WHERE id IN (SELECT id FROM import_contracts_left_out)
"""
_SECOND_TENANT = """
    SELECT source, line, 'tenant', tenant, reference FROM import_contracts_left_out WHERE is_second_tenant
"""
_PART_OF_THE_HOME = """
    SELECT source, line, 'property', property, reference FROM import_contracts_left_out WHERE NOT is_second_tenant
"""

_MATCH = """
    UPDATE import_contracts s SET known_id = k.id FROM leasing_contract k
    WHERE k.site_id = %(site)s AND k.reference = s.reference
"""

# Every signed contract of the properties in the file, as the site will have them: the file's new ones, and its own.
_CONTRACTS_THERE = f"""
    DROP TABLE IF EXISTS pg_temp.import_contracts_there;
    CREATE TEMPORARY TABLE import_contracts_there ON COMMIT DROP AS
    SELECT s.id, s.reference, s.property, s.start_date, s.end_date, s.ended_on, s.source, s.line
    FROM import_contracts s WHERE s.known_id IS NULL AND coalesce(s.status, 'active') <> 'draft'
        AND (s.ended_on IS NULL OR s.ended_on >= s.start_date)
    UNION ALL
    SELECT c.id, c.reference, p.code, c.start_date, c.end_date, c.ended_on, NULL, NULL
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
# `missing`: the contract that began first has no day of leaving, and its term was over when the other one began.
_OVERLAPS = """
    SELECT c.source, c.line, 'property', c.property, other.reference,
        CASE WHEN first.ended_on IS NOT NULL OR first.end_date IS NULL OR first.end_date > second.start_date THEN ''
             WHEN first.id = c.id THEN 'this' ELSE 'other' END AS missing
    FROM (
        SELECT *, max(coalesce(ended_on, 'infinity')) OVER earlier AS earlier_end,
               min(start_date) FILTER (WHERE line IS NULL) OVER later AS later_start
        FROM import_contracts_there
        WINDOW earlier AS (PARTITION BY property ORDER BY start_date, line NULLS FIRST
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
               later AS (PARTITION BY property ORDER BY start_date, line NULLS FIRST
                         ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
    ) c
    LEFT JOIN LATERAL (
        SELECT * FROM import_contracts_there o
        WHERE o.property = c.property AND o.id <> c.id
          AND daterange(o.start_date, o.ended_on, '[)') && daterange(c.start_date, c.ended_on, '[)')
        ORDER BY o.start_date, o.reference LIMIT 1
    ) other ON true
    CROSS JOIN LATERAL (
        SELECT * FROM import_contracts_there f WHERE f.id IN (c.id, other.id) ORDER BY f.start_date LIMIT 1
    ) first
    CROSS JOIN LATERAL (
        SELECT * FROM import_contracts_there l WHERE l.id IN (c.id, other.id) ORDER BY l.start_date DESC LIMIT 1
    ) second
    WHERE c.line IS NOT NULL
      AND (c.earlier_end > c.start_date OR c.later_start < coalesce(c.ended_on, 'infinity'))
"""


def _overlap(missing: str, sentence: Any) -> Check:
    columns = "source, line, 'property', property, reference"
    return Check(f"SELECT {columns} FROM ({_OVERLAPS}) found WHERE missing = '{missing}'", sentence)


_OPENING_WITHOUT_DAY = """
    SELECT source, line, 'opening_on', '', NULL FROM import_contracts
    WHERE opening_balance IS NOT NULL AND opening_on IS NULL AND %(history_from)s::date IS NULL
"""
_OPENING_OF_A_DRAFT = """
    SELECT source, line, 'opening_balance', opening_balance::text, NULL FROM import_contracts
    WHERE status = 'draft' AND (opening_balance IS NOT NULL OR opening_on IS NOT NULL)
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
        ('deposit', s.deposit::text, c.deposit_amount::text),
        ('rents_from', s.rents_from::text, coalesce(c.rents_from, c.start_date)::text),
        ('opening_balance', s.opening_balance::text, (
            coalesce((SELECT sum(i.amount) FROM leasing_instalment i
                      WHERE i.site_id = c.site_id AND i.contract_id = c.id AND i.kind = 'opening'), 0)
            - coalesce((SELECT sum(p.amount) FROM leasing_payment p
                        WHERE p.site_id = c.site_id AND p.contract_id = c.id AND p.method = 'opening'
                          AND NOT EXISTS (SELECT FROM leasing_paymentreversal r
                                          WHERE r.site_id = p.site_id AND r.payment_id = p.id)), 0))::text)
    ) AS differs (column_name, wanted, there)
    WHERE differs.wanted IS NOT NULL AND differs.wanted IS DISTINCT FROM differs.there
"""

_INSERT = f"""
    WITH {AGENTS}, {FORMER_AGENTS}, new AS (
        INSERT INTO leasing_contract
            (id, site_id, reference, property_id, tenant_id, agent_id, start_date, end_date, monthly_rent,
             payment_day, deposit_amount, advance_months, status, signed_on, ended_on, renewal_of_id, moved_from_id,
             account_id, billing, billing_from, rents_from, rents_from_assumed, end_reason)
        SELECT c.id, %(site)s, c.reference, p.id, t.id, coalesce(a.user_id, former.user_id), c.start_date,
            c.end_date, c.monthly_rent, coalesce(c.payment_day, 5),
            coalesce(c.deposit, known.deposit_amount, renewed.deposit, known_move.deposit_amount, moved.deposit, 0),
            coalesce(c.advance_months, 0),
            coalesce(c.status, CASE WHEN c.ended_on IS NULL THEN 'active' ELSE 'ended' END),
            c.signed_on, c.ended_on, coalesce(known.id, renewed.id), coalesce(known_move.id, moved.id),
            account.account_id, coalesce(c.billing, site.billing), c.billing_from, coalesce(begins.day, c.rents_from),
            coalesce(begins.is_assumed, false),
            coalesce(c.end_reason, '')
        FROM import_contracts c
        JOIN sites_app_site site ON site.code = %(site)s
        LEFT JOIN import_accounts account ON account.id = c.id
        LEFT JOIN import_rents_begin begins ON begins.contract_id = c.id
        LEFT JOIN leasing_property p ON p.site_id = %(site)s AND p.code = c.property
        LEFT JOIN leasing_tenant t ON t.site_id = %(site)s AND t.code = c.tenant
        LEFT JOIN agents a ON lower(c.agent) IN (a.username, a.email)
        LEFT JOIN former_agents former ON c.agent IS NULL AND former.username = lower(c.former_agent)
        LEFT JOIN leasing_contract known ON known.site_id = %(site)s AND known.reference = c.renewal_of
        LEFT JOIN import_contracts renewed ON renewed.reference = c.renewal_of
        LEFT JOIN leasing_contract known_move ON known_move.site_id = %(site)s AND known_move.reference = c.moved_from
        LEFT JOIN import_contracts moved ON moved.reference = c.moved_from
        WHERE c.known_id IS NULL ORDER BY c.seq
        RETURNING id
    )
    INSERT INTO import_touched SELECT id FROM new
"""


def _export(site: Site) -> QuerySet:
    # A balance brought forward is a row of the instalments, or of the payments.
    first = Window(FirstValue("reference"), partition_by="account", order_by=["start_date", "reference"])
    return (
        Contract.objects.filter(site=site)
        .annotate(
            agent_name=agent_name(site),
            rents_begin=Case(
                When(status="draft", then=F("rents_from")), default=Coalesce("rents_from", "start_date")
            ),
            opening_balance=Value(None, BigIntegerField()),
            opening_on=Value(None, DateField()),
            first_of_account=Case(When(account__isnull=False, then=first)),
            assumed=Case(When(rents_from_assumed=True, then=Value("yes"))),
            former_agent=former_agent_name(site),
        )
        .order_by("reference")
        .values_list(
            "reference", "property__code", "tenant__code", "agent_name", "start_date", "end_date", "monthly_rent",
            "payment_day", "deposit_amount", "advance_months", "status", "signed_on", "ended_on",
            "renewal_of__reference", "moved_from__reference", "billing", "rents_begin", "end_reason",
            "opening_balance", "opening_on", "first_of_account", "billing_from", "assumed", "former_agent",
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
    example={
        "property": EXAMPLE,
        "tenant": EXAMPLE,
        "start_date": dt.date(2026, 1, 1),
        "end_date": dt.date(2026, 12, 31),
        "monthly_rent": 1_500_000,
        "payment_day": 5,
        "deposit": 3_000_000,
        "advance_months": 2,
        "status": "active",
        "signed_on": dt.date(2025, 12, 20),
        "billing": "calendar",
    },
    match=(_LEFT_OUT, _MATCH),
    before_checks=_CONTRACTS_THERE,
    mistakes=(
        twice("contracts", "reference"),
        unknown_property("contracts"),
        unknown_tenant("contracts"),
        unknown_contract("contracts", "renewal_of"),
        unknown_contract("contracts", "moved_from"),
        refers_to_itself("contracts", "moved_from", "reference"),
        refers_to_itself("contracts", "renewal_of", "reference"),
        unknown_agent("contracts"),
        ACCOUNT_OF_ANOTHER,
        before("contracts", "end_date", "start_date"),
        before("contracts", "ended_on", "start_date"),
        Check(_ENDED_WITHOUT_DAY, _("An ended contract needs an end date.")),
        Check(
            _DAY_WITHOUT_ENDED, _("A contract with an end date is ended or terminated, not %(detail)s."), words=STATES
        ),
        _overlap("", _("Contract %(detail)s is in force on the same property on some of these days.")),
        _overlap(
            "other",
            _(
                "Contract %(detail)s is in force on the same property: its term is over, but its day of leaving is"
                " missing."
            ),
        ),
        _overlap(
            "this",
            _("The term is over, but the day of leaving is missing: contract %(detail)s has the property since."),
        ),
        Check(_OPENING_WITHOUT_DAY, _("An opening balance needs its day.")),
        Check(_OPENING_OF_A_DRAFT, _("A draft has no balance: nothing is due or paid on it.")),
        still_to_come("contracts", "opening_on"),
    ),
    remarks=(
        kept(_OTHER_TERMS),
        unknown_former_agent("contracts"),
        Check(
            _SECOND_TENANT,
            _("A second tenant of contract %(detail)s: it stays that of the first, this line is left out."),
        ),
        Check(
            _PART_OF_THE_HOME,
            _("Part of the home of contract %(detail)s: let with it, this line is left out."),
        ),
    ),
    before_insert=open_accounts,
    insert=_INSERT,
    export=_export,
)
