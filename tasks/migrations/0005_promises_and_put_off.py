"""Promises have a day and an amount, and "later" leaves the day. Debts of tenants who have left go into one list.

What was put off goes on being so. The tasks of recovery, one for each account, end: the list of ended leases and one
weekly task for each agent take their place.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

_PUT_OFF = """
    UPDATE tasks_task t SET put_off_until = t.due_at
    FROM (
        SELECT DISTINCT ON (site_id, task_id) site_id, task_id, verb FROM tasks_taskchange
        ORDER BY site_id, task_id, version_after DESC
    ) last
    WHERE last.site_id = t.site_id AND last.task_id = t.id AND last.verb = 'postpone' AND t.status = 'pending'
        AND t.due_at > now()
"""

_RECOVERY_OF_ACCOUNTS = """
    WITH gone AS (
        SELECT t.id, t.site_id, jsonb_build_object(
            'status', t.status, 'due_at', t.due_at, 'started_at', t.started_at, 'completed_at', t.completed_at,
            'outcome', t.outcome, 'rating', t.rating, 'note', t.note, 'agent_id', t.agent_id
        ) AS before
        FROM tasks_task t JOIN sites_app_site s ON s.code = t.site_id
        WHERE t.cause = 'recovery' AND t.status IN ('pending', 'in_progress', 'blocked')
            AND (s.default_language = 'en') = %s
    ),
    closed AS (
        UPDATE tasks_task t
        SET status = 'done', outcome = 'cause_gone', note = %s, completed_at = now(), version = t.version + 1
        FROM gone WHERE t.site_id = gone.site_id AND t.id = gone.id
        RETURNING t.site_id, t.id, t.version, gone.before
    )
    INSERT INTO tasks_taskchange (site_id, task_id, key, request_digest, verb, before, version_after, at)
    SELECT site_id, id, 'cause_gone:' || id || ':' || version, '', 'cause_gone', before, version, now() FROM closed
"""


# In the language of the site: where that is not English, French is understood.
_NOTES = {
    True: "Debts of tenants who have left are now worked from the list of ended leases.",
    False: "Les dettes des locataires partis se travaillent désormais depuis la liste des baux terminés.",
}


def close_recovery_of_accounts(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for is_english, note in _NOTES.items():
            cursor.execute(_RECOVERY_OF_ACCOUNTS, [is_english, note])
        # The keys that wait for the end of the transaction are checked here: a later migration may alter the table.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ('leasing', '0010_search_words'),
        ('sites_app', '0003_accounts_billing_and_charges'),
        ('tasks', '0004_debts_are_of_accounts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='task',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='task',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='task',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='task',
            name='promised_francs',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='amount promised'),
        ),
        migrations.AddField(
            model_name='task',
            name='promised_on',
            field=models.DateField(blank=True, null=True, verbose_name='promised for'),
        ),
        migrations.AddField(
            model_name='task',
            name='put_off_until',
            field=models.DateTimeField(blank=True, null=True, verbose_name='put off until'),
        ),
        migrations.AddField(
            model_name='taskevent',
            name='promised_francs',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='amount promised'),
        ),
        migrations.AddField(
            model_name='taskevent',
            name='promised_on',
            field=models.DateField(blank=True, null=True, verbose_name='promised for'),
        ),
        migrations.AddField(
            model_name='taskevent',
            name='put_off_until',
            field=models.DateTimeField(blank=True, null=True, verbose_name='put off until'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='task',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "tasks_taskevent" ("agent_id", "cause", "completed_at", "contract_id", "created_at", "created_by_id", "description", "due_at", "facts", "id", "kind", "note", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "promised_francs", "promised_on", "property_id", "put_off_until", "rating", "site_id", "source", "started_at", "status", "tenant_id", "title", "version") VALUES (NEW."agent_id", NEW."cause", NEW."completed_at", NEW."contract_id", NEW."created_at", NEW."created_by_id", NEW."description", NEW."due_at", NEW."facts", NEW."id", NEW."kind", NEW."note", NEW."outcome", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."promised_francs", NEW."promised_on", NEW."property_id", NEW."put_off_until", NEW."rating", NEW."site_id", NEW."source", NEW."started_at", NEW."status", NEW."tenant_id", NEW."title", NEW."version"); RETURN NULL;', hash='70740af0c1256fd2da11120f42d1c0fa2485e904', operation='INSERT', pgid='pgtrigger_insert_insert_e2e86', table='tasks_task', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='task',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "tasks_taskevent" ("agent_id", "cause", "completed_at", "contract_id", "created_at", "created_by_id", "description", "due_at", "facts", "id", "kind", "note", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "promised_francs", "promised_on", "property_id", "put_off_until", "rating", "site_id", "source", "started_at", "status", "tenant_id", "title", "version") VALUES (NEW."agent_id", NEW."cause", NEW."completed_at", NEW."contract_id", NEW."created_at", NEW."created_by_id", NEW."description", NEW."due_at", NEW."facts", NEW."id", NEW."kind", NEW."note", NEW."outcome", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."promised_francs", NEW."promised_on", NEW."property_id", NEW."put_off_until", NEW."rating", NEW."site_id", NEW."source", NEW."started_at", NEW."status", NEW."tenant_id", NEW."title", NEW."version"); RETURN NULL;', hash='e9f29bcf437616d984ff84b993aeb8ba0576ed8b', operation='UPDATE', pgid='pgtrigger_update_update_705e1', table='tasks_task', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='task',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "tasks_taskevent" ("agent_id", "cause", "completed_at", "contract_id", "created_at", "created_by_id", "description", "due_at", "facts", "id", "kind", "note", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "promised_francs", "promised_on", "property_id", "put_off_until", "rating", "site_id", "source", "started_at", "status", "tenant_id", "title", "version") VALUES (OLD."agent_id", OLD."cause", OLD."completed_at", OLD."contract_id", OLD."created_at", OLD."created_by_id", OLD."description", OLD."due_at", OLD."facts", OLD."id", OLD."kind", OLD."note", OLD."outcome", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."promised_francs", OLD."promised_on", OLD."property_id", OLD."put_off_until", OLD."rating", OLD."site_id", OLD."source", OLD."started_at", OLD."status", OLD."tenant_id", OLD."title", OLD."version"); RETURN NULL;', hash='d3b5b40934374c4a8153456558777ed2a9eaef5a', operation='DELETE', pgid='pgtrigger_delete_delete_3627a', table='tasks_task', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('promised_francs__isnull', True), ('promised_on__isnull', True)), ('outcome', 'promised'), _connector='OR'), name='promise_goes_with_its_outcome', violation_error_message='Only what was promised has a day and an amount.'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('promised_francs__isnull', True), ('promised_francs__gt', 0), _connector='OR'), name='promised_francs_are_more_than_zero', violation_error_message='The amount must be a whole number of francs, more than zero.'),
        ),
        migrations.RunSQL(_PUT_OFF, migrations.RunSQL.noop),
        migrations.RunPython(close_recovery_of_accounts, migrations.RunPython.noop),
    ]
