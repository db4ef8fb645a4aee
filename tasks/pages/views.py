"""The agent's pages: the day, a task, the round. Thin: find the task, ask for what is to be shown or done, answer."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from waffle import flag_is_active

from changes.refusals import IdempotencyConflict, RuleBroken
from leasing.models import Property
from sites_app.permissions import needs
from sites_app.request import SiteRequest, on_its_site, one_site
from tasks import actions, words
from tasks.actions.change import key_of
from tasks.models import Task, TaskChange, TaskQuerySet
from tasks.pages.day import day_page, round_of
from tasks.pages.forms import TapForm, UndoForm, WaitForm, is_id, tap_form
from tasks.pages.task import PAST_DAYS, task_page
from tasks.pages.told import outcome_of
from tasks.queries import manifesto
from tasks.refusals import TaskConflict
from tasks.workers import whose_day

FLAG = "offline_tasks"
MANAGE, RECORD = "tasks.manage_tasks", "leasing.record_payment"
# The last word of an address, and what it does.
TAPS: dict[str, Callable[..., Task]] = {
    "start": actions.start_task,
    "done": actions.finish_task,
    "cannot": actions.cannot_do,
    "later": actions.postpone_task,
    "resume": actions.resume_task,
    "cancel": actions.cancel_task,
}


@needs("tasks.work_on_tasks")
@require_safe
def today(request: SiteRequest) -> HttpResponse:
    """The three first tasks of an agent's day, and the rest of it folded below."""
    if request.site is None:
        return choose_a_site(request, "tasks:today")
    agent_id, now = _whose_day(request), timezone.now()
    is_own = agent_id == request.user.pk
    offline = is_own and flag_is_active(request, FLAG)
    context = {
        "page": day_page(manifesto(request.site, agent_id, now), request.site, now),
        "now": now,
        "is_own": is_own,
        "offline": offline,
        "not_kept": is_own and not offline,
        "may_record": RECORD in request.site_permissions,
        "covered": [(a.site, MANAGE in a.permissions) for a in request.accessible_sites if a.via_cover],
        **_just_changed(request),
    }
    return render(request, "tasks/today.html", context)


@needs("tasks.work_on_tasks")
@require_safe
def round_sheet(request: SiteRequest) -> HttpResponse:
    """Today's visits on paper, by neighbourhood."""
    if request.site is None:
        return choose_a_site(request, "tasks:round")
    agent_id, now = _whose_day(request), timezone.now()
    found = manifesto(request.site, agent_id, now)
    wanted = {task.property_id for task in found.tasks if task.property_id}
    rows = Property.objects.filter(site=request.site, pk__in=wanted).values_list("pk", "neighbourhood", "address")
    addresses = {pk: (place, address) for pk, place, address in rows}
    context = {"manifesto": found, "visits": round_of(found, addresses), "now": now}
    return render(request, "tasks/round.html", context)


@needs("tasks.work_on_tasks")
@require_safe
def detail(request: SiteRequest, pk: UUID) -> HttpResponse:
    """One task: why it stands where it stands, what waits for what, who changed it, and how it stood on past days."""
    if request.site is None:
        site = get_object_or_404(_of_all_sites(request), pk=pk).site_id
        return on_its_site(request, site)
    return _detail(request, _task_or_404(request, pk))


@needs("tasks.work_on_tasks")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: SiteRequest, pk: UUID, verb: str) -> HttpResponse:
    """A tap. The same key again changes nothing; a task that somebody else has changed is not changed either.

    Its address opened as a page, after signing in again or by the browser's reload, is the task's.
    """
    if verb not in TAPS:
        raise Http404
    if request.method != "POST":
        return HttpResponseRedirect(reverse("tasks:detail", args=[_task_or_404(request, pk).pk]))
    task = _locked_task_or_404(request, pk)
    if verb == "cancel" and MANAGE not in request.site_permissions:
        raise PermissionDenied
    if request.POST.get("person", str(request.user.pk)) != str(request.user.pk):
        return _refused(request, pk, 409, _("Somebody else has signed in since: this was not sent."))
    form = tap_form(verb, task, one_site(request), timezone.now(), data=request.POST)
    if not form.is_valid():
        return _refused(request, pk, 400, verb=verb, form=form)
    asked = {"task_id": task.pk, "by": request.user, "now": timezone.now(), **form.asked()}
    try:
        changed = TAPS[verb](**asked)
    except (TaskConflict, IdempotencyConflict) as refusal:
        return _refused(request, pk, 409, refusal.sentence)
    except RuleBroken as refusal:
        field = refusal.field
        if field == "due_at":
            field = "day" if form.cleaned_data["day"] else "when"
        form.add_error(field if field in form.fields else None, refusal.sentence)
        return _refused(request, pk, 422, verb=verb, form=form)
    return _done(request, changed, form.cleaned_data["key"])


@needs("tasks.work_on_tasks")
@require_POST
def undo(request: SiteRequest) -> HttpResponse:
    """Give back what one's own last change took, unless the task was changed again since."""
    form = UndoForm(request.POST)
    key = form.cleaned_data["key"] if form.is_valid() else ""
    changed = get_object_or_404(TaskChange, site=request.site, by=request.user, key=key_of(request.user, key))
    _task_or_404(request, changed.task_id)
    try:
        actions.undo_change(key=key, by=request.user, now=timezone.now())
        messages.success(request, _("It is as it was before."))
    except RuleBroken as refusal:
        messages.warning(request, refusal.sentence)
    return HttpResponseRedirect(_back(request, changed.task))


@needs("tasks.work_on_tasks")
@require_POST
def wait(request: SiteRequest, pk: UUID) -> HttpResponse:
    """This task is to be done after another one that the person may see; or not any more."""
    task = _locked_task_or_404(request, pk)
    if is_id(request.POST.get("no_more", "")):
        actions.stop_waiting(task=task, needs=UUID(request.POST["no_more"]), by=request.user)
        return HttpResponseRedirect(reverse("tasks:detail", args=[pk]))
    form, status = WaitForm(request.POST, may_manage=MANAGE in request.site_permissions), 400
    if form.is_valid():
        field = "needs" if form.cleaned_data["needs"] else "address"
        try:
            needs = _visible_to(request).get(pk=form.cleaned_data["task"])
            actions.wait_for(task=task, needs=needs, by=request.user)
            return HttpResponseRedirect(reverse("tasks:detail", args=[pk]))
        except Task.DoesNotExist:
            form.add_error(field, _("There is no such task, or it is not one of those that you may see."))
        except RuleBroken as refusal:
            form.add_error(field, refusal.sentence)
            status = 422
    return _detail(request, _task_or_404(request, pk), status, wait_form=form)


def choose_a_site(request: SiteRequest, name: str) -> HttpResponse:
    """A day is a day on one site."""
    path = reverse(name).removeprefix(f"/{request.site_code}")
    sites = [access for access in request.accessible_sites if access.code in request.site_codes]
    return render(request, "tasks/choose.html", {"choices": [(f"/{a.code}{path}", a) for a in sites]})


def _whose_day(request: SiteRequest) -> int:
    asked = request.GET.get("agent") or str(request.user.pk)
    agent_id = whose_day(asked, request.user, one_site(request), request.site_permissions)
    if agent_id is None:
        raise Http404
    return agent_id


def _task_or_404(request: SiteRequest, pk: UUID) -> Task:
    """A task for its page. A colleague's, another site's and one that does not exist are the same to an agent."""
    rows = _visible_to(request).select_related("site", "agent", "tenant", "contract", "property")
    return get_object_or_404(rows.with_past_ranks(PAST_DAYS), pk=pk)


def _locked_task_or_404(request: SiteRequest, pk: UUID) -> Task:
    """The same to be changed: it stays the agent's until the request is over."""
    return get_object_or_404(_visible_to(request).select_for_update(no_key=True), pk=pk)


def _visible_to(request: SiteRequest) -> TaskQuerySet:
    return Task.objects.visible_to(request.user.pk, request.site_permissions).filter(site=request.site)


def _of_all_sites(request: SiteRequest) -> TaskQuerySet:
    """The tasks of "all my sites": everybody's only where the person manages them."""
    managed = [a.code for a in request.accessible_sites if a.code in request.site_codes and MANAGE in a.permissions]
    return Task.objects.filter(site__in=managed) | Task.objects.filter(agent=request.user)


def _just_changed(request: SiteRequest) -> dict[str, Any]:
    """The change of one's own that the address names, as long as it is not undone."""
    key = request.GET.get("changed", "")
    if not key or "\x00" in key:
        return {}
    rows = TaskChange.objects.filter(site=request.site, key=key_of(request.user, key), by=request.user, undone_at=None)
    found = rows.select_related("task__site", "task__tenant", "task__contract", "task__property").first()
    if found is None:
        return {}
    return {
        "changed": found,
        "changed_key": key,
        "changed_title": words.title_of_row(found.task),
        "changed_outcome": outcome_of(found.task, one_site(request), timezone.now()),
    }


def _done(request: SiteRequest, task: Task, key: str) -> HttpResponse:
    following = _back(request, task, changed=key)
    if _wants_json(request):
        # A second tap made offline has seen the task before the first one was sent, and not what others did since.
        seen = TaskChange.objects.get(site=request.site, key=key_of(request.user, key)).version_after
        return JsonResponse({"next": following, "version": seen})
    return HttpResponseRedirect(following)


def _back(request: SiteRequest, task: Task, **query: Any) -> str:
    """Where the tap was made: the task's own page, or the day on which it stands."""
    if request.POST.get("back") == "task":
        address = reverse("tasks:detail", args=[task.pk])
    else:
        address = reverse("tasks:today")
        if task.agent_id not in (None, request.user.pk):
            query = {"agent": task.agent_id} | query
    return f"{address}?{urlencode(query)}" if query else address


def _refused(
    request: SiteRequest, pk: UUID, status: int, sentence: str = "", verb: str = "", form: TapForm | None = None
) -> HttpResponse:
    """Why nothing was changed: to a script in a sentence, to a person on the page of the tap as it is now."""
    if _wants_json(request):
        wrong = form.errors.values() if form else ()
        sentences = [sentence] if sentence else [str(error) for errors in wrong for error in errors]
        return JsonResponse({"detail": " ".join(sentences)}, status=status)
    if form:
        form.point_at_the_error()
    task, tried = _task_or_404(request, pk), {verb: form} if form else {}
    if request.POST.get("back") != "task" and task.agent_id is not None:
        now = timezone.now()
        site = one_site(request)
        page = day_page(manifesto(site, task.agent_id, now), site, now, tried={pk: tried})
        if not tried or any(card.task.id == pk for card in page.cards):
            context = {
                "page": page,
                "now": now,
                "is_own": task.agent_id == request.user.pk,
                "may_record": RECORD in request.site_permissions,
                "refused": sentence,
            }
            return render(request, "tasks/today.html", context, status=status)
    return _detail(request, task, status, sentence, tried)


def _detail(
    request: SiteRequest,
    task: Task,
    status: int = 200,
    refused: str = "",
    tried: dict[str, TapForm] | None = None,
    wait_form: WaitForm | None = None,
) -> HttpResponse:
    may_manage = MANAGE in request.site_permissions
    context = {
        "page": task_page(task, timezone.now(), may_manage=may_manage, tried=tried or {}, wait_form=wait_form),
        "task": task,
        "may_record": RECORD in request.site_permissions,
        "refused": refused,
        **_just_changed(request),
        "crumbs": [_crumb(request, task)],
    }
    return render(request, "tasks/detail.html", context, status=status)


def _crumb(request: SiteRequest, task: Task) -> dict[str, str]:
    if task.agent_id == request.user.pk:
        return {"label": _("Today"), "url": reverse("tasks:today")}
    return {"label": _("Tasks"), "url": reverse("tasks:board")}


def _wants_json(request: SiteRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
