"""The embedded server: made, shared, stopped after its last user, whatever happens to anybody."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from akig.embedded import keeper, postgres
from akig.embedded.roles import APP, DATABASE, OWNER
from tests.processes import PYTHON, is_alive, wait_until

pytestmark = pytest.mark.server
FAST = {"fsync": "off", "full_page_writes": "off"}
USER = """
import sys, time
from pathlib import Path
from akig.embedded.postgres import PostgresServer
with PostgresServer(Path(sys.argv[1]), {"fsync": "off"}).use():
    print("using", flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> postgres.PostgresServer:
    """One for all tests of this file, down between them."""
    return postgres.PostgresServer(tmp_path_factory.mktemp("a folder") / "var", FAST)


@pytest.fixture
def another_user(server) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(
        [PYTHON, "-c", USER, str(server.var)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    assert process.stdout.readline() == "using\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def _postmaster(server: postgres.PostgresServer) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def _one(server: postgres.PostgresServer, role: str, question: str) -> object:
    with server.connect(role, DATABASE) as connection:
        return connection.execute(question).fetchone()[0]


def _give_files_to(server: postgres.PostgresServer, user: int) -> None:
    for path in [server.data, *server.data.rglob("*")]:
        os.lchown(path, user, user)


def test_neither_role_can_pass_row_level_security_and_only_the_owner_makes_tables(server):
    with server.use(), server.connect(OWNER, DATABASE) as connection:
        found = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles"
            " WHERE rolname LIKE 'akig%' ORDER BY 1"
        ).fetchall()
        assert found == [(APP, False, False, False, False), (OWNER, False, False, False, True)]
        connection.execute("CREATE TABLE owned (id bigserial, word text)")
        with server.connect(APP, DATABASE) as app:
            app.execute("INSERT INTO owned (word) VALUES ('un'); UPDATE owned SET word = 'deux'")
            assert app.execute("DELETE FROM owned RETURNING id, word").fetchall() == [(1, "deux")]
            for forbidden in ("TRUNCATE owned", "CREATE TABLE mine (id int)", "ALTER TABLE owned ADD x int"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    app.execute(forbidden)
        connection.execute("DROP TABLE owned")


def test_a_role_needs_its_password_even_on_this_machine(server):
    with server.use(), pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=str(server.sockets), user=OWNER, dbname=DATABASE, password="guess", passfile="/dev/null")


def test_the_server_listens_on_no_port_and_keeps_its_files_to_itself(server):
    with server.use():
        assert _one(server, OWNER, "SHOW listen_addresses") == ""
        assert _one(server, OWNER, "SHOW data_checksums") == "on"
        private = [server.var, server.data, server.sockets, server.passwords.parent]
        assert [path.stat().st_mode & 0o077 for path in private] == [0, 0, 0, 0]
        assert server.passwords.stat().st_mode & 0o777 == 0o600


def test_the_last_one_out_stops_the_server(server):
    with server.use():
        with server.use():
            pid = _postmaster(server)
        assert server.is_running()
        assert _postmaster(server) == pid
    assert not server.is_running()
    assert not is_alive(pid)


def test_a_server_that_was_up_is_left_up(server, another_user):
    pid = _postmaster(server)
    with server.use():
        assert _one(server, APP, "SELECT current_user") == APP
    assert server.is_running()
    assert _postmaster(server) == pid


def test_a_user_that_is_killed_leaves_no_server_behind(server, another_user):
    pid = _postmaster(server)
    another_user.send_signal(signal.SIGKILL)
    wait_until(lambda: not server.is_running())
    assert not is_alive(pid)


def test_a_killed_keeper_takes_the_server_with_it_and_the_next_use_starts_another(server, another_user):
    pid = _postmaster(server)
    os.kill(int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1]), signal.SIGKILL)
    with server.use():
        assert _one(server, APP, "SELECT 1") == 1
        assert _postmaster(server) != pid


def test_the_number_of_a_dead_process_in_the_files_matters_to_nobody(server):
    with server.use():
        os.kill(_postmaster(server), signal.SIGKILL)
        wait_until(lambda: not server.is_running())
        # The worst case: the number now belongs to somebody else who is alive, us.
        stale = (server.data / "postmaster.pid").read_text().splitlines()
        (server.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *stale[1:]]) + "\n")
        server.ensure_running()
        assert _one(server, APP, "SELECT 1") == 1


def test_committed_rows_survive_a_kill_of_the_whole_server(server):
    with server.use():
        with server.connect(OWNER, DATABASE) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        os.kill(_postmaster(server), signal.SIGKILL)
        server.ensure_running()
        assert _one(server, OWNER, "SELECT n FROM kept") == 7
        with server.connect(OWNER, DATABASE) as connection:
            connection.execute("DROP TABLE kept")


def test_passwords_of_another_database_are_named_as_the_reason(server):
    right = server.passwords.read_text()
    server.passwords.write_text("\n".join(f"*:*:*:{role}:wrong" for role in ("postgres", OWNER, APP)))
    began = time.monotonic()
    with pytest.raises(postgres.CannotServe, match=r"pgpass are not those of the database"), server.use():
        pass
    assert time.monotonic() - began < 5
    server.passwords.write_text(right)
    assert not server.is_running()


def test_what_keeps_the_server_from_starting_is_said_in_one_sentence(server):
    broken = postgres.PostgresServer(server.var, {**FAST, "max_connections": "many"})
    with pytest.raises(postgres.CannotServe, match=r"did not start: .*max_connections") as refusal, broken.use():
        pass
    assert "\n" not in str(refusal.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="the way for root")
def test_as_root_the_server_looks_like_nobody_and_its_files_stay_roots(server):
    with server.use():
        lines = Path(f"/proc/{_postmaster(server)}/uid_map").read_text().split()
        assert lines[1:] == ["0", "1"]
        assert lines[0] != "0"
    assert {path.stat().st_uid for path in server.data.iterdir()} == {0}


@pytest.mark.skipif(os.geteuid() != 0, reason="the way for root")
def test_where_root_has_no_namespaces_the_server_runs_as_the_owner_of_its_files(server):
    _give_files_to(server, 65534)
    try:
        with server.use():
            assert _one(server, APP, "SELECT 1") == 1
            status = Path(f"/proc/{_postmaster(server)}/status").read_text()
            assert "Uid:\t65534\t65534\t65534\t65534" in status
            # Of all that root may do, only to pass file permissions.
            assert "CapEff:\t0000000000000002" in status
    finally:
        _give_files_to(server, 0)


@pytest.mark.parametrize("folder", ["x" * 90, "one,two"])
def test_sockets_move_to_a_private_temporary_folder_when_their_path_cannot_be_used(tmp_path, folder):
    found = postgres.socket_dir(tmp_path / folder)
    assert found.parent != tmp_path / folder
    assert len(os.fsencode(found / ".s.PGSQL.5432")) < 100
    assert found == postgres.socket_dir(tmp_path / folder)
    assert found != postgres.socket_dir(tmp_path / (folder + "y"))


def test_a_socket_folder_that_others_may_enter_is_refused(tmp_path):
    open_to_all = tmp_path / "run"
    open_to_all.mkdir(mode=0o777)
    open_to_all.chmod(0o777)
    with pytest.raises(postgres.CannotServe, match="not a private folder"):
        postgres.make_private(open_to_all)


def test_a_child_ends_when_its_parent_is_killed(tmp_path):
    script = f"""
import os, subprocess, time
child = subprocess.Popen([*{keeper.START!r}, "child", f"--parent={{os.getpid()}}", "--", "sleep", "60"])
print(child.pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([PYTHON, "-c", script], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    wait_until(lambda: "sleep" in Path(f"/proc/{child}/cmdline").read_text())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not is_alive(child))
