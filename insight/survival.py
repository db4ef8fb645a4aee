"""How long homes stay empty, when some still are: Kaplan and Meier's estimate. Pure.

S(t) = Π (1 − d ÷ n) over the days up to t on which homes were let: d of the n that had been empty so long (Kaplan and
Meier, JASA 53 (1958), 457–481). The mean up to 180 days is the area under S from 0 to 180. A home still empty counts
among n up to its last day; one let on the same day is counted before it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum

UP_TO_DAYS = 180
PRIOR_VACANCIES = 10
PRIOR_DAYS = 60.0


@dataclass(frozen=True)
class Vacancy:
    """A home that was empty for so many days, and then was let, or still is not."""

    days: float
    is_let: bool

    def __post_init__(self) -> None:
        if not 0 <= self.days < float("inf"):
            raise ValueError(f"no home is empty for {self.days} days")


def mean_empty_days(vacancies: Sequence[Vacancy], *, up_to: float = UP_TO_DAYS) -> float | None:
    """The mean number of empty days, a longer vacancy counting as `up_to`. None of none.

    After the last day on which anything is known, homes that are still empty stay so: the mean is rather too high.
    """
    if not vacancies:
        return None
    let = Counter(each.days for each in vacancies if each.is_let and each.days < up_to)
    gone = Counter(each.days for each in vacancies)
    at_risk, still_empty, since, areas = len(vacancies), 1.0, 0.0, []
    for day in sorted(gone):
        if day >= up_to:
            break
        areas.append(still_empty * (day - since))
        still_empty *= 1 - let[day] / at_risk
        at_risk -= gone[day]
        since = day
    areas.append(still_empty * (up_to - since))
    return fsum(areas)


def known_vacancies(vacancies: Iterable[Vacancy], *, up_to: float = UP_TO_DAYS) -> int:
    """Of how many vacancies the length up to `up_to` days is known: they were let, or have lasted that long."""
    return sum(each.is_let or each.days >= up_to for each in vacancies)


def shrunk_empty_days(vacancies: Sequence[Vacancy], towards: float = PRIOR_DAYS) -> float:
    """(n × own mean + 10 × `towards`) ÷ (n + 10), with n the vacancies whose length is known.

    The network's is shrunk towards 60 days, a site's towards the network's. Homes that have only just become empty
    say nothing yet of how long they will be: without a known vacancy the answer is `towards`.
    """
    n, own = known_vacancies(vacancies), mean_empty_days(vacancies)
    if own is None or not n:
        return towards
    return (n * own + PRIOR_VACANCIES * towards) / (n + PRIOR_VACANCIES)
