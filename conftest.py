"""What every test stands on: a migrated database, seen as the application sees it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import TransactionTestCase

from akig import catalogs
from akig.embedded.roles import APP
from tests import database
from tests.seed import keep_seed, restore_seed

pytest_plugins = ["tests.browser"]


def pytest_configure() -> None:
    catalogs.compile_all()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns when it is not there


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    """Have the server running from the first test that needs a database to the last."""
    with database.server().use():
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """After the owner has made and migrated the test database, work in it as the application's role."""
    from django.db import connection

    options = connection.settings_dict["OPTIONS"]
    with django_db_blocker.unblock():
        keep_seed()
        connection.close()
        options["assume_role"] = APP
    yield
    with django_db_blocker.unblock():
        connection.close()
        del options["assume_role"]


@pytest.fixture(scope="session", autouse=True)
def _rows_of_the_migrations_stay() -> None:
    # Django's own way, TRUNCATE of everything, is not the application's right and would lose the sites.
    TransactionTestCase._fixture_teardown = lambda self: restore_seed()
