from typing import Any

from django.core.management.base import BaseCommand

from akig import catalogs
from akig.languages import COMPLETE, PLURAL_FORMS
from akig.local_words import SHOWN_CONFIDENCES


class Command(BaseCommand):
    help = "How much of the interface each language says itself, how sure we are of it, and how much is French."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        columns = (*SHOWN_CONFIDENCES, "reviewed")
        titles = ("language", "strings", "shown", "share", *columns, "in French")
        self.stdout.write("  ".join(title.rjust(9) for title in titles))
        for code in PLURAL_FORMS:
            count = catalogs.count(code)
            falling_back = count.total - count.shown
            cells = (
                code,
                count.total,
                count.shown,
                f"{count.shown / count.total:.1%}" if count.total else "-",
                *(count.by_confidence.get(confidence, 0) for confidence in columns),
                falling_back,
            )
            self.stdout.write("  ".join(str(cell).rjust(9) for cell in cells))
            if code in COMPLETE and falling_back:
                self.stdout.write(self.style.WARNING(f"{code} should be complete"))
