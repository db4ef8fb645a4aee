"""A home that is added or withdrawn touches no month any more: which homes are to be let is read with the snapshots.

It has no history in the records, so that a change of today was a change of every month there is: adding one home had
all closed months computed again.
"""

from importlib import import_module

from django.db import migrations

late = import_module("kpi.migrations.0004_late_records_touch_their_months")


def remove_triggers(apps, schema_editor):
    late.remove_triggers_of("leasing_property", schema_editor)


def add_triggers(apps, schema_editor):
    late.add_triggers_of("leasing_property", schema_editor)


class Migration(migrations.Migration):
    dependencies = [("kpi", "0006_dashboard_flag")]
    operations = [migrations.RunPython(remove_triggers, add_triggers)]
