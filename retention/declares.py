"""Retention: what keeps the scores fresh, and the right to look at them."""

import datetime as dt

from retention import panels
from retention.pages.access import MANAGE, VIEW
from screens.declarations import FORM, Address, Daily, Declaration, Include, Panel, TimelineSource

DECLARATION = Declaration(
    rights={"agent": (VIEW,), "manager": (MANAGE,)},
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
    includes=(Include("retention/", "retention.pages.urls"),),
    addresses={
        "retention:tenant": Address(VIEW, row="leasing.Tenant"),
        "retention:held": Address(VIEW, row="leasing.Tenant"),
        "retention:objection": Address(VIEW, FORM, row="leasing.Tenant"),
        "retention:preferences": Address(VIEW, FORM, row="leasing.Tenant"),
        "retention:model": Address(MANAGE),
        "retention:observed_from": Address(MANAGE, FORM),
    },
    panels=(Panel("leasing:tenant", 20, "retention/_of_tenant.html", panels.scores_of_tenant, VIEW),),
    timeline=(TimelineSource("tenant", "retention", panels.levels_and_objections, VIEW),),
    administration={"retention": 28},
)
