"""The agency's six sites with its starting rules, each "to be confirmed" until a lawyer has."""

from django.db import migrations
from django.db.backends.postgresql.psycopg_any import DateRange

# code, English name, French name, country, timezone, currency, language, tenants, properties, failover
SITES = [
    ("GN_CONAKRY", "Conakry Headquarters", "Siège de Conakry", "GN", "Africa/Conakry", "GNF", "fr", 5000, 1000, None),
    ("GN_KINDIA", "Kindia Branch", "Agence de Kindia", "GN", "Africa/Conakry", "GNF", "fr", 2000, 400, "GN_CONAKRY"),
    ("GN_MAMOU", "Mamou Branch", "Agence de Mamou", "GN", "Africa/Conakry", "GNF", "fr", 1500, 300, "GN_CONAKRY"),
    ("GN_LABE", "Labé Branch", "Agence de Labé", "GN", "Africa/Conakry", "GNF", "fuf", 1000, 200, "GN_KINDIA"),
    ("SN_DAKAR", "Dakar Regional Headquarters", "Siège régional de Dakar", "SN", "Africa/Dakar", "XOF", "fr", 3000, 600, None),
    ("ML_BAMAKO", "Bamako Regional Headquarters", "Siège régional de Bamako", "ML", "Africa/Bamako", "XOF", "fr", 2500, 500, None),
]

SEASON = ["06-01", "09-30"]
# One line per rule, one value per site in the order above; None: the rule does not apply there.
RULES = [
    ("tax", "tpa_rate", ["0.05", "0.04", "0.03", "0.03", "0.06", "0.04"]),
    ("tax", "ifu_rate", ["0.08", "0.07", "0.06", "0.05", None, None]),
    ("tax", "vat_rate", ["0.18", "0.18", "0.18", "0.18", "0.18", "0.18"]),
    ("tax", "housing_tax_rate", ["0.02", None, None, None, "0.03", None]),
    ("deadline", "notice_to_quit_days", [30, 30, 35, 40, 30, 30]),
    ("deadline", "eviction_notice_days", [15, 20, 25, 30, 15, 20]),
    ("deadline", "maintenance_response_days", [5, 7, 10, 14, 5, 7]),
    ("deadline", "dispute_resolution_days", [60, 90, 120, 150, 90, 120]),
    ("deadline", "deposit_return_days", [30, 30, 45, 60, 30, 45]),
    (
        "payment",
        "payment_methods",
        [
            ["cash", "bank", "mobile"],
            ["cash", "bank", "mobile"],
            ["cash", "mobile"],
            ["cash", "mobile"],
            ["bank", "mobile", "cheque"],
            ["bank", "mobile"],
        ],
    ),
    ("payment", "preferred_payment_method", ["bank", "cash", "cash", "cash", "bank", "bank"]),
    ("payment", "largest_cash_payment", [10_000_000, 15_000_000, 20_000_000, 25_000_000, 500_000, None]),
    (
        "payment",
        "mobile_money_providers",
        [
            ["Orange", "Areeba"],
            ["Orange", "Areeba"],
            ["Orange", "Areeba"],
            ["Orange"],
            ["Wave", "Orange", "Free"],
            ["Orange", "Moov"],
        ],
    ),
    ("calendar", "eviction_closed_season", [SEASON, SEASON, SEASON, SEASON, None, None]),
    (
        "calendar",
        "bank_hours",
        [
            ["08:00", "17:00"],
            ["08:30", "16:30"],
            ["09:00", "16:00"],
            ["09:30", "15:30"],
            ["08:00", "17:00"],
            ["08:00", "17:00"],
        ],
    ),
    ("contract", "contract_language", ["fr", "fr", "fr", "fr", "fr", "fr"]),
]
STARTING_VALUE = "Valeur de départ de l’agence, novembre 2026"
SOURCES = {"eviction_closed_season": "Code civil guinéen, art. 1405"}
DESCRIPTIONS = {
    "eviction_closed_season": (
        "Aucune expulsion n’est exécutée du 1er juin au 30 septembre (saison des pluies).",
        "No eviction is carried out from 1 June to 30 September (rainy season).",
    ),
    "mobile_money_providers": (
        "Les noms sont des données : MTN Guinée est devenu Areeba en 2025.",
        "Names are data: MTN Guinée became Areeba in 2025.",
    ),
}


def add_sites_and_rules(apps, schema_editor):
    Site = apps.get_model("sites_app", "Site")
    RegionalRule = apps.get_model("sites_app", "RegionalRule")
    for code, english, french, country, timezone, currency, language, tenants, properties, failover in SITES:
        Site.objects.create(
            code=code,
            name=french,
            name_fr=french,
            name_en=english,
            country=country,
            timezone=timezone,
            currency=currency,
            default_language=language,
            max_tenants=tenants,
            max_properties=properties,
            failover_site_id=failover,
        )
    for entity, rule_type, values in RULES:
        french, english = DESCRIPTIONS.get(rule_type, ("", ""))
        for site, value in zip(SITES, values, strict=True):
            RegionalRule.objects.create(
                site_id=site[0],
                entity=entity,
                rule_type=rule_type,
                value=value,
                description=french,
                description_fr=french,
                description_en=english,
                source=SOURCES.get(rule_type, STARTING_VALUE) if value is not None else STARTING_VALUE,
                valid=DateRange(None, None),
            )
    assert Site.objects.count() == len(SITES)
    assert RegionalRule.objects.count() == len(SITES) * len(RULES)


def remove_sites_and_rules(apps, schema_editor):
    codes = [site[0] for site in SITES]
    apps.get_model("sites_app", "RegionalRule").objects.filter(site_id__in=codes).delete()
    apps.get_model("sites_app", "Site").objects.filter(code__in=codes).update(failover_site=None)
    apps.get_model("sites_app", "Site").objects.filter(code__in=codes).delete()


class Migration(migrations.Migration):
    dependencies = [("sites_app", "0001_sites_rules_and_flags")]
    operations = [migrations.RunPython(add_sites_and_rules, remove_sites_and_rules)]
