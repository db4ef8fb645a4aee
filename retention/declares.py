"""Retention: what keeps the scores fresh, and the right to look at them."""

import datetime as dt

from screens.declarations import Daily, Declaration

DECLARATION = Declaration(
    rights={"manager": ("retention.manage_retention",)},
    jobs=(
        # A quarter to one, when the day's instalments are there.
        Daily("retention.jobs.analyse_site", dt.time(0, 45), "each tenancy's score is that of the day"),
        # A quarter past one, when they are there: the next night's are reckoned with what is measured now.
        Daily(
            "retention.jobs.measure",
            dt.time(1, 15),
            "scores are measured by what became of the tenancies",
            for_each_site=False,
        ),
    ),
    administration={"retention": 28},
)
