"""A task as programs read it."""

from typing import Any

from tasks.models import Task


def task_as_json(task: Task) -> dict[str, Any]:
    """`title` is empty for what the records have asked for: `cause` and `facts` say it in no language."""
    return {
        "id": task.pk,
        "siteId": task.site_id,
        "agentId": task.agent_id,
        "kind": task.kind,
        "cause": task.cause,
        "facts": task.facts,
        "title": task.title,
        "description": task.description,
        "status": task.status,
        "dueAt": task.due_at,
        "tenantId": task.tenant_id,
        "contractId": task.contract_id,
        "propertyId": task.property_id,
        "createdAt": task.created_at,
        "startedAt": task.started_at,
        "completedAt": task.completed_at,
        "outcome": task.outcome or None,
        "rating": task.rating,
        "note": task.note,
        "version": task.version,
    }
