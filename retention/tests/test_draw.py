"""Who is set aside: of each level its share, the same for a seed, and never dearer than was said before."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.draw import Entrant, draw, largest_cost, number_set_aside, proposed_share

ENTRANTS = st.lists(
    st.builds(
        Entrant, st.integers(0, 10**6).map(str), st.sampled_from(["low", "medium", "high", "critical"]),
        st.integers(0, 10**7),
    ),
    max_size=60, unique_by=lambda entrant: entrant.key,
)  # fmt: skip
SHARES = st.integers(0, 50).map(lambda number: number / 100)


@given(entrants=ENTRANTS, seed=st.integers(0, 2**31), share=SHARES)
def test_of_each_level_as_many_as_its_share_says(entrants, seed, share):
    aside = draw(entrants, seed=seed, share=share)
    assert aside <= {entrant.key for entrant in entrants}
    assert len(aside) == number_set_aside(entrants, share=share)
    assert abs(len(aside) - share * len(entrants)) <= 0.5
    drawn = Counter(entrant.level for entrant in entrants if entrant.key in aside)
    for level, number in Counter(entrant.level for entrant in entrants).items():
        assert abs(drawn[level] - share * number) < 1


@given(entrants=ENTRANTS, seed=st.integers(0, 2**31), share=SHARES, dice=st.randoms())
def test_a_seed_draws_the_same_in_any_order(entrants, seed, share, dice):
    mixed = list(entrants)
    dice.shuffle(mixed)
    assert draw(mixed, seed=seed, share=share) == draw(entrants, seed=seed, share=share)


@given(entrants=ENTRANTS, seed=st.integers(0, 2**31), share=SHARES)
def test_whoever_is_drawn_it_costs_no_more_than_was_said(entrants, seed, share):
    aside = draw(entrants, seed=seed, share=share)
    assert sum(entrant.cost for entrant in entrants if entrant.key not in aside) <= largest_cost(entrants, share=share)


def test_everybody_of_a_level_is_drawn_as_often():
    entrants = [Entrant(str(number), "high") for number in range(10)]
    times = Counter(key for seed in range(2000) for key in draw(entrants, seed=seed, share=0.3))
    assert len(times) == 10
    assert all(500 < count < 700 for count in times.values())


def test_a_draw_of_today_is_the_same_in_years():
    entrants = [Entrant(name, level) for name, level in (("a", "low"), ("b", "low"), ("c", "high"), ("d", "high"))]
    assert draw(entrants, seed=7, share=0.5) == {"a", "c"}


def test_a_fifth_is_proposed_from_ten_on_and_more_where_the_budget_asks_for_it():
    def cost_100(number):
        return [Entrant(str(key), "high", 100) for key in range(number)]

    assert proposed_share(cost_100(9), budget=900) == 0
    assert proposed_share(cost_100(10), budget=1000) == 0.2
    assert proposed_share(cost_100(10), budget=600) == 0.35
    assert proposed_share(cost_100(9), budget=800) == 0.1
    assert proposed_share(cost_100(10), budget=499) is None


@pytest.mark.parametrize("share", [-0.1, 0.51, 1])
def test_more_than_half_is_never_set_aside(share):
    with pytest.raises(ValueError, match="no share"):
        draw([], seed=1, share=share)
