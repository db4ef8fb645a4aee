"""Who stands where, by example and by property."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from kpi.counting.figures import NO_AGENT, AgentFigures, Figures, FrancsPart, as_json, from_json, together
from kpi.report.leaders import leaders, ranks

whole = st.integers(0, 50)
parts = st.builds(AgentFigures, whole, whole, whole, whole, whole, whole, whole, whole)
figures = st.builds(
    Figures,
    st.dictionaries(st.integers(0, 5), parts, max_size=4),
    st.tuples(*[st.builds(FrancsPart, whole, whole)] * 4),
    st.dictionaries(st.sampled_from(["cash", "bank"]), st.builds(FrancsPart, whole, whole)),
)


@given(st.dictionaries(st.integers(1, 9), st.decimals(0, 9, places=1), max_size=8))
def test_a_rank_is_one_more_than_the_number_of_better_ones(values):
    found = ranks(values)
    assert sorted(found) == sorted(values)
    for key, rank in found.items():
        assert rank == len([v for v in values.values() if v > values[key]]) + 1
    assert not values or min(found.values()) == 1


def test_equal_values_share_a_place_and_the_next_one_is_left_out():
    assert ranks({1: Decimal(3), 2: Decimal(5), 3: Decimal(3), 4: Decimal(1)}) == {2: 1, 1: 2, 3: 2, 4: 4}


def test_agents_stand_by_contracts_then_rent_and_who_has_nothing_is_last_unplaced():
    found = leaders(
        {
            1: AgentFigures(signed=2, in_force=4, rent=400),
            2: AgentFigures(signed=2, in_force=9, rent=900),
            NO_AGENT: AgentFigures(signed=50, rent=10**9, in_force=50),
        },
        [1, 2, 3],
    )
    assert [leader.agent for leader in found] == [2, 1, 3]
    assert [leader.marks["signed"].rank for leader in found] == [1, 1, None]
    assert [leader.marks["rent"].rank for leader in found] == [1, 2, None]
    assert found[2].marks["collection"].value is None


def test_too_few_rows_are_shown_and_not_ranked():
    found = leaders(
        {
            1: AgentFigures(due=9, francs_due=100, francs_received=100, answers=4, rating=40),
            2: AgentFigures(due=10, francs_due=100, francs_received=50, answers=5, rating=20),
            3: AgentFigures(due=10, francs_due=100, francs_received=40, answers=5, rating=10),
        },
        [1, 2, 3],
    )
    few, enough, _third = (leader.marks for leader in found)
    assert (few["collection"].value, few["collection"].n, few["collection"].rank) == (1, 9, None)
    assert (enough["collection"].value, enough["collection"].rank) == (Decimal("0.5"), 1)
    assert (few["satisfaction"].value, few["satisfaction"].rank) == (10, None)
    assert (enough["satisfaction"].value, enough["satisfaction"].rank) == (4, 1)
    assert [(mark.rank, mark.of, mark.is_enough) for mark in (few["satisfaction"], enough["satisfaction"])] == [
        (None, 2, False),
        (1, 2, True),
    ]


def test_who_alone_has_rows_enough_is_first_of_nobody():
    found = leaders(
        {
            1: AgentFigures(answers=5, rating=30),
            2: AgentFigures(answers=4, rating=40),
        },
        [1, 2, 3],
    )
    alone = found[0].marks["satisfaction"]
    assert (alone.value, alone.rank, alone.of, alone.is_enough) == (6, None, 0, True)


def test_a_rate_has_its_interval_and_the_agent_a_side_only_beyond_chance():
    found = leaders(
        {
            1: AgentFigures(due=80, francs_due=800, francs_received=480),
            2: AgentFigures(due=50, francs_due=500, francs_received=400),
            3: AgentFigures(due=20, francs_due=200, francs_received=160),
            NO_AGENT: AgentFigures(due=9, francs_due=90, francs_received=0),
        },
        [1, 2, 3, 4],
    )
    marks = {leader.agent: leader.marks["collection"] for leader in found}
    # 48 of 80 against 56 of 70: Newcombe 1998, −0.3339 to −0.0524.
    assert [marks[agent].is_above for agent in (1, 2, 3, 4)] == [False, True, None, None]
    assert (round(marks[1].interval.low, 4), round(marks[1].interval.high, 4)) == (0.4905, 0.7004)
    assert marks[4].interval is None
    assert found[0].marks["rent"].interval is None


def test_an_agent_alone_is_compared_with_nobody():
    [only] = leaders({1: AgentFigures(due=80, francs_due=800, francs_received=10)}, [1])
    assert only.marks["collection"].is_above is None
    assert only.marks["collection"].interval is not None


@given(figures)
def test_figures_come_back_from_their_snapshot_as_they_were(one):
    assert from_json(as_json(one)) == one


@given(figures, figures, figures)
def test_the_order_in_which_sites_are_added_up_does_not_matter(one, other, third):
    assert together([one, other, third]) == together([third, one, other])


@given(figures, figures)
def test_nothing_is_lost_when_two_sites_are_added_up(one, other):
    both = together([one, other])
    for name in ("signed", "rent", "due", "francs_received", "answers"):
        assert sum(getattr(part, name) for part in both.agents.values()) == sum(
            getattr(part, name) for site in (one, other) for part in site.agents.values()
        )
    assert sum(p.francs for p in both.income.values()) == sum(
        p.francs for site in (one, other) for p in site.income.values()
    )
