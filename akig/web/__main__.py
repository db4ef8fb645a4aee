"""`python -m akig.web --socket N`: serve on the listening socket that this process has inherited as N."""

import argparse
import gc
import logging
import resource
import signal
import socket
import sys
from types import FrameType

from akig.web.server import Server
from akig.wsgi import application
from imports.pages.upload_limit import LARGEST_BODY

_MOST_CONNECTIONS = 2000
# Its own, the database's, and a margin.
_OTHER_FILES = 100


def most_connections() -> int:
    """As many as this process may have files open for: a connection may need three."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 3 * _MOST_CONNECTIONS + _OTHER_FILES
    files = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return (files - _OTHER_FILES) // 3


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--socket", type=int, required=True)
    listening = socket.socket(fileno=parser.parse_args().socket)
    for name in ("waitress", "waitress.queue"):
        logging.getLogger(name).setLevel(logging.ERROR)  # that clients leave and requests queue is no news

    def stop(_number: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    # Twice as much as an import may have: who sends a little too much is told so by the page.
    server = Server(application, listening, connections=most_connections(), body=2 * LARGEST_BODY)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    # What has been loaded until now stays; to look for garbage in it again and again costs time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
    server.run()


if __name__ == "__main__":
    main()
