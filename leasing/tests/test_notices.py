import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from changes.refusals import RuleBroken
from leasing.actions import issue_notice
from leasing.models import Notice
from leasing.tests.factories import make_contract
from sites_app.models import RegionalRule, Site, SiteClosingDay
from sites_app.scope import site_scope

TODAY = dt.date(2026, 11, 23)  # a Monday


def issue(contract, kind, issued_on=TODAY, **overrides):
    values = {"contract": contract, "kind": kind, "issued_on": issued_on, "by": None, "today": max(TODAY, issued_on)}
    return issue_notice(**(values | overrides))


@pytest.mark.parametrize(
    ("kind", "issued_on", "deadline"),
    [
        ("to_quit", dt.date(2026, 11, 23), dt.date(2026, 12, 23)),
        ("renewal", dt.date(2026, 11, 23), dt.date(2026, 12, 23)),
        ("repairs", dt.date(2026, 11, 23), dt.date(2026, 11, 30)),  # five days later is a Saturday
        ("eviction", dt.date(2026, 11, 23), dt.date(2026, 12, 8)),
    ],
)
def test_the_deadline_is_the_site_s_rule_moved_to_a_business_day(conakry, kind, issued_on, deadline):
    notice = issue(make_contract(conakry), kind, issued_on)
    assert (notice.legal_deadline, notice.state, notice.reminder_count) == (deadline, "pending", 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "deadline"),
    [("GN_LABE", dt.date(2027, 1, 4)), ("SN_DAKAR", dt.date(2026, 12, 23)), ("GN_MAMOU", dt.date(2026, 12, 28))],
)
def test_each_site_has_its_own_days(code, deadline):
    with site_scope([code]):
        assert issue(make_contract(Site.objects.get(code=code)), "to_quit").legal_deadline == deadline


def test_a_closing_day_of_the_site_moves_the_deadline(conakry):
    SiteClosingDay.objects.create(site=conakry, day=dt.date(2026, 12, 23), reason="Inventaire")
    assert issue(make_contract(conakry), "to_quit").legal_deadline == dt.date(2026, 12, 24)


def test_the_rules_are_those_of_the_day_of_issue(conakry):
    rule = RegionalRule.objects.get(site=conakry, rule_type="notice_to_quit_days")
    rule.valid = DateRange(None, dt.date(2026, 11, 1))
    rule.save()
    RegionalRule.objects.create(
        site=conakry, entity="deadline", rule_type="notice_to_quit_days", value=90, source="Loi nouvelle",
        valid=DateRange(dt.date(2026, 11, 1), None),
    )  # fmt: skip
    contract = make_contract(conakry)
    assert issue(contract, "to_quit", dt.date(2026, 10, 26)).legal_deadline == dt.date(2026, 11, 25)
    assert issue(contract, "to_quit", dt.date(2026, 11, 23)).legal_deadline == dt.date(2027, 2, 22)


def test_the_same_notice_twice_is_one_notice(conakry):
    contract = make_contract(conakry)
    assert issue(contract, "to_quit") == issue(contract, "to_quit")
    assert issue(contract, "repairs") != issue(contract, "to_quit")
    assert Notice.objects.count() == 2


def test_an_eviction_in_the_closed_season_is_refused_with_the_first_lawful_day(conakry):
    contract = make_contract(conakry)
    with pytest.raises(RuleBroken) as refused:
        issue(contract, "eviction", dt.date(2027, 5, 24))
    assert (refused.value.field, refused.value.rule) == ("execute_on", "eviction_closed_season")
    assert "01/10/2027" in refused.value.sentence
    assert "Code civil guinéen, art. 1405" in refused.value.sentence
    assert not Notice.objects.exists()


def test_an_eviction_is_issued_for_the_first_lawful_day_and_carries_it(conakry):
    contract = make_contract(conakry)
    notice = issue(contract, "eviction", dt.date(2027, 5, 24), execute_on=dt.date(2027, 10, 1))
    assert notice.legal_deadline == dt.date(2027, 10, 1)


@pytest.mark.parametrize("execute_on", [dt.date(2027, 6, 1), dt.date(2027, 9, 30)])
def test_the_first_and_the_last_day_of_the_season_are_closed(conakry, execute_on):
    with pytest.raises(RuleBroken) as refused:
        issue(make_contract(conakry), "eviction", dt.date(2027, 5, 3), execute_on=execute_on)
    assert refused.value.rule == "eviction_closed_season"


def test_the_day_before_the_season_is_open(conakry):
    notice = issue(make_contract(conakry), "eviction", dt.date(2027, 5, 3), execute_on=dt.date(2027, 5, 31))
    assert notice.legal_deadline == dt.date(2027, 5, 31)


@pytest.mark.django_db
def test_a_site_without_a_closed_season_evicts_in_july():
    with site_scope(["SN_DAKAR"]):
        notice = issue(make_contract(Site.objects.get(code="SN_DAKAR")), "eviction", dt.date(2027, 7, 1))
        assert notice.legal_deadline == dt.date(2027, 7, 16)


@pytest.mark.parametrize(
    ("kind", "rule", "day_before", "first"),
    [
        ("eviction", "eviction_notice_days", dt.date(2026, 12, 7), "08/12/2026"),
        ("to_quit", "notice_to_quit_days", dt.date(2026, 12, 22), "23/12/2026"),
    ],
)
def test_nothing_is_carried_out_before_the_lawful_day(conakry, kind, rule, day_before, first):
    with pytest.raises(RuleBroken) as refused:
        issue(make_contract(conakry), kind, execute_on=day_before)
    assert (refused.value.field, refused.value.rule) == ("execute_on", rule)
    assert first in refused.value.sentence
    assert not Notice.objects.exists()


def test_only_a_rule_that_is_not_confirmed_says_so(conakry):
    contract = make_contract(conakry)
    for status, said in (("to_be_confirmed", True), ("confirmed", False)):
        rule = RegionalRule.objects.get(site=conakry, rule_type="eviction_closed_season")
        rule.status = status
        rule.save()
        with pytest.raises(RuleBroken) as refused:
            issue(contract, "eviction", dt.date(2027, 5, 24))
        assert ("to be confirmed" in refused.value.sentence or "à confirmer" in refused.value.sentence) is said


@pytest.mark.parametrize("kind", ["repairs", "renewal"])
def test_a_notice_that_is_not_carried_out_has_no_such_day(conakry, kind):
    with pytest.raises(RuleBroken) as refused:
        issue(make_contract(conakry), kind, execute_on=dt.date(2027, 1, 4))
    assert refused.value.rule == "only_some_notices_are_executed"


def test_a_notice_is_not_issued_tomorrow_nor_on_a_draft(conakry):
    with pytest.raises(RuleBroken) as refused:
        issue(make_contract(conakry), "to_quit", dt.date(2026, 11, 24), today=TODAY)
    assert refused.value.rule == "issued_on_not_to_come"
    with pytest.raises(RuleBroken) as refused:
        issue(make_contract(conakry, status="draft"), "to_quit")
    assert refused.value.rule == "contract_signed"
    assert not Notice.objects.exists()
