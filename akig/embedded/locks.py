"""Locks on files: the kernel takes them back when a process ends, however it ends."""

import fcntl
import os
from pathlib import Path

_CLOSED = -1  # no descriptor: the kernel refuses it


class Busy(Exception):
    """Somebody else holds the lock."""


class FileLock:
    """A lock on a file, shared or exclusive, not inherited by child processes."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def share(self, *, wait: bool = True) -> None:
        """Hold the lock together with others. Raises Busy when not waiting and somebody has it alone."""
        self._lock(fcntl.LOCK_SH, wait=wait)

    def own(self, *, wait: bool = True) -> None:
        """Hold the lock alone. Raises Busy when not waiting and anybody has it."""
        self._lock(fcntl.LOCK_EX, wait=wait)

    def release(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._descriptor != _CLOSED:
            os.close(self._descriptor)
            self._descriptor = _CLOSED

    def __enter__(self) -> "FileLock":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _lock(self, kind: int, *, wait: bool) -> None:
        try:
            fcntl.flock(self._descriptor, kind if wait else kind | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy from None


def is_free(path: Path) -> bool:
    """Whether nobody holds the lock on this file alone at this moment."""
    with FileLock(path) as lock:
        try:
            lock.share(wait=False)
        except Busy:
            return False
    return True
