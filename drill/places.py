"""Where an agency can be: each starts it, and stops it at the end of the block. None: not on this machine."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from drill.agency import Agency
from drill.broker import ForeignBroker

_SMALL = "400m"


@contextmanager
def ordinary(var: Path, port: int) -> Iterator[Agency | None]:
    """On the disk as it is, with the broker that `up` brings."""
    with _up(Agency(var, port)) as agency:
        yield agency


@contextmanager
def foreign_broker(var: Path, port: int) -> Iterator[Agency | None]:
    """With a broker that `up` does not look after, as in production."""
    broker = ForeignBroker(var)
    broker.start()
    try:
        url, cache = broker.server.broker_url, broker.server.cache_url
        with _up(Agency(var, port, CELERY_BROKER_URL=url, CACHE_URL=cache)) as agency:
            yield agency
    finally:
        broker.end()


@contextmanager
def small_disk(var: Path, port: int) -> Iterator[Agency | None]:
    """A copy on a disk of its own in memory, where this user may mount one."""
    disk = var.with_name("small")
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_SMALL}", "akig-drill", str(disk)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        yield None
        return
    try:
        shutil.copytree(var, disk / "agency", ignore=lambda _folder, names: {n for n in names if n.endswith(".sock")})
        with _up(Agency(disk / "agency", port)) as agency:
            yield agency
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=False)


@contextmanager
def _up(agency: Agency) -> Iterator[Agency]:
    agency.start()
    try:
        yield agency
    finally:
        agency.stop()


PLACES: dict[str, Callable[[Path, int], AbstractContextManager[Agency | None]]] = {
    "ordinary": ordinary,
    "foreign broker": foreign_broker,
    "small disk": small_disk,
}
