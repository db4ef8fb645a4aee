"""The rows that the generators make: the same each time, and within every rule."""

import datetime as dt
from collections import defaultdict
from itertools import pairwise

import phonenumbers
import pytest

from demo.tests.plans import BOOKS_BEGIN, DAY, RULES, TODAY, made
from imports.tables.contracts import ContractRow


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


def test_the_books_go_back_three_years_tenancies_eight_more_and_nothing_past_today(large):
    for portfolio in large:
        rows = portfolio.rows
        in_force = [contract for contract in rows["contracts"] if contract.status != "draft"]
        assert dt.date(2015, 11, 1) <= min(contract.start_date for contract in in_force) <= dt.date(2018, 11, 1)
        days = [contract.rents_from for contract in in_force]
        days += [contract.ended_on for contract in in_force if contract.ended_on]
        days += [payment.received_on for payment in rows["payments"]]
        days += [notice.issued_on for notice in rows["notices"]]
        days += [notice.closed_on for notice in rows["notices"] if notice.closed_on]
        days += [dispute.resolved_on for dispute in rows["litigations"] if dispute.resolved_on]
        days += [deposit.settled_on for deposit in rows["deposits"] if deposit.settled_on]
        days += [request.closed_on for request in rows["requests"] if request.closed_on]
        days += [answer.answered_on for answer in rows["surveys"]]
        days += [contact.happened_at.date() for contact in rows["interactions"]]
        assert min(days) == BOOKS_BEGIN
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
