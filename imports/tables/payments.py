# ruff: noqa: E501 -- a list of synonyms reads better in one line
"""Payments. What they pay is not in the files: allocate.py finds it."""

import datetime as dt
from typing import NamedTuple

from django.db.models import Case, QuerySet, TextField, When
from django.db.models.functions import Abs, Cast
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from imports.cells import OneOf, amount, date, text
from imports.columns import AMOUNT, CONTRACT
from imports.methods import METHODS, how_paid, method_of, provider_named
from imports.mistakes import on_a_draft, still_to_come, twice, unknown_contract
from imports.table import Check, FileColumn, LineRead, Table
from leasing.models import Contract, Payment
from leasing.readings import is_received
from screens.written import NOT_SEEN, folded
from sites_app.models import Site


class PaymentRow(NamedTuple):
    contract: str  # reference
    received_on: dt.date
    amount: int  # less than nothing for a refund
    method: str
    provider: str | None = None
    reference: str | None = None
    reason: str | None = None
    waives: str | None = None  # mark of the instalment that a credit lets go
    reversed_on: dt.date | None = None
    reversal_reason: str | None = None
    source: str = ""
    line: int = 0


COLUMNS = {
    "contract": CONTRACT,
    "received_on": FileColumn(
        "received_on date date_paiement date_de_paiement recu_le date_reception encaisse_le date_d_encaissement date_versement"
        " date_de_versement date_du_paiement paye_le payment_date date_paid paid_on date_received",
        french="date", read=date, required=True,
    ),
    "amount": FileColumn(
        f"{AMOUNT} montant_paye paye montant_recu montant_verse versement amount_paid montant_encaisse",
        french="montant", read=amount, required=True,
    ),
    "method": FileColumn(
        "method mode moyen mode_de_paiement moyen_de_paiement mode_paiement moyen_paiement mode_de_reglement payment_method",
        french="mode", read=OneOf(METHODS, method_of), required=True,
    ),
    "provider": FileColumn("provider operateur fournisseur operator", french="opérateur", read=text(40)),
    "reference": FileColumn(
        "reference ref reference_paiement transaction id_transaction numero_transaction n_transaction recu n_recu no_recu"
        " transaction_id receipt",
        french="référence", read=text(80),
    ),
    "reason": FileColumn("reason raison motif", french="raison", read=text(200)),
    "waives": FileColumn("waives remise_sur", french="remise sur", read=text(40)),
    "reversed_on": FileColumn("reversed_on annule_le extourne_le contrepasse_le", french="annulé le", read=date),
    "reversal_reason": FileColumn(
        "reversal_reason motif_annulation motif_d_annulation", french="motif annulation", read=text(200)
    ),
}  # fmt: skip

# A text that was typed here as a cell gives it: without what is not seen, one space for each run of white space.
_AS_READ = rf"btrim(regexp_replace(regexp_replace(normalize(k.external_reference, NFC), '{NOT_SEEN}', '', 'g'), '\s+', ' ', 'g'))"

# A mobile money transaction is one payment in the whole site.
_MATCH_MOBILE = f"""
    UPDATE import_payments s SET known_id = k.id FROM leasing_payment k
    WHERE s.method = 'mobile' AND s.reference <> '' AND k.site_id = %(site)s AND k.method = 'mobile'
      AND k.provider = coalesce(s.provider, '') AND {_AS_READ} = s.reference
"""
# What has no key is known by what it says and by how many say the same. The reference of a cheque, a transfer or a
# receipt is part of that and no key: people write "loyer mars" there. Also those that were reversed: they are not to
# come back.
_MATCH_OTHERS = f"""
    WITH new AS (
        SELECT s.id, s.contract, s.received_on, s.amount, s.method, coalesce(s.reference, '') AS reference,
            row_number() OVER (
                PARTITION BY s.contract, s.received_on, s.amount, s.method, coalesce(s.reference, '') ORDER BY s.seq
            ) AS number
        FROM import_payments s WHERE s.method <> 'mobile' OR coalesce(s.reference, '') = ''
    ), known AS (
        SELECT k.id, c.reference AS contract, k.received_on, k.amount, k.method, {_AS_READ} AS reference,
            row_number() OVER (
                PARTITION BY k.contract_id, k.received_on, k.amount, k.method, {_AS_READ}
                ORDER BY k.recorded_at, k.id
            ) AS number
        FROM leasing_payment k JOIN leasing_contract c ON c.site_id = k.site_id AND c.id = k.contract_id
        WHERE k.site_id = %(site)s AND c.reference IN (SELECT contract FROM import_payments)
          AND (k.method <> 'mobile' OR k.external_reference = '')
    )
    UPDATE import_payments s SET known_id = known.id
    FROM new JOIN known USING (contract, received_on, amount, method, reference, number) WHERE s.id = new.id
"""
# Rows of which a person has said that they are a payment that is there, written down differently (likeness.py).
_MATCH_RECOGNISED = """
    WITH new AS (
        SELECT s.id, s.contract, s.received_on, s.amount, s.method, coalesce(s.reference, '') AS reference,
            row_number() OVER (
                PARTITION BY s.contract, s.received_on, s.amount, s.method, coalesce(s.reference, '') ORDER BY s.seq
            ) AS number
        FROM import_payments s WHERE s.known_id IS NULL
    ), recognised AS (
        SELECT k.id AS payment_id, c.reference AS contract, a.received_on, k.amount, a.method, a.reference,
            row_number() OVER (
                PARTITION BY k.contract_id, a.received_on, k.amount, a.method, a.reference ORDER BY a.answered_at, a.id
            ) AS number
        FROM imports_paymentlikeness a
        JOIN leasing_payment k ON k.site_id = a.site_id AND k.id = a.payment_id
        JOIN leasing_contract c ON c.site_id = k.site_id AND c.id = k.contract_id
        WHERE a.site_id = %(site)s AND a.is_same AND c.reference IN (SELECT contract FROM import_payments)
    )
    UPDATE import_payments s SET known_id = recognised.payment_id
    FROM new JOIN recognised USING (contract, received_on, amount, method, reference, number) WHERE s.id = new.id
"""

_NOTHING_PAID = "SELECT source, line, 'amount', amount::text, NULL FROM import_payments WHERE amount = 0"
_WAIVES_NOTHING_KNOWN = """
    SELECT s.source, s.line, 'waives', s.waives, NULL FROM import_payments s
    WHERE s.known_id IS NULL AND s.waives IS NOT NULL
        AND NOT EXISTS (SELECT FROM import_instalments i WHERE i.mark = s.waives)
"""
_WAIVES_WITHOUT_CREDIT = """
    SELECT source, line, 'waives', waives, NULL FROM import_payments WHERE waives IS NOT NULL AND method <> 'credit'
"""
_STANDS_HERE = """
    SELECT s.source, s.line, 'reversed_on', s.reversed_on::text, NULL FROM import_payments s
    WHERE s.known_id IS NOT NULL AND s.reversed_on IS NOT NULL
        AND NOT EXISTS (SELECT FROM leasing_paymentreversal r WHERE r.site_id = %(site)s AND r.payment_id = s.known_id)
"""
_OTHER_PAYMENT = """
    SELECT s.source, s.line, 'reference', s.reference, NULL
    FROM import_payments s JOIN leasing_payment k ON k.site_id = %(site)s AND k.id = s.known_id
    JOIN leasing_contract c ON c.site_id = %(site)s AND c.id = k.contract_id
    WHERE s.method = 'mobile' AND s.reference <> '' AND k.method = 'mobile'
      AND (k.provider, k.external_reference) = (coalesce(s.provider, ''), s.reference)
      AND (c.reference, k.amount, k.received_on) IS DISTINCT FROM (s.contract, s.amount, s.received_on)
"""

# A past payment that today's rules would refuse is only worth knowing: history is taken as it was.
_METHOD_NOT_ALLOWED = f"""
    SELECT s.source, s.line, 'method', s.method,
           (SELECT string_agg(allowed, ', ') FROM jsonb_array_elements_text(r.value) allowed)
    FROM import_payments s JOIN sites_app_regionalrule r
      ON r.site_id = %(site)s AND r.rule_type = 'payment_methods' AND r.valid @> s.received_on
    WHERE s.known_id IS NULL AND {is_received("s")} AND NOT r.value ? s.method
"""
_CASH_OVER_LIMIT = """
    SELECT s.source, s.line, 'amount', s.amount::text, r.value::text
    FROM import_payments s JOIN sites_app_regionalrule r
      ON r.site_id = %(site)s AND r.rule_type = 'largest_cash_payment' AND r.valid @> s.received_on
    WHERE s.known_id IS NULL AND s.method = 'cash' AND jsonb_typeof(r.value) = 'number'
      AND s.amount > (r.value #>> '{}')::bigint
"""

_INSERT = """
    WITH numbered AS (
        SELECT *, CASE WHEN method <> 'mobile' OR coalesce(reference, '') = '' THEN row_number() OVER (
            PARTITION BY contract, received_on, amount, method, coalesce(reference, '') ORDER BY seq
        ) END AS number
        FROM import_payments
    ), new AS (
        INSERT INTO leasing_payment
            (id, site_id, contract_id, account_id, amount, method, provider, external_reference, reason, received_on,
             recorded_by_id, recorded_at, waives_id, idempotency_key, request_digest)
        SELECT n.id, %(site)s, c.id, c.account_id, n.amount, n.method, coalesce(n.provider, ''),
            coalesce(n.reference, ''), coalesce(n.reason, ''),
            n.received_on, %(by)s, now() + n.seq * interval '1 microsecond',
            CASE WHEN n.waives IS NOT NULL THEN (
                SELECT k.id FROM import_instalments i
                JOIN leasing_contract asked ON asked.site_id = %(site)s AND asked.reference = i.contract
                JOIN leasing_instalment k ON k.site_id = %(site)s AND k.contract_id = asked.id
                WHERE i.mark = n.waives AND (k.id IN (i.known_id, i.id) OR (
                    i.kind = 'rent' AND k.kind = 'rent'
                    AND k.period = date_trunc('month', coalesce(i.for_month, i.due_date))::date))
            ) END,
            'import:' || encode(sha256(convert_to(
                CASE WHEN n.number IS NULL
                    THEN jsonb_build_array(n.method, n.provider, n.reference)
                    ELSE jsonb_build_array(
                        n.contract, n.received_on, n.amount, n.method, coalesce(n.reference, ''), n.number)
                END::text, 'UTF8')), 'hex'),
            encode(sha256(convert_to(jsonb_build_array(
                n.contract, n.amount, n.method, n.provider, n.reference, n.received_on)::text, 'UTF8')), 'hex')
        FROM numbered n
        LEFT JOIN leasing_contract c ON c.site_id = %(site)s AND c.reference = n.contract
        WHERE n.known_id IS NULL ORDER BY n.seq
        RETURNING id, contract_id
    ), reversed AS (
        INSERT INTO leasing_paymentreversal (site_id, payment_id, reversed_on, reversed_by_id, reason)
        SELECT %(site)s, new.id, n.reversed_on, %(by)s, coalesce(n.reversal_reason, '')
        FROM new JOIN import_payments n ON n.id = new.id WHERE n.reversed_on IS NOT NULL
    )
    INSERT INTO import_touched SELECT contract_id FROM new
"""


def _read_the_method(line: LineRead) -> None:
    """The operator and the number that stand with the method."""
    # People write what was given back as any other amount: its method says that it went out.
    if line.cells.get("method") == "refund" and line.cells.get("amount"):
        line.cells["amount"] = -line.cells["amount"]
    said = how_paid(line.written("method"))
    if said is None:
        return
    if said.method == "mobile":
        # One spelling: the number of a transaction is known by its provider.
        provider = line.cells.get("provider")
        named = provider_named(provider) or provider if provider else said.provider
        if named:
            line.cells["provider"] = named
        if said.provider and named != said.provider:
            line.refuse("provider", gettext("The method names another operator: %(named)s.") % {"named": said.provider})
    elif said.provider and not line.cells.get("provider"):
        line.cells["provider"] = said.provider
    reference = line.cells.get("reference", "")
    if said.number and not reference:
        line.cells["reference"] = said.number
    elif said.number and folded(said.number) not in folded(reference):
        line.remark("method", gettext("The number that stands with the method is left out: the line has a reference."))


def _export(site: Site) -> QuerySet:
    return (
        Payment.objects.filter(site=site)
        # What was reversed on a contract that was taken back: a draft has no account that could hold it.
        .exclude(contract__status=Contract.Status.DRAFT)
        .annotate(
            francs=Abs("amount"),  # of a refund too, as people write it
            mark=Case(When(waives__isnull=False, then=Cast("waives_id", TextField()))),
        )
        .order_by("received_on", "recorded_at", "id")
        .values_list(
            "contract__reference", "received_on", "francs", "method", "provider", "external_reference", "reason",
            "mark", "reversals__reversed_on", "reversals__reason",
        )
    )  # fmt: skip


PAYMENTS = Table(
    name="payments",
    french="paiements",
    called="payments payment paiements paiement encaissements encaissement reglements reglement versements",
    label=_("Payments"),
    model=Payment,
    row=PaymentRow,
    columns=COLUMNS,
    example={
        "received_on": dt.date(2026, 1, 5),
        "amount": 1_500_000,
        "method": "mobile",
        "provider": "Orange Money",
        "reference": "MP260105.1234",
    },
    complete=_read_the_method,
    match=(_MATCH_MOBILE, _MATCH_OTHERS, _MATCH_RECOGNISED),
    mistakes=(
        unknown_contract("payments"),
        still_to_come("payments", "received_on"),
        Check(_NOTHING_PAID, _("A payment must be more than zero.")),
        Check(_WAIVES_NOTHING_KNOWN, _("No instalment in the files has this mark.")),
        Check(_WAIVES_WITHOUT_CREDIT, _("Only a credit lets an instalment go.")),
        still_to_come("payments", "reversed_on"),
        Check(
            _OTHER_PAYMENT,
            _("This mobile money transaction is already recorded, for another contract, day or amount."),
        ),
        twice(
            "payments",
            "coalesce(provider, ''), reference",
            column="reference",
            among="method = 'mobile' AND reference <> ''",
        ),
        on_a_draft("payments"),
    ),
    remarks=(
        Check(_STANDS_HERE, _("Here this payment stands: reverse it on its page.")),
        Check(
            _METHOD_NOT_ALLOWED,
            _("%(site)s does not accept this method today (allowed: %(detail)s): imported as it stands."),
            words=METHODS,
        ),
        Check(
            _CASH_OVER_LIMIT,
            _("Above today’s limit for cash at %(site)s, %(detail)s: imported as it stands."),
            detail_is_francs=True,
        ),
    ),
    insert=_INSERT,
    export=_export,
)
