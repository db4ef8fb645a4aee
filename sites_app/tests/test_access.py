import pytest
from django.contrib.auth import get_user_model

from sites_app.access import access_for, cover_for
from sites_app.actions import change_status, grant_membership
from sites_app.models import Site, SiteEvent


def site(code, failover=None, status="active"):
    return Site(code=code, name=code, failover_site_id=failover, status=status)


def cover(code, *sites):
    by_code = {s.code: s for s in sites}
    found = cover_for(by_code[code], by_code)
    return found and found.code


def test_a_cover_is_the_first_active_site_on_the_path():
    assert cover("A", site("A", "B", "offline"), site("B", "C", "maintenance"), site("C")) == "C"


def test_a_path_that_ends_has_no_cover():
    assert cover("A", site("A", None, "offline")) is None
    assert cover("A", site("A", "B", "offline"), site("B", None, "offline")) is None


def test_a_path_in_a_circle_has_no_cover():
    assert cover("A", site("A", "B", "offline"), site("B", "A", "offline")) is None
    assert cover("A", site("A", "B", "offline"), site("B", "C", "offline"), site("C", "B", "offline")) is None


@pytest.mark.django_db
def test_access_costs_one_statement(django_assert_num_queries):
    user = get_user_model().objects.create_user("awa", password=None)
    grant_membership(user=user, site=Site.objects.get(pk="GN_MAMOU"), role="agent")
    with django_assert_num_queries(1):
        assert list(access_for(user)) == ["GN_MAMOU"]


@pytest.mark.django_db
def test_a_disabled_person_has_no_access():
    user = get_user_model().objects.create_user("awa", password=None, is_active=False)
    grant_membership(user=user, site=Site.objects.get(pk="GN_MAMOU"), role="admin")
    assert access_for(user) == {}


@pytest.mark.django_db
def test_the_first_membership_is_the_primary_one_and_a_second_grant_changes_the_role():
    user = get_user_model().objects.create_user("awa", password=None)
    first = grant_membership(user=user, site=Site.objects.get(pk="GN_MAMOU"), role="agent")
    second = grant_membership(user=user, site=Site.objects.get(pk="GN_LABE"), role="agent")
    assert (first.is_primary, second.is_primary) == (True, False)
    again = grant_membership(user=user, site=Site.objects.get(pk="GN_MAMOU"), role="manager")
    assert (again.pk, again.role, again.is_primary) == (first.pk, "manager", True)


@pytest.mark.django_db
def test_going_offline_is_written_down_once_however_often_it_is_said():
    before = SiteEvent.objects.filter(pgh_obj_id="GN_KINDIA").count()
    for _again in range(3):
        change_status(site=Site.objects.get(pk="GN_KINDIA"), status="offline")
    events = SiteEvent.objects.filter(pgh_obj_id="GN_KINDIA").order_by("pgh_id")
    assert events.count() == before + 1
    assert events.last().status == "offline"
