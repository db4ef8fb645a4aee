"""A past day's score, computed again from the records and held against the one that was kept."""

import datetime as dt
import io
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from insight import artefact
from insight.points import STARTING_TABLE
from leasing.models import RentStep
from leasing.tests.factories import make_contract, make_notice, make_payment, make_reversal, make_survey, make_tenant
from retention.actions import analyse, object_to_scoring
from retention.models import ObservedFrom, RetentionScore, ScoreModel
from retention.profile import FEATURES
from retention.terms import FACTS_OF
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.owner import as_owner

pytestmark = pytest.mark.django_db
D = dt.date
SITE, OTHER = "GN_KINDIA", "GN_LABE"
DAY = D(2026, 3, 20)
AGO = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def diallo():
    """A tenancy that had a score on the day; all of it was written down before."""
    with site_scope([SITE]):
        site = Site.objects.get(pk=SITE)
        ObservedFrom.objects.create(site=site, day=D(2020, 1, 1))
        tenant = make_tenant(site, code="DIALLO")
        contract = make_contract(site, tenant=tenant, start_date=D(2024, 5, 20))
        make_payment(contract, amount=1_000, received_on=D(2026, 3, 2))
        analyse(days={SITE: DAY})
        written_down(AGO)
    return contract


def written_down(moment):
    """All that is on record was written down at this moment."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, column in (
            ("leasing_contractevent", "pgh_created_at"),
            ("retention_observedfromevent", "pgh_created_at"),
            ("leasing_payment", "recorded_at"),
        ):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"UPDATE {table} SET {column} = %s", [moment])
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def replayed(*arguments, tenant="DIALLO", on=DAY):
    out = io.StringIO()
    call_command("replay_score", tenant, "--on", str(on), *arguments, stdout=out)
    return "\n".join(" ".join(line.split()) for line in out.getvalue().splitlines())


def test_a_score_of_which_nothing_has_changed_is_the_same_with_its_facts(diallo):
    said = replayed()
    assert "Kept: a score since 2026-03-20" in said
    assert "window -40 in band 2 -40 in band 2\n" in said
    assert "both: days_to_window 61, window_age_months 24, window_on 2026-05-20\n" in said
    assert "nothing known" in said
    assert "≠" not in said
    assert "The same.\n\nNothing dated up to that day was entered since." in said
    assert replayed("--site", SITE) == said


def test_what_was_entered_late_is_named_beside_the_terms_that_it_moved(diallo):
    with site_scope([SITE]):
        make_notice(diallo, kind="to_quit", issued_on=D(2026, 3, 15), given_by="tenant")
        payment = make_payment(diallo, amount=500_000, received_on=D(2026, 3, 19))
        make_reversal(payment, reversed_on=D(2026, 4, 1))
        make_payment(diallo, amount=7, received_on=D(2026, 3, 21))  # not of that day
        RentStep.objects.create(site_id=SITE, contract=diallo, from_month=D(2026, 2, 1), monthly_rent=900_000)
    said = replayed()
    assert "As the records are now not scored: leaving." in said
    assert "notice of 2026-03-15 (to_quit) recorded\n" in said
    assert "payment of 2026-03-19 (500000) recorded\n" in said
    assert "2026-04-01 reversal of 2026-03-19 (500000) recorded\n" in said
    assert "change of rent of 2026-02-01 (900000) recorded\n" in said
    assert "(7)" not in said
    assert "Nothing explains" not in said


def test_a_difference_that_nothing_on_record_explains_is_said_to_be_one(diallo):
    with site_scope([SITE]):
        make_survey(diallo.tenant, kind="satisfaction", rating=2, answered_on=D(2026, 3, 10))
    said = replayed()
    assert "≠ satisfaction -20 in band 0 nothing known\n" in said
    assert "now: satisfaction 2.00, satisfaction_n 1\n" in said
    assert "≠ score 20, critical 40, high\n" in said
    assert "They differ.\n\nNothing explains the difference." in said
    assert "When calls, requests, surveys and instalments were entered is not on record." in said


def test_the_points_and_the_factor_are_those_that_the_kept_score_names(diallo):
    learned = artefact.write(replace(STARTING_TABLE, intercept=-3.0))
    of_model = {"trained_at": AGO, "rows": 900, "decisions": 40, "metrics": {}, "calibration": [], "status": "adopted"}
    model = ScoreModel.objects.create(artefact=learned.decode(), sha256=artefact.fingerprint(learned), **of_model)
    with site_scope([SITE]):
        RetentionScore.objects.update(model=model, source="model", factor=1.2)
        kept = RetentionScore.objects.get().probability
    said = replayed()
    assert f"≠ probability 19.6%, model, factor 1.20 {kept:.1%}, model, factor 1.20\n" in said
    assert "The same." in said
    refused = ScoreModel.objects.create(artefact="{}", sha256="", **of_model)
    with site_scope([SITE]):
        RetentionScore.objects.update(model=refused)
    with pytest.raises(CommandError, match="cannot be read"):
        replayed()


def test_a_day_without_a_kept_score_is_computed_with_what_holds_now(diallo):
    said = replayed(on=D(2026, 3, 10))
    assert "No score of that day was kept: computed with the points and the factor of now." in said
    assert "window -40 in band 2" in said
    assert "Nothing dated up to that day was entered since." in said


def test_who_has_objected_has_no_score_of_any_day(diallo):
    with site_scope([SITE]):
        object_to_scoring(tenant=diallo.tenant, since=D(2026, 3, 25), by=None, today=D(2026, 3, 25))
    said = replayed()
    assert "As the records are now not scored: objected." in said
    assert "objection of 2026-03-25 recorded\n" in said


def test_a_tenancy_that_is_on_record_no_more_leaves_its_score_alone(diallo):
    with site_scope([SITE]):
        diallo.start_date = D(2026, 4, 1)
        diallo.signed_on = D(2026, 4, 1)
        diallo.save()
    said = replayed()
    assert "As the records are now there was no tenancy." in said
    assert "-40 in band 2" in said


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"tenant": "NOBODY"}, "There is no tenant NOBODY."),
        ({"site": "GN_NOWHERE"}, "There is no site GN_NOWHERE."),
        ({"site": OTHER, "tenant": "NOBODY"}, "There is no tenant NOBODY on GN_LABE."),
        ({"on": D(2999, 1, 1)}, "2999-01-01 is to come."),
        ({"on": D(2023, 1, 1)}, "DIALLO had no tenancy on 2023-01-01, and no score of that day was kept."),
    ],
)
def test_what_cannot_be_replayed_is_refused_with_the_reason(diallo, arguments, reason):
    site = ["--site", arguments.pop("site")] if "site" in arguments else []
    with pytest.raises(CommandError) as refused:
        replayed(*site, **arguments)
    assert str(refused.value) == reason


def test_a_code_of_two_sites_needs_the_site(diallo):
    with site_scope([OTHER]):
        make_tenant(Site.objects.get(pk=OTHER), code="DIALLO")
    with pytest.raises(CommandError, match="DIALLO is a tenant of GN_KINDIA, GN_LABE: say which with --site"):
        replayed()
    assert "The same." in replayed("--site", SITE)


def test_a_day_that_is_none_is_refused():
    with pytest.raises(CommandError, match="--on"):
        replayed(on="yesterday")


def test_every_term_of_the_table_names_the_facts_that_it_is_made_of():
    assert tuple(FACTS_OF) == STARTING_TABLE.keys
    assert {name for names in FACTS_OF.values() for name in names} <= set(FEATURES)
