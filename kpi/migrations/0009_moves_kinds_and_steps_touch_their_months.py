"""The triggers that note late records, as the counts read leasing's tables now; and no snapshot from before.

New: a change of rent; the kind of a debt and of a payment; an account's payment is a sign of life for every day after
it; a move inside the agency, which comes with an end or a start. The definitions have changed: every month is counted
again, within the hour.
"""

from importlib import import_module

from django.db import migrations

late = import_module("kpi.migrations.0004_late_records_touch_their_months")

_CONTRACT_COLUMNS, _CONTRACT_DAYS = late._ROWS["leasing_contract"]
# Whether somebody has been silent since the end of a term is asked on every later day.
_ROWS = {
    "leasing_contract": (
        f"{_CONTRACT_COLUMNS}, account_id, moved_from_id IS NULL AS is_signing",
        _CONTRACT_DAYS,
    ),
    "leasing_rentstep": (
        "site_id, id, contract_id, from_month, monthly_rent",
        "SELECT r.site_id, r.from_month AS first, NULL::date AS last FROM {rows} r",
    ),
    "leasing_instalment": (
        "site_id, id, contract_id, kind, period, due_date, amount",
        # What has paid a debt that is no rent was no income on its own day.
        """
        SELECT r.site_id, least(r.due_date, CASE WHEN r.kind NOT IN ('rent', 'service') THEN (
            SELECT min(p.received_on) FROM leasing_allocation a
            JOIN leasing_payment p ON p.site_id = a.site_id AND p.id = a.payment_id
            WHERE a.site_id = r.site_id AND a.instalment_id = r.id
        ) END) AS first, NULL::date AS last
        FROM {rows} r WHERE r.amount > 0
        """,
    ),
    "leasing_payment": (
        "site_id, id, contract_id, account_id, method, amount, received_on",
        "SELECT r.site_id, r.received_on AS first, NULL::date AS last FROM {rows} r",
    ),
    "leasing_paymentreversal": (
        "site_id, id, payment_id",
        """
        SELECT r.site_id, p.received_on AS first, NULL::date AS last
        FROM {rows} r JOIN leasing_payment p ON p.site_id = r.site_id AND p.id = r.payment_id
        """,
    ),
    "leasing_allocation": (
        "site_id, id, payment_id, instalment_id, amount",
        """
        SELECT r.site_id,
            CASE WHEN i.kind IN ('rent', 'service') THEN greatest(i.due_date, p.received_on)
                ELSE p.received_on END AS first, NULL::date AS last
        FROM {rows} r
        JOIN leasing_instalment i ON i.site_id = r.site_id AND i.id = r.instalment_id
        JOIN leasing_payment p ON p.site_id = r.site_id AND p.id = r.payment_id
        """,
    ),
    "leasing_interaction": (
        "site_id, id, tenant_id, happened_at",
        """
        SELECT r.site_id, (r.happened_at AT TIME ZONE s.timezone)::date AS first, NULL::date AS last
        FROM {rows} r JOIN sites_app_site s ON s.code = r.site_id
        """,
    ),
}
# An end and its reason are written together, today: before that day the contract was in force. A month that began after
# the end counts no more, though it may have fallen due before.
_MORE = late._MORE | {
    "leasing_contract": """
        UNION ALL
        SELECT n.site_id, least(
            o.ended_on, n.ended_on,
            CASE WHEN least(o.ended_on, n.ended_on) < n.end_date + 30 THEN n.end_date END,
            (SELECT settled_on FROM leasing_deposit d WHERE d.site_id = n.site_id AND d.contract_id = n.id),
            (SELECT min(due_date) FROM leasing_instalment i
             WHERE i.site_id = n.site_id AND i.contract_id = n.id AND i.period > least(o.ended_on, n.ended_on))
        ), NULL::date
        FROM old_rows o JOIN new_rows n ON n.id = o.id
        WHERE (o.ended_on, o.end_reason = 'moved') IS DISTINCT FROM (n.ended_on, n.end_reason = 'moved')
    """,
}
_NEW = ("leasing_rentstep",)


def write_triggers(apps, schema_editor):
    for table, (columns, days) in _ROWS.items():
        if table not in _NEW:
            late.remove_triggers_of(table, schema_editor)
        _add_triggers(schema_editor, table, columns, days)


def _add_triggers(schema_editor, table, columns, days):
    old, new = (f"SELECT {columns} FROM {rows}" for rows in ("old_rows", "new_rows"))
    changed = f"(({old} EXCEPT {new}) UNION ALL ({new} EXCEPT {old}))"
    for event, rows in {"insert": "new_rows", "delete": "old_rows", "update": changed}.items():
        more = _MORE.get(table, "") if event == "update" else ""
        for statement in late._function(table, event, days.format(rows=rows) + more):
            schema_editor.execute(statement)


def write_former_triggers(apps, schema_editor):
    for table in _ROWS:
        late.remove_triggers_of(table, schema_editor)
        if table not in _NEW:
            late.add_triggers_of(table, schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("kpi", "0008_no_reference_value_of_francs"),
        ("leasing", "0008_what_the_figures_read"),
    ]
    operations = [
        migrations.RunPython(write_triggers, write_former_triggers),
        migrations.RunSQL("DELETE FROM kpi_kpisnapshot; DELETE FROM kpi_toucheddays", migrations.RunSQL.noop),
    ]
