"""The waiting room of an import: one temporary table per file, typed columns, filled with COPY.

A row type below is the shape of one line of a file after reading: codes and references stay text until `load`
looks them up. None means that the file says nothing. `source` and `line` say where the row stood, for messages.
Temporary tables have no row-level security and go with the transaction, so COPY is allowed and nothing leaks.
"""

import datetime as dt
import types
from collections.abc import Iterable
from typing import Any, NamedTuple, get_type_hints

from psycopg import sql


class PropertyRow(NamedTuple):
    code: str
    kind: str | None
    address: str | None = None
    neighbourhood: str | None = None
    owner_name: str | None = None
    owner_phone: str | None = None
    market_rent: int | None = None
    status: str | None = None
    source: str = ""
    line: int = 0


class TenantRow(NamedTuple):
    code: str
    name: str | None
    phone: str | None = None
    email: str | None = None
    language: str | None = None
    employment_status: str | None = None
    referred_by: str | None = None  # code of another tenant
    joined_on: dt.date | None = None
    source: str = ""
    line: int = 0


class ContractRow(NamedTuple):
    reference: str
    property: str | None  # code
    tenant: str | None  # code
    start_date: dt.date | None
    monthly_rent: int | None
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


class InstalmentRow(NamedTuple):
    contract: str  # reference
    due_date: dt.date | None
    amount: int | None
    source: str = ""
    line: int = 0


class PaymentRow(NamedTuple):
    contract: str  # reference
    received_on: dt.date | None
    amount: int | None
    method: str | None
    provider: str | None = None
    reference: str | None = None
    source: str = ""
    line: int = 0


class DepositRow(NamedTuple):
    contract: str  # reference; the amount is the contract's
    state: str | None
    refunded_amount: int | None = None  # None: everything when state is "full", else nothing
    settled_on: dt.date | None = None
    source: str = ""
    line: int = 0


class NoticeRow(NamedTuple):
    contract: str  # reference
    kind: str | None
    issued_on: dt.date | None
    state: str | None = None
    closed_on: dt.date | None = None
    source: str = ""
    line: int = 0


class LitigationRow(NamedTuple):
    contract: str  # reference
    kind: str | None
    opened_on: dt.date | None
    resolved_on: dt.date | None = None
    source: str = ""
    line: int = 0


class RequestRow(NamedTuple):
    tenant: str  # code
    property: str | None  # code
    category: str | None
    opened_on: dt.date | None
    priority: str | None = None
    closed_on: dt.date | None = None
    is_complaint: bool = False
    source: str = ""
    line: int = 0


class InteractionRow(NamedTuple):
    tenant: str  # code
    channel: str | None
    happened_at: dt.datetime | None  # aware
    agent: str | None = None  # user name or e-mail
    direction: str = "out"
    note: str | None = None
    source: str = ""
    line: int = 0


class SurveyRow(NamedTuple):
    tenant: str  # code
    kind: str | None
    rating: int | None
    answered_on: dt.date | None
    comment: str | None = None
    source: str = ""
    line: int = 0


STAGED: dict[str, type] = {
    "properties": PropertyRow,
    "tenants": TenantRow,
    "contracts": ContractRow,
    "instalments": InstalmentRow,
    "payments": PaymentRow,
    "deposits": DepositRow,
    "notices": NoticeRow,
    "litigations": LitigationRow,
    "requests": RequestRow,
    "interactions": InteractionRow,
    "surveys": SurveyRow,
}
"""Tables in the order in which they refer to one another, as their files are named."""

_SQL_TYPES = {str: "text", int: "bigint", bool: "boolean", dt.date: "date", dt.datetime: "timestamptz"}


def columns_of(table: str) -> dict[str, type]:
    """The columns of a staged table with their plain Python types, in order, `source` and `line` last."""
    return {name: _plain(hint) for name, hint in get_type_hints(STAGED[table]).items()}


def _plain(hint: Any) -> type:
    if isinstance(hint, types.UnionType):
        return next(part for part in hint.__args__ if part is not type(None))
    return hint


def staged(table: str) -> str:
    """The temporary table's own name."""
    return f"import_{table}"


def open_staging(cursor: Any) -> None:
    """Make the temporary tables, empty; they go with the transaction. An earlier import's are replaced.

    Beside its row type each has `seq` (rows as they came: it orders equal payments of one day), `id` (of the row
    to be, so that new rows can point at one another) and `known_id` (of the row that is there already: match.py).
    """
    for table in STAGED:
        definitions = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(_SQL_TYPES[kind]))
            for name, kind in columns_of(table).items()
        )
        # As text: pghistory looks into every statement of a request.
        drop = sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier("pg_temp", staged(table)))
        cursor.execute(drop.as_string())
        cursor.execute(
            sql.SQL(
                "CREATE TEMPORARY TABLE {} (seq bigint GENERATED ALWAYS AS IDENTITY,"
                " id uuid DEFAULT gen_random_uuid(), known_id uuid, {}) ON COMMIT DROP"
            )
            .format(sql.Identifier(staged(table)), definitions)
            .as_string()
        )


def stage_rows(cursor: Any, table: str, rows: Iterable[tuple]) -> int:
    """COPY rows of the table's row type into its temporary table. Returns how many.

    Rows are taken one at a time, so a generator keeps memory flat; it must not ask the database anything, which waits
    for the COPY to end. Text must be free of NUL characters.
    """
    columns = list(columns_of(table))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier("pg_temp", staged(table)), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    count = 0
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def staged_counts(cursor: Any) -> dict[str, int]:
    """How many rows each temporary table holds."""
    counts = {}
    for table in STAGED:
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("pg_temp", staged(table))).as_string())
        counts[table] = cursor.fetchone()[0]
    return counts
