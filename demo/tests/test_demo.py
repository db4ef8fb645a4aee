"""The demo portfolio: the same each time, within every rule, and with something true in it to learn."""

import datetime as dt
import io
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from statistics import mean
from typing import Any

import phonenumbers
import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Sum

from accounts.models import User
from demo import build as build_module
from demo.accounts import DEMO_ACCOUNTS, DEMO_PASSWORD, account_lines
from demo.behaviour import Leaving, departure_chance, drift, season_delay
from demo.build import DemoRefused, build_demo, is_unfinished
from demo.history import generate_portfolio
from demo.months import months_between, plus_months
from demo.portfolio import Portfolio, SitePlan, Stay
from demo.rent import due_days
from imports.tables.contracts import ContractRow
from imports.tables.payments import PaymentRow
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
from leasing.tests.factories import make_property
from outbox.models import Job
from sites_app.models import Membership, RegionalRule, Site
from sites_app.rules import rules_from_rows
from sites_app.scope import site_scope
from tasks.models import Task, TaskPrioritization
from tests.unmeasured import unmeasured

TODAY = dt.date(2026, 11, 23)
DAY = dt.timedelta(days=1)
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

# --- the generators, without a database --------------------------------------------------------------


RULES: dict[str, dict[str, Any]] = {
    "GN_CONAKRY": {
        "notice_to_quit_days": 30,
        "eviction_notice_days": 15,
        "maintenance_response_days": 5,
        "dispute_resolution_days": 60,
        "deposit_return_days": 30,
        "payment_methods": ["cash", "bank", "mobile"],
        "largest_cash_payment": 10_000_000,
        "mobile_money_providers": ["Orange", "Areeba"],
        "eviction_closed_season": ["06-01", "09-30"],
    },
    "GN_LABE": {
        "notice_to_quit_days": 40,
        "eviction_notice_days": 30,
        "maintenance_response_days": 14,
        "dispute_resolution_days": 150,
        "deposit_return_days": 60,
        "payment_methods": ["cash", "mobile"],
        "largest_cash_payment": 2_500_000,
        "mobile_money_providers": ["Orange"],
        "eviction_closed_season": ["06-01", "09-30"],
    },
    "SN_DAKAR": {
        "notice_to_quit_days": 30,
        "eviction_notice_days": 15,
        "maintenance_response_days": 5,
        "dispute_resolution_days": 90,
        "deposit_return_days": 30,
        "payment_methods": ["bank", "mobile", "cheque"],
        "largest_cash_payment": 500_000,
        "mobile_money_providers": ["Wave", "Orange", "Free"],
        "eviction_closed_season": None,
    },
}


def plan_of(code: str, tenants: int, max_properties: int = 3000, today: dt.date = TODAY) -> SitePlan:
    rows = [(rule, value, "", False, None, None) for rule, value in RULES[code].items()]
    return SitePlan(
        code=code,
        country=code[:2],
        timezone=dt.UTC,
        today=today,
        tenants=tenants,
        max_properties=max_properties,
        agents=("ousmane", "aissatou"),
        rules=rules_from_rows(code, today, rows),
    )


def made(code: str = "GN_CONAKRY", tenants: int = 200, seed: int = 1, **given: Any) -> Portfolio:
    return generate_portfolio(plan_of(code, tenants, **given), seed)


@pytest.fixture(scope="module")
def large() -> list[Portfolio]:
    """Enough tenants for averages to mean something."""
    with unmeasured():
        return [made(code, 1500) for code in RULES]


@pytest.mark.no_cover
def test_the_same_seed_and_day_make_the_same_rows():
    assert made() == made()


@pytest.mark.no_cover
def test_another_seed_or_another_day_makes_other_rows():
    assert made().rows["contracts"] != made(seed=2).rows["contracts"]
    assert made().rows["contracts"] != made(today=TODAY + DAY).rows["contracts"]


@pytest.mark.parametrize("tenants", [1, 7, 120])
def test_there_are_exactly_as_many_tenants_as_asked_for(tenants):
    rows = made(tenants=tenants).rows
    assert len({tenant.code for tenant in rows["tenants"]}) == len(rows["tenants"]) == tenants
    assert {contract.tenant for contract in rows["contracts"]} <= {tenant.code for tenant in rows["tenants"]}


def test_no_more_properties_than_the_site_takes():
    rows = made(tenants=400, max_properties=100).rows
    assert len(rows["properties"]) == 100
    assert len(rows["tenants"]) == 400


def test_people_write_their_names_and_numbers_as_one_does_there(large):
    for portfolio, region in zip(large, ("GN", "GN", "SN"), strict=True):
        for tenant in portfolio.rows["tenants"]:
            number = phonenumbers.parse(tenant.phone)
            assert phonenumbers.is_valid_number(number)
            assert phonenumbers.region_code_for_number(number) == region
            assert tenant.email is None or (tenant.email.isascii() and tenant.email.endswith("@example.org"))
    families = {tenant.name.split()[-1] for tenant in large[1].rows["tenants"]}
    assert {"Diallo", "Bah", "Barry", "Sow"} <= families


def test_history_goes_back_three_years_and_not_past_today(large):
    for portfolio in large:
        rows = portfolio.rows
        in_force = [contract for contract in rows["contracts"] if contract.status != "draft"]
        assert dt.date(2023, 11, 1) <= min(contract.start_date for contract in in_force) <= dt.date(2023, 12, 1)
        days = [contract.start_date for contract in in_force]
        days += [contract.ended_on for contract in in_force if contract.ended_on]
        days += [payment.received_on for payment in rows["payments"]]
        days += [notice.issued_on for notice in rows["notices"]]
        days += [notice.closed_on for notice in rows["notices"] if notice.closed_on]
        days += [dispute.resolved_on for dispute in rows["litigations"] if dispute.resolved_on]
        days += [deposit.settled_on for deposit in rows["deposits"] if deposit.settled_on]
        days += [request.closed_on for request in rows["requests"] if request.closed_on]
        days += [answer.answered_on for answer in rows["surveys"]]
        days += [contact.happened_at.date() for contact in rows["interactions"]]
        assert max(days) <= TODAY
        assert max(contact.happened_at.date() for contact in rows["interactions"]) < TODAY


def test_payments_keep_the_rules_of_their_site(large):
    for portfolio, (code, rules) in zip(large, RULES.items(), strict=True):
        payments = portfolio.rows["payments"] + [mistake.payment for mistake in portfolio.mistakes]
        assert {payment.method for payment in payments} == set(rules["payment_methods"]), code
        assert max((p.amount for p in payments if p.method == "cash"), default=0) <= rules["largest_cash_payment"]
        assert {p.provider for p in payments if p.method == "mobile"} == set(rules["mobile_money_providers"])
        assert {p.provider for p in payments if p.method != "mobile"} == {None}
        references = [(p.provider, p.reference) for p in payments if p.method == "mobile"]
        assert len(set(references)) == len(references)
        assert min(payment.amount for payment in payments) > 0


def test_a_property_has_one_contract_at_a_time_and_a_renewal_follows_its_contract(large):
    for portfolio in large:
        of_property: dict[str, list[ContractRow]] = defaultdict(list)
        known = {contract.reference: contract for contract in portfolio.rows["contracts"]}
        for contract in known.values():
            of_property[contract.property].append(contract)
            if contract.renewal_of:
                renewed = known[contract.renewal_of]
                assert (renewed.property, renewed.tenant) == (contract.property, contract.tenant)
                assert renewed.ended_on + DAY == contract.start_date
            assert (contract.ended_on is None) == (contract.status in ("active", "draft"))
        for contracts in of_property.values():
            contracts.sort(key=lambda contract: contract.start_date)
            for earlier, later in pairwise(contracts):
                assert earlier.ended_on is not None
                assert earlier.ended_on < later.start_date


def test_nobody_is_evicted_in_the_closed_season(large):
    evictions = [
        (notice, contract)
        for portfolio in large[:2]
        for notice in portfolio.rows["notices"]
        for contract in portfolio.rows["contracts"]
        if notice.kind == "eviction" and notice.contract == contract.reference
    ]
    assert len(evictions) >= 10
    for notice, contract in evictions:
        days = RULES["GN_CONAKRY" if contract.reference.startswith("CON") else "GN_LABE"]["eviction_notice_days"]
        carried_out = contract.ended_on or notice.issued_on + days * DAY
        assert carried_out.month not in (6, 7, 8, 9)
        assert carried_out >= notice.issued_on + days * DAY


def test_a_held_deposit_is_returned_in_full_unless_something_is_owed_or_broken(large):
    deposits = [deposit for portfolio in large for deposit in portfolio.rows["deposits"]]
    shares = {state: sum(d.state == state for d in deposits) / len(deposits) for state in ("full", "partial", "held")}
    assert 0.8 < shares["full"] < 0.95
    assert shares["partial"] > 0.02
    assert 0 < shares["held"] < 0.1
    contracts = {c.reference: c for portfolio in large for c in portfolio.rows["contracts"]}
    for deposit in deposits:
        amount = contracts[deposit.contract].deposit
        assert (deposit.settled_on is None) == (deposit.state == "held")
        if deposit.state == "full":
            assert deposit.refunded_amount == amount
        if deposit.state == "partial":
            assert 0 < deposit.refunded_amount < amount


def test_every_kind_of_record_is_there(large):
    rows = large[0].rows
    assert {c.status for c in rows["contracts"]} == {"draft", "active", "ended", "terminated"}
    assert {n.kind for n in rows["notices"]} == {"to_quit", "eviction", "repairs", "renewal"}
    assert {d.kind for d in rows["litigations"]} == {"payment", "damage", "maintenance", "other"}
    assert {s.kind for s in rows["surveys"]} == {"nps", "satisfaction"}
    assert {p.status for p in rows["properties"]} == {"lettable", "under_works", "withdrawn"}
    assert any(tenant.referred_by for tenant in rows["tenants"])
    assert large[0].mistakes


# --- what a model could learn --------------------------------------------------------------------------


def delays(contract: ContractRow, payments: list[PaymentRow]) -> dict[dt.date, int]:
    """Days from each due date to the payment that completed it, counted oldest first; unpaid ones count to today."""
    money = [[payment.received_on, payment.amount] for payment in payments]
    found = {}
    for due in due_days(contract, TODAY):
        missing, settled_on = contract.monthly_rent, TODAY
        while missing and money:
            taken = min(missing, money[0][1])
            missing -= taken
            money[0][1] -= taken
            settled_on = money[0][0]
            if not money[0][1]:
                money.pop(0)
        found[due] = min(60, ((TODAY if missing else settled_on) - due).days)
    return found


def gone(portfolio: Portfolio) -> list[Stay]:
    return [stay for stay in portfolio.stays if stay.leaves_on is not None and stay.leaves_on <= TODAY]


def test_tenants_pay_later_before_they_leave(large):
    portfolio = large[2]  # where most pay by the month
    monthly = [c for c in portfolio.rows["contracts"] if c.advance_months == 0 and c.status != "draft"]
    leaves = {(s.unit.code, s.tenant.code): s.leaves_on for s in gone(portfolio)}
    payments: dict[str, list[PaymentRow]] = defaultdict(list)
    for payment in portfolio.rows["payments"]:
        payments[payment.contract].append(payment)
    before_leaving, usual, stayers = [], [], []
    for contract in monthly:
        leaves_on = leaves.get((contract.property, contract.tenant))
        for due, delay in delays(contract, payments[contract.reference]).items():
            if leaves_on is None:
                stayers.append(delay)
            elif due > plus_months(leaves_on, -6):
                before_leaving.append(delay)
            elif due < plus_months(leaves_on, -10):
                usual.append(delay)
    assert len(before_leaving) > 400
    assert mean(before_leaving) > mean(stayers) + 3
    assert mean(before_leaving) > mean(usual) + 3


def in_the_last_months(stays: Iterable[Stay], rows: Iterable[tuple[str, dt.date, float]], months: int) -> list[float]:
    until = {stay.tenant.code: stay.leaves_on for stay in stays}
    return [v for code, day, v in rows if code in until and plus_months(until[code], -months) < day <= until[code]]


def test_tenants_say_less_complain_more_and_are_less_content_before_they_leave(large):
    for portfolio in large:
        left = [stay for stay in gone(portfolio) if stay.leaving.month >= 12]
        rows = portfolio.rows
        contacts = [(i.tenant, i.happened_at.date(), 1.0) for i in rows["interactions"]]
        recent, year = (len(in_the_last_months(left, contacts, months)) for months in (3, 12))
        assert recent * 3 < (year - recent) * 0.75
        complaints = [(r.tenant, r.opened_on, 1.0) for r in rows["requests"] if r.is_complaint]
        recent, year = (len(in_the_last_months(left, complaints, months)) for months in (3, 12))
        assert recent * 3 > (year - recent) * 1.5
        ratings = [(s.tenant, s.answered_on, float(s.rating)) for s in rows["surveys"]]
        everybody = mean(rating for _tenant, _day, rating in ratings)
        assert mean(in_the_last_months(left, ratings, 4)) < everybody - 1


def hazard(stays: list[Stay], months: Iterable[int]) -> float:
    """Departures in these months of the stay for each month that somebody was there."""
    left = lived = 0
    for stay in stays:
        until = min(TODAY, stay.leaves_on or TODAY)
        for month in months:
            lived += months_between(stay.start, until) + 1 >= month
            left += stay.leaves_on is not None and stay.leaves_on <= TODAY and stay.leaving.month == month
    return left / lived


def test_departures_bunch_at_the_anniversaries(large):
    stays = [stay for portfolio in large for stay in portfolio.stays]
    ordinary = hazard(stays, [3, 4, 5, 7, 8, 9, 10, 11, 14, 15, 16, 17, 19, 20, 21, 22, 23])
    first, second = hazard(stays, [12, 13]), hazard(stays, [24, 25])
    assert 0.005 < ordinary < 0.017
    assert 0.02 < first < 0.06
    assert 0.05 < second < 0.12


def test_who_has_paid_ahead_leaves_when_it_is_used_up_and_not_before(large):
    paid_ahead = [stay for stay in large[0].stays if stay.advance >= 6]
    assert len(paid_ahead) > len(large[0].stays) / 3
    left = [stay for stay in paid_ahead if stay.leaving is not None]
    for stay in left:
        assert stay.leaving.month in stay.advance_ends or stay.leaving.month > max(stay.advance_ends)
    assert sum(stay.leaving.month in stay.advance_ends for stay in left) > len(left) * 0.3


def test_some_leave_out_of_the_blue_and_some_look_like_leaving_and_stay(large):
    stays = [stay for portfolio in large for stay in portfolio.stays]
    leavers = [stay for stay in stays if stay.leaving is not None]
    unannounced = sum(stay.leaving.warning_months == 0 for stay in leavers) / len(leavers)
    assert 0.15 < unannounced < 0.35
    assert {stay.leaving.warning_months for stay in leavers} <= {0, 2, *range(3, 10)}
    false_alarms = sum(stay.spell is not None for stay in stays if stay.leaving is None)
    assert 0.08 < false_alarms / (len(stays) - len(leavers)) < 0.2


@pytest.mark.parametrize(
    ("month", "expected"),
    [(7, 0), (8, 0.517), (9, 0.784), (10, 1), (11, 1)],
)
def test_drift_grows_from_the_warning_to_the_departure(month, expected):
    assert drift(month, Leaving(month=10, warning_months=3), None) == pytest.approx(expected, abs=0.001)
    assert drift(month, Leaving(month=10, warning_months=0), None) == 0


def test_a_bad_time_that_passes_looks_like_drift_while_it_lasts():
    assert [drift(month, None, (4, 2)) for month in (3, 4, 5, 6)] == [0, 0.75, 0.75, 0]


@pytest.mark.parametrize(
    ("day", "days"),
    [
        (dt.date(2026, 2, 5), 0),  # the dry season
        (dt.date(2026, 7, 5), 2.5),  # the rains
        (dt.date(2026, 9, 15), 4.5),  # the rains, and school
        (dt.date(2026, 10, 5), 2.0),  # school
        (dt.date(2026, 6, 5), 5.5),  # the rains, nine days after Tabaski
        (dt.date(2026, 5, 20), 3.0),  # a week before Tabaski
    ],
)
def test_everybody_pays_later_in_the_rains_around_tabaski_and_when_school_begins(day, days):
    assert season_delay(day, "GN") == days


@pytest.mark.parametrize(
    ("given", "chance"),
    [
        ({"month": 6, "calendar_month": 1}, 0.0085),
        ({"month": 12, "calendar_month": 1}, 0.035),
        ({"month": 25, "calendar_month": 1}, 0.085),
        ({"month": 36, "calendar_month": 1}, 0.06),
        ({"month": 8, "calendar_month": 7, "student": True}, 0.28),
        ({"month": 6, "calendar_month": 1, "advance_ends": True}, 0.13),
        ({"month": 5, "calendar_month": 1, "advance_runs": True}, 0.0),
    ],
)
def test_chances_of_leaving(given, chance):
    assert departure_chance(**given) == pytest.approx(chance)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
        (dt.date(2024, 1, 31), 1, dt.date(2024, 2, 29)),
        (dt.date(2026, 11, 15), 3, dt.date(2027, 2, 15)),
        (dt.date(2026, 2, 1), -2, dt.date(2025, 12, 1)),
    ],
)
def test_months_are_added(day, months, expected):
    assert plus_months(day, months) == expected


def test_whole_months_between():
    assert months_between(dt.date(2026, 1, 15), dt.date(2026, 3, 14)) == 1
    assert months_between(dt.date(2026, 1, 15), dt.date(2026, 3, 15)) == 2


# --- in the database ---------------------------------------------------------------------------------


def run(**options: Any) -> str:
    out = io.StringIO()
    call_command("demo", stdout=out, **options)
    return out.getvalue()


def counts() -> dict[str, int]:
    with site_scope(Site.objects.values_list("code", flat=True)):
        return {model.__name__: model.objects.count() for model in TABLES} | {"User": User.objects.count()}


def build(tenants: int = 90, seed: int = 1) -> list[str]:
    lines: list[str] = []
    build_demo(seed=seed, tenants=tenants, say=lines.append, today=TODAY)
    return lines


@pytest.mark.django_db
def test_every_franc_is_somewhere_and_every_row_is_valid():
    lines = build()
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
            on_account = sum(p.on_account for p in Payment.objects.standing().with_on_account())
            assert received == allocated + on_account
            assert allocated == Instalment.objects.aggregate(francs=Sum("paid_amount"))["francs"]
            wrong = Instalment.objects.annotate(taken=Sum("allocations__amount")).exclude(taken=F("paid_amount"))
            assert not wrong.filter(paid_amount__gt=0).exists()
            assert not Instalment.objects.filter(paid_amount=F("amount"), settled_on=None).exists()
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


@pytest.mark.django_db
@pytest.mark.no_cover
def test_who_pays_month_by_month_owes_little_and_who_pays_ahead_is_ahead():
    build(tenants=120)
    with site_scope(["GN_CONAKRY"]):
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

    def fails_at_mamou(plan: SitePlan, seed: int) -> Portfolio:
        if plan.code == "GN_MAMOU":
            raise KeyboardInterrupt
        return whole(plan, seed)

    assert not is_unfinished()
    monkeypatch.setattr(build_module, "generate_portfolio", fails_at_mamou)
    with pytest.raises(KeyboardInterrupt):
        build(tenants=24)
    assert is_unfinished()
    monkeypatch.undo()
    lines = build(tenants=24)
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
