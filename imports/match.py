"""Which staged rows the site has already. Set-based: one statement for each table."""

from typing import Any

from psycopg import sql

from imports.staging import STAGED, staged
from sites_app.models import Site


def match_staged(cursor: Any, site: Site) -> None:
    """Fill `known_id` of every staged row that is there already; to be called once, when all rows are staged.

    Properties, tenants and contracts are known by their code or reference, instalments by contract and month, deposits
    by contract, mobile money by provider and reference. What has no key is known by its identifying columns and by how
    many equal rows there are: the second equal payment of a day is new only when the site has fewer than two. The
    reference of a cheque, a transfer or a receipt is one of those columns and no key: people write "loyer mars" there.

    One import of a site at a time: another one waits here until this transaction ends.
    """
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext('leasing.imports'), hashtext(%s))", [site.code])
    for table in STAGED:
        # Nobody else tells the planner how full a temporary table is.
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier("pg_temp", staged(table))).as_string())
    for statement in _MATCHES:
        cursor.execute(statement, {"site": site.code})


_BY_KEY = (
    """
    UPDATE import_properties s SET known_id = k.id FROM leasing_property k
    WHERE k.site_id = %(site)s AND k.code = s.code
    """,
    """
    UPDATE import_tenants s SET known_id = k.id FROM leasing_tenant k
    WHERE k.site_id = %(site)s AND k.code = s.code
    """,
    """
    UPDATE import_contracts s SET known_id = k.id FROM leasing_contract k
    WHERE k.site_id = %(site)s AND k.reference = s.reference
    """,
    """
    UPDATE import_instalments s SET known_id = k.id
    FROM leasing_contract c, leasing_instalment k
    WHERE c.site_id = %(site)s AND c.reference = s.contract
      AND k.site_id = %(site)s AND k.contract_id = c.id AND k.period = date_trunc('month', s.due_date)::date
    """,
    """
    UPDATE import_deposits s SET known_id = k.id
    FROM leasing_contract c, leasing_deposit k
    WHERE c.site_id = %(site)s AND c.reference = s.contract AND k.site_id = %(site)s AND k.contract_id = c.id
    """,
    # A mobile money transaction is one payment in the whole site.
    """
    UPDATE import_payments s SET known_id = k.id FROM leasing_payment k
    WHERE s.method = 'mobile' AND s.reference <> '' AND k.site_id = %(site)s AND k.method = 'mobile'
      AND k.provider = coalesce(s.provider, '') AND k.external_reference = s.reference
    """,
)


# Numbered among equals on both sides, then paired. `rank` orders equal rows alike on both sides, so that the
# one that was closed finds the one that is closed.
_PAIR = sql.SQL("""
    WITH new AS (
        SELECT s.id, s.{owner}, {same_of_staged},
            row_number() OVER (PARTITION BY s.{owner}, {same_of_staged} ORDER BY {rank_of_staged} s.seq) AS number
        FROM {staged} s
    ), known AS (
        SELECT k.id, o.{key} AS {owner}, {same_of_known},
            row_number() OVER (PARTITION BY k.{owner_id}, {same_of_known} ORDER BY {rank_of_known} k.id) AS number
        FROM {table} k JOIN {owners} o ON o.site_id = k.site_id AND o.id = k.{owner_id}
        WHERE k.site_id = %(site)s AND o.{key} IN (SELECT {owner} FROM {staged})
    )
    UPDATE {staged} s SET known_id = known.id
    FROM new JOIN known USING ({owner}, {same}, number) WHERE s.id = new.id
""")


def _pair(
    staged: str,
    table: str,
    same: tuple[str, ...],
    *,
    owner: str = "contract",
    rank: tuple[str, ...] = (),
) -> str:
    def columns(alias: str, names: tuple[str, ...]) -> sql.Composed:
        return sql.SQL(", ").join(sql.Identifier(alias, name) if alias else sql.Identifier(name) for name in names)

    def ordering(alias: str, names: tuple[str, ...]) -> sql.Composed:
        return sql.SQL("").join(sql.SQL("{}, ").format(sql.Identifier(alias, name)) for name in names)

    return _PAIR.format(
        staged=sql.Identifier(staged),
        table=sql.Identifier(table),
        owners=sql.Identifier(f"leasing_{owner}"),
        owner=sql.Identifier(owner),
        owner_id=sql.Identifier(f"{owner}_id"),
        key=sql.Identifier("reference" if owner == "contract" else "code"),
        same=columns("", same),
        same_of_staged=columns("s", same),
        same_of_known=columns("k", same),
        rank_of_staged=ordering("s", rank),
        rank_of_known=ordering("k", rank),
    ).as_string()  # text: pghistory looks into every statement of a request


# Also those that were reversed: they are not to come back.
_PAYMENTS_WITHOUT_KEY = """
    WITH new AS (
        SELECT s.id, s.contract, s.received_on, s.amount, s.method, coalesce(s.reference, '') AS reference,
            row_number() OVER (
                PARTITION BY s.contract, s.received_on, s.amount, s.method, coalesce(s.reference, '') ORDER BY s.seq
            ) AS number
        FROM import_payments s WHERE s.method <> 'mobile' OR coalesce(s.reference, '') = ''
    ), known AS (
        SELECT k.id, c.reference AS contract, k.received_on, k.amount, k.method, k.external_reference AS reference,
            row_number() OVER (
                PARTITION BY k.contract_id, k.received_on, k.amount, k.method, k.external_reference
                ORDER BY k.recorded_at, k.id
            ) AS number
        FROM leasing_payment k JOIN leasing_contract c ON c.site_id = k.site_id AND c.id = k.contract_id
        WHERE k.site_id = %(site)s AND c.reference IN (SELECT contract FROM import_payments)
          AND (k.method <> 'mobile' OR k.external_reference = '')
    )
    UPDATE import_payments s SET known_id = known.id
    FROM new JOIN known USING (contract, received_on, amount, method, reference, number) WHERE s.id = new.id
"""

_MATCHES = (
    *_BY_KEY,
    _PAYMENTS_WITHOUT_KEY,
    _pair("import_notices", "leasing_notice", ("kind", "issued_on"), rank=("closed_on", "state")),
    _pair("import_litigations", "leasing_litigation", ("kind", "opened_on"), rank=("resolved_on",)),
    _pair(
        "import_requests",
        "leasing_servicerequest",
        ("category", "opened_on", "is_complaint"),
        owner="tenant",
        rank=("closed_on", "priority"),
    ),
    _pair("import_interactions", "leasing_interaction", ("channel", "direction", "happened_at"), owner="tenant"),
    _pair("import_surveys", "leasing_survey", ("kind", "answered_on", "rating"), owner="tenant"),
)
