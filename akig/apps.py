from django.apps import AppConfig


class AkigConfig(AppConfig):
    name = "akig"
    verbose_name = "AKIG"

    def ready(self) -> None:
        from akig import languages

        languages.install()
