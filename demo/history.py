"""Thirty-six months of one site, as the rows that an import would bring. Pure: same seed, same day, same rows."""

import datetime as dt
from operator import attrgetter
from random import Random

from demo.behaviour import FORESEEN_MONTHS, draw_character, draw_leaving, draw_spell
from demo.contacts import add_contacts
from demo.matters import add_deposit, add_leaving_matters, add_renewal_notice, lawful_eviction_day
from demo.months import months_between, plus_months
from demo.names import People
from demo.places import PLACES, draw, phone_number, rent_for
from demo.portfolio import MadePortfolio, MadeTenant, MadeUnit, SitePlan, Stay
from demo.rent import Cashier
from imports.tables.contracts import ContractRow
from imports.tables.properties import PropertyRow
from imports.tables.tenants import TenantRow

HISTORY_MONTHS = 36
_APPLICANTS = 25
"""One in so many registers and never rents."""
_MOVES_WITHIN_THE_AGENCY = 0.05
_SIGNED_RENEWALS = 0.42
"""The rest go on by tacit renewal: nobody ends the contract, nobody signs."""
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
        self.cashier = Cashier(self.made, plan, random)
        self.people = People(plan.code, random)
        self.tenants: list[MadeTenant] = []
        self.owners: list[tuple[str, str]] = []
        self.empty: list[MadeUnit] = []
        self.movers: list[tuple[MadeTenant, dt.date]] = []
        self.short = plan.code.split("_")[1][:3]
        self.first_day = plus_months(plan.today.replace(day=1), -HISTORY_MONTHS)

    def play(self) -> None:
        renters = self.plan.tenants - self.plan.tenants // _APPLICANTS
        number = 0
        while len(self.tenants) < renters and number < self.plan.max_properties:
            number += 1
            self._property(number, renters)
        while len(self.tenants) < self.plan.tenants:
            applicant = self._register("apartment", self.plan.today - dt.timedelta(days=self.random.randrange(400)))
            self._draft(applicant)
        self.made.rows["payments"].sort(key=attrgetter("received_on"))

    def _draft(self, applicant: MadeTenant) -> None:
        """Now and then a contract is being prepared for somebody who applied; nothing is due on it."""
        if not self.empty or self.random.random() > 0.3:
            return
        unit = self.empty.pop()
        start = plus_months(self.plan.today.replace(day=1), 1)
        rent = self._rent_at(unit, start)
        self.made.add(
            "contracts",
            ContractRow(
                reference=f"{unit.code}/B",
                property=unit.code,
                tenant=applicant.code,
                agent=unit.agent,
                start_date=start,
                end_date=plus_months(start, 12) - dt.timedelta(days=1),
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
        arrives = random.randrange(110) if random.random() < 0.8 else random.randrange(110, 1000)
        unit = MadeUnit(
            code=f"{self.short}-{number:04d}",
            kind=kind,
            rent=rent_for(random, place, kind, factor),
            agent=self.plan.agents[number % len(self.plan.agents)],
            from_day=self.first_day + dt.timedelta(days=arrives),
        )
        vacant = self._let(unit, renters)
        owner_name, owner_phone = self._owner()
        now_worth = unit.rent * (1 + 0.03 * random.random() * HISTORY_MONTHS / 12)
        status = "lettable"
        if vacant:
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

    def _let(self, unit: MadeUnit, renters: int) -> bool:
        """Fill the property with one tenancy after another. Returns whether it stands empty today."""
        random, today = self.random, self.plan.today
        contracts = 0
        mean_empty = self.place.vacancy_days * (4 if random.random() < 0.2 else 1)
        free_from = unit.from_day + dt.timedelta(days=round(random.random() * mean_empty))
        while True:
            start = self._start_day(free_from)
            mover = self._mover(free_from, start)
            if mover is not None:
                tenant, start = mover
            elif start > today or len(self.tenants) >= renters:
                return True
            else:
                tenant = self._newcomer(unit, start)
            stay = self._stay(tenant, unit, start)
            self.made.stays.append(stay)
            contracts = self._contracts(stay, contracts)
            add_contacts(self.made, self.plan, stay, random)
            if stay.leaves_on is None or stay.leaves_on > today:
                return False
            if not (stay.leaving and stay.leaving.evicted) and random.random() < _MOVES_WITHIN_THE_AGENCY:
                self.movers.append((tenant, stay.leaves_on))
            empty_days = max(2, round(random.gammavariate(1.6, mean_empty / 1.6)))
            free_from = stay.leaves_on + dt.timedelta(days=empty_days)

    def _start_day(self, free_from: dt.date) -> dt.date:
        """Most leases begin on the first of a month, some in its middle."""
        if free_from.day <= 15 and self.random.random() < 0.2:
            return free_from.replace(day=15)
        return free_from if free_from.day == 1 else plus_months(free_from.replace(day=1), 1)

    def _mover(self, free_from: dt.date, start: dt.date) -> tuple[MadeTenant, dt.date] | None:
        """Somebody who leaves another property of the agency just then and takes this one the day after."""
        for place, (tenant, left_on) in enumerate(self.movers):
            day = left_on + dt.timedelta(days=1)
            if free_from <= day <= min(start + dt.timedelta(days=40), self.plan.today):
                del self.movers[place]
                return tenant, day
        return None

    # --- tenants --------------------------------------------------------------------------------------

    def _newcomer(self, unit: MadeUnit, start: dt.date) -> MadeTenant:
        if unit.kind in ("shop", "office") and self.random.random() < 0.12:
            # A firm that rents already takes a second place.
            firms = [tenant for tenant in self.tenants[-300:] if tenant.employment == "company"]
            if firms:
                return self.random.choice(firms)
        return self._register(unit.kind, start - dt.timedelta(days=self.random.randint(1, 30)))

    def _register(self, kind: str, joined_on: dt.date) -> MadeTenant:
        random = self.random
        employment = str(draw(random, _EMPLOYMENT[kind]))
        person = self.people.company() if employment == "company" else self.people.person()
        referred_by = random.choice(self.tenants[-400:]).code if self.tenants and random.random() < 0.12 else None
        tenant = MadeTenant(
            code=f"{self.short}-L{len(self.tenants) + 1:04d}",
            person=person,
            character=draw_character(random, lateness=self.place.lateness, employment=employment),
            employment=employment,
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

    # --- tenancies ------------------------------------------------------------------------------------

    def _stay(self, tenant: MadeTenant, unit: MadeUnit, start: dt.date) -> Stay:
        random = self.random
        months = months_between(start, self.plan.today) + FORESEEN_MONTHS
        advance = 0 if tenant.character.student else draw(random, self.place.advance)
        ends = {advance} if advance else set()
        while ends and max(ends) < months and random.random() < self.place.pays_ahead_again:
            ends.add(max(ends) + advance)
        leaving = draw_leaving(random, tenant.character, start=start, months=months, advance_ends=ends)
        leaves_on = None
        if leaving is not None:
            early = random.randint(1, 12) if random.random() < 0.3 else 0
            leaves_on = plus_months(start, leaving.month) - dt.timedelta(days=1 + early)
            if leaving.evicted:
                leaves_on = lawful_eviction_day(leaves_on, self.plan.rules)
        return Stay(
            tenant=tenant,
            unit=unit,
            start=start,
            leaving=leaving,
            leaves_on=leaves_on,
            spell=None if leaving is not None else draw_spell(random, months),
            advance=advance,
            advance_ends=frozenset(ends),
        )

    def _contracts(self, stay: Stay, number: int) -> int:
        """The chain of contracts of a stay: the first, and one for each renewal that is signed."""
        random, today = self.random, self.plan.today
        term = 24 if stay.unit.kind in ("shop", "office") and random.random() < 0.35 else 12
        if stay.advance in (18, 24):
            term = stay.advance
        payment_day = stay.start.day if stay.start.day > 1 else random.choice((1, 5, 5, 5, 10))
        rent = self._rent_at(stay.unit, stay.start)
        deposit = rent * random.choice(self.place.deposit_months)
        open_ended = random.random() < 0.05
        start, renewal_of = stay.start, None
        signed_on = min(today, start - dt.timedelta(days=random.randint(0, 14)))
        while True:
            number += 1
            last_day = plus_months(start, term) - dt.timedelta(days=1)
            leaves_on = stay.leaves_on
            leaves_soon = leaves_on is not None and leaves_on <= last_day + dt.timedelta(days=62)
            renewed = not open_ended and not leaves_soon and last_day < today and random.random() < _SIGNED_RENEWALS
            ended_on = last_day if renewed else leaves_on if leaves_on is not None and leaves_on <= today else None
            cut_short = ended_on is not None and (stay.leaving is not None and stay.leaving.evicted and not renewed)
            cut_short = cut_short or (ended_on is not None and ended_on < last_day - dt.timedelta(days=31))
            contract = ContractRow(
                reference=f"{stay.unit.code}/{number}",
                property=stay.unit.code,
                tenant=stay.tenant.code,
                agent=stay.unit.agent,
                start_date=start,
                end_date=None if open_ended else last_day,
                monthly_rent=rent,
                payment_day=payment_day,
                deposit=deposit,
                advance_months=stay.advance if renewal_of is None else 0,
                status="active" if ended_on is None else "terminated" if cut_short else "ended",
                signed_on=signed_on,
                ended_on=ended_on,
                renewal_of=renewal_of,
            )
            self.made.add("contracts", contract)
            owed = self.cashier.add_rent(stay, contract)
            add_renewal_notice(self.made, self.plan, contract, renewed, random)
            if not renewed:
                add_leaving_matters(self.made, self.plan, stay, contract, random)
                if ended_on is not None:
                    add_deposit(self.made, self.plan, contract, ended_on, owed, random)
                return number
            renewal_of, start = contract.reference, last_day + dt.timedelta(days=1)
            signed_on = start - dt.timedelta(days=random.randint(1, 25))
            rise = random.choice((0, 0, 0, 0.03, 0.05, 0.05, 0.08, 0.1))
            rent = round(rent * (1 + rise) / self.place.round_to) * self.place.round_to

    def _rent_at(self, unit: MadeUnit, day: dt.date) -> int:
        """Rents rise about 4 % a year from one tenant to the next."""
        years = (day - self.first_day).days / 365.25
        asked = unit.rent * (1 + 0.04 * years)
        return round(asked / self.place.round_to) * self.place.round_to
