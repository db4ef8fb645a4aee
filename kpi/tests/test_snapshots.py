"""A snapshot is what its records say, whatever was changed; and what happens today leaves closed months alone."""

import datetime as dt
import os
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi.actions import KEPT_MONTHS, compare_sites, refresh_snapshots
from kpi.counting.figures import from_json
from kpi.counting.periods import calendar_month, first_of_month
from kpi.counting.reading import site_counts, site_figures
from kpi.counting.snapshots import record_of
from kpi.models import KPISnapshot, NetworkBenchmark, TouchedDays
from kpi.pages.report_page import page_of
from kpi.report.report import report
from leasing.actions.settlement import place_anew
from leasing.models import (
    Contract,
    Deposit,
    Instalment,
    Interaction,
    Litigation,
    Notice,
    Payment,
    PaymentReversal,
    Property,
    RentStep,
    Survey,
    Tenant,
)
from leasing.tests.factories import (
    make_contract,
    make_deposit,
    make_instalment,
    make_interaction,
    make_litigation,
    make_notice,
    make_paid_instalment,
    make_payment,
    make_property,
    make_survey,
)
from sites_app.models import Membership, Site
from sites_app.scope import OutsideScope, site_scope
from tests.examples import examples
from tests.people import make_person
from tests.portfolios import Portfolio, staff

pytestmark = pytest.mark.django_db
D = dt.date
DAY = dt.timedelta(days=1)
TODAY = D(2025, 6, 20)
CLOSED = [calendar_month(first_of_month(TODAY, before)) for before in range(1, KEPT_MONTHS + 1)]
SITE = "GN_KINDIA"
# The long run is `AKIG_SNAPSHOT_EXAMPLES=5000 pytest kpi/tests/test_snapshots.py`.
EXAMPLES = int(os.environ.get("AKIG_SNAPSHOT_EXAMPLES", "40"))


@pytest.fixture
def kindia():
    with site_scope([SITE]):
        yield Site.objects.get(pk=SITE)


def nothing_differs(periods=CLOSED):
    """Whether what is read, from snapshots where they are believed, is what the records say."""
    found = record_of([SITE], periods).counts
    for period, counted in zip(periods, site_counts([SITE], periods), strict=True):
        assert found[period] == counted, period
    touched = list(TouchedDays.objects.all())
    live = {period.start: figures[SITE] for period, figures in zip(periods, site_figures([SITE], periods), strict=True)}
    for kept in KPISnapshot.objects.filter(month__in=live):
        end = calendar_month(kept.month).end
        if not any(days.first <= end and (days.last is None or days.last >= kept.month) for days in touched):
            assert from_json(kept.figures) == live[kept.month], kept
    return True


def believed():
    """The months whose snapshot is read."""
    with CaptureQueriesContext(connection) as sent:
        found = [period for period in CLOSED if len(_queries_of(period, sent)) == 1]
    return {period.start for period in found}


def _queries_of(period, sent):
    before = len(sent)
    record_of([SITE], [period], figured=period)
    return sent.captured_queries[before:]


# --- whatever is changed ---------------------------------------------------------------------------------

day = st.dates(D(2022, 8, 1), TODAY)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "rent", "ended", "term", "start", "signed", "draft", "tenant", "agent", "renewal", "new contract",
                "due date", "amount", "new month", "drop month", "pay", "reverse", "property", "deposit",
                "move deposit", "notice", "close notice", "litigation", "resolve", "interaction", "move interaction",
                "survey", "drop survey", "rating", "timezone", "staff",
                "step", "drop step", "moved", "moved from", "account", "part", "kind", "charge", "month",
                "credit", "refund", "brought forward", "ended by a move",
            ]
        ),
        st.integers(0, 10_000),
        day,
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip


def edit(kind, number, on):
    """One change somewhere; one that the tables refuse is none."""
    try:
        with transaction.atomic():
            _edit(kind, number, on)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except IntegrityError:
        pass


def _pick(model, number, **filters):
    rows = model.objects.filter(**filters).order_by("id")
    return rows[number % rows.count()]


def _edit(kind, number, on):
    contract = _pick(Contract, number)
    contracts = Contract.objects.filter(pk=contract.pk)
    match kind:
        case "rent":
            contracts.update(monthly_rent=number * 1000)
        case "ended":
            ended = None if number % 3 == 0 else max(on, contract.start_date)
            contracts.update(ended_on=ended, status="ended" if ended else "active", end_reason="")
        case "term":
            contracts.update(end_date=max(on, contract.start_date))
        case "start":
            contracts.update(start_date=min(on, contract.ended_on or on, contract.end_date or on))
        case "signed":
            contracts.update(signed_on=on)
        case "draft":
            contracts.update(status="draft" if number % 2 else "active", ended_on=None, end_reason="")
        case "tenant":
            contracts.update(tenant=_pick(Tenant, number + 1))
        case "agent":
            contracts.update(agent=None)
        case "renewal":
            other = _pick(Contract, number + 1)
            contracts.exclude(pk=other.pk).update(renewal_of=other)
        case "new contract":
            make_contract(contract.site, tenant=contract.tenant, property=contract.property, start_date=on)
        case "due date":
            Instalment.objects.filter(pk=_pick(Instalment, number).pk).update(due_date=on)
        case "amount":
            Instalment.objects.filter(pk=_pick(Instalment, number).pk, paid_amount=0).update(amount=number)
        case "new month":
            make_instalment(contract, on)
        case "drop month":
            Instalment.objects.filter(pk=_pick(Instalment, number).pk, allocations__isnull=True).delete()
        case "pay":
            make_payment(contract, received_on=on, amount=number + 1)
            place_anew(SITE, [contract.account_id])
        case "reverse":
            payment = _pick(Payment, number, reversals__isnull=True)
            PaymentReversal.objects.create(site_id=SITE, payment=payment, reversed_on=TODAY, reason="x")
            place_anew(SITE, [payment.account_id])
        case "property":
            status = ("lettable", "under_works", "withdrawn")[number % 3]
            Property.objects.filter(pk=_pick(Property, number).pk).update(status=status)
        case "deposit":
            state = ("full", "partial", "withheld")[number % 3]
            Deposit.objects.filter(pk=_pick(Deposit, number).pk).update(state=state, settled_on=on)
        case "move deposit":
            Deposit.objects.filter(pk=_pick(Deposit, number).pk).update(contract=contract)
        case "notice":
            make_notice(contract, issued_on=on, legal_deadline=on)
        case "close notice":
            notice = _pick(Notice, number)
            Notice.objects.filter(pk=notice.pk).update(closed_on=max(on, notice.issued_on))
        case "litigation":
            make_litigation(contract, opened_on=on, resolved_on=on + (number % 90) * DAY if number % 2 else None)
        case "resolve":
            litigation = _pick(Litigation, number)
            resolved = max(on, litigation.opened_on)
            Litigation.objects.filter(pk=litigation.pk).update(state="resolved", resolved_on=resolved)
        case "interaction":
            make_interaction(contract.tenant, happened_at=dt.datetime.combine(on, dt.time(23, 30), dt.UTC))
        case "move interaction":
            moment = dt.datetime.combine(on, dt.time(0, 30), dt.UTC)
            Interaction.objects.filter(pk=_pick(Interaction, number).pk).update(happened_at=moment)
        case "survey":
            kind = ("nps", "satisfaction")[number % 2]
            make_survey(contract.tenant, kind=kind, answered_on=on, rating=number % 11)
        case "drop survey":
            Survey.objects.filter(pk=_pick(Survey, number).pk).delete()
        case "rating":
            Survey.objects.filter(pk=_pick(Survey, number).pk).update(rating=number % 11, answered_on=on)
        case "timezone":
            Site.objects.filter(pk=SITE).update(timezone=("Asia/Tokyo", "America/Lima")[number % 2])
        case "step":
            rent = {"defaults": {"monthly_rent": number}}
            RentStep.objects.update_or_create(site_id=SITE, contract=contract, from_month=on.replace(day=1), **rent)
        case "drop step":
            RentStep.objects.filter(pk=_pick(RentStep, number).pk).delete()
        case "moved":
            contracts.filter(ended_on__isnull=False).update(end_reason="moved" if number % 3 else "left")
        case "ended by a move":
            ended = max(on, contract.start_date)
            contracts.update(ended_on=ended, status="ended", end_reason="moved")
        case "moved from":
            other = _pick(Contract, number + 1)
            contracts.exclude(pk=other.pk).update(moved_from=None if number % 3 == 0 else other)
        case "account":
            contracts.update(account=_pick(Contract, number + 1).account)
        case "part":
            home = _pick(Property, number)
            other = None if number % 3 == 0 else _pick(Property, number + 1)
            Property.objects.filter(pk=home.pk).exclude(pk=other and other.pk).update(part_of=other)
        case "kind":
            kind = ("rent", "service", "deposit", "repair")[number % 4]
            Instalment.objects.filter(pk=_pick(Instalment, number).pk).update(kind=kind)
        case "charge":
            kind = ("service", "penalty", "opening", "deposit")[number % 4]
            make_instalment(contract, on, kind=kind, due_date=on, amount=number + 1)
            place_anew(SITE, [contract.account_id])
        case "month":
            Instalment.objects.filter(pk=_pick(Instalment, number).pk).update(period=on.replace(day=1))
        case "credit":
            waived = _pick(Instalment, number, amount__gt=0)
            credit = {"amount": waived.amount, "method": "credit", "received_on": on}
            make_payment(waived.contract, account=waived.account, waives=waived, **credit)
            place_anew(SITE, [waived.account_id])
        case "refund":
            make_payment(contract, received_on=on, amount=-number - 1, method="refund")
            place_anew(SITE, [contract.account_id])
        case "brought forward":
            make_payment(contract, received_on=on, amount=number + 1, method=("opening", "deposit")[number % 2])
            place_anew(SITE, [contract.account_id])
        case "staff":
            make_person(f"new-{uuid.uuid4().hex[:8]}", GN_KINDIA="agent")


@settings(max_examples=examples(EXAMPLES), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EDITS)
def test_whatever_is_changed_afterwards_what_is_read_is_what_the_records_say(kindia, filled, edits):
    with transaction.atomic():
        for kind, number, on in edits:
            edit(kind, number, on)
        assert nothing_differs()
        refresh_snapshots(site=Site.objects.get(pk=SITE), today=TODAY)
        assert not TouchedDays.objects.exists()
        assert KPISnapshot.objects.filter(month__in=[period.start for period in CLOSED]).count() == KEPT_MONTHS
        assert nothing_differs()
        transaction.set_rollback(True)


@pytest.fixture
def filled(kindia):
    """A portfolio with every awkward case, and its snapshots."""
    staff({"awa": [(SITE, "agent")], "binta": [(SITE, "agent")]})
    Portfolio(7, [SITE], contracts=40).write()
    assert refresh_snapshots(site=kindia, today=TODAY) == KEPT_MONTHS


# --- what is read, and how much of it ---------------------------------------------------------------------


def test_closed_months_are_read_in_one_statement_and_computed_only_once(kindia, filled):
    assert believed() == {period.start for period in CLOSED}
    with CaptureQueriesContext(connection) as sent:
        record_of([SITE], CLOSED[:13], figured=CLOSED[0])
    assert len(sent) == 1
    assert refresh_snapshots(site=kindia, today=TODAY) == 0


def test_the_running_month_and_periods_of_ones_own_come_from_the_records(kindia, filled):
    running = calendar_month(TODAY)
    with CaptureQueriesContext(connection) as sent:
        found = record_of([SITE], [running, CLOSED[0]], figured=running)
    assert len(sent) == 5
    [want] = site_counts([SITE], [running])
    assert found.counts[running] == want


def test_a_record_that_comes_late_is_counted_at_once_and_its_month_written_again(kindia, filled):
    october = calendar_month(D(2024, 10, 1))
    before = record_of([SITE], [october]).counts[october][SITE]
    make_survey(make_contract(kindia, start_date=D(2024, 10, 3)).tenant, answered_on=D(2024, 10, 31), rating=10)
    after = record_of([SITE], [october]).counts[october][SITE]
    assert (after.ratings, after.promoters) == (before.ratings + 1, before.promoters + 1)
    since = {period.start for period in CLOSED if period >= october}
    assert {period.start for period in CLOSED} - believed() == since
    assert refresh_snapshots(site=kindia, today=TODAY) == len(since)
    assert KPISnapshot.objects.get(month=october.start).counts["ratings"] == after.ratings


def test_a_month_that_was_kept_long_ago_is_kept_true_too(kindia, filled):
    much_later = D(2027, 6, 20)
    assert refresh_snapshots(site=kindia, today=much_later) == 24
    tenant = Tenant.objects.first()
    make_survey(tenant, answered_on=D(2022, 8, 5))
    assert refresh_snapshots(site=kindia, today=much_later) == 1
    assert not TouchedDays.objects.exists()
    assert nothing_differs()


def test_a_site_out_of_scope_is_refused(kindia):
    with pytest.raises(OutsideScope):
        record_of(["GN_CONAKRY"], CLOSED[:1])
    with pytest.raises(OutsideScope):
        site_figures(["GN_CONAKRY"], CLOSED[:1])


def test_who_is_an_agent_now_is_one_in_every_month(kindia, filled):
    person = make_person("cheick", GN_KINDIA="agent")
    month = CLOSED[5]
    found = record_of([SITE], [month])
    assert person.pk in found.counts[month][SITE].agents
    assert found.agents[person.pk] == "Cheick"
    Membership.objects.filter(user=person).delete()
    assert person.pk not in record_of([SITE], [month]).agents


def test_which_homes_are_to_be_let_is_read_as_it_is_now_whatever_the_month(kindia, filled):
    month = CLOSED[5]
    let = Contract.objects.filter(start_date__lte=month.end, ended_on=None, property__status="lettable").exclude(
        status="draft"
    )
    homes = list(Property.objects.filter(pk__in=let.values("property")[:2]))
    before = record_of([SITE], [month]).counts[month][SITE]
    homes.append(make_property(kindia))
    after = record_of([SITE], [month]).counts[month][SITE]
    assert (after.lettable, after.let) == (before.lettable + 1, before.let)
    Property.objects.filter(pk__in=[home.pk for home in homes]).update(status="withdrawn")
    after = record_of([SITE], [month]).counts[month][SITE]
    assert (after.lettable, after.let) == (before.lettable - 2, before.let - 2)
    homes[-1].delete()
    assert not TouchedDays.objects.exists()
    assert believed() == {period.start for period in CLOSED}
    assert nothing_differs()


@pytest.mark.parametrize("leaves", [False, True])
def test_who_comes_or_goes_between_two_statements_is_counted_as_one_was_named(kindia, filled, monkeypatch, leaves):
    def and_meanwhile(codes, periods):
        if leaves:
            Membership.objects.filter(user__username="awa").delete()
        else:
            make_person("cheick", GN_KINDIA="agent")
        return site_counts(codes, periods)

    monkeypatch.setattr("kpi.counting.snapshots.site_counts", and_meanwhile)
    running, closed = calendar_month(TODAY), CLOSED[0]
    found = report([kindia], running, closed, today=TODAY)
    assert set(found.agents.values()) == {"awa", "binta"}
    assert {row.name for table in page_of(found).leaders for row in table.rows} == {"awa", "binta"}
    assert found.metrics.counts[""].agents == frozenset(found.agents)


# --- the days of work: nothing of what is usual touches a month that is over --------------------------------


@pytest.fixture
def today(kindia):
    """The real date: the triggers know no other one."""
    return kindia.today()


@pytest.fixture
def old(kindia, today):
    """A contract that has run for two years, its last two rents open, with its snapshots."""
    contract = make_contract(kindia, start_date=today - 700 * DAY, signed_on=today - 700 * DAY)
    month = first_of_month(today, 2)
    make_instalment(contract, month)
    make_instalment(contract, first_of_month(today), due_date=today)
    make_paid_instalment(contract, first_of_month(today, 6), paid_on=first_of_month(today, 6) + 4 * DAY)
    make_deposit(contract)
    refresh_snapshots(site=kindia, today=today)
    assert not TouchedDays.objects.exists()
    return contract


def test_what_happens_today_touches_no_closed_month(kindia, today, old):
    make_payment(old, received_on=today, amount=old.monthly_rent // 3)
    place_anew(SITE, [old.account_id])
    make_payment(old, received_on=today, amount=2 * old.monthly_rent)
    place_anew(SITE, [old.account_id])
    make_interaction(old.tenant, happened_at=dt.datetime.combine(today, dt.time(12), dt.UTC))
    make_survey(old.tenant, answered_on=today)
    make_notice(old, issued_on=today, legal_deadline=today)
    litigation = make_litigation(old, opened_on=today)
    Litigation.objects.filter(pk=litigation.pk).update(state="resolved", resolved_on=today)
    make_contract(kindia, start_date=today)
    Property.objects.filter(pk=make_property(kindia).pk).update(status="under_works")
    Contract.objects.filter(pk=old.pk).update(status="ended", ended_on=today)
    Deposit.objects.filter(contract=old).update(state="full", settled_on=today)
    moving = make_contract(kindia, start_date=today - 400 * DAY, signed_on=today - 400 * DAY)
    TouchedDays.objects.all().delete()
    RentStep.objects.create(site=kindia, contract=moving, from_month=first_of_month(today), monthly_rent=1)
    Contract.objects.filter(pk=moving.pk).update(status="ended", ended_on=today, end_reason="moved")
    make_contract(kindia, tenant=moving.tenant, account=moving.account, start_date=today, moved_from=moving)
    late = make_instalment(old, first_of_month(today, 1), kind="repair", due_date=today, amount=5)
    make_payment(old, received_on=today, amount=5, method="credit", waives=late)
    make_payment(old, received_on=today, amount=-3, method="refund")
    place_anew(SITE, [old.account_id])
    closing_in = first_of_month(today) - DAY
    assert not TouchedDays.objects.filter(first__lte=closing_in).exists()


@pytest.mark.parametrize("late", ["payment", "survey", "interaction", "notice", "instalment", "litigation"])
def test_a_late_record_touches_from_its_day_on_and_no_month_before(kindia, today, old, late):
    on = first_of_month(today, 3) + 9 * DAY
    match late:
        case "payment":
            make_payment(old, received_on=on)
        case "survey":
            make_survey(old.tenant, answered_on=on)
        case "interaction":
            make_interaction(old.tenant, happened_at=dt.datetime.combine(on, dt.time(12), dt.UTC))
        case "notice":
            make_notice(old, issued_on=on, legal_deadline=on, closed_on=on)
        case "instalment":
            make_instalment(old, on, due_date=on)
        case "litigation":
            make_litigation(old, opened_on=on)
    [touched] = TouchedDays.objects.all()
    assert touched.first == on
    assert touched.last in (None, on, on + 30 * DAY)


# --- the agency's sites beside one another ----------------------------------------------------------------


def test_the_network_keeps_the_sites_values_best_first_and_never_a_rent_level():
    codes = ["GN_CONAKRY", "GN_KINDIA", "GN_MAMOU", "SN_DAKAR"]
    Portfolio(5, codes, contracts=160).write()
    assert compare_sites(today=D(2024, 7, 5)) > 50
    june = calendar_month(D(2024, 6, 1))
    with site_scope(codes):
        [counts] = site_counts(codes, [june])
    shares = sorted((round(c.let / c.lettable, 10) for c in counts.values()), reverse=True)
    kept = NetworkBenchmark.objects.get(month=june.start, key="occupancyRate")
    assert [float(value) for value in kept.values] == shares
    assert not NetworkBenchmark.objects.filter(key="revenuePerAgent").exists()
    # Fewer values is better for these: the shortest time first.
    times = NetworkBenchmark.objects.filter(key="averageResolutionTime")
    assert times
    assert all(row.values == sorted(row.values) for row in times)


def test_three_sites_are_too_few_to_be_compared():
    Portfolio(5, ["GN_CONAKRY", "GN_KINDIA", "GN_MAMOU"], contracts=90).write()
    NetworkBenchmark.objects.create(
        month=D(2024, 6, 1), key="npsScore", values=[1, 2, 3, 4], computed_at=dt.datetime(2024, 7, 1, tzinfo=dt.UTC)
    )
    assert compare_sites(today=D(2024, 7, 5)) == 0
    assert not NetworkBenchmark.objects.exists()


def test_the_network_is_the_same_from_snapshots_and_from_the_records():
    codes = ["GN_CONAKRY", "GN_KINDIA", "GN_MAMOU", "SN_DAKAR"]
    Portfolio(5, codes, contracts=120).write()
    compare_sites(today=D(2024, 7, 5))
    live = list(NetworkBenchmark.objects.values_list("month", "key", "values"))
    assert len(live) > 50
    for code in codes:
        with site_scope([code]):
            refresh_snapshots(site=Site.objects.get(pk=code), today=D(2024, 7, 5))
    compare_sites(today=D(2024, 7, 5))
    assert list(NetworkBenchmark.objects.values_list("month", "key", "values")) == live
