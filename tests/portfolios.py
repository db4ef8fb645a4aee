"""Whole portfolios for the accuracy tests: every awkward case on purpose, the same for the same seed."""

import datetime as dt
import random
import uuid
from collections import defaultdict

from django.db import connection

from accounts.models import User
from leasing.models import (
    Account,
    Allocation,
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
from sites_app.models import Membership
from sites_app.scope import site_scope
from tests.owner import as_owner
from tests.unmeasured import unmeasured

DAY = dt.timedelta(days=1)
# Days on which things like to go wrong: ends of months, of years, and around the leap day.
EDGES = [
    dt.date(2023, 1, 31), dt.date(2023, 2, 1), dt.date(2023, 2, 28), dt.date(2023, 3, 1), dt.date(2023, 12, 31),
    dt.date(2024, 1, 1), dt.date(2024, 1, 31), dt.date(2024, 2, 1), dt.date(2024, 2, 15), dt.date(2024, 2, 28),
    dt.date(2024, 2, 29), dt.date(2024, 3, 1), dt.date(2024, 3, 31), dt.date(2024, 4, 30), dt.date(2024, 12, 31),
    dt.date(2025, 1, 1), dt.date(2025, 1, 31), dt.date(2025, 2, 28), dt.date(2025, 3, 1),
]  # fmt: skip
FIRST, LAST = dt.date(2022, 6, 1), dt.date(2025, 6, 30)


class Portfolio:
    """Rows of some sites, built by throwing dice and then written in one go."""

    def __init__(self, seed, sites, *, contracts, payments_per_instalment=0.8):
        self.dice = random.Random(seed)  # noqa: S311 -- the same rows each time
        self.payments_per_instalment = payments_per_instalment
        self.rows = defaultdict(list)
        self.used = 0
        per_site = max(1, contracts // len(sites))
        with unmeasured():
            for site in sites:
                self.build_site(site, per_site)

    def write(self):
        # Audited tables first: their triggers get slower with every key that waits to be checked.
        models = (
            Property, Tenant, Account, Contract, RentStep, Deposit, Notice, Litigation, Interaction, Survey,
            Instalment, Payment, PaymentReversal, Allocation,
        )  # fmt: skip
        with unmeasured(), site_scope(sorted({row.site_id for row in self.rows[Property]})):
            for model in models:
                model.objects.bulk_create(self.rows[model], batch_size=2000)
                # Tables filled and rolled back by earlier tests pass for empty: the planner would go through them row
                # by row, and so would the checks of the keys of the next table.
                with as_owner(), connection.cursor() as cursor:
                    cursor.execute(f"ANALYZE {model._meta.db_table}")

    def add(self, model, **values):
        row = model(id=uuid.UUID(int=self.dice.getrandbits(128)), **values)
        self.rows[model].append(row)
        return row

    def day(self):
        if self.dice.random() < 0.4:
            return self.dice.choice(EDGES) + self.dice.choice([-1, 0, 0, 0, 1]) * DAY
        return FIRST + self.dice.randrange((LAST - FIRST).days) * DAY

    def maybe(self, chance):
        return self.dice.random() < chance

    def build_site(self, site, wanted):
        dice = self.dice
        # Fewer tenants than contracts: many have two.
        tenants = [
            self.add(Tenant, site_id=site, code=f"T{n}", name=f"Locataire {n}") for n in range(max(1, wanted // 2))
        ]
        made = 0
        while made < wanted:
            status = dice.choice(["lettable"] * 6 + ["under_works", "withdrawn"])
            home = self.build_home(site, status)
            made += self.build_chain(site, home, tenants, wanted - made)
        for tenant in tenants:
            self.build_words(site, tenant)
        for _n in range(2 + wanted // 20):
            self.build_silent(site)

    def build_home(self, site, status):
        """One of them in eight is part of the home before, and may have contracts of its own."""
        before = self.rows[Property][-1] if self.rows[Property] and self.maybe(0.12) else None
        if before is not None and before.site_id != site:
            before = None
        home = self.add(
            Property, site_id=site, code=f"P{len(self.rows[Property])}", kind="apartment", status=status, part_of=before
        )
        if self.maybe(0.1):
            self.add(
                Property, site_id=site, code=f"P{len(self.rows[Property])}", kind="parking", status=status, part_of=home
            )
        return home

    def build_chain(self, site, home, tenants, at_most):
        """Contracts of one property one after the other, some of the same tenant, with gaps of every kind."""
        dice = self.dice
        start, made, before, tenant = self.day() - dice.choice([0, 100, 400]) * DAY, 0, None, dice.choice(tenants)
        account = self.add(Account, site_id=site, tenant=tenant)
        while made < at_most and start < LAST:
            term = dice.choice([None, start, start + 27 * DAY, start + 180 * DAY, start + 364 * DAY, self.day()])
            if term is not None and term < start:
                term = None
            runs_on = self.maybe(0.35)
            about = term or start + dice.randrange(20, 500) * DAY
            ended = None if runs_on else max(start, about + dice.choice([-40, -1, 0, 0, 0, 1, 29, 30, 31, 60]) * DAY)
            moves = ended is not None and self.maybe(0.15)
            contract = self.build_contract(
                account, home, start=start, term=term, ended=ended,
                end_reason="moved" if moves else "" if ended is None else dice.choice(["", "left", "not_renewed"]),
                renewal_of=before if self.maybe(0.5) else None,
            )  # fmt: skip
            deposit = self.build_affairs(contract)
            made += 1
            if moves:
                made += self.build_move(contract, deposit)
            if self.maybe(0.15):
                self.build_draft(site, home, tenant, contract)
            if ended is None:
                break
            before = contract
            # Out in the morning and in on the same day, too.
            start = ended + dice.choice([0, 0, 1, 1, 1, 2, 15, 30, 89, 90, 91, 92, 120, 200]) * DAY
            if moves or self.maybe(0.5):
                tenant = dice.choice(tenants)
                account = self.add(Account, site_id=site, tenant=tenant)
        return made

    def build_contract(self, account, home, *, start, term, ended, is_paid=True, **values):
        dice = self.dice
        contract = self.add(
            Contract,
            site_id=home.site_id,
            reference=f"C{len(self.rows[Contract])}",
            account=account,
            property=home,
            tenant=account.tenant,
            start_date=start,
            end_date=term,
            ended_on=ended,
            status="active" if ended is None else dice.choice(["ended", "terminated"]),
            monthly_rent=dice.choice([0, 1, 250_000, 999_999, 1_500_000, 12_345_678]),
            payment_day=dice.choice([1, 5, 15, 28, 29, 30, 31]),
            signed_on=dice.choice([None, start, start - 10 * DAY, self.day()]),
            **values,
        )
        for month in sorted({self.day().replace(day=1) for _n in range(dice.choice([0, 0, 0, 1, 2]))}):
            rent = dice.choice([0, 2, 300_000, 1_600_000])
            self.add(RentStep, site_id=home.site_id, contract=contract, from_month=month, monthly_rent=rent)
        if is_paid:
            self.build_rent(contract)
        return contract

    def build_silent(self, site):
        """A term that is over, and no sign of life for long after it."""
        tenant = self.add(Tenant, site_id=site, code=f"S{len(self.rows[Tenant])}", name="Locataire parti")
        account = self.add(Account, site_id=site, tenant=tenant)
        start = FIRST - 300 * DAY
        term = FIRST + self.dice.randrange(400) * DAY
        contract = self.build_contract(
            account, self.build_home(site, "lettable"), start=start, term=term, ended=None, is_paid=False
        )
        if self.maybe(0.5):
            # A word again, or money, or what is neither.
            back = term + self.dice.choice([0, 1, 60, 61, 700]) * DAY
            method = self.dice.choice(["cash", "credit", ""])
            if method:
                self.add_payment(contract, 5_000, back, method=method)
            else:
                moment = dt.datetime.combine(back, dt.time(23, 30), dt.UTC)
                self.add(Interaction, site_id=site, tenant=tenant, channel="call", happened_at=moment)

    def build_move(self, before, deposit):
        """The tenant moves to another home of the agency on the day after, and the deposit with them."""
        home = self.build_home(before.site_id, "lettable")
        start = before.ended_on + DAY
        contract = self.build_contract(before.account, home, start=start, term=None, ended=None, moved_from=before)
        carried = self.build_affairs(contract)
        if deposit is not None and carried is not None and deposit.settled_on is None:
            deposit.state, deposit.carried_to = "carried", carried
        return 1

    def build_draft(self, site, home, tenant, before):
        draft = self.add(
            Contract,
            site_id=site,
            reference=f"C{len(self.rows[Contract])}",
            account=self.add(Account, site_id=site, tenant=tenant),
            property=home,
            tenant=tenant,
            start_date=self.day(),
            end_date=None,
            status="draft",
            monthly_rent=7_777_777,
            signed_on=self.day(),
            renewal_of=before,
        )
        self.build_rent(draft)

    def build_rent(self, contract):
        dice = self.dice
        end = min(contract.ended_on or LAST, LAST)
        period = contract.start_date.replace(day=1)
        while period <= end:
            following = (period + 32 * DAY).replace(day=1)
            due = min(period + (contract.payment_day - 1) * DAY, following - DAY)
            # The first and the last month in part, and now and then one of nothing.
            amount = 0 if self.maybe(0.03) else contract.monthly_rent // dice.choice([1, 1, 1, 1, 1, 3])
            self.build_debt(contract, "rent", period, due, amount)
            if self.maybe(0.1):
                kind = dice.choice(["service", "penalty", "repair", "deposit", "opening", "other"])
                self.build_debt(contract, kind, period, due, dice.randrange(1, 400_000))
            period = following
        if contract.ended_on and self.maybe(0.2):
            # A file gives months after the end.
            first = (contract.ended_on.replace(day=1) + 32 * DAY).replace(day=1)
            self.build_debt(contract, "rent", first, first - dice.choice([-4, 0, 3, 40]) * DAY, contract.monthly_rent)
        if self.maybe(0.2):
            # Money that no rent has taken yet.
            self.add_payment(contract, dice.randrange(1, 1_000_000), self.day())
        if self.maybe(0.1):
            self.add_payment(contract, -dice.randrange(1, 1_000_000), self.day(), method="refund")

    def build_debt(self, contract, kind, period, due, amount):
        instalment = self.add(
            Instalment,
            site_id=contract.site_id,
            contract=contract,
            account=contract.account,
            tenant_id=contract.tenant_id,
            kind=kind,
            period=period,
            due_date=due,
            amount=amount,
        )
        if amount and self.dice.random() < self.payments_per_instalment:
            self.pay(contract, instalment)

    def pay(self, contract, instalment):
        """In one to three parts, before, on and after the due date, sometimes not all of it."""
        dice, left, last = self.dice, instalment.amount, dt.date.min
        for _part in range(dice.choice([1, 1, 1, 2, 3])):
            amount = left if self.maybe(0.7) else dice.randrange(1, left + 1)
            received = instalment.due_date + dice.choice([-70, -5, 0, 0, 1, 5, 29, 30, 31, 45, 100]) * DAY
            kind = dice.choice(["opening", "credit", "credit", "deposit"]) if self.maybe(0.1) else ""
            payment = self.add_payment(contract, amount, received, method=kind)
            if self.maybe(0.08):
                # A mistake: reversed, so that it pays nothing.
                self.add(PaymentReversal, site_id=contract.site_id, payment=payment, reversed_on=received, reason="x")
                continue
            self.add(Allocation, site_id=contract.site_id, payment=payment, instalment=instalment, amount=amount)
            left, last = left - amount, max(last, received)
            instalment.paid_amount += amount
            if not left:
                instalment.settled_on = last
                return

    def add_payment(self, contract, amount, received, *, method=""):
        self.used += 1
        return self.add(
            Payment,
            site_id=contract.site_id,
            contract=contract,
            account=contract.account,
            amount=amount,
            method=method or ("bank", "cash", "mobile")[self.used % 3],
            received_on=received,
            idempotency_key=f"k{self.used}",
        )

    def build_affairs(self, contract):
        dice, site = self.dice, contract.site_id
        for _n in range(dice.choice([0, 0, 0, 1, 2])):
            opened = self.day()
            resolved = dice.choice([None, opened, opened + 10 * DAY, opened + 70 * DAY])
            state = "open" if resolved is None else "resolved"
            self.add(
                Litigation, site_id=site, contract=contract, kind="other", state=state,
                opened_on=opened, resolved_on=resolved,
            )  # fmt: skip
        for _n in range(dice.choice([0, 0, 1, 2])):
            issued = self.day()
            closed = dice.choice([None, issued, issued + 31 * DAY, issued + 90 * DAY])
            self.add(
                Notice, site_id=site, contract=contract, kind="to_quit", issued_on=issued,
                legal_deadline=issued + 30 * DAY, closed_on=closed,
            )  # fmt: skip
        if self.maybe(0.7):
            state = dice.choice(["held", "full", "full", "partial", "withheld"])
            about = contract.ended_on or self.day()
            settled = None if state == "held" else about + dice.choice([-3, 0, 1, 30, 45, 90]) * DAY
            return self.add(
                Deposit, site_id=site, contract=contract, agreed=500_000, received=500_000, state=state,
                settled_on=settled, refunded_amount=500_000 if state == "full" else 0,
            )  # fmt: skip
        return None

    def build_words(self, site, tenant):
        dice = self.dice
        for _n in range(dice.choice([0, 1, 3])):
            moment = dt.datetime.combine(
                self.day(), dice.choice([dt.time(0, 0), dt.time(12, 0), dt.time(23, 59, 59)]), dt.UTC
            )
            self.add(Interaction, site_id=site, tenant=tenant, channel="call", happened_at=moment)
        for _n in range(dice.choice([0, 1, 2, 4])):
            kind = dice.choice(["nps", "nps", "nps", "satisfaction"])
            self.add(Survey, site_id=site, tenant=tenant, kind=kind, rating=dice.randrange(11), answered_on=self.day())


def staff(memberships):
    """People from {name: [(site, role), …]}; a name that starts with "gone" belongs to somebody who has left."""
    for name, places in memberships.items():
        user = User.objects.create(username=name, is_active=not name.startswith("gone"))
        for site, role in places:
            Membership.objects.create(user=user, site_id=site, role=role)
