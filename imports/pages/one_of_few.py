"""Uploads are read one or two at once in a web process: the next is asked to come again, and none waits in line."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

AT_ONCE = 2
RETRY_AFTER_SECONDS = 15

_places = threading.BoundedSemaphore(AT_ONCE)


class AllPlacesTaken(Exception):
    """Others' files are being read in this process: later."""


@contextmanager
def one_of_few() -> Iterator[None]:
    """A place among the uploads that are read at once. Raises AllPlacesTaken, without waiting."""
    if not _places.acquire(blocking=False):
        raise AllPlacesTaken
    try:
        yield
    finally:
        _places.release()
