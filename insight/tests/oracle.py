"""Every figure of docs/formulas/retention.md a second time, another way: plain loops and exact fractions, no module of
insight. The tests compare the two on random inputs; AKIG_INSIGHT_EXAMPLES says on how many."""

import os
from decimal import Decimal, localcontext
from fractions import Fraction
from math import exp, log, sqrt

from tests.examples import examples

EXAMPLES = examples(int(os.environ.get("AKIG_INSIGHT_EXAMPLES", "200")))


def points_of(term, value):
    """The starting table as somebody would read it aloud."""
    if term == "window":
        return 0 if value < 0 else -24 if value < 18 else -40 if value < 30 else -20
    if term == "prepaid":
        return 30 if value >= 5 else -14 if value >= 1 else 0
    if term == "late_change":
        return -16 if value >= 7 else -8 if value >= 3 else 0
    if term == "missed":
        return -8 if value >= 2 else -4 if value >= 1 else 0
    if term == "complaints":
        return -24 if value >= 2 else -14 if value >= 1 else 0
    if term == "overdue_requests":
        return -6 if value >= 1 else 0
    if term == "satisfaction":
        return 6 if value >= 9 else 0 if value >= 7 else -10 if value >= 5 else -20
    if term == "inbound":
        return -8 if value < 0.5 else 0
    if term == "silence":
        return -6 if value > 60 else 0
    if term == "loyalty":
        return 8 if value >= 36 else 0
    assert term == "referrals"
    return 5 if value >= 1 else 0


def score(terms):
    """The score before and after it is held between 0 and 100."""
    total = 80
    for term, value in terms.items():
        if value is not None:
            total += points_of(term, value)
    return total, 0 if total < 0 else 100 if total > 100 else total


def level(value):
    return "critical" if value < 40 else "high" if value < 60 else "medium" if value < 80 else "low"


def probability(unclamped, factor):
    """In decimals of 40 digits."""
    with localcontext() as context:
        context.prec = 40
        odds = Decimal(1) / 39 * Decimal(2) ** ((80 - Decimal(unclamped)) / 20)
        stays = 1 - odds / (1 + odds)
        return float(1 - stays ** Decimal(factor))


def mean_empty_days(vacancies, up_to):
    """Efron's redistribution to the right: who is no longer seen leaves his share to all who stayed longer."""
    ordered = sorted(vacancies, key=lambda pair: (pair[0], not pair[1]))
    shares = [Fraction(1, len(ordered))] * len(ordered)
    mean = Fraction(0)
    for n, (days, is_let) in enumerate(ordered):
        later = len(ordered) - n - 1
        if days >= up_to:
            mean += shares[n] * up_to
        elif is_let:
            mean += shares[n] * Fraction(days)
        elif later:
            for other in range(n + 1, len(ordered)):
                shares[other] += shares[n] / later
        else:
            mean += shares[n] * up_to
    return float(mean)


def auc(forecasts):
    pairs = [(a, b) for a, left in forecasts if left for b, other in forecasts if not other]
    if not pairs:
        return None
    return float(sum(Fraction(2 if a > b else 1 if a == b else 0, 2) for a, b in pairs) / len(pairs))


def brier(forecasts):
    total = Fraction(0)
    for said, came in forecasts:
        total += (Fraction(said) - int(came)) ** 2
    return float(total / len(forecasts))


def skill(forecasts):
    came = [int(c) for _said, c in forecasts]
    if len(set(came)) < 2:
        return None
    rate = Fraction(sum(came), len(came))
    same_of_all = sum((rate - c) ** 2 for c in came) / len(came)
    return 1 - brier(forecasts) / float(same_of_all)


def log_loss(forecasts):
    total = 0.0
    for said, came in forecasts:
        chance = Fraction(said) if came else 1 - Fraction(said)
        if not chance:
            return float("inf")
        total -= log(chance)
    return total / len(forecasts)


def calibration(forecasts, rows):
    """(cases, mean said, decided) of each row: a case stands where the middle of those like it would."""
    found = [[] for _row in range(rows)]
    for said, came in forecasts:
        below = sum(other < said for other, _came in forecasts)
        alike = sum(other == said for other, _came in forecasts)
        middle = below + Fraction(alike, 2)
        found[int(middle * rows / len(forecasts))].append((said, came))
    return [
        (len(row), float(sum(Fraction(said) for said, _came in row) / len(row)), sum(came for _said, came in row))
        for row in found
        if row
    ]


def pooled(trials, z):
    """From the rates of each trial instead of its counts, in fractions."""
    weights, differences, p, q = Fraction(0), Fraction(0), Fraction(0), Fraction(0)
    for k1, n1, k2, n2 in trials:
        p1, p2, weight = Fraction(k1, n1), Fraction(k2, n2), Fraction(n1 * n2, n1 + n2)
        weights += weight
        differences += weight * (p1 - p2)
        p += weight / (n1 + n2) * (n1 * p2 - n2 * p1 + Fraction(n2 - n1, 2))
        q += weight * (p1 * (1 - p2) + p2 * (1 - p1)) / 2
    difference = differences / weights
    reach = z * sqrt(max(0, difference * p + q)) / float(weights)
    return float(difference), float(difference) - reach, float(difference) + reach


def fitted(rows, start, reference, penalty, site_penalty, weight):
    """The penalised log-loss of single rows, one coefficient at a time until none moves any more.

    `rows`: (site, bands present, decided); `start`: the log-odds of the table by column, with "intercept".
    """
    sites = sorted({site for site, _bands, _decided in rows})
    columns = [c for c in start if c not in reference]
    towards = {**{c: start[c] for c in columns}, **{("site", s): 0.0 for s in sites}}
    weights = {c: 0.0 if c == "intercept" else penalty for c in columns} | {("site", s): site_penalty for s in sites}
    now = dict(towards)
    present = [({"intercept", ("site", site), *bands} & set(now), decided) for site, bands, decided in rows]
    for _sweep in range(20_000):
        moved = 0.0
        for column in now:
            slope, curve = weights[column] * (now[column] - towards[column]), weights[column]
            for of_row, decided in present:
                if column in of_row:
                    p = 1 / (1 + exp(-sum(now[c] for c in of_row)))
                    slope += weight * (p - decided)
                    curve += weight * p * (1 - p)
            step = max(-1.0, min(1.0, slope / curve))
            now[column] -= step
            moved = max(moved, abs(step))
        if moved < 1e-7:
            return now
    raise AssertionError("the oracle has not come to rest")
