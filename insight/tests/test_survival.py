"""Empty days: the page's numbers, a published table, and Efron's other way to the same mean."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.survival import Vacancy, known_vacancies, mean_empty_days, shrunk_empty_days
from insight.tests import oracle
from insight.tests.formulas_page import shown, table

# Weeks of remission of 21 patients under 6-MP, + still in remission (Freireich and others 1963, in Kleinbaum and Klein,
# Survival Analysis), and the estimate there from each week on.
REMISSIONS = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
STILL = {0: 1, 6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}

vacancies = st.lists(st.tuples(st.integers(0, 250), st.booleans()), min_size=1, max_size=25)


def read(text):
    return [Vacancy(int(word.rstrip("+")), not word.endswith("+")) for word in text.split()]


@pytest.mark.parametrize(("written", "mean", "n", "shrunk"), table("Empty days"))
def test_the_mean_of_vacancies_is_the_one_of_the_page(written, mean, n, shrunk):
    found = mean_empty_days(read(written))
    assert ("none" if found is None else shown(found, mean)) == mean
    assert known_vacancies(read(written)) == int(n)
    assert shown(shrunk_empty_days(read(written)), shrunk) == shrunk


def test_the_estimate_is_the_one_of_the_text_book():
    remissions = read(REMISSIONS)
    for since, share in STILL.items():
        in_between = mean_empty_days(remissions, up_to=since + 0.5) - mean_empty_days(remissions, up_to=since)
        assert round(in_between / 0.5, 4) == share


@settings(max_examples=oracle.EXAMPLES, deadline=None)
@given(vacancies, st.integers(1, 250))
def test_the_mean_is_the_one_of_the_oracle(pairs, up_to):
    found = mean_empty_days([Vacancy(*pair) for pair in pairs], up_to=up_to)
    assert found == pytest.approx(oracle.mean_empty_days(pairs, up_to), abs=1e-9)


@given(st.lists(st.integers(0, 179), min_size=1))
def test_where_every_home_was_let_it_is_the_plain_mean(days):
    assert mean_empty_days([Vacancy(d, True) for d in days]) == pytest.approx(sum(days) / len(days), abs=1e-9)


@given(vacancies, st.randoms(use_true_random=False))
def test_the_order_of_vacancies_changes_nothing(pairs, random):
    shuffled = list(pairs)
    random.shuffle(shuffled)
    assert mean_empty_days([Vacancy(*p) for p in shuffled]) == mean_empty_days([Vacancy(*p) for p in pairs])


@given(vacancies, st.data())
def test_a_home_that_is_not_let_after_all_stood_empty_longer(pairs, data):
    n = data.draw(st.integers(0, len(pairs) - 1))
    still = [(days, is_let and i != n) for i, (days, is_let) in enumerate(pairs)]
    before, after = (mean_empty_days([Vacancy(*p) for p in each]) for each in (pairs, still))
    assert after >= before - 1e-9


@given(vacancies, st.floats(0, 180))
def test_few_vacancies_lie_between_their_own_mean_and_the_networks(pairs, network):
    own = [Vacancy(*pair) for pair in pairs]
    low, high = sorted((mean_empty_days(own), network))
    assert low - 1e-9 <= shrunk_empty_days(own, network) <= high + 1e-9


def test_homes_that_have_just_become_empty_change_no_estimate():
    let = [Vacancy(40, True), Vacancy(80, True)]
    just_empty = [Vacancy(1, False)] * 30
    assert shrunk_empty_days(just_empty, 70) == 70
    assert shrunk_empty_days(let + just_empty, 70) == pytest.approx(shrunk_empty_days(let, 70))


@pytest.mark.parametrize("days", [-1, float("nan"), float("inf")])
def test_no_home_is_empty_for_such_a_time(days):
    with pytest.raises(ValueError, match="no home is empty"):
        Vacancy(days, True)
