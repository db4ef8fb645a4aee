"""A task as programs read it."""

import datetime as dt
from typing import Any

from rest_framework import serializers

from tasks.models import Task


class TaskDocument(serializers.Serializer):
    """A task. `title` is empty for what the records have asked for: `cause` and `facts` say it in no language."""

    id = serializers.UUIDField()
    siteId = serializers.CharField(source="site_id")  # noqa: N815 -- the clients' own names
    agentId = serializers.IntegerField(source="agent_id", allow_null=True)  # noqa: N815
    kind = serializers.CharField()
    cause = serializers.CharField()
    facts = serializers.DictField()
    title = serializers.CharField()
    description = serializers.CharField()
    status = serializers.ChoiceField(Task.Status.choices)
    dueAt = serializers.DateTimeField(source="due_at", default_timezone=dt.UTC, allow_null=True)  # noqa: N815
    tenantId = serializers.UUIDField(source="tenant_id", allow_null=True)  # noqa: N815
    contractId = serializers.UUIDField(source="contract_id", allow_null=True)  # noqa: N815
    propertyId = serializers.UUIDField(source="property_id", allow_null=True)  # noqa: N815
    createdAt = serializers.DateTimeField(source="created_at", default_timezone=dt.UTC)  # noqa: N815
    startedAt = serializers.DateTimeField(source="started_at", default_timezone=dt.UTC, allow_null=True)  # noqa: N815
    completedAt = serializers.DateTimeField(  # noqa: N815
        source="completed_at", default_timezone=dt.UTC, allow_null=True
    )
    outcome = serializers.CharField(allow_null=True, help_text="How it ended; null while it is open.")
    rating = serializers.IntegerField(allow_null=True)
    note = serializers.CharField()
    version = serializers.IntegerField(help_text="Counts the changes: send it with yours.")

    def to_representation(self, instance: Task) -> dict[str, Any]:
        return super().to_representation(instance) | {"outcome": instance.outcome or None}


TASK_EXAMPLE = {
    "id": "6f0a3c1e-8a55-4a43-9d59-3f1a52f0a7c1",
    "siteId": "GN_KINDIA",
    "agentId": 12,
    "kind": "payment_follow",
    "cause": "rent_late",
    "facts": {"since": "2026-11-05", "periods": ["2026-11-01"], "amount": 1_500_000},
    "title": "",
    "description": "",
    "status": "done",
    "dueAt": "2026-11-24T18:00:00Z",
    "tenantId": "0d1b3f0e-54c5-4f4c-8f62-7c8d9e2f1a30",
    "contractId": "b3d2c1a0-1f2e-4d3c-9b8a-7f6e5d4c3b2a",
    "propertyId": None,
    "createdAt": "2026-11-12T06:00:00Z",
    "startedAt": None,
    "completedAt": "2026-11-23T10:12:00Z",
    "outcome": "promised",
    "rating": None,
    "note": "Pays on Friday",
    "version": 4,
}
