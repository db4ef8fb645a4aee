"""The day's money. Thin: whose, which day, added up and one by one."""

import datetime as dt
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from leasing.cash_day import METHODS, Taken, Whose, payments_of_day, taken_on
from leasing.models import PAYMENT_KINDS, Payment
from leasing.pages.payment_forms import DayForm
from sites_app.access import Access
from sites_app.permissions import needs
from sites_app.request import SiteRequest
from sites_app.rules import PAYMENT_METHODS

_RECORD, _MANAGE = "leasing.record_payment", "leasing.manage_portfolio"
_ROWS = 100
_NAMES = dict((*PAYMENT_METHODS, *PAYMENT_KINDS))
Sums = list[tuple[str, int]]  # a method's name, and francs


@dataclass(frozen=True)
class Box:
    """The money of one site: a line for each person, a column for each method, and the sums."""

    site: Access
    methods: list[str]
    lines: list[tuple[int | None, str, Sums, int, int]]  # whose, their name, by method, payments, all of it
    sums: Sums
    count: int
    total: int


@needs(_RECORD)
@require_safe
def cash_day(request: SiteRequest) -> HttpResponse:
    """What came in on a day, by person and method: one's own, and everybody's for who manages the site."""
    sites = [access for access in request.accessible_sites if access.code in request.site_codes]
    today = max(access.site.today() for access in sites)
    form = DayForm(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    day = min(said.get("day") or today, today)
    agent = said.get("agent")
    whose = Whose(request.user.pk, [a.code for a in sites], [a.code for a in sites if _MANAGE in a.permissions])
    rows = payments_of_day(day, whose, agent).select_related("site", "contract__tenant", "contract__property")
    page = Paginator(rows.select_related("recorded_by"), _ROWS).get_page(request.GET.get("page"))
    taken = taken_on(day, whose)
    context = {
        "day": day,
        "today": today,
        "before": day - dt.timedelta(days=1) if day > dt.date.min else None,
        "after": day + dt.timedelta(days=1) if day < today else None,
        "boxes": [box for box in (_box(access, taken) for access in sites) if box.lines or len(sites) == 1],
        "is_everybodys": bool(whose.managed),
        "agent": next((one.agent for one in taken if one.agent_id == agent), str(agent)) if agent else "",
        "page": page,
        "rows": [(payment, _NAMES[payment.method], _typed_on(payment, day)) for payment in page],
        "query": f"day={day}&agent={agent}" if agent else f"day={day}",
        "now": timezone.now(),
    }
    return render(request, "leasing/cash_day.html", context)


def _box(access: Access, taken: Iterable[Taken]) -> Box:
    here = [one for one in taken if one.site == access.code]
    used = [method for method in METHODS if any(one.method == method for one in here)]
    people: dict[int | None, list[Taken]] = {}
    for one in here:
        people.setdefault(one.agent_id, []).append(one)
    lines = [
        (whose, theirs[0].agent or _("Nobody: imported"), *_by_method(theirs, used)) for whose, theirs in people.items()
    ]
    sums, count, total = _by_method(here, used)
    return Box(access, [name for name, _francs in sums], lines, sums, count, total)


def _by_method(taken: Iterable[Taken], methods: Iterable[str]) -> tuple[Sums, int, int]:
    taken = list(taken)
    sums = [(str(_NAMES[code]), sum(one.francs for one in taken if one.method == code)) for code in methods]
    return sums, sum(one.count for one in taken), sum(one.francs for one in taken)


def _typed_on(payment: Payment, day: dt.date) -> dt.date | None:
    """The day on which it was typed, where that is another."""
    typed: Any = payment.recorded_at.astimezone(zoneinfo.ZoneInfo(payment.site.timezone)).date()
    return None if typed == day else typed
