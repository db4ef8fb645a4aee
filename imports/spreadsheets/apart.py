"""Opens a workbook or an archive in a child process and reads what the child wrote: plain lines, never objects."""

import io
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from imports.spreadsheets.cells import from_json
from imports.spreadsheets.child import request_of, wall_seconds
from imports.spreadsheets.limits import MB, BeyondLimit, Limits
from imports.spreadsheets.workbooks import OLD_KIND

_ROOT = Path(__file__).parents[2]
_END_OF_ARCHIVE = b"PK\x05\x06"
_END_WITHIN = 66_000
# What an interpreter needs to start; the secrets of the web process are none of the child's business.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TZ")
_OUT_OF_TIME = {-getattr(signal, name) for name in ("SIGXCPU", "SIGALRM") if hasattr(signal, name)}

Row = tuple[int, list[Any]]


@dataclass(frozen=True)
class BookSheet:
    """A sheet of a workbook: its rows where it was read, else whether it holds anything."""

    title: str
    holds_something: bool
    rows: Iterator[Row] | None = field(default=None, repr=False)
    hidden: bool = False
    about: dict[str, Any] = field(default_factory=dict)
    """What `sheets.SheetLook` says of it."""


def seconds_for(content: bytes) -> int:
    """How long a file of this size may keep a processor busy: many times what an honest one takes."""
    return 10 + 5 * (len(content) // MB)


def read_workbook(content: bytes, limits: Limits, names: Collection[str]) -> list[BookSheet]:
    """The sheets of a workbook; those of these names, folded, and an only one with their rows. Raises BeyondLimit."""
    answer = _answer("workbook", content, limits, names)
    sheets: list[BookSheet] = []
    heads = _heads(answer)
    for (line, start, stop), (after, _start, _stop) in zip(heads, [*heads[1:], ({}, 0, 0)], strict=True):
        if "sheet" in line:
            rows = _rows(answer, start, stop) if line["read"] else None
            holds = bool(line.get("holds", start < stop))
            sheets.append(BookSheet(str(line["sheet"]), holds, rows, bool(line.get("hidden")), after.get("about", {})))
    return sheets


def read_members(content: bytes, limits: Limits) -> Iterator[tuple[str, bytes]]:
    """The files of an archive, by name without a path, and content, one after the other. Raises BeyondLimit."""
    answer = _answer("archive", content, limits, ())
    try:
        while "member" in (head := json.loads(answer.readline())):
            yield str(head["member"]), answer.read(head["size"])
            answer.readline()
    except (ValueError, KeyError, TypeError) as error:
        raise BeyondLimit("damaged") from error


def _answer(kind: str, content: bytes, limits: Limits, names: Collection[str]) -> IO[bytes]:
    is_old = kind == "workbook" and content.startswith(OLD_KIND)
    if kind == "workbook" and not is_old and not content.startswith(b"PK"):
        raise BeyondLimit("no_workbook")
    if not is_old and _END_OF_ARCHIVE not in content[-_END_WITHIN:]:
        raise BeyondLimit("damaged")
    with tempfile.TemporaryFile() as source:
        source.write(content)
        source.seek(0)
        answer = tempfile.TemporaryFile()  # noqa: SIM115 -- closed with its last reader
        code = run_child(request_of(kind, limits, sorted(names)), source, answer)
    last = _last_line(answer)
    if "refused" in last:
        raise BeyondLimit(**last["refused"])
    if "end" not in last:
        out_of_time = code in _OUT_OF_TIME
        raise (
            BeyondLimit("time", limit=limits.seconds)
            if out_of_time
            else BeyondLimit("memory", limit=limits.memory_bytes)
        )
    answer.seek(0)
    return answer


def run_child(request: dict[str, Any], source: IO[bytes], target: IO[bytes]) -> int:
    """The child's exit code; it ends itself in time, and is ended should it not."""
    limits = Limits(**request["limits"])
    child = [sys.executable, "-m", "imports.spreadsheets.child", json.dumps(request)]
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    try:
        return subprocess.run(
            child,
            cwd=_ROOT,
            env=environment,
            stdin=source,
            stdout=target,
            stderr=subprocess.DEVNULL,
            timeout=wall_seconds(limits) + 5,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        return -int(signal.SIGALRM)


def _last_line(answer: IO[bytes]) -> dict[str, Any]:
    size = answer.seek(0, os.SEEK_END)
    answer.seek(max(0, size - 4096))
    try:
        last = json.loads(answer.read().rstrip(b"\n").rpartition(b"\n")[2])
    except ValueError:
        return {}
    return last if isinstance(last, dict) else {}


def _heads(answer: IO[bytes]) -> list[tuple[dict[str, Any], int, int]]:
    """The lines that begin or end something, each with where what follows it starts and stops."""
    found: list[tuple[dict[str, Any], int]] = []
    stops: list[int] = []
    place = 0
    for line in answer:
        if line.startswith(b"{"):
            stops.append(place)
            found.append((json.loads(line), place + len(line)))
        place += len(line)
    return [(head, start, stop) for (head, start), stop in zip(found, [*stops[1:], place], strict=True)]


def _rows(answer: IO[bytes], start: int, stop: int) -> Iterator[Row]:
    # Sheets are read in turns, from one file: each reader keeps its own place.
    for line in io.BufferedReader(_Part(answer, start, stop), 1 << 16):
        number, cells = json.loads(line)
        yield number, [from_json(cell) if isinstance(cell, list) else cell for cell in cells]


class _Part(io.RawIOBase):
    """Bytes of a file from here to there."""

    def __init__(self, file: IO[bytes], start: int, stop: int) -> None:
        self._file, self._place, self._stop = file, start, stop

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = min(len(buffer), self._stop - self._place)
        piece = os.pread(self._file.fileno(), size, self._place) if size > 0 else b""
        buffer[: len(piece)] = piece
        self._place += len(piece)
        return len(piece)
