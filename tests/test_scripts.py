"""What the browser runs, in node where it is found; oxlint (`make lint`) has read it everywhere."""

import re
import subprocess

import pytest
from django.conf import settings

from tests import node

SCRIPTS = [*sorted((settings.BASE_DIR / "static").glob("*.js")), *(settings.BASE_DIR / "templates").rglob("*.js")]


def _run(*command: object) -> None:
    ran = subprocess.run([node.executable(), *command], cwd=settings.BASE_DIR, capture_output=True, check=False)
    assert ran.returncode == 0, (ran.stdout + ran.stderr).decode()


def test_the_queue_of_taps_keeps_its_promises():
    """tests/js, by node's own runner."""
    _run("--test", *sorted((settings.BASE_DIR / "tests/js").glob("*.test.mjs")))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_node_can_read_the_script(path):
    _run("--check", path)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_the_script_is_strict_and_takes_no_text_for_markup(path):
    text = re.sub(r"^//.*\n", "", path.read_text(), flags=re.MULTILINE)
    assert text.startswith('"use strict";')
    assert (
        re.findall(r"\b(?:inner|outer)HTML\s*\+?=(?!=)|insertAdjacentHTML|document\.write|setAttribute\(.on", text)
        == []
    )
