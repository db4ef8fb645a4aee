"""Instalments: the rent of a month, and other charges, as the agency's own books have them."""

import datetime as dt
from typing import NamedTuple

from django.db.models import Case, F, Q, QuerySet, TextField, When
from django.db.models.functions import Cast, TruncMonth
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from imports.cells import OneOf, amount, date, text
from imports.choices import words
from imports.columns import AMOUNT, CONTRACT, KIND
from imports.mistakes import kept, on_a_draft, twice, unknown_contract
from imports.pairs import pair
from imports.table import Check, FileColumn, LineRead, Table
from leasing.models import Contract, Instalment, Payment
from screens.written import folded
from sites_app.models import Site


class InstalmentRow(NamedTuple):
    contract: str  # reference
    due_date: dt.date
    amount: int
    kind: str = "rent"
    label: str = ""
    for_month: dt.date | None = None  # None: that of the due date
    mark: str | None = None  # by which a credit names it
    source: str = ""
    line: int = 0


KINDS = words(
    rent="loyer loyer_mensuel mensualité / monthly_rent",
    service="""
        charges charges_locatives provision_pour_charges eau électricité internet gardiennage ordures entretien syndic
        / service_charge utilities water electricity security cleaning
    """,
    penalty="pénalité pénalité_de_retard intérêts intérêts_de_retard retard amende / late_fee interest fine",
    repair="réparation travaux dégradation / damage maintenance",
    deposit="caution dépôt_de_garantie dépôt garantie / security_deposit",
    opening="solde_ouverture report_à_nouveau / brought_forward",
    other="autre frais frais_de_dossier frais_d_agence frais_juridiques huissier taxe / fee legal_fee agency_fee tax",
)
# What says no more than the kind itself; another word is worth keeping as the label.
PLAIN = words(
    service="charges charges_locatives / service_charge",
    penalty="pénalité pénalité_de_retard / late_fee",
    repair="réparation",
    other="autre frais / fee",
)
COLUMNS = {
    "contract": CONTRACT,
    "due_date": FileColumn(
        "due_date echeance date_echeance date_d_echeance date mois periode exigible_le",
        french="échéance", read=date, required=True,
    ),
    "amount": FileColumn(f"{AMOUNT} loyer montant_du montant_loyer", french="montant", read=amount, required=True),
    "kind": FileColumn(KIND, french="type", read=OneOf(KINDS)),
    "label": FileColumn("label libelle objet designation", french="libellé", read=text(80)),
    "for_month": FileColumn("for_month pour_le_mois mois_concerne", french="pour le mois", read=date),
    "mark": FileColumn("mark repere marque", french="repère", read=text(40)),
}  # fmt: skip

# Months that AKIG made because nobody had given any are none that the file could be known by, unless it says the same.
_MATCH = """
    UPDATE import_instalments s SET known_id = k.id
    FROM leasing_contract c, leasing_instalment k
    WHERE c.site_id = %(site)s AND c.reference = s.contract
      AND k.site_id = %(site)s AND k.contract_id = c.id AND k.kind = 'rent'
      AND s.kind = 'rent' AND k.period = date_trunc('month', coalesce(s.for_month, s.due_date))::date
      AND (NOT c.rents_from_assumed OR (k.due_date, k.amount) = (s.due_date, s.amount))
"""
# Of other kinds there are as many in a month as there are.
_MATCH_OTHERS = pair("import_instalments", "leasing_instalment", ("kind", "due_date", "label", "amount"))

_OTHER_AMOUNT = """
    SELECT s.source, s.line, 'amount', s.amount::text, i.amount::text
    FROM import_instalments s JOIN leasing_instalment i ON i.site_id = %(site)s AND i.id = s.known_id
    WHERE s.amount <> i.amount
"""

# What was due before the day of the opening balance is in the balance.
_BEFORE_THE_OPENING = """
    SELECT s.source, s.line, 'due_date', s.due_date::text, opening.day::text
    FROM import_instalments s JOIN (
        SELECT reference, opening_on AS day FROM import_contracts WHERE known_id IS NULL AND opening_on IS NOT NULL
        UNION ALL
        SELECT c.reference, o.due_date FROM leasing_instalment o
        JOIN leasing_contract c ON c.site_id = o.site_id AND c.id = o.contract_id
        WHERE o.site_id = %(site)s AND o.kind = 'opening'
    ) opening ON opening.reference = s.contract AND s.due_date < opening.day
    WHERE s.known_id IS NULL
"""

# The month may be one that AKIG made because nobody had given it: history is taken as it was.
_INSERT = """
    WITH new AS (
        INSERT INTO leasing_instalment
            (id, site_id, contract_id, account_id, tenant_id, kind, label, period, due_date, amount, paid_amount)
        SELECT i.id, %(site)s, c.id, c.account_id, c.tenant_id, i.kind, i.label,
            date_trunc('month', coalesce(i.for_month, i.due_date))::date, i.due_date, i.amount, 0
        FROM import_instalments i
        LEFT JOIN leasing_contract c ON c.site_id = %(site)s AND c.reference = i.contract
        WHERE i.known_id IS NULL ORDER BY i.seq
        ON CONFLICT (site_id, contract_id, period) WHERE kind = 'rent' DO UPDATE
            SET due_date = excluded.due_date, amount = excluded.amount, paid_amount = 0, settled_on = NULL
        RETURNING contract_id
    )
    INSERT INTO import_touched SELECT contract_id FROM new
"""


def _keep_the_word(line: LineRead) -> None:
    """Water and electricity are both service charges: which one it is goes into the label."""
    kind, word = line.cells.get("kind"), line.written("kind")
    if kind not in PLAIN.french or PLAIN.get(word) is not None:
        return
    label = line.cells.get("label")
    if not label:
        line.cells["label"] = word
    elif folded(word) not in folded(label):
        line.remark("kind", gettext("Only the kind is kept of this word: the line has a label."))


def _export(site: Site) -> QuerySet:
    named = Payment.objects.filter(site=site, waives__isnull=False).values("waives")
    return (
        Instalment.objects.filter(site=site)
        # What a credit names stays when its contract is taken back: nothing is due on a draft.
        .exclude(contract__status=Contract.Status.DRAFT)
        .annotate(
            other_month=Case(When(~Q(period=TruncMonth("due_date")), then=F("period"))),
            mark=Case(When(pk__in=named, then=Cast("pk", TextField()))),
        )
        .order_by("contract__reference", "due_date", "kind", "label", "amount", "period")
        .values_list("contract__reference", "due_date", "amount", "kind", "label", "other_month", "mark")
    )


INSTALMENTS = Table(
    name="instalments",
    french="echeances",
    called="instalments instalment installments echeances echeance echeancier loyers quittances",
    label=_("Instalments"),
    model=Instalment,
    row=InstalmentRow,
    columns=COLUMNS,
    example={"due_date": dt.date(2026, 1, 5), "amount": 1_500_000, "kind": "rent"},
    complete=_keep_the_word,
    match=(_MATCH_OTHERS, _MATCH),
    mistakes=(
        twice(
            "instalments",
            "contract, date_trunc('month', coalesce(for_month, due_date))",
            column="contract",
            among="kind = 'rent'",
        ),
        twice("instalments", "mark", among="mark IS NOT NULL"),
        unknown_contract("instalments"),
        on_a_draft("instalments"),
        Check(
            _BEFORE_THE_OPENING,
            _("This is due before %(detail)s, the day of the contract’s opening balance: it is in the balance."),
        ),
    ),
    remarks=(kept(_OTHER_AMOUNT),),
    insert=_INSERT,
    export=_export,
)
