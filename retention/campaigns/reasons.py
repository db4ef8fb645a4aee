"""Every reason against a campaign, in words that name the tenant or the field. Asks the database nothing."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leasing.models import Tenant
from retention.campaigns.candidates import Candidate
from retention.campaigns.planned import CampaignPlan, PlannedAction, arrears_of
from retention.campaigns.refused import CampaignRefusal
from retention.models import Offer
from screens import formats

LONGEST_NAME, MOST_TENANTS, LONGEST_AHEAD_DAYS, LEAST_DAYS_IN = 120, 500, 30, 90
LARGEST_BUDGET = 2**53 - 1
"""What every client can write exactly."""


def reasons_against(
    plan: CampaignPlan,
    *,
    asked: Sequence[str],
    rows: Mapping[str, Tenant],
    found: Mapping[Any, Candidate],
    chosen: Mapping[Any, int],
    offers: Mapping[int, Offer],
    unknown_offers: Sequence[str],
    today: dt.date,
    launching: bool,
) -> list[CampaignRefusal]:
    """All of them: those about the campaign, about its tenants in the order in which they were given; its budget."""
    reasons = [*_of_the_fields(plan, today, launching), *_of_the_list(asked, rows)]
    nobodys = _("“%(asked)s” is not among the tenants.")
    reasons += [_refusal("offers", "offer_of_a_chosen_tenant", nobodys, asked=text) for text in unknown_offers]
    planned = {action.candidate.tenant.pk: action for action in plan.actions}
    for candidate in found.values():
        reasons += _of_a_tenant(candidate, today)
        offer = chosen.get(candidate.tenant.pk)
        if offer is not None and offer not in offers:
            sentence = _("%(tenant)s: there is no such offer.")
            reasons.append(_refusal("offers", "offer_known", sentence, of=candidate, tenant=_who(candidate)))
        elif candidate.tenant.pk in planned:
            reasons += _of_an_offer(planned[candidate.tenant.pk], plan)
    return [*reasons, *_of_the_budget(plan)]


def _refusal(field: str, rule: str, sentence: str, *, of: Candidate | None = None, **values: Any) -> CampaignRefusal:
    return CampaignRefusal(field, rule, sentence % values, of.tenant.pk if of else None)


def _who(candidate: Candidate) -> str:
    return f"{candidate.tenant.name} ({candidate.tenant.code})"


def _of_the_fields(plan: CampaignPlan, today: dt.date, launching: bool) -> Iterator[CampaignRefusal]:
    if not plan.name:
        yield _refusal("name", "campaign_has_a_name", _("Give the campaign a name."))
    if len(plan.name) > LONGEST_NAME:
        yield _refusal(
            "name", "campaign_name_length", _("A name has at most %(most)s characters, not %(n)s."),
            most=LONGEST_NAME, n=len(plan.name),
        )  # fmt: skip
    if not 1 <= plan.budget <= LARGEST_BUDGET:
        yield _refusal("budget", "campaign_budget_of_a_franc", _("The budget is a whole number of francs, 1 at least."))
    if not plan.is_share_sound:
        yield _refusal(
            "control_share",
            "campaign_share_up_to_a_half",
            _("From none to half of the tenants can be set aside: 0 to 0.5."),
        )
    if launching:
        if plan.start_date > today:
            yield _refusal(
                "start_date", "campaign_starts_today",
                _("The campaign starts on %(day)s: it cannot be launched before."),
                day=formats.date_short(plan.start_date),
            )  # fmt: skip
    elif plan.start_date < today:
        yield _refusal(
            "start_date", "campaign_start_to_come", _("%(day)s is past: a campaign starts today or later."),
            day=formats.date_short(plan.start_date),
        )  # fmt: skip
    elif plan.start_date > today + dt.timedelta(days=LONGEST_AHEAD_DAYS):
        yield _refusal(
            "start_date", "campaign_start_within_30_days",
            _("%(day)s is too far ahead: a campaign starts within %(most)s days."),
            day=formats.date_short(plan.start_date), most=LONGEST_AHEAD_DAYS,
        )  # fmt: skip


def _of_the_list(asked: Sequence[str], rows: Mapping[str, Tenant]) -> Iterator[CampaignRefusal]:
    if not asked:
        yield _refusal("tenants", "campaign_of_somebody", _("Choose at least one tenant."))
    if len(asked) > MOST_TENANTS:
        yield _refusal(
            "tenants", "campaign_of_500_at_most", _("A campaign has at most %(most)s tenants, not %(n)s."),
            most=formats.number(MOST_TENANTS), n=formats.number(len(asked)),
        )  # fmt: skip
    for text in dict.fromkeys(asked):
        if text not in rows:
            yield _refusal("tenants", "same_site", _("There is no tenant “%(asked)s” on this site."), asked=text)
    times = Counter(rows[text].pk for text in asked if text in rows)
    for row in {row.pk: row for row in rows.values()}.values():
        if times[row.pk] > 1:
            yield CampaignRefusal(
                "tenants", "tenant_once",
                _("%(tenant)s is chosen twice.") % {"tenant": f"{row.name} ({row.code})"}, row.pk,
            )  # fmt: skip


def _of_a_tenant(candidate: Candidate, today: dt.date) -> Iterator[CampaignRefusal]:
    who, standing = _who(candidate), candidate.standing

    def because(rule: str, sentence: str, **values: Any) -> CampaignRefusal:
        return _refusal("tenants", rule, sentence, of=candidate, tenant=who, **values)

    match standing.standing if standing else "nothing":
        case "scored" if candidate.score is None:
            yield because("tenant_has_a_score", _("%(tenant)s has no score yet: analyse first."))
        case "nothing" | "applicant":
            yield because("tenant_with_a_contract_in_force", _("%(tenant)s has no contract in force."))
        case "leaving" if standing and standing.noticed_on:
            yield because(
                "tenant_without_notice", _("%(tenant)s has given notice on %(day)s."),
                day=formats.date_short(standing.noticed_on),
            )  # fmt: skip
        case "leaving":
            yield because("tenant_without_notice", _("%(tenant)s is leaving: the day is on record."))
        case "eviction":
            yield because("tenant_without_eviction", _("%(tenant)s is being put out."))
        case "repossession":
            yield because("tenant_without_repossession", _("%(tenant)s: the owner takes the home back."))
        case "objected":
            yield because("tenant_has_not_objected", _("%(tenant)s does not want to be scored, or approached for it."))
        case "unobserved":
            yield because("tenant_observed", _("%(tenant)s: no ends of tenancies are on record yet."))
    if candidate.running:
        yield because(
            "tenant_in_no_other_campaign", _("%(tenant)s is in the campaign “%(name)s”, which is running."),
            name=candidate.running,
        )  # fmt: skip
    elif candidate.is_set_aside:
        yield because(
            "tenant_not_set_aside", _("%(tenant)s is not to be approached for now, so that a campaign can be judged.")
        )
    if candidate.refuses_every_channel:
        yield because("tenant_allows_a_channel", _("%(tenant)s does not want to hear of offers by any channel."))
    if standing and standing.started_on and (today - standing.started_on).days < LEAST_DAYS_IN:
        yield because(
            "tenant_in_for_90_days", _("%(tenant)s moved in on %(day)s, less than %(days)s days ago."),
            day=formats.date_short(standing.started_on), days=LEAST_DAYS_IN,
        )  # fmt: skip


def _of_an_offer(action: PlannedAction, plan: CampaignPlan) -> Iterator[CampaignRefusal]:
    values: dict[str, Any] = {"of": action.candidate, "tenant": _who(action.candidate), "offer": str(action.offer)}
    if not action.offer.active:
        yield _refusal("offers", "offer_active", _("%(tenant)s: “%(offer)s” is not offered any more."), **values)
    if action.offer.currency not in ("", plan.site.currency):
        yield _refusal(
            "offers", "offer_currency", _("%(tenant)s: “%(offer)s” is in %(currency)s, not in %(ours)s."),
            currency=action.offer.currency, ours=plan.site.currency, **values,
        )  # fmt: skip
    arrears = arrears_of(action.score)
    if action.offer.kind == Offer.Kind.DISCOUNT and arrears > 0:
        yield _refusal(
            "offers", "no_discount_with_arrears",
            _("%(tenant)s owes %(francs)s: agree on a payment plan, a lower rent is not offered."),
            francs=formats.francs(arrears, plan.site.currency), **values,
        )  # fmt: skip


def _of_the_budget(plan: CampaignPlan) -> Iterator[CampaignRefusal]:
    found = plan.before_launch()
    if plan.budget < 1 or not found.over_budget:
        return
    values = {
        "over": formats.francs(found.over_budget, plan.site.currency),
        "offers": formats.number(found.contacted),
        "cost": formats.francs(found.cost, plan.site.currency),
        "budget": formats.francs(plan.budget, plan.site.currency),
    }
    sentence = ngettext(
        "%(over)s over: %(offers)s offer costs %(cost)s of %(budget)s.",
        "%(over)s over: %(offers)s offers cost %(cost)s of %(budget)s.",
        found.contacted,
    )
    yield CampaignRefusal("budget", "campaign_within_budget", sentence % values)
