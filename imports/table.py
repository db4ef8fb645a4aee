"""What a table of an import says of itself. Each has a file of its own in `tables/`; the engine knows them by this."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet

from imports.choices import Words
from imports.writing import Writing
from sites_app.models import Site


@dataclass(frozen=True)
class Where:
    """Where a file comes from: how a phone without a prefix, an hour and an amount are meant there."""

    country: str
    timezone: dt.tzinfo
    currency: str


@dataclass(frozen=True)
class Noted:
    """What a cell means, and a sentence on what of it was not taken."""

    value: Any
    sentence: str


Reader = Callable[[Any, Where], Any]
"""What a cell means, as a typed value, None for nothing, or Noted; raises `screens.written.BadValue`."""


@dataclass(frozen=True)
class LineRead:
    """A line whose cells have been read: what they say by column, how each was written, and what is said of it."""

    cells: dict[str, Any]
    written: Callable[[str], str]
    remark: Callable[[str, str], None]
    """Column and sentence: worth knowing."""
    refuse: Callable[[str, str], None]
    """Column and sentence: the line cannot be taken."""


EXAMPLE = "example"
EXAMPLES = frozenset({EXAMPLE, "exemple"})
"""Keys, in small letters, of lines that show how a file is filled in and are never imported."""


@dataclass(frozen=True)
class FileColumn:
    """A column of a file. `headings` are what people call it, folded, its own name first; `french` is one of them.

    `several`: a file may have more than one of them; what they say is a list each, and the lists are joined.
    """

    headings: str
    french: str
    read: Reader
    required: bool = False
    several: bool = False


@dataclass(frozen=True)
class Check:
    """One kind of mistake, or of what is worth knowing.

    The statement finds the rows: source, line, column, value, detail. It may ask for %(site)s, %(today)s,
    %(history_from)s, and, by table, the keys of rows that could not be read: %(unreadable_tenants)s. The sentence is
    what is said of each row; it may name %(site)s and %(detail)s, which are francs if it says so. Value and detail of a
    choice are said in its `words`.
    """

    statement: str
    sentence: Any
    detail_is_francs: bool = False
    words: Words | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """A file of an import, its temporary table and the table of the portfolio that takes its rows.

    Statements name the temporary table, import_<name>: the columns of `row`, and `seq`, `id` and `known_id`
    (staging.py). All are given %(site)s; those that write also %(by)s, %(today)s and %(history_from)s.
    """

    name: str
    """Of the file in English; for everybody else it is `french`. Both are among what it may be `called`, folded."""
    french: str
    called: str
    label: Any
    model: type[Model]
    row: type[Any]
    """A NamedTuple of what a line says. Its first field is its key, or whom it belongs to; two more say its place."""
    columns: Mapping[str, FileColumn]
    """In the order of an export's."""
    besides: Mapping[str, FileColumn] = field(default_factory=dict)
    """Columns that a file may have and a row has not: `complete` puts what they say into the others."""
    complete: Callable[[LineRead], None] | None = None
    """Fills in what one cell says of another."""

    example: Mapping[str, Any] = field(default_factory=dict)
    """A line as it could be, without its key, for the template: of a choice the value, EXAMPLE for another's key."""

    match: tuple[str, ...]
    """Fill `known_id` of the rows that are there already."""

    before_checks: str = ""
    mistakes: tuple[Check, ...] = ()
    remarks: tuple[Check, ...] = ()
    takes_room: bool = False
    """Whether a site has a largest number of them."""

    before_insert: Callable[[Writing], int] | None = None
    """Has there what the rows will point at; returns how many rows it made."""
    close: str = ""
    """Ends what is open there and over in the file."""
    insert: str
    """Writes the rows that are not known yet."""

    export: Callable[[Site], QuerySet] | None = None
    """The rows of a site as its file has them, tuples in the order of `columns`."""

    @property
    def staged(self) -> str:
        """The temporary table's own name."""
        return f"import_{self.name}"

    @property
    def understood(self) -> dict[str, FileColumn]:
        """All columns that a file may have."""
        return {**self.columns, **self.besides}

    @property
    def required(self) -> set[str]:
        """The columns without which a file is not this table's."""
        return {name for name, column in self.columns.items() if column.required}
