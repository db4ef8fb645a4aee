"""The page of one KPI, and its rows as a file. Thin: read the period and the group, ask for the rows, show them."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kpi.flag import behind_flag
from kpi.indicators import BY_KEY
from kpi.indicators.rows import Group
from kpi.pages.asked import sites_of, today_of
from kpi.pages.forms import Asked, Choice, PeriodForm, beginning
from kpi.pages.page import Card
from kpi.pages.rows import lines, table
from kpi.pages.words import card_of
from kpi.pages.words import lines as charts_of
from kpi.report.report import history
from kpi.report.rows import PAGE_ROWS, Evidence, every_row, evidence, group_of
from kpi.report.yardsticks import yardsticks_of
from screens.exports import TooManyRows, as_csv, download
from sites_app.models import Site
from sites_app.permissions import needs

_LONGEST_PAGE_NUMBER = 6


@dataclass(frozen=True)
class _Question:
    """Which rows a request asks for: of which KPI, sites, period and group."""

    key: str
    sites: list[Site]
    form: PeriodForm
    asked: Asked
    group: Group

    @property
    def codes(self) -> list[str]:
        return [site.code for site in self.sites]

    @property
    def site_names(self) -> Mapping[str, str]:
        return {site.code: site.name for site in self.sites}

    def address(self, url_name: str) -> str:
        """Of the page or the file, with the period and the group."""
        return f"{reverse(url_name, args=[self.key])}?{self.asked.query}&group={self.group.name}"


def _question(request: HttpRequest, key: str) -> _Question:
    if key not in BY_KEY:
        raise Http404
    sites = sites_of(request)
    form = PeriodForm(request.GET, today=today_of(sites))
    group = group_of(key, request.GET.get("group", "")) or BY_KEY[key].groups[0]
    return _Question(key, sites, form, form.asked(), group)


@needs("kpi.view_kpi")
@require_safe
@behind_flag
def indicator(request: HttpRequest, key: str) -> HttpResponse:
    """One KPI of a period: its value, how it is counted, and the rows of one of its groups."""
    question = _question(request, key)
    asked, sites = question.asked, question.sites
    past = history(sites, asked.period, asked.previous, today=today_of(sites))
    held_against = yardsticks_of(sites, asked.period.end)
    trends = past.trends([key], held_against.targets)
    found = evidence(key, question.codes, asked.period, question.group, _page_number(request))
    shown = card_of(key, trends, past.now.counts)
    context = {
        "form": question.form,
        "choices": Choice.choices,
        "asked": asked,
        "beginning": beginning(past.now, held_against.first_day, question.form.today),
        "card": shown,
        "lines_over_time": charts_of(trends),
        "groups": [(group, found.counts[group.name]) for group in BY_KEY[key].groups],
        "group": question.group,
        "group_is_unknown": request.GET.get("group", question.group.name) != question.group.name,
        "lines": lines(found.rows, question.group.columns, question.site_names),
        "nothing": _why_nothing(found, shown),
        "links": "leasing.view_portfolio" in request.site_permissions,
        "has_tasks": question.group.has_tasks and "tasks.manage_tasks" in request.site_permissions,
        "page": Paginator(range(found.count), PAGE_ROWS).page(found.page),
        "csv_address": question.address("kpi:indicator_csv"),
        "crumbs": [{"label": _("Indicators"), "url": f"{reverse('kpi:dashboard')}?{asked.query}"}],
    }
    return render(request, "kpi/indicator.html", context, status=400 if question.form.errors else 200)


@needs("kpi.view_kpi")
@require_safe
@behind_flag
def indicator_csv(request: HttpRequest, key: str) -> HttpResponse:
    """All rows of one of a KPI's groups, to be worked through in a spreadsheet."""
    question = _question(request, key)
    if question.form.errors:
        # The page says what is wrong with the dates; a file of other dates would pass for the right one.
        return HttpResponseRedirect(f"{reverse('kpi:indicator', args=[key])}?{request.GET.urlencode()}")
    period, group = question.asked.period, question.group
    try:
        rows = every_row(key, question.codes, period, group)
    except TooManyRows as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(question.address("kpi:indicator"))
    content = as_csv(table(rows, question.group.columns, question.site_names))
    return download(content, f"{key}-{group.name}-{period.start}-{period.end}.csv")


def _why_nothing(found: Evidence, shown: Card) -> str:
    """Why the KPI has nothing to list in any group; "" where an empty group says something by itself."""
    if any(found.counts.values()) or len(found.counts) == 1:
        return ""
    return next((reading.missing for reading in shown.readings if not reading.value), "")


def _page_number(request: HttpRequest) -> int:
    """The page asked for; the first for what is no number."""
    text = request.GET.get("page", "")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_PAGE_NUMBER else 1
