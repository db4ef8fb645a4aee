"""Tasks that people make and put in an order."""

import datetime as dt
import uuid
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Actor, User
from changes.audit import change
from changes.refusals import RuleBroken, constraint_of, not_on_this_site
from leasing.models import Contract, Property, Tenant
from sites_app.models import Site
from tasks import verbs
from tasks.actions.change import digest_of, key_of, was_done_before, write_down
from tasks.actions.handover import require_worker
from tasks.actions.taps import require_due_to_come
from tasks.models import LONGEST_TITLE, Task, TaskDependency
from tasks.refusals import KeyReused


def create_task(
    *,
    site: Site,
    agent: User,
    kind: str,
    title: str,
    due_at: dt.datetime,
    by: Actor,
    now: dt.datetime,
    key: str,
    description: str = "",
    tenant: Tenant | None = None,
    contract: Contract | None = None,
    property: Property | None = None,  # noqa: A002 -- the domain's word
) -> Task:
    """Write down something to do, for an agent or for nobody yet. The same key and request again is the same task.

    A contract brings its tenant and its property.

    Raises IdempotencyConflict; RuleBroken: no title, a moment that is past, an agent who does not work on the site,
    or a record of another one.
    """
    if kind not in Task.Kind.values:
        raise RuleBroken("kind", "task_kind", _("Choose one of the kinds of tasks."))
    if contract is not None:
        tenant, property = tenant or contract.tenant, property or contract.property  # noqa: A001
    task = Task(
        site=site,
        agent=agent,
        kind=str(kind),
        title=title.strip(),
        description=description.strip(),
        due_at=due_at,
        tenant=tenant,
        contract=contract,
        property=property,
        created_by=by,
        created_at=now,
        source=f"manual:{uuid.uuid4()}",
    )
    digest = _digest_of_new(task, by)
    with change(by):
        if was_done_before(site.pk, by, key, digest):
            return _made_with(site, by, key)
        _require_sound(task, now)
        try:
            with transaction.atomic():
                task.save(force_insert=True)
                write_down(task, verb=verbs.CREATE, by=by, now=now, key=key_of(by, key), digest=digest, before={})
        except KeyReused:
            # Taken at this moment, perhaps by this very request sent twice.
            if not was_done_before(site.pk, by, key, digest):
                raise
            return _made_with(site, by, key)
        return task


def wait_for(*, task: Task, needs: Task, by: Actor) -> Task:
    """Have `task` wait for `needs`; saying it twice is saying it once.

    Raises RuleBroken: they are not both on a site in scope, are one task, one is over, or they would wait for one
    another in a circle.
    """
    with change(by):
        if task.pk == needs.pk:
            raise RuleBroken("needs", "task_does_not_need_itself", _("A task cannot wait for itself."))
        both = list(Task.objects.filter(site_id=task.site_id, pk__in=[task.pk, needs.pk]))
        if len(both) < 2:
            raise not_on_this_site("needs")
        if not all(one.is_open() for one in both):
            raise RuleBroken("needs", "task_is_open", _("One of these tasks is over: nothing waits for it any more."))
        try:
            with transaction.atomic():
                TaskDependency.objects.get_or_create(site_id=task.site_id, task=task, needs=needs)
        except IntegrityError as error:
            if constraint_of(error) != "tasks_do_not_wait_in_a_circle":
                raise
            sentence = _("“%(needs)s” waits for this task itself: each would wait for the other.") % {"needs": needs}
            raise RuleBroken("needs", "tasks_do_not_wait_in_a_circle", sentence) from error
        return task


def stop_waiting(*, task: Task, needs: UUID, by: Actor) -> None:
    """`task` does not wait for that task any more; saying it twice is saying it once."""
    with change(by):
        TaskDependency.objects.filter(site_id=task.site_id, task=task, needs_id=needs).delete()


def _digest_of_new(task: Task, by: Actor) -> str:
    asked = ("agent_id", "kind", "title", "description", "due_at", "tenant_id", "contract_id", "property_id")
    return digest_of(verbs.CREATE, by, **{name: getattr(task, name) for name in asked})


def _made_with(site: Site, by: Actor, key: str) -> Task:
    return Task.objects.select_related("site", "agent").get(changes__site=site, changes__key=key_of(by, key))


def _require_sound(task: Task, now: dt.datetime) -> None:
    if not task.title:
        raise RuleBroken("title", "task_of_a_person_has_a_title", _("Say what is to be done."))
    if len(task.title) > LONGEST_TITLE:
        sentence = _("A title has at most %(longest)s characters.") % {"longest": LONGEST_TITLE}
        raise RuleBroken("title", "title_length", sentence)
    require_due_to_come(task.due_at, now)
    if task.agent is not None:
        require_worker(task.site, task.agent)
    for field in ("tenant", "contract", "property"):
        record = getattr(task, field)
        if record is not None and record.site_id != task.site_id:
            raise not_on_this_site(field)
