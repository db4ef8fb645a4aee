"""What the address of a list asks for, and the addresses of its links. No address is an error."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.http import urlencode

from screens import formats
from screens.lists.columns import Column, Listing

SORT, PAGE, FILE = "sort", "page", "file"
_LAST_PAGE = 1_000_000


@dataclass(frozen=True)
class Filter:
    """One thing that the rows are filtered by: as the address says it, and as a person does."""

    field: str
    raw: str
    label: str
    value: str


@dataclass(frozen=True)
class ListState:
    """The state of a list: what is filtered, sorted, and which page or file is wanted."""

    listing: Listing
    form: forms.Form | None
    filters: tuple[Filter, ...]
    kept: tuple[tuple[str, str], ...]  # of the address, but none of the list's business
    order: str  # "", "due" or "-due"
    page: int
    file: str  # "", "csv" or "xlsx"

    @property
    def sorted_by(self) -> Column | None:
        return self.listing.sortable(self.order)

    @property
    def is_falling(self) -> bool:
        return self.order.startswith("-")

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.listing.page_rows

    @property
    def is_wrong(self) -> bool:
        """Whether something in the address could not be understood; the form says what."""
        return self.form is not None and bool(self.form.errors)

    @property
    def query(self) -> str:
        """This state as the part of an address behind the "?"; what goes without saying is left out."""
        pairs = [*self.kept, *((one.field, one.raw) for one in self.filters)]
        if self.order != self.listing.order:
            pairs.append((SORT, self.order))
        if self.page > 1:
            pairs.append((PAGE, str(self.page)))
        if self.file:
            pairs.append((FILE, self.file))
        return urlencode(pairs)

    def with_page(self, page: int) -> "ListState":
        return replace(self, page=page)

    def with_order(self, order: str) -> "ListState":
        return replace(self, order=order, page=1)

    def with_file(self, kind: str) -> "ListState":
        return replace(self, file=kind, page=1)

    def without(self, *filters: Filter) -> "ListState":
        """The state with some filters taken off."""
        return replace(self, filters=tuple(one for one in self.filters if one not in filters), page=1)


def ask(data: QueryDict, listing: Listing, form: forms.Form | None = None, keep: Sequence[str] = ()) -> ListState:
    """What an address asks of a list. What it cannot mean is left out, and the form's errors say so.

    `form` holds the filters, bound to `data`; a field named `q` is the search box. `keep` names what else of the
    address is to stay in the list's links.
    """
    order = data.get(SORT, listing.order)
    kind = data.get(FILE, "")
    kept = [(name, value) for name in keep for value in data.getlist(name) if value and "\0" not in value]
    return ListState(
        listing=listing,
        form=form,
        filters=tuple(_filters(form)) if form is not None else (),
        kept=tuple(kept),
        order=order if listing.sortable(order) else listing.order,
        page=_page_number(data.get(PAGE, "")),
        file=kind if kind in listing.files else "",
    )


def _page_number(text: str) -> int:
    """The first page for what is no number; what is beyond all pages is cut to what a database counts to."""
    digits = text.lstrip("0") if text.isascii() and text.isdigit() else ""
    return min(int(digits[: len(str(_LAST_PAGE))] or 1), _LAST_PAGE)


def _filters(form: forms.Form) -> Iterator[Filter]:
    """What holds of a form: fields that are wrong, or say nothing, filter nothing."""
    form.is_valid()
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name)
        if name in form.errors or value is False or value in field.empty_values:
            continue
        many = getattr(field.widget, "allow_multiple_selected", False)
        sent = cast("QueryDict", form.data).getlist(form.add_prefix(name))
        for raw in dict.fromkeys(sent) if many else sent[-1:]:
            yield Filter(form.add_prefix(name), raw, str(form[name].label), _in_words(field, raw, value))


def _in_words(field: forms.Field, raw: str, value: Any) -> str:
    """What was chosen, as the form's own choices or the formats name it; "" where the label says it all."""
    if value is True:
        return ""
    if isinstance(field, forms.ModelChoiceField):
        # The row is here already; its choices would be read once more. Of several rows there are only keys.
        return raw if isinstance(field, forms.ModelMultipleChoiceField) else str(field.label_from_instance(value))
    for choice, label in _flat(getattr(field, "choices", ())):
        if str(choice) == raw:
            return str(label)
    return formats.date_short(value) if isinstance(field, forms.DateField) else raw.strip()


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    for choice, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield choice, label
