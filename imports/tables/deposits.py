"""Deposits: what became of them. How much each is, its contract says."""

import datetime as dt
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from imports.cells import amount, choice, date, words
from imports.columns import CONTRACT, STATE
from imports.mistakes import still_to_come, twice, unknown_contract
from imports.table import Check, FileColumn, Table
from leasing.models import Deposit


class DepositRow(NamedTuple):
    contract: str  # reference
    state: str
    refunded_amount: int | None = None  # None: everything when state is "full", else nothing
    settled_on: dt.date | None = None
    source: str = ""
    line: int = 0


STATES = words(
    held="detenue detenu en_cours conservee",
    full="rendue rendu restituee integrale totale totalite complete restitue",
    partial="partielle partiel en_partie",
    withheld="retenue retenu non_rendue gardee",
)
COLUMNS = {
    "contract": CONTRACT,
    "state": FileColumn(STATE, french="etat", read=choice(STATES), required=True),
    "refunded_amount": FileColumn(
        "refunded_amount montant_rendu montant_restitue rembourse montant_rembourse",
        french="montant_rendu", read=amount,
    ),
    "settled_on": FileColumn(
        "settled_on rendu_le restitue_le date_restitution date_de_restitution date solde_le",
        french="rendu_le", read=date,
    ),
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
            (SELECT coalesce(c.deposit, 0) FROM import_contracts c
             WHERE c.reference = s.contract AND c.known_id IS NULL LIMIT 1),
            (SELECT c.deposit_amount FROM leasing_contract c WHERE c.site_id = %(site)s AND c.reference = s.contract)
        ) AS amount) held
    WHERE s.refunded_amount > held.amount
"""
_SETTLED_WITHOUT_STATE = """
    SELECT source, line, 'settled_on', settled_on::text, NULL FROM import_deposits
    WHERE state = 'held' AND settled_on IS NOT NULL
"""
_STATE_WITHOUT_SETTLED = """
    SELECT source, line, 'settled_on', '', NULL FROM import_deposits
    WHERE state <> 'held' AND settled_on IS NULL
"""

_CLOSE = """
    UPDATE leasing_deposit k SET state = d.state, settled_on = d.settled_on,
        refunded_amount = coalesce(d.refunded_amount, CASE d.state WHEN 'full' THEN k.amount ELSE 0 END)
    FROM import_deposits d
    WHERE k.site_id = %(site)s AND k.id = d.known_id AND k.state = 'held' AND d.state <> 'held'
"""
_INSERT = """
    INSERT INTO leasing_deposit (site_id, contract_id, amount, state, refunded_amount, settled_on)
    SELECT %(site)s, c.id, c.deposit_amount, d.state,
        coalesce(d.refunded_amount, CASE d.state WHEN 'full' THEN c.deposit_amount ELSE 0 END), d.settled_on
    FROM import_deposits d
    LEFT JOIN leasing_contract c ON c.site_id = %(site)s AND c.reference = d.contract
    WHERE d.known_id IS NULL ORDER BY d.seq
"""

DEPOSITS = Table(
    name="deposits",
    french="cautions",
    called="deposits deposit cautions caution depots_de_garantie depots",
    label=_("Deposits"),
    model=Deposit,
    row=DepositRow,
    columns=COLUMNS,
    match=(_MATCH,),
    mistakes=(
        twice("deposits", "contract"),
        unknown_contract("deposits"),
        still_to_come("deposits", "settled_on"),
        Check(
            _REFUND_ABOVE_DEPOSIT,
            _("The refund would be more than the deposit of %(detail)s."),
            detail_is_francs=True,
        ),
        Check(_SETTLED_WITHOUT_STATE, _("A deposit that is still held has no settlement date.")),
        Check(_STATE_WITHOUT_SETTLED, _("A deposit that is no longer held needs a settlement date.")),
    ),
    close=_CLOSE,
    insert=_INSERT,
)
