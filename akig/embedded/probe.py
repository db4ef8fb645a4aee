"""Asks a process again and again whether it answers, beside whoever looks after it."""

import threading
import time
from collections.abc import Callable

_EVERY = 2.0
_EVERY_WHILE_SILENT = 0.2


class Probe:
    """A thread that asks every two seconds, sooner while there is no answer: what Child.last_sign wants.

    `ask` has a time limit of its own.
    """

    def __init__(self, ask: Callable[[], bool]) -> None:
        self._ask = ask
        self._last_sign: float | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="probe", daemon=True)

    def last_sign(self) -> float | None:
        """When it last answered, in time.monotonic(); None: never yet."""
        return self._last_sign

    def start(self) -> "Probe":
        self._thread.start()
        return self

    def stop(self) -> None:
        """Ask no more. Does not wait for an answer that is still due."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            asked = time.monotonic()
            if answered := self._ask():
                # It lived when it was asked; it may have been killed since.
                self._last_sign = asked
            self._stop.wait(_EVERY if answered else _EVERY_WHILE_SILENT)
