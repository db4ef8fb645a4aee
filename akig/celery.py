"""The Celery application: it wakes workers; what there is to do stands in the outbox (docs/decisions/0002).

Run it as `celery --app akig worker`. There is no beat to look after: every worker is a clock too, and two clocks
do no harm, because a planned job is one row per (job, site, period).
"""

import logging
import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

from akig.clock import Clock

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "akig.settings")

app = Celery("akig")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    # A message is gone only after its job is: a worker that is killed loses nothing.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_soft_time_limit=10 * 60,
    task_time_limit=11 * 60,
    task_publish_retry=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_consumer="akig.broker:Consumer",
    worker_enable_prefetch_count_reduction=False,
    worker_hijack_root_logger=False,
    worker_enable_remote_control=False,
)
# A person whose request asks for a job does not wait for a broker that is away: one more try, at once.
app.conf.broker_transport_options = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
if settings.CELERY_BROKER_URL.startswith("redis"):
    app.conf.broker_transport_options |= {
        # Redis gives a dead worker's messages back after this long. A job that takes longer gets a second
        # message, which finds the job locked or done and does nothing.
        "visibility_timeout": 30,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
    }
# The clock's own messages would fill the log; a job says itself what it did (outbox/actions.py).
for name in ("celery.worker.strategy", "celery.app.trace"):
    logging.getLogger(name).setLevel(logging.WARNING)
# `tasks` is a domain app, so Celery's own default name is taken.
app.autodiscover_tasks(related_name="jobs")


@setup_logging.connect
def _keep_our_log(**options: Any) -> None:
    """Celery asks whether somebody sets the log up; else it would write records in a form of its own."""
    logging.config.dictConfig(settings.LOGGING)


app.steps["worker"].add(Clock)
