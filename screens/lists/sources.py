"""Where the rows of a list come from: a queryset, a sequence. Hand-written SQL makes a FoundRows of its own.

A source runs a fixed number of statements, and a list none besides.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from screens.lists.address import ListState
from screens.lists.columns import Column, Where, fact

Sums = Mapping[str, Mapping[str, int]]  # the column's name → the currency → francs
_CHUNK = 5000


@dataclass(frozen=True)
class FoundRows:
    """The rows that were asked for, those of one page or, for a file, all; and what holds for everything found."""

    rows: Iterable[Any]
    count: int
    page: int = 1
    sums: Sums = field(default_factory=dict)


def last_page(count: int, page_rows: int) -> int:
    """An empty list has a page too."""
    return max(1, -(-count // page_rows))


def matching(words: str, *paths: str) -> Q:
    """The filter of a search box: each of the words stands in one of the fields."""
    found = Q()
    for word in words.split():
        found &= Q(*((f"{path}__icontains", word) for path in paths), _connector=Q.OR)
    return found


def of_queryset(asked: ListState, rows: QuerySet[Any]) -> FoundRows:
    """One statement for the count and the sums, one for the rows; for a file they are read as they are written.

    `rows` comes filtered, with what the cells need selected, and with an order where the listing has none. What is
    annotated may not group or join what is many: take subqueries. Raises ValueError where it does.
    """
    if rows.query.group_by is not None or rows.query.distinct or rows.query.is_sliced:
        raise ValueError("rows that are grouped, distinct or sliced cannot be counted and summed at once")
    count, sums = _tally(asked, rows)
    rows = _ordered(asked, rows)
    if asked.file:
        return FoundRows(rows.iterator(chunk_size=_CHUNK), count, 1, sums)
    page = min(asked.page, last_page(count, asked.listing.page_rows))
    offset = asked.with_page(page).offset
    return FoundRows(list(rows[offset : offset + asked.listing.page_rows]) if count else [], count, page, sums)


def _tally(asked: ListState, rows: QuerySet[Any]) -> tuple[int, Sums]:
    listing = asked.listing
    if not listing.totals:
        return rows.count(), {}
    amounts = {f"sum_of_{column.name}": Sum(_path(column.summed)) for column in listing.totals}
    by_currency = rows.order_by().values(in_currency=F(_path(listing.currency)))
    found = list(by_currency.annotate(rows_found=Count("pk"), **amounts).order_by("in_currency"))
    sums = {
        column.name: {one["in_currency"]: int(one[f"sum_of_{column.name}"] or 0) for one in found}
        for column in listing.totals
    }
    return sum(one["rows_found"] for one in found), sums


def _ordered(asked: ListState, rows: QuerySet[Any]) -> QuerySet[Any]:
    """By the column that was asked for, among equals as before; at last by the key, so that no row is on two pages."""
    own = rows.query.order_by or (rows.model._meta.ordering if rows.query.default_ordering else ())
    column = asked.sorted_by
    if column is None:
        return rows.order_by(*own, "pk")
    by = F(_path(column.sorted_by))
    # Nothing comes last, whichever way.
    return rows.order_by(by.desc(nulls_last=True) if asked.is_falling else by.asc(nulls_last=True), *own, "pk")


def _path(where: Where) -> str:
    if callable(where):
        raise ValueError("a database sorts and sums by a path: say it in `sort`, `total`, `currency`")
    return where.replace(".", "__")


def of_sequence(asked: ListState, rows: Sequence[Any]) -> FoundRows:
    """Rows that Python has found, and ranked: their order is kept until somebody sorts by a column. No statement."""
    sums = {column.name: _summed(asked, rows, column) for column in asked.listing.totals}
    if column := asked.sorted_by:
        rows = _sorted(rows, column, is_falling=asked.is_falling)
    if asked.file:
        return FoundRows(rows, len(rows), 1, sums)
    page = min(asked.page, last_page(len(rows), asked.listing.page_rows))
    offset = asked.with_page(page).offset
    return FoundRows(rows[offset : offset + asked.listing.page_rows], len(rows), page, sums)


def _summed(asked: ListState, rows: Iterable[Any], column: Column) -> Mapping[str, int]:
    by_currency: dict[str, int] = defaultdict(int)
    for row in rows:
        by_currency[fact(row, asked.listing.currency)] += fact(row, column.summed) or 0
    return dict(sorted(by_currency.items()))


def _sorted(rows: Iterable[Any], column: Column, *, is_falling: bool) -> list[Any]:
    known: list[tuple[Any, Any]] = []
    unknown: list[tuple[Any, Any]] = []
    for row in rows:
        value = fact(row, column.sorted_by)
        (unknown if value is None or value == "" else known).append((row, value))
    known.sort(key=lambda pair: _sort_key(pair[1]), reverse=is_falling)
    return [row for row, _value in (*known, *unknown)]


def _sort_key(value: Any) -> Any:
    """Words stand as in a dictionary: Écho beside Echo, whatever the case."""
    if not isinstance(value, str):
        return value
    return "".join(sign for sign in unicodedata.normalize("NFKD", value.casefold()) if not unicodedata.combining(sign))
