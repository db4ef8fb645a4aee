"""The KPIs in words: names, units, what n counts, why a value is missing, how each is computed."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy, pgettext, pgettext_lazy

from kpi.definitions import Comparison, Definition, Direction, Missing, Unit

type_of_text = str | Promise

DECIMALS: Mapping[Unit, int] = {
    Unit.DAYS: 1,
    Unit.SHARE: 1,
    Unit.NPS: 0,
    Unit.RISK: 1,
    Unit.CONTRACTS: 1,
    Unit.FRANCS: 0,
}


@dataclass(frozen=True)
class Label:
    """One KPI for its reader. `counted` is the noun of n, singular and plural, with %(count)s."""

    name: type_of_text
    icon: str
    counted: Any
    definition: type_of_text


LABELS: Mapping[str, Label] = {
    "averageResolutionTime": Label(
        gettext_lazy("Resolution time"),
        "clock",
        ngettext_lazy("%(count)s matter closed", "%(count)s matters closed", "count"),
        gettext_lazy(
            "The days from opening to closing, on average, of the notices and litigations closed in the period."
        ),
    ),
    "resolutionRate": Label(
        gettext_lazy("Closed without dispute"),
        "scales",
        ngettext_lazy("%(count)s contract ended", "%(count)s contracts ended", "count"),
        gettext_lazy("Of the contracts that ended in the period, those that never had a litigation."),
    ),
    "depositReturnRate": Label(
        gettext_lazy("Deposits returned in full"),
        "lock",
        ngettext_lazy("%(count)s deposit settled", "%(count)s deposits settled", "count"),
        gettext_lazy("Of the deposits settled in the period, those returned in full."),
    ),
    "depositReturnTime": Label(
        gettext_lazy("Deposit return time"),
        "calendar",
        ngettext_lazy("%(count)s deposit settled", "%(count)s deposits settled", "count"),
        gettext_lazy(
            "The days from the end of the contract to the settlement of its deposit, on average, over the deposits"
            " settled in the period. The target is the site’s legal deadline."
        ),
    ),
    "npsScore": Label(
        gettext_lazy("Recommendation (NPS)"),
        "heart",
        ngettext_lazy("%(count)s answer", "%(count)s answers", "count"),
        gettext_lazy(
            "Would tenants recommend us? The share of ratings 9 and 10 less the share of ratings 0 to 6, in points"
            " from −100 to 100, over the answers of the period."
        ),
    ),
    "tenantRetentionRate": Label(
        gettext_lazy("Tenants kept (12 months)"),
        "people",
        ngettext_lazy("%(count)s tenant a year before", "%(count)s tenants a year before", "count"),
        gettext_lazy(
            "Of the tenants who had a contract twelve months before the last day of the period, those who have one"
            " on that day. A tenant with two contracts counts once."
        ),
    ),
    "agentProductivity": Label(
        gettext_lazy("Contracts per agent per month"),
        "edit",
        ngettext_lazy("%(count)s agent", "%(count)s agents", "count"),
        gettext_lazy(
            "Contracts signed in the period, renewals included, for each agent and each month of 30.4375 days."
        ),
    ),
    "revenuePerAgent": Label(
        gettext_lazy("Yearly rent per agent"),
        "money",
        ngettext_lazy("%(count)s agent", "%(count)s agents", "count"),
        gettext_lazy(
            "Twelve times the monthly rent of the contracts in force on the last day of the period, for each agent."
        ),
    ),
    "occupancyRate": Label(
        gettext_lazy("Occupancy"),
        "building",
        ngettext_lazy("%(count)s property to let", "%(count)s properties to let", "count"),
        gettext_lazy(
            "Of the properties that can be let, those with a contract in force on the last day of the period."
            " Properties under works or withdrawn are left out."
        ),
    ),
    "portfolioRiskScore": Label(
        gettext_lazy("Portfolio risk"),
        "warning",
        ngettext_lazy("%(count)s contract in force", "%(count)s contracts in force", "count"),
        gettext_lazy(
            "From 0 (none) to 100. Up to 60 points for the rents of the last twelve months that were missed, unpaid"
            " 30 days after their due date; up to 30 for the contracts with an open litigation; up to 10 for the"
            " contracts without payment or contact in the last 30 days."
        ),
    ),
    "paymentCollectionRate": Label(
        gettext_lazy("Collection"),
        "download",
        ngettext_lazy("%(count)s rent due", "%(count)s rents due", "count"),
        gettext_lazy(
            "The francs received, up to the last day of the period, for the rents that fell due in the period,"
            " divided by the francs that fell due. Reversed payments do not count."
        ),
    ),
    "renewalRate": Label(
        gettext_lazy("Renewal"),
        "paper",
        ngettext_lazy("%(count)s term ended", "%(count)s terms ended", "count"),
        gettext_lazy(
            "Of the contracts whose term ended in the period, those that were renewed at the latest 90 days after it,"
            " or that simply run on."
        ),
    ),
}

MISSING: Mapping[Missing, type_of_text] = {
    Missing.NO_MATTER: gettext_lazy("no notice and no litigation was closed in this period."),
    Missing.NO_END: gettext_lazy("no contract ended in this period."),
    Missing.NO_DEPOSIT: gettext_lazy("no deposit was settled in this period."),
    Missing.NO_TIMED_DEPOSIT: gettext_lazy("the deposits settled in this period belong to contracts not ended."),
    Missing.NO_RATING: gettext_lazy("nobody answered a survey in this period."),
    Missing.NO_TENANT_BEFORE: gettext_lazy("no contract was in force twelve months before."),
    Missing.NO_AGENT: gettext_lazy("the site has no active agent."),
    Missing.NO_PROPERTY: gettext_lazy("no property can be let."),
    Missing.NO_CONTRACT: gettext_lazy("no contract was in force at the end of this period."),
    Missing.NO_RENT_IN_YEAR: gettext_lazy("no rent was due in the twelve months before."),
    Missing.NO_RENT: gettext_lazy("no rent was due in this period."),
    Missing.NO_TERM: gettext_lazy("no contract came to its term in this period."),
    Missing.TWO_CURRENCIES: gettext_lazy("amounts in two currencies are not added."),
}


def rounded(value: Decimal, decimals: int) -> Decimal:
    """To so many decimals, halves away from zero."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def shown(unit: Unit, value: Decimal) -> Decimal:
    """The number that a screen shows for a value: shares in percent, one decimal where there is one."""
    return rounded(value * 100 if unit is Unit.SHARE else value, DECIMALS[unit])


def write(unit: Unit, value: Decimal, currency: str = "") -> str:
    """A value with its unit, in the reader's language: "91 %", "42 days", "1 500 000 GNF"."""
    number = shown(unit, value)
    return _with_unit(unit, _number(number), number, currency)


def write_change(definition: Definition, comparison: Comparison, currency: str = "") -> str:
    """How far a value moved, with its sign: "−2.1 points", "+3 days"; francs by their share of the previous."""
    unit, change = definition.unit, comparison.change
    if unit is Unit.FRANCS and comparison.relative is not None:
        return _("%(number)s%%") % {"number": _signed(rounded(comparison.relative * 100, 1))}
    number = shown(unit, change)
    if unit in (Unit.SHARE, Unit.NPS, Unit.RISK):
        return ngettext("%(number)s point", "%(number)s points", _plural(number)) % {"number": _signed(number)}
    return _with_unit(unit, _signed(number), number, currency)


def verdict(comparison: Comparison) -> str:
    """A move in one word, for those whom the colour does not reach."""
    if comparison.direction is Direction.STABLE:
        return pgettext("KPI", "stable")
    return pgettext("KPI", "better") if comparison.is_good else pgettext("KPI", "worse")


def _with_unit(unit: Unit, text: str, number: Decimal, currency: str) -> str:
    match unit:
        case Unit.SHARE:
            return _("%(number)s%%") % {"number": text}
        case Unit.DAYS:
            return ngettext("%(number)s day", "%(number)s days", _plural(number)) % {"number": text}
        case Unit.FRANCS:
            return _("%(amount)s %(currency)s") % {"amount": text, "currency": currency}
        case _:
            return text


def _number(number: Decimal) -> str:
    # 45 and not 45.0: the decimal is shown where it says something.
    whole = number == number.to_integral_value()
    text = number_format(abs(number), 0 if whole else None, use_l10n=True, force_grouping=True)
    return f"−{text}" if number < 0 else text


def _signed(number: Decimal) -> str:
    return f"+{_number(number)}" if number > 0 else _number(number)


def _plural(number: Decimal) -> int:
    """The whole number whose form a number takes: 1.5 is singular in French and plural in English, as 0 is."""
    size = abs(number)
    if size == size.to_integral_value():
        return int(size)
    return 0 if size < 2 else 2


UNIT_NAMES: Mapping[Unit, type_of_text] = {
    Unit.DAYS: gettext_lazy("days"),
    Unit.SHARE: gettext_lazy("fraction from 0 to 1"),
    Unit.NPS: gettext_lazy("points from −100 to 100"),
    Unit.RISK: gettext_lazy("points from 0 to 100"),
    Unit.CONTRACTS: gettext_lazy("contracts"),
    Unit.FRANCS: gettext_lazy("francs"),
}
NOT_ENOUGH_DATA = pgettext_lazy("KPI", "Not enough data")
