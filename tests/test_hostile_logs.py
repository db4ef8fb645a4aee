"""What a client sends into the log stays on one line, and moves nothing in the terminal that shows it."""

import io
import logging
import sys

import pytest
from celery import current_app
from django.conf import settings as ours
from django.core.exceptions import PermissionDenied
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from akig.logs import LineFormatter, escaped
from akig.management.commands import up
from tests.hostile.sending import recorded
from tests.people import make_person

EVIL = "\r\n2026-01-01 00:00:00 ERROR root: forged\x1b[31m\x1b]0;title\x07\u202e\u2066\x85\u2028"
FORMATTER = LineFormatter("%(levelname)s %(name)s: %(message)s")


def record(message, *args, level=logging.WARNING, error=None):
    exc_info = None
    if error is not None:
        try:
            raise error
        except Exception:
            exc_info = sys.exc_info()
    return logging.LogRecord("akig", level, __file__, 1, message, args, exc_info)


@given(st.text(), st.text(), st.sampled_from([logging.INFO, logging.WARNING, logging.ERROR]))
def test_whatever_is_logged_is_one_line_that_can_be_printed(said, given_by_the_client, level):
    line = FORMATTER.format(record(said.replace("%", "%%") + " %s", given_by_the_client, level=level))
    assert line.isprintable()


def test_what_could_pass_for_a_record_or_an_order_to_the_terminal_is_spelt_out():
    line = FORMATTER.format(record("Not Found: %s", EVIL))
    assert line.startswith(r"WARNING akig: Not Found: \r\n2026-01-01")
    assert r"\x1b[31m\x1b]0;title\x07\u202e\u2066\x85\u2028" in line
    assert escaped("Amadou Bâ, loyer de déc. – 1 250 000 GNF") == "Amadou Bâ, loyer de déc. – 1 250 000 GNF"


@pytest.mark.parametrize("level", [logging.WARNING, logging.ERROR])
def test_a_refusal_is_one_line_without_its_traceback(level):
    line = FORMATTER.format(record("Forbidden: /x", level=level, error=PermissionDenied(EVIL)))
    assert line == f"{logging.getLevelName(level)} akig: Forbidden: /x"


def test_a_fault_of_ours_keeps_its_traceback_behind_bars():
    first, *trace = FORMATTER.format(record("Failed", level=logging.ERROR, error=RuntimeError(EVIL))).split("\n")
    assert first == "ERROR akig: Failed"
    assert trace[0] == "    | Traceback (most recent call last):"
    assert all(line.startswith("    | ") and line.isprintable() for line in trace)
    assert "RuntimeError" in "".join(trace)


def test_an_endless_line_is_cut_and_says_how_long_it_was():
    line = FORMATTER.format(record("Not Found: %s", "/x" * 10_000))
    assert len(line) < 2100
    assert "characters)" in line


def test_every_handler_of_every_logger_writes_lines():
    known = logging.root.manager.loggerDict.values()
    named = [logging.getLogger(), *(one for one in known if isinstance(one, logging.Logger))]
    foreign = [
        (logger.name, handler)
        for logger in named
        for handler in logger.handlers
        if isinstance(handler, logging.StreamHandler)
        and not isinstance(handler.formatter, LineFormatter)
        and "pytest" not in type(handler).__module__
    ]
    assert foreign == []
    assert {handler["formatter"] for handler in ours.LOGGING["handlers"].values()} == {"line"}
    assert {"django.server", "waitress"} <= set(ours.LOGGING["loggers"])


def test_celery_sets_no_log_up_of_its_own(monkeypatch):
    current_app.loader.import_default_modules()
    applied = []
    monkeypatch.setattr("logging.config.dictConfig", applied.append)
    monkeypatch.setattr(current_app.log, "already_setup", False)
    before = [list(logging.getLogger(name).handlers) for name in ("", "celery.task")]
    current_app.log.setup_logging_subsystem(loglevel="INFO")
    assert applied == [ours.LOGGING]
    assert [list(logging.getLogger(name).handlers) for name in ("", "celery.task")] == before


def test_what_a_part_prints_moves_nothing_in_the_terminal_of_up():
    command = up.Command(stdout=io.StringIO())
    command.say("web", f"waitress{EVIL}")
    line = command.stdout.getvalue()
    assert line.startswith(r"     web | waitress\r\n")
    assert line.rstrip("\n").isprintable()


@pytest.mark.django_db
def test_each_refused_request_is_one_line(client):
    browser = Client(raise_request_exception=False, enforce_csrf_checks=True)
    browser.force_login(make_person("awa", GN_KINDIA="agent"))
    with recorded() as records:
        statuses = [
            browser.get("/GN_KINDIA/%1b%5b31m%0a%e2%80%ae/").status_code,
            browser.get("/GN_LABE/").status_code,
            browser.get("/GN_KINDIA/?site=%1b%0aGN_X").status_code,
            browser.get("/", headers={"Host": "evil.example"}).status_code,
            browser.post("/accounts/profile/", headers={"Origin": "https://evil\x1b.example"}).status_code,
            browser.get("/GN_KINDIA/kpi/" + "x" * 9000 + "/").status_code,
            browser.post("/accounts/logout/").status_code,
        ]
    assert all(400 <= status < 500 for status in statuses), statuses
    assert len(records.lines) >= len(statuses)
    assert [line for line in records.lines if not line.isprintable() or len(line) > 2100] == []
