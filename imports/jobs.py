"""Imports that nobody waits for."""

from imports.runs import forget_old_uploads, import_stored
from outbox.models import Job
from sites_app.jobs import site_job
from sites_app.models import Site


@site_job(permission="imports.import_portfolio", soft_time_limit=50 * 60, time_limit=55 * 60)
def import_portfolio(job: Job) -> None:
    """An upload too large to be imported while somebody waits (job.kwargs: the run, its files, the language)."""
    import_stored(job)


@site_job
def forget_uploads(job: Job) -> None:
    """Each night: the files that nobody came for within a week."""
    forget_old_uploads(Site.objects.get(code=job.site_code))
