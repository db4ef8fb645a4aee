"""Retention: who may leave and why, what keeps the scores fresh, and the right to look at them."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from retention import panels
from retention.pages.access import MANAGE, VIEW
from screens.declarations import FORM, Address, Daily, Declaration, Entry, Hourly, Include, Panel, TimelineSource

DECLARATION = Declaration(
    rights={"agent": (VIEW,), "manager": (MANAGE,)},
    menu=(
        Entry(
            28,
            "retention:list",
            _("Retention"),
            "heart",
            MANAGE,
            _("Which good tenants may leave, why, and what is worth offering them."),
        ),
    ),
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
        # When the night's figures are there. It does its work on the first of the month.
        Daily("retention.jobs.fit_model", dt.time(2, 30), "the points are learned anew", for_each_site=False),
        Daily("retention.jobs.campaign_results", dt.time(1, 15), "campaigns have their counts, and their verdict once"),
        # When the sites have theirs.
        Daily(
            "retention.jobs.record_offers",
            dt.time(1, 45),
            "offers are reckoned with what came of them on all sites",
            for_each_site=False,
        ),
        Hourly("retention.jobs.end_what_is_gone", "nobody is spoken to about staying who has given notice or renewed"),
    ),
    includes=(Include("retention/", "retention.pages.urls"), Include("api/retention/", "retention.api_urls")),
    addresses={
        "retention:list": Address(MANAGE),
        "retention:not_scored": Address(MANAGE),
        "retention:analyse": Address(MANAGE, ("POST",)),
        "retention:make_tasks": Address(MANAGE, ("POST",)),
        "retention:tenant": Address(VIEW, row="leasing.Tenant"),
        "retention:held": Address(VIEW, row="leasing.Tenant"),
        "retention:objection": Address(VIEW, FORM, row="leasing.Tenant"),
        "retention:preferences": Address(VIEW, FORM, row="leasing.Tenant"),
        "retention:model": Address(MANAGE),
        "retention:observed_from": Address(MANAGE, FORM),
        "retention_api:analyze": Address(MANAGE, ("POST",)),
        "retention_api:scores": Address(MANAGE),
        "retention_api:campaigns": Address(MANAGE, FORM),
        "retention_api:campaign": Address(MANAGE, row="retention.RetentionCampaign"),
    },
    panels=(
        Panel("home", 15, "retention/_home.html", panels.deciding_soon, MANAGE),
        Panel("leasing:tenant", 20, "retention/_of_tenant.html", panels.scores_of_tenant, VIEW),
    ),
    timeline=(TimelineSource("tenant", "retention", panels.levels_and_objections, VIEW),),
    administration={"retention": 28},
)
