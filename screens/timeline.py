"""One time line about a tenant, a contract or a property, from the sources that apps declare."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

from screens.declarations import Event, TimelineSource

PER_PAGE = 50
_FURTHEST_PAGE = 1000
_declared: list[TimelineSource] = []


def declare(sources: Iterable[TimelineSource]) -> None:
    """Hand down what the installed apps declare, in place of what was declared before."""
    _declared[:] = sources


def timeline_page(subject: str, about: Any, request: HttpRequest, rights: Collection[str]) -> Page[Event]:
    """A page of events, the newest first: `?page=` says which. One statement for each source.

    `subject` is what the sources are declared for; `rights` are the reader's where it is.
    """
    number = page_number(request)
    allowed = [s for s in _declared if s.subject == subject and (s.permission is None or s.permission in rights)]
    found = [source.read(request, about, number * PER_PAGE) for source in allowed]
    # The paginator counts; the events are put on its page below.
    page = cast("Page[Event]", Paginator(range(sum(events.total for events in found)), PER_PAGE).get_page(number))
    newest = sorted((event for events in found for event in events.newest), key=_moment, reverse=True)
    # Of a page behind the last one the paginator makes the last.
    first = (page.number - 1) * PER_PAGE
    page.object_list = newest[first : first + PER_PAGE]
    return page


def page_number(request: HttpRequest) -> int:
    """`?page=` of an address: 1 for what is no number, and never so high that it could cost anything."""
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else 1
    return min(max(number, 1), _FURTHEST_PAGE)


def _moment(event: Event) -> tuple[dt.date, dt.time, str]:
    return event.day, event.clock or dt.time.min, event.id
