"""The KPI page. Thin: read the period, ask the queries, show the board."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kpi.asked import sites_of, today_of
from kpi.cards import board
from kpi.forms import Choice, PeriodForm
from kpi.queries import metrics_of, targets_of
from sites_app.permissions import needs


@needs("kpi.view_kpi")
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Twelve KPIs of a period, beside the period before and the targets of its last day."""
    sites = sites_of(request)
    form = PeriodForm(request.GET, today=today_of(sites))
    asked = form.asked()
    current, previous = metrics_of(sites, [asked.period, asked.previous])
    context = {
        "form": form,
        "choices": Choice.choices,
        "asked": asked,
        "board": board(current, previous, targets_of(sites, asked.period.end)),
    }
    return render(request, "kpi/dashboard.html", context, status=400 if form.errors else 200)
