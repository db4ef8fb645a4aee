"""The Celery application: at least once, one job at a time, nothing kept in the broker that the outbox lacks."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "akig.settings")

app = Celery("akig")
app.config_from_object("django.conf:settings", namespace="CELERY")
# `tasks` is a domain app, so Celery's own default name is taken.
app.autodiscover_tasks(related_name="jobs")
