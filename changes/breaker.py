"""A part that does not answer is left alone for a while: nobody waits for it again and again."""

import logging
import time
from threading import Lock

log = logging.getLogger(__name__)


class Breaker:
    """Whether to ask a part (the cache, the broker, the database), shared by the threads of this process.

    After a failure nobody asks for `rest` seconds. Then one caller tries, while the others go on without the part;
    who has said nothing after `patience` seconds is no longer waited for. The log has one line when the part goes
    and one when it is back.
    """

    def __init__(self, name: str, *, rest: float, patience: float) -> None:
        self.name, self.rest, self.patience = name, rest, patience
        self.is_away = False
        self._next_try = 0.0
        self._lock = Lock()

    def may_ask(self) -> bool:
        """Whether the caller may ask now; it then says `answered` or `failed`."""
        if not self.is_away:
            return True
        with self._lock:
            now = time.monotonic()
            if self.is_away and now < self._next_try:
                return False
            self._next_try = now + self.patience
            return True

    def failed(self, error: BaseException) -> None:
        """The part did not answer, or refused."""
        with self._lock:
            first, self.is_away = not self.is_away, True
            self._next_try = time.monotonic() + self.rest
        if first:
            log.warning("The %s does not answer (%s)", self.name, type(error).__name__)

    def answered(self) -> None:
        """The part did what it was asked."""
        if not self.is_away:
            return
        with self._lock:
            was_away, self.is_away = self.is_away, False
        if was_away:
            log.warning("The %s answers again", self.name)
