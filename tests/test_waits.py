"""How long a process is waited for, and when it counts as frozen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from akig.embedded.waits import is_silent, pause_before_start, watched_since

seconds = st.integers(0, 10**6)


def test_who_had_served_is_back_at_once_and_who_fails_at_the_start_is_waited_for():
    assert [pause_before_start(n) for n in range(9)] == [0.1, 0.5, 1, 2, 4, 8, 16, 30, 30]


@given(st.integers(0, 10**9))
def test_a_pause_grows_and_ends_at_half_a_minute(false_starts):
    assert 0 < pause_before_start(false_starts) <= pause_before_start(false_starts + 1) <= 30


@pytest.mark.parametrize(
    ("now", "last_sign", "silent"),
    [
        (109, None, False),  # still starting
        (161, None, True),
        (161, 99, True),  # the sign of the one before
        (161, 150, False),
        (165, 150, False),
        (166, 150, True),
    ],
)
def test_a_process_is_silent_after_its_last_sign_or_its_start(now, last_sign, silent):
    assert is_silent(now, started=100, last_sign=last_sign, silence=15, start=60) == silent


@given(started=seconds, age=seconds, quiet=seconds, silence=seconds, start=seconds)
def test_a_process_that_has_just_given_a_sign_is_never_silent(started, age, quiet, silence, start):
    now = started + age
    sign = max(started, now - min(quiet, silence))
    assert not is_silent(now, started=started, last_sign=sign, silence=silence, start=start)


def test_an_onlooker_that_stood_still_itself_begins_to_count_anew():
    assert watched_since(102, last_look=100, before=7) == 7
    assert watched_since(130, last_look=100, before=7) == 130
