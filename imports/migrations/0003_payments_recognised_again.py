"""An import may ask whether a row is the same money as a recorded payment, and remembers the answer."""

import django.contrib.postgres.functions
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import sites_app.models
import uuid
from django.conf import settings
from django.db import migrations, models

from sites_app.isolation import IsolateTables


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0002_totals'),
        ('leasing', '0009_a_second_phone'),
        ('sites_app', '0003_accounts_billing_and_charges'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='importrun',
            name='answers',
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
        migrations.AddField(
            model_name='importrun',
            name='held',
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
        migrations.AddField(
            model_name='importrun',
            name='held_count',
            field=models.PositiveIntegerField(default=0, verbose_name='rows to be answered'),
        ),
        migrations.AddField(
            model_name='importrun',
            name='held_francs',
            field=models.BigIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='importrun',
            name='history_from',
            field=models.DateField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='importrun',
            name='paths',
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
        migrations.AddField(
            model_name='importrun',
            name='question',
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AlterField(
            model_name='importrun',
            name='state',
            field=models.CharField(choices=[('queued', 'In progress'), ('done', 'Imported'), ('checked', 'Checked'), ('refused', 'Refused'), ('asks', 'To be answered'), ('failed', 'Failed')], default='queued', max_length=10, verbose_name='state'),
        ),
        migrations.CreateModel(
            name='PaymentLikeness',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('received_on', models.DateField(verbose_name='received on')),
                ('method', models.CharField(choices=[('cash', 'Cash'), ('bank', 'Bank transfer'), ('mobile', 'Mobile money'), ('cheque', 'Cheque')], max_length=8, verbose_name='method')),
                ('reference', models.CharField(blank=True, max_length=80, verbose_name='reference')),
                ('is_same', models.BooleanField(verbose_name='the same money')),
                ('answered_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='answered')),
                ('answered_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='answered by')),
                ('payment', sites_app.models.SameSiteForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='leasing.payment', verbose_name='payment')),
                ('site', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites_app.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'payment recognised again',
                'verbose_name_plural': 'payments recognised again',
                'ordering': ['-answered_at'],
                'indexes': [models.Index(fields=['site', 'payment'], name='likeness_site_payment')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentlikeness',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2e35b2e02afdef34cad6ea99ee1f2e763a756f63', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_20a8c', table='imports_paymentlikeness', when='BEFORE')),
        ),
        IsolateTables("PaymentLikeness"),
    ]
