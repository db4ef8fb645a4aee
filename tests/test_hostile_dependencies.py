"""The audit of the dependencies gives no false all-clear: it finds what was planted, or says that it could not ask."""

import subprocess

import pytest
from django.conf import settings

from ops import audit
from ops.audit import CLEAN, FOUND, NOT_ASKED, PLANTED

WEAK = [{"id": "PYSEC-1", "fix_versions": ["9.9"]}]
LOCKS = [settings.BASE_DIR / name for name in audit.LOCKS]


def service(bad=(), knows_the_planted=True, answers=lambda name, version: True):
    """A service of weaknesses: knows those of `bad`, and answers for the packages of which `answers` says so."""

    def ask(requirements):
        found = []
        for name, version in audit.pins(requirements).items():
            known = name in bad or (knows_the_planted and (name, version) == PLANTED)
            if answers(name, version):
                found.append({"name": name, "version": version, "vulns": WEAK if known else []})
            else:
                found.append({"name": name, "skip_reason": "Dependency not found"})
        return found

    return ask


def test_the_locks_are_read_whole():
    runtime, dev = (audit.pins(lock) for lock in LOCKS)
    assert {"django", "psycopg", "waitress"} <= set(runtime)
    assert runtime.items() <= dev.items()
    assert "pytest" in dev


def test_nothing_known_is_said_only_after_the_planted_was_found():
    code, lines = audit.audit(LOCKS, service())
    assert code == CLEAN
    assert "jinja2 2.10 was found" in lines[0]


def test_a_weakness_is_named_with_its_lock_and_the_version_that_mends_it():
    code, lines = audit.audit(LOCKS, service(bad={"django"}))
    assert code == FOUND
    assert [line.partition(" ")[0] for line in lines] == ["requirements.lock:", "requirements-dev.lock:"]
    assert all("PYSEC-1, mended in 9.9" in line for line in lines)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (service(knows_the_planted=False), "was planted and not found"),
        (service(answers=lambda name, version: False), "Dependency not found"),
        (service(answers=lambda name, version: name != "django"), "django"),
        (lambda requirements: [], "no answer"),
        (service(bad={"django"}, knows_the_planted=False), "was planted and not found"),
    ],
    ids=["knows nothing", "skips all", "skips one", "empty", "knows one and not the planted"],
)
def test_whoever_was_not_asked_gives_no_all_clear(ask, words):
    code, lines = audit.audit(LOCKS, ask)
    assert code == NOT_ASKED
    assert lines[0].startswith("Could not ask")
    assert words in lines[0]


def test_an_answer_about_another_version_is_none(tmp_path):
    def ask(requirements):
        return [{**one, "version": "0"} for one in service()(requirements)]

    assert audit.audit(LOCKS, ask)[0] == NOT_ASKED


def test_empty_locks_give_no_all_clear(tmp_path):
    empty = tmp_path / "requirements.lock"
    empty.write_text("# nothing\n")
    assert audit.audit([empty], service()) == (NOT_ASKED, ["Could not ask: the locks name no package."])


@pytest.mark.parametrize(
    ("stdout", "stderr"), [("", "ConnectionError: no route"), ("{}", ""), ("[]", "x"), ("null", "y")]
)
def test_an_auditor_that_fails_has_not_been_asked(monkeypatch, stdout, stderr):
    done = subprocess.CompletedProcess([], 1, stdout, stderr)
    monkeypatch.setattr(audit.subprocess, "run", lambda *args, **kwargs: done)
    code, lines = audit.audit(LOCKS)
    assert code == NOT_ASKED
    assert (stderr or "exit code 1") in lines[0]


def test_an_auditor_that_hangs_has_not_been_asked(monkeypatch):
    def hangs(*args, **kwargs):
        raise subprocess.TimeoutExpired("pip-audit", 300)

    monkeypatch.setattr(audit.subprocess, "run", hangs)
    assert audit.audit(LOCKS)[0] == NOT_ASKED
