"""A job for the crash tests: it leaves a mark in the database, then waits for a file before it ends."""

import time
import uuid
from pathlib import Path

from outbox.jobs import outbox_job
from outbox.models import Job


@outbox_job
def mark_and_wait(job: Job) -> None:
    # A key of its own each time: had the job two effects, there would be two rows.
    Job.objects.create(name="effect", key=f"effect:{uuid.uuid4()}", kwargs={"of": job.key})
    folder = Path(job.kwargs["folder"])
    (folder / "begun").touch()
    while not (folder / "go on").exists():
        time.sleep(0.01)
