"""Passwords are hashed a few at a time: each hashing takes a core for a quarter of a second and 100 MB of memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher

# In each process. A web process of ours has four threads: one is left for everybody who has signed in.
AT_ONCE, WAITING = 2, 1
RETRY_AFTER_SECONDS = 5

_hashing = BoundedSemaphore(AT_ONCE)
_places = BoundedSemaphore(AT_ONCE + WAITING)


class HashingBusy(Exception):
    """As many passwords as may be are being hashed and waiting already."""


@contextmanager
def _a_place() -> Iterator[None]:
    if not _places.acquire(blocking=False):
        raise HashingBusy
    try:
        with _hashing:
            yield
    finally:
        _places.release()


class BoundedArgon2(Argon2PasswordHasher):
    def encode(self, password: str, salt: str) -> str:
        with _a_place():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _a_place():
            return super().verify(password, encoded)


class BoundedPBKDF2(PBKDF2PasswordHasher):
    """Of accounts that came with such a hash. It verifies by encoding."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        with _a_place():
            return super().encode(password, salt, iterations)
