"""From when on the rents of contracts are on record: what is not known is not a debt."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.read import Problem
from imports.table import Check
from imports.writing import Writing
from leasing.readings import is_received, is_standing
from screens import formats


def leave_out_earlier_payments(writing: Writing) -> None:
    """Take payments of before the records of their contract begin off: to be called before rows are counted."""
    writing.run(*_LEFT_OUT)


def find_beginnings(writing: Writing) -> None:
    """Find where the rents of new contracts begin, import_rents_begin.

    All that is needed stands in the temporary tables: to be called before anything is written.
    """
    writing.run(*_BEGIN)


def bring_balances_forward(writing: Writing) -> None:
    """Write down what was owed or ahead on the day of the opening balance of new contracts."""
    writing.run(*_OPENINGS)


def move_beginnings_back(writing: Writing) -> list[UUID]:
    """Let rents begin earlier where the day was only assumed and an older payment has come. Returns those contracts."""
    writing.run(*_BEGIN_EARLIER)
    return [contract for (contract,) in writing.cursor.fetchall()]


def sentence_on_beginnings(writing: Writing) -> list[Problem]:
    """How many of the new contracts begin when, and why: one sentence, none without new contracts."""
    writing.run("SELECT reason, count(*), min(day) FROM import_rents_begin GROUP BY reason ORDER BY reason")
    sentences = {
        "1 given": _("on the day in the files (contracts: %(count)s)"),
        "2 opening": _("on the day of the opening balance (contracts: %(count)s)"),
        "3 instalments": _("with the first instalment in the files (contracts: %(count)s)"),
        "4 asked": _("on %(day)s, as you asked (contracts: %(count)s)"),
        "5 payments": _("with %(day)s, the month of the earliest payment (contracts: %(count)s)"),
        "6 no payment": _("on %(day)s, because no payment is known (contracts: %(count)s)"),
        "7 start": _("on the first day of the contract (contracts: %(count)s)"),
    }
    found = [
        sentences[reason] % {"count": formats.number(count), "day": formats.date_short(day)}
        for reason, count, day in writing.cursor.fetchall()
    ]
    if not found:
        return []
    return [_of_everything(_("Rents begin: %(beginnings)s.") % {"beginnings": "; ".join(found)})]


def sentence_on_what_was_left_out(writing: Writing) -> list[Problem]:
    """How many payments were not taken, and their sum."""
    writing.run("SELECT count(*), coalesce(sum(amount), 0)::bigint FROM import_payments_left_out")
    count, francs = writing.cursor.fetchone()
    if not count:
        return []
    return [
        _of_everything(
            _(
                "Payments from before the records begin, not taken: %(count)s, %(sum)s in all. Money that is ahead is"
                " an opening balance below zero."
            )
            % {"count": formats.number(count), "sum": formats.francs(francs, writing.site.currency)}
        )
    ]


def sentence_on_earlier_beginnings(moved: int) -> list[Problem]:
    """That older payments moved the beginning of rents back, where nobody had given a day."""
    if not moved:
        return []
    sentence = _("Older payments have come: the rents of contracts that are here already begin earlier (%(count)s).")
    return [_of_everything(sentence % {"count": formats.number(moved)})]


def _of_everything(sentence: Any) -> Problem:
    return Problem("", 0, "", "", sentence)


LEFT_OUT = Check(
    "SELECT source, line, 'received_on', received_on::text, day::text FROM import_payments_left_out",
    gettext_lazy("Received before %(detail)s, when the records of this contract begin: not taken."),
)

# A contract whose rents the files give from an earlier day on keeps its payments of that time.
_LEFT_OUT = (
    "DROP TABLE IF EXISTS pg_temp.import_payments_left_out",
    """
    CREATE TEMPORARY TABLE import_payments_left_out ON COMMIT DROP AS
    WITH given AS (
        SELECT contract, min(due_date) AS first_rent FROM import_instalments WHERE kind = 'rent' GROUP BY contract
    ), begins AS (
        SELECT s.reference, coalesce(s.opening_on, CASE
            WHEN s.opening_balance IS NOT NULL THEN %(history_from)s::date
            WHEN least(s.rents_from, given.first_rent) < %(history_from)s THEN NULL
            ELSE %(history_from)s::date END) AS day
        FROM import_contracts s LEFT JOIN given ON given.contract = s.reference WHERE s.known_id IS NULL
        UNION ALL
        SELECT c.reference, coalesce(
            (SELECT min(i.due_date) FROM leasing_instalment i
             WHERE i.site_id = c.site_id AND i.contract_id = c.id AND i.kind = 'opening'),
            (SELECT min(p.received_on) FROM leasing_payment p
             WHERE p.site_id = c.site_id AND p.contract_id = c.id AND p.method = 'opening'),
            CASE WHEN least(c.rents_from, given.first_rent, (
                SELECT min(i.due_date) FROM leasing_instalment i
                WHERE i.site_id = c.site_id AND i.contract_id = c.id AND i.kind = 'rent'
            )) >= %(history_from)s THEN %(history_from)s::date END)
        FROM leasing_contract c LEFT JOIN given ON given.contract = c.reference
        WHERE c.site_id = %(site)s AND c.reference IN (SELECT contract FROM import_payments WHERE known_id IS NULL)
    )
    SELECT p.id, p.source, p.line, p.received_on, p.amount, begins.day
    FROM import_payments p JOIN begins ON begins.reference = p.contract AND p.received_on < begins.day
    WHERE p.known_id IS NULL
    """,
    "DELETE FROM import_payments WHERE id IN (SELECT id FROM import_payments_left_out)",
)

_FIRST_PAYMENT = f"""
    (SELECT date_trunc('month', min(p.received_on))::date FROM leasing_payment p
     WHERE p.site_id = %(site)s AND {is_received("p")} AND {is_standing("p")})
"""
_BEGIN = (
    "DROP TABLE IF EXISTS pg_temp.import_rents_begin",
    f"""
    CREATE TEMPORARY TABLE import_rents_begin ON COMMIT DROP AS
    SELECT s.id AS contract_id, found.day, found.is_assumed,
        CASE WHEN found.reason >= '4' AND found.day = s.start_date THEN '7 start' ELSE found.reason END AS reason
    FROM import_contracts s
    CROSS JOIN (
        SELECT least({_FIRST_PAYMENT}, date_trunc('month', min(received_on))::date) AS month
        FROM import_payments staged WHERE known_id IS NULL AND reversed_on IS NULL AND {is_received("staged")}
    ) first_payment
    LEFT JOIN (
        SELECT contract, min(due_date) AS day FROM import_instalments WHERE kind = 'rent' GROUP BY contract
    ) first_rent ON first_rent.contract = s.reference
    CROSS JOIN LATERAL (
        SELECT * FROM (VALUES
            (s.rents_from, coalesce(s.rents_assumed, false), '1 given'),
            (s.opening_on, false, '2 opening'),
            (first_rent.day, false, '3 instalments'),
            (greatest(s.start_date, %(history_from)s::date), false, '4 asked'),
            (greatest(s.start_date, first_payment.month), true, '5 payments'),
            (greatest(s.start_date, (date_trunc('month', %(today)s::timestamp) + interval '1 month')::date), true,
             '6 no payment')
        ) AS possible (day, is_assumed, reason)
        -- greatest() passes over what is not known.
        WHERE day IS NOT NULL AND (reason <> '4 asked' OR %(history_from)s::date IS NOT NULL)
            AND (reason <> '5 payments' OR first_payment.month IS NOT NULL)
        ORDER BY reason LIMIT 1
    ) found
    WHERE s.known_id IS NULL AND s.status IS DISTINCT FROM 'draft'
    """,
)

# Where that was only assumed, an older payment that comes later moves it back; not a day that the file gives.
_BEGIN_EARLIER = (
    f"""
    WITH moved AS (
        UPDATE leasing_contract c SET rents_from = greatest(c.start_date, {_FIRST_PAYMENT})
        WHERE c.site_id = %(site)s AND c.rents_from_assumed AND c.rents_from > c.start_date
            AND c.rents_from > {_FIRST_PAYMENT}
            AND EXISTS (SELECT FROM import_payments WHERE known_id IS NULL)
            AND NOT EXISTS (
                SELECT FROM import_rents_begin begins WHERE begins.contract_id = c.id AND begins.reason = '1 given'
            )
        RETURNING c.id
    ), touched AS (INSERT INTO import_touched SELECT id FROM moved)
    SELECT id FROM moved
    """,
)

# What was owed on the day is one instalment, also where it was nothing: so the day is on record. What was ahead is one
# payment. A day that is still to come is no day on which anything was received.
_OPENING = """
    SELECT c.*, coalesce(s.opening_balance, 0) AS balance,
        least(coalesce(s.opening_on, %(history_from)s), %(today)s) AS day
    FROM import_contracts s JOIN leasing_contract c ON c.site_id = %(site)s AND c.id = s.id
    WHERE s.known_id IS NULL AND c.status <> 'draft' AND (s.opening_on IS NOT NULL OR s.opening_balance IS NOT NULL)
"""
_OPENINGS = (
    f"""
    INSERT INTO leasing_instalment
        (site_id, contract_id, account_id, tenant_id, kind, label, period, due_date, amount, paid_amount)
    SELECT site_id, id, account_id, tenant_id, 'opening', '', date_trunc('month', day)::date, day, balance, 0
    FROM ({_OPENING}) opening WHERE balance >= 0
    """,
    f"""
    INSERT INTO leasing_payment
        (site_id, contract_id, account_id, amount, method, provider, external_reference, reason, received_on,
         recorded_by_id, recorded_at, idempotency_key, request_digest)
    SELECT site_id, id, account_id, -balance, 'opening', '', '', '', day, %(by)s, now(), 'opening-' || id,
        encode(sha256(convert_to(jsonb_build_array(reference, balance, day)::text, 'UTF8')), 'hex')
    FROM ({_OPENING}) opening WHERE balance < 0
    """,
)
