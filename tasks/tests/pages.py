"""What the tests of the pages of tasks share."""

import uuid

from sites_app.scope import site_scope
from tasks.models import Task

URL = "/GN_KINDIA/tasks/"
DAY = f"{URL}today/"


def row(task):
    with site_scope([task.site_id]):
        return Task.objects.get(pk=task.pk)


def tap(client, task, verb, *, key=None, code="GN_KINDIA", **fields):
    return client.post(
        f"/{code}/tasks/{task.pk}/{verb}/", {"key": key or str(uuid.uuid4()), "version": task.version, **fields}
    )
