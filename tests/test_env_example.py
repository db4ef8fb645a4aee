"""`.env.example` is the whole list of what AKIG reads from its environment."""

import re
from pathlib import Path

from django.apps import apps
from django.conf import settings

READ = re.compile(r"""(?:\benv(?:\.\w+)?\(|os\.environ(?:\.get|\.setdefault)?[\[(])\s*["']([A-Z_]+)["']""")
NOT_FOR_PEOPLE = {"DJANGO_SETTINGS_MODULE"}


def _variables_in_the_code() -> set[str]:
    found: set[str] = set()
    for app in apps.get_app_configs():
        if settings.BASE_DIR in Path(app.path).parents and "site-packages" not in app.path:
            for path in Path(app.path).rglob("*.py"):
                if "tests" not in path.parts:
                    found |= set(READ.findall(path.read_text()))
    return found - NOT_FOR_PEOPLE


def test_every_variable_is_listed_and_every_listed_one_is_read():
    listed = re.findall(r"^#?([A-Z_]+)=", (settings.BASE_DIR / ".env.example").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(set(listed))
    # The owner's URL and the application's are read in one line.
    assert set(listed) == _variables_in_the_code() | {"DATABASE_URL", "DATABASE_OWNER_URL"}
