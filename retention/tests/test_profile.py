"""The profile against the oracle, against the future, and against what it must never read."""

import collections
import datetime as dt
import json
import re
from decimal import Decimal

import pghistory
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from leasing.models import (
    Contract,
    Instalment,
    Interaction,
    Notice,
    Payment,
    PaymentReversal,
    RentStep,
    ServiceRequest,
    Survey,
    Tenant,
)
from leasing.tests.factories import make_contract
from retention.profile import FEATURES, NEVER_FEATURES, tenancies_on
from retention.statement import JOIN_WHOLE, PROFILE
from retention.tests.oracle import Oracle, raw_rows
from retention.tests.portfolios import written_portfolio
from sites_app.models import Site
from sites_app.scope import OutsideScope, site_scope
from tests.owner import as_owner

pytestmark = pytest.mark.django_db
D = dt.date
SITES = ["GN_CONAKRY", "GN_KINDIA", "SN_DAKAR"]
DAYS = [D(2023, 12, 31), D(2024, 2, 28), D(2024, 2, 29), D(2024, 3, 1), D(2024, 7, 10), D(2025, 1, 31), D(2025, 6, 30)]


def read(sites=SITES, days=DAYS):
    with site_scope(sites):
        return tenancies_on(sites, days)


def is_same(found, expected):
    if isinstance(found, Decimal):
        return abs(found - Decimal(expected.numerator) / Decimal(expected.denominator)) < Decimal("1e-12")
    return found == expected


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(3))
def test_every_profile_is_what_the_oracle_reads_from_the_raw_rows(seed):
    # Tokyo: an evening call there is the same day, though not in UTC.
    Site.objects.filter(code="SN_DAKAR").update(timezone="Asia/Tokyo")
    written_portfolio(seed, SITES, contracts=150)
    found = collections.defaultdict(dict)
    for row in read():
        if row.standing != "applicant":
            found[row.site_id, row.day][row.tenant_id, row.property_id, row.contract_id] = row
    oracle = Oracle(raw_rows())
    standings, filled = collections.Counter(), collections.Counter()
    for site in SITES:
        for day in DAYS:
            expected = oracle.rows(site, day)
            assert found[site, day].keys() == expected.keys()
            for key, wanted in expected.items():
                row = found[site, day][key]
                standings[row.standing] += 1
                for name, value in wanted.items():
                    got = getattr(row.profile, name) if name in FEATURES else getattr(row, name)
                    assert is_same(got, value), (site, day, key, name, got, value)
                    filled[name] += bool(value)
    assert standings.keys() == {"scored", "leaving", "eviction", "repossession", "objected"}
    # Not all nothing: each feature is more than zero for some, and all of them were compared.
    assert {name for name in FEATURES if not filled[name]} == set()
    assert standings["scored"] > 200


def profiles_on(day):
    return {row.contract_id: row.profile for row in read(days=[day]) if row.profile is not None}


@pytest.mark.no_cover
@pytest.mark.parametrize("day", [D(2024, 2, 29), D(2024, 7, 10)])
def test_nothing_that_happens_after_a_day_moves_a_feature_of_it(day):
    written_portfolio(7, SITES, contracts=150)
    before = profiles_on(day)
    assert len(before) > 40
    with as_owner():
        change_the_future(day)
    assert profiles_on(day) == before
    with transaction.atomic():
        with as_owner():
            delete_the_future(day)
        assert profiles_on(day) == before
        # Rows are left that point at nothing.
        transaction.set_rollback(True)


def change_the_future(day):
    """Invent and change what is dated after the day, and every column that is a snapshot of now."""
    after = day + dt.timedelta(days=1)
    with connection.cursor() as cursor:
        run = cursor.execute
        run(
            "UPDATE leasing_contract c SET ended_on = NULL, status = 'active', end_reason = '' WHERE ended_on > %s"
            " AND NOT EXISTS (SELECT FROM leasing_contract o WHERE o.property_id = c.property_id"
            " AND o.start_date >= c.ended_on AND o.status <> 'draft')",
            [day],
        )
        run("UPDATE leasing_contract SET end_date = start_date + 4000, rents_from = %s", [after])
        run("UPDATE leasing_instalment SET settled_on = NULL, paid_amount = 0 WHERE settled_on > %s", [day])
        run("UPDATE leasing_instalment SET paid_amount = amount WHERE settled_on IS NULL")
        run("UPDATE leasing_notice SET closed_on = NULL WHERE closed_on > %s", [day])
        run("UPDATE leasing_notice SET state = 'expired', legal_deadline = issued_on + 400")
        run("UPDATE leasing_servicerequest SET closed_on = NULL WHERE closed_on > %s", [day])
        run("UPDATE leasing_servicerequest SET is_complaint = NOT is_complaint WHERE opened_on > %s", [day])
        run("UPDATE leasing_survey SET rating = 10 - rating WHERE answered_on > %s", [day])
        run("UPDATE leasing_deposit SET state = 'held', settled_on = NULL, refunded_amount = 0, carried_to_id = NULL")
        run("UPDATE leasing_property SET market_rent = 1, status = 'withdrawn', neighbourhood = 'x'")
        run("UPDATE leasing_tenant SET language = 'en', employment_status = 'trader', name = 'x'")
    for contract in Contract.objects.exclude(status="draft").select_related("account")[:80]:
        site = {"site_id": contract.site_id}
        Interaction.objects.create(
            **site, tenant_id=contract.tenant_id, channel="call", direction="in",
            happened_at=dt.datetime.combine(after, dt.time(12), dt.UTC),
        )  # fmt: skip
        Survey.objects.create(**site, tenant_id=contract.tenant_id, kind="satisfaction", rating=0, answered_on=after)
        ServiceRequest.objects.create(
            **site, tenant_id=contract.tenant_id, property_id=contract.property_id, category="water",
            opened_on=after, is_complaint=True,
        )  # fmt: skip
        Notice.objects.create(**site, contract=contract, kind="to_quit", issued_on=after, legal_deadline=after)
        RentStep.objects.get_or_create(
            **site, contract=contract, from_month=D(2026, 1, 1), defaults={"monthly_rent": 1}
        )
        Tenant.objects.create(
            **site, code=f"N{contract.reference}", name="x", referred_by_id=contract.tenant_id, joined_on=after
        )
        payment = Payment.objects.create(
            **site, account=contract.account, contract=contract, amount=1, method="cash", received_on=after,
            idempotency_key=f"later{contract.reference}", request_digest="x",
        )  # fmt: skip
        PaymentReversal.objects.create(**site, payment=payment, reversed_on=after, reason="x")
        Instalment.objects.create(
            **site, contract=contract, account=contract.account, tenant_id=contract.tenant_id, kind="service",
            period=D(2026, 1, 1), due_date=D(2026, 1, 5), amount=7,
        )  # fmt: skip


def delete_the_future(day):
    """What is dated after the day is gone, as far as the rows of before do not need it."""
    with connection.cursor() as cursor:
        run = cursor.execute
        run("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("payment", "paymentreversal"):
            run(f"ALTER TABLE leasing_{table} DISABLE TRIGGER USER")
        run("SET CONSTRAINTS ALL DEFERRED")
        later = "(SELECT id FROM leasing_payment WHERE received_on > %(day)s)"
        for statement in (
            f"DELETE FROM leasing_allocation WHERE payment_id IN {later}",
            f"DELETE FROM leasing_paymentreversal WHERE reversed_on > %(day)s OR payment_id IN {later}",
            "DELETE FROM leasing_payment WHERE received_on > %(day)s",
            "DELETE FROM leasing_instalment WHERE due_date > %(day)s AND (settled_on IS NULL OR settled_on > %(day)s)",
            "DELETE FROM leasing_notice WHERE issued_on > %(day)s",
            "DELETE FROM leasing_interaction WHERE happened_at > %(day)s::date + 2",
            "DELETE FROM leasing_survey WHERE answered_on > %(day)s",
            "DELETE FROM leasing_servicerequest WHERE opened_on > %(day)s",
            "DELETE FROM leasing_rentstep WHERE from_month > %(day)s",
            "DELETE FROM leasing_deposit",
            "DELETE FROM leasing_contract WHERE coalesce(signed_on, start_date) > %(day)s",
        ):
            run(statement, {"day": day})


def test_what_must_never_be_a_feature_is_none_and_is_not_read():
    # Without comments and values: 'owner' is also a reason of an end.
    without_words = re.sub(r"--.*|'[^']*'", "", PROFILE)
    for word in NEVER_FEATURES:
        assert not [name for name in FEATURES if word in name], word
        assert not re.search(rf"\b{word}(_\w+)?\b", without_words), word
    assert "paid_amount" not in PROFILE
    assert not re.search(r"leasing_deposit|happened_at\s*(<=|>=|<|>)", PROFILE)


@pytest.mark.no_cover
def test_one_statement_for_all_and_no_part_of_it_runs_for_each_tenancy():
    written_portfolio(3, SITES, contracts=600)
    for sites, days in ((SITES[:1], DAYS[:1]), (SITES, DAYS)):
        with site_scope(sites), CaptureQueriesContext(connection) as asked:
            found = tenancies_on(sites, days)
        assert len([query for query in asked.captured_queries if "WITH clock" in query["sql"]]) == 1
        assert found
        parameters = {"sites": sites, "days": days, "last_day": max(days), "observed_by": None}
        with site_scope(sites), connection.cursor() as cursor:
            cursor.execute(JOIN_WHOLE)
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {PROFILE}", parameters)
            found = cursor.fetchone()[0]
            [plan] = json.loads(found) if isinstance(found, str) else found
        busiest = max(parts_of(plan["Plan"]), key=lambda part: part["Actual Loops"])
        assert busiest["Actual Loops"] <= len(sites) * len(days) + 1, busiest
        # One that merges by the day alone compares everybody with everybody.
        assert not any(part["Node Type"] == "Merge Join" for part in parts_of(plan["Plan"]))


def parts_of(plan):
    yield plan
    for part in plan.get("Plans", ()):
        yield from parts_of(part)


def test_a_site_out_of_scope_is_refused_and_no_day_is_no_row():
    with site_scope(SITES[:1]):
        assert tenancies_on(SITES[:1], []) == []
        with pytest.raises(OutsideScope):
            tenancies_on(SITES, DAYS)


def test_a_request_that_keeps_a_history_reads_the_same_and_leaves_no_setting():
    """In a request pghistory writes before a message, and reads on to its last answer."""
    with site_scope(SITES):
        contract = make_contract(Site.objects.get(pk=SITES[1]), start_date=D(2025, 11, 1))
        alone = tenancies_on(SITES, [D(2026, 3, 20)])
        with pghistory.context(user=1):
            inside, before = tenancies_on(SITES, [D(2026, 3, 20)]), tenancies_on(SITES, [D(1990, 1, 1)])
        assert [one.contract_id for one in inside] == [contract.pk]
        assert (inside, before) == (alone, [])
        with connection.cursor() as cursor:
            cursor.execute("SHOW enable_nestloop")
            assert cursor.fetchone() == ("on",)
