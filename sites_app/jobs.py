"""How an app declares a job that works on one site's data."""

from functools import partial, wraps
from typing import Any

from accounts.models import User
from outbox.actions import Refused
from outbox.jobs import Work, outbox_job
from outbox.models import Job
from sites_app.access import access_for
from sites_app.models import Site
from sites_app.scope import site_scope


def site_job(work: Work | None = None, *, permission: str = "", **options: Any) -> Any:
    """Make a function `(job) -> None` a job that sees exactly the site in `job.site_code`.

    When a person asked for it (`job.user_id`), their access and, if given, the `permission` are checked again at
    the moment the job runs: a right taken away in between refuses the job. Planned jobs have no person.
    """
    if work is None:
        return partial(site_job, permission=permission, **options)

    @wraps(work)
    def in_scope(job: Job) -> None:
        _check_right(job, permission)
        with site_scope([job.site_code]):
            work(job)

    return outbox_job(in_scope, **options)


def _check_right(job: Job, permission: str) -> None:
    if not Site.objects.filter(code=job.site_code).exists():
        raise Refused("the site does not exist")
    if job.user_id is None:
        return
    user = User.objects.filter(pk=job.user_id).first()
    access = access_for(user).get(job.site_code) if user is not None else None
    if access is None or not access.may_write or (permission and permission not in access.permissions):
        raise Refused("the person who asked for it may no longer do so")
