"""How far a long job has come, for the person who waits. A hint in the cache, not a fact: it may be missing."""

from dataclasses import dataclass
from uuid import UUID

from django.core.cache import cache

_KEEP_SECONDS = 3600


@dataclass(frozen=True)
class Progress:
    done: int
    total: int

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total > 0 else 0


def tell_progress(job_id: UUID | str, done: int, total: int) -> None:
    """Say that `done` of `total` steps are behind us. Outside the job's transaction, so it is seen at once."""
    cache.set(f"job-progress:{job_id}", (done, total), _KEEP_SECONDS)


def progress_of(job_id: UUID | str) -> Progress | None:
    """What the job said last; None when it said nothing yet."""
    said = cache.get(f"job-progress:{job_id}")
    return None if said is None else Progress(*said)
