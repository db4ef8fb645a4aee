"""A Valkey that `up` does not look after, as in production; the drill itself starts and ends it."""

import os
import signal
import subprocess
from pathlib import Path

from akig.embedded.valkey import ValkeyServer
from drill.agency import wait_until

_running: dict[Path, subprocess.Popen[bytes]] = {}


class ForeignBroker:
    """The one in a folder beside the agency's."""

    def __init__(self, var: Path) -> None:
        self.server = ValkeyServer(var.with_name("broker"))

    def start(self) -> None:
        _running[self.server.var] = subprocess.Popen(self.server.command(), start_new_session=True)
        wait_until(self.server.answers, 30, "valkey does not start")

    def end(self, number: int = signal.SIGTERM) -> None:
        """Send it a signal, and see it end when that is what the signal is for."""
        process = _running[self.server.var]
        os.kill(process.pid, number)
        if number in (signal.SIGTERM, signal.SIGKILL):
            process.wait(30)
