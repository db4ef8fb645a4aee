"""Sentences that name facts, in French and in English."""

import datetime as dt
from decimal import Decimal
from itertools import chain

import pytest
from django.utils import translation

from tasks.causes import judged
from tasks.priority import TrackRecord
from tasks.queries import Grounds, LateRent, Recommendation, Risk
from tasks.tests.causes import BY_HAND
from tasks.tests.causes.rent_late import RENT, rent_late
from tasks.tests.causes.request_overdue import REQUEST
from tasks.tests.factories import NOW, manifesto_of, priority_of, ranked_task
from tasks.words import (
    amount_of,
    duration,
    level_of,
    reasons_of,
    recommendation_sentences,
    risk_sentences,
    title_of,
)

D = dt.date
TODAY = NOW.date()


def plain(text):
    """With one kind of space."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture(params=["en", "fr"])
def language(request):
    with translation.override(request.param):
        yield request.param


CASES = [
    *chain.from_iterable(by_hand.WORDS for by_hand in BY_HAND.values()),
    (
        {"title": "Buy paper"},
        "Buy paper",
        "It is due today.",
        "Buy paper",
        "C’est à faire aujourd’hui.",
    ),
    (
        {"title": "Buy paper", "due_at": NOW - dt.timedelta(days=3)},
        "Buy paper",
        "It was due 3 days ago (17 March).",
        "Buy paper",
        "C’était à faire il y a 3 jours (17 mars).",
    ),
    (
        {"title": "Buy paper", "due_at": NOW + dt.timedelta(days=9)},
        "Buy paper",
        "It is due in 9 days (29 March).",
        "Buy paper",
        "C’est à faire dans 9 jours (29 mars).",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("values", "title", "reason", "titre", "raison"), CASES)
def test_titles_and_reasons_name_their_facts(language, values, title, reason, titre, raison):
    task = ranked_task(**values)
    expected = (title, reason) if language == "en" else (titre, raison)
    assert (plain(title_of(task)), plain(reasons_of(task)[0])) == expected


def test_every_cause_has_a_title_and_a_reason(language):
    told = {values.get("cause", "manual") for values, *_words in CASES}
    assert told == {*judged.NAMES, "manual"}


def grounds(**values):
    return Grounds(day=TODAY, due_on=values.pop("due_on", TODAY), **values)


FULL = grounds(
    waiting=2, percentile=Decimal("0.92"), late_rents=2, record=TrackRecord(done=9, succeeded=8, left=1, rated=0)
)


def test_what_moved_the_score_most_comes_first():
    task = ranked_task(
        **rent_late(), grounds=FULL, priority=priority_of(urgency=100, impact=80, affinity=85, dependency=40)
    )
    with translation.override("en"):
        assert reasons_of(task, limit=9) == [
            "The rent of March is 15 days late: 1,500,000\u00a0GNF.",
            "The rent is among the highest 10% of the site.",  # 0.35 × 25 × 0.92 = 8.05
            "8 of 10 tasks of this kind were completed successfully in 90 days.",  # 0.20 × 25 = 5
            "2 tasks wait for this one.",  # 0.10 × 40 = 4
            "In three months, 2 rents were paid late or not at all.",
        ]
        assert reasons_of(task) == reasons_of(task, limit=9)[:3]
        assert len(reasons_of(task, limit=1)) == 1
    task = ranked_task(**rent_late(), grounds=FULL, priority=priority_of(dependency=100))
    with translation.override("fr"):
        assert [plain(reason) for reason in reasons_of(task, limit=9)] == [
            "Le loyer de mars a 15 jours de retard : 1 500 000 GNF.",
            "2 tâches attendent celle-ci.",  # 10 now
            "Le loyer est parmi les 10 % les plus élevés du site.",
            "2 loyers en retard ou impayés sur les trois derniers mois.",  # an affinity of 60 says nothing
        ]


def test_a_missed_rent_is_told_once():
    missed = grounds(has_missed=True)
    with translation.override("en"):
        assert "This tenant has had rent unpaid for more than a month." in reasons_of(ranked_task(grounds=missed))
        old = ranked_task(**rent_late(since="2026-02-18"), grounds=missed)
        assert reasons_of(old) == ["The rent of March is 30 days late: 1,500,000\u00a0GNF."]
        young = ranked_task(**rent_late(since="2026-02-19"), grounds=missed)
        assert len(reasons_of(young)) == 2


def test_a_cause_that_says_nothing_of_the_day_is_followed_by_it():
    with translation.override("en"):
        assert reasons_of(ranked_task(**REQUEST))[1] == "It is due today."
        later = ranked_task(**REQUEST, due_at=NOW + dt.timedelta(days=3))
        assert len(reasons_of(later)) == 1


def test_what_is_late_is_told_as_it_is_now():
    two = rent_late(periods=["2026-02-01", "2026-03-01"], since="2026-02-05", amount=3_000_000)
    task = ranked_task(**two, grounds=grounds(debt=LateRent(1_100_000, (D(2026, 3, 1),), D(2026, 3, 5))))
    with translation.override("en"):
        assert title_of(task) == "Ask Fatoumata Diallo (P-1) for the rent of March"
        assert reasons_of(task) == ["The rent of March is 15 days late: 1,100,000\u00a0GNF."]
        assert amount_of(task) == "1,100,000\u00a0GNF"
        assert amount_of(ranked_task()) == ""


def test_a_rent_that_has_come_in_is_told_until_its_task_is_closed(language):
    task = ranked_task(**RENT, grounds=grounds(debt=LateRent()))
    said = {
        "en": "The rent has come in: this task closes by itself within the hour.",
        "fr": "Le loyer est arrivé : cette tâche se ferme d’elle-même dans l’heure.",
    }
    assert [plain(text) for text in reasons_of(task)] == [said[language]]
    assert ("March" if language == "en" else "mars") in title_of(task)


@pytest.mark.parametrize(
    ("urgency", "english", "french", "tone"),
    [(85, "Urgent", "Urgent", "bad"), (84, "Important", "Important", "warn"), (12, "No hurry", "Tranquille", "good")],
)
def test_a_level_is_a_word_and_a_tone(language, urgency, english, french, tone):
    # 0.35 U + 28 + 12 + 5, as it is shown: 74.75 is 75, 74.4 is 74, 49.2 is 49.
    task = ranked_task(priority=priority_of(urgency=urgency, impact=80, affinity=60, dependency=50))
    assert level_of(task) == (english if language == "en" else french, tone)


def test_advice_and_risks_name_who_what_and_how_long(language):
    task = ranked_task(title="Visit the roof")
    found = manifesto_of(
        task,
        recommendations=(
            Recommendation("start", task),
            Recommendation("then", task),
            Recommendation("delegate", task, 2, "Binta", Decimal(80), 195),
        ),
        risks=(
            Risk("overload", minutes=570),
            Risk("blocking", count=1),
            Risk("seldom", count=2, of=5, kind="inspection"),
        ),
    )
    expected = {
        "en": [
            "Start with: Visit the roof.",
            "Then: Visit the roof.",
            "Binta could take “Visit the roof”: they have 3 h 15 free today.",
            "The open tasks take 9 h 30: more than the 8 h of a working day.",
            "1 of these tasks holds up others.",
            "Visit: 2 of 5 completed successfully in 90 days, overdue ones included.",
        ],
        "fr": [
            "Commencez par : Visit the roof.",
            "Puis : Visit the roof.",
            "Binta peut prendre « Visit the roof » : 3 h 15 libres aujourd’hui.",
            "Les tâches ouvertes prennent 9 h 30 : plus que les 8 h d’une journée.",
            "1 de ces tâches en bloque d’autres.",
            "Visite : 2 sur 5 menées à bien en 90 jours, celles en retard comptées.",
        ],
    }[language]
    assert [plain(text) for text in recommendation_sentences(found) + risk_sentences(found)] == expected


def test_durations_are_hours_and_minutes():
    with translation.override("en"):
        assert [duration(minutes) for minutes in (0, 45, 60, 315)] == ["0 min", "45 min", "1 h", "5 h 15"]
