"""Which database a command gets: the embedded one or DATABASE_URL, with which login, started or not."""

import errno
import os
import subprocess
from pathlib import Path

import django.db
import environ
import pytest
from django.conf import settings

from akig.embedded import database, postgres
from tests.processes import PYTHON

TWO_HOSTS = "postgres://app:p%40ss@one:5432,two:5433/akig?target_session_attrs=read-write"


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch, tmp_path):
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_APP_ROLE", "AKIG_DATABASE_LOGIN"):
        # Set first, so that what a command sets is taken back too.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("AKIG_VAR", str(tmp_path / "var"))


def _settings() -> dict:
    return database.connection_settings(environ.Env())


def test_the_embedded_database_is_used_when_no_other_is_named_and_nothing_is_started(tmp_path):
    settings = _settings()
    assert (settings["NAME"], settings["USER"]) == ("akig", "akig_app")
    assert settings["HOST"] == str(postgres.socket_dir(tmp_path / "var"))
    assert settings["OPTIONS"] == {"passfile": str(tmp_path / "var" / "secrets" / "pgpass")}
    assert not (tmp_path / "var").exists()


def test_the_owner_logs_in_when_asked(monkeypatch):
    monkeypatch.setenv("AKIG_DATABASE_LOGIN", "owner")
    assert _settings()["USER"] == "akig_owner"


def test_several_hosts_survive_the_parsing(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", TWO_HOSTS)
    settings = _settings()
    assert (settings["HOST"], settings["PORT"], settings["PASSWORD"]) == ("one,two", "5432,5433", "p@ss")
    assert settings["OPTIONS"] == {"target_session_attrs": "read-write", "connect_timeout": 3}


def test_owner_and_application_have_a_login_each(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://app:a@db/akig")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgres://owner:o@db/akig")
    assert _settings()["USER"] == "app"
    monkeypatch.setenv("AKIG_DATABASE_LOGIN", "owner")
    assert _settings()["USER"] == "owner"


def test_with_one_login_the_application_takes_on_a_role_and_the_owner_does_not(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://owner:o@db/akig")
    monkeypatch.setenv("DATABASE_APP_ROLE", "akig_app")
    assert _settings()["OPTIONS"]["assume_role"] == "akig_app"
    monkeypatch.setenv("AKIG_DATABASE_LOGIN", "owner")
    assert "assume_role" not in _settings()["OPTIONS"]


def test_a_time_limit_for_statements_is_the_process_own(monkeypatch):
    monkeypatch.setenv("DATABASE_STATEMENT_TIMEOUT", "10")
    assert _settings()["OPTIONS"]["options"] == "-c statement_timeout=10s"


@pytest.mark.parametrize("argv", [["help"], ["makemessages"], ["migrate", "--help"], ["--version"], [], ["check"]])
def test_a_command_without_need_starts_nothing(argv, tmp_path):
    with database.for_command(["manage.py", *argv]):
        assert not (tmp_path / "var").exists()


@pytest.mark.server
def test_a_command_that_changes_tables_has_the_owners_login_and_a_running_server(tmp_path):
    with database.for_command(["manage.py", "migrate"]):
        assert os.environ["AKIG_DATABASE_LOGIN"] == "owner"
        server = database.embedded_server()
        assert server.is_running()
    assert not server.is_running()


def test_another_command_has_the_applications_login(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", TWO_HOSTS)
    with database.for_command(["manage.py", "create_user"]):
        assert database.login() == "app"


def test_what_a_person_can_put_right_is_one_line_and_exit_code_1(tmp_path, monkeypatch):
    (tmp_path / "var").write_text("a file where the folder should be")
    with pytest.raises(SystemExit) as end, database.for_command(["manage.py", "migrate"]):
        pass
    assert end.value.code == f"akig: File exists: {tmp_path / 'var'}"


def test_a_foreign_database_that_does_not_answer_is_one_line(monkeypatch):
    from django.db import OperationalError

    monkeypatch.setenv("DATABASE_URL", TWO_HOSTS)
    with pytest.raises(SystemExit) as end, database.for_command(["manage.py", "create_user"]):
        raise OperationalError("connection failed\nmore of it")
    assert end.value.code == "akig: the database does not answer: connection failed"


def test_a_full_disk_in_the_middle_of_a_command_is_one_line(monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", TWO_HOSTS)
    with pytest.raises(SystemExit) as end, database.for_command(["manage.py", "create_token"]):
        raise OSError(errno.ENOSPC, "No space left on device", "/var/x")
    assert end.value.code == "akig: the disk is full: /var/x"


def test_another_error_of_the_system_keeps_its_traceback(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", TWO_HOSTS)
    with pytest.raises(PermissionError), database.for_command(["manage.py", "create_token"]):
        raise PermissionError(errno.EACCES, "Permission denied")


@pytest.mark.parametrize("kind", ["OperationalError", "InterfaceError", "InternalError"])
def test_a_database_that_goes_away_in_the_middle_is_one_line(monkeypatch, kind):
    monkeypatch.setenv("DATABASE_URL", TWO_HOSTS)
    with pytest.raises(SystemExit) as end, database.for_command(["manage.py", "demo"]):
        raise getattr(django.db, kind)
    assert end.value.code == f"akig: the database does not answer: {kind}"


def test_a_disk_that_is_full_where_a_command_writes_to_is_one_line(monkeypatch):
    command = [PYTHON, "manage.py", "version"]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=settings.BASE_DIR)
    assert (ended.returncode, ended.stderr) == (1, "akig: the disk is full: nothing more can be written\n")


def test_the_folder_of_our_files_is_the_same_however_it_is_written(monkeypatch, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.setenv("AKIG_VAR", str(tmp_path / "link"))
    assert database.var_dir() == tmp_path / "real"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AKIG_VAR", "real")
    assert database.var_dir() == tmp_path / "real"
