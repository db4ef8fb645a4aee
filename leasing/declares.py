"""Rights on the portfolio, the month's rents by the clock, the page of a tenant, and files in and out."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from leasing.timeline import events_of_tenant
from screens.declarations import FORM, Address, Daily, Declaration, Entry, Include, TimelineSource

DECLARATION = Declaration(
    rights={
        "agent": ("leasing.view_portfolio", "leasing.record_payment", "leasing.record_interaction"),
        "manager": ("leasing.manage_portfolio", "leasing.import_portfolio"),
    },
    jobs=(
        # Half past midnight, before anybody asks what is due today.
        Daily("leasing.jobs.extend_instalments", dt.time(0, 30), "instalments are there twelve months ahead"),
    ),
    timeline=(TimelineSource("tenant", "leasing", events_of_tenant, "leasing.view_portfolio"),),
    administration={"leasing": 10},
    includes=(Include("", "leasing.pages.urls"),),
    addresses={
        "leasing:tenant": Address("leasing.view_portfolio", row="leasing.Tenant"),
        # Files in and out.
        "leasing:import": Address("leasing.import_portfolio", FORM),
        "leasing:import_run": Address("leasing.import_portfolio", row="leasing.ImportRun"),
        "leasing:import_report": Address("leasing.import_portfolio", row="leasing.ImportRun"),
        "leasing:export": Address("leasing.manage_portfolio", arguments={"table": "tenants", "kind": "csv"}),
    },
    menu=(
        Entry(
            50,
            "leasing:import",
            _("Import"),
            "upload",
            "leasing.import_portfolio",
            _("Bring the agency’s spreadsheets in, and take them out again."),
        ),
    ),
)
