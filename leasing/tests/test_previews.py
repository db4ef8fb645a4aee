"""What a payment would pay is what it pays: foretold and then recorded, for accounts of every kind."""

import datetime as dt
import random
import uuid

import pytest

from leasing.actions import add_charge, issue_quittance, record_payment, refund_payment, sign_contract
from leasing.models import Allocation, Contract, Instalment
from leasing.previews import AccountBooks, Asked, Given, account_books
from leasing.queries import on_account, owed
from leasing.tests.factories import make_contract, make_payment

TODAY = dt.date(2026, 11, 30)
D = dt.date


def signed(site, **terms):
    """Signed through the action: its months are there a year ahead."""
    draft = make_contract(site, status=Contract.Status.DRAFT, monthly_rent=1_000_000, **terms)
    return sign_contract(contract=draft, signed_on=draft.start_date, by=None, today=TODAY)


def pay(contract, francs, day=TODAY, key="new"):
    return record_payment(
        contract=contract,
        amount=francs,
        method="bank",
        received_on=day,
        by=None,
        idempotency_key=key,
        today=TODAY,
    )


def foretold(preview):
    return {(part.asked.kind, part.asked.label, part.asked.period): (part.francs, part.left) for part in preview.parts}


def written(payment):
    shares = Allocation.objects.filter(payment=payment).select_related("instalment")
    return {
        (share.instalment.kind, share.instalment.label, share.instalment.period): (
            share.amount,
            share.instalment.amount - share.instalment.paid_amount,
        )
        for share in shares
    }


@pytest.mark.parametrize("seed", range(25))
def test_what_is_foretold_is_what_is_written(conakry, seed):
    luck = random.Random(seed)  # noqa: S311 -- the same each time
    start = D(2026, luck.randint(1, 11), luck.randint(1, 28))
    contract = signed(
        conakry, start_date=start, billing=luck.choice(["calendar", "anniversary", "calendar_full"]), rents_from=start
    )
    for number in range(luck.randint(0, 4)):
        day = start + dt.timedelta(days=luck.randint(0, (TODAY - start).days))
        pay(contract, luck.randint(1, 40) * 100_000, day, f"before-{number}")
    if luck.random() < 0.5:
        day = start + dt.timedelta(days=luck.randint(0, 200))
        add_charge(contract=contract, kind="repair", label="Porte", amount=250_000, due_date=day, by=None, today=TODAY)
    if luck.random() < 0.5:
        paid = Instalment.objects.filter(contract=contract, kind="rent", settled_on__isnull=False).order_by("-period")
        for month in paid[:1]:
            issue_quittance(instalment=month, by=None, today=TODAY)
    if luck.random() < 0.5:
        # The job of the night has not come so far.
        Instalment.objects.filter(contract=contract, paid_amount=0, period__gt=TODAY).delete()

    francs, day = luck.randint(1, 400) * 100_000, start + dt.timedelta(days=luck.randint(0, (TODAY - start).days))
    books = account_books(contract, TODAY)
    preview = books.with_payment(francs, day)
    payment = pay(contract, francs, day)

    assert foretold(preview) == written(payment)
    assert preview.on_account == on_account(contract)
    assert preview.owed == owed(contract, TODAY)
    now = account_books(contract, TODAY)
    assert (now.owed, now.on_account) == (preview.owed, preview.on_account)


def test_an_account_is_read_in_three_statements_however_long_it_is(conakry, django_assert_num_queries):
    contract = signed(conakry, start_date=D(2016, 1, 1), rents_from=D(2016, 1, 1))
    for number in range(30):
        make_payment(contract, received_on=D(2016, 1, 1) + dt.timedelta(days=number))
    with django_assert_num_queries(3):
        books = account_books(contract, TODAY)
        books.with_payment(5_000_000, TODAY)
    assert len(books.given) == 30
    assert len(books.asked) > 130


def test_money_given_back_is_not_there_to_pay(conakry):
    contract = signed(conakry, start_date=D(2026, 11, 1), rents_from=D(2026, 11, 1), end_date=D(2026, 12, 31))
    pay(contract, 60_000_000, key="much")
    free = on_account(contract)
    assert free > 0
    refund_payment(
        contract=contract,
        amount=free,
        reason="Rendu",
        refunded_on=TODAY,
        by=None,
        idempotency_key="back",
        today=TODAY,
    )
    books = account_books(contract, TODAY)
    assert (books.owed, books.on_account) == (0, 0)
    assert (books.with_payment(500_000, TODAY).parts, books.with_payment(500_000, TODAY).on_account) == ((), 500_000)


def test_what_pays_nothing_yet_stays_on_account():
    rent = Asked("november", "rent", "", D(2026, 11, 1), D(2026, 11, 5), 1_000_000)
    at = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
    before = Given(uuid.uuid4(), at.date(), 400_000, None, "cash", "", at, "Awa", "key")
    books = AccountBooks(TODAY, (before,), (rent,), None)
    preview = books.with_payment(900_000, TODAY)
    assert [(part.asked, part.francs, part.left) for part in preview.parts] == [(rent, 600_000, 0)]
    assert (preview.on_account, preview.owed) == (300_000, 0)
    assert [(part.francs, part.left) for part in books.open] == [(400_000, 600_000)]
    assert (books.owed, books.rent) == (600_000, None)
