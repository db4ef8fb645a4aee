"""Targets in the administration: seen by managers, set by the site's administrators, never two on a day."""

import datetime as dt
from decimal import Decimal

import pytest

from kpi.models import KPITarget
from kpi.tests.people import make_person
from sites_app.scope import site_scope

pytestmark = pytest.mark.django_db
URL = "/GN_KINDIA/admin/kpi/kpitarget/"


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
    assert "50,000,000 GNF" in words
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


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (posted("60", first="2027-01-01"), "Another target of this indicator is already valid on one of these days."),
        (posted("101", first="1990-01-01", after="1990-01-01"), "The second day comes after the first"),
        ({**posted("95"), "key": "renewalRate"}, "The target of a share is between 0 and 1"),
        ({**posted("-1"), "key": "averageResolutionTime"}, "This target can not be negative."),
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
