"""A list as components/list.html shows it: values in, words and addresses out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.html import conditional_escape, format_html
from django.utils.translation import gettext as _

from screens import formats
from screens.lists.address import FILE, ListState
from screens.lists.columns import Column, Empty, Kind, Listing, fact, tag_attributes, written
from screens.lists.files import MAX_FILE_ROWS, file_of
from screens.lists.sources import FoundRows

# A press on a link of the list shows the list again, not the top of its page.
_PLACE = "#list"


@dataclass(frozen=True)
class Head:
    """The head of a column; `url` sorts by it, where one can."""

    column: Column
    url: str = ""
    direction: str = ""  # "ascending", "descending": how the list is sorted by it now

    @property
    def attributes(self) -> str:
        number = "num" if self.column.kind.is_number else ""
        return tag_attributes(("class", number), ("aria-sort", self.direction))

    @property
    def html(self) -> str:
        return _link(self.url, str(self.column.heading))


@dataclass(frozen=True, slots=True)
class Cell:
    column: Column
    value: Any
    text: str
    url: str
    attributes: str

    @property
    def html(self) -> str:
        return _link(self.url, self.text)


@dataclass(frozen=True, slots=True)
class Line:
    row: Any
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Chip:
    """A filter in force; `url` takes it off."""

    text: str
    url: str


@dataclass(frozen=True)
class Total:
    """The francs of a column over everything found, an amount for each currency."""

    heading: str
    amounts: Sequence[str]


@dataclass(frozen=True)
class SortChoice:
    """One way to sort, as a selector offers it."""

    value: str
    name: str
    is_chosen: bool


@dataclass(frozen=True)
class ListPage:
    """All that the template needs of a list."""

    form: forms.Form | None
    kept: Sequence[tuple[str, str]]
    chips: Sequence[Chip]
    heads: Sequence[Head]
    lines: Sequence[Line]
    orders: Sequence[SortChoice]
    count: int
    page: Page[Any]
    before: str
    after: str
    totals: Sequence[Total]
    files: Sequence[tuple[str, str]]
    empty: Empty
    everything: str  # the address of the list without filters

    @property
    def is_part(self) -> bool:
        return self.page.has_other_pages()

    @property
    def has_filters(self) -> bool:
        """Whether there is more to choose than the words of the search box."""
        return self.form is not None and any(field.name != "q" for field in self.form.visible_fields())


def answer(
    request: HttpRequest, template: str, asked: ListState, found: FoundRows, context: Mapping[str, Any] | None = None
) -> HttpResponse:
    """The page, with the list as `list`; or the file that was asked for. Of a wrong address the page says what is."""
    if not asked.file:
        shown = {"list": page_of(asked, found), **(context or {})}
        return render(request, template, shown, status=400 if asked.is_wrong else 200)
    if not asked.is_wrong and found.count <= MAX_FILE_ROWS:
        return file_of(asked, found)
    if not asked.is_wrong:
        sentence = _("%(rows)s rows are too many for one file (at most %(limit)s): filter the list first.")
        counts = {"rows": formats.number(found.count), "limit": formats.number(MAX_FILE_ROWS)}
        messages.error(request, sentence % counts)
    # The page says what is wrong: a file of other rows would pass for the right one.
    back = request.GET.copy()
    del back[FILE]
    return HttpResponseRedirect(f"{request.path}?{back.urlencode()}")


def page_of(asked: ListState, found: FoundRows, files_at: str = "") -> ListPage:
    """A list for its template. `files_at` is the address of the files, where it is not the page's own."""
    listing = asked.listing
    now = asked.with_file("").with_page(found.page)
    page = Paginator(range(found.count), listing.page_rows).page(found.page)
    columns = [column for column in listing.columns if column.on_page]
    return ListPage(
        form=asked.form,
        kept=asked.kept,
        chips=[Chip(_chip(one.label, one.value), _to(now.without(one))) for one in asked.filters],
        heads=[_head(now, column) for column in columns],
        lines=list(_lines(listing, columns, found)),
        orders=list(_orders(now)),
        count=found.count,
        page=page,
        before=_to(now.with_page(found.page - 1)) if page.has_previous() else "",
        after=_to(now.with_page(found.page + 1)) if page.has_next() else "",
        totals=[_total(column, found) for column in listing.totals if found.sums.get(column.name)],
        files=[(kind.upper(), f"{files_at}?{now.with_file(kind).query}") for kind in listing.files],
        empty=_empty(now),
        everything=_to(now.without(*asked.filters)),
    )


def _link(url: str, text: str) -> str:
    return format_html('<a href="{}">{}</a>', url, text) if url else conditional_escape(text)


def _to(asked: ListState) -> str:
    return f"?{asked.query}{_PLACE}"


def _chip(label: str, value: str) -> str:
    return _("%(label)s: %(value)s") % {"label": label, "value": value} if value else label


def _head(now: ListState, column: Column) -> Head:
    if not column.sort:
        return Head(column)
    rising, falling = column.name, f"-{column.name}"
    if now.sorted_by is not column:
        # Of amounts one looks for the largest.
        return Head(column, _to(now.with_order(falling if column.kind.is_number else rising)))
    if now.is_falling:
        return Head(column, _to(now.with_order(rising)), "descending")
    return Head(column, _to(now.with_order(falling)), "ascending")


def _orders(now: ListState) -> Iterator[SortChoice]:
    sortable = [column for column in now.listing.columns if column.sort]
    if sortable and not now.listing.order:
        yield SortChoice("", _("Usual order"), not now.order)
    for column in sortable:
        for value, arrow in ((column.name, "↑"), (f"-{column.name}", "↓")):
            yield SortChoice(value, f"{column.heading} {arrow}", now.order == value)


def _lines(listing: Listing, columns: Sequence[Column], found: FoundRows) -> Iterator[Line]:
    has_francs = any(column.kind is Kind.FRANCS for column in columns)
    attributes = [(column, column.attributes) for column in columns]  # once, not for every row
    for row in found.rows:
        currency = fact(row, listing.currency) if has_francs else ""
        yield Line(row, [_cell(row, column, currency, tag) for column, tag in attributes])


def _cell(row: Any, column: Column, currency: str, attributes: str) -> Cell:
    value = fact(row, column.value)
    if column.template:
        return Cell(column, value, "", "", attributes)
    url = column.link(row) if column.link and value else ""
    if column.kind is Kind.PHONE and value:
        url = f"tel:{getattr(value, 'as_e164', value)}"
    return Cell(column, value, written(value, column.kind, currency), url or "", attributes)


def _total(column: Column, found: FoundRows) -> Total:
    amounts = found.sums[column.name].items()
    return Total(str(column.heading), [formats.francs(amount, currency) for currency, amount in amounts])


def _empty(now: ListState) -> Empty:
    if not now.filters:
        return now.listing.empty
    return Empty(
        title=_("Nothing found"),
        text=_("No row matches all your filters."),
        url=_to(now.without(*now.filters)),
        action=_("Clear the filters"),
        icon="search",
    )
