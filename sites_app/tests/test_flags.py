import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from sites_app.flags import bucket
from sites_app.models import Flag, Site

people = st.integers(1, 10**9)


@given(people, st.integers(0, 100), st.integers(0, 100))
def test_raising_the_percentage_only_adds_people(person, one, other):
    low, high = sorted((one, other))
    if bucket("some_flag", person) < low:
        assert bucket("some_flag", person) < high


def test_a_percentage_is_about_that_share_of_people_and_differs_between_flags():
    on = {person for person in range(10_000) if bucket("a", person) < 10}
    other = {person for person in range(10_000) if bucket("b", person) < 10}
    assert 900 < len(on) < 1100
    assert len(on & other) < 200


@pytest.fixture
def person(db):
    return get_user_model().objects.create_user("awa", password=None)


def _request(person, site=None, role=None):
    request = RequestFactory().get("/")
    request.user, request.site = person, site
    request.site_access = type("A", (), {"role": role})() if role else None
    return request


def test_everyone_no_is_stronger_than_any_other_setting(person):
    flag = Flag.objects.create(name="f", everyone=False, percent=100, roles=["manager"])
    assert not Flag.get("f").is_active(_request(person, role="manager"))
    flag.everyone = True
    flag.save()
    assert Flag.objects.get(name="f").is_active(_request(AnonymousUser()))


def test_a_flag_is_on_for_a_role_or_on_a_site(person):
    flag = Flag.objects.create(name="f", roles=["manager"])
    kindia = Site.objects.get(pk="GN_KINDIA")
    flag.sites.add(kindia)
    fresh = Flag.get_from_db("f")
    assert fresh.is_active(_request(person, role="manager"))
    assert not fresh.is_active(_request(person, role="agent"))
    assert fresh.is_active(_request(person, site=kindia, role="agent"))
    assert not fresh.is_active(_request(person, site=Site.objects.get(pk="GN_MAMOU")))


def test_the_percentage_asks_who_and_leaves_no_cookie(person):
    Flag.objects.create(name="f", percent=bucket("f", person.pk))
    assert not Flag.get_from_db("f").is_active(_request(person))
    Flag.objects.filter(name="f").update(percent=bucket("f", person.pk) + 1)
    request = _request(person)
    assert Flag.get_from_db("f").is_active(request)
    assert not hasattr(request, "waffles")


def test_an_unknown_flag_is_off(db):
    assert not Flag.get("nobody_made_this").is_active(_request(AnonymousUser()))
