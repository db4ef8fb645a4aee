import django.contrib.postgres.functions
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

from sites_app.isolation import IsolateTables


class Migration(migrations.Migration):

    dependencies = [
        ('leasing', '0001_records'),
        ('sites_app', '0002_six_sites_and_their_rules'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
        IsolateTables("ImportRun"),
    ]
