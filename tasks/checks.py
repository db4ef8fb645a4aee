"""What every registered cause must be, checked at every start."""

from typing import Any

from django.core.checks import Error, Tags, register

from tasks.causes import registry
from tasks.models import Task


@register(Tags.models)
def causes_make_tasks_of_a_kind(app_configs: Any, **kwargs: Any) -> list[Error]:
    """A cause names one of the kinds of tasks, or leaves it to each order. Also those of apps above."""
    causes = (registry.get(name) for name, _label in registry.choices())
    return [
        Error(f"The cause {cause.name!r} makes tasks of a kind that is none: {cause.kind!r}.", id="tasks.E001")
        for cause in causes
        if cause.kind is not None and cause.kind not in Task.Kind.values
    ]
