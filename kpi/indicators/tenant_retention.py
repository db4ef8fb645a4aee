"""Of the tenants with a contract in force twelve months before the end, those who have one at the end."""

from decimal import Decimal

from django.utils.translation import gettext_lazy, ngettext_lazy

from kpi.counting.counts import Counts
from kpi.indicators.indicator import Advice, Indicator, Missing, Quotient, Unit, part_of
from kpi.indicators.rows import AGENT, CONTRACT, PROPERTY, RENT, SINCE, TENANT, Group, Rows, date, number
from kpi.indicators.worth import Gain, Worth, at_the_median_rent, rounded_up

NO_TENANT_BEFORE = Missing(gettext_lazy("no contract was in force twelve months before."))

# Of a tenant's contracts the one in force on b, or else the last one to end.
FOUND = """
    SELECT r.site_id, CASE WHEN now THEN 'stayed' ELSE 'left' END, 'tenant', r.tenant_id,
        c.id, r.tenant_id, c.property_id, c.start_date, c.ended_on, %(b)s - c.ended_on,
        c.monthly_rent, NULL, NULL, NULL, NULL, c.monthly_rent
    FROM (
        SELECT site_id, tenant_id,
            bool_or(start_date <= %(year_ago)s AND (ended_on IS NULL OR ended_on >= %(year_ago)s)) AS before,
            bool_or(ended_on IS NULL OR ended_on >= %(b)s) AS now,
            (array_agg(id ORDER BY ended_on DESC NULLS FIRST, start_date DESC, id))[1] AS contract_id
        FROM contract WHERE start_date <= %(b)s
        GROUP BY site_id, tenant_id
    ) r
    JOIN contract c ON c.site_id = r.site_id AND c.id = r.contract_id
    WHERE before
"""


def worth(c: Counts, target: Decimal, median_rent: int | None) -> Worth | None:
    """The tenants lacking to the target × the median rent, each month."""
    return at_the_median_rent(rounded_up(c.tenants_before * target) - c.tenants_kept, median_rent)


TENANT_RETENTION = Indicator(
    key="tenantRetentionRate",
    number=6,
    unit=Unit.SHARE,
    higher_is_better=True,
    formula=Quotient("tenants_kept", by="tenants_before", missing={"tenants_before": NO_TENANT_BEFORE}),
    name=gettext_lazy("Tenant retention (12 months)"),
    icon="people",
    hint=gettext_lazy(
        "The share of the tenants with a contract twelve months before the last day of the period who have one on that "
        "day. A tenant with two contracts counts once."
    ),
    counted=ngettext_lazy("%(count)s tenant a year earlier", "%(count)s tenants a year earlier", "n"),
    breakdown=part_of("tenants_kept", "tenants_before"),
    rows=Rows(
        FOUND,
        (
            Group(
                "left",
                gettext_lazy("Tenants who left"),
                gettext_lazy("No tenant left."),
                (
                    TENANT,
                    CONTRACT,
                    PROPERTY,
                    date(gettext_lazy("Left on"), "until"),
                    number(gettext_lazy("Days since")),
                    RENT,
                    AGENT,
                ),
                is_money=True,
            ),
            Group(
                "stayed",
                gettext_lazy("Tenants who stayed"),
                gettext_lazy("No tenant stayed."),
                (TENANT, CONTRACT, PROPERTY, SINCE, RENT, AGENT),
                is_money=True,
            ),
        ),
    ),
    advice=Advice(
        gettext_lazy("Look at who left and why, and talk to those whose term is ending."),
        gettext_lazy("Tenants to keep"),
        "retention:list",
    ),
    gain=Gain(
        worth,
        ngettext_lazy(
            "%(count)s tenant short of target: %(amount)s a month at the median rent.",
            "%(count)s tenants short of target: %(amount)s a month at the median rent.",
            "n",
        ),
    ),
)
