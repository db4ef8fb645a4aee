import datetime as dt

import pytest

from kpi.counting.periods import (
    Period,
    calendar_month,
    first_of_month,
    last_full_months,
    month_so_far,
    twelve_months_before,
)

D = dt.date


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (D(2026, 10, 31), D(2025, 10, 31)),
        (D(2024, 2, 29), D(2023, 2, 28)),
        (D(2025, 2, 28), D(2024, 2, 28)),
        (D(2024, 3, 1), D(2023, 3, 1)),
    ],
)
def test_twelve_months_before_is_the_same_day_or_the_28th_of_february(day, before):
    assert twelve_months_before(day) == before


def test_a_period_counts_both_its_days_and_never_runs_backwards():
    assert Period(D(2026, 10, 1), D(2026, 10, 1)).days == 1
    assert Period(D(2024, 2, 1), D(2024, 2, 29)).days == 29
    with pytest.raises(ValueError, match="is before"):
        Period(D(2026, 10, 2), D(2026, 10, 1))


@pytest.mark.parametrize(
    ("start", "end", "too_long"),
    [
        (D(2021, 1, 1), D(2025, 12, 31), False),
        (D(2021, 1, 1), D(2026, 1, 1), True),
        (D(2024, 2, 29), D(2029, 2, 28), False),
        (D(2024, 2, 29), D(2029, 3, 1), True),
    ],
)
def test_five_years_are_the_longest_period(start, end, too_long):
    assert Period(start, end).is_too_long is too_long


def test_months_are_found_across_the_new_year():
    assert first_of_month(D(2026, 1, 31), 1) == D(2025, 12, 1)
    assert first_of_month(D(2026, 1, 31), 13) == D(2024, 12, 1)
    assert calendar_month(D(2024, 2, 10)) == Period(D(2024, 2, 1), D(2024, 2, 29))
    assert last_full_months(D(2026, 1, 5), 1) == Period(D(2025, 12, 1), D(2025, 12, 31))
    assert last_full_months(D(2026, 11, 23), 3) == Period(D(2026, 8, 1), D(2026, 10, 31))
    assert last_full_months(D(2026, 11, 30), 12) == Period(D(2025, 11, 1), D(2026, 10, 31))


@pytest.mark.parametrize(
    ("today", "so_far", "before"),
    [
        (D(2026, 11, 23), (D(2026, 11, 1), D(2026, 11, 23)), (D(2026, 10, 1), D(2026, 10, 23))),
        (D(2026, 3, 31), (D(2026, 3, 1), D(2026, 3, 31)), (D(2026, 2, 1), D(2026, 2, 28))),
        (D(2026, 1, 1), (D(2026, 1, 1), D(2026, 1, 1)), (D(2025, 12, 1), D(2025, 12, 1))),
    ],
)
def test_this_month_so_far_is_compared_with_the_same_days_of_the_month_before(today, so_far, before):
    assert month_so_far(today) == (Period(*so_far), Period(*before))
