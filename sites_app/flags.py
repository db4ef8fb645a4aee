"""Which side of a gradual rollout a person is on. Pure: the same answer on every device, in jobs and in mail."""

import hashlib
from typing import Any


def bucket(flag_name: str, user_id: Any) -> int:
    """A stable number 0–99 for a flag and a person; the flag is on where it is below the flag's percentage.

    Raising the percentage therefore only adds people, lowering it only removes some.
    """
    digest = hashlib.sha256(f"{flag_name}:{user_id}".encode()).digest()
    return int.from_bytes(digest[:8]) % 100
