"""What the page of a tenant shows of tasks: those that are open about them, and those that were done."""

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from django.db.models import Count, Window
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from leasing.models import Tenant
from screens.declarations import Event, Events
from sites_app.permissions import rights_on
from sites_app.request import SiteRequest
from tasks import words
from tasks.models import Task, TaskQuerySet


def open_tasks_about(request: SiteRequest, tenant: Tenant) -> list[tuple[Task, str]] | None:
    """Those that the reader may see, each with its title; None when there is none. One statement."""
    rows = _about(request, tenant).open().order_by("due_at", "pk")
    return [(task, words.title_of_row(task)) for task in _of(tenant, rows)] or None


def tasks_done_about(request: SiteRequest, tenant: Tenant, limit: int) -> Events:
    """The same, of those that are done. One statement."""
    rows = _about(request, tenant).filter(status=Task.Status.DONE).annotate(total=Window(Count("pk")))
    found = list(_of(tenant, rows.order_by("-completed_at", "-pk")[:limit]))
    return Events([_done(task) for task in found], found[0].total if found else 0)  # type: ignore[attr-defined]  # annotated above


def _done(task: Task) -> Event:
    moment = localtime(task.completed_at, ZoneInfo(task.site.timezone))
    return Event(
        day=moment.date(),
        clock=moment.time(),
        id=str(task.pk),
        icon="check",
        text=_("Task done: %(task)s") % {"task": words.title_of_row(task)},
        note=" · ".join(filter(None, (str(task.agent or ""), task.get_outcome_display(), task.note))),
        url=reverse("tasks:detail", args=[task.pk]),
    )


def _about(request: SiteRequest, tenant: Tenant) -> TaskQuerySet:
    visible = Task.objects.visible_to(request.user.pk, rights_on(request, tenant.site_id))
    return visible.filter(site=tenant.site_id, tenant=tenant).select_related("agent", "contract", "property")


def _of(tenant: Tenant, rows: Iterable[Task]) -> Iterator[Task]:
    for task in rows:
        task.site, task.tenant = tenant.site, tenant
        yield task
