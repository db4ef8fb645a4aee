"""Starts processes that must not outlive their purpose; keeps PostgreSQL for as long as somebody uses it.

A program of its own, started with `python -E -S keeper.py …`: standard library only, a few megabytes.

Every user of the server holds a shared lock on one file. The keeper waits for the exclusive lock on it, so it
stops the server as soon as the last user is gone, whether that one ended well or was killed. The server holds
another lock, which all its processes inherit: when that one is free, no process of the server is left, and
whatever process id its files name is stale.
"""

import argparse
import ctypes
import fcntl
import os
import pwd
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

START = [sys.executable, "-E", "-S", __file__]

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522
_LINUX = sys.platform == "linux"


# --- leaving root ------------------------------------------------------------------------------------
# PostgreSQL refuses to run as root. Changing the owner of the data, or opening the folders above it to
# another user, would leave traces on the machine; these two ways do not.


def ordinary_user(data: Path, program: Path) -> Callable[[], None] | None:
    """What a child process must do so that PostgreSQL accepts its user; None when nothing.

    Root enters a user namespace in which it looks like `nobody`, while its files stay root's. Where namespaces
    are forbidden (many containers) or the files belong to somebody else, the process becomes the owner of the
    data, or `nobody`, and keeps one right of root's: to pass through folders.
    """
    if os.geteuid() != 0:
        return None
    if not _LINUX:
        raise SystemExit("PostgreSQL does not run as root here: start AKIG as an ordinary user.")
    owner = data.stat().st_uid if data.exists() else 0
    if owner == 0 and _namespace_works(data.parent, program):
        return enter_namespace
    nobody = pwd.getpwnam("nobody")
    uid, gid = (nobody.pw_uid, nobody.pw_gid) if owner == 0 else (owner, data.stat().st_gid)
    if owner == 0 and data.exists():
        for folder, _, files in os.walk(data):
            for path in [folder, *(os.path.join(folder, name) for name in files)]:  # noqa: PTH118 -- thousands of files
                os.lchown(path, uid, gid)
    return lambda: become(uid, gid)


def enter_namespace() -> None:
    """Look like `nobody` from inside, be root for the files: a user namespace that maps the one to the other."""
    # An entry of the user table, because initdb looks its own name up.
    nobody = pwd.getpwnam("nobody")
    _call("unshare", _CLONE_NEWUSER)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{nobody.pw_uid} 0 1")
    _write("/proc/self/gid_map", f"{nobody.pw_gid} 0 1")


def become(uid: int, gid: int) -> None:
    """Change to a user for good, keeping the right to read and write past file permissions."""
    _call("prctl", _PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    bit = 1 << _CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    # effective, permitted, inheritable; twice, for the lower and the upper 32 capabilities
    sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    _call("capset", ctypes.byref(header), ctypes.byref(sets))
    _call("prctl", _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)


def die_with_parent(signal_number: int) -> None:
    """Have the kernel send this signal when the thread that started this process ends.

    Must come after any change of user, which clears it.
    """
    if _LINUX:
        _call("prctl", _PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


def _namespace_works(folder: Path, program: Path) -> bool:
    pid = os.fork()
    if pid == 0:
        try:
            enter_namespace()
            if os.access(folder, os.R_OK | os.W_OK | os.X_OK):
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
                os.execv(program, [str(program), "--version"])  # noqa: S606
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def _call(function: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, function)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{function}: {os.strerror(number)}")


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


# --- keeping -----------------------------------------------------------------------------------------


def serve(*, users: Path, server: Path, data: Path, sockets: Path, command: list[str]) -> int:
    """Run the server until its last user is gone. Returns its exit code."""
    server_lock = os.open(server, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(server_lock, fcntl.LOCK_EX)  # somebody may be asking whether it is free
    for stale in [data / "postmaster.pid", *sockets.glob(".s.PGSQL.*")]:
        stale.unlink(missing_ok=True)
    leave_root = ordinary_user(data, Path(command[0]))

    def prepare() -> None:
        if leave_root is not None:
            leave_root()
        # SIGINT is a fast shutdown: should the keeper be killed, the server closes its files properly.
        die_with_parent(signal.SIGINT)

    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[server_lock], preexec_fn=prepare, cwd="/")

    def stop(*_: object) -> None:
        process.send_signal(signal.SIGINT)

    def stop_after_the_last_user() -> None:
        users_lock = os.open(users, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(users_lock, fcntl.LOCK_EX)  # kept: who comes now waits until the server is down
        stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    threading.Thread(target=stop_after_the_last_user, daemon=True).start()
    return process.wait()


def become_child(parent: int, command: list[str]) -> None:
    """Turn into `command`, which is asked to end when the process `parent` does, even by kill -9."""
    die_with_parent(signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(0)  # it has ended in the meantime
    os.execvp(command[0], command)  # noqa: S606


def main() -> int:
    parser = argparse.ArgumentParser()
    ways = parser.add_subparsers(dest="way", required=True)
    serving = ways.add_parser("serve")
    for name in ("--data", "--users", "--server", "--sockets"):
        serving.add_argument(name, type=Path, required=True)
    running = ways.add_parser("run")
    running.add_argument("--data", type=Path, required=True)
    child = ways.add_parser("child")
    child.add_argument("--parent", type=int, required=True)
    for way in (serving, running, child):
        way.add_argument("command", nargs="+")
    options = parser.parse_args()
    if options.way == "serve":
        return serve(
            users=options.users,
            server=options.server,
            data=options.data,
            sockets=options.sockets,
            command=options.command,
        )
    if options.way == "child":
        become_child(options.parent, options.command)
    leave_root = ordinary_user(options.data, Path(options.command[0]))
    return subprocess.run(options.command, preexec_fn=leave_root, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
