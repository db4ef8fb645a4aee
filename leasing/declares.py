"""Rights on the portfolio, the month's rents by the clock, the page of a tenant, and receipts."""

import datetime as dt

from leasing.timeline import events_of_tenant
from screens.declarations import ANYONE, FORM, Address, Daily, Declaration, Include, TimelineSource

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
    includes=(
        Include("", "leasing.pages.urls"),
        Include("r/", "leasing.pages.check_urls", needs_site=False),
        Include("api/", "leasing.api_urls"),
    ),
    addresses={
        "leasing:search": Address("leasing.view_portfolio"),
        "leasing:tenant": Address("leasing.view_portfolio", row="leasing.Tenant"),
        "leasing:receipt": Address("leasing.view_portfolio", FORM, row="leasing.Receipt"),
        "leasing:issue_receipt": Address("leasing.record_payment", ("POST",), row="leasing.Payment"),
        "leasing:issue_quittance": Address("leasing.record_payment", ("POST",), row="leasing.Instalment"),
        "receipts:check": Address(ANYONE, arguments={"token": "GN_CONAKRY.nobody.signed"}),
        "leasing_api:contracts": Address("leasing.view_portfolio"),
        "leasing_api:tenants": Address("leasing.view_portfolio"),
        "leasing_api:properties": Address("leasing.view_portfolio"),
        "leasing_api:payments": Address("leasing.view_portfolio", FORM),
    },
)
