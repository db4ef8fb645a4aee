"""The indicators over sites and periods: each rate recomputed from the added counts, never averaged. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kpi.counting.counts import Counts, by_currency
from kpi.counting.periods import Period
from kpi.indicators import BY_KEY, MONEY_KEYS
from kpi.indicators.indicator import NOT_ON_RECORD, TWO_CURRENCIES, Metric, measure_each

Case = tuple[Period, Mapping[str, Counts]]
"""A period, and what each of some sites holds for it."""


@dataclass(frozen=True)
class Metrics:
    """The twelve KPIs of a scope in one period, and those that are made of francs once more per currency.

    `counts` is what they were computed from: of each currency, and of the whole scope under "".
    """

    period: Period
    counts: Mapping[str, Counts]
    by_key: Mapping[str, Metric]
    by_currency: Mapping[str, Mapping[str, Metric]]

    def is_before(self, first_day: dt.date | None) -> bool:
        """Whether the period lies before the scope's first record: 0 % let then means that nobody wrote it down."""
        return first_day is not None and self.period.end < first_day and self.counts[""].is_blank

    def with_rents_from(self, rents_from: dt.date | None) -> "Metrics":
        """The same, and of a period that was over before the scope's rents are on record said so: not known is not
        nothing due."""
        if rents_from is None or self.period.end >= rents_from:
            return self
        by_currency = {currency: _not_on_record(of_currency) for currency, of_currency in self.by_currency.items()}
        return replace(self, by_key=_not_on_record(self.by_key), by_currency=by_currency)


def _not_on_record(metrics: Mapping[str, Metric]) -> dict[str, Metric]:
    return {
        key: replace(metric, missing=NOT_ON_RECORD) if BY_KEY[key].is_of_rents and metric.value is None else metric
        for key, metric in metrics.items()
    }


def metrics(per_site: Mapping[str, Counts], currency_of: Mapping[str, str], period: Period) -> Metrics:
    """The indicators over the union of sites.

    Francs are added within one currency only. Where a scope has two, an indicator made of francs has no value of its
    own but one per currency.
    """
    [found] = metrics_of_each([(period, per_site)], currency_of)
    return found


def metrics_of_each(cases: Sequence[Case], currency_of: Mapping[str, str]) -> list[Metrics]:
    """The same for each of several periods, or sets of sites."""
    counts = by_currency([per_site for _period, per_site in cases], currency_of)
    days = [period.days for period, _per_site in cases]
    wholes = list(zip((of_case[""] for of_case in counts), days, strict=True))
    by_key = measure_each(BY_KEY.values(), wholes)
    of_two = _of_two_currencies(counts, days)
    found = []
    for no, (period, _per_site) in enumerate(cases):
        of_case = {key: metrics[no] for key, metrics in by_key.items()}
        of_currency = of_two.get(no)
        if of_currency is None:
            of_currency = {currency: {key: of_case[key] for key in MONEY_KEYS} for currency in counts[no] if currency}
        else:
            for key in MONEY_KEYS:
                if of_case[key].value is not None:
                    of_case[key] = Metric(key, None, of_case[key].n, TWO_CURRENCIES)
        found.append(Metrics(period, counts[no], of_case, of_currency))
    return found


def _of_two_currencies(
    counts: Sequence[Mapping[str, Counts]], days: Sequence[int]
) -> dict[int, dict[str, dict[str, Metric]]]:
    """What is made of francs, for each currency of the cases (by their place) that have more than one."""
    parts = [
        (no, currency) for no, of_case in enumerate(counts) if len(of_case) > 2 for currency in of_case if currency
    ]
    measured = measure_each(
        (BY_KEY[key] for key in MONEY_KEYS), [(counts[no][currency], days[no]) for no, currency in parts]
    )
    found: dict[int, dict[str, dict[str, Metric]]] = {}
    for place, (no, currency) in enumerate(parts):
        found.setdefault(no, {})[currency] = {key: metrics[place] for key, metrics in measured.items()}
    return found
