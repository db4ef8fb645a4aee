"""What the pages of a tenant, a contract and a property show of tasks: those that are open, and those done."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Count, Window
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from leasing.models import Contract, Property, Tenant
from screens import formats
from screens.declarations import Event, Events
from sites_app.models import Site
from sites_app.permissions import rights_on
from sites_app.request import SiteRequest
from tasks import words
from tasks.causes.rent_late import RENT_LATE
from tasks.generation import judge_debt
from tasks.models import Task, TaskQuerySet
from tasks.pages.told import outcome_of

MANAGE = "tasks.manage_tasks"


@dataclass(frozen=True)
class OpenTasks:
    """Those that the reader may see, each with its title. `reference`: the contract for which a new one may be made."""

    tasks: list[tuple[Task, str]]
    reference: str = ""


def open_tasks_about(request: SiteRequest, tenant: Tenant) -> OpenTasks | None:
    """None when there is none. One statement."""
    tasks = _open(tenant.site, _about(request, tenant.site_id).filter(tenant=tenant))
    return OpenTasks(tasks) if tasks else None


def open_tasks_of_contract(request: SiteRequest, contract: Contract) -> OpenTasks | None:
    """The same, for who makes tasks with the way to a new one. One statement."""
    tasks = _open(contract.site, _about(request, contract.site_id).filter(contract=contract))
    reference = contract.reference if request.site and MANAGE in request.site_permissions else ""
    return OpenTasks(tasks, reference) if tasks or reference else None


def open_tasks_of_property(request: SiteRequest, home: Property) -> OpenTasks | None:
    """None when there is none. One statement."""
    tasks = _open(home.site, _about(request, home.site_id).filter(property=home))
    return OpenTasks(tasks) if tasks else None


def tasks_done_about(request: SiteRequest, tenant: Tenant, limit: int) -> Events:
    """The same, of those that are done. One statement."""
    about = _about(request, tenant.site_id).filter(tenant=tenant, status=Task.Status.DONE)
    rows = about.annotate(total=Window(Count("pk"))).order_by("-completed_at", "-pk")[:limit]
    found = list(_of(tenant.site, rows))
    return Events([_done(task) for task in found], found[0].total if found else 0)  # type: ignore[attr-defined]  # annotated above


def _done(task: Task) -> Event:
    moment = localtime(task.completed_at, ZoneInfo(task.site.timezone))
    return Event(
        day=moment.date(),
        clock=moment.time(),
        id=str(task.pk),
        icon="check",
        text=_("Task done: %(task)s") % {"task": words.title_of_row(task)},
        note=" · ".join(filter(None, (str(task.agent or ""), outcome_of(task, task.site, timezone.now()), task.note))),
        url=reverse("tasks:detail", args=[task.pk]),
    )


def _open(site: Site, rows: TaskQuerySet) -> list[tuple[Task, str]]:
    return [(task, words.title_of_row(task)) for task in _of(site, rows.open().order_by("due_at", "pk"))]


def _about(request: SiteRequest, site_code: str) -> TaskQuerySet:
    visible = Task.objects.visible_to(request.user.pk, rights_on(request, site_code))
    return visible.filter(site=site_code).select_related("agent", "tenant", "contract", "property")


def _of(site: Site, rows: Iterable[Task]) -> Iterator[Task]:
    for task in rows:
        task.site = site
        yield task


def after_money(request: SiteRequest, contract: Contract) -> list[str]:
    """Rent came in, or was taken back: the task about it is judged at once, and the person told what became of it."""
    site, now = contract.site, timezone.now()
    if contract.account_id is None:
        return []
    closed = judge_debt(site=site, account=contract.account_id, today=site.today(), now=now)
    if closed:
        return [_("Nothing is late any more: the task about it is over.")]
    about = Task.objects.open().filter(site=site, cause=RENT_LATE.name, contract__account=contract.account_id)
    task = about.visible_to(request.user.pk, rights_on(request, site.code)).first()
    if task is None:
        return []
    amount = formats.francs(task.facts["amount"], site.currency)
    return [_("The task stays open: %(amount)s is still late.") % {"amount": amount}]
