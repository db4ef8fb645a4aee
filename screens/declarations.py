"""What an app says of itself in its `declares.py`: plain data, gathered once at start by akig/declared.py.

The types stand in the lowest layer, so that every app can use them. What each app declares is in its DECLARATION.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from screens.texts import Text

ANYONE, PERSON, MEMBER = "anyone", "person", "member"
"""Who opens an address without a right: without signing in, signed in, with any role on the site of the request."""
FORM = ("GET", "POST")
Request = Any
"""What a view gets. Its type, with the site and the rights on it, is known one layer up: sites_app.request."""


@dataclass(frozen=True)
class Entry:
    """A page of the menu: who may see it, and the picture beside its word."""

    place: int  # entries stand in the order of these, whichever app declares them
    url_name: str
    label: Text
    icon: str
    permission: str | None = None
    hint: Text = ""  # what one does there, for the overview's cards
    unless: str | None = None  # who has this right finds another entry in its place


@dataclass(frozen=True)
class Daily:
    """A job for each site on each day, from this hour of the site's day on.

    A worker that was away at that hour does the job later on the same day; a day that is over is not made up for,
    so a job looks at everything up to its date, never at that date alone.
    """

    job: str
    hour: dt.time
    why: str
    for_each_site: bool = True  # else once for the whole agency, in its own timezone


@dataclass(frozen=True)
class Hourly:
    """A job for each site in each hour in which a worker is there. It finds nothing to do most of the time."""

    job: str
    why: str


@dataclass(frozen=True)
class Include:
    """Addresses of an app, and what they begin with: "tasks/", or "" where the app writes its own out in full."""

    prefix: str
    module: str
    needs_site: bool = True  # else all of them work without a site too, such as signing in


@dataclass(frozen=True)
class Address:
    """A row of the permission table: who opens an address (ANYONE, PERSON, MEMBER, or a right), by which methods.

    `row` names the model whose id the address carries; `arguments` are its other parts, as the tests fill them in.
    """

    who: str
    methods: tuple[str, ...] = ("GET",)
    row: str | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Panel:
    """A part of a page of a lower app, or of the overview ("home").

    `read` gets the request and what the page is about (the overview: the day), and returns what the template shows as
    `panel`; None when there is nothing to show. It asks a fixed number of statements.
    """

    page: str  # the page's URL name
    place: int
    template: str
    read: Callable[[Request, Any], Any]
    permission: str | None = None


@dataclass(frozen=True)
class Event:
    """One line of a time line: the day it happened on where the site is, the clock if it is known, and words.

    `id` orders what happened at the same moment.
    """

    day: dt.date
    id: str
    icon: str
    text: str
    note: str = ""
    clock: dt.time | None = None
    url: str = ""


@dataclass(frozen=True)
class Events:
    """The newest events of a source, and how many it has in all."""

    newest: Sequence[Event]
    total: int


@dataclass(frozen=True)
class TimelineSource:
    """Events of a tenant, a contract or a property.

    `read` gets the request, the subject and a limit, and returns its newest events in one statement; what it says is
    in the reader's language.
    """

    subject: str  # "tenant", "contract", "property"
    name: str
    read: Callable[[Request, Any, int], Events]
    permission: str | None = None


@dataclass(frozen=True)
class Consequence:
    """What an app does when a page of a lower app has changed something: `follow` gets the request and the subject, and
    returns sentences for whoever made the change.
    """

    change: str  # "money": rent was received on a contract, or a payment of it reversed
    follow: Callable[[Request, Any], Sequence[str]]


@dataclass(frozen=True)
class Declaration:
    """Everything that an app adds to what it does not own."""

    rights: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By role; a manager has an agent's rights too, and an administrator a manager's."""
    menu: tuple[Entry, ...] = ()
    jobs: tuple[Daily | Hourly, ...] = ()
    includes: tuple[Include, ...] = ()
    addresses: Mapping[str, Address] = field(default_factory=dict)
    panels: tuple[Panel, ...] = ()
    timeline: tuple[TimelineSource, ...] = ()
    consequences: tuple[Consequence, ...] = ()
    administration: Mapping[str, int] = field(default_factory=dict)
    """Where the tables of an app label stand in the administration; what no app mentions comes last, by name."""
