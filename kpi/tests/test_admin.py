"""Targets in the administration: seen by managers, set by the site's administrators, never two on a day."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from accounts.models import User
from kpi.actions import refresh_snapshots
from kpi.models import KPIBenchmark, KPISnapshot, KPITarget, NetworkBenchmark
from leasing.tests.factories import make_contract
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.people import make_person

pytestmark = pytest.mark.django_db
URL = "/GN_KINDIA/admin/kpi/kpitarget/"
DAY = dt.timedelta(days=1)


def sign_in(client, role):
    person = make_person("somebody", GN_KINDIA=role)
    person.is_staff = True
    person.save()
    client.force_login(person)


def targets():
    with site_scope(["GN_KINDIA"]):
        return list(KPITarget.objects.filter(key="npsScore").order_by("valid"))


def posted(value, first="", after=""):
    return {"key": "npsScore", "value": value, "valid_0": first, "valid_1": after}


def test_a_manager_sees_the_sites_targets_in_words_and_changes_none(client):
    sign_in(client, "manager")
    page = client.get(URL)
    words = page.content.decode()
    assert page.status_code == 200
    assert "50,000,000\u00a0GNF" in words
    assert "3,500,000" not in words
    assert client.get(f"{URL}add/").status_code == 403
    client.post(f"{URL}{targets()[0].pk}/change/", posted("60"))
    assert [target.value for target in targets()] == [50]


def test_an_administrator_ends_a_target_and_begins_the_next(client):
    sign_in(client, "admin")
    [before] = targets()
    client.post(f"{URL}{before.pk}/change/", posted("50", after="2027-01-01"))
    client.post(f"{URL}add/", posted("60", first="2027-01-01"))
    first, second = targets()
    assert (first.value, first.valid.upper) == (50, dt.date(2027, 1, 1))
    assert (second.value, second.valid.lower, second.site_id) == (60, dt.date(2027, 1, 1), "GN_KINDIA")


def test_the_value_and_the_first_day_of_a_target_that_has_begun_stay(client):
    sign_in(client, "admin")
    [target] = targets()
    today = target.site.today()
    page = client.get(f"{URL}{target.pk}/change/").content.decode()
    assert "This target has begun: its value is part of what was reported." in page
    assert 'name="value"' not in page
    client.post(f"{URL}{target.pk}/change/", posted("10", after="2099-01-01"))
    [target] = targets()
    assert (target.value, target.valid.upper) == (50, dt.date(2099, 1, 1))
    for data, sentence in (
        (posted("50", first="2020-01-01"), "This target has begun: its first day stays as it is."),
        (posted("50", after=(today - DAY).isoformat()), "Past days were reported with this target"),
    ):
        answer = client.post(f"{URL}{target.pk}/change/", data)
        assert sentence in answer.content.decode()
        assert targets() == [target]
        assert targets()[0].valid == target.valid
    client.post(f"{URL}{target.pk}/change/", posted("50", after=today.isoformat()))
    assert targets()[0].valid.upper == today


def test_a_target_that_is_over_is_only_shown_and_one_to_come_can_still_be_changed(client):
    sign_in(client, "admin")
    [over] = targets()
    today = over.site.today()
    with site_scope(["GN_KINDIA"]):
        KPITarget.objects.filter(pk=over.pk).update(valid=(None, today))
        coming = KPITarget.objects.create(site=over.site, key="npsScore", value=60, valid=(today + DAY, None))
    page = client.get(f"{URL}{over.pk}/change/").content.decode()
    assert "This target is over." in page
    assert 'name="_save"' not in page
    assert client.post(f"{URL}{over.pk}/change/", posted("10")).status_code == 403
    assert "This target has begun" not in client.get(f"{URL}{coming.pk}/change/").content.decode()
    client.post(f"{URL}{coming.pk}/change/", posted("70", first=(today + 2 * DAY).isoformat()))
    first, second = targets()
    assert (first.value, first.valid.upper) == (50, today)
    assert (second.value, second.valid.lower) == (70, today + 2 * DAY)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (posted("60", first="2027-01-01"), "Another target of this indicator is already valid on one of these days."),
        (posted("101", first="1990-01-01", after="1990-01-01"), "The second day comes after the first"),
        ({**posted("95"), "key": "renewalRate"}, "The target of a share is between 0 and 1"),
        ({**posted("-1"), "key": "averageResolutionTime"}, "This target cannot be negative."),
        ({**posted("5"), "key": "depositReturnTime"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_a_target_is_refused_in_a_sentence(client, data, sentence):
    sign_in(client, "admin")
    page = client.post(f"{URL}add/", data)
    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert [target.value for target in targets()] == [Decimal(50)]
    with site_scope(["GN_KINDIA"]):
        assert KPITarget.objects.count() == 11


# --- benchmarks, and what AKIG writes by itself -------------------------------------------------------------

BENCHMARKS = "/GN_KINDIA/admin/kpi/kpibenchmark/"


def superuser(client):
    person = User.objects.create(username="root", is_superuser=True, preferred_language="en")
    client.force_login(person)


def benchmark(**values):
    given = {"key": "renewalRate", "average": "0.7", "top": "0.9", "status": "measured", "source": "Étude"}
    return given | {"as_of": "2026-11-01"} | values


def test_a_manager_reads_the_benchmarks_and_changes_none(client):
    sign_in(client, "manager")
    words = client.get(BENCHMARKS).content.decode()
    assert "85%" in words
    assert "Starting assumption" in words
    row = KPIBenchmark.objects.get(key="npsScore")
    client.post(f"{BENCHMARKS}{row.pk}/change/", benchmark(average="1"))
    row.refresh_from_db()
    assert row.average == 35
    # They belong to no site: a site's administrator may not change what others see.
    client.force_login(make_person("chief", GN_KINDIA="admin"))
    assert client.get(f"{BENCHMARKS}add/").status_code == 403


def test_a_superuser_adds_a_benchmark_with_its_source(client):
    superuser(client)
    answer = client.post(f"{BENCHMARKS}add/", benchmark())
    assert answer.status_code == 302
    assert KPIBenchmark.objects.get(key="renewalRate").source == "Étude"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"average": "70", "top": "90"}, "A share is between 0 and 1: 0.95 and not 95."),
        ({"average": "0.9", "top": "0.7"}, "The best value is better than the average."),
        ({"key": "averageResolutionTime", "average": "30", "top": "60"}, "The best value is better than the average."),
        ({"key": "npsScore"}, "already exists"),
        ({"key": "revenuePerAgent", "average": "45000000", "top": "60000000"}, "Select a valid choice."),
    ],
)
def test_a_benchmark_that_cannot_be_is_refused_beside_its_field(client, values, sentence):
    superuser(client)
    KPIBenchmark.objects.filter(key="averageResolutionTime").delete()
    answer = client.post(f"{BENCHMARKS}add/", benchmark(**values))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert KPIBenchmark.objects.count() == 2


def test_an_amount_has_no_reference_value_because_sites_have_two_currencies(client):
    superuser(client)
    assert "Yearly rent per agent" not in client.get(f"{BENCHMARKS}add/").content.decode()
    row = KPIBenchmark(**benchmark(key="revenuePerAgent", average=45_000_000, top=60_000_000))
    sentence = "An amount has no reference value: sites have different currencies"
    with translation.override("en"), pytest.raises(ValidationError, match=sentence):
        row.validate_constraints()
    with pytest.raises(IntegrityError, match="benchmark_never_of_francs"), transaction.atomic():
        row.save()


def test_what_each_site_reached_is_no_managers_business(client):
    values = [Decimal("0.97"), Decimal("0.81"), Decimal("0.55"), Decimal("0.31")]
    row = NetworkBenchmark.objects.create(
        month=dt.date(2026, 2, 1),
        key="occupancyRate",
        values=values,
        computed_at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
    )
    address = f"/GN_KINDIA/admin/kpi/networkbenchmark/{row.pk}/change/"
    sign_in(client, "admin")
    page = client.get(address).content.decode()
    assert "97%" in page  # the best
    assert "68%" in page  # the median
    assert "31%" not in page
    assert "55%" not in page
    superuser(client)
    assert "97% · 81% · 55% · 31%" in client.get(address).content.decode()


def test_what_akig_writes_is_only_shown(client):
    site = Site.objects.get(pk="GN_KINDIA")
    with site_scope(["GN_KINDIA"]):
        make_contract(site, start_date=dt.date(2026, 1, 1))
        refresh_snapshots(site=site, today=dt.date(2026, 11, 23))
        snapshot = KPISnapshot.objects.get(month=dt.date(2026, 10, 1))
    superuser(client)
    page = client.get(f"/GN_KINDIA/admin/kpi/kpisnapshot/{snapshot.pk}/change/")
    assert page.status_code == 200
    assert client.get("/GN_KINDIA/admin/kpi/kpisnapshot/add/").status_code == 403
    assert client.post(f"/GN_KINDIA/admin/kpi/kpisnapshot/{snapshot.pk}/delete/", {"post": "yes"}).status_code == 403
    for table in ("networkbenchmark", "toucheddays", "reportsubscription"):
        assert client.get(f"/GN_KINDIA/admin/kpi/{table}/").status_code == 200
        assert client.get(f"/GN_KINDIA/admin/kpi/{table}/add/").status_code == 403
