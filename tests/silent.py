"""A server that takes connections and never says a word: what a frozen one looks like from outside."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def silent_server(folder: Path) -> Iterator[Path]:
    """The path of its socket."""
    path = folder / "silent.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen(50)
        yield path
