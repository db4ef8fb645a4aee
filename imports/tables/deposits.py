"""Deposits: what became of them. How much each is, its contract says."""

import datetime as dt
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from imports.cells import OneOf, amount, date, text
from imports.choices import words
from imports.columns import CONTRACT, STATE
from imports.deposits import before_deposits
from imports.mistakes import kept, still_to_come, twice, unknown_contract
from imports.table import Check, FileColumn, Table
from leasing.models import Deposit
from sites_app.models import Site


class DepositRow(NamedTuple):
    contract: str  # reference
    state: str
    refunded_amount: int | None = None  # None: everything when state is "full", else nothing
    settled_on: dt.date | None = None
    received: int | None = None  # None: all that was agreed, or what is not asked for any more
    kept_for_arrears: int = 0
    agreed: int | None = None  # None: as its contract says
    carried_to: str | None = None  # reference of a contract; None: the first that follows
    source: str = ""
    line: int = 0


STATES = words(
    due="due à_payer à_recevoir impayée / unpaid owed",
    held="détenue en_cours conservée encaissée / active",
    carried="reportée transférée / carried_over transferred",
    full="rendue restituée intégrale totale complète / returned refunded given_back",
    partial="partielle en_partie / partly in_part partly_returned",
    withheld="retenue non_rendue gardée / kept not_returned",
)
COLUMNS = {
    "contract": CONTRACT,
    "state": FileColumn(STATE, french="état", read=OneOf(STATES), required=True),
    "refunded_amount": FileColumn(
        "refunded_amount montant_rendu montant_restitue rembourse montant_rembourse",
        french="montant rendu", read=amount,
    ),
    "settled_on": FileColumn(
        "settled_on rendu_le restitue_le date_restitution date_de_restitution date solde_le",
        french="rendu le", read=date,
    ),
    "received": FileColumn("received recue montant_recu encaissee", french="montant reçu", read=amount),
    "kept_for_arrears": FileColumn(
        "kept_for_arrears retenue_pour_arrieres montant_retenu", french="montant retenu", read=amount
    ),
    "agreed": FileColumn("agreed montant_convenu convenue", french="montant convenu", read=amount),
    "carried_to": FileColumn("carried_to reportee_sur reporte_sur", french="reportée sur", read=text(40)),
}  # fmt: skip

_MATCH = """
    UPDATE import_deposits s SET known_id = k.id
    FROM leasing_contract c, leasing_deposit k
    WHERE c.site_id = %(site)s AND c.reference = s.contract AND k.site_id = %(site)s AND k.contract_id = c.id
"""

_REFUND_ABOVE_DEPOSIT = """
    SELECT s.source, s.line, 'refunded_amount', s.refunded_amount::text, held.amount
    FROM import_deposits s CROSS JOIN LATERAL (
        SELECT coalesce(
            s.received,
            (SELECT coalesce(c.deposit, 0) FROM import_contracts c
             WHERE c.reference = s.contract AND c.known_id IS NULL LIMIT 1),
            (SELECT c.deposit_amount FROM leasing_contract c WHERE c.site_id = %(site)s AND c.reference = s.contract)
        ) AS amount) held
    WHERE coalesce(s.refunded_amount, 0) + s.kept_for_arrears > held.amount
"""
_SETTLED_WITHOUT_STATE = """
    SELECT source, line, 'settled_on', settled_on::text, NULL FROM import_deposits
    WHERE state IN ('due', 'held', 'carried') AND settled_on IS NOT NULL
"""
_STATE_WITHOUT_SETTLED = """
    SELECT source, line, 'settled_on', '', NULL FROM import_deposits
    WHERE state NOT IN ('due', 'held', 'carried') AND settled_on IS NULL
"""

_KEPT_WHILE_HELD = """
    SELECT source, line, 'kept_for_arrears', kept_for_arrears::text, NULL FROM import_deposits
    WHERE state IN ('due', 'held', 'carried') AND (kept_for_arrears > 0 OR refunded_amount > 0)
"""
_NOTHING_FOLLOWS = """
    SELECT s.source, s.line, 'state', s.state, NULL FROM import_deposits s
    WHERE s.state = 'carried' AND s.carried_to IS NULL
        AND NOT EXISTS (SELECT FROM import_contracts n WHERE s.contract IN (n.renewal_of, n.moved_from))
        AND NOT EXISTS (
            SELECT FROM leasing_contract c
            JOIN leasing_contract n ON n.site_id = c.site_id AND c.id IN (n.renewal_of_id, n.moved_from_id)
            WHERE c.site_id = %(site)s AND c.reference = s.contract
        )
"""
_OTHER_STATE = """
    SELECT s.source, s.line, 'state', s.state, k.state
    FROM import_deposits s JOIN leasing_deposit k ON k.site_id = %(site)s AND k.id = s.known_id
    WHERE s.state <> k.state AND NOT (k.state IN ('due', 'held') AND s.settled_on IS NOT NULL)
"""

_CLOSE = """
    UPDATE leasing_deposit k SET state = d.state, settled_on = d.settled_on,
        received = coalesce(d.received, greatest(k.received, k.agreed)),
        refunded_amount = coalesce(d.refunded_amount, CASE d.state WHEN 'full' THEN k.agreed ELSE 0 END),
        kept_for_arrears = d.kept_for_arrears
    FROM import_deposits d
    WHERE k.site_id = %(site)s AND k.id = d.known_id AND k.state IN ('due', 'held') AND d.settled_on IS NOT NULL
"""
# A deposit that is due lacks what its instalment asks for; placing the money adds what is paid of it.
_INSERT = """
    INSERT INTO leasing_deposit
        (id, site_id, contract_id, agreed, received, state, refunded_amount, kept_for_arrears, settled_on,
         carried_to_id)
    SELECT d.id, %(site)s, c.id, agreed.francs,
        CASE WHEN d.state = 'due' AND asked.francs > 0 THEN greatest(0, agreed.francs - asked.francs)
             WHEN d.state = 'due' THEN coalesce(d.received, 0) ELSE coalesce(d.received, agreed.francs) END,
        d.state, coalesce(d.refunded_amount, CASE d.state WHEN 'full' THEN agreed.francs ELSE 0 END),
        d.kept_for_arrears, d.settled_on,
        CASE WHEN d.state = 'carried' THEN (
            SELECT coalesce(there.id, next.id) FROM leasing_contract n
            LEFT JOIN leasing_deposit there ON there.site_id = n.site_id AND there.contract_id = n.id
            LEFT JOIN import_deposits next ON next.contract = n.reference
            WHERE n.site_id = c.site_id AND CASE
                WHEN d.carried_to IS NOT NULL THEN n.reference = d.carried_to
                ELSE c.id IN (n.renewal_of_id, n.moved_from_id) AND n.status <> 'draft' END
            ORDER BY n.start_date LIMIT 1) END
    FROM import_deposits d
    LEFT JOIN leasing_contract c ON c.site_id = %(site)s AND c.reference = d.contract
    CROSS JOIN LATERAL (SELECT coalesce(d.agreed, c.deposit_amount) AS francs) agreed
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(i.amount), 0) AS francs FROM leasing_instalment i
        WHERE i.site_id = c.site_id AND i.contract_id = c.id AND i.kind = 'deposit'
    ) asked
    WHERE d.known_id IS NULL ORDER BY d.seq
"""


def _export(site: Site) -> QuerySet:
    return (
        Deposit.objects.filter(site=site)
        .order_by("contract__reference")
        .values_list(
            "contract__reference", "state", "refunded_amount", "settled_on", "received", "kept_for_arrears", "agreed",
            "carried_to__contract__reference",
        )
    )  # fmt: skip


DEPOSITS = Table(
    name="deposits",
    french="cautions",
    called="deposits deposit cautions caution depots_de_garantie depots",
    label=_("Deposits"),
    model=Deposit,
    row=DepositRow,
    columns=COLUMNS,
    example={"state": "held", "received": 3_000_000},
    match=(_MATCH,),
    mistakes=(
        twice("deposits", "contract"),
        unknown_contract("deposits"),
        unknown_contract("deposits", "carried_to"),
        still_to_come("deposits", "settled_on"),
        Check(
            _REFUND_ABOVE_DEPOSIT,
            _("The refund would be more than the deposit of %(detail)s."),
            detail_is_francs=True,
        ),
        Check(_SETTLED_WITHOUT_STATE, _("A deposit that is still held has no settlement date.")),
        Check(_STATE_WITHOUT_SETTLED, _("A deposit that is no longer held needs a settlement date.")),
        Check(_KEPT_WHILE_HELD, _("Nothing is given back or kept of a deposit that is still held.")),
        Check(_NOTHING_FOLLOWS, _("No contract renews this one or goes on from it: its deposit was not carried over.")),
    ),
    remarks=(kept(_OTHER_STATE, STATES),),
    before_insert=before_deposits,
    close=_CLOSE,
    insert=_INSERT,
    export=_export,
)
