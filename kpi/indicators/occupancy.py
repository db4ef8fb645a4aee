"""Lettable properties with a contract in force at the end ÷ lettable properties."""

from decimal import Decimal

from django.utils.translation import gettext_lazy, ngettext_lazy

from kpi.counting.counts import Counts
from kpi.indicators.indicator import Advice, Aside, Indicator, Missing, Quotient, Unit, part_of
from kpi.indicators.rows import (
    AGENT,
    CONTRACT,
    KIND,
    LAST_CONTRACT,
    LAST_TENANT,
    PROPERTY,
    RENT,
    SINCE,
    TENANT,
    TERM,
    WHO,
    Group,
    Rows,
    date,
    number,
)
from kpi.indicators.worth import Gain, Worth, at_the_median_rent
from leasing.readings import is_handed_over, is_silent_after_term

NO_PROPERTY = Missing(gettext_lazy("no property can be let."))

# Of an empty property the contract that ended last, and the day from which it is let again.
FOUND = f"""
    SELECT p.site_id, CASE WHEN f.id IS NULL THEN 'empty' ELSE 'let' END, 'property', p.id,
        coalesce(f.id, last.id), coalesce(f.tenant_id, last.tenant_id), p.id,
        coalesce(f.start_date, last.ended_on + 1), CASE WHEN f.id IS NULL THEN (
            SELECT min(start_date) FROM contract c
            WHERE c.site_id = p.site_id AND c.property_id = p.id AND c.start_date > %(b)s
        ) END, %(b)s - last.ended_on,
        coalesce(f.monthly_rent, p.market_rent, last.monthly_rent), NULL, NULL, p.kind, NULL,
        CASE WHEN f.id IS NULL THEN %(b)s - last.ended_on ELSE %(b)s - f.start_date END
    FROM leasing_property p
    LEFT JOIN in_force f ON f.site_id = p.site_id AND f.property_id = p.id AND NOT {is_handed_over("f", "%(b)s")}
    LEFT JOIN LATERAL (
        SELECT id, tenant_id, ended_on, monthly_rent FROM contract c
        WHERE f.id IS NULL AND c.site_id = p.site_id AND c.property_id = p.id AND ended_on < %(b)s
        ORDER BY ended_on DESC, id LIMIT 1
    ) last ON true
    WHERE p.site_id = ANY (%(sites)s) AND p.status = 'lettable' AND (p.part_of_id IS NULL OR f.id IS NOT NULL)
    UNION ALL
    SELECT site_id, 'silent', 'contract', id, id, tenant_id, property_id, end_date, NULL, %(b)s - end_date,
        monthly_rent, NULL, NULL, NULL, NULL, %(b)s - end_date
    FROM in_force f WHERE {is_silent_after_term("f", "%(b)s")}
"""


def worth(c: Counts, target: Decimal, median_rent: int | None) -> Worth | None:
    """Every lettable home that stands empty, not only those up to the target, × the median rent, each month."""
    return at_the_median_rent(c.lettable - c.let, median_rent)


OCCUPANCY = Indicator(
    key="occupancyRate",
    number=9,
    unit=Unit.SHARE,
    higher_is_better=True,
    formula=Quotient("let", by="lettable", missing={"lettable": NO_PROPERTY}),
    name=gettext_lazy("Occupancy"),
    icon="building",
    hint=gettext_lazy(
        "The share of the lettable properties with a contract in force on the last day of the period. Properties under "
        "works or withdrawn are left out, and so is a part of another property without a contract of its own."
    ),
    counted=ngettext_lazy("%(count)s property to let", "%(count)s properties to let", "n"),
    breakdown=part_of("let", "lettable"),
    rows=Rows(
        FOUND,
        (
            Group(
                "empty",
                gettext_lazy("Properties vacant"),
                gettext_lazy("No property was vacant."),
                (
                    PROPERTY,
                    KIND,
                    date(gettext_lazy("Vacant since"), "since"),
                    number(gettext_lazy("Days")),
                    date(gettext_lazy("Re-let from"), "until"),
                    RENT,
                    LAST_CONTRACT,
                    LAST_TENANT,
                ),
            ),
            Group(
                "let",
                gettext_lazy("Properties let"),
                gettext_lazy("No property was let."),
                (PROPERTY, KIND, CONTRACT, TENANT, SINCE, RENT, AGENT),
            ),
            Group(
                "silent",
                gettext_lazy("Term over, no sign of life"),
                gettext_lazy(
                    "Every contract whose term ended more than 60 days before had a payment or contact since."
                ),
                (*WHO, TERM, number(gettext_lazy("Days")), RENT, AGENT),
            ),
        ),
    ),
    advice=Advice(gettext_lazy("Show the vacant properties, longest vacant first."), gettext_lazy("Vacant properties")),
    gain=Gain(
        worth,
        ngettext_lazy(
            "%(count)s property is vacant: %(amount)s a month at the median rent.",
            "%(count)s properties are vacant: %(amount)s a month at the median rent.",
            "n",
        ),
    ),
    aside=Aside(
        "silent",
        ngettext_lazy(
            "%(count)s contract: term over, no sign of life", "%(count)s contracts: term over, no sign of life", "n"
        ),
        "silent",
    ),
    is_drawn=True,
)
