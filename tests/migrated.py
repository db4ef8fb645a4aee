"""The migrated database that all workers of one run copy: migrating takes long, copying does not."""

import gc

from django.conf import settings
from django.db import connection

from akig.embedded.postgres import SUPERUSER
from tests.database import server
from tests.seed import keep_seed
from tests.unmeasured import unmeasured

_NAME = "akig_migrated"


def of_this_run(run: str) -> str:
    """The name of the database; the first worker that asks makes it, the others wait."""
    with server().connect(SUPERUSER, "postgres") as superuser:
        superuser.execute("SELECT pg_advisory_lock(1)")
        made_by = superuser.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [_NAME]
        ).fetchone()
        if made_by != (run,):
            _make()
            superuser.execute(f"COMMENT ON DATABASE {_NAME} IS '{run}'")
    return _NAME


def _make() -> None:
    usual, tests = connection.settings_dict["NAME"], connection.settings_dict["TEST"]
    name = tests["NAME"]
    tests["NAME"] = _NAME
    gc.disable()  # the states between migrations are a million objects in circles, looked through again and again
    with unmeasured():  # migrations are not, and Django's way to them is long
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        keep_seed()
    gc.enable()
    connection.close()
    tests["NAME"] = name
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = usual
