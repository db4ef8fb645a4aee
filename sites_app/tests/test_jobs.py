"""A job sees one site, and only while the person who asked for it may."""

import pytest

from accounts.models import User
from outbox.actions import enqueue
from outbox.models import Job
from sites_app.jobs import site_job
from sites_app.models import Membership, Role, Site
from sites_app.scope import current_site_codes

pytestmark = pytest.mark.django_db

seen: list[tuple[str, ...] | None] = []


@site_job(permission="kpi.view_kpi", name="sites_app.tests.look")
def look(job: Job) -> None:
    seen.append(current_site_codes())


@pytest.fixture(autouse=True)
def _nothing_seen():
    seen.clear()


def _manager(**membership: object) -> User:
    user = User.objects.create(username="amina")
    Membership.objects.create(**{"user": user, "site_id": "GN_KINDIA", "role": Role.MANAGER, **membership})
    return user


def _ask(user: User | None, site_code: str = "GN_KINDIA") -> Job:
    return enqueue("sites_app.tests.look", key="k", site_code=site_code, user_id=user and user.pk)


def _reason(job: Job) -> str:
    job.refresh_from_db()
    return job.last_error if job.is_refused else ""


def test_a_planned_job_sees_exactly_its_site():
    assert look(str(_ask(None).pk)) is True
    assert seen == [("GN_KINDIA",)]
    assert current_site_codes() is None


def test_a_persons_job_runs_with_their_right():
    assert look(str(_ask(_manager()).pk)) is True
    assert seen == [("GN_KINDIA",)]


def test_a_right_that_was_taken_away_in_the_meantime_refuses_the_job():
    user = _manager()
    job = _ask(user)
    Membership.objects.filter(user=user).update(role=Role.AGENT)
    assert look(str(job.pk)) is False
    assert _reason(job) == "the person who asked for it may no longer do so"
    assert seen == []


@pytest.mark.parametrize("loss", ["membership", "sign-in", "account"])
def test_somebody_who_left_has_no_jobs_done(loss):
    user = _manager()
    job = _ask(user)
    match loss:
        case "membership":
            Membership.objects.filter(user=user).delete()
        case "sign-in":
            User.objects.filter(pk=user.pk).update(is_active=False)
        case "account":
            user.delete()
    assert look(str(job.pk)) is False
    assert _reason(job) == "the person who asked for it may no longer do so"
    assert seen == []


def test_another_sites_manager_has_no_job_done_here():
    job = _ask(_manager(site_id="GN_MAMOU"))
    assert look(str(job.pk)) is False
    assert _reason(job) == "the person who asked for it may no longer do so"


def test_a_site_that_takes_no_changes_takes_none_from_jobs_that_people_asked_for():
    job = _ask(_manager())
    Site.objects.filter(code="GN_KINDIA").update(status=Site.Status.MAINTENANCE)
    assert look(str(job.pk)) is False
    assert _reason(job) == "the person who asked for it may no longer do so"


def test_a_site_that_does_not_exist_refuses_the_job():
    job = _ask(None, "XX_NOWHERE")
    assert look(str(job.pk)) is False
    assert _reason(job) == "the site does not exist"


def test_the_job_keeps_the_functions_name_unless_it_is_given_another():
    assert look.name == "sites_app.tests.look"

    @site_job
    def plain(job: Job) -> None:
        """What it does."""

    assert plain.name == f"{__name__}.test_the_job_keeps_the_functions_name_unless_it_is_given_another.<locals>.plain"
