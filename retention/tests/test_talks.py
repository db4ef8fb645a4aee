"""A task to talk to a tenant, in words."""

import datetime as dt

import pytest
from django.utils import translation

from retention.talks import TALK
from tasks.causes.cause import About

FACTS = {"score": "15.0", "level": "critical", "probability": 0.1873, "window_on": "2027-01-30"}


ENGLISH = "May leave within 3 months (19%; score 15 of 100): decides by 30 January 2027."
FRENCH = "Peut partir sous 3 mois (19 % ; score 15 sur 100) : se décide avant le 30 janvier 2027."


@pytest.mark.parametrize(
    ("language", "title", "reason"),
    [("en", "Talk to Mamadou Diallo", ENGLISH), ("fr", "Parler à Mamadou Diallo", FRENCH)],
)
def test_a_talk_says_with_whom_and_why(language, title, reason):
    about = About(facts=FACTS, whom="Mamadou Diallo", today=dt.date(2026, 11, 30), currency="GNF")
    with translation.override(language):
        said = [text.replace("\u00a0", " ").replace("\u202f", " ") for text in (TALK.title(about), TALK.reason(about))]
        assert said == [title, reason]
        assert TALK.subject(about)
        without = About(facts=FACTS | {"window_on": None}, whom="x", today=dt.date(2026, 11, 30), currency="GNF")
        assert "100)." in TALK.reason(without)
