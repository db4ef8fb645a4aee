"""Which broker the application under test talks to."""

from collections.abc import Iterator
from contextlib import contextmanager

from celery import current_app
from django.test import override_settings

from outbox.actions import _broker


@contextmanager
def use_broker(url: str) -> Iterator[None]:
    """Have the application send its jobs there, and forget the connections that it had."""
    before = current_app.conf.broker_url
    with override_settings(CELERY_BROKER_URL=url):
        _switch(url)
        try:
            yield
        finally:
            _switch(before)


def _switch(url: str | None) -> None:
    current_app.conf.broker_url = url
    current_app._pool = None
    current_app.amqp._producer_pool = None
    _broker.is_away = False  # what is known of one server is not true of the next
