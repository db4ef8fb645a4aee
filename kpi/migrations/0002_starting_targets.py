"""The targets that the six sites start with: docs/formulas/kpi.md. Editable in admin."""

from decimal import Decimal

from django.db import migrations
from django.db.backends.postgresql.psycopg_any import DateRange

TARGETS = {
    "averageResolutionTime": "45",
    "resolutionRate": "0.95",
    "depositReturnRate": "0.92",
    "npsScore": "50",
    "tenantRetentionRate": "0.85",
    "agentProductivity": "15",
    "occupancyRate": "0.95",
    "portfolioRiskScore": "15",
    "paymentCollectionRate": "0.95",
    "renewalRate": "0.80",
}
YEARLY_RENT_PER_AGENT = {"GNF": "50000000", "XOF": "3500000"}
CODES = ["GN_CONAKRY", "GN_KINDIA", "GN_MAMOU", "GN_LABE", "SN_DAKAR", "ML_BAMAKO"]


def add_targets(apps, schema_editor):
    Site = apps.get_model("sites_app", "Site")
    KPITarget = apps.get_model("kpi", "KPITarget")
    sites = Site.objects.filter(code__in=CODES)
    for site in sites:
        values = {**TARGETS, "revenuePerAgent": YEARLY_RENT_PER_AGENT[site.currency]}
        for key, value in values.items():
            KPITarget.objects.create(site=site, key=key, value=Decimal(value), valid=DateRange(None, None))
    # Under row-level security without a scope nothing would have been written, silently.
    assert KPITarget.objects.count() == len(sites) * 11 == 66


def remove_targets(apps, schema_editor):
    apps.get_model("kpi", "KPITarget").objects.filter(site_id__in=CODES).delete()


class Migration(migrations.Migration):
    dependencies = [("kpi", "0001_targets")]
    operations = [migrations.RunPython(add_targets, remove_targets)]
