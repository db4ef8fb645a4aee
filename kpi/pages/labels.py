"""The KPIs in words: names, units, what n counts, why a value is missing, how each is computed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from kpi.indicators.definitions import Comparison, Counts, Definition, Direction, Missing, Unit

Text = str | Promise

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
    """One KPI for its reader. `counted` is the noun of n, singular or plural, with %(count)s in it."""

    name: Text
    icon: str
    counted: Callable[[int], str]
    definition: Text


LABELS: Mapping[str, Label] = {
    "averageResolutionTime": Label(
        gettext_lazy("Resolution time"),
        "clock",
        lambda n: ngettext("%(count)s matter closed", "%(count)s matters closed", n),
        gettext_lazy(
            "The days from opening to closing, on average, of the notices and litigations closed in the period."
        ),
    ),
    "resolutionRate": Label(
        gettext_lazy("Closed without dispute"),
        "scales",
        lambda n: ngettext("%(count)s contract ended", "%(count)s contracts ended", n),
        gettext_lazy("Of the contracts that ended in the period, those that never had a litigation."),
    ),
    "depositReturnRate": Label(
        gettext_lazy("Deposits returned in full"),
        "lock",
        lambda n: ngettext("%(count)s deposit settled", "%(count)s deposits settled", n),
        gettext_lazy("Of the deposits settled in the period, those returned in full."),
    ),
    "depositReturnTime": Label(
        gettext_lazy("Deposit return time"),
        "calendar",
        lambda n: ngettext("%(count)s deposit settled", "%(count)s deposits settled", n),
        gettext_lazy(
            "The days from the end of the contract to the settlement of its deposit, on average, over the deposits"
            " settled in the period. The target is the site’s legal deadline."
        ),
    ),
    "npsScore": Label(
        gettext_lazy("Recommendation (NPS)"),
        "heart",
        lambda n: ngettext("%(count)s answer", "%(count)s answers", n),
        gettext_lazy(
            "Would tenants recommend us? The share of ratings 9 and 10 less the share of ratings 0 to 6, in points"
            " from −100 to 100, over the answers of the period."
        ),
    ),
    "tenantRetentionRate": Label(
        gettext_lazy("Tenants kept (12 months)"),
        "people",
        lambda n: ngettext("%(count)s tenant a year before", "%(count)s tenants a year before", n),
        gettext_lazy(
            "Of the tenants who had a contract twelve months before the last day of the period, those who have one"
            " on that day. A tenant with two contracts counts once."
        ),
    ),
    "agentProductivity": Label(
        gettext_lazy("Contracts per agent per month"),
        "edit",
        lambda n: ngettext("%(count)s agent", "%(count)s agents", n),
        gettext_lazy(
            "Contracts signed in the period, renewals included, divided by the number of agents and of months."
        ),
    ),
    "revenuePerAgent": Label(
        gettext_lazy("Yearly rent per agent"),
        "money",
        lambda n: ngettext("%(count)s agent", "%(count)s agents", n),
        gettext_lazy(
            "Twelve times the monthly rent of the contracts in force on the last day of the period, for each agent."
        ),
    ),
    "occupancyRate": Label(
        gettext_lazy("Occupancy"),
        "building",
        lambda n: ngettext("%(count)s property to let", "%(count)s properties to let", n),
        gettext_lazy(
            "Of the properties that can be let, those with a contract in force on the last day of the period."
            " Properties under works or withdrawn are left out."
        ),
    ),
    "portfolioRiskScore": Label(
        gettext_lazy("Portfolio risk"),
        "warning",
        lambda n: ngettext("%(count)s contract in force", "%(count)s contracts in force", n),
        gettext_lazy(
            "From 0 (none) to 100. Up to 60 points for the rents of the last twelve months that were missed, unpaid"
            " 30 days after their due date; up to 30 for the contracts with an open litigation; up to 10 for the"
            " contracts without payment or contact in the last 30 days."
        ),
    ),
    "paymentCollectionRate": Label(
        gettext_lazy("Collection"),
        "download",
        lambda n: ngettext("%(count)s rent due", "%(count)s rents due", n),
        gettext_lazy(
            "The francs received, up to the last day of the period, for the rents that fell due in the period,"
            " divided by the francs that fell due. Reversed payments do not count."
        ),
    ),
    "renewalRate": Label(
        gettext_lazy("Renewal"),
        "paper",
        lambda n: ngettext("%(count)s term ended", "%(count)s terms ended", n),
        gettext_lazy(
            "Of the contracts whose term ended in the period, those that were renewed at the latest 90 days after it,"
            " or that simply run on."
        ),
    ),
}

MISSING: Mapping[Missing, Text] = {
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


def is_stable(definition: Definition, comparison: Comparison) -> bool:
    """Whether a reader sees no move: none was made, or one whose digits are not shown ("+0.04 contracts")."""
    return comparison.direction is Direction.STABLE or not shown(definition.unit, comparison.change)


def verdict(definition: Definition, comparison: Comparison) -> str:
    """A move in one word, for those whom the colour does not reach."""
    if is_stable(definition, comparison):
        return pgettext("KPI", "stable")
    return pgettext("KPI", "better") if comparison.is_good else pgettext("KPI", "worse")


def basis(key: str, counts: Counts, currency: str = "") -> str:
    """The counts behind a value, in words, so that it can be checked against the records."""
    c = counts
    match key:
        case "averageResolutionTime":
            return _("%(days)s days in all, over %(count)s matters.") % {
                "days": whole(c.matter_days),
                "count": whole(c.matters),
            }
        case "resolutionRate":
            return _part(c.ended_undisputed, c.ended)
        case "depositReturnRate":
            return _part(c.deposits_full, c.deposits)
        case "depositReturnTime":
            return _("%(days)s days in all, over %(count)s deposits.") % {
                "days": whole(c.deposit_days),
                "count": whole(c.deposits_timed),
            }
        case "npsScore":
            return _("Ratings 9–10: %(promoters)s. 7–8: %(neutral)s. 0–6: %(detractors)s.") % {
                "promoters": whole(c.promoters),
                "neutral": whole(c.ratings - c.promoters - c.detractors),
                "detractors": whole(c.detractors),
            }
        case "tenantRetentionRate":
            return _part(c.tenants_kept, c.tenants_before)
        case "agentProductivity":
            return _("Contracts signed: %(signed)s. Agents: %(agents)s.") % {
                "signed": whole(c.signed),
                "agents": whole(len(c.agents)),
            }
        case "revenuePerAgent":
            return _("Monthly rent in force: %(rent)s. Agents: %(agents)s.") % {
                "rent": francs(c.rent, currency),
                "agents": whole(len(c.agents)),
            }
        case "occupancyRate":
            return _part(c.let, c.lettable)
        case "portfolioRiskScore":
            return _(
                "Rents of twelve months unpaid 30 days after they were due: %(missed)s of %(due)s. Contracts in"
                " litigation: %(disputed)s of %(in_force)s. Without payment or contact: %(inactive)s of %(in_force)s."
            ) % {
                "missed": whole(c.missed),
                "due": whole(c.due_in_year),
                "disputed": whole(c.disputed),
                "inactive": whole(c.inactive),
                "in_force": whole(c.in_force),
            }
        case "paymentCollectionRate":
            return _("%(received)s received of %(due)s due.") % {
                "received": francs(c.francs_received, currency),
                "due": francs(c.francs_due, currency),
            }
        case "renewalRate":
            return _part(c.renewed, c.terms_ended)
    raise KeyError(key)


def _part(part: int, of: int) -> str:
    return _("%(part)s of %(whole)s.") % {"part": whole(part), "whole": whole(of)}


def counted(key: str, n: int) -> str:
    """n with its noun: "412 rents due"."""
    return LABELS[key].counted(n) % {"count": whole(n)}


def whole(number: int) -> str:
    """A count, grouped by thousands."""
    return _number(Decimal(number))


def one_decimal(number: Decimal) -> str:
    """8.4; and 8 where nothing follows."""
    return _number(rounded(number, 1))


def rents(n: int) -> str:
    return ngettext("%(count)s rent", "%(count)s rents", n) % {"count": whole(n)}


def payments(n: int) -> str:
    return ngettext("%(count)s payment", "%(count)s payments", n) % {"count": whole(n)}


def francs(amount: int, currency: str) -> str:
    """Whole francs with their currency: "1 500 000 GNF"."""
    return write(Unit.FRANCS, Decimal(amount), currency)


def _with_unit(unit: Unit, text: str, number: Decimal, currency: str) -> str:
    match unit:
        case Unit.SHARE:
            return _("%(number)s%%") % {"number": text}
        case Unit.DAYS:
            return ngettext("%(number)s day", "%(number)s days", _plural(number)) % {"number": text}
        case Unit.RISK:
            return _("%(number)s of 100") % {"number": text}
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
