"""The processes of `up`: started again after a crash, ended in order, none left behind."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from akig.embedded.supervisor import Child, Stopped, Supervisor, stop_on_signals
from tests.processes import PYTHON, is_alive, wait_until

pytestmark = pytest.mark.server
said: list[tuple[str, str]] = []


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    said.clear()
    supervisor = Supervisor(lambda name, line: said.append((name, line)))
    yield supervisor
    supervisor.stop()


def _child(name: str, script: str, grace: float = 5) -> Child:
    return Child(name, ["sh", "-c", script], dict(os.environ), Path("/"), grace)


def _look_until(supervisor: Supervisor, happened) -> None:
    wait_until(lambda: supervisor.look_after(0.01) or happened())


def test_what_a_child_says_is_shown_line_by_line_with_its_name(supervisor):
    supervisor.start(_child("web", "printf 'one\\ntw'; printf 'o\\n'; printf '10%%\\r20%%\\n' >&2; sleep 60"))
    _look_until(supervisor, lambda: len(said) == 3)
    assert said == [("web", "one"), ("web", "two"), ("web", "20%")]


def test_a_child_that_crashes_is_started_again_and_more_slowly_each_time(supervisor):
    supervisor.start(child := _child("web", "exit 3"))
    _look_until(supervisor, lambda: child.false_starts == 3)
    assert said == [
        ("web", "ended with exit code 3; starts again in 0.5 s"),
        ("web", "ended with exit code 3; starts again in 1.0 s"),
        ("web", "ended with exit code 3; starts again in 2.0 s"),
    ]
    assert supervisor.crashes() == 3


def test_a_child_that_was_killed_is_back_at_once_though_nobody_looks_for_long(supervisor):
    supervisor.start(child := _child("web", "exec 1>&- 2>&-; sleep 60"))
    wait_until(lambda: supervisor.look_after(0.01) or child.process.stdout not in supervisor._selector.get_map())
    os.kill(child.process.pid, signal.SIGKILL)
    before = child.process.pid
    killed = time.monotonic()
    while not child.is_running or child.process.pid == before:
        supervisor.look_after(20)
    assert time.monotonic() - killed < 10


def test_a_child_that_is_killed_takes_its_own_children_with_it_and_comes_back(supervisor, tmp_path):
    supervisor.start(child := _child("web", f"sleep 60 & echo $! > {tmp_path}/pid; wait"))
    first = child.process.pid
    wait_until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().endswith("\n"))
    grandchild = int((tmp_path / "pid").read_text())
    os.kill(first, signal.SIGKILL)
    _look_until(supervisor, lambda: child.is_running and child.process.pid != first)
    assert not is_alive(grandchild)
    assert said == [("web", "ended with signal SIGKILL; starts again in 0.1 s")]


def test_a_child_that_somebody_kills_is_back_at_once_however_often(supervisor):
    supervisor.start(child := _child("web", "sleep 60"))
    for _ in range(10):
        first, killed_at = child.process.pid, time.monotonic()
        os.kill(first, signal.SIGKILL)
        _look_until(supervisor, lambda first=first: child.is_running and child.process.pid != first)
        assert time.monotonic() - killed_at < 3
    assert supervisor.crashes() == 0


def test_a_child_that_had_served_and_fails_is_back_at_once(supervisor):
    child = _child("web", "echo up; sleep 0.2; exit 1")
    child.last_sign = lambda: time.monotonic() if said else None
    supervisor.start(child)
    _look_until(supervisor, lambda: len(said) == 4)
    assert said[1] == said[3] == ("web", "ended with exit code 1; starts again in 0.1 s")


def test_a_child_that_freezes_is_replaced_and_one_that_answers_is_not(supervisor):
    # The frozen one's file is touched no more; the other's is of this moment.
    frozen, well = _child("worker", "sleep 60"), _child("web", "sleep 60")
    frozen_since = time.monotonic() + 0.2
    frozen.last_sign, frozen.silence = lambda: min(time.monotonic(), frozen_since), 0.3
    well.last_sign, well.silence = time.monotonic, 0.3
    supervisor.start(frozen)
    supervisor.start(well)
    first, same = frozen.process.pid, well.process.pid
    os.kill(first, signal.SIGSTOP)
    _look_until(supervisor, lambda: frozen.is_running and frozen.process.pid != first)
    assert said == [
        ("worker", "has given no sign of life for 0 s and is killed"),
        ("worker", "ended with signal SIGKILL; starts again in 0.1 s"),
    ]
    assert not is_alive(first)
    assert well.process.pid == same


def test_a_child_gets_the_descriptors_that_it_inherits(supervisor):
    with socket.create_server(("127.0.0.1", 0)) as door:
        child = _child("web", f"readlink /proc/self/fd/{door.fileno()}")
        child.inherits = [door.fileno()]
        supervisor.start(child)
        _look_until(supervisor, lambda: said)
        assert said[0] == ("web", f"socket:[{os.fstat(door.fileno()).st_ino}]")


def test_a_task_runs_to_its_end_and_its_result_is_known(supervisor):
    assert supervisor.run_once(_child("migrate", "echo done; exit 0")) == 0
    assert supervisor.run_once(_child("migrate", "echo not done; exit 4")) == 4
    assert said == [("migrate", "done"), ("migrate", "not done")]
    assert supervisor.crashes() == 0


def test_the_last_started_ends_first_and_whoever_does_not_end_is_killed(supervisor, tmp_path):
    ends = "trap 'echo {0} >> {1}; exit 0' TERM; echo ready; while :; do sleep 0.01; done"
    supervisor.start(_child("database", ends.format("database", tmp_path / "order")))
    supervisor.start(_child("web", ends.format("web", tmp_path / "order")))
    supervisor.start(
        stubborn := _child("stubborn", "trap '' TERM; echo ready; while :; do sleep 0.01; done", grace=0.2)
    )
    _look_until(supervisor, lambda: len(said) == 3)
    pid = stubborn.process.pid
    supervisor.stop()
    assert (tmp_path / "order").read_text().split() == ["web", "database"]
    assert said[3:] == [("stubborn", "did not end within 0 s and is killed")]
    assert not is_alive(pid)


def test_a_supervisor_that_is_killed_leaves_no_child():
    script = """
import os, sys, time
from pathlib import Path
from akig.embedded.supervisor import Child, Supervisor
supervisor = Supervisor(lambda name, line: print(line, flush=True))
supervisor.start(Child("web", ["sh", "-c", "echo $$; sleep 60"], dict(os.environ), Path("/")))
while True:
    supervisor.look_after(1)
"""
    process = subprocess.Popen(
        [PYTHON, "-c", script],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    child = int(process.stdout.readline())
    process.kill()
    process.wait()
    process.stdout.close()
    wait_until(lambda: not is_alive(child))


def test_a_signal_ends_the_block_once_and_the_end_is_not_interrupted():
    before = signal.getsignal(signal.SIGTERM)
    steps: list[str] = []

    def work() -> None:
        with stop_on_signals():
            try:
                os.kill(os.getpid(), signal.SIGTERM)
                steps.append("went on")
            finally:
                os.kill(os.getpid(), signal.SIGINT)
                steps.append("ended well")

    with pytest.raises(Stopped):
        work()
    assert steps == ["ended well"]
    assert signal.getsignal(signal.SIGTERM) is before
