from typing import Any

from django.core.management.base import BaseCommand

from akig import catalogs
from akig.languages import LOCALE_DIR


class Command(BaseCommand):
    help = "Write the compiled catalog of each language whose translations changed. Needs no other tool."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for path in catalogs.compile_all():
            self.stdout.write(f"compiled {path.relative_to(LOCALE_DIR)}")
