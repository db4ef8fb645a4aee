"""PATCH /api/tasks/{id}: one change of one task, once for its Idempotency-Key."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import exceptions, serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from changes.bodies import KEY, KEY_PARAMETER, ChangeBody
from changes.refusals import RuleBroken
from sites_app.parameters import QueryParameters
from sites_app.permissions import needs
from sites_app.request import as_site_request, one_site
from tasks import actions
from tasks.actions.change import LONGEST_KEY
from tasks.models import Task
from tasks.pages.forms import LONGEST_TEXT
from tasks.task_json import TASK_EXAMPLE, TaskDocument

# What goes with each status beside `version`, and which of it must be there.
_FIELDS: Mapping[str, tuple[str, ...]] = {
    Task.Status.PENDING: ("dueAt",),
    Task.Status.IN_PROGRESS: (),
    Task.Status.BLOCKED: ("note",),
    Task.Status.DONE: ("outcome", "rating", "note"),
    Task.Status.CANCELLED: ("note",),
}
_REQUIRED: Mapping[str, str] = {
    Task.Status.BLOCKED: "note",
    Task.Status.DONE: "outcome",
    Task.Status.CANCELLED: "note",
}
# The arguments of the actions, as the client knows them.
_NAMES = {"due_at": "dueAt", "why": "note", "key": KEY}


@extend_schema_serializer(component_name="TaskChange")
class Change(ChangeBody):
    """What a task is to become. A moment without an offset is one of the site's own clock."""

    longest_key = LONGEST_KEY

    status = serializers.ChoiceField(Task.Status.choices)
    outcome = serializers.ChoiceField([(o.value, o.label) for o in actions.OUTCOMES_OF_PEOPLE], required=False)
    note = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_TEXT)
    dueAt = serializers.DateTimeField(required=False)  # noqa: N815 -- the clients' own names
    rating = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=5)
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)

    default_error_messages = {
        "misplaced": gettext_lazy("This field does not go with the status “%(status)s”."),
        "needed": gettext_lazy("The status “%(status)s” needs this field."),
    }

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        if "timezone" in self.context:  # the schema is made without a site
            cast("serializers.DateTimeField", fields["dueAt"]).timezone = self.context["timezone"]
        return fields

    def errors_between(self, data: Mapping[str, Any]) -> dict[str, list[str]]:
        status = data.get("status")
        if not isinstance(status, str) or status not in _FIELDS:
            return {}
        optional = set(self.fields) - {"status", "version"}
        errors = {
            name: self.sentence("misplaced", status=status) for name in (optional & data.keys()) - set(_FIELDS[status])
        }
        needed = _REQUIRED.get(status)
        value = data.get(needed) if needed else None
        if needed is not None and not (value.strip() if isinstance(value, str) else value):
            errors[needed] = self.sentence("needed", status=status)
        return errors


@extend_schema(
    summary="Change a task",
    request=Change,
    responses=TaskDocument,
    parameters=[KEY_PARAMETER],
    examples=[
        OpenApiExample(
            "Done",
            {"status": "done", "outcome": "promised", "note": "Pays on Friday", "version": 3},
            request_only=True,
        ),
        OpenApiExample("The task", TASK_EXAMPLE, response_only=True, status_codes=["200"]),
    ],
)
@needs("tasks.work_on_tasks")
@api_view(["PATCH"])
def change(request: Request, pk: UUID) -> Response:
    """Change one's own task, or for whoever manages tasks any; answers the task as it is then, with its version.

    `status` says what is done: in_progress starts; done finishes, with its outcome; blocked says in `note` why it
    cannot be done; pending puts off to `dueAt`, or takes back to the beginning; cancelled, with a note, is for
    managers. `version` is that of the task that was seen: a 409 with the task as it is when it has another now.
    """
    QueryParameters(data=request.query_params).is_valid(raise_exception=True)
    # Locked: it stays the caller's until the change is made.
    reader = as_site_request(request)
    mine = Task.objects.visible_to(reader.user.pk, reader.site_permissions)
    task = mine.select_for_update(no_key=True).filter(pk=pk).first()
    if task is None:
        raise Http404
    key = request.headers.get(KEY, "").strip()
    asked = Change(data=request.data, context={"key": key, "timezone": ZoneInfo(one_site(reader).timezone)})
    asked.is_valid(raise_exception=True)
    try:
        return Response(TaskDocument(_changed(request, task, key, asked.validated_data)).data)
    except RuleBroken as refusal:
        refusal.field = _NAMES.get(refusal.field, refusal.field)
        raise


def _changed(request: Request, task: Task, key: str, asked: dict[str, Any]) -> Task:
    common: dict[str, Any] = {
        "task_id": task.pk,
        "by": request.user,
        "now": timezone.now(),
        "key": key,
        "version": asked.get("version"),
    }
    note = asked.get("note", "")
    match asked["status"]:
        case Task.Status.IN_PROGRESS:
            return actions.start_task(**common)
        case Task.Status.DONE:
            return actions.finish_task(**common, outcome=asked["outcome"], rating=asked.get("rating"), note=note)
        case Task.Status.BLOCKED:
            return actions.cannot_do(**common, why=note)
        case Task.Status.CANCELLED:
            if "tasks.manage_tasks" not in as_site_request(request).site_permissions:
                raise exceptions.PermissionDenied(_("Only someone who manages the tasks of the site can cancel one."))
            return actions.cancel_task(**common, why=note)
        case _ if "dueAt" in asked:
            return actions.postpone_task(**common, due_at=asked["dueAt"])
    return actions.resume_task(**common)
