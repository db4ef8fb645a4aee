"""Rights on the portfolio, the month's rents by the clock, and the page of a tenant."""

import datetime as dt

from leasing.timeline import events_of_tenant
from screens.declarations import FORM, Address, Daily, Declaration, Include, TimelineSource

DECLARATION = Declaration(
    rights={
        "agent": ("leasing.view_portfolio", "leasing.record_payment", "leasing.record_interaction"),
        "manager": ("leasing.manage_portfolio",),
    },
    jobs=(
        # Half past midnight, before anybody asks what is due today.
        Daily("leasing.jobs.extend_instalments", dt.time(0, 30), "instalments are there twelve months ahead"),
    ),
    timeline=(TimelineSource("tenant", "leasing", events_of_tenant, "leasing.view_portfolio"),),
    administration={"leasing": 10},
    includes=(Include("", "leasing.pages.urls"), Include("api/", "leasing.api_urls")),
    addresses={
        "leasing:search": Address("leasing.view_portfolio"),
        "leasing:tenant": Address("leasing.view_portfolio", row="leasing.Tenant"),
        "leasing_api:contracts": Address("leasing.view_portfolio"),
        "leasing_api:tenants": Address("leasing.view_portfolio"),
        "leasing_api:properties": Address("leasing.view_portfolio"),
        "leasing_api:payments": Address("leasing.view_portfolio", FORM),
    },
)
