from collections.abc import Iterator

import pytest
from celery import current_app

NO_BROKER = "redis+socket:///nonexistent/valkey.sock"


@pytest.fixture
def broker_down(settings) -> Iterator[None]:
    """A broker is configured and does not answer."""
    settings.CELERY_BROKER_URL = NO_BROKER
    yield from _use_broker(NO_BROKER)


@pytest.fixture
def sent(settings, monkeypatch) -> list[tuple[str, str]]:
    """A broker that takes everything: (name of the job, its id), in order."""
    settings.CELERY_BROKER_URL = "memory://"
    taken: list[tuple[str, str]] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **options: taken.append((name, args[0])))
    return taken


def _use_broker(url: str) -> Iterator[None]:
    before = current_app.conf.broker_url
    current_app.conf.broker_url = url
    current_app.close()
    yield
    current_app.conf.broker_url = before
    current_app.close()
