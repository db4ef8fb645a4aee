"""What an administrator of a site may do, and the choice of a site."""

from screens.declarations import PERSON, Address, Declaration, Include

DECLARATION = Declaration(
    rights={"admin": ("sites_app.manage_site", "sites_app.manage_rules", "sites_app.manage_memberships")},
    includes=(
        Include("sites/", "sites_app.urls", needs_site=False),
        Include("api/sites", "sites_app.api_urls", needs_site=False),
    ),
    addresses={
        "sites_app:choose": Address(PERSON),
        "sites_app:select": Address(PERSON, ("POST",)),
        "sites_api:sites": Address(PERSON),
    },
    administration={"sites_app": 70},
)
