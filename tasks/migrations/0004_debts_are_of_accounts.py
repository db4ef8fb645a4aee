"""A debt is the account's: open tasks about late rents are asked for under its name, and go on."""

from django.db import migrations

_TO_ACCOUNTS = """
    UPDATE tasks_task t SET source = one.source
    FROM (
        SELECT DISTINCT ON (of_account.site_id, of_account.source) of_account.* FROM (
            SELECT t.site_id, t.id, t.due_at,
                concat_ws(':', 'rent_late', c.account_id, split_part(t.source, ':', 3)) AS source
            FROM tasks_task t
            JOIN leasing_contract c ON c.site_id = t.site_id AND c.id = t.contract_id AND c.account_id IS NOT NULL
            WHERE t.cause = 'rent_late' AND t.status IN ('pending', 'in_progress', 'blocked')
        ) of_account
        ORDER BY of_account.site_id, of_account.source, of_account.due_at, of_account.id
    ) one
    WHERE t.site_id = one.site_id AND t.id = one.id
"""

_TO_CONTRACTS = """
    UPDATE tasks_task t
    SET cause = 'rent_late', source = concat_ws(':', 'rent_late', t.contract_id, split_part(t.source, ':', 3))
    WHERE t.cause IN ('rent_late', 'recovery') AND t.status IN ('pending', 'in_progress', 'blocked')
        AND t.contract_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM tasks_task other
            WHERE other.site_id = t.site_id AND other.id <> t.id
                AND other.source = concat_ws(':', 'rent_late', t.contract_id, split_part(t.source, ':', 3))
        )
"""


class Migration(migrations.Migration):
    dependencies = [("tasks", "0003_causes_are_registered"), ("leasing", "0007_accounts_are_required")]
    operations = [migrations.RunSQL(_TO_ACCOUNTS, _TO_CONTRACTS)]
