"""The table of runs comes from `leasing`, with its rows, its policy and the jobs that wait for one of them.

A table that is renamed keeps its policy: at no moment is a row seen past its site.
"""

import django.contrib.postgres.functions
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


def move(old, new):
    """From one app to another: what is named after the app follows."""
    return f"""
        ALTER TABLE {old}_importrun RENAME TO {new}_importrun;
        DO $$
        DECLARE
            old_name name;
        BEGIN
            FOR old_name IN
                SELECT conname FROM pg_constraint
                WHERE conrelid = '{new}_importrun'::regclass AND starts_with(conname, '{old}_importrun')
            LOOP
                EXECUTE format(
                    'ALTER TABLE {new}_importrun RENAME CONSTRAINT %I TO %I',
                    old_name, '{new}' || substr(old_name, length('{old}') + 1)
                );
            END LOOP;
        END $$;
        UPDATE outbox_job
        SET name = '{new}' || substr(name, length('{old}') + 1), key = '{new}' || substr(key, length('{old}') + 1)
        WHERE name = '{old}.jobs.import_portfolio';
        UPDATE django_content_type SET app_label = '{new}' WHERE app_label = '{old}' AND model = 'importrun';
    """


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('leasing', '0004_import_runs_leave'),
        ('outbox', '0001_job'),
        ('sites_app', '0002_six_sites_and_their_rules'),
        ('contenttypes', '0002_remove_content_type_name'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(move('leasing', 'imports'), move('imports', 'leasing'))],
            state_operations=[
                migrations.CreateModel(
                    name='ImportRun',
                    fields=[
                        ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('started_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='started')),
                        ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                        ('state', models.CharField(choices=[('queued', 'In progress'), ('done', 'Imported'), ('checked', 'Checked'), ('refused', 'Refused'), ('failed', 'Failed')], default='queued', max_length=10, verbose_name='state')),
                        ('dry_run', models.BooleanField(default=False, verbose_name='only checked')),
                        ('file_names', models.JSONField(default=list, verbose_name='files')),
                        ('counts', models.JSONField(blank=True, default=dict, verbose_name='rows')),
                        ('problem_count', models.PositiveIntegerField(default=0, verbose_name='bad rows')),
                        ('problems', models.JSONField(blank=True, default=list, editable=False)),
                        ('warning_count', models.PositiveIntegerField(default=0, verbose_name='remarks')),
                        ('warnings', models.JSONField(blank=True, default=list, editable=False)),
                        ('site', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites_app.site', verbose_name='site')),
                        ('started_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='started by')),
                    ],
                    options={
                        'verbose_name': 'import',
                        'verbose_name_plural': 'imports',
                        'ordering': ['-started_at'],
                        'indexes': [models.Index(fields=['site', 'started_at'], name='importrun_site_started')],
                    },
                ),
            ],
        ),
    ]
