"""How good the forecasts would have been: on past quarters, each forecast from what was known when it began."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from insight.adoption import forecast
from insight.evaluate import Forecast, Ranking, ranking
from insight.points import LEVELS, STARTING_TABLE, risk_level, score
from insight.probability import Watched, expected_departures, network_factor, probability, site_factor
from insight.rates import Rate
from retention.cases import PastCase, month_days, past_cases, quarter_days
from retention.fitting import EBM, LOGISTIC, POINTS, learned_apart
from retention.former import former_risk
from retention.learning import QUARTERS, as_example, sampled
from retention.science import python_for
from retention.windows import MOST_WINDOWS

FITTED = {"model": POINTS, "logistic": LOGISTIC, "ebm": EBM}
SECONDS = 3600
"""Somebody waits and may stop waiting; boosting takes minutes."""
FIRST = 10
FIRST_OF_MANY = 20
MANY = 200
"""A site that scores more tenancies than this looks at twenty of its list, others at ten."""


@dataclass(frozen=True)
class Evaluation:
    """Forecasts of past quarters beside what came: all of them; by level; the first of each list and all others; and by
    the former formula, which knew ranks and no probabilities."""

    days: tuple[dt.date, ...]
    forecasts: tuple[Forecast, ...]
    by_level: tuple[tuple[str, Rate], ...]
    first: Rate | None
    rest: Rate | None
    former: Ranking | None
    former_fifths: tuple[Rate, Rate] | None
    """Who left of those whom the former formula held to be safest, and of those at most risk."""


def evaluate(codes: Sequence[str], *, today: dt.date, learner: str, quarters: int = QUARTERS) -> Evaluation:
    """The last quarters that are over, by the table with its factor, or by fits on what had matured before each.

    Whoever was lost from sight within 90 days, and did not decide to leave, is left out. Needs the sites in scope.
    Raises FitFailed.
    """
    days = quarter_days(today, quarters + MOST_WINDOWS)
    cases = list(past_cases(codes, days if learner == "table" else month_days(today), today=today))
    on_day: dict[dt.date, list[PastCase]] = defaultdict(list)
    for case in cases:
        on_day[case.day].append(case)
    tested = [day for day in days[-quarters:] if on_day[day]]
    if learner == "table":
        said = [_by_table(on_day, days, day) for day in tested]
    else:
        said = _by_fits(cases, on_day, tested, learner)
    pairs = [
        [(case, Forecast(p, case.decided)) for case, p in zip(on_day[day], of_day, strict=True) if not case.is_censored]
        for day, of_day in zip(tested, said, strict=True)
    ]
    everybody = [pair for of_day in pairs for pair in of_day]
    first, rest = _of_lists(pairs)
    former = [Forecast(former_risk(case), case.decided) for case, _said in everybody]
    return Evaluation(
        days=tuple(tested),
        forecasts=tuple(each for _case, each in everybody),
        by_level=tuple(_by_level(case for case, _said in everybody)),
        first=first,
        rest=rest,
        former=ranking(former),
        former_fifths=_fifths(former),
    )


def _by_table(on_day: dict[dt.date, list[PastCase]], days: Sequence[dt.date], day: dt.date) -> list[float]:
    """The starting table, with the factor of each site from the four quarters that were over on the day."""
    seen: dict[str, int] = defaultdict(int)
    watched: dict[str, list[Watched]] = defaultdict(list)
    for before in [each for each in days if each < day][-MOST_WINDOWS:]:
        for case in on_day[before]:
            seen[case.site] += case.decided
            watched[case.site].append(Watched(_p0(case), case.days))
    expected = {site: expected_departures(of_site) for site, of_site in watched.items()}
    network = network_factor(sum(seen.values()), sum(expected.values()))
    return [
        probability(_p0(case), site_factor(network, seen[case.site], expected.get(case.site, 0.0)))
        for case in on_day[day]
    ]


def _p0(case: PastCase) -> float:
    return forecast(as_example(case), STARTING_TABLE).probability


def _by_fits(
    cases: Sequence[PastCase], on_day: dict[dt.date, list[PastCase]], tested: Sequence[dt.date], learner: str
) -> list[list[float]]:
    history = sampled(case for case in cases if not case.is_censored)
    quarters = [[as_example(case) for case in on_day[day]] for day in tested]
    python = python_for(learner)
    answer = learned_apart(history, quarters, learner=FITTED[learner], seconds=SECONDS, python=python)
    said: list[list[float]] = answer["in_turn"]
    return said


def _by_level(cases: Iterable[PastCase]) -> Iterable[tuple[str, Rate]]:
    """By the levels of the starting table, the lowest first."""
    decided: dict[str, list[bool]] = defaultdict(list)
    for case in cases:
        decided[risk_level(score(case.terms).value).name].append(case.decided)
    for level in LEVELS:
        if of_level := decided[level.name]:
            yield level.name, Rate(sum(of_level), len(of_level))


def _of_lists(quarters: Iterable[Sequence[tuple[PastCase, Forecast]]]) -> tuple[Rate | None, Rate | None]:
    """Of those who stood first on the list of their site on each day, and of the others."""
    first: list[bool] = []
    rest: list[bool] = []
    for quarter in quarters:
        of_site: dict[str, list[tuple[PastCase, Forecast]]] = defaultdict(list)
        for case, said in quarter:
            of_site[case.site].append((case, said))
        for listed in of_site.values():
            listed.sort(key=lambda pair: (-pair[1].probability, -pair[0].monthly_rent, pair[0].key))
            many = FIRST_OF_MANY if len(listed) > MANY else FIRST
            first += [case.decided for case, _said in listed[:many]]
            rest += [case.decided for case, _said in listed[many:]]
    return _rate(first), _rate(rest)


def _rate(decided: Sequence[bool]) -> Rate | None:
    return Rate(sum(decided), len(decided)) if decided else None


def _fifths(former: Sequence[Forecast]) -> tuple[Rate, Rate] | None:
    ordered = [each.decided for each in sorted(former, key=lambda each: each.probability)]
    fifth = len(ordered) // 5
    if not fifth:
        return None
    return Rate(sum(ordered[:fifth]), fifth), Rate(sum(ordered[-fifth:]), fifth)
