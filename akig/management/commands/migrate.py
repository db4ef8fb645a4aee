from typing import Any

from django.core.management.base import no_translations
from django.core.management.commands import migrate
from django.db import connections

from changes import append_only


class Command(migrate.Command):
    """Django's; then the rows that are only ever added are locked, those of new tables too."""

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if not options["plan"]:
            with connections[options["database"]].cursor() as cursor:
                append_only.lock(cursor.execute)
