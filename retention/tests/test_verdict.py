"""One verdict by assignment: its word, its homes and its francs, against another way to reckon them."""

import os
import random
from decimal import Decimal
from math import isclose, sqrt
from statistics import NormalDist

import pytest

from retention.verdict import Arm, homes_to_keep, verdict

# The long run: `AKIG_CAMPAIGNS=10000 pytest retention/tests/test_verdict.py`.
CAMPAIGNS = int(os.environ.get("AKIG_CAMPAIGNS", "400"))
Z = NormalDist().inv_cdf(0.975)


def wilson_by_its_equation(k, n):
    """The two p with |k/n − p| = z √(p (1 − p)/n), solved as a quadratic."""
    a, b, c = 1 + Z * Z / n, -(2 * k / n + Z * Z / n), (k / n) ** 2
    root = sqrt(max(0.0, b * b - 4 * a * c))
    return max(0.0, (-b - root) / (2 * a)), min(1.0, (-b + root) / (2 * a))


def oracle(k1, n1, k2, n2, loss, spent):
    """D, its interval and the three sums of francs."""
    (l1, u1), (l2, u2), p1, p2 = wilson_by_its_equation(k1, n1), wilson_by_its_equation(k2, n2), k1 / n1, k2 / n2
    low = p1 - p2 - sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2)
    high = p1 - p2 + sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)
    return [p1 - p2, low, high], [float(Decimal(n1) * Decimal(d) * Decimal(loss)) - spent for d in (p1 - p2, low, high)]


def test_the_designs_campaign_says_what_the_design_says():
    found = verdict(Arm(24, 22), Arm(8, 6), mean_loss=3_942_181, spent=1_900_000)
    shown = found.difference
    assert (found.word, found.homes_to_keep) == ("nothing proven", 1)
    assert [round(100 * each) for each in (shown.share, shown.interval.low, shown.interval.high)] == [17, -8, 51]
    assert [round(each) for each in (shown.homes_interval.low, shown.homes_interval.high)] == [-2, 12]


@pytest.mark.parametrize(
    ("contacted", "set_aside", "word"),
    [
        (Arm(24, 22), Arm(0, 0), "no control"),
        (Arm(0, 0), Arm(3, 3), "no control"),
        (Arm(24, 10), Arm(4, 0), "too few"),
        (Arm(24, 23), Arm(8, 7), "too few"),
        (Arm(24, 22), Arm(8, 6), "nothing proven"),
        (Arm(40, 40), Arm(20, 14), "kept"),
        (Arm(40, 26), Arm(20, 20), "harm"),
    ],
)
def test_the_word(contacted, set_aside, word):
    assert verdict(contacted, set_aside, mean_loss=1.0, spent=0).word == word


def test_ten_thousand_campaigns_have_the_francs_of_an_oracle():
    dice = random.Random(15)  # noqa: S311 -- the same numbers each time
    for _n in range(10_000):
        n1, n2 = dice.randint(1, 300), dice.randint(1, 150)
        k1, k2 = dice.randint(0, n1), dice.randint(0, n2)
        loss, spent = dice.uniform(1e5, 1e7), dice.randint(0, 10**8)
        shown = verdict(Arm(n1, k1), Arm(n2, k2), mean_loss=loss, spent=spent).difference
        differences, francs = oracle(k1, n1, k2, n2, loss, spent)
        for mine, other in zip((shown.share, shown.interval.low, shown.interval.high), differences, strict=True):
            assert isclose(mine, other, abs_tol=1e-7)
        for mine, other in zip(
            (shown.francs, shown.francs_interval.low, shown.francs_interval.high), francs, strict=True
        ):
            assert abs(mine - other) <= 1 + 1e-6 * abs(other)


@pytest.mark.parametrize(("cost", "loss", "homes"), [(0, 1e6, 0), (1, 1e6, 1), (1_000_001, 1e6, 2), (5, 0.0, 0)])
def test_so_many_homes_pay_for_it(cost, loss, homes):
    assert homes_to_keep(cost, loss) == homes


@pytest.mark.parametrize("effect", [0.0, 0.3])
def test_simulated_campaigns_are_covered_and_seldom_wrongly_proven(effect):
    """True differences by construction: would-be leavers are 20 %, of whom the effect keeps its share."""
    dice = random.Random(f"campaigns {effect}")  # noqa: S311 -- the same numbers each time
    covered = kept = judged = 0
    for _campaign in range(CAMPAIGNS):
        n1, n2 = dice.choice([(40, 10), (60, 30), (100, 50), (30, 30)])
        lost1 = sum(dice.random() < 0.2 * (1 - effect) for _n in range(n1))
        lost2 = sum(dice.random() < 0.2 for _n in range(n2))
        found = verdict(Arm(n1, n1 - lost1), Arm(n2, n2 - lost2), mean_loss=1.0, spent=0)
        covered += found.difference.interval.low <= 0.2 * effect <= found.difference.interval.high
        kept += found.word == "kept"
        judged += 1
    assert covered / judged >= 0.93
    if not effect:
        assert kept / judged <= 0.04
