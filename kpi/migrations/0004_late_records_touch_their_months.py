"""Triggers that write down which days' counts a record has changed, when the month of these days may be over.

They stand on leasing's tables, because only the database sees every writer: actions, imports, the administration,
raw SQL. Each is once per statement, over all the rows that it has changed, and only inserts: two clerks never wait
for one another. Which days a record counts for is read off kpi/counting/statements.py; too many days do no harm.
"""

from django.db import migrations

# Days of a month that is not over yet are nobody's snapshot; two days, because a site's day may be ahead of UTC.
_NOTE = """
    INSERT INTO kpi_toucheddays (site_id, first, last)
    SELECT site_id, min(first), CASE WHEN bool_and(last IS NOT NULL) THEN max(last) END
    FROM ({days}) touched
    WHERE first < date_trunc('month', now() AT TIME ZONE 'UTC' + interval '2 days')::date
    GROUP BY site_id
"""

# For each table: the columns that a count reads, and the days that a row with them counts for. `r` is the row as it
# was or as it is; an update is both, for rows of which one of these columns has changed.
_EVER = "date '0001-01-01'"
_ROWS = {
    "leasing_property": (
        "site_id, id, status",
        f"SELECT r.site_id, {_EVER} AS first, NULL::date AS last FROM {{rows}} r WHERE r.status = 'lettable'",
    ),
    "leasing_contract": (
        "site_id, id, property_id, tenant_id, agent_id, start_date, end_date, signed_on, monthly_rent, renewal_of_id,"
        " status = 'draft' AS is_draft",
        # Also the term that it renews, the settlement of its deposit, and the rents of a draft that is one no more.
        """
        SELECT r.site_id, least(
            r.start_date, r.signed_on,
            (SELECT min(end_date) FROM leasing_contract before
             WHERE before.site_id = r.site_id AND before.tenant_id = r.tenant_id
                AND before.property_id = r.property_id AND before.start_date < r.start_date
                AND before.end_date >= r.start_date - 90),
            (SELECT end_date FROM leasing_contract before
             WHERE before.site_id = r.site_id AND before.id = r.renewal_of_id),
            (SELECT settled_on FROM leasing_deposit d WHERE d.site_id = r.site_id AND d.contract_id = r.id),
            (SELECT min(due_date) FROM leasing_instalment i WHERE i.site_id = r.site_id AND i.contract_id = r.id)
        ) AS first, NULL::date AS last
        FROM {rows} r
        """,
    ),
    "leasing_instalment": (
        "site_id, id, contract_id, due_date, amount",
        "SELECT r.site_id, r.due_date AS first, NULL::date AS last FROM {rows} r WHERE r.amount > 0",
    ),
    "leasing_payment": (
        "site_id, id, contract_id, received_on",
        "SELECT r.site_id, r.received_on AS first, r.received_on + 30 AS last FROM {rows} r",
    ),
    "leasing_paymentreversal": (
        "site_id, id, payment_id",
        """
        SELECT r.site_id, p.received_on AS first, p.received_on + 30 AS last
        FROM {rows} r JOIN leasing_payment p ON p.site_id = r.site_id AND p.id = r.payment_id
        """,
    ),
    "leasing_allocation": (
        "site_id, id, payment_id, instalment_id, amount",
        """
        SELECT r.site_id, greatest(i.due_date, p.received_on) AS first, NULL::date AS last
        FROM {rows} r
        JOIN leasing_instalment i ON i.site_id = r.site_id AND i.id = r.instalment_id
        JOIN leasing_payment p ON p.site_id = r.site_id AND p.id = r.payment_id
        """,
    ),
    "leasing_deposit": (
        "site_id, id, contract_id, state, settled_on",
        "SELECT r.site_id, r.settled_on AS first, r.settled_on AS last FROM {rows} r WHERE r.settled_on IS NOT NULL",
    ),
    "leasing_notice": (
        "site_id, id, issued_on, closed_on",
        "SELECT r.site_id, r.closed_on AS first, r.closed_on AS last FROM {rows} r WHERE r.closed_on IS NOT NULL",
    ),
    "leasing_litigation": (
        "site_id, id, contract_id, opened_on, resolved_on",
        # A contract that ended long ago has not ended without a dispute any more.
        """
        SELECT r.site_id, least(r.opened_on, c.ended_on) AS first, NULL::date AS last
        FROM {rows} r JOIN leasing_contract c ON c.site_id = r.site_id AND c.id = r.contract_id
        """,
    ),
    "leasing_interaction": (
        "site_id, id, tenant_id, happened_at",
        """
        SELECT r.site_id, day AS first, day + 30 AS last
        FROM {rows} r JOIN sites_app_site s ON s.code = r.site_id
        CROSS JOIN LATERAL (SELECT (r.happened_at AT TIME ZONE s.timezone)::date AS day) AS d
        """,
    ),
    "leasing_survey": (
        "site_id, id, tenant_id, kind, rating, answered_on",
        "SELECT r.site_id, r.answered_on AS first, r.answered_on AS last FROM {rows} r",
    ),
}

# What happens every day shall not touch months that are over. A rent settled today: whether it was missed, and what had
# come in for it, depends on the day of settlement alone. A contract ended today: before that day it was in force.
_MORE = {
    "leasing_instalment": """
        UNION ALL
        SELECT n.site_id, greatest(n.due_date, least(o.settled_on, n.settled_on)), NULL::date
        FROM old_rows o JOIN new_rows n ON n.id = o.id
        WHERE o.settled_on IS DISTINCT FROM n.settled_on
    """,
    "leasing_contract": """
        UNION ALL
        SELECT n.site_id, least(
            o.ended_on, n.ended_on,
            CASE WHEN least(o.ended_on, n.ended_on) < n.end_date + 30 THEN n.end_date END,
            (SELECT settled_on FROM leasing_deposit d WHERE d.site_id = n.site_id AND d.contract_id = n.id)
        ), NULL::date
        FROM old_rows o JOIN new_rows n ON n.id = o.id
        WHERE o.ended_on IS DISTINCT FROM n.ended_on
    """,
}


def _function(table, event, days):
    name = f"kpi_touch_{table}_{event}"
    transition = {
        "insert": "NEW TABLE AS new_rows",
        "delete": "OLD TABLE AS old_rows",
        "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    }[event]
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_NOTE.format(days=days)};"
        f" RETURN NULL; END $$",
        f"CREATE TRIGGER {name} AFTER {event.upper()} ON {table} REFERENCING {transition}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
    )


def add_triggers_of(table, schema_editor):
    columns, days = _ROWS[table]
    old, new = (f"SELECT {columns} FROM {rows}" for rows in ("old_rows", "new_rows"))
    changed = f"(({old} EXCEPT {new}) UNION ALL ({new} EXCEPT {old}))"
    rows_of = {"insert": "new_rows", "delete": "old_rows", "update": changed}
    for event, rows in rows_of.items():
        touched = days.format(rows=rows)
        if event == "update":
            touched += _MORE.get(table, "")
        for statement in _function(table, event, touched):
            schema_editor.execute(statement)


def remove_triggers_of(table, schema_editor):
    for event in ("insert", "update", "delete"):
        schema_editor.execute(f"DROP TRIGGER kpi_touch_{table}_{event} ON {table}")
        schema_editor.execute(f"DROP FUNCTION kpi_touch_{table}_{event}()")


def add_triggers(apps, schema_editor):
    for table in _ROWS:
        add_triggers_of(table, schema_editor)


def remove_triggers(apps, schema_editor):
    for table in _ROWS:
        remove_triggers_of(table, schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("kpi", "0003_snapshots_benchmarks_and_subscriptions"),
        ("leasing", "0002_import_runs"),
    ]
    operations = [migrations.RunPython(add_triggers, remove_triggers)]
