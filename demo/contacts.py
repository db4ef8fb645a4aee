"""Calls and visits, things to repair, complaints and surveys of one tenancy."""

import datetime as dt
from random import Random

from demo.behaviour import how_many
from demo.months import plus_months
from demo.places import draw
from demo.portfolio import MadePortfolio, SitePlan, Stay
from imports.tables.interactions import InteractionRow
from imports.tables.requests import RequestRow
from imports.tables.surveys import SurveyRow

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
_NOTES = {
    "in": ("Demande un reçu", "Annonce un paiement", "Demande le solde", "Signale un changement de numéro", ""),
    "out": ("Rappel de l’échéance", "Confirme la réception du loyer", "Prend des nouvelles", "Visite de contrôle", ""),
}
_PRAISE = ("Très bon suivi", "Agent disponible", "")
_BLAME = ("Réparations trop lentes", "Personne ne rappelle", "Loyer trop élevé pour le service", "")


def add_contacts(made: MadePortfolio, plan: SitePlan, stay: Stay, random: Random) -> None:
    """Everything that a tenant and the agency say to each other. A tenant who is about to leave says less of it."""
    character = stay.tenant.character
    yesterday = plan.today - _DAY
    month = 0
    while True:
        month += 1
        first = plus_months(stay.start, month - 1)
        last = min(plus_months(stay.start, month) - _DAY, yesterday)
        if stay.leaves_on is not None:
            last = min(last, stay.leaves_on)
        if last < first:
            return
        days = (last - first).days + 1
        drifting = stay.drift_in(month)
        share_of_month = days / 30
        for _ in range(how_many(random, character.talks * (1 - 0.75 * drifting) * share_of_month)):
            day = first + random.randrange(days) * _DAY
            made.add("interactions", _interaction(plan, stay, day, random))
        rains = first.month in (6, 7, 8, 9)
        wants = (0.055 + 0.02 * rains) * (1 - 0.4 * drifting) + 0.14 * drifting
        for _ in range(how_many(random, wants * share_of_month)):
            day = first + random.randrange(days) * _DAY
            complaint = random.random() < 0.1 + 0.65 * drifting
            made.add("requests", _request(plan, stay, day, complaint, random))
        mood = character.content - 3.2 * drifting
        if month % 6 == 3 and random.random() < 0.5:
            rating = _rating(random.gauss(mood + 0.7, 1.3))
            made.add("surveys", _survey(stay, "nps", rating, first + random.randrange(days) * _DAY, random))
        if month % 4 == 2 and random.random() < 0.45:
            rating = _rating(random.gauss(mood, 0.9))
            made.add("surveys", _survey(stay, "satisfaction", rating, first + random.randrange(days) * _DAY, random))


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


def _request(plan: SitePlan, stay: Stay, day: dt.date, complaint: bool, random: Random) -> RequestRow:
    response = plan.rules.maintenance_response_days
    closed_on = day + max(0, round(random.gammavariate(2.0, response / 2.2))) * _DAY
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


def _survey(stay: Stay, kind: str, rating: int, day: dt.date, random: Random) -> SurveyRow:
    said = _PRAISE if rating >= 9 else _BLAME if rating <= 5 else ("",)
    return SurveyRow(stay.tenant.code, kind, rating, day, random.choice(said))


def _rating(value: float) -> int:
    return max(0, min(10, round(value)))
