"""The reference values that AKIG starts with: docs/formulas/kpi.md. Editable in admin."""

import datetime as dt
from decimal import Decimal

from django.db import migrations

BENCHMARKS = {
    "averageResolutionTime": ("60", "30"),
    "npsScore": ("35", "70"),
    "occupancyRate": ("0.85", "0.98"),
}


def add_benchmarks(apps, schema_editor):
    KPIBenchmark = apps.get_model("kpi", "KPIBenchmark")
    for key, (average, top) in BENCHMARKS.items():
        KPIBenchmark.objects.create(
            key=key,
            average=Decimal(average),
            top=Decimal(top),
            source="AKIG 2.5",
            status="assumption",
            as_of=dt.date(2026, 11, 23),
        )


def remove_benchmarks(apps, schema_editor):
    apps.get_model("kpi", "KPIBenchmark").objects.filter(key__in=BENCHMARKS).delete()


class Migration(migrations.Migration):
    dependencies = [("kpi", "0004_late_records_touch_their_months")]
    operations = [migrations.RunPython(add_benchmarks, remove_benchmarks)]
