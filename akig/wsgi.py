"""What the web server imports."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "akig.settings")
django.setup(set_prefix=False)

from django.db import connection  # noqa: E402 -- they need the applications

from akig.checks import refuse_unsafe_start  # noqa: E402
from akig.readable import Utf8Handler  # noqa: E402

application = Utf8Handler()
refuse_unsafe_start()
connection.close()  # this thread serves nobody
