"""Node, for the tests of what the browser runs; says loudly when the machine has none."""

import shutil
from typing import Any

import pytest

_ABSENT = "no node on this machine"


def executable() -> str:
    """Where node is. Skips the test that asks when there is none."""
    found = shutil.which("node") or shutil.which("nodejs")
    if found is None:
        pytest.skip(_ABSENT)
    return found


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if _ABSENT in str(report.longrepr)]
    if skipped:
        terminalreporter.section("TESTS OF THE SCRIPTS DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests need node, version 20 or later: install it.")
