"""What an agent's tap does: accepted, thinking, refused, not reached; the owner asked first; no hour closes a task."""

import datetime as dt

import pytest
from django.utils import translation

from changes.refusals import RuleBroken
from leasing.actions import renew_contract
from leasing.tests.factories import make_notice, make_owner
from retention.campaigns.asking import contact_calendar
from retention.campaigns.decisions import approve_campaign, stop_campaign, submit_campaign
from retention.campaigns.ending import close_what_is_gone
from retention.campaigns.launch import launch_campaign
from retention.models import RetentionAction
from retention.talks import order_talks
from retention.tests.campaigning import NOW, SITE, TODAY, at, at_risk, draft, lowered, observed, offer, scored, talk_of
from sites_app.models import Site
from sites_app.scope import site_scope
from tasks.actions import cancel_task, finish_task, undo_change
from tasks.generation import close_gone, generate_tasks
from tasks.models import Task, TaskDependency
from tests.people import make_person

pytestmark = pytest.mark.django_db
RENT = 1_500_000


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def kindia():
    with site_scope([SITE]):
        site = Site.objects.get(pk=SITE)
        observed(site)
        for key in ("talk", "discount", "support"):
            offer(key)
        yield site


@pytest.fixture
def awa(kindia):
    return make_person("awa", GN_KINDIA="agent")


@pytest.fixture
def mariama(kindia):
    return make_person("mariama", GN_KINDIA="manager")


def running(site, contracts, mariama, key="talk", **values):
    """A campaign that speaks to them all with one offer."""
    scored()
    offers = {contract.tenant.code: offer(key).pk for contract in contracts}
    campaign = draft(site, contracts, mariama, offers=offers, **values)
    if key != "talk":
        saliou = make_person(f"saliou{campaign.pk}"[:30], GN_KINDIA="manager")
        submit_campaign(campaign=campaign, by=mariama, now=NOW, today=TODAY)
        approve_campaign(campaign=campaign, by=saliou, now=NOW, today=TODAY)
    return launch_campaign(campaign=campaign, by=mariama, now=NOW)


def say(action, outcome, by, days=1, key="", **more):
    action.refresh_from_db()
    finish_task(task_id=talk_of(action).pk, by=by, now=at(days), key=key or f"{outcome}{days}", outcome=outcome, **more)
    action.refresh_from_db()
    return action


def hours_go_by(site, days=1):
    for day in range(days):
        today = TODAY + dt.timedelta(days=day)
        generate_tasks(site=site, today=today)
        close_gone(site=site, today=today, now=at(day))


def test_accepting_lowers_the_rent_and_taking_it_back_asks_for_all_of_it(kindia, awa, mariama):
    campaign = running(kindia, [at_risk(kindia, awa)], mariama, key="discount")
    action = say(campaign.actions.get(), "succeeded", awa, key="yes")
    assert (action.state, action.spoken_on) == ("accepted", [at(1).date()])
    assert lowered(action.contract) == [RENT - 150_000] * 3 + [RENT]
    assert action.concession.granted_by == awa
    undo_change(key="yes", by=awa, now=at(1, 10))
    action.refresh_from_db()
    assert (action.state, action.concession, action.spoken_on) == ("open", None, [])
    assert lowered(action.contract) == [RENT] * 4
    assert say(action, "refused", awa, key="no").state == "refused"


def test_who_thinks_it_over_is_asked_again_after_seven_days(kindia, awa, mariama):
    campaign = running(kindia, [at_risk(kindia, awa)], mariama)
    action = say(campaign.actions.get(), "promised", awa, key="later")
    again = talk_of(action)
    assert (action.state, action.turn, again.due_at.date(), again.agent) == ("thinking", 2, at(8).date(), awa)
    hours_go_by(kindia, 3)
    assert talk_of(action).is_open()
    undo_change(key="later", by=awa, now=at(2))
    action.refresh_from_db()
    assert (action.state, Task.objects.open().count()) == ("open", 1)
    say(action, "promised", awa, days=3, key="later still")
    assert (action.turn, talk_of(action).is_open()) == (3, True)
    assert say(action, "succeeded", awa, days=11).state == "accepted"


def test_what_was_asked_again_and_answered_is_not_taken_back(kindia, awa, mariama):
    action = say(running(kindia, [at_risk(kindia, awa)], mariama).actions.get(), "promised", awa, key="first")
    say(action, "refused", awa, days=9)
    with pytest.raises(RuleBroken):
        undo_change(key="first", by=awa, now=at(10))
    action.refresh_from_db()
    assert action.state == "refused"


def test_three_tries_on_different_days_reach_nobody(kindia, awa, mariama):
    action = running(kindia, [at_risk(kindia, awa)], mariama).actions.get()
    for days, state in ((1, "open"), (1, "open"), (2, "open"), (5, "unreached")):
        assert say(action, "no_answer", awa, days=days, key=f"{days}{action.turn}").state == state
    assert not Task.objects.open().exists()
    assert action.spoken_on == []


def test_a_cancelled_task_is_a_cancelled_action(kindia, awa, mariama):
    action = running(kindia, [at_risk(kindia, awa)], mariama).actions.get()
    cancel_task(task_id=talk_of(action).pk, by=mariama, now=at(1), key="k", why="They are away.")
    action.refresh_from_db()
    assert action.state == "cancelled"


def test_an_owner_is_asked_once_for_all_his_homes_and_the_talks_wait(kindia, awa, mariama):
    owner = make_owner(kindia)
    contracts = [at_risk(kindia, awa, owner=owner) for _n in range(3)]
    campaign = running(kindia, contracts, mariama, key="discount")
    question = Task.objects.get(cause="owner_consent")
    assert (question.kind, len(question.facts["homes"]), question.facts["francs"]) == ("admin", 3, 1_350_000)
    assert TaskDependency.objects.filter(needs=question).count() == 3
    action = campaign.actions.first()
    with pytest.raises(RuleBroken) as refused:
        say(action, "succeeded", awa)
    assert "has not agreed" in refused.value.sentence
    assert talk_of(action).is_open()
    finish_task(task_id=question.pk, by=awa, now=at(1), key="q", outcome="succeeded")
    assert say(action, "succeeded", awa).state == "accepted"
    assert lowered(action.contract)[:3] == [RENT - 150_000] * 3


def test_an_owner_who_refuses_leaves_talk(kindia, awa, mariama):
    campaign = running(kindia, [at_risk(kindia, awa, owner=make_owner(kindia))], mariama, key="discount")
    question, action = Task.objects.get(cause="owner_consent"), campaign.actions.get()
    finish_task(task_id=question.pk, by=awa, now=at(1), key="q", outcome="refused")
    action.refresh_from_db()
    assert (action.talks_only, talk_of(action).facts["kind"]) == (True, "talk")
    action = say(action, "succeeded", awa)
    assert (action.state, action.concession, lowered(action.contract)) == ("accepted", None, [RENT] * 4)
    with pytest.raises(RuleBroken):
        undo_change(key="q", by=awa, now=at(2))


def test_an_owner_who_is_not_there_is_asked_again(kindia, awa, mariama):
    campaign = running(kindia, [at_risk(kindia, awa, owner=make_owner(kindia))], mariama, key="discount")
    first = Task.objects.get(cause="owner_consent")
    finish_task(task_id=first.pk, by=awa, now=at(1), key="q", outcome="no_answer")
    again = Task.objects.open().get(cause="owner_consent")
    assert again.source == f"{first.source}:2"
    assert TaskDependency.objects.filter(needs=again, task=talk_of(campaign.actions.get())).exists()
    finish_task(task_id=again.pk, by=awa, now=at(2), key="q2", outcome="succeeded")
    assert campaign.actions.get().consent == "given"


def test_a_renewal_task_is_taken_over_and_hourly_jobs_close_none(kindia, awa, mariama):
    contract = at_risk(kindia, awa, end_date=TODAY + dt.timedelta(days=40))
    scored()
    hours_go_by(kindia)
    order_talks(site=kindia, contracts=[contract.pk], now=NOW)
    assert sorted(Task.objects.open().values_list("cause", flat=True)) == ["retention", "term_ending"]
    running(kindia, [contract], mariama)
    hours_go_by(kindia, 4)
    assert list(Task.objects.open().values_list("cause", flat=True)) == ["retention_action"]
    assert order_talks(site=kindia, contracts=[contract.pk], now=at(2)) == 0


def test_notice_departure_renewal_and_objection_end_what_is_asked(kindia, awa, mariama):
    quits, renews, stays = (at_risk(kindia, awa) for _n in range(3))
    campaign = running(kindia, [quits, renews, stays], mariama)
    make_notice(quits, kind="to_quit", issued_on=TODAY, legal_deadline=at(90).date())
    renew_contract(contract=renews, reference="R-1", start_date=TODAY + dt.timedelta(days=20), by=mariama, today=TODAY)
    for _hour in range(2):
        close_what_is_gone(site=kindia, today=TODAY, now=at(1))
    states = dict(campaign.actions.values_list("contract_id", "state"))
    assert states == {quits.pk: "gone", renews.pk: "gone", stays.pk: "open"}
    assert Task.objects.open().count() == 1
    notes = set(Task.objects.exclude(note="").values_list("note", flat=True))
    assert notes == {"Notice is given.", "The contract is renewed."}


def test_stopping_closes_what_is_open_and_keeps_arms(kindia, awa, mariama):
    campaign = running(kindia, [at_risk(kindia, awa, owner=make_owner(kindia)) for _n in range(4)], mariama,
                       key="discount", control_share="0.5")  # fmt: skip
    stopped = stop_campaign(campaign=campaign, by=mariama, now=at(2), reason="The owner has sold.")
    assert (stopped.status, Task.objects.open().count()) == ("stopped", 0)
    assert sorted(campaign.actions.values_list("arm", "state")) == [
        ("contacted", "cancelled"), ("contacted", "cancelled"), ("control", "set_aside"), ("control", "set_aside"),
    ]  # fmt: skip
    assert "The owner has sold." in Task.objects.first().note


def test_whom_a_campaign_sets_aside_has_no_task_of_it(kindia, awa, mariama):
    campaign = running(kindia, [at_risk(kindia, awa) for _n in range(6)], mariama, control_share="0.5")
    control = campaign.actions.filter(arm="control")
    assert order_talks(site=kindia, contracts=[action.contract_id for action in control], now=at(1)) == 0
    assert not Task.objects.filter(kind="retention", contract__in=control.values("contract")).exists()


def test_tasks_are_due_when_it_is_decent_to_call(kindia, awa, mariama):
    campaign = running(kindia, [at_risk(kindia, awa) for _n in range(3)], mariama)
    calendar = contact_calendar(kindia)
    for action in campaign.actions.all():
        assert calendar.is_allowed(talk_of(action).due_at)
        assert RetentionAction.objects.get(pk=action.pk).intervene_by <= talk_of(action).due_at.date()
