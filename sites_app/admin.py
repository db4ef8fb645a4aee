"""The administration of sites, people's roles, rules and flags, and the base of every admin of a site's data."""

from unfold.admin import ModelAdmin


class SiteModelAdmin(ModelAdmin):
    """The base of every admin of a site's rows: scoped by the request, rights by role, the site never a field."""
