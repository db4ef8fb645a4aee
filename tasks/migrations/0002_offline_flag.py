"""The flag of the page that opens without a network: on for everybody until an administrator lowers it."""

from django.db import migrations

NAME = "offline_tasks"


def add_flag(apps, schema_editor):
    apps.get_model("sites_app", "Flag").objects.get_or_create(
        name=NAME,
        defaults={"percent": 100, "note": "/tasks/today/ without a network, and taps that wait. Off: online only."},
    )


def remove_flag(apps, schema_editor):
    apps.get_model("sites_app", "Flag").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0001_tasks"),
        ("sites_app", "0002_six_sites_and_their_rules"),
    ]
    operations = [migrations.RunPython(add_flag, remove_flag)]
