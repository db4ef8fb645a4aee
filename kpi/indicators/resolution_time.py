"""Days that a notice or litigation closed in the period had been open, on average."""

from django.utils.translation import gettext_lazy, ngettext_lazy

from kpi.indicators.indicator import Advice, Breakdown, Indicator, Missing, Quotient, Unit
from kpi.indicators.rows import AGENT, WHO, FactColumn, Group, Rows, Shape, date, number

NO_MATTER = Missing(gettext_lazy("no notice or dispute was closed in this period."))

FOUND = """
    SELECT site_id, 'closed', 'notice', id, contract_id, NULL::uuid, NULL::uuid,
        issued_on, closed_on, closed_on - issued_on, NULL::bigint, NULL::bigint, NULL::int, kind, NULL,
        closed_on - issued_on
    FROM leasing_notice
    WHERE site_id = ANY (%(sites)s) AND closed_on BETWEEN %(a)s AND %(b)s
    UNION ALL
    SELECT site_id, 'closed', 'litigation', id, contract_id, NULL, NULL,
        opened_on, resolved_on, resolved_on - opened_on, NULL, NULL, NULL, kind, NULL,
        resolved_on - opened_on
    FROM leasing_litigation
    WHERE site_id = ANY (%(sites)s) AND resolved_on BETWEEN %(a)s AND %(b)s
"""


RESOLUTION_TIME = Indicator(
    key="averageResolutionTime",
    number=1,
    unit=Unit.DAYS,
    higher_is_better=False,
    formula=Quotient("matter_days", by="matters", missing={"matters": NO_MATTER}),
    name=gettext_lazy("Resolution time"),
    icon="clock",
    hint=gettext_lazy(
        "The average number of days from opening to closing of the notices and disputes closed in the period."
    ),
    counted=ngettext_lazy("%(count)s matter closed", "%(count)s matters closed", "n"),
    breakdown=Breakdown(
        gettext_lazy("%(days)s days in all, over %(count)s matters."), {"days": "matter_days", "count": "matters"}
    ),
    rows=Rows(
        FOUND,
        (
            Group(
                "closed",
                gettext_lazy("Closed, slowest first"),
                gettext_lazy("No notice or dispute was closed."),
                (
                    FactColumn(gettext_lazy("Matter"), Shape.RECORD, "kind"),
                    *WHO,
                    date(gettext_lazy("Opened on"), "since"),
                    date(gettext_lazy("Closed on"), "until"),
                    number(gettext_lazy("Days")),
                    AGENT,
                ),
            ),
        ),
    ),
    advice=Advice(
        gettext_lazy("See what took longest to close, and close what is still open."),
        gettext_lazy("Matters closed, longest first"),
    ),
)
