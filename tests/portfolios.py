"""Whole portfolios for the accuracy tests: every awkward case on purpose, the same for the same seed."""

import datetime as dt
import random
import uuid
from collections import defaultdict

from django.db import connection

from accounts.models import User
from leasing.models import (
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
            Property, Tenant, Contract, Deposit, Notice, Litigation, Interaction, Survey,
            Instalment, Payment, PaymentReversal, Allocation,
        )  # fmt: skip
        with unmeasured(), site_scope(sorted({row.site_id for row in self.rows[Property]})):
            for model in models:
                model.objects.bulk_create(self.rows[model], batch_size=2000)
        # Tables filled and rolled back by earlier tests pass for empty: the planner would go through them row by row.
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in models)}")

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
            home = self.add(
                Property, site_id=site, code=f"P{len(self.rows[Property])}", kind="apartment", status=status
            )
            made += self.build_chain(site, home, tenants, wanted - made)
        for tenant in tenants:
            self.build_words(site, tenant)

    def build_chain(self, site, home, tenants, at_most):
        """Contracts of one property one after the other, some of the same tenant, with gaps of every kind."""
        dice = self.dice
        start, made, before, tenant = self.day() - dice.choice([0, 100, 400]) * DAY, 0, None, dice.choice(tenants)
        while made < at_most and start < LAST:
            term = dice.choice([None, start, start + 27 * DAY, start + 180 * DAY, start + 364 * DAY, self.day()])
            if term is not None and term < start:
                term = None
            runs_on = self.maybe(0.35)
            about = term or start + dice.randrange(20, 500) * DAY
            ended = None if runs_on else max(start, about + dice.choice([-40, -1, 0, 0, 0, 1, 29, 30, 31, 60]) * DAY)
            contract = self.add(
                Contract,
                site_id=site,
                reference=f"C{len(self.rows[Contract])}",
                property=home,
                tenant=tenant,
                start_date=start,
                end_date=term,
                ended_on=ended,
                status="active" if ended is None else dice.choice(["ended", "terminated"]),
                monthly_rent=dice.choice([0, 1, 250_000, 999_999, 1_500_000, 12_345_678]),
                payment_day=dice.choice([1, 5, 15, 28, 29, 30, 31]),
                signed_on=dice.choice([None, start, start - 10 * DAY, self.day()]),
                renewal_of=before if self.maybe(0.5) else None,
            )
            self.build_rent(contract)
            self.build_affairs(contract)
            made += 1
            if self.maybe(0.15):
                self.build_draft(site, home, tenant, contract)
            if ended is None:
                break
            before = contract
            start = ended + dice.choice([1, 1, 1, 2, 15, 30, 89, 90, 91, 92, 120, 200]) * DAY
            if self.maybe(0.5):
                tenant = dice.choice(tenants)
        return made

    def build_draft(self, site, home, tenant, before):
        draft = self.add(
            Contract,
            site_id=site,
            reference=f"C{len(self.rows[Contract])}",
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
            amount = 0 if self.maybe(0.03) else contract.monthly_rent
            instalment = self.add(
                Instalment,
                site_id=contract.site_id,
                contract=contract,
                tenant_id=contract.tenant_id,
                period=period,
                due_date=due,
                amount=amount,
            )
            if amount and dice.random() < self.payments_per_instalment:
                self.pay(contract, instalment)
            period = following
        if self.maybe(0.2):
            # Money that no rent has taken yet.
            self.add_payment(contract, dice.randrange(1, 1_000_000), self.day())

    def pay(self, contract, instalment):
        """In one to three parts, before, on and after the due date, sometimes not all of it."""
        dice, left, last = self.dice, instalment.amount, dt.date.min
        for _part in range(dice.choice([1, 1, 1, 2, 3])):
            amount = left if self.maybe(0.7) else dice.randrange(1, left + 1)
            received = instalment.due_date + dice.choice([-70, -5, 0, 0, 1, 5, 29, 30, 31, 45, 100]) * DAY
            payment = self.add_payment(contract, amount, received)
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

    def add_payment(self, contract, amount, received):
        self.used += 1
        return self.add(
            Payment,
            site_id=contract.site_id,
            contract=contract,
            amount=amount,
            method=("bank", "cash", "mobile")[self.used % 3],
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
            self.add(
                Deposit, site_id=site, contract=contract, amount=500_000, state=state, settled_on=settled,
                refunded_amount=500_000 if state == "full" else 0,
            )  # fmt: skip

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
