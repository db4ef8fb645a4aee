"""Kinds of mistakes that rows of several tables make, each found by one statement."""

from django.utils.translation import gettext_lazy as _

from imports.choices import Words
from imports.table import Check


def twice(table: str, key: str, *, column: str = "", among: str = "") -> Check:
    """Rows that say what an earlier one says: the same `key`, which is also the column shown unless one is named."""
    column = column or key
    where = f"WHERE {among}" if among else ""
    return Check(
        f"""
        SELECT source, line, '{column}', {column}::text, first_line FROM (
            SELECT *, row_number() OVER same AS number, first_value(line) OVER same AS first_line
            FROM import_{table} {where} WINDOW same AS (PARTITION BY {key} ORDER BY seq)
        ) rows WHERE number > 1
        """,
        _("Line %(detail)s is the same: a row can appear only once."),
    )


def unknown_property(table: str, column: str = "property") -> Check:
    return Check(
        _not_there(table, column, "properties", "leasing_property", "code"),
        _("There is no property with this code, in the files or on %(site)s."),
    )


def unknown_tenant(table: str, column: str = "tenant") -> Check:
    return Check(
        _not_there(table, column, "tenants", "leasing_tenant", "code"),
        _("There is no tenant with this code, in the files or on %(site)s."),
    )


def unknown_contract(table: str, column: str = "contract") -> Check:
    return Check(
        _not_there(table, column, "contracts", "leasing_contract", "reference"),
        _("There is no contract with this reference, in the files or on %(site)s."),
    )


def _not_there(table: str, column: str, target: str, real: str, key: str) -> str:
    return f"""
        SELECT s.source, s.line, '{column}', s.{column}, NULL FROM import_{table} s
        WHERE s.{column} IS NOT NULL AND s.{column} <> ALL (%(unreadable_{target})s::text[])
          AND NOT EXISTS (SELECT FROM import_{target} t WHERE t.{key} = s.{column})
          AND NOT EXISTS (SELECT FROM {real} t WHERE t.site_id = %(site)s AND t.{key} = s.{column})
    """


def refers_to_itself(table: str, column: str, key: str) -> Check:
    return Check(
        f"SELECT source, line, '{column}', {column}, NULL FROM import_{table} WHERE {column} = {key}",
        _("A row cannot refer to itself."),
    )


def before(table: str, late: str, early: str) -> Check:
    """Rows whose later day is before their earlier one."""
    return Check(
        f"SELECT source, line, '{late}', {late}::text, {early}::text FROM import_{table} WHERE {late} < {early}",
        _("This day is before %(detail)s."),
    )


def still_to_come(table: str, column: str) -> Check:
    return Check(
        f"""
        SELECT source, line, '{column}', {column}::date::text, NULL FROM import_{table}
        WHERE {column}::date > %(today)s
        """,
        _("This day is in the future."),
    )


def on_a_draft(table: str) -> Check:
    """Money on a contract that is none yet."""
    return Check(
        f"""
        SELECT s.source, s.line, 'contract', s.contract, s.contract FROM import_{table} s
        WHERE EXISTS (SELECT FROM import_contracts c WHERE c.reference = s.contract AND c.known_id IS NULL
                      AND c.status = 'draft')
           OR EXISTS (SELECT FROM leasing_contract c WHERE c.site_id = %(site)s AND c.reference = s.contract
                      AND c.status = 'draft')
        """,
        _("Contract %(detail)s is a draft: nothing is due or paid on it."),
    )


def kept(statement: str, words: Words | None = None) -> Check:
    """Rows that are there already and say something else: worth knowing, because nothing is changed."""
    return Check(statement, _("Already recorded with %(detail)s: left as it is."), words=words)
