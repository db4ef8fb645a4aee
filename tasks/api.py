"""GET /api/tasks/today/{agentId}: an agent's day, now or as it began on a day that is over."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import BadRequest
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from sites_app.models import Site
from sites_app.parameters import QueryParameters
from sites_app.permissions import needs
from sites_app.request import as_site_request
from tasks import words
from tasks.day_json import DAY_EXAMPLE, DayDocument
from tasks.priority import impact_level
from tasks.queries import TOP, Manifesto, RankedTask, kept_ranking, manifesto
from tasks.workers import whose_day

_FIRST_DAY = dt.date(2000, 1, 1)


class DayParameters(QueryParameters):
    """date, ISO 8601: the site's today when it is not given."""

    date = serializers.DateField(required=False)


@extend_schema(
    summary="An agent's day",
    parameters=[
        DayParameters,
        OpenApiParameter("agent_id", str, OpenApiParameter.PATH, description="The id of a person."),
    ],
    responses=DayDocument,
    examples=[OpenApiExample("A day of two tasks", DAY_EXAMPLE)],
)
@needs("tasks.work_on_tasks")
@api_view(["GET"])
def today(request: Request, agent_id: str) -> Response:
    """The three first tasks of an agent's day with their reasons, the workload, advice and risks.

    An agent gets their own; whoever manages the site's tasks everybody's. A day that is over is as it began: its
    tasks carry the score of then, and the status of now; advice and risks are not kept.
    """
    reader, site = as_site_request(request), as_site_request(request).site
    if site is None:
        raise BadRequest(_("A day is a day on one site: name it by header X-Site-ID or parameter site."))
    asked = DayParameters(data=request.query_params)
    asked.is_valid(raise_exception=True)
    agent, now = whose_day(agent_id, reader.user, site, reader.site_permissions), timezone.now()
    if agent is None:
        raise Http404
    current = now.astimezone(ZoneInfo(site.timezone)).date()
    day = asked.validated_data.get("date", current)
    day_plan = manifesto(site, agent, now) if day == current else _past_day(site, agent, day)
    return Response(DayDocument(manifesto_as_json(day_plan)).data)


def manifesto_as_json(day_plan: Manifesto) -> dict[str, Any]:
    """The document of a day. Scores have four decimals: the parts, weighted and added up, give them exactly."""
    return {
        "agentId": day_plan.agent_id,
        "siteId": day_plan.site_code,
        "date": day_plan.day,
        "topTasks": [_task(task) for task in day_plan.top],
        "totalTasks": day_plan.total,
        "estimatedWorkload": round(day_plan.minutes / 60, 2),
        "recommendations": [
            {
                "key": advice.advice,
                "sentence": sentence,
                "taskId": advice.task.id,
                "toAgentId": advice.to_agent_id,
                "toAgentName": advice.to_name or None,
            }
            for advice, sentence in zip(day_plan.recommendations, words.recommendation_sentences(day_plan), strict=True)
        ],
        "riskFactors": [
            {"key": risk.risk, "sentence": sentence}
            for risk, sentence in zip(day_plan.risks, words.risk_sentences(day_plan), strict=True)
        ],
    }


def _task(task: RankedTask) -> dict[str, Any]:
    return {
        "id": task.id,
        "kind": task.kind,
        "title": words.title_of(task),
        "reasons": words.reasons_of(task),
        "score": float(task.priority.score),
        "parts": {name: float(part) for name, part in task.priority.parts.items()},
        "minutes": task.minutes,
        "impactLevel": impact_level(task.priority.impact),
        "tenant": task.tenant_name or None,
        "phone": task.tenant_phone or None,
        "amount": task.amount,
        "currency": task.currency,
        "dueAt": task.due_at,
        "status": task.status,
        "version": task.version,
    }


def _past_day(site: Site, agent_id: int, day: dt.date) -> Manifesto:
    tasks = kept_ranking(site, agent_id, day) if day >= _FIRST_DAY else []
    if not tasks:
        raise exceptions.NotFound(
            _("No ranking of %(day)s is kept for this agent. Leave out `date` for the day as it is now.")
            % {"day": day.isoformat()}
        )
    return Manifesto(
        site_code=site.code,
        agent_id=agent_id,
        agent_name="",
        day=day,
        top=tuple(tasks[:TOP]),
        rest=tuple(tasks[TOP:]),
        total=len(tasks),
        minutes=sum(task.minutes for task in tasks),
        done_this_week=0,
        recommendations=(),
        risks=(),
    )
