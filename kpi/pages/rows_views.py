"""The page of one KPI, and its rows as a file. Thin: read the period and the group, ask for the rows, show them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kpi.flag import behind_flag
from kpi.indicators import BY_KEY
from kpi.indicators.rows import Group
from kpi.pages.forms import Choice, ComparedPeriod, PeriodForm, beginning
from kpi.pages.page import IndicatorCard
from kpi.pages.rows import found_in, listing_of
from kpi.pages.scope import sites_of, today_of
from kpi.pages.words import card_for_indicator
from kpi.pages.words import lines as charts_of
from kpi.report.report import history
from kpi.report.rows import Evidence, every_row, group_of
from kpi.report.rows import evidence as evidence_of
from kpi.report.yardsticks import yardsticks_of
from screens import lists
from screens.exports import KINDS, TooManyRows
from screens.lists.address import SORT
from sites_app.models import Site
from sites_app.permissions import needs
from sites_app.request import SiteRequest


@dataclass(frozen=True)
class _Question:
    """Which rows a request asks for: of which KPI, sites, period and group, and in which order."""

    key: str
    sites: list[Site]
    form: PeriodForm
    compared: ComparedPeriod
    group: Group
    listed: lists.ListState

    @property
    def codes(self) -> list[str]:
        return [site.code for site in self.sites]

    def address(self, url_name: str, *arguments: str) -> str:
        """Of the page or a file, with the period, the group and the order."""
        query = f"{self.compared.query}&{urlencode({'group': self.group.name})}"
        if self.listed.order:
            query += f"&{urlencode({SORT: self.listed.order})}"
        return f"{reverse(url_name, args=[self.key, *arguments])}?{query}"


def _question(request: SiteRequest, key: str) -> _Question:
    if key not in BY_KEY:
        raise Http404
    sites = sites_of(request)
    form = PeriodForm(request.GET, today=today_of(sites))
    compared = form.compared()
    group = group_of(key, request.GET.get("group", "")) or BY_KEY[key].groups[0]
    names: Mapping[str, str] = {site.code: site.name for site in sites}
    name = f"{key}-{group.name}-{compared.period.start}-{compared.period.end}"
    listing = listing_of(group, name, names, lists.Empty(str(group.empty), icon=BY_KEY[key].icon))
    state = lists.ask(request.GET, listing, keep=("period", "start", "end", "group"))
    return _Question(key, sites, form, compared, group, state)


@needs("kpi.view_kpi")
@require_safe
@behind_flag
def indicator(request: SiteRequest, key: str) -> HttpResponse:
    """One KPI of a period: its value, how it is counted, and the rows of one of its groups."""
    question = _question(request, key)
    compared, sites, group = question.compared, question.sites, question.group
    past = history(sites, compared.period, compared.previous, today=today_of(sites))
    yardsticks = yardsticks_of(sites, compared.period.end)
    past = past.with_rents_from(yardsticks.rents_from)
    trends = past.trends([key], yardsticks.targets)
    evidence = evidence_of(
        key, question.codes, compared.period, group, question.listed.page, order=question.listed.order
    )
    card = card_for_indicator(key, trends, past.now.counts)
    rows = replace(
        lists.page_of(question.listed, found_in(evidence)),
        files=[(kind.upper(), question.address("kpi:rows", kind)) for kind in KINDS],
    )
    if reason := _why_nothing(evidence, card):
        text = _("Not enough data: %(reason)s") % {"reason": reason}
        rows = replace(rows, empty=lists.Empty(_("Nothing to list for this period"), text, icon=card.icon))
    context = {
        "form": question.form,
        "choices": Choice.choices,
        "compared": compared,
        "beginning": beginning(past.now, yardsticks.first_day, question.form.today),
        "card": card,
        "lines_over_time": charts_of(trends),
        "groups": [(of, evidence.counts[of.name]) for of in BY_KEY[key].groups],
        "group": group,
        "group_is_unknown": request.GET.get("group", group.name) != group.name,
        "list": rows,
        "links": "leasing.view_portfolio" in request.site_permissions,
        "has_tasks": group.has_tasks and "tasks.manage_tasks" in request.site_permissions,
        "crumbs": [{"label": _("Indicators"), "url": f"{reverse('kpi:dashboard')}?{compared.query}"}],
    }
    return render(request, "kpi/indicator.html", context, status=400 if question.form.errors else 200)


@needs("kpi.view_kpi")
@require_safe
@behind_flag
def rows_as_file(request: SiteRequest, key: str, kind: str) -> HttpResponse:
    """All rows of one of a KPI's groups, to be worked through in a spreadsheet."""
    if kind not in KINDS:
        raise Http404
    question = _question(request, key)
    if question.form.errors:
        # The page says what is wrong with the dates; a file of other dates would pass for the right one.
        return HttpResponseRedirect(f"{reverse('kpi:indicator', args=[key])}?{request.GET.urlencode()}")
    try:
        order = question.listed.order
        rows = every_row(key, question.codes, question.compared.period, question.group, order=order)
    except TooManyRows as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(question.address("kpi:indicator"))
    return lists.file_of(question.listed.with_file(kind), lists.FoundRows(rows, 0))


def _why_nothing(evidence: Evidence, card: IndicatorCard) -> str:
    """Why the KPI has nothing to list in any group; "" where an empty group says something by itself."""
    if any(evidence.counts.values()) or len(evidence.counts) == 1:
        return ""
    return next((reading.missing for reading in card.readings if not reading.value), "")
