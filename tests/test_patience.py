"""How long the web server waits for a client, and which threads answer what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from akig.web.lanes import Lane, lane_of
from akig.web.patience import LEAST_BYTES, PER_SECONDS, Phase, Verdict, Wait, judge


@pytest.mark.parametrize(
    ("phase", "seconds", "moved", "verdict"),
    [
        (Phase.IDLE, 60, 0, Verdict.WAIT),
        (Phase.IDLE, 61, 0, Verdict.CLOSE),
        (Phase.HEAD, 20, 500, Verdict.WAIT),
        (Phase.HEAD, 21, 0, Verdict.TOO_SLOW),
        (Phase.HEAD, 21, 60_000, Verdict.TOO_SLOW),  # moving does not help a head
        (Phase.BODY, 60, 0, Verdict.WAIT),
        (Phase.BODY, 61, 61, Verdict.TOO_SLOW),  # a byte a second
        (Phase.BODY, 61, 3000, Verdict.WAIT),
        (Phase.ANSWER, 61, 2999, Verdict.CLOSE),
        (Phase.WORK, 3600, 0, Verdict.WAIT),
    ],
)
def test_a_client_is_waited_for_as_long_as_its_phase_allows(phase, seconds, moved, verdict):
    mark, first = judge(100, None, phase, 1, 7)
    assert first is Verdict.WAIT
    assert judge(100 + seconds, mark, phase, 1, 7 + moved)[1] is verdict


def test_the_next_request_or_the_next_phase_is_waited_for_anew():
    mark = Wait(Phase.HEAD, 1, since=100, moved=7)
    assert judge(130, mark, Phase.HEAD, 2, 9) == (Wait(Phase.HEAD, 2, 130, 9), Verdict.WAIT)
    assert judge(130, mark, Phase.BODY, 1, 9) == (Wait(Phase.BODY, 1, 130, 9), Verdict.WAIT)


@given(steps=st.lists(st.floats(0.5, 2), min_size=50, max_size=300), speed=st.integers(60, 10_000))
def test_an_upload_that_moves_passes_however_long_it_takes(steps, speed):
    # A minute's least bytes in 50 s: what comes between two looks does not count against it.
    now, moved, mark = 0.0, 0, None
    assert speed * (PER_SECONDS - 2) >= LEAST_BYTES
    for step in steps:
        now, moved = now + step, moved + round(speed * step)
        mark, verdict = judge(now, mark, Phase.BODY, 1, moved)
        assert verdict is Verdict.WAIT


@pytest.mark.parametrize(
    ("path", "lane"),
    [
        ("/static/akig.css", Lane.AT_ONCE),
        ("/healthz", Lane.AT_ONCE),
        ("/readyz", Lane.READINESS),
        ("/GN_KINDIA/kpi/", Lane.PAGES),
        ("/api/tasks", Lane.PAGES),
    ],
)
def test_files_and_health_do_not_wait_behind_pages(path, lane):
    assert lane_of(path) is lane
