"""Keeps a few processes running and shows what they say. Knows nothing of AKIG."""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from akig.embedded import keeper
from akig.embedded.waits import is_silent, pause_before_start, watched_since

# A process that gives no signs of life has served once it has lived for so long.
_STEADY_SECONDS = 10.0
_KILLED = (-signal.SIGKILL, -signal.SIGTERM)
# Between the last word of a process and its end.
_SHORTLY = 0.05


class Stopped(BaseException):
    """Somebody asked the whole to end: Ctrl-C or SIGTERM."""


@dataclass
class Child:
    """A process to be kept running: `grace` is how many seconds it has to end well.

    `last_sign`, where there is one, says when the process gave its last sign of life, in time.monotonic() (one clock
    for all processes of a machine); None: never yet. Asked often, it must not wait. Who is silent for longer than
    `silence` seconds, or gives no sign within `start` seconds of its beginning, is killed and started again.
    `inherits` are descriptors that it gets from us.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    grace: float = 10
    last_sign: Callable[[], float | None] | None = None
    silence: float = 15
    start: float = 60
    inherits: Sequence[int] = ()
    process: subprocess.Popen[bytes] | None = None
    false_starts: int = 0
    started_at: float = 0
    start_again_at: float | None = None

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def started(self) -> subprocess.Popen[bytes]:
        """Its process. Raises RuntimeError before there is one."""
        if self.process is None:
            raise RuntimeError(f"{self.name} has not been started")
        return self.process

    def has_served(self, now: float) -> bool:
        """Whether its process came as far as doing what it is for."""
        if self.last_sign is None:
            return now - self.started_at > _STEADY_SECONDS
        sign = self.last_sign()
        return sign is not None and sign >= self.started_at

    def is_silent(self, now: float, watched_since: float) -> bool:
        """Whether its process has given no sign of life for longer than it may."""
        if self.last_sign is None:
            return False
        sign, since = self.last_sign(), max(self.started_at, watched_since)
        if sign is not None and self.started_at <= sign < since:
            sign = since
        return is_silent(now, started=since, last_sign=sign, silence=self.silence, start=self.start)


class Supervisor:
    """Starts children, restarts those that end or freeze (docs/operations.md), and ends all, last started first.

    Each child leads a process group of its own, so that Ctrl-C reaches only us and the order of the end is ours;
    the kernel ends it should we be killed.
    """

    def __init__(self, say: Callable[[str, str], None]) -> None:
        self._say = say
        self._children: list[Child] = []
        self._selector = selectors.DefaultSelector()
        self._last_look = self._watched_since = time.monotonic()

    def start(self, child: Child) -> None:
        self._children.append(child)
        self._launch(child)

    def run_once(self, task: Child) -> int:
        """Run a command to its end while looking after the others. Returns its exit code."""
        self._launch(task)
        try:
            while task.is_running:
                self.look_after(0.05)
            self._end_group(task)
            return task.started().returncode
        finally:
            self._end([task])

    def look_after(self, seconds: float) -> None:
        """Pass on what the children say for about so long, or until one is to start again; start what has crashed."""
        due = [child.start_again_at for child in self._children if child.start_again_at is not None]
        if any(self._is_ending(child) for child in self._children):
            seconds = min(seconds, _SHORTLY)
        deadline = min(time.monotonic() + seconds, *due) if due else time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            ready = self._selector.select(left)
            for key, _ in ready:
                self._read(key)
            if ready:
                break
        now = time.monotonic()
        self._watched_since = watched_since(now, last_look=self._last_look, before=self._watched_since)
        self._last_look = now
        for child in self._children:
            if child.is_running:
                self._replace_if_silent(child, now)
            elif child.start_again_at is None:
                self._note_end(child, now)
            elif now >= child.start_again_at:
                self._launch(child)

    def crashes(self) -> int:
        """How often in a row a child has ended before it served: the most of any."""
        return max((child.false_starts for child in self._children), default=0)

    def stop(self) -> None:
        """End all children, the last started first."""
        while self._children:
            self._end([self._children[-1]])
            self._children.pop()
        self._selector.close()

    # --- inside ---

    def _is_ending(self, child: Child) -> bool:
        """Its last word has been read, and it is not gone yet."""
        pipe = child.process.stdout if child.process is not None else None
        return child.is_running and pipe is not None and pipe not in self._selector.get_map()

    def _launch(self, child: Child) -> None:
        process = child.process = subprocess.Popen(
            [*keeper.START, "child", f"--parent={os.getpid()}", "--", *child.command],
            env=dict(child.environment),
            cwd=child.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=child.inherits,
        )
        child.started_at, child.start_again_at = time.monotonic(), None
        if process.stdout is not None:
            os.set_blocking(process.stdout.fileno(), False)
            self._selector.register(process.stdout, selectors.EVENT_READ, _Lines(child.name))

    def _replace_if_silent(self, child: Child, now: float) -> None:
        if not child.is_silent(now, self._watched_since):
            return
        limit = child.silence if child.has_served(now) else child.start
        self._say(child.name, f"has given no sign of life for {limit:.0f} s and is killed")
        self._end_group(child)  # who does not answer does not end well either

    def _note_end(self, child: Child, now: float) -> None:
        code = child.started().returncode
        if child.has_served(now) or code in _KILLED:
            child.false_starts = 0
        else:
            child.false_starts += 1
        pause = pause_before_start(child.false_starts)
        child.start_again_at = now + pause
        self._end_group(child)
        self._say(child.name, f"ended with {_outcome(code)}; starts again in {pause:.1f} s")

    def _end(self, children: Sequence[Child]) -> None:
        running = [child for child in children if child.is_running]
        for child in running:
            child.started().send_signal(signal.SIGTERM)
        for child in running:
            deadline = time.monotonic() + child.grace
            while child.is_running and time.monotonic() < deadline:
                self._drain(0.02)
            if child.is_running:
                self._say(child.name, f"did not end within {child.grace:.0f} s and is killed")
        for child in children:
            self._end_group(child)

    def _end_group(self, child: Child) -> None:
        """Nothing that the child started may stay behind."""
        if child.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        self._drain(0)
        pipe = child.process.stdout
        if pipe is not None and not pipe.closed:
            with contextlib.suppress(KeyError):
                self._selector.unregister(pipe)
            pipe.close()

    def _drain(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            self._read(key)

    def _read(self, key: selectors.SelectorKey) -> None:
        try:
            text = os.read(key.fd, 65536)
        except BlockingIOError:
            return
        if not text:
            self._selector.unregister(key.fileobj)
            return
        for line in key.data.complete(text):
            self._say(key.data.name, line)


class _Lines:
    """Cuts what comes through a pipe into lines."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._rest = b""

    def complete(self, text: bytes) -> Iterator[str]:
        *lines, self._rest = (self._rest + text).split(b"\n")
        for line in lines:
            # A progress bar writes over its line; the last state of it is enough.
            yield line.rstrip(b"\r").rsplit(b"\r", 1)[-1].decode(errors="replace")


@contextlib.contextmanager
def stop_on_signals() -> Iterator[None]:
    """SIGINT and SIGTERM raise Stopped inside the block, once: the end itself is not interrupted."""

    def stop(*_: int | FrameType | None) -> None:
        for number in previous:
            signal.signal(number, signal.SIG_IGN)
        raise Stopped

    previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    if previous[signal.SIGHUP] is signal.SIG_IGN:
        del previous[signal.SIGHUP]  # nohup
    for number in previous:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _outcome(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
