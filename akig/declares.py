"""What belongs to no app: the overview, the administration and the API about itself."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from screens.declarations import MEMBER, PERSON, Address, Daily, Declaration, Entry

DECLARATION = Declaration(
    menu=(
        Entry(20, "home", _("Overview"), "overview"),
        Entry(
            90,
            "admin:index",
            _("Administration"),
            "gear",
            hint=_("Tenants, properties, contracts and payments, and the settings that you may change."),
        ),
    ),
    jobs=(
        Daily(
            "akig.jobs.clear_sign_ins", dt.time(3, 30), "old sessions and sign-in logs are gone", for_each_site=False
        ),
    ),
    addresses={
        "home": Address(MEMBER),
        # Whoever has a token reads what there is to ask; it is nobody else's business.
        "api_schema": Address(PERSON),
        "api_docs": Address(PERSON),
    },
)
