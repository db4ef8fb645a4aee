"""The report in words: how urgent a gap is, what closing it is worth, where one stands, how agents are ranked."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kpi.pages.labels import Text, francs, whole
from kpi.report.benchmarks import Position
from kpi.report.improvements import Priority, Worth
from sites_app.rules import PAYMENT_METHODS

PRIORITIES: Mapping[Priority, tuple[Text, str]] = {
    Priority.CRITICAL: (gettext_lazy("Critical gap"), "bad"),
    Priority.HIGH: (gettext_lazy("Large gap"), "bad"),
    Priority.MEDIUM: (gettext_lazy("Medium gap"), "warn"),
    Priority.LOW: (gettext_lazy("Small gap"), ""),
}
POSITIONS: Mapping[Position, tuple[Text, str]] = {
    Position.ABOVE: (gettext_lazy("better than average"), "good"),
    Position.AT: (gettext_lazy("at the average"), ""),
    Position.BELOW: (gettext_lazy("worse than average"), "bad"),
}
NETWORK_POSITIONS: Mapping[Position, tuple[Text, str]] = {
    Position.ABOVE: (gettext_lazy("better than the median"), "good"),
    Position.AT: (gettext_lazy("at the median"), ""),
    Position.BELOW: (gettext_lazy("worse than the median"), "bad"),
}


@dataclass(frozen=True)
class Advice:
    """What to do about a gap, and what the link to where one does it says.

    `admin` is the list of the administration where it is acted on; "": the rows behind the indicator.
    """

    text: Text
    link: Text
    admin: str = ""


ADVICE: Mapping[str, Advice] = {
    "averageResolutionTime": Advice(
        gettext_lazy("See what took longest to close, and close what is still open."),
        gettext_lazy("Matters closed, the longest first"),
    ),
    "resolutionRate": Advice(
        gettext_lazy("Look at what the disputes of the contracts that ended were about."),
        gettext_lazy("Contracts that ended in a dispute"),
    ),
    "depositReturnRate": Advice(
        gettext_lazy("Make the inventory with the tenant, and agree on what is kept before they leave."),
        gettext_lazy("Deposits not returned in full"),
    ),
    "depositReturnTime": Advice(
        gettext_lazy("Settle the deposits that are still held, oldest end of contract first."),
        gettext_lazy("Deposits still held"),
        "leasing_deposit_changelist?state__exact=held",
    ),
    "npsScore": Advice(
        gettext_lazy("Call those who gave 6 or less: they say what to mend."), gettext_lazy("Ratings of 6 and less")
    ),
    "tenantRetentionRate": Advice(
        gettext_lazy("Look at who left and why, and talk to those whose term comes."), gettext_lazy("Tenants who left")
    ),
    "agentProductivity": Advice(
        gettext_lazy("See who signs, and let the others visit with them."), gettext_lazy("Contracts signed")
    ),
    "revenuePerAgent": Advice(
        gettext_lazy("Let what is empty, and renew at today’s rents."), gettext_lazy("Contracts in force")
    ),
    "occupancyRate": Advice(
        gettext_lazy("Show the empty properties, the longest empty first."), gettext_lazy("Empty properties")
    ),
    "portfolioRiskScore": Advice(
        gettext_lazy("Begin with the tenants who miss their rents."),
        gettext_lazy("Rents unpaid 30 days after they were due"),
    ),
    "paymentCollectionRate": Advice(
        gettext_lazy("Call the tenants whose rent is late, the largest amount first."), gettext_lazy("Unpaid rents")
    ),
    "renewalRate": Advice(
        gettext_lazy("Propose the renewal before the term, not after."), gettext_lazy("Contracts not renewed")
    ),
}

CONTEST_NAMES: Mapping[str, Text] = {
    "signed": gettext_lazy("Contracts signed"),
    "rent": gettext_lazy("Monthly rent managed"),
    "collection": gettext_lazy("Collection"),
    "satisfaction": gettext_lazy("Satisfaction"),
}


def age(number: int) -> str:
    """How late the arrears of one bar are."""
    return [
        _("1 to 30 days late"),
        _("31 to 60 days late"),
        _("61 to 90 days late"),
        _("more than 90 days late"),
    ][number]


def method(code: str) -> str:
    """How a payment came in."""
    return str(dict(PAYMENT_METHODS).get(code, code))


def counted_mark(key: str, n: int) -> str:
    """On how many rows an agent's value stands: "of 40 rents"."""
    words = {
        "signed": lambda: ngettext("%(count)s contract", "%(count)s contracts", n),
        "rent": lambda: ngettext("%(count)s contract", "%(count)s contracts", n),
        "collection": lambda: ngettext("%(count)s rent due", "%(count)s rents due", n),
        "satisfaction": lambda: ngettext("%(count)s answer", "%(count)s answers", n),
    }
    return words[key]() % {"count": whole(n)}


def worth_sentence(key: str, worth: Worth, currency: str) -> str:
    """What closing the gap is worth in one currency, and how that was counted."""
    amount, n = francs(worth.francs, currency), worth.units
    sentences = {
        "paymentCollectionRate": lambda: _("Closing the gap is worth %(amount)s."),
        "revenuePerAgent": lambda: _("The gap is %(amount)s of rent a month."),
        "occupancyRate": lambda: ngettext(
            "%(count)s property stands empty: %(amount)s a month at the median rent.",
            "%(count)s properties stand empty: %(amount)s a month at the median rent.",
            n,
        ),
        "tenantRetentionRate": lambda: ngettext(
            "%(count)s tenant is lacking to the target: %(amount)s a month at the median rent.",
            "%(count)s tenants are lacking to the target: %(amount)s a month at the median rent.",
            n,
        ),
        "renewalRate": lambda: ngettext(
            "%(count)s renewal is lacking to the target: %(amount)s a month at the median rent.",
            "%(count)s renewals are lacking to the target: %(amount)s a month at the median rent.",
            n,
        ),
    }
    return sentences[key]() % {"amount": amount, "count": whole(n)}
