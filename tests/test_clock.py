"""Every worker is a clock: it wakes the relay and the planner, and nothing piles up when it is busy."""

from types import SimpleNamespace

from akig.celery import Clock, app


class Timer:
    def __init__(self) -> None:
        self.entries: list[SimpleNamespace] = []

    def call_after(self, seconds, function, arguments):
        return self._add(seconds, lambda: function(*arguments))

    def call_repeatedly(self, seconds, function):
        return self._add(seconds, function)

    def _add(self, seconds, call):
        entry = SimpleNamespace(seconds=seconds, call=call, cancelled=False)
        entry.cancel = lambda: setattr(entry, "cancelled", True)
        self.entries.append(entry)
        return entry


def test_the_relay_and_the_planner_are_woken_soon_after_the_start_and_then_regularly(monkeypatch):
    messages = []
    monkeypatch.setattr(app, "send_task", lambda name, **options: messages.append((name, options)))
    worker = SimpleNamespace(timer=Timer())
    clock = Clock(worker)
    clock.start(worker)
    first, regular = worker.timer.entries
    assert (first.seconds, regular.seconds) == (1, 15)
    first.call()
    regular.call()
    assert [(name, options["kwargs"]) for name, options in messages] == [
        ("outbox.jobs.relay", {"after_restart": True}),
        ("akig.jobs.plan", {}),
        ("outbox.jobs.relay", {"after_restart": False}),
        ("akig.jobs.plan", {}),
    ]
    assert {options["expires"] for _, options in messages} == {15}
    clock.stop(worker)
    assert [entry.cancelled for entry in worker.timer.entries] == [True, True]


def test_a_lost_message_costs_nothing_and_a_job_is_gone_only_when_it_is_done():
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_soft_time_limit < app.conf.task_time_limit
