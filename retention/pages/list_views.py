"""The list of who may leave, and what is done from it."""

import datetime as dt
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from retention.actions import analyse
from retention.listed import current_scores, deciding_until
from retention.pages.access import MANAGE
from retention.pages.list_page import SCORES, SOON_DAYS, ScoreFilter, deciders, record_of, source_of
from retention.queries import site_measures
from retention.talks import order_talks
from screens import formats
from screens.lists import answer, ask, of_queryset
from sites_app.permissions import needs
from sites_app.request import SiteRequest, one_site


@needs(MANAGE)
@require_safe
def scores(request: SiteRequest) -> HttpResponse:
    """Who may leave, most at risk first, and why; the whole of it as a file."""
    sites = [access.site for access in request.accessible_sites if access.code in request.site_codes]
    today = min(site.today() for site in sites)
    rows = current_scores(request.site_codes)
    form = ScoreFilter(request.GET, agents=_agents_of(rows))
    asked = ask(request.GET, SCORES, form)
    found = of_queryset(asked, form.chosen(rows, today))
    context = {"may_act": request.site is not None, "filters": request.GET.urlencode()}
    if request.site is not None and not asked.file:
        measures = site_measures([request.site.code], today)[request.site.code]
        soon = deciding_until(rows, today + dt.timedelta(SOON_DAYS))
        context |= {
            "deciders": deciders(soon, request.site.currency),
            "source": source_of(measures, is_learned=any(row.model_id for row in found.rows)),
            "record": measures.list_record and record_of(measures.list_record),
        }
    return answer(request, "retention/list.html", asked, found, context)


def _agents_of(rows: QuerySet) -> list[tuple[int, str]]:
    named = rows.exclude(contract__agent=None).order_by("contract__agent__full_name")
    return list(named.values_list("contract__agent", "contract__agent__full_name").distinct())


@needs(MANAGE)
@require_POST
def analyse_now(request: SiteRequest) -> HttpResponse:
    """Score everybody of the site as of today."""
    site = one_site(request)
    found = analyse(days={site.code: site.today()})
    sentence = ngettext(
        "%(count)s tenancy is scored as of today.", "%(count)s tenancies are scored as of today.", found.scored
    )
    messages.success(request, sentence % {"count": formats.number(found.scored)})
    return HttpResponseRedirect(reverse("retention:list"))


@needs(MANAGE)
@require_POST
def make_tasks(request: SiteRequest) -> HttpResponse:
    """The one tenancy whose button was pressed, or every one ticked, becomes a task to talk to its tenant."""
    only = request.POST.get("only")
    contracts = _ids([only] if only else request.POST.getlist("contract"))
    if not contracts:
        messages.error(request, _("Tick at least one tenant."))
    else:
        made = order_talks(site=one_site(request), contracts=contracts, now=timezone.now())
        if made:
            sentence = ngettext("%(count)s task is made.", "%(count)s tasks are made.", made)
            messages.success(request, sentence % {"count": formats.number(made)})
        if made < len(contracts):
            messages.info(request, _("Where a task to talk to the tenant is open already, none was made."))
    query = QueryDict(request.POST.get("filters", ""))
    address = reverse("retention:list")
    return HttpResponseRedirect(f"{address}?{query.urlencode()}#list" if query else f"{address}#list")


def _ids(texts: list[str]) -> set[UUID]:
    found = set()
    for text in texts:
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return found
