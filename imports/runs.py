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

from accounts.models import Actor, User
from imports.likeness import SameMoney
from imports.models import KEEP_FILES, ImportRun
from imports.run import ImportReport, run_import
from imports.totals import Totals
from outbox.actions import Refused, enqueue
from outbox.models import Job
from sites_app.models import Site

log = logging.getLogger(__name__)

JOB = "imports.jobs.import_portfolio"
SMALL_BYTES = 2_000_000
"""What a person waits for; more than this is a job's work."""
_PACKED = (".xlsx", ".xlsm", ".ods", ".zip")
_UNPACKS_TO = 8
_MAX_ATTEMPTS = 3
_KEEP_PROGRESS = 3600

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
    """Import in the caller's transaction and keep what became of it. Needs an open scope of the site.

    Where rows look like recorded payments nothing is in yet: the files are kept until `answer_question`.
    """
    run = _new_run(site, files, by, history_from, dry_run)
    run.save()
    report = run_import(site=site, files=files, by=by, today=today, history_from=history_from, dry_run=dry_run)
    _finish(run, report)
    if run.state == ImportRun.State.ASKS:
        run.paths = _keep(run, files)
        run.save(update_fields=["paths"])
    return run


def import_later(
    *, site: Site, files: Files, by: Actor, history_from: dt.date | None = None, dry_run: bool = False
) -> ImportRun:
    """Keep the files, under names that nobody can guess, until a job imports them. Needs an open scope of the site."""
    run = _new_run(site, files, by, history_from, dry_run)
    run.paths = _keep(run, files)
    run.save()
    _enqueue(run, by)
    return run


class FilesAreGone(Exception):
    """The files of a run were kept for a week, and are not there any more."""


def answer_question(*, run: ImportRun, same: bool | list[int], by: Actor, today: dt.date) -> ImportRun:
    """Import the files of a run that asks, with a person's answer: at once, or by a job where they are large.

    `same` as in likeness.SameMoney. A second answer to the same question does nothing. Raises FilesAreGone.
    """
    run = ImportRun.objects.select_for_update(of=("self",)).select_related("site", "started_by").get(pk=run.pk)
    if run.state != ImportRun.State.ASKS:
        return run
    if not files_are_there(run):
        raise FilesAreGone
    run.answers = [*run.answers, same]
    if is_large([(name, default_storage.size(path)) for name, path in _stored(run)]):
        run.state = ImportRun.State.QUEUED
        run.save(update_fields=["answers", "state"])
        cache.delete(_progress_key(run))
        _enqueue(run, by)
        return run
    files = [(name, _content(path)) for name, path in _stored(run)]
    _finish(run, _import_stored(run, files, _answer(run, by), today))
    _forget_unless_asked(run)
    return run


def files_are_there(run: ImportRun) -> bool:
    """Whether the files that a run was sent are still kept."""
    return bool(run.paths) and all(default_storage.exists(path) for path in run.paths)


def import_stored(job: Job) -> None:
    """What the job does: the import that `import_later` asked for. Needs an open scope of the job's site.

    A mistake of ours is tried again twice, then the run counts as failed; the site is as it was.
    """
    run = ImportRun.objects.select_related("started_by", "site").filter(pk=job.kwargs["run"]).first()
    if run is None:
        raise Refused("the import is gone")
    # Of a run from before the upgrade only the job knows these.
    run.paths = run.paths or job.kwargs["paths"]
    run.history_from = run.history_from or _day(job.kwargs.get("history_from"))
    try:
        files = [(name, _content(path)) for name, path in _stored(run)]
    except FileNotFoundError:
        _fail(run)
        return
    answer = _answer(run, User.objects.filter(pk=job.user_id).first() if job.user_id else None)
    try:
        with transaction.atomic(), translation.override(job.kwargs["language"] or run.site.default_language):
            report = _import_stored(run, files, answer, run.site.today())
    except Exception:
        if job.attempts < _MAX_ATTEMPTS:
            raise
        log.exception("Import %s of %s failed", run.pk, run.site_id)
        _fail(run)
    else:
        _finish(run, report)
    _forget_unless_asked(run)


def _enqueue(run: ImportRun, by: Actor) -> None:
    # Names of files may hold names of people: the job finds them by the run.
    enqueue(
        JOB,
        key=run.job_key,
        site_code=run.site_id,
        user_id=by.pk if by else None,
        run=str(run.pk),
        paths=run.paths,
        history_from=run.history_from and run.history_from.isoformat(),
        language=translation.get_language(),
    )


def _import_stored(run: ImportRun, files: Files, answer: SameMoney | None, today: dt.date) -> ImportReport:
    return run_import(
        site=run.site,
        files=files,
        by=run.started_by,
        today=today,
        history_from=run.history_from,
        dry_run=run.dry_run,
        answer=answer,
        progress=lambda stage, rows: tell_progress(run, stage, rows),
    )


def _answer(run: ImportRun, by: Actor) -> SameMoney | None:
    """What was answered to the run's question, by whom; None before it has asked."""
    if not run.answers:
        return None
    same = run.answers[-1]
    return SameMoney(same if isinstance(same, bool) else frozenset(same), by, run.question)


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


def _new_run(site: Site, files: Files, by: Actor, history_from: dt.date | None, dry_run: bool) -> ImportRun:
    names = [name for name, _content in files]
    return ImportRun(site=site, started_by=by, history_from=history_from, dry_run=dry_run, file_names=names)


def _finish(run: ImportRun, report: ImportReport) -> None:
    run.finished_at = timezone.now()
    if report.problem_count:
        run.state = ImportRun.State.REFUSED
    elif run.dry_run:
        run.state = ImportRun.State.CHECKED
    else:
        run.state = ImportRun.State.ASKS if report.asks else ImportRun.State.DONE
    run.counts = {table: asdict(count) for table, count in report.counts.items()}
    run.totals = _as_json(report.totals)
    run.problem_count, run.problems = report.problem_count, [_row(problem) for problem in report.problems]
    run.warning_count, run.warnings = report.warning_count, [_row(remark) for remark in report.warnings]
    asked = report.question
    run.held_count, run.held_francs, run.question = asked.count, asked.francs, asked.digest
    run.held = [_row(pair) for pair in asked.pairs]
    run.save()


def _as_json(totals: Totals | None) -> dict[str, Any]:
    return {**asdict(totals), "day": totals.day.isoformat()} if totals else {}


def _row(problem: Any) -> list[Any]:
    # A cell may hold what JSON in the database cannot: NUL.
    return [_plain(part) for part in asdict(problem).values()]


def _plain(part: Any) -> Any:
    if isinstance(part, dt.date):
        return part.isoformat()
    return part.replace("\0", "") if isinstance(part, str) else part


def _fail(run: ImportRun) -> None:
    run.finished_at, run.state = timezone.now(), ImportRun.State.FAILED
    run.save(update_fields=["finished_at", "state"])


# --- files waiting for their job, or for an answer -------------------------------------------------------------------


def _folder(run: ImportRun) -> str:
    return f"imports/{run.site_id}/{run.pk}"


def _keep(run: ImportRun, files: Files) -> list[str]:
    """Write files down under names that nobody can guess; returns the names."""
    forget_old_uploads(run.site)
    return [default_storage.save(f"{_folder(run)}/{uuid4().hex}", ContentFile(content)) for _name, content in files]


def _stored(run: ImportRun) -> list[tuple[str, str]]:
    """The files of a run: as they were called, and where they are."""
    return list(zip(run.file_names, run.paths, strict=True))


def _content(path: str) -> bytes:
    with default_storage.open(path) as stored:
        return stored.read()


def _forget_unless_asked(run: ImportRun) -> None:
    if run.state != ImportRun.State.ASKS:
        transaction.on_commit(lambda: _remove_folder(_folder(run)), robust=True)


def _remove_folder(folder: str) -> None:
    if not default_storage.exists(folder):
        return
    for name in default_storage.listdir(folder)[1]:
        default_storage.delete(f"{folder}/{name}")
    default_storage.delete(folder)


def forget_old_uploads(site: Site) -> None:
    """Remove files whose job never came or never ended, and those whose question nobody has answered."""
    folder = f"imports/{site.code}"
    if not default_storage.exists(folder):
        return
    oldest = timezone.now() - KEEP_FILES
    for run_id in default_storage.listdir(folder)[0]:
        if default_storage.get_modified_time(f"{folder}/{run_id}") < oldest:
            _remove_folder(f"{folder}/{run_id}")
