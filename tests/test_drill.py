"""`make drill` in its short form: faults made against real processes under load, and nothing lost."""

import os
import subprocess

import pytest
from django.conf import settings

from tests.processes import PYTHON, free_port

# It needs no database of the tests; the mark has it begin among the long ones (conftest.py).
pytestmark = [
    pytest.mark.server,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("AKIG_DRILL" not in os.environ, reason="two minutes of real processes: AKIG_DRILL=short"),
]


def test_no_fault_of_the_short_drill_loses_or_doubles_or_keeps_people_waiting():
    done = subprocess.run(
        [PYTHON, "-m", "drill", f"--port={free_port()}"],
        cwd=settings.BASE_DIR,
        # Measured, each process would take three times as long; killed, it could not say what it has run.
        env={**os.environ, "COVERAGE_PROCESS_CONFIG": "", "AKIG_DRILL": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr[-2000:]}"
