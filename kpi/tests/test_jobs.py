"""The jobs of the figures: snapshots, the network, and the report in the subscribers' mail."""

import datetime as dt
from email import message_from_bytes, policy

import pytest
from django.core import mail
from django.core.mail.message import sanitize_address
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from kpi.actions import subscribe, unsubscribe
from kpi.jobs import compare_sites, mail_report, queue_reports, refresh_snapshots
from kpi.models import KPISnapshot, NetworkBenchmark, ReportSubscription
from kpi.pages.mail import recipient
from leasing.tests.factories import make_contract, make_instalment, make_paid_instalment
from outbox.actions import enqueue
from outbox.models import Job
from sites_app.models import Flag, Membership, Site
from sites_app.scope import site_scope
from tests.examples import examples
from tests.people import make_person

pytestmark = pytest.mark.django_db
D = dt.date
SITE = "GN_KINDIA"


@pytest.fixture(autouse=True)
def november(monkeypatch):
    monkeypatch.setattr(Site, "today", lambda self: D(2026, 11, 23))


@pytest.fixture
def october():
    site = Site.objects.get(pk=SITE)
    with site_scope([SITE]):
        paid, unpaid = (make_contract(site, monthly_rent=1_000_000) for _ in range(2))
        make_paid_instalment(paid, D(2026, 10, 1), paid_on=D(2026, 10, 5))
        make_instalment(unpaid, D(2026, 10, 1))


def person(name="mariama", email=None, language="en"):
    user = make_person(name, GN_KINDIA="manager")
    user.email, user.preferred_language = f"{name}@example.com" if email is None else email, language
    user.save()
    with site_scope([SITE]):
        subscribe(site=Site.objects.get(pk=SITE), user=user, today=D(2026, 11, 1))
    return user


def morning(day):
    """What the planner asks for at seven, and the mails that come of it."""
    job = enqueue("kpi.jobs.queue_reports", key=f"morning:{day}", site_code=SITE, day=day.isoformat())
    assert queue_reports(str(job.pk))
    wanted = Job.objects.filter(name="kpi.jobs.mail_report", done_at=None)
    return [mail_report(str(job.pk)) for job in wanted]


def test_the_nightly_and_hourly_jobs_write_snapshots_and_the_network(october):
    job = enqueue("kpi.jobs.refresh_snapshots", key="a", site_code=SITE, day="2026-11-23")
    assert refresh_snapshots(str(job.pk))
    with site_scope([SITE]):
        assert KPISnapshot.objects.get(month=D(2026, 10, 1)).counts["francs_due"] == 2_000_000
    for code in ("GN_CONAKRY", "GN_MAMOU", "SN_DAKAR"):
        with site_scope([code]):
            make_contract(Site.objects.get(pk=code))
    assert compare_sites(str(enqueue("kpi.jobs.compare_sites", key="b", day="2026-11-23").pk))
    assert NetworkBenchmark.objects.get(month=D(2026, 10, 1), key="occupancyRate").values == [1, 1, 1, 1]


def test_a_subscriber_gets_the_month_that_is_over_once(october):
    person()
    assert morning(D(2026, 11, 1)) == [True]
    [letter] = mail.outbox
    assert letter.to == ["Mariama <mariama@example.com>"]
    assert letter.subject == "Kindia Branch in October 2026: the indicators"
    assert "- Collection: 50%; target 95%, not met" in letter.body
    assert "Making up the shortfall is worth 900,000\u00a0GNF." in letter.body
    assert "/GN_KINDIA/kpi/?start=2026-10-01&end=2026-10-31" in letter.body
    [(html, kind)] = letter.alternatives
    assert kind == "text/html"
    assert "<strong>50%</strong>" in html
    assert '/GN_KINDIA/kpi/?start=2026-10-01&amp;end=2026-10-31#by-mail">You receive this because' in html
    # The next days, and however often it is planned: nothing more.
    assert morning(D(2026, 11, 2)) == []
    assert len(mail.outbox) == 1
    assert morning(D(2026, 12, 1)) == [True]
    assert mail.outbox[1].subject == "Kindia Branch in November 2026: the indicators"


def addressed(to):
    """Whom a mail server is told to deliver to, and whom the letter names."""
    letter = mail.EmailMessage("Rapport", "", "akig@example.com", [to])
    [named] = message_from_bytes(letter.message().as_bytes(), policy=policy.default)["To"].addresses
    return sanitize_address(to, "utf-8"), named


@pytest.mark.parametrize(
    "name", ["Diallo, Mariama", "A; B", "Dr. X: Y", "a@b", "Bah (Kindia)", 'Awa "Mimi" Bah', "Aïssatou <Bah>"]
)
def test_a_name_with_signs_of_an_address_gets_its_mail(october, name):
    user = person()
    User.objects.filter(pk=user.pk).update(full_name=name)
    assert morning(D(2026, 11, 1)) == [True]
    [letter] = mail.outbox
    [to] = letter.to
    delivered, named = addressed(to)
    assert delivered.endswith(" <mariama@example.com>")
    assert (named.display_name, named.addr_spec) == (name, "mariama@example.com")


# What a database keeps, but for "=?", with which a mail begins a name in another alphabet.
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=150).filter(
    lambda name: "=?" not in name
)


@settings(max_examples=examples(300), deadline=None)
@given(NAMES, st.sampled_from(["mariama@example.com", "mariama@exämple.gn"]))
def test_whatever_the_name_a_mail_server_can_be_told_to_whom(name, address):
    _delivered, named = addressed(recipient(User(full_name=name, email=address)))
    assert " ".join(named.display_name.split()) == " ".join(name.split())
    assert named.addr_spec == sanitize_address(address, "utf-8")


def test_the_mail_speaks_the_persons_language(october):
    person(language="fr")
    morning(D(2026, 11, 1))
    assert mail.outbox[0].subject.startswith("Agence de Kindia")
    assert "octobre 2026" in mail.outbox[0].body


def test_who_may_no_longer_see_it_gets_nothing(october):
    user = person()
    Membership.objects.filter(user=user).update(role="agent")
    assert morning(D(2026, 11, 1)) == [False]
    Membership.objects.filter(user=user).delete()
    assert morning(D(2026, 12, 1)) == [False]
    assert mail.outbox == []
    assert set(Job.objects.filter(name="kpi.jobs.mail_report").values_list("last_error", flat=True)) == {
        "the person may no longer see it"
    }


def test_who_is_outside_the_flag_gets_nothing(october):
    user, flag = person(), Flag.objects.get(name="advanced_kpi_dashboard")
    flag.percent = 0
    flag.save()
    flag.flush()
    assert morning(D(2026, 11, 1)) == [False]
    assert mail.outbox == []
    [refused] = Job.objects.filter(name="kpi.jobs.mail_report")
    assert refused.last_error == "the person does not have the dashboard"
    # By the site they work on, and by their role there.
    flag.sites.add(SITE)
    flag.flush()
    assert morning(D(2026, 12, 1)) == [True]
    flag.sites.clear()
    flag.roles = ["manager"]
    flag.save()
    flag.flush()
    assert morning(D(2027, 1, 1)) == [True]
    Membership.objects.filter(user=user).update(role="admin")
    assert morning(D(2027, 2, 1)) == [False]
    flag.delete()
    assert morning(D(2027, 3, 1)) == [False]
    flag.flush()


def test_who_has_left_has_no_address_or_does_not_want_it_gets_nothing(october):
    gone = person("gone")
    gone.is_active = False
    gone.save()
    person("nameless", email="")
    assert morning(D(2026, 11, 1)) == [False, False]
    user = person()
    job = enqueue("kpi.jobs.queue_reports", key="x", site_code=SITE, day="2026-11-01")
    queue_reports(str(job.pk))
    with site_scope([SITE]):
        unsubscribe(site=Site.objects.get(pk=SITE), user=user)
    assert [mail_report(str(job.pk)) for job in Job.objects.filter(name="kpi.jobs.mail_report", done_at=None)] == [
        False
    ]
    assert mail.outbox == []


def test_a_site_in_maintenance_still_sends_its_report(october):
    person()
    Site.objects.filter(pk=SITE).update(status="maintenance")
    assert morning(D(2026, 11, 1)) == [True]


def test_subscribing_and_unsubscribing_twice_is_once():
    user, site = person(), Site.objects.get(pk=SITE)
    with site_scope([SITE]):
        subscribe(site=site, user=user, today=D(2026, 11, 9))
        assert ReportSubscription.objects.get().since == D(2026, 11, 1)
        unsubscribe(site=site, user=user)
        unsubscribe(site=site, user=user)
        assert not ReportSubscription.objects.exists()
