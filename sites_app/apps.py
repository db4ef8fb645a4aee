from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SitesAppConfig(AppConfig):
    name = "sites_app"
    verbose_name = _("Sites")

    def ready(self) -> None:
        from sites_app import checks  # noqa: F401 -- registers them
