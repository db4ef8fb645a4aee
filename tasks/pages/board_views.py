"""The manager's pages: who has how much to do, who takes what, who is absent, what else is to be done."""

import uuid
from collections import defaultdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from changes.refusals import RuleBroken
from leasing.models import Contract
from screens.lists import answer
from sites_app.models import Site
from sites_app.permissions import needs
from sites_app.request import SiteRequest, one_site
from tasks import actions
from tasks.pages.board_forms import FilterForm, GiveForm, NewForm, TakeBackForm
from tasks.pages.board_list import board_list
from tasks.pages.day import card_of
from tasks.pages.forms import is_id
from tasks.pages.views import choose_a_site
from tasks.queries import WORKDAY_MINUTES, SiteDay, proposals, site_day
from tasks.workers import workers_of

_CONTRACTS_SUGGESTED = 500


@needs("tasks.manage_tasks")
@require_safe
def board(request: SiteRequest) -> HttpResponse:
    """How much each agent has to do, and the tasks, to be given to somebody else."""
    site = request.site
    workers, now = workers_of(site) if site else [], timezone.now()
    day = site_day(site, now) if site else SiteDay((), {}, {})
    asked, found = board_list(request.GET, site, FilterForm(request.GET, workers=workers, now=now), day)
    context = {
        "can_give": site is not None and not asked.file and any(task.is_open for task in found.rows),
        "loads": day.loads,
        "most": max((load.minutes for load in day.loads), default=0),
        "workday": WORKDAY_MINUTES,
        "workers": workers,
        "now": now,
        **_just_given(request),
    }
    return answer(request, "tasks/board.html", asked, found, context)


@needs("tasks.manage_tasks")
@require_POST
def give(request: SiteRequest) -> HttpResponse:
    """The ticked tasks go to one colleague."""
    query = QueryDict(request.POST.get("filters", ""), mutable=True)
    form = GiveForm(request.POST, workers=workers_of(one_site(request)))
    if form.is_valid():
        query.update(_give(request, {form.cleaned_data["agent"]: form.cleaned_data["task"]}))
    for errors in form.errors.values():
        messages.error(request, " ".join(map(str, errors)))
    return _to("tasks:board", query)


@needs("tasks.manage_tasks")
@require_POST
def take_back(request: SiteRequest) -> HttpResponse:
    """What one has just given goes back to whom it belonged, unless somebody has changed it since."""
    form = TakeBackForm(request.POST)
    if not form.is_valid():
        raise Http404
    given = form.cleaned_data["given"]
    back, stayed = actions.take_back(site=one_site(request), handover=given, by=request.user, now=timezone.now())
    if back:
        messages.success(request, _("It is as it was before."))
    if not back and not stayed:
        messages.warning(request, _("There is nothing here to take back."))
    if stayed:
        sentence = ngettext(
            "%(count)s task has been changed since and stays where it is.",
            "%(count)s tasks have been changed since and stay where they are.",
            stayed,
        )
        messages.warning(request, sentence % {"count": stayed})
    return _to("tasks:board", QueryDict(form.cleaned_data["filters"]))


def _give(request: SiteRequest, tasks_of: dict[User, list[UUID]]) -> dict[str, str]:
    """Hand over, and say so. Returns what the address of the page says of it: the way to take it back."""
    site, handover, now = one_site(request), uuid.uuid4(), timezone.now()
    given = 0
    for agent, ids in tasks_of.items():
        try:
            count = actions.reassign_tasks(
                site=site, task_ids=ids, agent=agent, by=request.user, now=now, handover=handover
            )
        except RuleBroken as refusal:
            messages.error(request, refusal.sentence)
            continue
        given += count
        sentence = ngettext("%(agent)s has %(count)s more task.", "%(agent)s has %(count)s more tasks.", count)
        messages.success(request, sentence % {"agent": agent.get_full_name(), "count": count})
    return {"given": str(handover)} if given else {}


def _just_given(request: SiteRequest) -> dict[str, Any]:
    """The handover of one's own that the address names, and the filters that stay when it is taken back."""
    query = request.GET.copy()
    given = query.pop("given", [""])[-1]
    mine = (
        request.site is not None
        and is_id(given)
        and actions.can_take_back(site=request.site, handover=UUID(given), by=request.user)
    )
    return {"given": given if mine else "", "filters": query.urlencode()}


def _to(name: str, query: QueryDict) -> HttpResponseRedirect:
    address = reverse(name)
    return HttpResponseRedirect(f"{address}?{query.urlencode()}" if query else address)


@needs("tasks.manage_tasks")
@require_http_methods(["GET", "HEAD", "POST"])
def absent(request: SiteRequest) -> HttpResponse:
    """Somebody does not come today: who could take which of their tasks. All at once, or one by one.

    "nobody" is absent too: what belongs to nobody, or to people who do not work here any more.
    """
    if request.site is None:
        return choose_a_site(request, "tasks:absent")
    workers = {str(worker.pk): worker for worker in workers_of(request.site)}
    asked = (request.POST if request.method == "POST" else request.GET).get("agent", "")
    if asked and asked != FilterForm.NOBODY and asked not in workers:
        raise Http404
    away = workers.get(asked)
    proposed = proposals(request.site, away.pk if away else None, timezone.now()) if asked else []
    if request.method == "POST" and asked:
        query = QueryDict(mutable=True)
        query.update({"agent": asked} | _give(request, _chosen(request, workers, {one.task.id for one in proposed})))
        return _to("tasks:absent", query)
    context = {
        "workers": list(workers.values()),
        "asked": asked,
        "away": away,
        "nobody": FilterForm.NOBODY,
        "nobody_has_time": bool(proposed) and not any(one.free_minutes for one in proposed),
        **_just_given(request),
        "proposals": [(card_of(one.task, number), one) for number, one in enumerate(proposed, 1)],
        "crumbs": [{"label": _("Tasks"), "url": reverse("tasks:board")}],
    }
    return render(request, "tasks/absent.html", context)


def _chosen(request: SiteRequest, workers: dict[str, User], theirs: set[UUID]) -> dict[User, list[UUID]]:
    """ "task:colleague" of the one button pressed, or of every box ticked; what is neither is left out.

    So is a task that has gone to somebody else since the page was shown.
    """
    only = request.POST.get("only")
    takes: dict[UUID, str] = {}
    for pair in [only] if only else request.POST.getlist("take"):
        task, _colon, agent = pair.partition(":")
        try:
            takes[UUID(task)] = agent
        except ValueError:
            continue
    if not takes:
        messages.error(request, _("Tick at least one task."))
    elif not theirs.issuperset(takes):
        messages.warning(request, _("Some of these tasks have been done or given to somebody else in the meantime."))
    chosen = defaultdict(list)
    for task_id, agent in takes.items():
        if agent in workers and task_id in theirs:
            chosen[workers[agent]].append(task_id)
    return chosen


@needs("tasks.manage_tasks")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SiteRequest) -> HttpResponse:
    """A task that no record asks for."""
    if request.site is None:
        return choose_a_site(request, "tasks:new")
    workers, now = workers_of(request.site), timezone.now()
    asked = {name: request.GET.get(name) for name in ("agent", "contract")}
    fresh = {"key": uuid.uuid4(), "due_on": request.site.today()} | asked
    form = NewForm(request.POST or None, initial=fresh, workers=workers, site=request.site)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                task = actions.create_task(site=request.site, by=request.user, now=now, **form.asked())
            except RuleBroken as refusal:
                status = 422
                field = "due_on" if refusal.field == "due_at" else refusal.field
                form.add_error(field if field in form.fields else None, refusal.sentence)
            else:
                messages.success(request, _("The task is created."))
                return HttpResponseRedirect(reverse("tasks:detail", args=[task.pk]))
    context = {
        "form": form,
        "contracts": _contracts_to_choose(request.site),
        "crumbs": [{"label": _("Tasks"), "url": reverse("tasks:board")}],
    }
    return render(request, "tasks/new.html", context, status=status)


def _contracts_to_choose(site: Site) -> Any:
    """What the field suggests while one types: the reference, the tenant's name and the property's code."""
    rows = Contract.objects.signed().filter(site=site, ended_on=None)
    names = rows.order_by("tenant__name", "reference").values_list("reference", "tenant__name", "property__code")
    return names[:_CONTRACTS_SUGGESTED]
