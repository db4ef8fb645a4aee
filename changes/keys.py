"""Idempotency keys: the same wish sent twice is one change, and a key that stood for another wish is refused.

The row that a change leaves keeps its key, unique within the site, and the digest of what was asked.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from changes.refusals import IdempotencyConflict


def digest_of(request: Mapping[str, Any]) -> str:
    """The same for the same wish, whatever the order of its names; what JSON does not know counts as its text."""
    return hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()


def is_known(kept_digest: str | None, digest: str, conflict: IdempotencyConflict) -> bool:
    """Whether the wish was carried out before: `kept_digest` stands beside its key, None when nothing does.

    Raises `conflict` when the key was used for another wish.
    """
    if kept_digest is not None and kept_digest != digest:
        raise conflict
    return kept_digest is not None
