"""The child process: `python -m imports.spreadsheets.child REQUEST`, the file on its input, JSON lines on its output.

The last line says how it ended: {"end": true} or {"refused": …}. Without it the child was ended by its limits.
"""

import contextlib
import dataclasses
import json
import signal
import sys
from pathlib import PurePosixPath
from typing import IO, Any

from imports.spreadsheets.archives import open_archive
from imports.spreadsheets.limits import BeyondLimit, Limits
from imports.spreadsheets.workbooks import write_workbook

_SIGNAL_WHEN_PARENT_ENDS = 1  # PR_SET_PDEATHSIG
_LONGEST_NAME = 200
_JSON = json.JSONEncoder(separators=(",", ":"))


def confine(limits: Limits) -> None:
    """Take this process's memory and time. Where a system has no such limit, the others hold."""
    with contextlib.suppress(ImportError):
        import resource

        for kind, soft, hard in (
            ("RLIMIT_AS", limits.memory_bytes, limits.memory_bytes),
            # The first ends it with a signal that says why; at the second it is killed.
            ("RLIMIT_CPU", limits.seconds, limits.seconds + 1),
            ("RLIMIT_FSIZE", 4 * limits.text_characters, 4 * limits.text_characters),
            ("RLIMIT_CORE", 0, 0),
        ):
            with contextlib.suppress(AttributeError, ValueError, OSError):
                resource.setrlimit(getattr(resource, kind), (soft, hard))
    with contextlib.suppress(AttributeError):
        # Waiting counts too, and nobody may be left to stop this process.
        signal.alarm(wall_seconds(limits))
    with contextlib.suppress(Exception):
        import ctypes

        ctypes.CDLL(None).prctl(_SIGNAL_WHEN_PARENT_ENDS, signal.SIGKILL)


def wall_seconds(limits: Limits) -> int:
    """How long the child may take on a busy machine."""
    return 2 * limits.seconds


def answer(request: dict[str, Any], source: IO[bytes], target: IO[bytes]) -> None:
    """Read what is asked for and write it, with its end."""
    limits = Limits(**request["limits"])

    def write(line: Any) -> None:
        target.write(_JSON.encode(line).encode() + b"\n")

    try:
        if request["kind"] == "workbook":
            write_workbook(source, write, limits, frozenset(request["names"]))
        else:
            _write_members(source, target, write, limits)
        write({"end": True})
    except BeyondLimit as refused:
        write(
            {
                "refused": {
                    key: value[:_LONGEST_NAME] if isinstance(value, str) else value
                    for key, value in vars(refused).items()
                }
            }
        )
    except MemoryError:
        write({"refused": {"why": "memory", "limit": limits.memory_bytes}})
    except Exception:
        # Whatever a reader trips over in a file that somebody broke.
        write({"refused": {"why": "damaged"}})


def _write_members(source: IO[bytes], target: IO[bytes], write: Any, limits: Limits) -> None:
    archive = open_archive(source, limits)
    for member in archive.infolist():
        if member.is_dir() or member.filename.startswith("__MACOSX"):
            continue
        # Only the name counts: nothing is ever written under it.
        name = PurePosixPath(member.filename.replace("\\", "/")).name
        if name.lower().endswith(".zip"):
            raise BeyondLimit("nested")
        content = archive.read(member)
        write({"member": name, "size": len(content)})
        target.write(content + b"\n")


def request_of(kind: str, limits: Limits, names: list[str]) -> dict[str, Any]:
    return {"kind": kind, "limits": dataclasses.asdict(limits), "names": names}


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    confine(Limits(**asked["limits"]))
    answer(asked, sys.stdin.buffer, sys.stdout.buffer)
    sys.stdout.buffer.flush()
