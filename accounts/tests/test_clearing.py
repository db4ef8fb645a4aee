from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session

from accounts import clearing
from accounts.tests.factories import NOW
from akig.jobs import clear_sign_ins
from outbox.models import Job


@pytest.mark.django_db
def test_old_sessions_and_sign_ins_are_deleted_batch_by_batch_and_others_stay(monkeypatch):
    monkeypatch.setattr(clearing, "_BATCH", 2)
    for number in range(5):
        Session.objects.create(session_key=f"over{number}", expire_date=NOW - timedelta(seconds=1))
    Session.objects.create(session_key="open", expire_date=NOW)
    old, young = NOW - clearing.KEEP_SIGN_INS - timedelta(seconds=1), NOW - clearing.KEEP_SIGN_INS
    logs = (AccessLog, AccessAttempt, AccessFailureLog)
    for model in logs:
        more = {"failures_since_start": 1} if model is AccessAttempt else {}
        for name, moment in (("awa", old), ("ibrahima", old), ("moussa", old), ("fanta", young)):
            row = model.objects.create(username=name, ip_address="197.149.0.7", **more)
            model.objects.filter(pk=row.pk).update(attempt_time=moment)
    assert clearing.forget_old_sign_ins(NOW) == 5 + 3 * 3
    assert [session.session_key for session in Session.objects.all()] == ["open"]
    assert [[row.username for row in model.objects.all()] for model in logs] == [["fanta"]] * 3


@pytest.mark.django_db
def test_the_job_of_the_night_does_so():
    Session.objects.create(session_key="over", expire_date=NOW - timedelta(days=400))
    job = Job.objects.create(name=clear_sign_ins.name, key="tonight")
    assert clear_sign_ins(str(job.pk))
    assert not Session.objects.exists()
