"""The demo in the database: into empty sites only, once, and within every rule of the tables."""

import dataclasses
import datetime as dt
import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Sum

from accounts.models import User
from demo import build as build_module
from demo.accounts import DEMO_ACCOUNTS, DEMO_PASSWORD, account_lines
from demo.behaviour import ALL_DRIFTS, NO_DRIFTS
from demo.build import DemoRefused, Wanted, build_demo, is_unfinished
from demo.portfolio import MadePortfolio, SitePlan
from demo.tests.plans import DAY, TODAY
from leasing.models import (
    Allocation,
    Contract,
    Deposit,
    Instalment,
    Interaction,
    Litigation,
    Notice,
    Owner,
    Payment,
    PaymentReversal,
    Property,
    ServiceRequest,
    Survey,
    Tenant,
)
from leasing.queries import money_faults, on_account
from leasing.tests.factories import make_property
from outbox.models import Job
from sites_app.models import Membership, RegionalRule, Site
from sites_app.scope import site_scope
from tasks.models import Task, TaskPrioritization

TABLES = [
    Owner,
    Property,
    Tenant,
    Contract,
    Instalment,
    Payment,
    PaymentReversal,
    Allocation,
    Deposit,
    Notice,
    Litigation,
    ServiceRequest,
    Interaction,
    Survey,
]


def run(**options: Any) -> str:
    out = io.StringIO()
    call_command("demo", stdout=out, **options)
    return out.getvalue()


def counts() -> dict[str, int]:
    with site_scope(Site.objects.values_list("code", flat=True)):
        return {model.__name__: model.objects.count() for model in TABLES} | {"User": User.objects.count()}


def build(tenants: int = 90, seed: int = 1) -> list[str]:
    lines: list[str] = []
    build_demo(Wanted(seed, tenants), say=lines.append, today=TODAY)
    return lines


@pytest.mark.django_db
def test_every_franc_is_somewhere_and_every_row_is_valid():
    *lines, scored = build()
    assert "tenancies scored" in scored
    assert [line.split(":")[0] for line in lines] == [
        "GN_CONAKRY",
        "GN_KINDIA",
        "GN_MAMOU",
        "GN_LABE",
        "SN_DAKAR",
        "ML_BAMAKO",
    ]
    for site in Site.objects.all():
        with site_scope([site.code]):
            received = Payment.objects.standing().aggregate(francs=Sum("amount"))["francs"]
            allocated = Allocation.objects.aggregate(francs=Sum("amount"))["francs"]
            of_each_account = Contract.objects.signed().order_by("account_id").distinct("account_id")
            assert received == allocated + sum(on_account(contract) for contract in of_each_account)
            assert money_faults(site) == []
            assert allocated == Instalment.objects.aggregate(francs=Sum("paid_amount"))["francs"]
            wrong = Instalment.objects.annotate(taken=Sum("allocations__amount")).exclude(taken=F("paid_amount"))
            assert not wrong.filter(paid_amount__gt=0).exists()
            assert not Instalment.objects.filter(amount__gt=0, paid_amount=F("amount"), settled_on=None).exists()
            for model in (Owner, Property, Tenant, Contract, Deposit, Notice, Litigation, ServiceRequest, Survey):
                for row in model.objects.all():
                    row.clean_fields()
            assert Tenant.objects.count() <= site.max_tenants
            assert Property.objects.count() <= site.max_properties
            agents = set(Contract.objects.values_list("agent__username", flat=True))
            members = Membership.objects.filter(site=site, role="agent").values_list("user__username", flat=True)
            assert agents == set(members)
    assert counts()["Tenant"] == 90
    assert min(counts().values()) > 0


@pytest.mark.parametrize("planted", [True, False])
def test_a_demo_without_drifts_says_so_of_itself_and_plants_none(planted, monkeypatch):
    wanted = []
    monkeypatch.setattr("demo.management.commands.demo.build_demo", lambda it, say: wanted.append(it) or True)
    monkeypatch.setattr("demo.management.commands.demo.account_lines", list)
    run(no_drifts=not planted)
    [it] = wanted
    assert it.drifts is planted
    said = it.signature(Site(code="GN_LABE"), 6)
    assert ("drifts" in said) is not planted
    assert it.planted == (ALL_DRIFTS if planted else NO_DRIFTS)
    assert not any(dataclasses.astuple(NO_DRIFTS))


@pytest.mark.django_db
@pytest.mark.no_cover
def test_who_pays_month_by_month_owes_little_and_who_pays_ahead_is_ahead():
    build(tenants=120)
    with site_scope(Site.objects.values_list("code", flat=True)):
        due = Instalment.objects.filter(due_date__range=(dt.date(2025, 11, 1), dt.date(2026, 10, 31)))
        francs = due.aggregate(due=Sum("amount"), paid=Sum("paid_amount"))
        assert 0.88 < francs["paid"] / francs["due"] < 1
        ahead = Instalment.objects.filter(due_date__gt=TODAY + 31 * DAY, paid_amount=F("amount"))
        assert ahead.values("contract").distinct().count() >= 3


@pytest.mark.django_db
def test_twice_changes_nothing_and_says_so():
    first = run(seed=3, tenants=24)
    before = counts()
    second = run(seed=3, tenants=24)
    assert counts() == before
    assert "GN_CONAKRY" in first
    assert second.startswith("The demo is there already. Nothing was changed.\n")
    # The accounts are shown each time.
    assert f"password {DEMO_PASSWORD}" in first
    assert f"password {DEMO_PASSWORD}" in second
    assert not is_unfinished()


@pytest.mark.django_db
def test_the_agents_find_their_tasks_at_once_and_once():
    run(tenants=60)
    codes = list(Site.objects.values_list("code", flat=True))
    assert [Job.objects.get(site_code=code).is_done for code in codes] == [True] * 6
    with site_scope(codes):
        first = {task.pk for task in Task.objects.all()}
        ranked = set(TaskPrioritization.objects.values_list("task", flat=True))
        assert first
        assert first == ranked
    run(tenants=60)
    with site_scope(codes):
        assert {task.pk for task in Task.objects.all()} == first


@pytest.mark.django_db
@pytest.mark.parametrize("other", [{"seed": 4, "tenants": 24}, {"seed": 3, "tenants": 30}])
def test_another_demo_on_top_is_refused_and_changes_nothing(other):
    build(seed=3, tenants=24)
    before = counts()
    with pytest.raises(CommandError, match="GN_CONAKRY holds records already that this demo did not make"):
        run(**other)
    assert counts() == before


@pytest.mark.django_db
def test_an_agency_with_records_of_its_own_is_left_alone():
    with site_scope(["SN_DAKAR"]):
        make_property(Site.objects.get(code="SN_DAKAR"))
    before = counts()
    with pytest.raises(CommandError, match="SN_DAKAR holds records already"):
        run()
    assert counts() == before


@pytest.mark.django_db
def test_a_build_that_was_cut_short_goes_on_where_it_was(monkeypatch):
    whole = build_module.generate_portfolio

    def fails_at_mamou(plan: SitePlan, seed: int) -> MadePortfolio:
        if plan.code == "GN_MAMOU":
            raise KeyboardInterrupt
        return whole(plan, seed)

    assert not is_unfinished()
    monkeypatch.setattr(build_module, "generate_portfolio", fails_at_mamou)
    with pytest.raises(KeyboardInterrupt):
        build(tenants=24)
    assert is_unfinished()
    monkeypatch.undo()
    *lines, _scored = build(tenants=24)
    assert [line.split(":")[0] for line in lines] == ["GN_MAMOU", "GN_LABE", "SN_DAKAR", "ML_BAMAKO"]
    assert counts()["Tenant"] == 24
    assert not is_unfinished()


@pytest.mark.django_db
@pytest.mark.parametrize("tenants", [-1, 0, 5, 5101])
def test_a_number_that_does_not_fit_is_refused_naming_what_fits(tenants):
    before = counts()
    with pytest.raises(CommandError, match="--tenants must be from 6 to 5100"):
        run(tenants=tenants)
    assert counts() == before


@pytest.mark.django_db
def test_the_largest_number_follows_the_sites_maxima():
    Site.objects.filter(code="GN_CONAKRY").update(max_tenants=100)
    with pytest.raises(DemoRefused, match="from 6 to 3500"):
        build(tenants=3501)


@pytest.mark.django_db
def test_a_site_without_its_rules_is_refused_naming_the_rule():
    RegionalRule.objects.filter(site="GN_CONAKRY", rule_type="payment_methods").delete()
    with pytest.raises(CommandError, match="GN_CONAKRY has no rule payment_methods on"):
        run(tenants=6)
    assert counts()["Contract"] == 0


@pytest.mark.django_db
def test_production_refuses_the_demo(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="refuses to run in production"):
        run()
    assert User.objects.count() == 0


@pytest.mark.django_db
def test_the_accounts_sign_in_and_have_the_rights_that_their_line_says():
    build(tenants=6)
    assert len(DEMO_PASSWORD) >= 12
    for account in DEMO_ACCOUNTS:
        user = User.objects.get(username=account.username)
        assert user.check_password(DEMO_PASSWORD)
        assert user.is_superuser == account.is_superuser
        rights = dict(Membership.objects.filter(user=user).values_list("site_id", "role"))
        assert rights == dict.fromkeys(account.sites, account.role)
        assert any(line.split()[0] == account.username for line in account_lines()[1:])
    roles = Membership.objects.filter(role="agent").values("site").annotate(n=Count("user"))
    assert {row["site"] for row in roles} == set(Site.objects.values_list("code", flat=True))
    assert Membership.objects.filter(user__username="kadiatou", role="manager").count() == 6
    assert not Membership.objects.filter(user__username="nana").exists()


@pytest.mark.django_db
def test_without_the_demo_there_are_no_accounts_to_show():
    assert account_lines() == []


@pytest.mark.django_db
def test_nobody_gets_rights_because_they_share_a_name():
    User.objects.create_user("admin", password="somebody-elses-secret")
    with pytest.raises(CommandError, match="account “admin” already, which is not the demo's"):
        run(tenants=6)
    assert not User.objects.get(username="admin").is_superuser
    assert User.objects.count() == 1
    assert counts()["Tenant"] == 0
