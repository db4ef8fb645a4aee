"""60 × default + 30 × dispute + 10 × inactive, at most 100; undefined when one of the three is.

Default: missed of the instalments due in twelve months. Dispute and inactive: of the contracts in force.
"""

from django.utils.translation import gettext_lazy, ngettext_lazy

from kpi.counting.relations import rents_due
from kpi.indicators.indicator import Advice, Breakdown, Indicator, Missing, Score, Unit
from kpi.indicators.rows import AGENT, LITIGATIONS, MISSING_RENT, RENT, WHO, Group, Rows, date, number
from leasing.readings import is_received, is_standing

NO_CONTRACT = Missing(gettext_lazy("no contract was in force at the end of this period."))
NO_RENT_IN_YEAR = Missing(gettext_lazy("no rent was due in the twelve months before."))

SILENT = f""",
clock AS MATERIALIZED (
    -- Computed first: beside row-level security an index takes only plain comparisons with columns.
    SELECT code AS site_id, timezone, (%(b)s + 1 - %(activity)s)::timestamp AT TIME ZONE timezone AS since,
        (%(b)s + 1)::timestamp AT TIME ZONE timezone AS until
    FROM sites_app_site
    WHERE code = ANY (%(sites)s)
),
silent AS (
    SELECT f.*, (
        SELECT max(received_on) FROM leasing_payment pay
        WHERE pay.site_id = f.site_id AND pay.account_id = f.account_id AND received_on <= %(b)s
            AND {is_received("pay")} AND {is_standing("pay")}
    ) AS paid_on, (
        SELECT (max(happened_at) AT TIME ZONE timezone)::date FROM leasing_interaction i
        WHERE i.site_id = f.site_id AND i.tenant_id = f.tenant_id AND happened_at < until
    ) AS spoken_on
    FROM in_force f JOIN clock USING (site_id)
    WHERE NOT EXISTS (
        SELECT FROM leasing_payment pay
        WHERE pay.site_id = f.site_id AND pay.account_id = f.account_id
            AND received_on BETWEEN %(b)s + 1 - %(activity)s AND %(b)s AND {is_received("pay")} AND {is_standing("pay")}
    ) AND NOT EXISTS (
        SELECT FROM leasing_interaction i
        WHERE i.site_id = f.site_id AND i.tenant_id = f.tenant_id AND happened_at >= since AND happened_at < until
    )
)"""

FOUND = """
    SELECT site_id, 'missed', 'instalment', id, contract_id, tenant_id, NULL::uuid,
        due_date, settled_on, %(b)s - due_date, amount, received, NULL::int, NULL, NULL, amount - received
    FROM rent
    WHERE due_date + %(missed)s <= %(b)s AND (settled_on IS NULL OR settled_on > due_date + %(missed)s)
    UNION ALL
    SELECT site_id, 'disputed', 'contract', f.id, f.id, tenant_id, property_id,
        opened_on, NULL, %(b)s - opened_on, monthly_rent, NULL, number, NULL, NULL, %(b)s - opened_on
    FROM in_force f JOIN (
        SELECT contract_id, count(*) AS number, min(opened_on) AS opened_on
        FROM leasing_litigation
        WHERE site_id = ANY (%(sites)s) AND opened_on <= %(b)s AND (resolved_on IS NULL OR resolved_on > %(b)s)
        GROUP BY contract_id
    ) l ON l.contract_id = f.id
    UNION ALL
    SELECT site_id, 'silent', 'contract', id, id, tenant_id, property_id,
        paid_on, spoken_on, %(b)s - greatest(paid_on, spoken_on), monthly_rent, NULL, NULL, NULL, NULL,
        %(b)s - greatest(paid_on, spoken_on)
    FROM silent
"""


PORTFOLIO_RISK = Indicator(
    key="portfolioRiskScore",
    number=10,
    unit=Unit.RISK,
    higher_is_better=False,
    formula=Score(
        {("missed", "due_in_year"): 60, ("disputed", "in_force"): 30, ("inactive", "in_force"): 10},
        n="in_force",
        missing={"in_force": NO_CONTRACT, "due_in_year": NO_RENT_IN_YEAR},
    ),
    name=gettext_lazy("Portfolio risk"),
    icon="warning",
    hint=gettext_lazy(
        "From 0 (none) to 100. Up to 60 points for the rents of the last twelve months that were missed, unpaid 30 "
        "days after their due date; up to 30 for the contracts with an open dispute; up to 10 for the contracts "
        "without a payment or contact in the last 30 days."
    ),
    counted=ngettext_lazy("%(count)s contract in force", "%(count)s contracts in force", "n"),
    breakdown=Breakdown(
        gettext_lazy(
            "Rents of the last twelve months unpaid 30 days after they were due: %(missed)s of %(due)s. Contracts in "
            "dispute: %(disputed)s of %(in_force)s. Without payment or contact: %(inactive)s of %(in_force)s."
        ),
        {
            "missed": "missed",
            "due": "due_in_year",
            "disputed": "disputed",
            "inactive": "inactive",
            "in_force": "in_force",
        },
    ),
    rows=Rows(
        FOUND,
        (
            Group(
                "missed",
                gettext_lazy("Rents unpaid 30 days after they were due"),
                gettext_lazy("No rent was unpaid 30 days after it was due."),
                (*WHO, *MISSING_RENT, AGENT),
                is_money=True,
                has_tasks=True,
            ),
            Group(
                "disputed",
                gettext_lazy("Contracts in dispute"),
                gettext_lazy("No contract was in dispute."),
                (
                    *WHO,
                    LITIGATIONS,
                    date(gettext_lazy("Opened on"), "since"),
                    number(gettext_lazy("Days")),
                    RENT,
                    AGENT,
                ),
            ),
            Group(
                "silent",
                gettext_lazy("Without payment or contact"),
                gettext_lazy("Every contract had a payment, or contact with its tenant, in the 30 days."),
                (
                    *WHO,
                    date(gettext_lazy("Last payment"), "since"),
                    date(gettext_lazy("Last contact"), "until"),
                    number(gettext_lazy("Days")),
                    RENT,
                    AGENT,
                ),
            ),
        ),
        relations=(rents_due("%(year_ago)s::date + 1"), SILENT),
    ),
    advice=Advice(
        gettext_lazy("Start with the tenants who miss their rent."),
        gettext_lazy("Rents unpaid 30 days after they were due"),
    ),
    is_of_rents=True,
)
