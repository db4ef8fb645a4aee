"""The runs of imports are kept by the app `imports`, whose first migration takes the table over as it is."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('leasing', '0003_index_rents_by_settlement'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name='ImportRun')]),
    ]
