"""What the web server imports."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "akig.settings")
application = get_wsgi_application()

from django.db import connection  # noqa: E402 -- both need the applications

from akig.checks import refuse_unsafe_start  # noqa: E402

refuse_unsafe_start()
connection.close()  # this thread serves nobody
