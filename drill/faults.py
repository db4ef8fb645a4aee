"""The faults. Each makes itself once and returns how many seconds after it, or after its end, all is well again."""

import os
import secrets
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from akig.embedded.valkey import ValkeyServer
from drill.agency import Agency, Failed, wait_until
from drill.asking import ask
from drill.broker import ForeignBroker


@dataclass(frozen=True)
class Fault:
    """`limit`: seconds until all is well; `may_be_busy`: a 503 with Retry-After is the right answer meanwhile."""

    name: str
    make: Callable[[Agency], float]
    limit: float
    may_be_busy: bool = False
    rounds: int = 1
    only_long: bool = False
    place: str = "ordinary"  # where the agency is (drill/places.py)


def everybody_is_well(agency: Agency) -> float:
    return 0.0


def web_killed(agency: Agency) -> float:
    agency.send("web", signal.SIGKILL)
    return wait_until(agency.is_ready, 60, "web is not back")


def web_frozen(agency: Agency) -> float:
    frozen = agency.send("web", signal.SIGSTOP)
    return wait_until(lambda: agency.is_ready() and not set(frozen) & set(agency.pids("web")), 90, "web is frozen")


def worker_killed(agency: Agency) -> float:
    job = _busy_worker(agency)
    agency.send("worker", signal.SIGKILL)
    return wait_until(lambda: _is_done(agency, job), 180, "the job is not done")


def worker_frozen(agency: Agency) -> float:
    frozen = agency.send("worker", signal.SIGSTOP)
    job = _ask_for_a_job(agency)
    took = wait_until(lambda: _is_done(agency, job), 240, "the job is not done")
    if set(frozen) & set(agency.pids("worker")):
        raise Failed("the frozen worker is still there")
    return took


def valkey_killed(agency: Agency) -> float:
    """Well: the job in the worker's hands and one asked for since are done."""
    first = _busy_worker(agency)
    agency.send("valkey", signal.SIGKILL)
    wait_until(ValkeyServer(agency.var).answers, 60, "valkey is not back")
    returned = time.monotonic()
    second = _ask_for_a_job(agency)
    wait_until(lambda: _is_done(agency, first) and _is_done(agency, second), 240, "jobs are not done")
    return time.monotonic() - returned


def valkey_frozen(agency: Agency) -> float:
    frozen = agency.send("valkey", signal.SIGSTOP)
    wait_until(lambda: not set(frozen) & set(agency.pids("valkey")), 60, "valkey is frozen and not replaced")
    wait_until(ValkeyServer(agency.var).answers, 60, "valkey is not back")
    returned = time.monotonic()
    job = _ask_for_a_job(agency)
    wait_until(lambda: _is_done(agency, job), 240, "the job is not done")
    return time.monotonic() - returned


def database_killed(agency: Agency) -> float:
    first, *_ = agency.pids("database")
    os.kill(first, signal.SIGKILL)
    return wait_until(agency.is_ready, 60, "the database is not back")


def database_frozen(agency: Agency) -> float:
    agency.send("database", signal.SIGSTOP)
    try:
        _health_answers(agency, 6)
    finally:
        agency.send("database", signal.SIGCONT)
    return wait_until(agency.is_ready, 60, "not ready")


def silent_clients(number: int) -> Callable[[Agency], float]:
    """As many phones that lose their network in the middle of a form."""
    # With a cookie, because what cannot be allowed is refused before its form is read.
    head = (
        "POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nCookie: csrftoken={'a' * 32}\r\n\r\n"
    )
    begun = f"{head}username=".encode()

    def make(agency: Agency) -> float:
        phones = [socket.create_connection(("127.0.0.1", agency.port)) for _ in range(number)]
        try:
            for phone in phones:
                phone.sendall(begun)
            return _health_answers(agency, 5)
        finally:
            for phone in phones:
                phone.close()

    return make


def second_on_the_port(agency: Agency) -> float:
    """Another folder's `up` comes while the web process restarts. Well: it has ended, and said why."""
    other = Agency(agency.var.with_name("second"), agency.port)
    other.start()
    process = other.process
    try:
        for _ in range(2):
            agency.send("web", signal.SIGKILL)
            time.sleep(1)
        took = wait_until(lambda: process is not None and process.poll() is not None, 30, "both have the port")
        wait_until(agency.is_ready, 60, "the first one is not ready")
    finally:
        other.stop()
    return took


def broker_gone(agency: Agency) -> float:
    broker = ForeignBroker(agency.var)
    broker.end(signal.SIGKILL)
    return _without(agency, broker.start)


def broker_hanging(agency: Agency) -> float:
    broker = ForeignBroker(agency.var)
    broker.end(signal.SIGSTOP)
    return _without(agency, lambda: broker.end(signal.SIGCONT))


def disk_full(agency: Agency) -> float:
    """Somebody else's file takes all that is left, until it is removed."""
    file = agency.var / "somebody's"
    with file.open("wb", buffering=0) as filling:
        try:
            while filling.write(b"\0" * 65536):
                pass
        except OSError:
            time.sleep(0.1)
    try:
        _health_answers(agency, 8)
    finally:
        file.unlink()
    return wait_until(agency.is_ready, 60, "not ready")


def settings_of_production(agency: Agency) -> float:
    """Another folder and port, asked under a name that it does not know. Well: it is ready."""
    secret = secrets.token_urlsafe(50)
    other = Agency(
        agency.var.with_name("production"),
        agency.port + 1,
        AKIG_PRODUCTION="true",
        SECRET_KEY=secret,
        ALLOWED_HOSTS="akig.example",
        EMAIL_URL="smtp://mail.example:25",
        PUBLIC_URL="https://akig.example",
    )
    other.start()
    try:
        return other.wait_until_ready()
    finally:
        other.stop()


def _without(agency: Agency, back: Callable[[], None]) -> float:
    """Well: every job that was asked for meanwhile is done."""
    try:
        job = _ask_for_a_job(agency)
        _health_answers(agency, float(os.environ.get("AKIG_DRILL_AWAY", "5")))
    finally:
        back()
    returned = time.monotonic()
    wait_until(lambda: _is_done(agency, job), 240, "the job is not done")
    return time.monotonic() - returned


def _health_answers(agency: Agency, seconds: float) -> float:
    """Ask for so long. Returns the longest answer; raises Failed when there was none within 5 s."""
    longest, end = 0.0, time.monotonic() + seconds
    while time.monotonic() < end:
        answer = ask(agency.port, "GET", "/healthz", seconds=5)
        if answer.status != 200:
            raise Failed("/healthz does not answer within 5 s")
        longest = max(longest, answer.seconds)
        time.sleep(0.2)
    return longest


# --- jobs: a large import, only checked ---

_LINES = "".join(f"L{line};Mariama Camara de la rue {line};;\n" for line in range(60_000))


def _ask_for_a_job(agency: Agency) -> str:
    """Ask for a large import. Returns its job's key, once that is written down."""
    browser = agency.browser("GN_KINDIA")
    answer = browser.upload(
        "/GN_KINDIA/leasing/import/", "locataires.csv", f"code;nom;telephone;email\n{_LINES}".encode(), dry_run="on"
    )
    if answer.status != 302:
        raise Failed(f"a large import was answered with {answer.status or 'nothing'}")
    run = answer.headers["location"].rstrip("/").rsplit("/", 1)[-1]
    ((key,),) = agency.rows("SELECT key FROM outbox_job WHERE kwargs->>'run' = %s", run)
    return str(key)


def _busy_worker(agency: Agency) -> str:
    job = _ask_for_a_job(agency)
    begun = "SELECT 1 FROM outbox_job WHERE key = %s AND started_at IS NOT NULL"
    wait_until(lambda: agency.rows(begun, job), 240, "the worker takes no job")
    time.sleep(0.5)
    return job


def _is_done(agency: Agency, job: str) -> bool:
    return bool(agency.rows("SELECT 1 FROM outbox_job WHERE key = %s AND done_at IS NOT NULL", job))


FAULTS = (
    Fault("nothing", everybody_is_well, 1, only_long=True),
    Fault("web: kill -9", web_killed, 3),
    Fault("worker: kill -9 in the middle of a job", worker_killed, 60, only_long=True),
    Fault("Valkey: kill -9 with a busy worker", valkey_killed, 30),
    Fault("database: kill -9", database_killed, 10, may_be_busy=True),
    Fault("database frozen", database_frozen, 5, may_be_busy=True, only_long=True),
    Fault("4 silent clients", silent_clients(4), 1),
    Fault("200 silent clients", silent_clients(200), 1, only_long=True),
    Fault("a second `up` on the port", second_on_the_port, 30, only_long=True),
    Fault("web frozen", web_frozen, 30, only_long=True),
    Fault("worker frozen", worker_frozen, 90, only_long=True),
    Fault("Valkey frozen", valkey_frozen, 30, only_long=True),
    Fault("settings of production", settings_of_production, 60, only_long=True),
    Fault("broker and cache gone", broker_gone, 30, place="foreign broker", only_long=True),
    Fault("broker and cache hang", broker_hanging, 30, place="foreign broker", only_long=True),
    Fault("disk full", disk_full, 10, may_be_busy=True, only_long=True, place="small disk"),
)
