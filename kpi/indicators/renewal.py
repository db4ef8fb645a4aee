"""Contracts that came to their term in the period and were renewed, or ran on ÷ all that came to it."""

from decimal import Decimal

from django.utils.translation import gettext_lazy, ngettext_lazy

from kpi.counting.counts import Counts
from kpi.indicators.indicator import Advice, Indicator, Missing, Quotient, Unit, part_of
from kpi.indicators.rows import AGENT, RENT, TERM, WHO, FactColumn, Group, Rows, Shape, date
from kpi.indicators.worth import Gain, Worth, at_the_median_rent, rounded_up
from leasing.readings import is_signed

NO_TERM = Missing(gettext_lazy("no contract came to its term in this period."))

HOW = {"runs_on": gettext_lazy("Runs on"), "followed": gettext_lazy("New contract")}

FOUND = f"""
    SELECT site_id, CASE WHEN how IS NULL THEN 'not_renewed' ELSE 'renewed' END, 'contract', id,
        id, tenant_id, property_id, end_date, ended_on, NULL::int, monthly_rent, NULL, NULL, how, NULL, monthly_rent
    FROM (
        SELECT c.*, CASE
            WHEN ended_on IS NULL OR ended_on >= end_date + %(tacit)s THEN 'runs_on'
            WHEN EXISTS (
                SELECT FROM contract next
                WHERE next.site_id = c.site_id AND next.tenant_id = c.tenant_id AND next.property_id = c.property_id
                    AND next.start_date > c.start_date AND next.start_date <= c.end_date + %(renewal)s
            ) OR EXISTS (
                SELECT FROM leasing_contract next
                WHERE next.site_id = c.site_id AND next.renewal_of_id = c.id AND {is_signed("next")}
                    AND next.start_date > c.start_date AND next.start_date <= c.end_date + %(renewal)s
            ) THEN 'followed'
        END AS how
        FROM contract c
        WHERE end_date BETWEEN %(a)s AND %(b)s
            AND NOT coalesce(left_on IS NULL AND ended_on < end_date + %(tacit)s, false)
    ) term
"""


def worth(c: Counts, target: Decimal, median_rent: int | None) -> Worth | None:
    """The renewals lacking to the target × the median rent, each month."""
    return at_the_median_rent(rounded_up(c.terms_ended * target) - c.renewed, median_rent)


RENEWAL = Indicator(
    key="renewalRate",
    number=12,
    unit=Unit.SHARE,
    higher_is_better=True,
    formula=Quotient("renewed", by="terms_ended", missing={"terms_ended": NO_TERM}),
    name=gettext_lazy("Renewal"),
    icon="paper",
    hint=gettext_lazy(
        "The share of the contracts whose term ended in the period that were renewed no later than 90 days after it, "
        "or that simply run on. A term cut by a move inside the agency is left out."
    ),
    counted=ngettext_lazy("%(count)s term ended", "%(count)s terms ended", "n"),
    breakdown=part_of("renewed", "terms_ended"),
    rows=Rows(
        FOUND,
        (
            Group(
                "not_renewed",
                gettext_lazy("Not renewed"),
                gettext_lazy("Every contract that came to its term was renewed, or runs on."),
                (*WHO, TERM, date(gettext_lazy("Ended on"), "until"), RENT, AGENT),
                is_money=True,
            ),
            Group(
                "renewed",
                gettext_lazy("Renewed, or running on"),
                gettext_lazy("No contract that came to its term was renewed."),
                (*WHO, TERM, FactColumn(gettext_lazy("How"), Shape.KIND, "kind", HOW), RENT, AGENT),
                is_money=True,
            ),
        ),
    ),
    advice=Advice(
        gettext_lazy("Offer the renewal before the term ends, not after."), gettext_lazy("Contracts not renewed")
    ),
    gain=Gain(
        worth,
        ngettext_lazy(
            "%(count)s renewal short of target: %(amount)s a month at the median rent.",
            "%(count)s renewals short of target: %(amount)s a month at the median rent.",
            "n",
        ),
    ),
)
