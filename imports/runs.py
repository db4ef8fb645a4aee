"""An upload and what became of it: small files are imported at once, large ones by a job that tells how far it is."""

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import uuid4

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone, translation

from accounts.models import Actor
from imports.models import ImportRun
from imports.run import ImportReport, run_import
from imports.totals import Totals
from outbox.actions import Refused, enqueue
from outbox.models import Job
from sites_app.models import Site

log = logging.getLogger(__name__)

JOB = "imports.jobs.import_portfolio"
SMALL_BYTES = 2_000_000
"""What a person waits for; more than this is a job's work."""
_PACKED = (".xlsx", ".zip")
_UNPACKS_TO = 8
_MAX_ATTEMPTS = 3
_KEEP_PROGRESS = 3600
_KEEP_UPLOADS = dt.timedelta(days=7)

Files = Sequence[tuple[str, bytes]]


def is_large(files: Sequence[tuple[str, int]]) -> bool:
    """Whether files, given by name and size in bytes, are too much to be imported while somebody waits."""
    weight = sum(size * (_UNPACKS_TO if name.lower().endswith(_PACKED) else 1) for name, size in files)
    return weight > SMALL_BYTES


def import_now(
    *,
    site: Site,
    files: Files,
    by: Actor,
    today: dt.date,
    history_from: dt.date | None = None,
    dry_run: bool = False,
) -> ImportRun:
    """Import in the caller's transaction and keep what became of it. Needs an open scope of the site."""
    run = _new_run(site, files, by, dry_run)
    run.save()
    report = run_import(site=site, files=files, by=by, today=today, history_from=history_from, dry_run=dry_run)
    _finish(run, report)
    return run


def import_later(
    *, site: Site, files: Files, by: Actor, history_from: dt.date | None = None, dry_run: bool = False
) -> ImportRun:
    """Keep the files, under names that nobody can guess, until a job imports them. Needs an open scope of the site."""
    run = _new_run(site, files, by, dry_run)
    run.save()
    _forget_old_uploads(site)
    stored = [
        [name, default_storage.save(f"{_folder(run)}/{uuid4().hex}", ContentFile(content))] for name, content in files
    ]
    # Names of files may hold names of people: the job finds them by the run.
    paths = [path for _name, path in stored]
    enqueue(
        JOB,
        key=run.job_key,
        site_code=site.code,
        user_id=by.pk if by else None,
        run=str(run.pk),
        paths=paths,
        history_from=history_from and history_from.isoformat(),
        language=translation.get_language(),
    )
    return run


def import_stored(job: Job) -> None:
    """What the job does: the import that `import_later` asked for. Needs an open scope of the job's site.

    A mistake of ours is tried again twice, then the run counts as failed; the site is as it was.
    """
    run = ImportRun.objects.select_related("started_by", "site").filter(pk=job.kwargs["run"]).first()
    if run is None:
        raise Refused("the import is gone")
    try:
        files = [(name, _content(path)) for name, path in zip(run.file_names, job.kwargs["paths"], strict=True)]
    except FileNotFoundError:
        _fail(run)
        return
    try:
        with transaction.atomic(), translation.override(job.kwargs["language"] or run.site.default_language):
            report = run_import(
                site=run.site,
                files=files,
                by=run.started_by,
                today=run.site.today(),
                history_from=_day(job.kwargs.get("history_from")),
                dry_run=run.dry_run,
                progress=lambda stage, rows: tell_progress(run, stage, rows),
            )
    except Exception:
        if job.attempts < _MAX_ATTEMPTS:
            raise
        log.exception("Import %s of %s failed", run.pk, run.site_id)
        _fail(run)
    else:
        _finish(run, report)
    transaction.on_commit(lambda: _remove_uploads(run), robust=True)


def _day(written: str | None) -> dt.date | None:
    return dt.date.fromisoformat(written) if written else None


def job_is_lost(run: ImportRun) -> bool:
    """Whether nothing more will come of a queued run: its job was refused, or tried too often."""
    job = Job.objects.filter(key=run.job_key).first()
    return job is None or job.is_refused or job.is_given_up


# --- how far a running import is: a hint outside of its transaction, which nobody sees into before its end ------------


@dataclass(frozen=True)
class ImportProgress:
    """What the import is at, and how many rows of it are done (0: not counted)."""

    stage: str
    rows: int


def tell_progress(run: ImportRun, stage: str, rows: int) -> None:
    cache.set(_progress_key(run), (stage, rows), _KEEP_PROGRESS)


def progress_of(run: ImportRun) -> ImportProgress | None:
    """What the import said last; None before it has begun."""
    said = cache.get(_progress_key(run))
    return None if said is None else ImportProgress(*said)


def _progress_key(run: ImportRun) -> str:
    return f"import-progress:{run.site_id}:{run.pk}"


# --- the run's own row ------------------------------------------------------------------------------------------------


def _new_run(site: Site, files: Files, by: Actor, dry_run: bool) -> ImportRun:
    names = [name for name, _content in files]
    return ImportRun(site=site, started_by=by, dry_run=dry_run, file_names=names)


def _finish(run: ImportRun, report: ImportReport) -> None:
    run.finished_at = timezone.now()
    if not report.accepted:
        run.state = ImportRun.State.REFUSED
    else:
        run.state = ImportRun.State.CHECKED if run.dry_run else ImportRun.State.DONE
    run.counts = {table: asdict(count) for table, count in report.counts.items()}
    run.totals = _as_json(report.totals)
    run.problem_count, run.problems = report.problem_count, [_row(problem) for problem in report.problems]
    run.warning_count, run.warnings = report.warning_count, [_row(remark) for remark in report.warnings]
    run.save()


def _as_json(totals: Totals | None) -> dict[str, Any]:
    return {**asdict(totals), "day": totals.day.isoformat()} if totals else {}


def _row(problem: Any) -> list[Any]:
    # A cell may hold what JSON in the database cannot: NUL.
    return [part.replace("\0", "") if isinstance(part, str) else part for part in asdict(problem).values()]


def _fail(run: ImportRun) -> None:
    run.finished_at, run.state = timezone.now(), ImportRun.State.FAILED
    run.save(update_fields=["finished_at", "state"])


# --- files waiting for their job --------------------------------------------------------------------------------------


def _folder(run: ImportRun) -> str:
    return f"imports/{run.site_id}/{run.pk}"


def _content(path: str) -> bytes:
    with default_storage.open(path) as stored:
        return stored.read()


def _remove_uploads(run: ImportRun) -> None:
    _remove_folder(_folder(run))


def _remove_folder(folder: str) -> None:
    if not default_storage.exists(folder):
        return
    for name in default_storage.listdir(folder)[1]:
        default_storage.delete(f"{folder}/{name}")
    default_storage.delete(folder)


def _forget_old_uploads(site: Site) -> None:
    """Files whose job never came, or never ended."""
    folder = f"imports/{site.code}"
    if not default_storage.exists(folder):
        return
    oldest = timezone.now() - _KEEP_UPLOADS
    for run_id in default_storage.listdir(folder)[0]:
        if default_storage.get_modified_time(f"{folder}/{run_id}") < oldest:
            _remove_folder(f"{folder}/{run_id}")
