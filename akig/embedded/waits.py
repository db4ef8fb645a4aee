"""When a process is started again, and when it is taken for frozen. Pure: no clock and no process here."""

_SHORTEST_PAUSE = 0.1
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
# Looks come every two seconds; a longer gap means that the onlooker itself stood still.
_LONGEST_GAP = 10.0


def pause_before_start(false_starts: int) -> float:
    """Seconds until a process is started again that has ended `false_starts` times in a row before it served.

    0: it had served, or somebody killed it; it is back at once, however often that happens.
    """
    if false_starts == 0:
        return _SHORTEST_PAUSE
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(false_starts - 1, 10))


def is_silent(now: float, *, started: float, last_sign: float | None, silence: float, start: float) -> bool:
    """Whether a process has been silent for longer than it may: `start` until its first sign, `silence` after it.

    A sign from before `started` is another process'.
    """
    if last_sign is None or last_sign < started:
        return now - started > start
    return now - last_sign > silence


def watched_since(now: float, *, last_look: float, before: float) -> float:
    """From when on silence counts: from `now` on where the onlooker has not looked for long, else as `before`."""
    return now if now - last_look > _LONGEST_GAP else before
