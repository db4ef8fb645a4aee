"""The history of one site, as the rows that an import would bring. Pure: same seed, same day, same rows."""

import datetime as dt
from operator import attrgetter
from random import Random

from demo.behaviour import draw_character
from demo.names import People
from demo.places import PLACES, draw, phone_number, rent_for
from demo.portfolio import MadePortfolio, MadeTenant, MadeUnit, SitePlan
from demo.tenancies import LONGEST_BEFORE, Left, Tenancies
from imports.tables.contracts import ContractRow
from imports.tables.properties import PropertyRow
from imports.tables.tenants import TenantRow
from leasing.months import month_begun

_APPLICANTS = 25
"""One in so many registers and never rents."""
_MOVES_WITHIN_THE_AGENCY = 0.06
_WAITS_FOR_A_HOME = dt.timedelta(days=40)
_LET_WHEN_THE_BOOKS_BEGIN = 0.8
_EMPLOYMENT = {
    "studio": {"salaried": 34, "student": 22, "self_employed": 16, "trader": 16, "unemployed": 4, "civil_servant": 8},
    "apartment": {"salaried": 40, "civil_servant": 20, "trader": 20, "self_employed": 15, "retired": 5},
    "house": {"salaried": 32, "civil_servant": 16, "trader": 28, "self_employed": 12, "retired": 6, "company": 6},
    "shop": {"trader": 66, "self_employed": 16, "company": 18},
    "office": {"company": 84, "self_employed": 16},
}


def generate_portfolio(plan: SitePlan, seed: int) -> MadePortfolio:
    """The whole history of a site with exactly `plan.tenants` tenants, those who left and applicants included."""
    history = _History(plan, Random(f"{seed}/{plan.code}"))  # noqa: S311 -- a demo, not a secret
    history.play()
    return history.made


class _History:
    """One run of the generator: its dice, and what it has made so far."""

    def __init__(self, plan: SitePlan, random: Random) -> None:
        self.plan, self.random = plan, random
        self.place = PLACES[plan.code]
        self.made = MadePortfolio()
        self.tenancies = Tenancies(self.made, plan, random)
        self.people = People(plan.code, random)
        self.tenants: list[MadeTenant] = []
        self.owners: list[tuple[str, str]] = []
        self.empty: list[MadeUnit] = []
        self.movers: list[Left] = []
        self.short = plan.code.split("_")[1][:3]

    def play(self) -> None:
        renters = self.plan.tenants - self.plan.tenants // _APPLICANTS
        number = 0
        while len(self.tenants) < renters and number < self.plan.max_properties:
            number += 1
            self._property(number, renters)
        while len(self.tenants) < self.plan.tenants:
            applicant = self._register("apartment", self.plan.today - dt.timedelta(days=self.random.randrange(400)))
            self._draft(applicant)
        for left in self.movers:
            self.tenancies.leave(left)
        # In the order in which they were typed.
        received_on = attrgetter("received_on")
        self.made.rows["payments"].sort(key=lambda row: (self.plan.typed_on(received_on(row)), received_on(row)))

    def _draft(self, applicant: MadeTenant) -> None:
        """Now and then a contract is being prepared for somebody who applied; nothing is due on it."""
        if not self.empty or self.random.random() > 0.3:
            return
        unit = self.empty.pop()
        start = month_begun(self.plan.today.replace(day=1), 1)
        rent = self.tenancies.rent_at(unit, start)
        self.made.add(
            "contracts",
            ContractRow(
                reference=f"{unit.code}/B",
                property=unit.code,
                tenant=applicant.code,
                agent=unit.agent,
                start_date=start,
                end_date=month_begun(start, 12) - dt.timedelta(days=1),
                monthly_rent=rent,
                payment_day=5,
                deposit=rent * self.place.deposit_months[0],
                status="draft",
            ),
        )

    # --- properties -----------------------------------------------------------------------------------

    def _property(self, number: int, renters: int) -> None:
        random, place = self.random, self.place
        kind = str(draw(random, place.kinds))
        shares = [share for *_quarter, share in place.neighbourhoods]
        commune, quarter, factor, _share = random.choices(place.neighbourhoods, shares)[0]
        # Four in five were there when the agency began to keep its books; the others came since.
        there = random.random() < 0.8
        arrives = 0 if there else random.randrange(28 * self.plan.history)
        unit = MadeUnit(
            code=f"{self.short}-{number:04d}",
            kind=kind,
            rent=rent_for(random, place, kind, factor),
            agent=self.plan.agents[number % len(self.plan.agents)],
            from_day=self.plan.first_day + dt.timedelta(days=arrives),
        )
        standing = self._let(unit, renters, there=there)
        owner_name, owner_phone = self._owner()
        now_worth = unit.rent * (1 + 0.03 * random.random() * self.plan.history / 12)
        status = "withdrawn" if standing == "taken back" else "lettable"
        if standing == "empty":
            status = str(draw(random, {"lettable": 82, "under_works": 12, "withdrawn": 6}))
            if status == "lettable":
                self.empty.append(unit)
        self.made.add(
            "properties",
            PropertyRow(
                code=unit.code,
                kind=kind,
                address=f"{random.choice(('Rue', 'Rue', 'Rue', 'Carré', 'Lot'))} {random.randrange(1, 900)}, {quarter}",
                neighbourhood=f"{quarter} ({commune})" if place.has_communes else quarter,
                owner_name=owner_name,
                owner_phone=owner_phone,
                market_rent=round(now_worth / place.round_to) * place.round_to,
                status=status,
            ),
        )

    def _owner(self) -> tuple[str, str]:
        if not self.owners or self.random.random() < 0.34:
            self.owners.append((self.people.person().name, phone_number(self.random, self.place)))
        return self.random.choice(self.owners[-40:])

    def _let(self, unit: MadeUnit, renters: int, *, there: bool) -> str:
        """Fill the property with one tenancy after another. Returns how it stands today: let, empty or taken back."""
        random, today = self.random, self.plan.today
        mean_empty = self.place.vacancy_days * (4 if random.random() < 0.2 else 1)
        free_from = unit.from_day + dt.timedelta(days=round(random.random() * mean_empty))
        # The agency did not begin with these books: most homes were let, some for years.
        before = there and random.random() < _LET_WHEN_THE_BOOKS_BEGIN
        standing = "empty"
        while True:
            start = self._start_day(free_from)
            left = None
            if before:
                months = 1 + min(LONGEST_BEFORE - 1, int(random.expovariate(1 / 26)))
                start, before = month_begun(unit.from_day, -months), False
            else:
                left = self._mover(free_from, start)
            if left is not None:
                tenant, start = left.stay.tenant, _day_after(left)
            elif start > today or len(self.tenants) >= renters:
                return standing
            else:
                tenant = self._newcomer(unit, start)
            gone = self.tenancies.play(tenant, unit, start, left)
            if gone is None:
                return "let"
            stay, leaves_on = gone.stay, gone.stay.leaves_on or today
            if stay.leaving is None or stay.leaving.evicted or random.random() >= _MOVES_WITHIN_THE_AGENCY:
                self.tenancies.leave(gone)
            else:
                self.movers.append(gone)
            empty_days = max(2, round(random.gammavariate(1.6, mean_empty / 1.6)))
            standing = "empty"
            if stay.leaving is not None and stay.leaving.by_owner:
                # The owner lives there for a while, or for good.
                empty_days, standing = random.randint(200, 1500), "taken back"
            free_from = leaves_on + dt.timedelta(days=empty_days)

    def _start_day(self, free_from: dt.date) -> dt.date:
        """Most leases begin on the first of a month, some in its middle."""
        if free_from.day <= 15 and self.random.random() < 0.2:
            return free_from.replace(day=15)
        return free_from if free_from.day == 1 else month_begun(free_from.replace(day=1), 1)

    def _mover(self, free_from: dt.date, start: dt.date) -> Left | None:
        """Somebody who leaves another property of the agency just then and takes this one the day after."""
        for place, left in enumerate(self.movers):
            if free_from <= _day_after(left) <= min(start + _WAITS_FOR_A_HOME, self.plan.today):
                return self.movers.pop(place)
        return None

    # --- tenants --------------------------------------------------------------------------------------

    def _newcomer(self, unit: MadeUnit, start: dt.date) -> MadeTenant:
        if unit.kind in ("shop", "office") and self.random.random() < 0.12:
            # A firm that rents already takes a second place.
            firms = [t for t in self.tenants[-300:] if t.employment == "company" and t.joined_on < start]
            if firms:
                return self.random.choice(firms)
        return self._register(unit.kind, start - dt.timedelta(days=self.random.randint(1, 30)))

    def _register(self, kind: str, joined_on: dt.date) -> MadeTenant:
        random = self.random
        employment = str(draw(random, _EMPLOYMENT[kind]))
        person = self.people.company() if employment == "company" else self.people.person()
        referrers = [tenant for tenant in self.tenants[-40:] if tenant.joined_on < joined_on]
        referred_by = random.choice(referrers).code if referrers and random.random() < 0.12 else None
        tenant = MadeTenant(
            code=f"{self.short}-L{len(self.tenants) + 1:04d}",
            person=person,
            character=draw_character(random, lateness=self.place.lateness, employment=employment),
            employment=employment,
            joined_on=joined_on,
        )
        self.tenants.append(tenant)
        self.made.add(
            "tenants",
            TenantRow(
                code=tenant.code,
                name=person.name,
                phone=phone_number(random, self.place),
                # The domain is reserved for examples: nothing is ever delivered there.
                email=f"{person.mailbox}.{len(self.tenants)}@example.org" if random.random() < 0.4 else None,
                language=person.language,
                employment_status=employment,
                referred_by=referred_by,
                joined_on=joined_on,
            ),
        )
        return tenant


def _day_after(left: Left) -> dt.date:
    if left.stay.leaves_on is None:
        raise ValueError("a tenancy that goes on")
    return left.stay.leaves_on + dt.timedelta(days=1)
