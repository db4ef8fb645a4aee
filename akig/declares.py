"""What belongs to no app: the overview, the administration and the API about itself."""

from django.utils.translation import gettext_lazy as _

from screens.declarations import MEMBER, PERSON, Address, Declaration, Entry

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
    addresses={
        "home": Address(MEMBER),
        # Whoever has a token reads what there is to ask; it is nobody else's business.
        "api_schema": Address(PERSON),
        "api_docs": Address(PERSON),
    },
)
