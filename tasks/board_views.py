"""The manager's pages: who has how much to do, who takes what, who is absent, what else is to be done."""

import uuid
from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from leasing.refusals import RuleBroken
from sites_app.permissions import needs
from tasks.actions import create_task, reassign_tasks
from tasks.forms import FilterForm, GiveForm, NewForm
from tasks.models import Task
from tasks.page import ICONS, card_of, title_of_row
from tasks.queries import WORKDAY_MINUTES, loads, proposals
from tasks.views import choose_a_site
from tasks.workers import workers_of

_TASKS_A_PAGE = 50


@needs("tasks.manage_tasks")
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """How much each agent has to do, and the tasks, to be given to somebody else."""
    site = request.site
    workers = workers_of(site) if site else []
    form = FilterForm(request.GET, workers=workers)
    rows = Task.objects.filter(**form.chosen()).select_related("site", "agent", "tenant", "contract", "property")
    page = Paginator(_found(rows, form), _TASKS_A_PAGE).get_page(request.GET.get("page"))
    found = loads(site, timezone.now()) if site else []
    context = {
        "form": form,
        "page": page,
        "lines": [(task, title_of_row(task), ICONS[task.kind]) for task in page],
        "loads": found,
        "most": max((load.minutes for load in found), default=0),
        "workday": WORKDAY_MINUTES,
        "workers": workers,
        "now": timezone.now(),
    }
    return render(request, "tasks/board.html", context, status=400 if form.errors else 200)


def _found(rows: Any, form: FilterForm) -> Any:
    words = form.cleaned_data.get("q", "").split()
    for word in words:
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(tenant__name__icontains=word)
            | Q(tenant__phone__contains=word)
            | Q(contract__reference__icontains=word)
            | Q(property__code__icontains=word)
            | Q(property__neighbourhood__icontains=word)
        )
    return rows.order_by("due_at", "pk")


@needs("tasks.manage_tasks")
@require_POST
def give(request: HttpRequest) -> HttpResponse:
    """The ticked tasks go to one colleague."""
    form = GiveForm(request.POST, workers=workers_of(request.site))
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(errors))
        return HttpResponseRedirect(_board(request))
    _give(request, form.cleaned_data["agent"], form.cleaned_data["task"])
    return HttpResponseRedirect(_board(request))


def _give(request: HttpRequest, agent: User, ids: list[uuid.UUID]) -> None:
    try:
        count = reassign_tasks(site=request.site, task_ids=ids, agent=agent, by=request.user, now=timezone.now())
    except RuleBroken as refusal:
        messages.error(request, refusal.sentence)
        return
    sentence = ngettext("%(agent)s has %(count)s task more.", "%(agent)s has %(count)s tasks more.", count)
    messages.success(request, sentence % {"agent": agent.get_full_name(), "count": count})


def _board(request: HttpRequest) -> str:
    """The board with the filters that were chosen."""
    query = request.POST.get("filters", "")
    return f"{reverse('tasks:board')}?{query}" if query else reverse("tasks:board")


@needs("tasks.manage_tasks")
@require_http_methods(["GET", "HEAD", "POST"])
def absent(request: HttpRequest) -> HttpResponse:
    """Somebody does not come today: who could take which of their tasks. All at once, or one by one."""
    if request.site is None:
        return choose_a_site(request, "tasks:absent")
    workers = {worker.pk: worker for worker in workers_of(request.site)}
    asked = (request.POST if request.method == "POST" else request.GET).get("agent", "")
    away = workers.get(int(asked)) if asked.isdecimal() and len(asked) < 10 else None
    if asked and away is None:
        raise Http404
    if request.method == "POST" and away:
        for agent_id, ids in _chosen(request, workers).items():
            _give(request, workers[agent_id], ids)
        return HttpResponseRedirect(f"{reverse('tasks:absent')}?{urlencode({'agent': away.pk})}")
    found = proposals(request.site, away.pk, timezone.now()) if away else []
    context = {
        "workers": list(workers.values()),
        "away": away,
        "proposals": [(card_of(one.task, number), one) for number, one in enumerate(found, 1)],
        "crumbs": [{"label": _("Tasks"), "url": reverse("tasks:board")}],
    }
    return render(request, "tasks/absent.html", context)


def _chosen(request: HttpRequest, workers: dict[int, User]) -> dict[int, list[uuid.UUID]]:
    """ "task:colleague" of the one button pressed, or of every box ticked; what is neither is left out."""
    only = request.POST.get("only")
    chosen = defaultdict(list)
    for pair in [only] if only else request.POST.getlist("take"):
        task, _colon, agent = pair.partition(":")
        try:
            chosen[int(agent)].append(uuid.UUID(task))
        except ValueError:
            continue
    if not chosen:
        messages.error(request, _("Tick at least one task."))
    return {agent: ids for agent, ids in chosen.items() if agent in workers}


@needs("tasks.manage_tasks")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A task that no record asks for."""
    if request.site is None:
        return choose_a_site(request, "tasks:new")
    workers, now = workers_of(request.site), timezone.now()
    fresh = {"key": uuid.uuid4(), "agent": request.GET.get("agent"), "due_on": request.site.today()}
    form = NewForm(request.POST or None, initial=fresh, workers=workers, site=request.site)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                task = create_task(site=request.site, by=request.user, now=now, **form.asked())
            except RuleBroken as refusal:
                status = 422
                field = "due_on" if refusal.field == "due_at" else refusal.field
                form.add_error(field if field in form.fields else None, refusal.sentence)
            else:
                messages.success(request, _("The task is there."))
                return HttpResponseRedirect(reverse("tasks:detail", args=[task.pk]))
    crumbs = [{"label": _("Tasks"), "url": reverse("tasks:board")}]
    return render(request, "tasks/new.html", {"form": form, "crumbs": crumbs}, status=status)
