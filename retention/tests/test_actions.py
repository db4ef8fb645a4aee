"""The scores of a day: a row only where something changed, none for who has objected, four statements."""

import datetime as dt
import uuid
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes.refusals import RuleBroken
from insight import artefact
from insight.points import STARTING_TABLE
from leasing.models import Tenant
from leasing.tests.factories import (
    make_allocation,
    make_contract,
    make_instalments,
    make_interaction,
    make_notice,
    make_payment,
    make_survey,
    make_tenant,
)
from outbox.actions import enqueue
from retention.actions import analyse, object_to_scoring
from retention.jobs import analyse_site
from retention.listed import current_scores
from retention.models import ObservedFrom, RelettingTime, RetentionScore, ScoreModel, ScoringObjection, SiteFactor
from retention.profile import tenancies_on
from sites_app.models import Site
from sites_app.scope import site_scope

pytestmark = pytest.mark.django_db
D = dt.date
SITE = "GN_KINDIA"
TODAY = D(2026, 3, 20)
TOMORROW = D(2026, 3, 21)
NOON = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)


@pytest.fixture
def kindia():
    with site_scope([SITE]):
        site = Site.objects.get(pk=SITE)
        ObservedFrom.objects.create(site=site, day=D(2020, 1, 1))
        yield site


def rented(site, **values):
    return make_contract(site, **({"start_date": D(2025, 11, 1), "signed_on": None} | values))


def run(day=TODAY):
    return analyse(days={SITE: day})


def first(day=TODAY):
    """The scores of a day, most at risk first."""
    run(day)
    return list(current_scores([SITE]))


def rows():
    """Every score kept: contract, from, until."""
    return list(
        RetentionScore.objects.order_by("valid_from", "valid_to").values_list("contract_id", "valid_from", "valid_to")
    )


def test_diallo_scores_as_the_design_works_it_out(kindia):
    """22 months with the second anniversary in 61 days, nine days later than his habit, one complaint, one referral."""
    start = TODAY + dt.timedelta(days=61)
    contract = rented(kindia, start_date=start.replace(year=2024))
    for instalment in make_instalments(contract, 22):
        late = 10 if instalment.due_date > D(2025, 12, 1) else 1
        settled = instalment.due_date + dt.timedelta(days=late)
        if settled <= TODAY:
            payment = make_payment(contract, amount=instalment.amount, received_on=settled)
            make_allocation(payment, instalment, instalment.amount)
            instalment.paid_amount, instalment.settled_on = instalment.amount, settled
            instalment.save()
    for rating in (7, 8):
        make_survey(contract.tenant, kind="satisfaction", rating=rating, answered_on=D(2026, 2, 1))
    make_tenant(kindia, referred_by=contract.tenant, joined_on=D(2025, 12, 1))
    contract.tenant.service_requests.create(
        site=kindia, property=contract.property, category="water", opened_on=D(2026, 2, 10), closed_on=D(2026, 2, 12),
        is_complaint=True,
    )  # fmt: skip
    [score] = first()
    points = {key: int(points) for key, _band, points in score.contributions if int(points)}
    assert points == {"window": -40, "late_change": -16, "complaints": -14, "referrals": 5}
    assert (score.score, score.risk_level, score.source) == (Decimal(15), "critical", "starting assumption")
    assert score.probability == pytest.approx(0.196, abs=0.001)
    assert score.intervene_by == TODAY + dt.timedelta(days=2)
    assert score.absent == ["prepaid", "inbound"]


def test_facts_and_francs_follow_the_records_while_the_score_says_the_same(kindia):
    contract = rented(kindia, monthly_rent=1_500_000)
    [score] = first()
    assert (score.relet_loss, score.rent_at_stake) == (2_956_636, round(18_000_000 * score.probability))
    RelettingTime.objects.create(site=kindia, day=TOMORROW, vacancies=12, mean_days=100, days=80)
    assert run(TOMORROW).changed == 0
    kept = RetentionScore.objects.get()
    assert (kept.valid_from, kept.relet_loss) == (TODAY, 3_942_181)
    assert rows() == [(contract.pk, TODAY, None)]


def test_a_measured_factor_and_a_model_in_use_say_where_a_probability_is_from(kindia):
    rented(kindia)
    [assumed] = first()
    SiteFactor.objects.create(
        site=kindia, day=TODAY, since=D(2025, 1, 1), observed=2, expected=0.9, factor=1.08, network_factor=0.874
    )
    [measured] = first(TOMORROW)
    assert (assumed.source, measured.source) == ("starting assumption", "measured")
    assert measured.probability == pytest.approx(1 - (1 - assumed.probability) ** 1.08)
    learned = artefact.write(replace(STARTING_TABLE, intercept=-3.0))
    of_model = {"trained_at": NOON, "rows": 900, "decisions": 40, "metrics": {}, "calibration": [], "status": "adopted"}
    good = ScoreModel.objects.create(artefact=learned.decode(), sha256=artefact.fingerprint(learned), **of_model)
    ScoreModel.objects.create(artefact="{}", sha256="", **of_model)  # refused: the one before it stays in use
    [scored] = first(TOMORROW + dt.timedelta(1))
    assert (scored.source, scored.model) == ("model", good)


def test_what_is_unknown_is_absent_and_named(kindia):
    rented(kindia)
    [score] = first()
    assert set(score.absent) == {"prepaid", "late_change", "missed", "satisfaction", "inbound", "silence"}
    assert 80 + sum(Decimal(points) for _key, _band, points in score.contributions) == score.score == 80


def test_twice_on_a_day_changes_nothing_and_the_next_day_only_what_changed(kindia):
    changing, staying = rented(kindia), rented(kindia)
    assert run().changed == 2
    kept = list(RetentionScore.objects.order_by("id").values())
    assert run().changed == 0
    assert run(TOMORROW).changed == 0
    assert list(RetentionScore.objects.order_by("id").values()) == kept
    make_survey(changing.tenant, kind="satisfaction", rating=2, answered_on=TOMORROW)
    assert run(TOMORROW).changed == 1
    assert set(rows()) == {
        (staying.pk, TODAY, None), (changing.pk, TODAY, TOMORROW), (changing.pk, TOMORROW, None),
    }  # fmt: skip


def test_two_changes_of_one_day_leave_one_score_with_days(kindia):
    contract = rented(kindia)
    run()
    make_survey(contract.tenant, kind="satisfaction", rating=2, answered_on=TODAY)
    run()
    assert rows() == [(contract.pk, TODAY, TODAY), (contract.pk, TODAY, None)]


def test_a_tenant_who_gives_notice_is_scored_no_more_and_listed_with_the_reason(kindia):
    contract = rented(kindia)
    run()
    make_notice(contract, kind="to_quit", issued_on=TOMORROW, given_by="tenant")
    found = run(TOMORROW)
    assert (found.scored, list(current_scores([SITE]))) == (0, [])
    assert rows() == [(contract.pk, TODAY, TOMORROW)]
    [tenancy] = tenancies_on([SITE], [TOMORROW])
    assert (tenancy.standing, tenancy.profile) == ("leaving", None)
    assert tenancies_on([SITE], [TODAY])[0].decided_on == TOMORROW


@pytest.mark.parametrize(
    ("kind", "given_by", "standing"),
    [("eviction", "landlord", "eviction"), ("to_quit", "landlord", "repossession"), ("to_quit", "", "leaving")],
)
def test_each_notice_says_why_its_tenant_is_not_scored(kindia, kind, given_by, standing):
    make_notice(rented(kindia), kind=kind, issued_on=TODAY, given_by=given_by)
    assert [tenancy.standing for tenancy in tenancies_on([SITE], [TODAY])] == [standing]


@pytest.mark.parametrize(
    ("reason", "decided", "censored"),
    [
        ("", True, False), ("left", True, False), ("not_renewed", True, False), ("moved", False, True),
        ("eviction", False, True), ("owner", False, True), ("death", False, True), ("other", False, True),
    ],
)  # fmt: skip
def test_only_some_ends_are_decisions_and_the_others_end_the_observation(kindia, reason, decided, censored):
    rented(kindia, status="ended", ended_on=D(2026, 6, 30), end_reason=reason)
    # Written down today, in the year after; nobody knew of it then.
    [tenancy] = tenancies_on([SITE], [TODAY])
    assert tenancy.standing == "scored"
    assert tenancy.decided_on == (D(2026, 6, 30) if decided else None)
    assert tenancy.censored_on == (D(2026, 6, 30) if censored else None)


@pytest.mark.parametrize(("gap", "started"), [(30, D(2024, 1, 1)), (31, D(2025, 4, 2))])
def test_a_gap_of_thirty_days_does_not_break_a_tenancy_and_one_more_does(kindia, gap, started):
    before = rented(kindia, start_date=D(2024, 1, 1), status="ended", ended_on=D(2025, 3, 2), end_reason="left")
    again = D(2025, 3, 2) + dt.timedelta(days=gap)
    rented(kindia, property=before.property, tenant=before.tenant, start_date=again)
    assert [tenancy.started_on for tenancy in tenancies_on([SITE], [TODAY])] == [started]


def test_before_the_first_end_on_record_nobody_is_scored(kindia):
    ObservedFrom.objects.all().delete()
    rented(kindia)
    rented(kindia, start_date=D(2025, 1, 1), status="ended", ended_on=D(2025, 12, 20))
    standing = {day: {row.standing for row in tenancies_on([SITE], [day])} for day in (D(2025, 12, 1), TODAY)}
    assert standing == {D(2025, 12, 1): {"unobserved"}, TODAY: {"scored"}}


def test_an_objection_deletes_the_scores_at_once_and_there_is_none_again(kindia):
    contract, other = rented(kindia), rented(kindia)
    run()
    objection = object_to_scoring(tenant=contract.tenant, since=TODAY, by=None, today=TODAY)
    assert [row[0] for row in rows()] == [other.pk]
    assert object_to_scoring(tenant=contract.tenant, since=TOMORROW, by=None, today=TOMORROW) == objection
    run()
    run(TOMORROW)
    assert [row[0] for row in rows()] == [other.pk]
    assert {row.standing for row in tenancies_on([SITE], [TODAY])} == {"scored", "objected"}


def test_a_score_that_came_beside_an_objection_is_gone_within_a_day(kindia):
    contract = rented(kindia)
    run()
    ScoringObjection.objects.create(site=kindia, tenant=contract.tenant, since=TODAY)
    assert rows() == [(contract.pk, TODAY, None)]
    run(TOMORROW)
    assert rows() == []


def test_an_objection_of_a_day_to_come_or_of_another_site_is_refused(kindia):
    contract = rented(kindia)
    with pytest.raises(RuleBroken, match="2026"):
        object_to_scoring(tenant=contract.tenant, since=TOMORROW, by=None, today=TODAY)
    foreign = Tenant(pk=uuid.uuid4(), site_id="SN_DAKAR")
    with pytest.raises(RuleBroken, match="site"):
        object_to_scoring(tenant=foreign, since=TODAY, by=None, today=TODAY)
    assert not ScoringObjection.objects.exists()


def test_an_analysis_takes_four_statements_however_many_there_are(kindia):
    def statements():
        with CaptureQueriesContext(connection) as asked:
            run()
        return len([query for query in asked.captured_queries if "SAVEPOINT" not in query["sql"]])

    for _n in range(3):
        rented(kindia)
    first = statements()
    for _n in range(12):
        make_interaction(rented(kindia).tenant)
    assert first <= 4
    assert statements() == first


def test_the_most_at_risk_come_first_and_only_so_many(kindia):
    contented, troubled = rented(kindia), rented(kindia)
    make_survey(troubled.tenant, kind="satisfaction", rating=1, answered_on=TODAY)
    make_survey(contented.tenant, kind="satisfaction", rating=10, answered_on=TODAY)
    assert [score.contract_id for score in first()] == [troubled.pk, contented.pk]


def test_the_night_scores_the_site_of_its_job_for_its_day(kindia):
    contract = rented(kindia)
    job = enqueue(analyse_site.name, key="a", site_code=SITE, day="2026-03-20")
    assert analyse_site(str(job.pk)) is True
    assert rows() == [(contract.pk, TODAY, None)]


def test_an_analysis_in_the_midst_of_another_leaves_one_set_of_scores(kindia):
    contract = rented(kindia)

    def with_another_in_between():
        """One whole analysis between what this one has read and what it writes."""
        others = []

        def before_it_writes(execute, statement, parameters, many, context):
            if "WITH objected" in statement and not others:
                others.append(None)
                others.append(run(TOMORROW))
            return execute(statement, parameters, many, context)

        with connection.execute_wrapper(before_it_writes):
            run(TOMORROW)
        assert len(others) == 2

    with_another_in_between()
    assert rows() == [(contract.pk, TOMORROW, None)]
    RetentionScore.objects.update(valid_from=TODAY)
    make_survey(contract.tenant, kind="satisfaction", rating=2, answered_on=TOMORROW)
    with_another_in_between()
    assert rows() == [(contract.pk, TODAY, TOMORROW), (contract.pk, TOMORROW, None)]


def test_an_applicant_is_listed_apart_until_they_rent(kindia):
    applicant = rented(kindia, status="draft", signed_on=None).tenant
    renting = rented(kindia).tenant
    rented(kindia, status="draft", tenant=renting, signed_on=None)
    # A draft is known from the day on which it was written down: now.
    today = kindia.today()
    found = {tenancy.tenant_id: tenancy for tenancy in tenancies_on([SITE], [today])}
    assert {tenant: row.standing for tenant, row in found.items()} == {applicant.pk: "applicant", renting.pk: "scored"}
    assert found[applicant.pk].profile is None
    assert applicant.pk not in {row.tenant_id for row in tenancies_on([SITE], [TODAY])}


def test_a_contract_that_is_renewed_is_no_end_on_record(kindia):
    ObservedFrom.objects.all().delete()
    before = rented(kindia, start_date=D(2025, 1, 1), status="ended", ended_on=D(2025, 12, 31))
    again = {"property": before.property, "tenant": before.tenant, "start_date": D(2026, 1, 1)}
    renewal = rented(kindia, **again, signed_on=D(2026, 1, 10))
    # On the last of December nobody knew that they would stay.
    standing = {day: [row.standing for row in tenancies_on([SITE], [day])] for day in (D(2025, 12, 31), TODAY)}
    assert standing == {D(2025, 12, 31): ["leaving"], TODAY: ["unobserved"]}
    renewal.ended_on, renewal.status = D(2026, 2, 1), "ended"
    renewal.save()
    rented(kindia)
    assert [row.observed_from for row in tenancies_on([SITE], [TODAY])] == [D(2026, 2, 1)]
