import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from accounts.tests.factories import make_user
from changes.refusals import RuleBroken
from leasing.actions import (
    end_contract,
    record_payment,
    renew_contract,
    reopen_contract,
    reverse_payment,
    sign_contract,
)
from leasing.actions.closing import close_matters_of_ended
from leasing.models import Contract, ContractEvent, Deposit, Instalment, Payment
from leasing.queries import money_faults, on_account, prepaid_by_month
from leasing.tests.factories import (
    make_contract,
    make_deposit,
    make_instalments,
    make_notice,
    make_property,
    make_request,
    make_tenant,
)
from sites_app.models import Site
from sites_app.scope import site_scope

TODAY = dt.date(2026, 3, 20)
RENT = 1_000_000


def new_contract(site, **overrides):
    values = {
        "reference": "B-NEW",
        "start_date": dt.date(2026, 3, 1),
        "monthly_rent": RENT,
        "payment_day": 5,
    } | overrides
    values.setdefault("property", make_property(site))
    values.setdefault("tenant", make_tenant(site))
    return Contract(site=site, **values)


def pay(contract, amount, **overrides):
    values = {
        "contract": contract,
        "amount": amount,
        "method": "bank",
        "received_on": TODAY,
        "by": None,
        "idempotency_key": f"{contract.reference}-{Payment.objects.count()}",
        "today": TODAY,
    }
    return record_payment(**(values | overrides))


def months(contract, count=None):
    rows = Instalment.objects.filter(contract=contract, kind="rent").order_by("period")[:count]
    return [(row.period.month, row.amount, row.paid_amount) for row in rows]


def test_a_contract_signed_is_in_force_with_a_year_of_months_and_its_deposit_due(conakry):
    contract = sign_contract(contract=new_contract(conakry, deposit_amount=2 * RENT), by=None, today=TODAY)
    contract.refresh_from_db()
    assert (contract.status, contract.signed_on) == ("active", TODAY)
    assert Instalment.objects.filter(contract=contract, kind="rent").count() == 13
    deposit = Deposit.objects.get(contract=contract)
    assert (deposit.agreed, deposit.received, deposit.state) == (2 * RENT, 0, "due")
    asked = Instalment.objects.get(contract=contract, kind="deposit")
    assert (asked.amount, asked.due_date) == (2 * RENT, dt.date(2026, 3, 5))


def test_a_deposit_is_held_once_it_is_received_and_due_again_when_that_was_a_mistake(conakry):
    contract = sign_contract(contract=new_contract(conakry, deposit_amount=2 * RENT), by=None, today=TODAY)
    # March first, then what falls due on the same day.
    payment = pay(contract, 2 * RENT)
    deposit = Deposit.objects.get()
    assert (deposit.received, deposit.state) == (RENT, "due")
    pay(contract, RENT)
    deposit.refresh_from_db()
    assert (deposit.received, deposit.state) == (2 * RENT, "held")
    assert months(contract, 2) == [(3, RENT, RENT), (4, RENT, 0)]
    reverse_payment(payment=payment, by=None, reason="Erreur", today=TODAY)
    deposit.refresh_from_db()
    assert (deposit.received, deposit.state) == (0, "due")


def test_signing_a_draft_twice_changes_nothing_the_second_time(conakry):
    draft = make_contract(conakry, status="draft", deposit_amount=RENT)
    first = sign_contract(contract=draft, by=None, today=TODAY)
    events = ContractEvent.objects.count()
    again = sign_contract(contract=draft, by=None, today=dt.date(2026, 3, 21))
    assert (again, again.signed_on) == (first, TODAY)
    assert (ContractEvent.objects.count(), Deposit.objects.count()) == (events, 1)


def test_the_audit_names_who_signed(conakry):
    awa = make_user()
    contract = sign_contract(contract=new_contract(conakry), by=awa, today=TODAY)
    event = ContractEvent.objects.get(pgh_obj_id=contract.pk)
    assert event.pgh_context.metadata == {"user": awa.pk}


def test_a_contract_that_overlaps_another_is_refused_by_the_other_s_name(conakry):
    unit = make_property(conakry, code="P-1")
    make_contract(conakry, property=unit, reference="B-OLD", start_date=dt.date(2025, 1, 1))
    with pytest.raises(RuleBroken) as refused:
        sign_contract(contract=new_contract(conakry, property=unit), by=None, today=TODAY)
    assert (refused.value.field, refused.value.rule) == ("property", "contracts_in_force_do_not_overlap")
    assert "B-OLD" in refused.value.sentence
    assert "P-1" in refused.value.sentence
    assert Contract.objects.count() == 1
    assert not Instalment.objects.exists()


def test_one_may_leave_and_the_next_come_in_on_one_day(conakry):
    unit = make_property(conakry)
    make_contract(conakry, property=unit, reference="B-OLD", status="ended", ended_on=dt.date(2026, 3, 2))
    with pytest.raises(RuleBroken, match="B-OLD"):
        sign_contract(contract=new_contract(conakry, property=unit), by=None, today=TODAY)
    same_day = new_contract(conakry, property=unit, start_date=dt.date(2026, 3, 2))
    assert sign_contract(contract=same_day, by=None, today=TODAY).status == "active"


def test_two_drafts_may_overlap_until_one_is_signed(conakry):
    unit = make_property(conakry)
    one, two = (make_contract(conakry, property=unit, status="draft") for _ in range(2))
    sign_contract(contract=one, by=None, today=TODAY)
    with pytest.raises(RuleBroken, match=one.reference):
        sign_contract(contract=two, by=None, today=TODAY)
    two.refresh_from_db()
    assert two.status == "draft"


def test_a_reference_that_is_taken_is_refused(conakry):
    make_contract(conakry, reference="B-NEW")
    with pytest.raises(RuleBroken) as refused:
        sign_contract(contract=new_contract(conakry), by=None, today=TODAY)
    assert (refused.value.field, refused.value.rule) == ("reference", "contract_reference_unique_in_site")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"monthly_rent": -1}, "monthly_rent"),
        ({"payment_day": 32}, "payment_day"),
        ({"reference": "x" * 41}, "reference"),
        ({"advance_months": 61}, "advance_months"),
    ],
)
def test_a_value_that_does_not_fit_its_column_is_a_validation_error(conakry, values, field):
    with pytest.raises(ValidationError) as wrong:
        sign_contract(contract=new_contract(conakry, **values), by=None, today=TODAY)
    assert set(wrong.value.message_dict) == {field}
    assert not Contract.objects.exists()


def test_a_term_that_ends_before_it_starts_is_refused(conakry):
    contract = new_contract(conakry, end_date=dt.date(2026, 2, 28))
    with pytest.raises(RuleBroken) as refused:
        sign_contract(contract=contract, by=None, today=TODAY)
    assert refused.value.rule == "contract_end_not_before_start"


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["property", "tenant"])
def test_a_property_or_tenant_of_another_site_is_refused(what):
    make = {"property": make_property, "tenant": make_tenant}[what]
    with site_scope(["GN_KINDIA"]):
        elsewhere = make(Site.objects.get(code="GN_KINDIA"))
    with site_scope(["GN_CONAKRY"]):
        contract = new_contract(Site.objects.get(code="GN_CONAKRY"), **{what: elsewhere})
        with pytest.raises(RuleBroken) as refused:
            sign_contract(contract=contract, by=None, today=TODAY)
        assert (refused.value.field, refused.value.rule) == (what, "same_site")
        assert not Contract.objects.exists()


def test_what_was_ended_is_not_signed_again(conakry):
    contract = make_contract(conakry, status="ended")
    with pytest.raises(RuleBroken) as refused:
        sign_contract(contract=contract, by=None, today=TODAY)
    assert refused.value.rule == "contract_ended_once"


def test_ending_drops_the_unpaid_months_after_the_end_and_keeps_the_arrears(conakry):
    contract = make_contract(conakry, monthly_rent=RENT)
    make_instalments(contract, 6)
    pay(contract, RENT)
    ended = end_contract(contract=contract, ended_on=dt.date(2026, 3, 31), by=None, today=TODAY)
    assert (ended.status, ended.ended_on) == ("ended", dt.date(2026, 3, 31))
    assert months(contract) == [(1, RENT, RENT), (2, RENT, 0), (3, RENT, 0)]
    pay(contract, RENT)
    assert months(contract) == [(1, RENT, RENT), (2, RENT, RENT), (3, RENT, 0)]


def test_after_the_end_nothing_is_due_and_what_was_paid_for_it_is_on_account(conakry):
    contract = make_contract(conakry, monthly_rent=RENT)
    make_instalments(contract, 6)
    pay(contract, 4 * RENT + 300_000)
    end_contract(contract=contract, ended_on=dt.date(2026, 3, 31), by=None, today=TODAY)
    assert months(contract) == [(1, RENT, RENT), (2, RENT, RENT), (3, RENT, RENT)]
    assert on_account(contract) == RENT + 300_000
    owed = [(row.month, row.francs) for row in prepaid_by_month(["GN_CONAKRY"], dt.date(2026, 9, 1))]
    assert owed == [(None, RENT + 300_000)]


def test_the_month_that_the_end_cuts_asks_for_its_days_also_when_it_was_paid(conakry):
    contract = make_contract(conakry, monthly_rent=3_100_000)
    make_instalments(contract, 6)
    pay(contract, 3 * 3_100_000)
    end_contract(contract=contract, ended_on=dt.date(2026, 3, 10), by=None, today=TODAY)
    assert months(contract)[-1] == (3, RENT, RENT)
    assert on_account(contract) == 2_100_000


def test_an_end_typed_by_mistake_is_taken_back_with_all_its_months(conakry):
    contract = make_contract(conakry, monthly_rent=3_100_000)
    pay(contract, 5 * 3_100_000)
    before = months(contract)
    contract = end_contract(
        contract=contract, ended_on=dt.date(2026, 3, 10), by=None, today=TODAY, reason=Contract.EndReason.LEFT
    )
    assert contract.end_reason == "left"
    reopened = reopen_contract(contract=contract, by=None, today=TODAY)
    assert (reopened.status, reopened.ended_on, reopened.end_reason) == ("active", None, "")
    assert months(contract) == before
    assert on_account(contract) == 0


def test_an_end_is_not_taken_back_once_the_home_is_let_again(conakry):
    contract = make_contract(conakry)
    contract = end_contract(contract=contract, ended_on=dt.date(2026, 3, 10), by=None, today=TODAY)
    make_contract(conakry, property=contract.property, reference="B-NEXT", start_date=dt.date(2026, 3, 11))
    with pytest.raises(RuleBroken, match="B-NEXT"):
        reopen_contract(contract=contract, by=None, today=TODAY)
    contract.refresh_from_db()
    assert contract.status == "ended"


def test_an_end_closes_its_notices_and_the_requests_of_its_home(conakry):
    contract = make_contract(conakry)
    notice = make_notice(contract, issued_on=dt.date(2026, 2, 1), legal_deadline=dt.date(2026, 3, 3))
    request = make_request(contract, opened_on=dt.date(2026, 2, 20))
    end_contract(contract=contract, ended_on=dt.date(2026, 3, 10), by=None, today=TODAY)
    for matter in (notice, request):
        matter.refresh_from_db()
        assert matter.closed_on == dt.date(2026, 3, 10)


def test_an_end_to_come_leaves_its_notices_open_until_its_day(conakry):
    contract = make_contract(conakry)
    notice = make_notice(contract)
    end_contract(contract=contract, ended_on=dt.date(2026, 4, 30), by=None, today=TODAY)
    notice.refresh_from_db()
    assert notice.closed_on is None
    assert close_matters_of_ended(conakry.code, dt.date(2026, 4, 30)) == 1
    notice.refresh_from_db()
    assert notice.closed_on == dt.date(2026, 4, 30)


def test_the_months_up_to_an_end_to_come_are_made(conakry):
    contract = make_contract(conakry, monthly_rent=RENT)
    make_instalments(contract, 3)
    end_contract(contract=contract, ended_on=dt.date(2026, 5, 31), by=None, today=TODAY, terminated=True)
    contract.refresh_from_db()
    assert contract.status == "terminated"
    assert [month for month, _amount, _paid in months(contract)] == [1, 2, 3, 4, 5]


def test_ending_again_on_the_same_day_changes_nothing_and_on_another_is_refused(conakry):
    contract = make_contract(conakry)
    end_contract(contract=contract, ended_on=dt.date(2026, 3, 31), by=None, today=TODAY)
    events = ContractEvent.objects.count()
    end_contract(contract=contract, ended_on=dt.date(2026, 3, 31), by=None, today=TODAY)
    assert ContractEvent.objects.count() == events
    with pytest.raises(RuleBroken) as refused:
        end_contract(contract=contract, ended_on=dt.date(2026, 4, 30), by=None, today=TODAY)
    assert refused.value.rule == "contract_ended_once"
    contract.refresh_from_db()
    assert contract.ended_on == dt.date(2026, 3, 31)


def test_a_contract_does_not_end_before_it_starts(conakry):
    contract = make_contract(conakry, start_date=dt.date(2026, 3, 1))
    with pytest.raises(RuleBroken) as refused:
        end_contract(contract=contract, ended_on=dt.date(2026, 2, 28), by=None, today=TODAY)
    assert refused.value.field == "ended_on"


@pytest.mark.parametrize(
    "attempt",
    [
        lambda draft: end_contract(contract=draft, ended_on=TODAY, by=None, today=TODAY),
        lambda draft: renew_contract(contract=draft, reference="B-2", start_date=TODAY, by=None, today=TODAY),
        lambda draft: pay(draft, RENT),
    ],
)
def test_nothing_happens_on_a_draft(conakry, attempt):
    with pytest.raises(RuleBroken) as refused:
        attempt(make_contract(conakry, status="draft"))
    assert (refused.value.field, refused.value.rule) == ("contract", "contract_signed")
    assert Contract.objects.get().status == "draft"
    assert not Payment.objects.exists()


def test_a_renewal_takes_over_property_tenant_agent_and_deposit(conakry):
    awa = make_user()
    old = make_contract(conakry, monthly_rent=RENT, deposit_amount=2 * RENT, agent=awa, end_date=dt.date(2026, 12, 31))
    make_deposit(old, agreed=2 * RENT)
    new = renew_contract(
        contract=old,
        reference="B-2",
        start_date=dt.date(2027, 1, 1),
        end_date=dt.date(2027, 12, 31),
        monthly_rent=1_100_000,
        by=awa,
        today=dt.date(2026, 12, 10),
    )
    old.refresh_from_db()
    assert (old.status, old.ended_on) == ("ended", dt.date(2026, 12, 31))
    assert (new.renewal_of, new.property_id, new.tenant_id, new.agent_id) == (
        old,
        old.property_id,
        old.tenant_id,
        awa.pk,
    )
    assert (new.monthly_rent, new.payment_day, new.status, new.signed_on) == (
        1_100_000,
        5,
        "active",
        dt.date(2026, 12, 10),
    )
    carried, held = Deposit.objects.get(contract=old), Deposit.objects.get(contract=new)
    assert (carried.state, carried.carried_to) == ("carried", held)
    assert (held.agreed, held.received, held.state) == (2 * RENT, 2 * RENT, "held")
    assert not Instalment.objects.filter(kind="deposit").exists()
    assert Contract.objects.get(pk=new.pk).deposit_amount == 2 * RENT
    assert new.account == old.account


def test_renewing_twice_gives_the_same_renewal(conakry):
    old = make_contract(conakry)
    request = {"contract": old, "reference": "B-2", "start_date": dt.date(2026, 4, 1), "by": None, "today": TODAY}
    assert renew_contract(**request) == renew_contract(**request)
    assert Contract.objects.count() == 2


def test_what_was_prepaid_pays_the_months_of_the_renewal(conakry):
    old = make_contract(conakry, monthly_rent=RENT)
    pay(old, 5 * RENT + 400_000)
    new = renew_contract(
        contract=old, reference="B-2", start_date=dt.date(2026, 4, 1), monthly_rent=1_200_000, by=None, today=TODAY
    )
    assert months(old) == [(1, RENT, RENT), (2, RENT, RENT), (3, RENT, RENT)]
    assert months(new, 3) == [(4, 1_200_000, 1_200_000), (5, 1_200_000, 1_200_000), (6, 1_200_000, 0)]
    assert on_account(old) == on_account(new) == 0


def test_a_reversal_after_a_renewal_opens_the_months_of_both(conakry):
    old = make_contract(conakry, monthly_rent=RENT)
    payment = pay(old, 4 * RENT)
    new = renew_contract(contract=old, reference="B-2", start_date=dt.date(2026, 4, 1), by=None, today=TODAY)
    assert months(new, 1) == [(4, RENT, RENT)]
    reverse_payment(payment=payment, by=None, reason="Erreur", today=TODAY)
    assert months(old) == [(1, RENT, 0), (2, RENT, 0), (3, RENT, 0)]
    assert months(new, 1) == [(4, RENT, 0)]


@pytest.mark.parametrize("start", [dt.date(2026, 1, 1), dt.date(2025, 12, 31)])
def test_a_renewal_cannot_start_on_or_before_the_first_day_of_the_contract(conakry, start):
    old = make_contract(conakry, start_date=dt.date(2026, 1, 1))
    with pytest.raises(RuleBroken) as refused:
        renew_contract(contract=old, reference="B-2", start_date=start, by=None, today=TODAY)
    assert refused.value.rule == "renewal_starts_after"
    old.refresh_from_db()
    assert old.ended_on is None


def test_a_renewal_of_what_was_let_meanwhile_leaves_the_old_contract_as_it_was(conakry):
    old = make_contract(conakry, status="ended", ended_on=dt.date(2026, 1, 31))
    other = make_contract(conakry, property=old.property, start_date=dt.date(2026, 2, 1))
    with pytest.raises(RuleBroken, match=other.reference):
        renew_contract(contract=old, reference="B-2", start_date=dt.date(2026, 2, 1), by=None, today=TODAY)
    assert Contract.objects.count() == 2


def test_a_renewal_that_is_refused_leaves_the_old_contract_in_force(conakry):
    old = make_contract(conakry)
    make_contract(conakry, reference="B-2")
    with pytest.raises(RuleBroken):
        renew_contract(contract=old, reference="B-2", start_date=dt.date(2026, 4, 1), by=None, today=TODAY)
    old.refresh_from_db()
    assert (old.status, old.ended_on) == ("active", None)
    assert money_faults(conakry) == []
