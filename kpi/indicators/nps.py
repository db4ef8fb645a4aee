"""100 × (ratings 9–10 − ratings 0–6) ÷ ratings, a whole number from −100 to 100, halves up."""

from django.utils.translation import gettext_lazy, ngettext_lazy

from kpi.indicators.indicator import Advice, Breakdown, Indicator, Missing, Quotient, Unit
from kpi.indicators.rows import ANSWER, Group, Rows

NO_RATING = Missing(gettext_lazy("nobody answered a survey in this period."))

# An answer is a tenant's, not a contract's: the contract that had begun last says where and with which agent.
FOUND = """
    SELECT site_id, CASE WHEN rating >= 9 THEN 'promoters' WHEN rating <= 6 THEN 'detractors' ELSE 'neutral' END,
        'survey', id, (
            SELECT id FROM contract c
            WHERE c.site_id = s.site_id AND c.tenant_id = s.tenant_id AND start_date <= answered_on
            ORDER BY start_date DESC, id LIMIT 1
        ), tenant_id, NULL::uuid, answered_on, NULL::date, NULL::int, NULL::bigint, NULL, rating, NULL, comment, -rating
    FROM leasing_survey s
    WHERE site_id = ANY (%(sites)s) AND kind = 'nps' AND answered_on BETWEEN %(a)s AND %(b)s
"""


NPS = Indicator(
    key="npsScore",
    number=5,
    unit=Unit.NPS,
    higher_is_better=True,
    formula=Quotient(
        {"promoters": 100, "detractors": -100}, by="ratings", missing={"ratings": NO_RATING}, is_whole=True
    ),
    name=gettext_lazy("Recommendation (NPS)"),
    icon="heart",
    hint=gettext_lazy(
        "Would tenants recommend us? The share of ratings 9 and 10 minus the share of ratings 0 to 6, in points from "
        "−100 to 100, over the answers of the period."
    ),
    counted=ngettext_lazy("%(count)s answer", "%(count)s answers", "n"),
    breakdown=Breakdown(
        gettext_lazy("Ratings 9–10: %(promoters)s. 7–8: %(neutral)s. 0–6: %(detractors)s."),
        {
            "promoters": "promoters",
            "neutral": lambda c: c.ratings - c.promoters - c.detractors,
            "detractors": "detractors",
        },
    ),
    rows=Rows(
        FOUND,
        (
            Group(
                "detractors",
                gettext_lazy("Dissatisfied: 0 to 6"),
                gettext_lazy("Nobody gave a rating from 0 to 6."),
                ANSWER,
            ),
            Group(
                "neutral",
                gettext_lazy("Neutral: 7 and 8"),
                gettext_lazy("Nobody gave a rating of 7 or 8."),
                ANSWER,
            ),
            Group(
                "promoters",
                gettext_lazy("Would recommend us: 9 and 10"),
                gettext_lazy("Nobody gave a rating of 9 or 10."),
                ANSWER,
            ),
        ),
    ),
    advice=Advice(
        gettext_lazy("Call those who gave 6 or less: they will tell you what to put right."),
        gettext_lazy("Ratings of 6 and less"),
    ),
)
