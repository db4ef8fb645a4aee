"""The indicators: their right and pages, their two parts of the overview, and what keeps their snapshots fresh."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from kpi.pages import panels
from screens.declarations import Address, Daily, Declaration, Entry, Hourly, Include, Panel

_VIEW = "kpi.view_kpi"

DECLARATION = Declaration(
    rights={"manager": (_VIEW,)},
    menu=(
        Entry(
            30,
            "kpi:dashboard",
            _("Indicators"),
            "bars",
            _VIEW,
            _("How the site is doing, against its targets and the previous period."),
        ),
    ),
    jobs=(
        Hourly("kpi.jobs.refresh_snapshots", "a late record is in its month's snapshot within the hour"),
        # One o'clock, when the month that has just ended has its snapshot.
        Daily("kpi.jobs.compare_sites", dt.time(1, 0), "sites see where they stand", for_each_site=False),
        # Seven o'clock, before the day begins.
        Daily("kpi.jobs.queue_reports", dt.time(7, 0), "last month's report is in the subscribers' mail"),
    ),
    includes=(Include("kpi/", "kpi.pages.urls"), Include("api/kpi/", "kpi.api_urls")),
    addresses={
        "kpi:dashboard": Address(_VIEW),
        "kpi:print": Address(_VIEW),
        "kpi:report": Address(_VIEW, arguments={"kind": "csv"}),
        "kpi:subscription": Address(_VIEW, ("POST",)),
        "kpi:indicator": Address(_VIEW, arguments={"key": "occupancyRate"}),
        "kpi:rows": Address(_VIEW, arguments={"key": "occupancyRate", "kind": "csv"}),
        "kpi_api:metrics": Address(_VIEW),
        "kpi_api:report": Address(_VIEW),
    },
    panels=(
        Panel("home", 10, "kpi/_overview.html", panels.overview_of_today),
        Panel("home", 20, "kpi/_standing.html", panels.own_standing),
    ),
    administration={"kpi": 30},
)
