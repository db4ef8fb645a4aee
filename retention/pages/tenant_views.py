"""The retention page of a tenant, what AKIG holds about them, and what they do not want. Thin: find, ask, render."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from changes.refusals import RuleBroken
from leasing.models import Interaction, Tenant
from retention.actions import object_to_scoring
from retention.holdings import held_about
from retention.models import Offer, RetentionScore
from retention.pages import words
from retention.pages.access import MANAGE, VIEW, tenant_or_404
from retention.pages.forms import NotScoredForm, PreferencesForm
from retention.pages.laws import laws_of
from retention.pages.profile_page import HistoryShown, ScoreShown, current, history_shown, of_tenancy, score_shown
from retention.pages.talk_page import TalkShown, guides_by_term, talk_shown
from retention.pages.worth_page import WorthShown, worth_shown
from retention.preferences import allowed_channels, set_contact_preference
from retention.queries import site_measures
from retention.standing import TenancyStanding, standings_of
from retention.story import rows_behind, scores_of
from retention.yardsticks import yardsticks
from sites_app.permissions import needs, rights_on
from sites_app.request import SiteRequest, on_its_site, one_site


@dataclass(frozen=True)
class TenancyShown:
    """A tenancy, its score or why there is none, what it is worth, and how it came to it."""

    standing: TenancyStanding
    reason: str
    score: ScoreShown | None
    talk: TalkShown | None
    worth: WorthShown | None
    history: HistoryShown | None

    @property
    def is_to_be_scored(self) -> bool:
        """The next analysis makes a score of it."""
        return self.score is None and self.standing.standing == "scored"


@needs(VIEW)
@require_safe
def tenant(request: SiteRequest, pk: UUID) -> HttpResponse:
    """Why a tenant may be about to leave, whether an offer is worth it, and how the score came to be what it is."""
    found, objected_on = tenant_or_404(request, pk)
    today, code = found.site.today(), found.site_id
    standings, scores = standings_of(found, today), scores_of(found, today)
    behind = rows_behind(found, today)
    yardstick, measures = yardsticks([code])[code], site_measures([code], today).get(code)
    offers = {offer.pk: offer for offer in Offer.objects.filter(active=True)}
    guides, channels = guides_by_term(), allowed_channels([found.pk])[found.pk]
    agent, may_write = request.user.get_full_name(), Interaction.Channel.WHATSAPP in channels

    def shown(standing: TenancyStanding) -> TenancyShown:
        own = of_tenancy(scores, standing.property_id)
        row = current(own, standing)
        score = score_shown(row, behind, measures, today) if row else None
        return TenancyShown(
            standing=standing,
            reason="" if row else words.not_scored(standing, objected_on),
            score=score,
            talk=talk_shown(found, score, guides, agent=agent, may_write=may_write) if score else None,
            worth=worth_shown(row, yardstick, measures, offers) if row else None,
            history=history_shown(own, today),
        )

    context = {
        "tenant": found,
        "objected_on": objected_on,
        "currency": found.site.currency,
        "today": today,
        "tenancies": [shown(standing) for standing in standings],
        "yardstick": yardstick,
        "measures": measures,
        "channels": _in_words(channels),
        "is_manager": MANAGE in rights_on(request, code),
        "crumbs": _crumbs(found),
    }
    return render(request, "retention/tenant.html", context)


@needs(VIEW)
@require_safe
def held(request: SiteRequest, pk: UUID) -> HttpResponse:
    """What AKIG holds about a tenant, and what it makes of it: to be printed and given to them."""
    found, objected_on = tenant_or_404(request, pk)
    today = found.site.today()
    standings, scores = standings_of(found, today), scores_of(found, today)
    measures = site_measures([found.site_id], today).get(found.site_id)
    rows = [row for standing in standings if (row := current(of_tenancy(scores, standing.property_id), standing))]
    context = {
        "tenant": found,
        "objected_on": objected_on,
        "today": today,
        "held": held_about(found),
        "scores": [score_shown(row, (), measures, today) for row in rows],
        "reasons": [words.not_scored(one, objected_on) for one in standings if one.standing != "scored"],
        "laws": laws_of(found.site.country),
        "channels": _channels(found),
        "crumbs": [*_crumbs(found), _to_profile(found)],
    }
    return render(request, "retention/held.html", context)


@needs(VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: SiteRequest, pk: UUID) -> HttpResponse:
    """A tenant does not want to be scored: what that deletes, and that it is meant."""
    found, objected_on = tenant_or_404(request, pk)
    if request.site is None:
        return on_its_site(request, found.site_id)
    today, page, status = one_site(request).today(), reverse("retention:tenant", args=[found.pk]), 200
    if objected_on is not None:
        return HttpResponseRedirect(page)
    sent = request.POST if request.method == "POST" else None
    form = NotScoredForm(sent, initial={"since": today})
    if sent is not None:
        status = 400
        if form.is_valid():
            try:
                object_to_scoring(tenant=found, by=request.user, today=today, **form.cleaned_data)
                messages.success(request, _("Written down: the scores are deleted, and there will be none again."))
                return HttpResponseRedirect(page)
            except RuleBroken as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
                status = refusal.status
    context = {"tenant": found, "form": form, "page": page, "crumbs": [*_crumbs(found), _to_profile(found)]}
    return render(request, "retention/objection.html", context | {"kept": _kept(found)}, status=status)


@needs(VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: SiteRequest, pk: UUID) -> HttpResponse:
    """By which channels a tenant wants to hear of offers."""
    found, _objected_on = tenant_or_404(request, pk)
    if request.site is None:
        return on_its_site(request, found.site_id)
    today, page, status = one_site(request).today(), reverse("retention:tenant", args=[found.pk]), 200
    allowed = allowed_channels([found.pk])[found.pk]
    sent = request.POST if request.method == "POST" else None
    form = PreferencesForm(sent, initial={"since": today, "channels": allowed})
    if sent is not None:
        status = 400
        if form.is_valid():
            since, wanted = form.cleaned_data["since"], form.cleaned_data["channels"]
            try:
                for channel in sorted(set(wanted) ^ set(allowed)):
                    is_wanted = channel in wanted
                    set_contact_preference(
                        tenant=found, channel=channel, allowed=is_wanted, since=since, by=request.user, today=today
                    )
                messages.success(request, _("What they want is saved."))
                return HttpResponseRedirect(page)
            except RuleBroken as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
                status = refusal.status
    context = {"tenant": found, "form": form, "page": page, "crumbs": [*_crumbs(found), _to_profile(found)]}
    return render(request, "retention/preferences.html", context, status=status)


def _channels(tenant: Tenant) -> list[tuple[str, bool]]:
    """Each channel as a word, and whether it is allowed."""
    return _in_words(allowed_channels([tenant.pk])[tenant.pk])


def _in_words(allowed: Collection[str]) -> list[tuple[str, bool]]:
    return [(str(channel.label), channel in allowed) for channel in Interaction.Channel]


def _kept(tenant: Tenant) -> dict[str, Any]:
    """What an objection deletes."""
    days = RetentionScore.objects.filter(site=tenant.site, tenant=tenant).order_by("valid_from")
    found = list(days.values_list("valid_from", flat=True))
    return {"n": len(found), "since": found[0] if found else None}


def _to_profile(tenant: Tenant) -> dict[str, Any]:
    return {"label": _("Retention"), "url": reverse("retention:tenant", args=[tenant.pk])}


def _crumbs(tenant: Tenant) -> list[dict[str, Any]]:
    return [{"label": tenant.name, "url": reverse("leasing:tenant", args=[tenant.pk])}]
