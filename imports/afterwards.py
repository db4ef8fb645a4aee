"""What is worth knowing once all rows are in: it depends on what came of them."""

from django.utils.translation import gettext_lazy as _

from imports.accounts import GOES_ON, GOES_ON_IN
from imports.check import rows_found
from imports.history import (
    LEFT_OUT,
    sentence_on_beginnings,
    sentence_on_earlier_beginnings,
    sentence_on_what_was_left_out,
)
from imports.read import Problems
from imports.table import Check
from imports.writing import Writing
from leasing.readings import is_silent_after_term

_SILENT = Check(
    f"""
    SELECT s.source, s.line, 'ended_on', '', c.end_date::text
    FROM import_contracts s JOIN leasing_contract c ON c.site_id = %(site)s AND c.id = s.id
    WHERE s.known_id IS NULL AND c.status = 'active' AND {is_silent_after_term("c", "%(today)s")}
    """,
    _(
        "The term was over on %(detail)s, and no sign of life since, neither a payment nor a contact: gone, or stayed"
        " on? If they have left, give the day of leaving."
    ),
)

_OF_CONTRACTS = (GOES_ON, GOES_ON_IN, _SILENT)


def worth_knowing_of_loaded(writing: Writing, earlier: int, *, with_contracts: bool) -> Problems:
    """Remarks on an import: when rents begin and why, what was not taken, which accounts go on, who is silent.

    `earlier`: how many contracts have rents that begin earlier now; `with_contracts`: the files have some.
    """
    remarks = Problems()
    sentences = sentence_on_beginnings(writing) + sentence_on_what_was_left_out(writing)
    for sentence in sentences + sentence_on_earlier_beginnings(earlier):
        remarks.add(sentence)
    for check in (LEFT_OUT, *(_OF_CONTRACTS if with_contracts else ())):
        remarks.add_all(rows_found(writing.cursor, check, writing.names, writing.site))
    return remarks
