"""Asks whether a version that AKIG is locked to has a known weakness, and never says "none" without having asked.

`make audit` runs it. Before the locks it asks for a version with weaknesses that everybody knows: who does not find
those has not looked. Exit code 0: nothing is known. 1: something is. 2: it could not ask, and knows nothing of them.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
PLANTED = ("jinja2", "2.10")
CLEAN, FOUND, NOT_ASKED = 0, 1, 2
_SECONDS = 300

Ask = Callable[[Path], Sequence[dict[str, Any]]]
"""Takes a list of requirements and answers what is known of each, as pip-audit writes it."""


class CouldNotAsk(Exception):
    """Nothing is known of the locks: neither good nor bad."""


def ask_pip_audit(requirements: Path) -> Sequence[dict[str, Any]]:
    """Run pip-audit on a list whose versions are all pinned."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(requirements), "--no-deps", "--disable-pip"]
    try:
        done = subprocess.run(
            [*command, "--format", "json", "--progress-spinner", "off"],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        answer: Sequence[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except subprocess.TimeoutExpired as error:
        raise CouldNotAsk(f"no answer within {_SECONDS} seconds") from error
    except (ValueError, KeyError, TypeError) as error:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise CouldNotAsk(said[-1]) from error
    return answer


def pins(lock: Path) -> dict[str, str]:
    """The name and the version of each package of a lock that this Python would install."""
    found = {}
    for line in lock.read_text().splitlines():
        if "==" in line and not line.startswith((" ", "#", "\t")):
            wanted = Requirement(line.rstrip("\\ "))
            if wanted.marker is None or wanted.marker.evaluate():
                found[wanted.name.lower()] = next(iter(wanted.specifier)).version
    return found


def known_of(requirements: Path, ask: Ask) -> list[str]:
    """A line for each known weakness. Raises CouldNotAsk when one package has no answer."""
    answers = {answer["name"].lower(): answer for answer in ask(requirements)}
    lines = []
    for name, version in pins(requirements).items():
        answer = answers.get(name)
        if answer is None or "vulns" not in answer or answer.get("version") != version:
            why = (answer or {}).get("skip_reason", "no answer")
            raise CouldNotAsk(f"{name} {version}: {why}")
        for one in answer["vulns"]:
            fixed = ", ".join(one.get("fix_versions", ())) or "no version yet"
            lines.append(f"{name} {version}: {one['id']}, mended in {fixed}")
    return lines


def audit(locks: Sequence[Path], ask: Ask = ask_pip_audit) -> tuple[int, list[str]]:
    """The exit code, and what there is to say."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            planted = Path(folder) / "planted.txt"
            planted.write_text("==".join(PLANTED) + "\n")
            if not known_of(planted, ask):
                raise CouldNotAsk(f"{' '.join(PLANTED)} was planted and not found: whoever was asked knows nothing")
        found = [f"{lock.name}: {line}" for lock in locks for line in known_of(lock, ask)]
        asked = sum(len(pins(lock)) for lock in locks)
    except CouldNotAsk as reason:
        return NOT_ASKED, [f"Could not ask, so nothing is known of the locks: {reason}"]
    if not asked:
        return NOT_ASKED, ["Could not ask: the locks name no package."]
    if found:
        return FOUND, found
    return CLEAN, [f"Nothing is known against the {asked} pins; the planted {' '.join(PLANTED)} was found."]


def main() -> int:
    code, lines = audit([ROOT / name for name in LOCKS])
    print(*lines, sep="\n", file=sys.stdout if code == CLEAN else sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
