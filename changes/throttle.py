"""How often a program may ask, counted in windows of the clock."""

import time
from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which reads the settings that name this class


class WindowThrottle(UserRateThrottle):
    """So many requests of a person in each window (the rate `600/min`: in each minute of the clock).

    The window is a part of the counter's key. A clock that is set back, or forward, begins another count, where a
    list of times would refuse until the times in it are past. One number is kept for a person, not six hundred times.
    """

    num_requests: int
    duration: int  # of the window, in seconds

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Count this request; False when there have been too many in the window."""
        if self.rate is None:
            return True
        key = self.get_cache_key(request, view)
        if key is None:
            return True
        now = self.timer()
        window = int(now // self.duration)
        self._until_next = self.duration * (window + 1) - now
        return self._count(f"{key}_{window}") <= self.num_requests

    def wait(self) -> float:
        """Seconds until the next window."""
        return self._until_next

    def timer(self) -> float:
        """The clock, asked each time: tests and people set it."""
        return time.time()

    def _count(self, key: str) -> int:
        # The cache forgets it after the window. One that goes or comes in between begins again.
        try:
            return int(self.cache.incr(key))
        except ValueError:  # the first one
            self.cache.add(key, 1, self.duration)
            return 1
