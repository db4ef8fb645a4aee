"""What must hold of the project as a whole."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core import checks
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent


def test_the_system_checks_find_nothing():
    assert checks.run_checks() == []


def test_nothing_imports_upward():
    """The layers contract of pyproject.toml, by import-linter."""
    # In a process of its own: it configures logging, which would switch this one's loggers off.
    linted = subprocess.run([Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, check=False)
    assert linted.returncode == 0, linted.stdout.decode()


@pytest.mark.django_db
def test_the_checks_of_the_database_find_nothing():
    assert checks.run_checks(tags=[checks.Tags.database], databases=["default"]) == []


@pytest.mark.django_db
def test_the_migrations_match_the_models():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def _committed_files():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_committed_file_names_a_registrys_host():
    # Put together here, so that this file does not name them either.
    hosts = [
        a + b for a, b in [("python", "hosted"), ("pypi", ".org/simple"), ("registry.", "npmjs"), ("deb.", "debian")]
    ]
    pattern = re.compile("|".join(map(re.escape, hosts)).encode())
    assert [str(f.relative_to(ROOT)) for f in _committed_files() if pattern.search(f.read_bytes())] == []


def test_the_name_of_a_test_is_a_sentence_of_at_most_80_characters():
    files = [file for file in _committed_files() if re.fullmatch(r"test_\w+\.py", file.name)]
    names = [name for file in files for name in re.findall(r"def (test_\w+)", file.read_text())]
    assert len(names) > 1000
    assert [name for name in names if len(name) > 80] == []


def test_every_pinned_requirement_has_its_hash():
    for name in ("requirements.lock", "requirements-dev.lock"):
        requirements = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", (ROOT / name).read_text(), re.M | re.S)
        assert len(requirements) > 50
        assert [r.split()[0] for r in requirements if "--hash=sha256:" not in r] == []
