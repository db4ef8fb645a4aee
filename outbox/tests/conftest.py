from collections.abc import Iterator

import pytest
from celery import current_app

from tests.broker import use_broker


@pytest.fixture
def broker_down() -> Iterator[None]:
    """A broker is configured and does not answer."""
    with use_broker("redis+socket:///nonexistent/valkey.sock"):
        yield


@pytest.fixture
def sent(settings, monkeypatch) -> list[tuple[str, str]]:
    """A broker that takes everything: (name of the job, its id), in order."""
    settings.CELERY_BROKER_URL = "memory://"
    taken: list[tuple[str, str]] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **options: taken.append((name, args[0])))
    return taken
