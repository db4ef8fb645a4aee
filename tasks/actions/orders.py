"""Tasks that apps above order, and close when what they were ordered for is gone. A fixed number of statements each.

The app registers a cause of its own, with its words (docs/howto/add-a-cause.md). How a task ended it is told by the
cause's `ended`, and by `reopened` when that is taken back; of what it closes itself it is told nothing.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from changes import sql
from changes.audit import change
from changes.refusals import not_on_this_site
from leasing.models import Contract, Property, Tenant
from sites_app.models import Site, SiteScopedModel
from tasks import verbs
from tasks.causes import registry
from tasks.closing import CLOSED, STATE_BEFORE
from tasks.models import LONGEST_SOURCE, LONGEST_TITLE, Task
from tasks.workers import who_work_on


@dataclass(frozen=True, kw_only=True)
class TaskOrder:
    """One task to be made. `source` says what it is for, "<cause>:<what>": on a site a source is one task for ever.

    A contract brings its tenant and its property. Facts are what JSON knows: dates as text, whole francs.
    """

    cause: str
    source: str
    due_at: dt.datetime
    kind: str = ""
    """Where the cause names none, or another than the cause's."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    """Instead of the cause's words."""
    description: str = ""
    agent_id: int | None = None
    tenant_id: UUID | None = None
    contract_id: UUID | None = None
    property_id: UUID | None = None


def create_tasks(*, site: Site, orders: Iterable[TaskOrder], now: dt.datetime) -> int:
    """Make what is ordered, once for a source: what was ordered before is left as it is, even when it is over.

    A task whose agent does not work on the site (any more) is nobody's. Returns how many tasks were made.

    Raises RuleBroken: a row of another site; ValueError: an order that no app should have sent, saying what is wrong.
    """
    wanted = list(orders)
    for order in wanted:
        _require_sound(order)
    with change(None):
        records_of = _records_of(site, wanted)
        working = who_work_on(site, {order.agent_id for order in wanted if order.agent_id is not None})
        rows = [
            {
                "source": order.source,
                "cause": order.cause,
                "kind": order.kind or registry.get(order.cause).kind,
                "facts": dict(order.facts),
                "title": order.title,
                "description": order.description,
                "due_at": order.due_at.isoformat(),
                "agent_id": order.agent_id if order.agent_id in working else None,
                **records,
            }
            for order, records in zip(wanted, records_of, strict=True)
        ]
        return sql.value(_MAKE, {"site": site.code, "now": now, "orders": json.dumps(rows, default=str)})


def close_tasks(*, site: Site, sources: Iterable[str], reason: str, now: dt.datetime) -> int:
    """Close the open tasks that were ordered with these sources; the others are over already. Returns how many.

    `reason`, in words for who had the task, becomes its note. Nobody's `ended` is called: who closes knows.

    Raises ValueError: no reason, or the source of a task that is not ordered.
    """
    wanted = list(sources)
    if not reason.strip():
        raise ValueError("Say why the tasks are closed.")
    causes = {source.partition(":")[0] for source in wanted}
    for cause in sorted(causes):
        _require_ordered(cause)
    parameters = {
        "site": site.code, "sources": wanted, "causes": list(causes), "note": reason.strip(), "now": now,
        "gone": verbs.CAUSE_GONE,
    }  # fmt: skip
    with change(None):
        return sql.value(_CLOSE, parameters)


def take_over(*, site: Site, cause: str, contracts: Iterable[UUID], reason: str, now: dt.datetime) -> int:
    """Close the open tasks of these contracts for which the cause stands, such as the end of a term. Returns how many.

    While a task of the cause is open none is made again. `reason`, in words for who had the task, becomes its note.
    """
    _require_ordered(cause)
    parameters = {
        "site": site.code, "contracts": list(contracts), "causes": list(registry.get(cause).stands_for),
        "note": reason.strip(), "now": now, "gone": verbs.CAUSE_GONE,
    }  # fmt: skip
    with change(None):
        return sql.value(_TAKE_OVER, parameters)


def _require_sound(order: TaskOrder) -> None:
    _require_ordered(order.cause)
    kind = order.kind or registry.get(order.cause).kind
    if not order.source.startswith(f"{order.cause}:") or len(order.source) > LONGEST_SOURCE:
        raise ValueError(
            f"The source {order.source!r} is none: {order.cause}:<what>, at most {LONGEST_SOURCE} letters."
        )
    if kind not in Task.Kind.values:
        raise ValueError(f"{order.source}: {kind!r} is no kind of task.")
    if order.due_at.tzinfo is None:
        raise ValueError(f"{order.source}: due at a moment without a timezone.")
    if len(order.title) > LONGEST_TITLE:
        raise ValueError(f"{order.source}: a title has at most {LONGEST_TITLE} letters.")
    try:
        json.dumps(dict(order.facts), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{order.source}: these facts are no JSON ({error}).") from error


def _require_ordered(cause: str) -> None:
    if not registry.is_known(cause):
        raise ValueError(f"Nobody has registered a cause {cause!r}.")
    if not registry.is_ordered(cause):
        raise ValueError(f"Tasks of the cause {cause!r} are not ordered: the records or a person ask for them.")


def _records_of(site: Site, orders: Sequence[TaskOrder]) -> list[dict[str, UUID | None]]:
    """What each order is about: its own rows and those that its contract brings. Raises RuleBroken: not of the site."""
    contracts = {
        pk: (tenant, home)
        for pk, tenant, home in Contract.objects.filter(
            site=site, pk__in={order.contract_id for order in orders if order.contract_id}
        ).values_list("pk", "tenant_id", "property_id")
    }
    known = {
        "contract": contracts.keys(),
        "tenant": _ids(Tenant, site, {order.tenant_id for order in orders}),
        "property": _ids(Property, site, {order.property_id for order in orders}),
    }
    found = []
    for order in orders:
        for field_name, ids in known.items():
            if getattr(order, f"{field_name}_id") not in {None, *ids}:
                raise not_on_this_site(field_name)
        tenant, home = contracts[order.contract_id] if order.contract_id else (None, None)
        found.append(
            {
                "contract_id": order.contract_id,
                "tenant_id": order.tenant_id or tenant,
                "property_id": order.property_id or home,
            }
        )
    return found


def _ids(model: type[SiteScopedModel], site: Site, wanted: set[UUID | None]) -> set[UUID]:
    return set(model.objects.filter(site=site, pk__in={pk for pk in wanted if pk}).values_list("pk", flat=True))


# In the order of their sources: of two who order the same at once, none waits for the other in a circle.
_MAKE = """
    WITH made AS (
        INSERT INTO tasks_task (
            site_id, agent_id, kind, cause, facts, title, description, status, due_at, tenant_id, contract_id,
            property_id, created_at, source, outcome, note, version
        )
        SELECT %(site)s, agent_id, kind, cause, facts, title, description, 'pending', due_at, tenant_id, contract_id,
            property_id, %(now)s, source, '', '', 1
        FROM jsonb_to_recordset(%(orders)s::jsonb) AS o (
            source text, cause text, kind text, facts jsonb, title text, description text, due_at timestamptz,
            agent_id bigint, tenant_id uuid, contract_id uuid, property_id uuid
        )
        ORDER BY source
        ON CONFLICT (site_id, source) DO NOTHING
        RETURNING id
    )
    SELECT count(*) FROM made
"""

# A task that somebody changes at this very moment is closed as it is then, and kept so in its history.
_CLOSE = f"""
    WITH gone AS (
        SELECT t.id, {STATE_BEFORE} AS before
        FROM tasks_task t
        WHERE t.site_id = %(site)s AND t.source = ANY (%(sources)s) AND t.cause = ANY (%(causes)s)
            AND t.status IN ('pending', 'in_progress', 'blocked')
        ORDER BY t.id FOR NO KEY UPDATE
    ),
    {CLOSED}
"""

_TAKE_OVER = f"""
    WITH gone AS (
        SELECT t.id, {STATE_BEFORE} AS before
        FROM tasks_task t
        WHERE t.site_id = %(site)s AND t.contract_id = ANY (%(contracts)s::uuid[]) AND t.cause = ANY (%(causes)s)
            AND t.status IN ('pending', 'in_progress', 'blocked')
        ORDER BY t.id FOR NO KEY UPDATE
    ),
    {CLOSED}
"""
