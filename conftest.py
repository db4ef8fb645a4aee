"""What every test stands on: a migrated database, seen as the application sees it."""

import gc
from collections.abc import Iterator
from typing import Any

import coverage
import pytest
from django.conf import settings
from django.db import transaction
from django.test import TransactionTestCase

from akig import catalogs
from akig.embedded.roles import APP
from tests import database, migrated
from tests.seed import keep_seed, restore_seed

pytest_plugins = ["tests.browser", "tests.examples", "tests.node"]


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        # As any subprocess a worker has been measured since it began, and pytest-cov measures it from here on. The one
        # within the other, a pause of the inner (`no_cover`, tests.unmeasured) would only wake the outer.
        while measuring := coverage.Coverage.current():
            measuring.stop()
    # Garbage in circles is looked for rarely: a test run makes many objects and ends soon.
    gc.set_threshold(100_000, 50, 100)
    catalogs.compile_all()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns when it is not there


def pytest_itemcollected(item: pytest.Item) -> None:
    # Measuring makes Python three times slower. Properties go over the same lines hundreds of times, and what a browser
    # asks for is asked for in plain tests too.
    if item.get_closest_marker("browser") or getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
        item.add_marker("no_cover")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Those that commit drive browsers, servers and threads: the long ones. First, so that no worker is left with one
    # when the others have nothing more to do (`--no-loadscope-reorder` keeps this order).
    items.sort(key=lambda item: not any(mark.kwargs.get("transaction") for mark in item.iter_markers("django_db")))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, django_db_blocker: Any) -> Iterator[None]:
    """Have the server running from the first test that needs a database to the last."""
    from django.db import connection

    with database.server().use():
        with django_db_blocker.unblock():
            connection.settings_dict["TEST"]["TEMPLATE"] = migrated.template()
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


@pytest.fixture(scope="module")
def lasting(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What fixtures of the module write after this stays for all its tests: each is rolled back to there."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session", autouse=True)
def _rows_of_the_migrations_stay() -> None:
    # Django's own way, TRUNCATE of everything, is not the application's right and would lose the sites.
    TransactionTestCase._fixture_teardown = lambda self: restore_seed()
