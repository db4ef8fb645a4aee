#!/usr/bin/env python
"""Every AKIG command. The embedded database is started for the command that needs it."""

import os
import sys

from django.core.management import execute_from_command_line

from akig.embedded import database


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "akig.settings")
    with database.for_command(sys.argv):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
