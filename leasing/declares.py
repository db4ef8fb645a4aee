"""Rights on the portfolio, the month's rents by the clock, the pages of tenants, contracts and homes, rent received,
and receipts."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from leasing.timeline import events_of_tenant
from screens.declarations import ANYONE, FORM, Address, Daily, Declaration, Entry, Include, TimelineSource

_CONTACT = "leasing.record_interaction"

DECLARATION = Declaration(
    rights={
        "agent": ("leasing.view_portfolio", "leasing.record_payment", _CONTACT),
        "manager": ("leasing.manage_portfolio",),
    },
    menu=(
        Entry(
            15,
            "leasing:record_payment",
            _("Payments"),
            "money",
            "leasing.record_payment",
            _("Rent received, with what it pays, and the day’s money to be counted."),
            unless="leasing.manage_portfolio",
        ),
        Entry(
            45,
            "leasing:cash_day",
            _("Payments"),
            "money",
            "leasing.manage_portfolio",
            _("The day’s money, by person and method, and rent received."),
        ),
    ),
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
        "leasing:record_payment": Address("leasing.record_payment", FORM),
        "leasing:cash_day": Address("leasing.record_payment"),
        "leasing:arrears": Address("leasing.view_portfolio"),
        "leasing:payment": Address("leasing.view_portfolio", row="leasing.Payment"),
        "leasing:reverse_payment": Address("leasing.record_payment", FORM, row="leasing.Payment"),
        "leasing:refund": Address("leasing.manage_portfolio", FORM, row="leasing.Contract"),
        "leasing:contact": Address(_CONTACT, ("POST",), row="leasing.Tenant"),
        "leasing:describe_contact": Address(_CONTACT, ("POST",), row="leasing.Interaction"),
        "leasing:undo_contact": Address(_CONTACT, ("POST",), row="leasing.Interaction"),
        "leasing:contract": Address("leasing.view_portfolio", row="leasing.Contract"),
        "leasing:property": Address("leasing.view_portfolio", row="leasing.Property"),
        "leasing_api:contracts": Address("leasing.view_portfolio"),
        "leasing_api:tenants": Address("leasing.view_portfolio"),
        "leasing_api:properties": Address("leasing.view_portfolio"),
        "leasing_api:payments": Address("leasing.view_portfolio", FORM),
    },
)
