from django.apps import AppConfig


class AkigConfig(AppConfig):
    name = "akig"
    verbose_name = "AKIG"

    def ready(self) -> None:
        # celery: the app that `current_app` means everywhere; checks: registers them
        from akig import celery, checks, languages  # noqa: F401

        languages.install()
