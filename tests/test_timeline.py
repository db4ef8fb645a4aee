"""One time line from several sources: merged, page by page, and only of what the reader may see."""

import datetime as dt

import pytest
from django.test import RequestFactory

from screens import timeline
from screens.declarations import Event, Events, TimelineSource

FIRST = dt.date(2026, 1, 1)


def source(name, *, days, subject="tenant", permission=None, asked=None):
    """One event on each of these days, counted from the first of January."""
    events = [Event(FIRST + dt.timedelta(days=day), f"{name}{day:03}", "check", name) for day in sorted(days)[::-1]]

    def read(request, about, limit):
        if asked is not None:
            asked.append((about, limit))
        return Events(events[:limit], len(events))

    return TimelineSource(subject, name, read, permission)


@pytest.fixture
def page_of(monkeypatch):
    monkeypatch.setattr(timeline, "_declared", [])

    def page_of(*sources, page="", rights=()):
        timeline.declare(sources)
        return timeline.timeline_page("tenant", "Awa", RequestFactory().get("/", {"page": page}), rights)

    return page_of


def test_two_sources_are_one_line_over_all_its_pages(page_of):
    even, odd = source("even", days=range(0, 120, 2)), source("odd", days=range(1, 60, 2))
    pages = [page_of(even, odd, page=str(number)) for number in (1, 2)]
    assert [len(page) for page in pages] == [50, 40]
    assert [page.paginator.count for page in pages] == [90, 90]
    days = [event.day for page in pages for event in page]
    assert days == sorted(days, reverse=True)
    assert len({event.id for page in pages for event in page}) == 90


def test_a_source_is_asked_for_no_more_than_the_page_can_show(page_of):
    asked = []
    page_of(source("many", days=range(300), asked=asked), page="2")
    assert asked == [("Awa", 100)]


def test_of_one_day_the_later_moment_comes_first_and_what_has_no_clock_last(page_of):
    morning = Event(FIRST, "a", "check", "morning", clock=dt.time(8))
    evening = Event(FIRST, "b", "check", "evening", clock=dt.time(18))
    some_time = Event(FIRST, "c", "check", "some time")
    one = TimelineSource("tenant", "one", lambda *_: Events([morning, some_time], 2))
    other = TimelineSource("tenant", "other", lambda *_: Events([evening], 1))
    assert [event.text for event in page_of(one, other)] == ["evening", "morning", "some time"]


def test_sources_of_another_subject_or_without_the_right_are_not_asked(page_of):
    asked = []
    others = (
        source("contract", days=[1], subject="contract", asked=asked),
        source("secret", days=[1], permission="attic.see", asked=asked),
    )
    assert list(page_of(*others)) == []
    assert asked == []
    assert len(page_of(*others, rights={"attic.see"})) == 1


@pytest.mark.parametrize(
    ("asked", "shown"), [("", 1), ("0", 1), ("x", 1), ("²", 1), ("2", 2), ("9" * 30, 1), ("77", 2)]
)
def test_whatever_page_is_asked_for_there_is_one(page_of, asked, shown):
    assert page_of(source("some", days=range(60)), page=asked).number == shown
