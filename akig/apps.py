from django.apps import AppConfig
from django.contrib.admin import apps as django_admin


class AdministrationConfig(django_admin.AdminConfig):
    default = False
    default_site = "akig.admin_site.AkigAdminSite"


class AkigConfig(AppConfig):
    default = True
    name = "akig"
    verbose_name = "AKIG"

    def ready(self) -> None:
        # celery: the app that `current_app` means everywhere; the checks register themselves
        from akig import celery, checks, declaration_checks, declared, languages  # noqa: F401

        languages.install()
        declared.hand_down()
