import django.db.models.deletion
import sites_app.models
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leasing', '0006_existing_contracts_get_accounts'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='deposit',
            constraint=models.CheckConstraint(condition=models.Q(('agreed__gte', 0), ('kept_for_arrears__gte', 0), ('received__gte', 0), ('refunded_amount__gte', 0), ('refunded_amount__lte', django.db.models.expressions.CombinedExpression(models.F('received'), '-', models.F('kept_for_arrears')))), name='deposit_given_back_at_most_what_was_received', violation_error_message='The refund would be more than the deposit.'),
        ),
        migrations.AddConstraint(
            model_name='deposit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('settled_on__isnull', True), ('state__in', ['due', 'held', 'carried'])), models.Q(('settled_on__isnull', False), ('state__in', ['full', 'partial', 'withheld'])), _connector='OR'), name='deposit_settled_on_goes_with_state', violation_error_message='A deposit has a settlement date if, and only if, it is no longer held.'),
        ),
        migrations.AddConstraint(
            model_name='deposit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('carried_to__isnull', False), ('state', 'carried')), models.Q(models.Q(('state', 'carried'), _negated=True), ('carried_to__isnull', True)), _connector='OR'), name='deposit_carried_over_to_another'),
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'draft'), ('account__isnull', False), _connector='OR'), name='contract_signed_has_an_account'),
        ),
        migrations.AddConstraint(
            model_name='instalment',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'rent')), fields=('site', 'contract', 'period'), name='one_rent_per_contract_and_month', violation_error_message='This contract already has a rent for this month.'),
        ),
        migrations.AlterField(
            model_name='instalment',
            name='account',
            field=sites_app.models.SameSiteForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='instalments', to='leasing.account', verbose_name='account'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='account',
            field=sites_app.models.SameSiteForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='leasing.account', verbose_name='account'),
        ),
    ]
