"""So many requests in a minute, whatever is done to the clock."""

from types import SimpleNamespace

import pytest
from django.core.cache import cache

from changes.throttle import WindowThrottle

MONTH = 30 * 86400


@pytest.fixture
def ask(monkeypatch):
    """Ask at a time: the seconds to wait, or None when it is allowed."""
    cache.clear()
    person = SimpleNamespace(user=SimpleNamespace(pk=7, is_authenticated=True))

    def at(now):
        throttle = WindowThrottle()
        monkeypatch.setattr(throttle, "timer", lambda: now)
        return None if throttle.allow_request(person, None) else throttle.wait()

    monkeypatch.setattr(WindowThrottle, "THROTTLE_RATES", {"user": "3/min"})
    return at


def test_the_fourth_in_a_minute_waits_for_the_next(ask):
    minute = 60 * 30_000_000
    assert [ask(minute + second) for second in (0, 1, 2, 20)] == [None, None, None, 40]
    assert ask(minute + 60) is None


@pytest.mark.parametrize("months", [-13, 13])
def test_a_clock_that_is_set_refuses_nobody(ask, months):
    minute = 60 * 30_000_000
    assert [ask(minute) for _ in range(4)][-1] == 60
    assert [ask(minute + months * MONTH) for _ in range(3)] == [None] * 3
    assert ask(minute + months * MONTH) == 60
