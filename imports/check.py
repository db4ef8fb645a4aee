"""What is wrong with staged rows that could each be read: set-based, one statement for each kind of mistake."""

import datetime as dt
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from changes.refusals import RuleBroken
from imports.read import MAX_LISTED, Found, Problem
from leasing.actions import claim_room
from screens import formats
from sites_app.models import Site


def check_staged(
    *, site: Site, today: dt.date, unreadable: Mapping[str, Collection[str]] = MappingProxyType({})
) -> tuple[Found, Found]:
    """(what keeps the import from being done, what is worth knowing).

    Needs an open scope and rows that `match_staged` has been over. A past payment that today's rules would refuse is
    only worth knowing: history is taken as it was. `unreadable` has the codes of rows, by table, that are in the files
    but could not be read: to refer to one of them is no mistake.
    """
    names = {"site": site.code, "today": today, "most": MAX_LISTED}
    names |= {
        f"unreadable_{table}": list(unreadable.get(table, ())) for table in ("properties", "tenants", "contracts")
    }
    problems, remarks = Found(), Found()
    with connection.cursor() as cursor:
        cursor.execute(_CONTRACTS_THERE, names)
        for statement in _MISTAKES:
            problems.add_all(_found(cursor, statement, names, site))
        for statement in _REMARKS:
            remarks.add_all(_found(cursor, statement, names, site))
        problems.add_all(_site_is_full(cursor, site))
    return problems, remarks


def _found(cursor: Any, statement: str, names: dict[str, Any], site: Site) -> Found:
    # Half a million rows may make the same mistake: the database counts them, and sends the first.
    cursor.execute(
        f"""
        WITH mistakes (source, line, column_name, value, mistake, detail) AS ({statement})
        SELECT *, count(*) OVER () FROM mistakes ORDER BY source, line, column_name LIMIT %(most)s
        """,  # noqa: S608 -- our own statements
        names,
    )
    rows = cursor.fetchall()
    listed = [
        Problem(source, line, column, str(value or ""), _sentence(mistake, detail, site))
        for source, line, column, value, mistake, detail, _count in rows
    ]
    return Found(listed, rows[0][-1] if rows else 0)


def _sentence(mistake: str, detail: Any, site: Site) -> str:
    words = {"detail": detail, "site": site.name}
    sentences = {
        "twice": _("Line %(detail)s says the same: a row can be there only once."),
        "unknown_property": _("There is no property with this code, in the files or on %(site)s."),
        "unknown_tenant": _("There is no tenant with this code, in the files or on %(site)s."),
        "unknown_contract": _("There is no contract with this reference, in the files or on %(site)s."),
        "unknown_agent": _("Nobody of %(site)s has this user name or e-mail."),
        "refers_to_itself": _("A row cannot refer to itself."),
        "before": _("This day is before %(detail)s."),
        "to_come": _("This day is still to come."),
        "ended_without_day": _("An ended contract needs the day on which it ended."),
        "day_without_ended": _("A contract that ended on a day is ended or terminated, not %(detail)s."),
        "overlap": _("Contract %(detail)s is in force on the same property on some of these days."),
        "nothing_paid": _("A payment is more than zero."),
        "other_payment": _("This mobile money transaction is already recorded, for another contract, day or amount."),
        "refund_above_deposit": _("More would be refunded than the deposit of %(detail)s."),
        "settled_without_state": _("A deposit that is still held has no day on which it was settled."),
        "state_without_settled": _("A deposit that is no longer held needs the day on which it was settled."),
        "draft": _("Contract %(detail)s is a draft: nothing is due or paid on it."),
        "kept": _("Already there with %(detail)s: left as it is."),
        "method_not_allowed": _("%(site)s does not take this method today (allowed: %(detail)s): taken as it was."),
        "cash_over_limit": _("Above the largest cash payment of %(site)s today, %(detail)s: taken as it was."),
    }
    if mistake in ("cash_over_limit", "refund_above_deposit"):
        words["detail"] = formats.francs(int(detail), site.currency)
    return sentences[mistake] % words


def _site_is_full(cursor: Any, site: Site) -> Found:
    problems = Found()
    for table, places in (("tenants", "tenants"), ("properties", "properties")):
        cursor.execute(f"SELECT count(*), min(source) FROM import_{table} WHERE known_id IS NULL")  # noqa: S608 -- our own names
        new, source = cursor.fetchone()
        if new:
            try:
                claim_room(site=site, **{places: new})
            except RuleBroken as full:
                problems.add(Problem(source, 0, "", "", full.sentence))
    return problems


# Every signed contract of the properties in the file, as the site will have them: the file's new ones, and its own.
_CONTRACTS_THERE = """
    DROP TABLE IF EXISTS pg_temp.import_contracts_there;
    CREATE TEMPORARY TABLE import_contracts_there ON COMMIT DROP AS
    SELECT s.id, s.reference, s.property, s.start_date, s.ended_on, s.source, s.line
    FROM import_contracts s WHERE s.known_id IS NULL AND coalesce(s.status, 'active') <> 'draft'
        AND (s.ended_on IS NULL OR s.ended_on >= s.start_date)
    UNION ALL
    SELECT c.id, c.reference, p.code, c.start_date, c.ended_on, NULL, NULL
    FROM leasing_contract c JOIN leasing_property p ON p.site_id = c.site_id AND p.id = c.property_id
    WHERE c.site_id = %(site)s AND c.status <> 'draft' AND p.code IN (SELECT property FROM import_contracts)
"""


def _twice(table: str, column: str, key: str) -> str:
    return f"""
        SELECT source, line, '{column}', {key.split(",", maxsplit=1)[0]}::text, 'twice', first_line FROM (
            SELECT *, row_number() OVER same AS number, first_value(line) OVER same AS first_line
            FROM import_{table} WINDOW same AS (PARTITION BY {key} ORDER BY seq)
        ) rows WHERE number > 1
    """  # noqa: S608 -- our own names


def _unknown(table: str, column: str, target: str, key: str, real: str) -> str:
    targets = "properties" if target == "property" else f"{target}s"
    return f"""
        SELECT s.source, s.line, '{column}', s.{column}, 'unknown_{target}', NULL FROM import_{table} s
        WHERE s.{column} IS NOT NULL AND s.{column} <> ALL (%(unreadable_{targets})s::text[])
          AND NOT EXISTS (SELECT FROM import_{targets} t WHERE t.{key} = s.{column})
          AND NOT EXISTS (SELECT FROM leasing_{real} t WHERE t.site_id = %(site)s AND t.{key} = s.{column})
    """  # noqa: S608 -- our own names


def _before(table: str, late: str, early: str) -> str:
    return f"""
        SELECT source, line, '{late}', {late}::text, 'before', {early}::text FROM import_{table} WHERE {late} < {early}
    """  # noqa: S608 -- our own names


def _to_come(table: str, column: str) -> str:
    return f"""
        SELECT source, line, '{column}', {column}::date::text, 'to_come', NULL FROM import_{table}
        WHERE {column}::date > %(today)s
    """  # noqa: S608 -- our own names


def _unknown_agent(table: str) -> str:
    return f"""
        SELECT s.source, s.line, 'agent', s.agent, 'unknown_agent', NULL FROM import_{table} s
        WHERE s.agent IS NOT NULL AND NOT EXISTS (
            SELECT FROM sites_app_membership m JOIN accounts_user u ON u.id = m.user_id
            WHERE m.site_id = %(site)s AND lower(s.agent) IN (lower(u.username), nullif(lower(u.email), '')))
    """  # noqa: S608 -- our own names


def _itself(table: str, column: str, key: str) -> str:
    return f"""
        SELECT source, line, '{column}', {column}, 'refers_to_itself', NULL FROM import_{table} WHERE {column} = {key}
    """  # noqa: S608 -- our own names


_MISTAKES = (
    _twice("properties", "code", "code"),
    _twice("tenants", "code", "code"),
    _twice("contracts", "reference", "reference"),
    _twice("instalments", "contract", "contract, date_trunc('month', due_date)"),
    _twice("deposits", "contract", "contract"),
    _unknown("tenants", "referred_by", "tenant", "code", "tenant"),
    _itself("tenants", "referred_by", "code"),
    _unknown("contracts", "property", "property", "code", "property"),
    _unknown("contracts", "tenant", "tenant", "code", "tenant"),
    _unknown("contracts", "renewal_of", "contract", "reference", "contract"),
    _itself("contracts", "renewal_of", "reference"),
    _unknown_agent("contracts"),
    _unknown_agent("interactions"),
    *(
        _unknown(table, "contract", "contract", "reference", "contract")
        for table in ("instalments", "payments", "deposits", "notices", "litigations")
    ),
    *(_unknown(table, "tenant", "tenant", "code", "tenant") for table in ("requests", "interactions", "surveys")),
    _unknown("requests", "property", "property", "code", "property"),
    _before("contracts", "end_date", "start_date"),
    _before("contracts", "ended_on", "start_date"),
    _before("notices", "closed_on", "issued_on"),
    _before("litigations", "resolved_on", "opened_on"),
    _before("requests", "closed_on", "opened_on"),
    _to_come("payments", "received_on"),
    _to_come("deposits", "settled_on"),
    _to_come("litigations", "opened_on"),
    _to_come("requests", "opened_on"),
    _to_come("surveys", "answered_on"),
    _to_come("interactions", "happened_at"),
    """
    SELECT source, line, 'ended_on', '', 'ended_without_day', NULL FROM import_contracts
    WHERE status IN ('ended', 'terminated') AND ended_on IS NULL
    """,
    """
    SELECT source, line, 'ended_on', ended_on::text, 'day_without_ended', status FROM import_contracts
    WHERE status IN ('draft', 'active') AND ended_on IS NOT NULL
    """,
    """
    SELECT c.source, c.line, 'property', c.property, 'overlap', (
        SELECT o.reference FROM import_contracts_there o
        WHERE o.property = c.property AND o.id <> c.id
          AND daterange(o.start_date, o.ended_on, '[]') && daterange(c.start_date, c.ended_on, '[]')
        ORDER BY o.start_date, o.reference LIMIT 1)
    FROM (
        SELECT *, max(coalesce(ended_on, 'infinity')) OVER earlier AS earlier_end,
               min(start_date) FILTER (WHERE line IS NULL) OVER later AS later_start
        FROM import_contracts_there
        WINDOW earlier AS (PARTITION BY property ORDER BY start_date, line NULLS FIRST
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
               later AS (PARTITION BY property ORDER BY start_date, line NULLS FIRST
                         ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
    ) c
    WHERE c.line IS NOT NULL
      AND (c.earlier_end >= c.start_date OR c.later_start <= coalesce(c.ended_on, 'infinity'))
    """,
    """
    SELECT source, line, 'amount', amount::text, 'nothing_paid', NULL FROM import_payments WHERE amount <= 0
    """,
    """
    SELECT s.source, s.line, 'reference', s.reference, 'other_payment', NULL
    FROM import_payments s JOIN leasing_payment k ON k.site_id = %(site)s AND k.id = s.known_id
    JOIN leasing_contract c ON c.site_id = %(site)s AND c.id = k.contract_id
    WHERE s.method = 'mobile' AND s.reference <> ''
      AND (c.reference, k.amount, k.received_on) IS DISTINCT FROM (s.contract, s.amount, s.received_on)
    """,
    """
    SELECT source, line, 'reference', reference, 'twice', first_line FROM (
        SELECT *, row_number() OVER same AS number, first_value(line) OVER same AS first_line
        FROM import_payments WHERE method = 'mobile' AND reference <> ''
        WINDOW same AS (PARTITION BY coalesce(provider, ''), reference ORDER BY seq)
    ) rows WHERE number > 1
    """,
    """
    SELECT s.source, s.line, 'refunded_amount', s.refunded_amount::text, 'refund_above_deposit', held.amount
    FROM import_deposits s CROSS JOIN LATERAL (
        SELECT coalesce(
            (SELECT coalesce(c.deposit, 0) FROM import_contracts c
             WHERE c.reference = s.contract AND c.known_id IS NULL LIMIT 1),
            (SELECT c.deposit_amount FROM leasing_contract c WHERE c.site_id = %(site)s AND c.reference = s.contract)
        ) AS amount) held
    WHERE s.refunded_amount > held.amount
    """,
    """
    SELECT source, line, 'settled_on', settled_on::text, 'settled_without_state', NULL FROM import_deposits
    WHERE state = 'held' AND settled_on IS NOT NULL
    """,
    """
    SELECT source, line, 'settled_on', '', 'state_without_settled', NULL FROM import_deposits
    WHERE state <> 'held' AND settled_on IS NULL
    """,
    *(
        f"""
        SELECT s.source, s.line, 'contract', s.contract, 'draft', s.contract FROM import_{table} s
        WHERE EXISTS (SELECT FROM import_contracts c WHERE c.reference = s.contract AND c.known_id IS NULL
                      AND c.status = 'draft')
           OR EXISTS (SELECT FROM leasing_contract c WHERE c.site_id = %(site)s AND c.reference = s.contract
                      AND c.status = 'draft')
        """  # noqa: S608 -- our own names
        for table in ("instalments", "payments")
    ),
)

_REMARKS = (
    """
    SELECT s.source, s.line, differs.column_name, differs.wanted, 'kept', differs.there
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
        ('deposit', s.deposit::text, c.deposit_amount::text)
    ) AS differs (column_name, wanted, there)
    WHERE differs.wanted IS NOT NULL AND differs.wanted IS DISTINCT FROM differs.there
    """,
    """
    SELECT s.source, s.line, 'name', s.name, 'kept', t.name
    FROM import_tenants s JOIN leasing_tenant t ON t.site_id = %(site)s AND t.id = s.known_id WHERE s.name <> t.name
    """,
    """
    SELECT s.source, s.line, 'market_rent', s.market_rent::text, 'kept', p.market_rent::text
    FROM import_properties s JOIN leasing_property p ON p.site_id = %(site)s AND p.id = s.known_id
    WHERE s.market_rent <> p.market_rent
    """,
    """
    SELECT s.source, s.line, 'amount', s.amount::text, 'kept', i.amount::text
    FROM import_instalments s JOIN leasing_instalment i ON i.site_id = %(site)s AND i.id = s.known_id
    WHERE s.amount <> i.amount
    """,
    """
    SELECT s.source, s.line, 'method', s.method, 'method_not_allowed',
           (SELECT string_agg(allowed, ', ') FROM jsonb_array_elements_text(r.value) allowed)
    FROM import_payments s JOIN sites_app_regionalrule r
      ON r.site_id = %(site)s AND r.rule_type = 'payment_methods' AND r.valid @> s.received_on
    WHERE s.known_id IS NULL AND NOT r.value ? s.method
    """,
    """
    SELECT s.source, s.line, 'amount', s.amount::text, 'cash_over_limit', r.value::text
    FROM import_payments s JOIN sites_app_regionalrule r
      ON r.site_id = %(site)s AND r.rule_type = 'largest_cash_payment' AND r.valid @> s.received_on
    WHERE s.known_id IS NULL AND s.method = 'cash' AND jsonb_typeof(r.value) = 'number'
      AND s.amount > (r.value #>> '{}')::bigint
    """,
)
