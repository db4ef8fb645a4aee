"""How long a client is waited for. Pure: no clock and no socket here."""

from dataclasses import dataclass, replace
from enum import Enum


class Phase(Enum):
    """What a connection waits for."""

    IDLE = "the client has asked nothing yet, or nothing more"
    HEAD = "the rest of a request's head"
    BODY = "the rest of a request's body"
    WORK = "us"
    ANSWER = "the client to read its answer"


class Verdict(Enum):
    WAIT = "go on waiting"
    CLOSE = "close without a word"
    TOO_SLOW = "408, and close"


IDLE_SECONDS = 60.0
# All of a head: a packet or two on any link.
HEAD_SECONDS = 20.0
# Bodies and answers may take hours on a slow link, as long as they move: 2G brings fifty times as much.
LEAST_BYTES = 3_000
PER_SECONDS = 60.0


@dataclass(frozen=True)
class Wait:
    """Where a connection stood: in which phase of its how-manieth request, since when, how many bytes had moved."""

    phase: Phase
    request: int
    since: float
    moved: int


def judge(now: float, mark: Wait | None, phase: Phase, request: int, moved: int) -> tuple[Wait, Verdict]:
    """The connection's next mark, and what becomes of it.

    Heads and idle connections have a deadline. Bodies and answers have a least speed.
    """
    if mark is None or (mark.phase, mark.request) != (phase, request):
        return Wait(phase, request, now, moved), Verdict.WAIT
    waited = now - mark.since
    if phase is Phase.IDLE and waited > IDLE_SECONDS:
        return mark, Verdict.CLOSE
    if phase is Phase.HEAD and waited > HEAD_SECONDS:
        return mark, Verdict.TOO_SLOW
    if phase in (Phase.BODY, Phase.ANSWER):
        if moved - mark.moved >= LEAST_BYTES:
            return replace(mark, since=now, moved=moved), Verdict.WAIT
        if waited > PER_SECONDS:
            return mark, Verdict.TOO_SLOW if phase is Phase.BODY else Verdict.CLOSE
    return mark, Verdict.WAIT
