"""The flag of the whole dashboard: on for everybody until an administrator lowers it (a percentage, roles, sites)."""

from django.db import migrations

NAME = "advanced_kpi_dashboard"


def add_flag(apps, schema_editor):
    apps.get_model("sites_app", "Flag").objects.get_or_create(
        name=NAME, defaults={"percent": 100, "note": "/kpi/: the whole dashboard. Off: the plain indicators."}
    )


def remove_flag(apps, schema_editor):
    apps.get_model("sites_app", "Flag").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("kpi", "0005_starting_benchmarks"),
        ("sites_app", "0002_six_sites_and_their_rules"),
    ]
    operations = [migrations.RunPython(add_flag, remove_flag)]
