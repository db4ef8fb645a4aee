import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from sites_app import rules
from sites_app.models import RegionalRule, Site
from sites_app.queries import rules_for

TODAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("rule_type", "value"),
    [
        ("tpa_rate", 0.05),
        ("tpa_rate", "1.5"),
        ("tpa_rate", "five"),
        ("notice_to_quit_days", "30"),
        ("notice_to_quit_days", -1),
        ("notice_to_quit_days", True),
        ("notice_to_quit_days", None),
        ("payment_methods", []),
        ("payment_methods", ["barter"]),
        ("payment_methods", "cash"),
        ("largest_cash_payment", 1.5),
        ("eviction_closed_season", ["06-31", "09-30"]),
        ("eviction_closed_season", ["06-01"]),
        ("bank_hours", ["17:00", "08:00"]),
        ("mobile_money_providers", [""]),
        ("no_such_rule", 1),
    ],
)
def test_a_value_of_the_wrong_form_is_refused(rule_type, value):
    with pytest.raises(rules.WrongValue):
        rules.parse_value(rule_type, value)


def test_a_missing_rule_is_an_error_that_names_it_and_never_a_default():
    some = rules.rules_from_rows("GN_LABE", TODAY, [("tpa_rate", "0.03", "a law", True, None, None)])
    assert some.get("tpa_rate").value == Decimal("0.03")
    with pytest.raises(rules.MissingRule, match="GN_LABE has no rule deposit_return_days on 2026-11-23"):
        _ = some.deposit_return_days


def test_the_value_that_counts_is_the_one_valid_on_the_day():
    rows = [
        ("deposit_return_days", 30, "old", True, None, dt.date(2026, 1, 1)),
        ("deposit_return_days", 45, "new", True, dt.date(2026, 1, 1), None),
    ]
    assert rules.rules_from_rows("X", dt.date(2025, 12, 31), rows).deposit_return_days == 30
    assert rules.rules_from_rows("X", dt.date(2026, 1, 1), rows).deposit_return_days == 45


# The table of the agency's starting values, typed in again from the design: an oracle for the migration.
STARTING = {
    "tpa_rate": ["0.05", "0.04", "0.03", "0.03", "0.06", "0.04"],
    "ifu_rate": ["0.08", "0.07", "0.06", "0.05", None, None],
    "vat_rate": ["0.18"] * 6,
    "housing_tax_rate": ["0.02", None, None, None, "0.03", None],
    "notice_to_quit_days": [30, 30, 35, 40, 30, 30],
    "eviction_notice_days": [15, 20, 25, 30, 15, 20],
    "maintenance_response_days": [5, 7, 10, 14, 5, 7],
    "dispute_resolution_days": [60, 90, 120, 150, 90, 120],
    "deposit_return_days": [30, 30, 45, 60, 30, 45],
    "largest_cash_payment": [10_000_000, 15_000_000, 20_000_000, 25_000_000, 500_000, None],
    "preferred_payment_method": ["bank", "cash", "cash", "cash", "bank", "bank"],
    "contract_language": ["fr"] * 6,
}
CODES = ["GN_CONAKRY", "GN_KINDIA", "GN_MAMOU", "GN_LABE", "SN_DAKAR", "ML_BAMAKO"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", STARTING)
def test_each_site_starts_with_the_agencys_value(name):
    found = [rules_for(Site.objects.get(pk=code), TODAY).get(name).value for code in CODES]
    expected = [Decimal(v) if name.endswith("_rate") and v is not None else v for v in STARTING[name]]
    assert found == expected


@pytest.mark.django_db
def test_every_site_has_every_rule_and_all_wait_for_a_lawyers_word():
    for site in Site.objects.all():
        found = rules_for(site, TODAY)
        for rule_type, _name in rules.RULE_TYPES:
            assert not found.get(rule_type).confirmed
            assert found.get(rule_type).source
    conakry = rules_for(Site.objects.get(pk="GN_CONAKRY"), TODAY)
    assert conakry.payment_methods == ("cash", "bank", "mobile")
    assert conakry.mobile_money_providers == ("Orange", "Areeba")
    assert conakry.eviction_closed_season == rules.Season((6, 1), (9, 30))
    assert conakry.get("bank_hours").value == (dt.time(8), dt.time(17))
    assert rules_for(Site.objects.get(pk="SN_DAKAR"), TODAY).eviction_closed_season is None


@pytest.mark.django_db
def test_a_changed_rule_counts_at_once_and_the_table_is_read_once(django_assert_num_queries):
    site = Site.objects.get(pk="GN_CONAKRY")
    assert rules_for(site, TODAY).deposit_return_days == 30
    with django_assert_num_queries(1):
        rules_for(site, TODAY)
    rule = RegionalRule.objects.get(site=site, rule_type="deposit_return_days")
    rule.value = 21
    rule.save()
    assert rules_for(site, TODAY).deposit_return_days == 21
    rule.delete()
    with pytest.raises(rules.MissingRule):
        _ = rules_for(site, TODAY).deposit_return_days


@pytest.mark.django_db
def test_two_values_of_one_rule_on_one_day_are_refused_by_the_database():
    with pytest.raises(IntegrityError), transaction.atomic():
        RegionalRule.objects.create(
            site_id="GN_CONAKRY",
            entity="deadline",
            rule_type="deposit_return_days",
            value=45,
            source="x",
            valid=DateRange(TODAY, None),
        )


@pytest.mark.django_db
def test_a_rule_of_the_wrong_form_names_the_form_it_should_have():
    rule = RegionalRule.objects.get(site_id="GN_CONAKRY", rule_type="tpa_rate")
    rule.value = 5
    with pytest.raises(ValidationError) as refused:
        rule.full_clean()
    assert "value" in refused.value.message_dict
