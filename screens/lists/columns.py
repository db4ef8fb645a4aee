"""What a list consists of: its columns, each declared once for the page, the phone and the files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.utils.html import format_html_join

from screens import formats
from screens.texts import Text

# Where a value is found: attributes of the row ("tenant.name"), or a function of the row.
Where = str | Callable[[Any], Any]


class Kind(Enum):
    """What the values of a column are: how a page and a spreadsheet write them."""

    TEXT = "text"
    NUMBER = "number"
    FRANCS = "francs"  # whole, in the currency of the row
    PERCENT = "percent"  # a ratio: 0.914 is 91 %
    DATE = "date"
    MOMENT = "moment"
    PHONE = "phone"

    @property
    def is_number(self) -> bool:
        return self in (Kind.NUMBER, Kind.FRANCS, Kind.PERCENT)


class Phone(Enum):
    """How the card that a phone makes of a row shows a column."""

    FACT = "fact"  # the value beside its heading, on a line of its own
    LINE = "line"  # the value alone, on one line with its neighbours; of the first column: the card's title
    HIDDEN = "hidden"


def tag_attributes(*pairs: tuple[str, Text]) -> str:
    """The attributes of a tag that say something, to be written behind its name."""
    return format_html_join("", ' {}="{}"', [pair for pair in pairs if pair[1]])


@dataclass(frozen=True)
class Column:
    """A heading and the values below it.

    `name` stands in the address where the list is sorted by it. `sort` is True where the list can be sorted by
    `value`, or says by what else: a path for a queryset and for what has its own SQL, a function for a sequence.
    Francs are summed over everything found: by `value`, by the path in `total`, or not at all (False).
    `template` writes the cell on the page; it is given `row`, `value`, `column` and all that the page knows.
    """

    name: str
    heading: Text
    value: Where
    kind: Kind = Kind.TEXT
    sort: bool | Where = False
    total: bool | str = True
    link: Callable[[Any], str | None] | None = None
    template: str = ""
    phone: Phone = Phone.FACT
    on_page: bool = True
    in_file: bool = True

    @property
    def sorted_by(self) -> Where:
        return self.value if isinstance(self.sort, bool) else self.sort

    @property
    def summed(self) -> Where:
        return self.value if isinstance(self.total, bool) else self.total

    @property
    def attributes(self) -> str:
        """How a cell looks: a number stands at the end; a phone writes it beside its heading, in a line, or not."""
        of_phone = {Phone.FACT: "", Phone.LINE: "inline", Phone.HIDDEN: "wide"}[self.phone]
        classes = " ".join(filter(None, ["num" if self.kind.is_number else "", of_phone]))
        label: Text = self.heading if self.phone is Phone.FACT else ""
        return tag_attributes(("class", classes), ("data-label", label))

    @property
    def has_total(self) -> bool:
        return self.kind is Kind.FRANCS and bool(self.total)


@dataclass(frozen=True)
class Empty:
    """What a list without a single row says, and what to do about it."""

    title: Text
    text: Text = ""
    url: Text = ""  # or a lazy reverse
    action: Text = ""
    icon: str = "empty"


@dataclass(frozen=True)
class Listing:
    """A list: its columns, and what holds for all of them.

    `name` is the file's. `currency` is that of a row; a list with francs must say it. `order` is the column by which
    the list is sorted when nobody has asked ("-due" is falling); without it the order is the source's.
    Raises ValueError for a declaration that cannot be.
    """

    name: str
    columns: tuple[Column, ...]
    empty: Empty
    currency: Where = ""
    order: str = ""
    page_rows: int = 50
    files: tuple[str, ...] = ("csv", "xlsx")

    def __post_init__(self) -> None:
        if len({column.name for column in self.columns}) < len(self.columns):
            raise ValueError("two columns have one name")
        if not self.currency and any(column.kind is Kind.FRANCS for column in self.columns):
            raise ValueError("francs of which currency?")
        if self.order and not self.sortable(self.order):
            raise ValueError(f"no column to sort by: {self.order}")

    def sortable(self, order: str) -> Column | None:
        """The column that an order ("due", "-due") names, if the list can be sorted by it."""
        wanted = order.removeprefix("-")
        return next((column for column in self.columns if column.name == wanted and column.sort), None)

    @property
    def totals(self) -> list[Column]:
        return [column for column in self.columns if column.has_total]


def fact(row: Any, where: Where) -> Any:
    """The value of a row; None where something on the way to it is None."""
    if callable(where):
        return where(row)
    for name in where.split("."):
        if row is None:
            return None
        row = getattr(row, name)
    return row


_WRITTEN: Mapping[Kind, Callable[[Any], str]] = {
    Kind.TEXT: str,
    Kind.NUMBER: formats.number,
    Kind.PERCENT: formats.percent,
    Kind.DATE: formats.date_short,
    Kind.MOMENT: formats.moment,
    Kind.PHONE: formats.phone,
}


def written(value: Any, kind: Kind, currency: str = "") -> str:
    """A value as a page writes it; nothing is a dash."""
    if value is None or value == "":
        return formats.NOTHING
    return formats.francs(value, currency) if kind is Kind.FRANCS else _WRITTEN[kind](value)
