from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0001_import_runs")]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="totals",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
    ]
