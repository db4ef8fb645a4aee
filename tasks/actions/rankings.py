"""The order in which each agent's day began, kept so that it can be explained afterwards."""

import datetime as dt

from sites_app.models import Site
from tasks.models import TaskPrioritization
from tasks.queries import kept_parts, manifesto
from tasks.workers import workers_of


def keep_rankings(*, site: Site, day: dt.date, now: dt.datetime) -> int:
    """Write down each person's tasks as their page shows them now; who has a ranking of the day keeps that one.

    Returns the number of tasks written. Three statements a person, who sees what is kept.
    """
    known = set(TaskPrioritization.objects.filter(site=site, day=day).values_list("agent_id", flat=True))
    rows = []
    for person in workers_of(site):
        if person.pk in known:
            continue
        seen = manifesto(site, person.pk, now)
        rows += [
            TaskPrioritization(
                site=site,
                agent=person,
                day=day,
                task_id=task.id,
                rank=rank,
                score=task.priority.score,
                parts=kept_parts(task),
                computed_at=now,
            )
            for rank, task in enumerate(seen.tasks, 1)
        ]
    TaskPrioritization.objects.bulk_create(rows, batch_size=1000)
    return len(rows)
