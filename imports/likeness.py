"""The same money twice: rows of a file that look like payments which are recorded already, and are asked about once.

docs/import.md says when two look alike. What a person answered is kept: PaymentLikeness.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Actor
from imports.writing import Writing
from leasing.readings import is_received, is_standing
from sites_app.rules import PAYMENT_METHODS

WITHIN_DAYS = 3
MAX_LISTED = 1000
"""So many pairs are listed; all of them are counted."""


@dataclass(frozen=True)
class Alike:
    """A row of a file, and the recorded payment that it looks like: of the same contract and amount."""

    source: str
    line: int
    contract: str
    amount: int
    received_on: dt.date
    method: str
    reference: str
    there_on: dt.date
    there_method: str
    there_reference: str


@dataclass(frozen=True)
class Question:
    """The rows of an import that wait for an answer: the first of them, how many, their sum, and what tells these
    pairs from any others."""

    pairs: tuple[Alike, ...] = ()
    count: int = 0
    francs: int = 0
    digest: str = ""


NO_QUESTION = Question()


@dataclass(frozen=True)
class SameMoney:
    """What a person says of such rows: the same money as what is recorded, or other payments.

    `same`: all of them are (True), none is (False), or those at these places of the question. `digest` is the question
    that was asked; without it whatever is found is answered.
    """

    same: bool | frozenset[int]
    by: Actor
    digest: str = ""


def ask_or_settle(writing: Writing, answer: SameMoney | None) -> Question:
    """Find the rows that look like recorded payments, and do with them what was answered; returns what is unanswered.

    A row that is the same money is known from now on, and left out; others stay and will be written. To be called when
    all rows are matched and those of before the records are off.
    """
    if not _find(writing):
        return NO_QUESTION
    question = _question(writing)
    if answer is None or (answer.digest and answer.digest != question.digest):
        return question
    _settle(writing, answer)
    return NO_QUESTION


def set_aside(writing: Writing, question: Question) -> None:
    """Take the rows that wait for an answer off: for a check, which says what becomes of all others."""
    if question.count:
        writing.run(_SET_ASIDE)


def sentence(pair: Alike) -> str:
    """What a row looks like, for a line of a report."""
    words = _("Looks like the payment that is recorded on %(day)s (%(how)s).")
    return words % {"day": f"{pair.there_on:%d/%m/%Y}", "how": how(pair.there_method, pair.there_reference)}


def how(method: str, reference: str) -> str:
    """A method in words, and a reference where there is one."""
    return " · ".join(filter(None, [str(dict(PAYMENT_METHODS)[method]), reference]))


def _find(writing: Writing) -> bool:
    writing.run(*_CANDIDATES)
    if not writing.run("SELECT FROM import_alike LIMIT 1"):
        return False
    for day, mine, theirs in _passes():
        writing.cursor.execute(_PAIR_UP.format(mine=mine, theirs=theirs), {"day": day})
    return bool(writing.run("SELECT FROM import_alike WHERE payment_id IS NOT NULL LIMIT 1"))


def _question(writing: Writing) -> Question:
    writing.run(*_NUMBERED)
    writing.cursor.execute(_WHOLE)
    count, francs, digest = writing.cursor.fetchone()
    writing.cursor.execute(_LISTED, {"most": MAX_LISTED})
    return Question(tuple(Alike(*row) for row in writing.cursor.fetchall()), count, francs, digest)


def _settle(writing: Writing, answer: SameMoney) -> None:
    if isinstance(answer.same, bool):
        chosen: Any = "true" if answer.same else "false"
    else:
        chosen = "place = ANY (%(places)s)"
    names = {
        **writing.names,
        "answered_by": answer.by and answer.by.pk,
        "places": [] if isinstance(answer.same, bool) else sorted(answer.same),
    }
    writing.cursor.execute(_REMEMBER.format(same=chosen), names)
    writing.cursor.execute(_KNOW.format(same=chosen), names)


def _passes() -> Iterator[tuple[int, str, str]]:
    """In what order pairs are made: days between them, what a row and a payment share."""
    days = sorted(range(-WITHIN_DAYS, WITHIN_DAYS + 1), key=lambda day: (abs(day), day))
    for day in days:
        yield day, "by_reference", "by_reference"
    for day in days:
        yield day, "by_method", "by_method"
        yield day, "unnumbered", "unnumbered"
        yield day, "numbered", "unnumbered"
        yield day, "unnumbered", "numbered"


# A transaction of mobile money has a number of its own: two numbers are two payments, whatever else is alike.
_KEYS = """
    nullif(lower(regexp_replace({reference}, '[^[:alnum:]]', '', 'g')), '') AS by_reference,
    CASE WHEN NOT {is_numbered} THEN {method} END AS by_method,
    CASE WHEN NOT {is_numbered} THEN true END AS unnumbered,
    CASE WHEN {is_numbered} THEN true END AS numbered
"""


def _keys(alias: str, reference: str) -> str:
    is_numbered = f"({alias}.method = 'mobile' AND {reference} <> '')"
    return _KEYS.format(reference=reference, method=f"{alias}.method", is_numbered=is_numbered)


def _near(alike: str, other: str) -> str:
    """Those of a table that have nobody within the days: off, before anything is compared."""
    return f"""
        DELETE FROM {alike} gone WHERE NOT EXISTS (
            SELECT FROM (
                SELECT DISTINCT contract_id, amount, received_on + day AS received_on
                FROM {other}, generate_series(-{WITHIN_DAYS}, {WITHIN_DAYS}) day
            ) near
            WHERE near.contract_id = gone.contract_id AND near.amount = gone.amount
                AND near.received_on = gone.received_on
        )
    """


_CANDIDATES = (
    "DROP TABLE IF EXISTS pg_temp.import_alike, pg_temp.import_alike_payments",
    f"""
    CREATE TEMPORARY TABLE import_alike ON COMMIT DROP AS
    SELECT s.id, s.seq, s.source, s.line, c.id AS contract_id, s.amount, s.received_on, s.method,
        coalesce(s.reference, '') AS reference, NULL::uuid AS payment_id, NULL::bigint AS place,
        {_keys("s", "coalesce(s.reference, '')")}
    FROM import_payments s JOIN leasing_contract c ON c.site_id = %(site)s AND c.reference = s.contract
    WHERE s.known_id IS NULL AND s.reversed_on IS NULL AND {is_received("s")}
    """,
    f"""
    CREATE TEMPORARY TABLE import_alike_payments ON COMMIT DROP AS
    SELECT k.id, k.recorded_at, k.contract_id, k.amount, k.received_on, k.method,
        k.external_reference AS reference, {_keys("k", "k.external_reference")}
    FROM leasing_payment k
    WHERE k.site_id = %(site)s AND k.contract_id IN (SELECT contract_id FROM import_alike)
        AND {is_received("k")} AND {is_standing("k")}
        AND NOT EXISTS (SELECT FROM import_payments s WHERE s.known_id = k.id)
    """,
    "ANALYZE pg_temp.import_alike",
    "ANALYZE pg_temp.import_alike_payments",
    _near("import_alike", "import_alike_payments"),
    _near("import_alike_payments", "import_alike"),
    "ANALYZE pg_temp.import_alike",
    "ANALYZE pg_temp.import_alike_payments",
)

# Numbered on both sides and paired, as in match.py: a fixed number of statements, whatever the number of rows.
_PAIR_UP = """
    WITH mine AS (
        SELECT id, contract_id, amount, received_on, {mine} AS likeness, row_number() OVER (
            PARTITION BY contract_id, amount, received_on, {mine} ORDER BY method, reference, seq
        ) AS number
        FROM import_alike WHERE payment_id IS NULL AND {mine} IS NOT NULL
    ), theirs AS (
        SELECT k.id AS payment_id, contract_id, amount, received_on - %(day)s AS received_on, {theirs} AS likeness,
            row_number() OVER (
                PARTITION BY contract_id, amount, received_on, {theirs} ORDER BY method, reference, recorded_at, id
            ) AS number
        FROM import_alike_payments k
        WHERE {theirs} IS NOT NULL AND NOT EXISTS (SELECT FROM import_alike taken WHERE taken.payment_id = k.id)
    )
    UPDATE import_alike SET payment_id = theirs.payment_id
    FROM mine JOIN theirs USING (contract_id, amount, received_on, likeness, number) WHERE import_alike.id = mine.id
"""


_NUMBERED = (
    """
    UPDATE import_alike SET place = numbered.place
    FROM (SELECT id, row_number() OVER (ORDER BY source, line, seq) - 1 AS place
          FROM import_alike WHERE payment_id IS NOT NULL) numbered
    WHERE import_alike.id = numbered.id
    """,
)
_WHOLE = """
    SELECT count(*), sum(amount)::bigint, encode(sha256(convert_to(
        string_agg(
            jsonb_build_array(source, line, received_on, method, reference, payment_id)::text, ',' ORDER BY place
        ), 'UTF8')), 'hex')
    FROM import_alike WHERE payment_id IS NOT NULL
"""
_LISTED = """
    SELECT a.source, a.line, s.contract, a.amount, a.received_on, a.method, a.reference,
        k.received_on, k.method, k.reference
    FROM import_alike a JOIN import_alike_payments k ON k.id = a.payment_id JOIN import_payments s ON s.id = a.id
    ORDER BY a.place LIMIT %(most)s
"""
_SET_ASIDE = "DELETE FROM import_payments WHERE id IN (SELECT id FROM import_alike WHERE payment_id IS NOT NULL)"
_REMEMBER = """
    INSERT INTO imports_paymentlikeness
        (site_id, payment_id, received_on, method, reference, is_same, answered_by_id, answered_at)
    SELECT %(site)s, payment_id, received_on, method, reference, {same}, %(answered_by)s, now()
    FROM import_alike WHERE payment_id IS NOT NULL ORDER BY place
"""
_KNOW = """
    UPDATE import_payments s SET known_id = a.payment_id
    FROM import_alike a WHERE a.id = s.id AND a.payment_id IS NOT NULL AND {same}
"""
