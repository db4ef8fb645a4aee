"""Retention: what keeps the scores fresh, and the right to look at them."""

import datetime as dt

from screens.declarations import Daily, Declaration

DECLARATION = Declaration(
    rights={"manager": ("retention.manage_retention",)},
    jobs=(
        # A quarter to one, when the day's instalments are there.
        Daily("retention.jobs.analyse_site", dt.time(0, 45), "each tenancy's score is that of the day"),
    ),
    administration={"retention": 28},
)
