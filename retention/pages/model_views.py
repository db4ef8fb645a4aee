"""What the scores of a site rest on, for its managers; and from which day on ends are on record."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from changes.refusals import RuleBroken
from retention.actions import observe_from
from retention.models import ListRecord, ObservedFrom, ScoreModel
from retention.pages.access import MANAGE
from retention.pages.forms import ObservedFromForm
from retention.pages.model_page import calibration_shown, model_shown, record_shown, terms_shown
from retention.pages.worth_page import vacancies_in_words
from retention.queries import site_measures
from retention.yardsticks import yardsticks
from screens import formats
from sites_app.permissions import needs
from sites_app.request import SiteRequest, one_site

_LISTED_MODELS, _LISTED_RECORDS = 12, 12


@needs(MANAGE)
@require_safe
def model(request: SiteRequest) -> HttpResponse:
    """Where the probabilities come from, how well they did, and what was learned, adopted and rejected."""
    sites = [access.site for access in request.accessible_sites if access.code in request.site_codes]
    if request.site is None:
        return render(request, "retention/model_sites.html", {"sites": sites})
    site = request.site
    today = site.today()
    yardstick, measures = yardsticks([site.code])[site.code], site_measures([site.code], today).get(site.code)
    models = list(ScoreModel.objects.defer("artefact")[:_LISTED_MODELS])
    in_use = next((one for one in models if one.pk == yardstick.model_id), None)
    records = ListRecord.objects.filter(site=site)[:_LISTED_RECORDS]
    context = {
        "yardstick": yardstick,
        "measures": measures,
        "empty_days": formats.number(yardstick.empty_days),
        "vacancies": vacancies_in_words(measures),
        "in_use": in_use,
        "calibration": calibration_shown(in_use),
        "terms": terms_shown(yardstick.table if yardstick.model_id is not None else None),
        "models": [model_shown(one, yardstick.model_id) for one in models],
        "records": [record_shown(one) for one in records],
        "is_said": ObservedFrom.objects.filter(site=site).exists(),
    }
    return render(request, "retention/model.html", context)


@needs(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def observed_from(request: SiteRequest) -> HttpResponse:
    """From which day on the ends of tenancies are on record: no tenant-month before it counts anywhere."""
    page = reverse("retention:model")
    if request.site is None:
        return HttpResponseRedirect(page)
    site, status = one_site(request), 200
    today = site.today()
    measures = site_measures([site.code], today).get(site.code)
    known = measures.observed_from if measures else None
    sent = request.POST if request.method == "POST" else None
    form = ObservedFromForm(sent, initial={"day": known})
    if sent is not None:
        status = 400
        if form.is_valid():
            try:
                observe_from(site=site, by=request.user, today=today, **form.cleaned_data)
                messages.success(request, _("The day is saved: the scores go by it from tonight on."))
                return HttpResponseRedirect(page)
            except RuleBroken as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
                status = refusal.status
    crumbs = [{"label": _("What the scores rest on"), "url": page}]
    context = {"form": form, "page": page, "known": known, "crumbs": crumbs}
    return render(request, "retention/observed_from.html", context, status=status)
