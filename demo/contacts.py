"""Calls and visits, things to repair, complaints and surveys of one tenancy."""

import datetime as dt
from collections.abc import Sequence
from random import Random

from demo.behaviour import how_many
from demo.matters import add_litigation
from demo.places import draw
from demo.portfolio import MadePortfolio, SitePlan, Stay
from imports.tables.contracts import ContractRow
from imports.tables.interactions import InteractionRow
from imports.tables.requests import RequestRow
from imports.tables.surveys import SurveyRow
from leasing.months import month_begun

_DAY = dt.timedelta(days=1)
_CHANNELS = {"call": 44, "whatsapp": 27, "visit": 11, "office": 11, "sms": 7}
_CATEGORIES = {
    "plumbing": 26,
    "electricity": 20,
    "water": 16,
    "security": 8,
    "cleaning": 6,
    "neighbours": 8,
    "administration": 8,
    "other": 8,
}
_IN_THE_RAINS = _CATEGORIES | {"plumbing": 44, "water": 24}
_COMPLAINTS = {"water": 20, "electricity": 18, "plumbing": 18, "neighbours": 16, "security": 14, "administration": 14}
_PRIORITIES = {"low": 18, "normal": 55, "high": 20, "urgent": 7}
_IGNORED, _BECOME_DISPUTES = 0.2, 0.5
"""Complaints that nobody answers for months, and how many of those end as a dispute."""
_NOTES = {
    "in": ("Demande un reçu", "Annonce un paiement", "Demande le solde", "Signale un changement de numéro", ""),
    "out": ("Rappel de l’échéance", "Confirme la réception du loyer", "Prend des nouvelles", "Visite de contrôle", ""),
}
_PRAISE = ("Très bon suivi", "Agent disponible", "")
_BLAME = ("Réparations trop lentes", "Personne ne rappelle", "Loyer trop élevé pour le service", "")


def add_contacts(
    made: MadePortfolio, plan: SitePlan, stay: Stay, contracts: Sequence[ContractRow], random: Random
) -> None:
    """Everything that a tenant and the agency say to each other. A tenant who is about to leave says less of it."""
    character = stay.tenant.character
    yesterday = plan.today - _DAY
    month = stay.begun_before
    while True:
        month += 1
        first = month_begun(stay.start, month - 1)
        last = min(month_begun(stay.start, month) - _DAY, yesterday)
        if stay.leaves_on is not None:
            last = min(last, stay.leaves_on)
        if last < first:
            return
        days = (last - first).days + 1
        drifting = stay.drift_in(month)
        share_of_month = days / 30
        for _ in range(how_many(random, character.talks * (1 - 0.75 * drifting) * share_of_month)):
            contact = _interaction(plan, stay, first + random.randrange(days) * _DAY, random)
            # Nobody remembers afterwards who called.
            if plan.typed_on(contact.happened_at.date()) == contact.happened_at.date():
                made.add("interactions", contact)
        rains = first.month in (6, 7, 8, 9)
        wants = (0.055 + 0.02 * rains) * (1 - 0.4 * drifting) + 0.14 * drifting
        for _ in range(how_many(random, wants * share_of_month)):
            # Who finds nobody at the desk comes again.
            day = plan.typed_on(first + random.randrange(days) * _DAY)
            complaint = random.random() < 0.1 + 0.65 * drifting
            ignored = complaint and random.random() < _IGNORED
            slowly = random.randint(60, 150) if ignored else None
            made.add("requests", _request(plan, stay, min(day, last), complaint, random, slowly))
            if ignored and plan.drifts.complaints_become_disputes and random.random() < _BECOME_DISPUTES:
                _go_to_court(made, plan, contracts, min(day, last), random)
        if month in stay.slow_repairs:
            day = plan.typed_on(first + random.randrange(days) * _DAY)
            slowly = max(45, plan.rules.maintenance_response_days * 3) + random.randrange(60)
            made.add("requests", _request(plan, stay, min(day, last), False, random, slowly))
        mood = character.content - 3.2 * drifting
        if not plan.surveys:
            continue
        if month % 6 == 3 and random.random() < 0.5:
            rating = _rating(random.gauss(mood + 0.7, 1.3))
            _add_survey(made, plan, stay, "nps", rating, first + random.randrange(days) * _DAY, random)
        if month % 4 == 2 and random.random() < 0.45:
            rating = _rating(random.gauss(mood, 0.9))
            _add_survey(made, plan, stay, "satisfaction", rating, first + random.randrange(days) * _DAY, random)


def _interaction(plan: SitePlan, stay: Stay, day: dt.date, random: Random) -> InteractionRow:
    if day.weekday() == 6:
        day -= _DAY
    at = dt.datetime.combine(day, dt.time(random.randint(8, 17), random.randrange(60)), plan.timezone)
    direction = "in" if random.random() < 0.46 else "out"
    return InteractionRow(
        tenant=stay.tenant.code,
        channel=str(draw(random, _CHANNELS)),
        happened_at=at,
        agent=stay.unit.agent,
        direction=direction,
        note=random.choice(_NOTES[direction]),
    )


def _request(
    plan: SitePlan, stay: Stay, day: dt.date, complaint: bool, random: Random, slowly: int | None = None
) -> RequestRow:
    """`slowly`: the days that it takes where nobody cares; else it is done within twice the site's term."""
    response = plan.rules.maintenance_response_days
    usual = min(2 * response, max(0, round(random.gammavariate(2.0, response / 2.2))))
    closed_on = day + (usual if slowly is None else slowly) * _DAY
    if stay.leaves_on is not None:
        closed_on = min(closed_on, max(day, stay.leaves_on))
    wishes = _IN_THE_RAINS if day.month in (6, 7, 8, 9) else _CATEGORIES
    return RequestRow(
        tenant=stay.tenant.code,
        property=stay.unit.code,
        category=str(draw(random, _COMPLAINTS if complaint else wishes)),
        opened_on=day,
        priority=str(draw(random, _PRIORITIES)),
        closed_on=closed_on if closed_on <= plan.today else None,
        is_complaint=complaint,
    )


def _go_to_court(
    made: MadePortfolio, plan: SitePlan, contracts: Sequence[ContractRow], complained_on: dt.date, random: Random
) -> None:
    opened_on = complained_on + random.randint(20, 45) * _DAY
    for contract in contracts:
        if contract.start_date <= complained_on and (contract.ended_on is None or complained_on <= contract.ended_on):
            add_litigation(made, plan, contract, random.choice(("maintenance", "other")), opened_on, random)


def _add_survey(
    made: MadePortfolio, plan: SitePlan, stay: Stay, kind: str, rating: int, day: dt.date, random: Random
) -> None:
    said = _PRAISE if rating >= 9 else _BLAME if rating <= 5 else ("",)
    row = SurveyRow(stay.tenant.code, kind, rating, day, random.choice(said))
    if plan.typed_on(day) == day:
        made.add("surveys", row)


def _rating(value: float) -> int:
    return max(0, min(10, round(value)))
