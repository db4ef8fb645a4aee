"""The administration of the portfolio. Each class is a SiteModelAdmin: scoped, and with rights by role."""

from sites_app.admin import SiteModelAdmin  # noqa: F401
