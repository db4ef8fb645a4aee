import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from accounts.tests.factories import make_user
from changes.refusals import RuleBroken
from leasing.actions import (
    claim_room,
    create_property,
    create_tenant,
    open_litigation,
    record_interaction,
    resolve_litigation,
    settle_deposit,
)
from leasing.models import Deposit, DepositEvent, Instalment, Interaction, Litigation, Payment, Property, Tenant
from leasing.queries import Room, money_faults, room_left
from leasing.tests.factories import (
    make_contract,
    make_deposit,
    make_instalments,
    make_litigation,
    make_property,
    make_tenant,
)
from sites_app.models import Site
from sites_app.scope import site_scope

TODAY = dt.date(2026, 7, 20)


@pytest.fixture
def small(conakry):
    """A site that may have two tenants and one property."""
    Site.objects.filter(pk=conakry.pk).update(max_tenants=2, max_properties=1)
    return conakry


def test_a_tenant_and_a_property_are_created_with_their_values(conakry):
    tenant = create_tenant(site=conakry, by=None, code="L-1", name="Fatoumata Diallo", phone="+224620000002")
    unit = create_property(site=conakry, by=None, code="P-1", kind="house", market_rent=2_000_000)
    assert (Tenant.objects.get(), Property.objects.get()) == (tenant, unit)
    assert (tenant.site, unit.site) == (conakry, conakry)


def test_room_is_what_is_left_under_the_limits(small):
    assert room_left(small) == Room(tenants=2, properties=1)
    make_tenant(small)
    make_property(small)
    assert room_left(small) == Room(tenants=1, properties=0)
    Site.objects.filter(pk=small.pk).update(max_tenants=0)
    assert room_left(small) == Room(tenants=0, properties=0)


@pytest.mark.django_db
def test_rows_of_another_site_take_no_room():
    with site_scope(["GN_CONAKRY", "GN_KINDIA"]):
        conakry, kindia = Site.objects.get(code="GN_CONAKRY"), Site.objects.get(code="GN_KINDIA")
        make_tenant(conakry)
        assert room_left(kindia) == Room(tenants=2000, properties=400)


def test_a_full_site_refuses_and_names_its_limit(small):
    for code in ("L-1", "L-2"):
        create_tenant(site=small, by=None, code=code, name="Awa")
    with pytest.raises(RuleBroken) as refused:
        create_tenant(site=small, by=None, code="L-3", name="Awa")
    assert refused.value.rule == "max_tenants"
    assert "2" in refused.value.sentence
    assert Tenant.objects.count() == 2
    create_property(site=small, by=None, code="P-1", kind="house")
    with pytest.raises(RuleBroken) as refused:
        create_property(site=small, by=None, code="P-2", kind="house")
    assert refused.value.rule == "max_properties"
    assert Property.objects.count() == 1


def test_an_import_claims_room_for_all_its_rows_at_once(small):
    claim_room(site=small, tenants=2, properties=1)
    with pytest.raises(RuleBroken) as refused:
        claim_room(site=small, tenants=3)
    assert refused.value.rule == "max_tenants"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": ""}, "code"),
        ({"name": ""}, "name"),
        ({"phone": "12"}, "phone"),
        ({"language": "xx"}, "language"),
    ],
)
def test_a_wrong_value_of_a_tenant_is_a_validation_error(conakry, values, field):
    with pytest.raises(ValidationError) as wrong:
        create_tenant(site=conakry, by=None, **({"code": "L-1", "name": "Awa"} | values))
    assert set(wrong.value.message_dict) == {field}
    assert not Tenant.objects.exists()


def test_a_code_that_is_taken_is_a_validation_error(conakry):
    create_tenant(site=conakry, by=None, code="L-1", name="Awa")
    with pytest.raises(ValidationError):
        create_tenant(site=conakry, by=None, code="L-1", name="Binta")
    assert Tenant.objects.get().name == "Awa"


def test_an_interaction_is_written_down_once(conakry):
    tenant, awa = make_tenant(conakry), make_user()
    values = {
        "tenant": tenant,
        "channel": "call",
        "happened_at": dt.datetime(2026, 7, 20, 9, 30, tzinfo=dt.UTC),
        "note": "Promet de payer vendredi",
        "by": awa,
        "today": TODAY,
    }
    first = record_interaction(**values)
    assert record_interaction(**values) == first
    assert (first.agent, first.direction) == (awa, "out")
    assert record_interaction(**(values | {"channel": "sms"})) != first
    assert Interaction.objects.count() == 2


def test_an_interaction_to_come_is_refused(conakry):
    with pytest.raises(RuleBroken) as refused:
        record_interaction(
            tenant=make_tenant(conakry),
            channel="call",
            happened_at=dt.datetime(2026, 7, 21, 0, 0, tzinfo=dt.UTC),
            by=None,
            today=TODAY,
        )
    assert (refused.value.field, refused.value.rule) == ("happened_at", "happened_at_not_to_come")
    assert not Interaction.objects.exists()


@pytest.mark.django_db
def test_a_tenant_of_another_site_is_refused():
    with site_scope(["GN_KINDIA"]):
        elsewhere = make_tenant(Site.objects.get(code="GN_KINDIA"))
    with site_scope(["GN_CONAKRY"]), pytest.raises(RuleBroken) as refused:
        record_interaction(
            tenant=elsewhere,
            channel="call",
            happened_at=dt.datetime(2026, 7, 1, tzinfo=dt.UTC),
            by=None,
            today=TODAY,
        )
    assert (refused.value.field, refused.value.rule) == ("tenant", "same_site")


def test_a_dispute_is_opened_once_and_resolved_once(conakry):
    contract = make_contract(conakry)
    request = {"contract": contract, "kind": "payment", "opened_on": dt.date(2026, 7, 1), "by": None, "today": TODAY}
    dispute = open_litigation(**request)
    assert open_litigation(**request) == dispute
    resolved = resolve_litigation(litigation=dispute, resolved_on=dt.date(2026, 7, 10), by=None, today=TODAY)
    again = resolve_litigation(litigation=dispute, resolved_on=dt.date(2026, 7, 15), by=None, today=TODAY)
    assert (again.state, again.resolved_on) == (resolved.state, dt.date(2026, 7, 10))
    assert Litigation.objects.count() == 1


@pytest.mark.parametrize("resolved_on", [dt.date(2026, 3, 1), dt.date(2026, 7, 21)])
def test_a_dispute_is_not_resolved_before_it_was_opened_nor_tomorrow(conakry, resolved_on):
    dispute = make_litigation(make_contract(conakry), opened_on=dt.date(2026, 3, 2))
    with pytest.raises(RuleBroken) as refused:
        resolve_litigation(litigation=dispute, resolved_on=resolved_on, by=None, today=TODAY)
    assert refused.value.field == "resolved_on"
    dispute.refresh_from_db()
    assert (dispute.state, dispute.resolved_on) == ("open", None)


def test_a_dispute_is_not_opened_tomorrow(conakry):
    with pytest.raises(RuleBroken, match=r".+"):
        open_litigation(
            contract=make_contract(conakry), kind="other", opened_on=dt.date(2026, 7, 21), by=None, today=TODAY
        )
    assert not Litigation.objects.exists()


@pytest.mark.parametrize(
    ("refunded", "state"), [(3_000_000, "full"), (1, "partial"), (2_999_999, "partial"), (0, "withheld")]
)
def test_what_is_given_back_says_what_became_of_the_deposit(conakry, refunded, state):
    deposit = make_deposit(make_contract(conakry, status="ended"), agreed=3_000_000)
    day = dt.date(2026, 7, 15)
    settled = settle_deposit(deposit=deposit, refunded_amount=refunded, settled_on=day, by=None, today=TODAY)
    deposit.refresh_from_db()
    assert (deposit.state, deposit.refunded_amount, deposit.settled_on) == (state, refunded, day)
    assert settled == deposit


def test_settling_a_deposit_again_changes_nothing_and_otherwise_is_refused(conakry):
    deposit = make_deposit(make_contract(conakry, status="ended"), agreed=3_000_000)
    request = {"deposit": deposit, "refunded_amount": 1_000_000, "settled_on": TODAY, "by": None, "today": TODAY}
    settle_deposit(**request)
    events = DepositEvent.objects.count()
    settle_deposit(**request)
    assert DepositEvent.objects.count() == events
    with pytest.raises(RuleBroken) as refused:
        settle_deposit(**(request | {"refunded_amount": 2_000_000}))
    assert refused.value.rule == "deposit_settled_once"
    assert Deposit.objects.get().refunded_amount == 1_000_000


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"refunded_amount": 3_000_001}, "refunded_amount"),
        ({"refunded_amount": -1}, "refunded_amount"),
        ({"settled_on": dt.date(2026, 7, 21)}, "settled_on"),
        ({"settled_on": dt.date(2026, 6, 29)}, "settled_on"),
    ],
)
def test_a_deposit_is_not_settled_against_the_rules(conakry, values, field):
    deposit = make_deposit(make_contract(conakry, status="ended"), agreed=3_000_000)
    request = {"deposit": deposit, "refunded_amount": 0, "settled_on": TODAY, "by": None, "today": TODAY}
    with pytest.raises(RuleBroken) as refused:
        settle_deposit(**(request | values))
    assert refused.value.field == field
    deposit.refresh_from_db()
    assert (deposit.state, deposit.settled_on) == ("held", None)


def test_the_deposit_of_a_contract_that_runs_is_held(conakry):
    deposit = make_deposit(make_contract(conakry))
    with pytest.raises(RuleBroken) as refused:
        settle_deposit(deposit=deposit, refunded_amount=0, settled_on=TODAY, by=None, today=TODAY)
    assert refused.value.rule == "deposit_settled_after_the_end"


def test_what_is_kept_for_arrears_pays_them_and_is_no_income(conakry):
    contract = make_contract(conakry, status="ended", monthly_rent=1_000_000)
    make_instalments(contract, 6)
    deposit = make_deposit(contract, agreed=3_000_000)
    request = {"deposit": deposit, "settled_on": TODAY, "by": None, "today": TODAY}
    with pytest.raises(RuleBroken) as refused:
        settle_deposit(**request, refunded_amount=1_000_000, kept_for_arrears=2_500_000)
    assert refused.value.field == "refunded_amount"
    settled = settle_deposit(**request, refunded_amount=1_000_000, kept_for_arrears=2_000_000)
    assert (settled.state, settled.kept_for_arrears) == ("partial", 2_000_000)
    assert Instalment.objects.filter(contract=contract, settled_on=TODAY).count() == 2
    assert not Payment.objects.received().exists()
    assert money_faults(conakry) == []


def test_no_more_of_a_deposit_is_kept_than_is_owed(conakry):
    deposit = make_deposit(make_contract(conakry, status="ended"), agreed=3_000_000)
    with pytest.raises(RuleBroken) as refused:
        settle_deposit(deposit=deposit, refunded_amount=0, kept_for_arrears=1, settled_on=TODAY, by=None, today=TODAY)
    assert refused.value.field == "kept_for_arrears"
