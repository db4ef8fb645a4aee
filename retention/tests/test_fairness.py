"""Whether a group stands on the list more often than others."""

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command

from leasing.tests.factories import make_contract, make_tenant
from retention.actions import analyse
from retention.fairness import group_shares
from retention.models import ObservedFrom
from sites_app.models import Site
from sites_app.scope import site_scope

DAY = dt.date(2026, 3, 20)


def shares(**groups):
    """So many of each language, in this order."""
    return {each.name: each for each in group_shares([name for name, n in groups.items() for _ in range(n)])}


def test_the_share_of_the_first_stands_beside_the_share_of_all():
    found = shares(fr=60, fuf=40, sus=19)
    assert found.keys() == {"fr", "fuf"}
    assert (found["fr"].of_all.successes, found["fr"].of_all.n) == (60, 119)
    assert (found["fr"].of_first.successes, found["fr"].of_first.n) == (50, 50)
    assert [found["fr"].verdict, found["fuf"].verdict] == ["more than their share", "less than their share"]
    assert found["fuf"].interval.low == 0


def test_a_group_that_is_listed_as_often_as_others_is_as_its_share():
    found = {each.name: each for each in group_shares(["fr", "fuf"] * 60)}
    assert {each.verdict for each in found.values()} == {"as their share"}


def test_where_fewer_are_scored_than_a_list_is_long_all_are_the_first():
    [found] = group_shares(["fr"] * 30)
    assert (found.of_first.n, found.of_first.successes, found.verdict) == (30, 30, "as their share")


def command(**options):
    out = io.StringIO()
    call_command("retention_fairness", stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
def test_the_command_prints_groups_of_twenty_and_stores_nothing():
    with site_scope(["GN_KINDIA"]):
        site = Site.objects.get(pk="GN_KINDIA")
        ObservedFrom.objects.create(site=site, day=dt.date(2020, 1, 1))
        for number in range(23):
            make_contract(
                site, tenant=make_tenant(site, language="fuf" if number < 20 else "fr"), start_date=dt.date(2025, 11, 1)
            )
        analyse(days={"GN_KINDIA": DAY})
    said = command(site="GN_KINDIA").splitlines()
    assert said[0] == "23 scored; the first 23, by language:"
    assert [line.split()[:4] for line in said[1:]] == [["fuf", "20", "of", "all"]]
    assert "as their share" in said[1]


@pytest.mark.django_db
@pytest.mark.parametrize(("site", "reason"), [("XX", "There is no site XX"), ("GN_KINDIA", "GN_KINDIA has no scores")])
def test_the_command_says_in_one_line_why_it_cannot(site, reason):
    with pytest.raises(CommandError, match=reason):
        command(site=site)
