"""The dashboard's pages and files. Thin: read the period, ask for the report, show it."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kpi.actions import subscribe, unsubscribe
from kpi.flag import behind_flag, is_on
from kpi.indicators import KEYS
from kpi.pages.exports import report_file
from kpi.pages.forms import Beginning, Choice, PeriodForm, beginning
from kpi.pages.report_page import page_of
from kpi.pages.scope import sites_of, today_of
from kpi.pages.words import board
from kpi.report.report import Report, metrics_of
from kpi.report.report import report as report_of
from kpi.report.trends import trends_of
from kpi.report.yardsticks import Yardsticks, yardsticks_of
from screens.exports import KINDS, download
from sites_app.permissions import needs
from sites_app.request import SiteRequest, one_site


@needs("kpi.view_kpi")
@require_safe
def dashboard(request: SiteRequest) -> HttpResponse:
    """The whole report of a period; for those outside the flag its indicators alone."""
    sites = sites_of(request)
    form = PeriodForm(request.GET, today=today_of(sites))
    compared = form.compared()
    context = {"form": form, "choices": Choice.choices, "compared": compared}
    if is_on(request):
        template, report = "kpi/dashboard.html", _report(request, form)
        context |= {"report": report, "page": page_of(report), "beginning": _beginning(report, form)}
        context |= {"is_subscribed": _is_subscribed(request, report)}
    else:
        measured = metrics_of(sites, [compared.period, compared.previous])
        yardsticks = yardsticks_of(sites, compared.period.end, user_id=request.user.pk)
        current, previous = (metrics.with_rents_from(yardsticks.rents_from) for metrics in measured)
        template = "kpi/plain.html"
        trends = trends_of(KEYS, current, previous, yardsticks.targets.of)
        context |= {"board": board(trends, current.counts)}
        context |= {"is_subscribed": _is_subscribed(request, yardsticks)}
        context |= {"beginning": beginning(current, yardsticks.first_day, form.today)}
    return render(request, template, context, status=400 if form.errors else 200)


@needs("kpi.view_kpi")
@require_safe
@behind_flag
def printed(request: SiteRequest) -> HttpResponse:
    """The report on paper: everything open, nothing to press."""
    form = PeriodForm(request.GET, today=today_of(sites_of(request)))
    report = _report(request, form)
    context = {"form": form, "compared": form.compared(), "report": report, "page": page_of(report)}
    context |= {"beginning": _beginning(report, form)}
    return render(request, "kpi/print.html", context, status=400 if form.errors else 200)


@needs("kpi.view_kpi")
@require_safe
@behind_flag
def report_as_file(request: SiteRequest, kind: str) -> HttpResponse:
    """The report for a spreadsheet. Dates that cannot be, or without records, lead to the page that says so."""
    if kind not in KINDS:
        raise Http404
    form = PeriodForm(request.GET, today=today_of(sites_of(request)))
    report = _report(request, form) if form.is_valid() else None
    if report is None or report.is_before_records:
        return HttpResponseRedirect(f"{reverse('kpi:dashboard')}?{request.GET.urlencode()}")
    period = form.compared().period
    name = f"akig-{request.site_code}-{period.start}-{period.end}.{kind}"
    return download(report_file(report, kind), name)


@needs("kpi.view_kpi")
@require_POST
def subscription(request: SiteRequest) -> HttpResponse:
    """Have the report of each month sent by mail, or no more: `want` is 1 or 0. To end it takes no flag."""
    match request.POST.get("want"):
        case "1" if not is_on(request):
            messages.error(
                request, _("The report does not come by e-mail while this page shows you only the indicators.")
            )
        case "1" if not request.user.email:
            messages.error(request, _("Your profile has no e-mail address. Enter one there first."))
            return HttpResponseRedirect(reverse("accounts:profile"))
        case "1":
            subscribe(site=one_site(request), user=request.user, today=one_site(request).today())
            messages.success(request, _("The monthly report is sent to %(address)s.") % {"address": request.user.email})
        case "0":
            unsubscribe(site=one_site(request), user=request.user)
            messages.success(request, _("The report no longer comes by e-mail."))
        case _other:
            raise BadRequest(_("Say whether you want the report: want is 1 or 0."))
    return HttpResponseRedirect(reverse("kpi:dashboard"))


def _report(request: SiteRequest, form: PeriodForm) -> Report:
    sites, compared = sites_of(request), form.compared()
    return report_of(sites, compared.period, compared.previous, today=today_of(sites), user_id=request.user.pk)


def _beginning(report: Report, form: PeriodForm) -> Beginning | None:
    return beginning(report.metrics, report.first_day, form.today)


def _is_subscribed(request: SiteRequest, read: Report | Yardsticks) -> bool:
    return request.site is not None and request.site.code in read.subscribed
