"""The migrated database that every test database is a copy of: migrating takes long, copying does not.

It is kept from run to run, for as long as nothing has changed that it could depend on.
"""

import gc
import hashlib

from django.conf import settings
from django.db import connection

from akig.embedded.postgres import SUPERUSER
from tests.database import server
from tests.seed import keep_seed
from tests.unmeasured import unmeasured

_NAME = "akig_migrated"


def template() -> str:
    """The name of the database; the first process that finds none, or an old one, makes it, the others wait."""
    wanted = _made_of()
    with server().connect(SUPERUSER, "postgres") as superuser:
        superuser.execute("SELECT pg_advisory_lock(1)")
        made_of = superuser.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [_NAME]
        ).fetchone()
        if made_of != (wanted,):
            _make()
            superuser.execute(f"COMMENT ON DATABASE {_NAME} IS '{wanted}'")
    return _NAME


def _made_of() -> str:
    """A hash of all code but the tests: migrations call it, and what follows them reads the models."""
    apps = {path.parent for path in settings.BASE_DIR.glob("*/__init__.py")}
    code = sorted(path for app in apps for path in app.rglob("*.py") if "tests" not in path.parts)
    digest = hashlib.sha256()
    for path in [*code, settings.BASE_DIR / "requirements.lock"]:
        digest.update(f"{path.relative_to(settings.BASE_DIR)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


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
