"""Notices. Their legal deadline is worked out here, by the rules of the day of issue."""

import datetime as dt
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from imports.cells import OneOf, date, whole_number
from imports.choices import words
from imports.columns import CONTRACT, KIND, STATE
from imports.mistakes import before, unknown_contract
from imports.pairs import pair
from imports.table import FileColumn, Table
from imports.writing import Writing
from leasing.models import Notice
from sites_app.deadlines import legal_deadline
from sites_app.models import Site
from sites_app.queries import calendar_of, rules_for
from sites_app.rules import RegionalRules


class NoticeRow(NamedTuple):
    contract: str  # reference
    kind: str
    issued_on: dt.date
    state: str | None = None
    closed_on: dt.date | None = None
    given_by: str | None = None
    legal_deadline: dt.date | None = None  # None: worked out by the rules of the day of issue
    reminders: int | None = None
    source: str = ""
    line: int = 0


KINDS = words(
    to_quit="congé préavis départ départ_locataire préavis_de_départ congé_locataire / notice moving_out leaving",
    eviction="expulsion mise_en_demeure / notice_to_vacate",
    repairs="travaux réparation / works",
    renewal="renouvellement / renew",
)
STATES = words(
    pending="à_envoyer en_attente / to_send draft",
    sent="envoyé remis notifié / delivered served",
    acknowledged="accusé accusé_de_réception reçu / received",
    signed="signé",
    expired="expiré échu / over",
)
GIVERS = words(tenant="locataire", landlord="bailleur propriétaire agence / owner agency")
COLUMNS = {
    "contract": CONTRACT,
    "kind": FileColumn(KIND, french="type", read=OneOf(KINDS), required=True),
    "issued_on": FileColumn(
        "issued_on date date_emission emis_le remis_le date_de_remise date_preavis",
        french="émis le", read=date, required=True,
    ),
    "state": FileColumn(STATE, french="état", read=OneOf(STATES)),
    "closed_on": FileColumn(
        "closed_on cloture_le date_cloture date_de_cloture clos_le", french="clôturé le", read=date
    ),
    "given_by": FileColumn("given_by donne_par", french="donné par", read=OneOf(GIVERS)),
    "legal_deadline": FileColumn("legal_deadline echeance_legale", french="échéance légale", read=date),
    "reminders": FileColumn("reminders reminder_count rappels", french="rappels", read=whole_number(0, 1000)),
}  # fmt: skip

_CLOSE = """
    UPDATE leasing_notice k SET closed_on = n.closed_on,
        state = coalesce(n.state, CASE WHEN k.state IN ('pending', 'sent') THEN 'acknowledged' ELSE k.state END)
    FROM import_notices n
    WHERE k.site_id = %(site)s AND k.id = n.known_id AND k.closed_on IS NULL AND n.closed_on IS NOT NULL
"""
_INSERT = """
    INSERT INTO leasing_notice
        (site_id, contract_id, kind, given_by, issued_on, legal_deadline, state, closed_on, reminder_count)
    SELECT %(site)s, c.id, n.kind, coalesce(n.given_by, ''), n.issued_on, coalesce(n.legal_deadline, d.deadline),
        coalesce(n.state, CASE WHEN n.closed_on IS NULL THEN 'sent' ELSE 'acknowledged' END), n.closed_on,
        coalesce(n.reminders, 0)
    FROM import_notices n
    LEFT JOIN leasing_contract c ON c.site_id = %(site)s AND c.reference = n.contract
    LEFT JOIN import_deadlines d ON d.kind = n.kind AND d.issued_on = n.issued_on
    WHERE n.known_id IS NULL ORDER BY n.seq
"""


def _deadlines(writing: Writing) -> int:
    """One deadline for each kind of notice and day of issue, by the rules that were valid on that day."""
    calendar = calendar_of(writing.site)
    writing.run(
        "DROP TABLE IF EXISTS pg_temp.import_deadlines",
        "CREATE TEMPORARY TABLE import_deadlines (kind text, issued_on date, deadline date) ON COMMIT DROP",
        "SELECT DISTINCT kind, issued_on FROM import_notices",
    )
    deadlines = [
        (kind, day, legal_deadline(day, _days_of_notice(kind, rules_for(writing.site, day)), calendar))
        for kind, day in writing.cursor.fetchall()
    ]
    with writing.cursor.copy("COPY import_deadlines FROM STDIN") as copy:
        for deadline in deadlines:
            copy.write_row(deadline)
    return 0


def _days_of_notice(kind: str, rules: RegionalRules) -> int:
    if kind == "eviction":
        return rules.eviction_notice_days
    return rules.maintenance_response_days if kind == "repairs" else rules.notice_to_quit_days


def _export(site: Site) -> QuerySet:
    return (
        Notice.objects.filter(site=site)
        .order_by("contract__reference", "issued_on", "kind", "closed_on", "id")
        .values_list(
            "contract__reference", "kind", "issued_on", "state", "closed_on", "given_by", "legal_deadline",
            "reminder_count",
        )
    )  # fmt: skip


NOTICES = Table(
    name="notices",
    french="preavis",
    called="notices notice preavis conges conge",
    label=_("Notices"),
    model=Notice,
    row=NoticeRow,
    columns=COLUMNS,
    example={"kind": "to_quit", "issued_on": dt.date(2026, 1, 10), "state": "sent"},
    match=(pair("import_notices", "leasing_notice", ("kind", "issued_on"), rank=("closed_on", "state")),),
    mistakes=(
        unknown_contract("notices"),
        before("notices", "closed_on", "issued_on"),
        before("notices", "legal_deadline", "issued_on"),
    ),
    before_insert=_deadlines,
    close=_CLOSE,
    insert=_INSERT,
    export=_export,
)
