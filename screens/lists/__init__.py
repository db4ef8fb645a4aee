"""The one pattern for every list: docs/howto/add-a-list.md.

Columns are declared once; the table, a phone's cards, CSV and XLSX are made of them.
"""

from screens.lists.address import ListState, ask
from screens.lists.columns import Column, Empty, Kind, Listing, Phone
from screens.lists.files import file_of
from screens.lists.page import ListPage, answer, page_of
from screens.lists.search import SearchField, refuse_long_search
from screens.lists.sources import FoundRows, matching, of_queryset, of_sequence

__all__ = [
    "Column",
    "Empty",
    "FoundRows",
    "Kind",
    "ListPage",
    "ListState",
    "Listing",
    "Phone",
    "SearchField",
    "answer",
    "ask",
    "file_of",
    "matching",
    "of_queryset",
    "of_sequence",
    "page_of",
    "refuse_long_search",
]
