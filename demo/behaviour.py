"""How tenants pay, talk, complain and leave. Pure: numbers and dates in, numbers out; each draw takes its Random.

The shape of departures is that of 3 053 real tenancies: about 1 % a month leave in ordinary months, 2 to 5 % in
months 12 and 13, 5 to 10 % in months 24 and 25. Most of those who leave change before they do: see `drift`.
What there is to learn can be left out, one truth at a time: `Drifts`.
"""

import dataclasses
import datetime as dt
import functools
from collections.abc import Set
from dataclasses import dataclass, replace
from random import Random

import holidays

FORESEEN_MONTHS = 12
"""How far past today a tenancy is played: who leaves next spring already behaves like it."""
_STUDENTS_LEAVE_IN = 7  # July, when the academic year ends
_ORDINARY, _FIRST_ANNIVERSARY, _SECOND_ANNIVERSARY, _LATER_ANNIVERSARY = 0.0085, 0.035, 0.085, 0.06
_ON_AVERAGE = 0.015
_ADVANCE_ENDS = 0.13
# People move in the dry season and before school; hardly in the month of Ramadan and at the height of the rains.
_MOVING = (1.0, 1.05, 0.9, 1.0, 1.1, 1.1, 1.1, 0.85, 1.15, 1.1, 0.9, 0.8)


_SLOW_REPAIRS_A_MONTH = 0.012
_LEAVE_AFTER_A_SLOW_REPAIR = 5.0
"""What a slow repair multiplies the chance of leaving by."""
SLOW_REPAIR_MONTHS = 4
"""For so many months after it began."""
_OWNERS_A_MONTH = 0.0016
_FIRST_TO_LEAVE = 3  # month of the stay
_SHAPE = 2.0  # of the gamma distribution that restlessness has


@dataclass(frozen=True)
class Drifts:
    """What is true of the made-up agency. Each can be switched off: the rows are still there, and say nothing of it."""

    leavers_change: bool = True
    """most of those who leave pay later, call less, complain more and are less content before they do"""
    anniversaries: bool = True
    """departures bunch at the anniversaries of the lease"""
    advance_ends: bool = True
    """who has paid ahead leaves when it is used up and not before"""
    seasons: bool = True
    """everybody pays later in the rains, around Tabaski and when school begins, and moves more at some times"""
    slow_repairs: bool = True
    """a repair that takes months makes people leave"""
    complaints_become_disputes: bool = True
    """a complaint that nobody answers ends as a dispute"""
    owners_take_back: bool = True
    """an owner wants the home back, whatever the tenant is like"""
    silent_fortnight: bool = True
    """one site types nothing for two weeks"""


ALL_DRIFTS = Drifts()
NO_DRIFTS = Drifts(**{field.name: False for field in dataclasses.fields(Drifts)})


@dataclass(frozen=True)
class Character:
    """What a tenant is like for as long as they rent. Independent of name, language and quarter."""

    delay: float
    """usual days between the due date and the payment"""
    spread: float
    """how much that varies, in days"""
    skips: float
    """chance of paying nothing in a month"""
    splits: float
    """chance of paying a month in two parts"""
    talks: float
    """contacts with the agency in an ordinary month"""
    content: float
    """satisfaction in ordinary times, 0 to 10"""
    restless: float
    """factor on the chance of leaving"""
    student: bool


def draw_character(random: Random, *, lateness: float, employment: str) -> Character:
    """A tenant: six in ten pay on time, three are slack, one struggles."""
    kind = random.random()
    if kind < 0.60:
        delay, spread, skips, splits = random.uniform(-4, 1), 2.0, 0.004, 0.008
    elif kind < 0.88:
        delay, spread, skips, splits = random.uniform(1, 8), 4.0, 0.025, 0.05
    else:
        delay, spread, skips, splits = random.uniform(6, 18), 7.0, 0.13, 0.16
    if employment in ("trader", "self_employed"):
        delay, spread = delay + 1.5, spread + 1.5
    return Character(
        delay=delay * lateness if delay > 0 else delay,
        spread=spread,
        skips=skips * lateness,
        splits=splits * lateness,
        talks=random.gammavariate(2.2, 0.3),
        content=min(9.8, max(4.5, random.gauss(7.9, 1.1))),
        # Mean 1; nobody can see it, which is why no model will ever be sure.
        restless=random.gammavariate(_SHAPE, 1 / _SHAPE),
        student=employment == "student",
    )


def after_a_stay(character: Character, *, start: dt.date, months: int, drifts: Drifts = ALL_DRIFTS) -> Character:
    """The tenant as one who has stayed for so many months: the restless have left by then.

    A gamma distribution of those who are still there is one with a higher rate: each draw shrinks by the same share.
    """
    risked = sum(
        departure_chance(month, calendar_month=_calendar_month(start, month), drifts=drifts)
        for month in range(_FIRST_TO_LEAVE, months + 1)
    )
    return replace(character, restless=character.restless * _SHAPE / (_SHAPE + risked))


@dataclass(frozen=True)
class Leaving:
    """When and how a tenancy ends. `month` counts whole months lived in: 12 is the first anniversary."""

    month: int
    warning_months: int
    """how long before the end the tenant begins to change; 0 for a departure out of the blue"""
    evicted: bool = False
    by_owner: bool = False
    """the owner takes the home back: nothing announces it"""


def draw_leaving(
    random: Random,
    character: Character,
    *,
    start: dt.date,
    months: int,
    advance_ends: Set[int] = frozenset(),
    after: int = 0,
    slow_repairs: Set[int] = frozenset(),
    home: bool = False,
    drifts: Drifts = ALL_DRIFTS,
) -> Leaving | None:
    """The departure within `months` months of the start and after month `after`, or None.

    `advance_ends`: months in which a block of prepaid months ends; `slow_repairs`: months in which a repair began that
    took for ever; `home`: whether it is one that an owner may want for himself.
    """
    block_end = max(advance_ends, default=0) if drifts.advance_ends else 0
    for month in range(max(_FIRST_TO_LEAVE, after + 1), months + 1):
        calendar_month = _calendar_month(start, month)
        chance = departure_chance(
            month,
            calendar_month=calendar_month,
            student=character.student,
            advance_ends=drifts.advance_ends and month in advance_ends,
            advance_runs=month < block_end and month not in advance_ends,
            drifts=drifts,
        )
        fed_up = any(0 < month - began <= SLOW_REPAIR_MONTHS for began in slow_repairs)
        if fed_up and drifts.slow_repairs:
            # Those who have paid for the month stay for it all the same.
            chance = min(0.5, chance * _LEAVE_AFTER_A_SLOW_REPAIR)
        if random.random() < chance * character.restless:
            evicted = character.skips > 0.08 and random.random() < 0.3
            announced = evicted or random.random() < 0.75
            return Leaving(month, min(random.randint(3, 9), month - 1) if announced else 0, evicted)
        if drifts.owners_take_back and home and month >= block_end and random.random() < _OWNERS_A_MONTH:
            return Leaving(month, 0, by_owner=True)
    return None


def _calendar_month(start: dt.date, month: int) -> int:
    return (start.month + month - 2) % 12 + 1


def draw_slow_repairs(random: Random, *, first: int, months: int) -> frozenset[int]:
    """The months of a stay, from `first` on, in which something breaks that nobody comes to mend for months."""
    return frozenset(month for month in range(first, months + 1) if random.random() < _SLOW_REPAIRS_A_MONTH)


def departure_chance(
    month: int,
    *,
    calendar_month: int,
    student: bool = False,
    advance_ends: bool = False,
    advance_runs: bool = False,
    drifts: Drifts = ALL_DRIFTS,
) -> float:
    """The chance that an average tenant leaves at the end of this month of the tenancy."""
    if not drifts.anniversaries:
        chance = _ON_AVERAGE
    elif month in (12, 13):
        chance = _FIRST_ANNIVERSARY
    elif month in (24, 25):
        chance = _SECOND_ANNIVERSARY
    elif month % 12 in (0, 1):
        chance = _LATER_ANNIVERSARY
    else:
        chance = _ORDINARY
    if drifts.seasons:
        chance *= _MOVING[calendar_month - 1]
    if drifts.seasons and student and calendar_month == _STUDENTS_LEAVE_IN:
        chance = max(chance, 0.28)
    if advance_ends:
        chance = max(chance, _ADVANCE_ENDS)
    elif advance_runs:
        # Who has paid for the month stays for it.
        chance = 0.0
    return min(chance, 0.45)


def drift(month: int, leaving: Leaving | None, spell: tuple[int, int] | None) -> float:
    """How far a tenant is from their usual self in a month, 0 to 1.

    It grows from the warning until the departure. A spell (first month, length) is a bad time that passes:
    somebody who looks like leaving and stays.
    """
    amount = 0.0
    if leaving is not None and leaving.warning_months:
        since = month - (leaving.month - leaving.warning_months)
        if since > 0:
            # Most of it comes early: there are months left in which to do something.
            amount = min(1.0, (since / leaving.warning_months) ** 0.6)
    if spell is not None:
        first, length = spell
        if first <= month < first + length:
            amount = max(amount, 0.75)
    return amount


def draw_spell(random: Random, months: int) -> tuple[int, int] | None:
    """A bad time that one tenant in seven goes through and stays."""
    if months < 6 or random.random() > 0.14:
        return None
    length = random.randint(2, 5)
    return random.randint(3, max(3, months - length)), length


def payment_delay(
    random: Random, character: Character, *, due: dt.date, country: str, drifting: float, seasons: bool = True
) -> int:
    """Days between the due date and the payment; negative when it comes early."""
    season = season_delay(due, country) if seasons else 0
    usual = random.gauss(character.delay + season, character.spread)
    return max(-6, min(75, round(usual + drifting * (5 + 9 * random.random()))))


def season_delay(due: dt.date, country: str) -> float:
    """Days that everybody pays later at some times of the year: the rains, Tabaski, the return to school."""
    days = 0.0
    if 6 <= due.month <= 9:
        days += 2.5 if country == "GN" else 1.5
    if (due.month == 9 and due.day >= 10) or (due.month == 10 and due.day <= 15):
        days += 2.0
    if any(-10 <= (feast - due).days <= 20 for feast in tabaski(country, due.year)):
        days += 3.0
    return days


@functools.cache
def tabaski(country: str, year: int) -> tuple[dt.date, ...]:
    """The days of Tabaski (Eid al-Adha) in a year."""
    calendar = holidays.country_holidays(country, years=year, language="en_US")
    return tuple(sorted(day for day, name in calendar.items() if name.startswith("Eid al-Adha")))


def how_many(random: Random, mean: float) -> int:
    """A small count with this mean (geometric, cut at 6)."""
    again = mean / (1 + mean)
    count = 0
    while count < 6 and random.random() < again:
        count += 1
    return count
