"""Which threads answer a request: pages cannot keep files and health waiting."""

from enum import Enum
from typing import Any

from django.utils.translation import gettext as _
from waitress.task import ThreadedTaskDispatcher

from akig.web.refusals import ServerFull

# What needs neither the database nor the cache is answered at once, however long pages wait for theirs.
_AT_ONCE = ("/static/", "/healthz")
# It asks the database and the broker, and may wait for them: behind nobody, and before nobody.
_READINESS = "/readyz"
_MOST_WAITING = 500


class Lane(Enum):
    """Threads of their own, so many."""

    PAGES = 4
    AT_ONCE = 2
    READINESS = 1


def lane_of(path: str) -> Lane:
    """By the address alone."""
    if path.startswith(_AT_ONCE):
        return Lane.AT_ONCE
    return Lane.READINESS if path == _READINESS else Lane.PAGES


class Lanes:
    """The dispatchers of the lanes, as one: what waitress wants of a dispatcher."""

    def __init__(self) -> None:
        self._dispatchers = {lane: ThreadedTaskDispatcher() for lane in Lane}
        for lane, dispatcher in self._dispatchers.items():
            dispatcher.set_thread_count(lane.value)

    def add_task(self, channel: Any) -> None:
        """Have the channel's first request answered. Refusals are written at once."""
        request = channel.requests[0]
        lane = Lane.AT_ONCE if request.error else lane_of(request.path)
        if lane is not Lane.AT_ONCE and self.waiting(lane) >= _MOST_WAITING:
            request.error = ServerFull(_("Too many requests are waiting. Try again in a few seconds."))
            lane = Lane.AT_ONCE
        self._dispatchers[lane].add_task(channel)

    def waiting(self, lane: Lane) -> int:
        """How many requests wait for a thread."""
        return len(self._dispatchers[lane].queue)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> None:
        """Let requests that are being answered end, and begin no other."""
        for dispatcher in self._dispatchers.values():
            dispatcher.set_thread_count(0)
        for dispatcher in self._dispatchers.values():
            dispatcher.shutdown(cancel_pending, timeout)
