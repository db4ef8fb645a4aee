"""`make drill`: faults made against real processes under load, a row for each. Exit code 1: a promise was not kept."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from drill.agency import Agency, Failed
from drill.faults import FAULTS, Fault
from drill.load import Load, Tally
from drill.places import PLACES
from drill.table import Outcome, print_head, print_row, print_skipped


def main() -> int:
    parser = argparse.ArgumentParser(prog="make drill", description=__doc__)
    parser.add_argument("--long", action="store_true", help="all faults, 20 rounds of each (also AKIG_DRILL=long)")
    parser.add_argument("--only", default="", help="faults whose name has this in it")
    parser.add_argument("--rounds", type=int, help="of each fault")
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--keep", type=Path, help="the folder to use; it is kept, with what the processes said")
    asked = parser.parse_args()
    # Whoever ends the drill has what it started ended too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    long = asked.long or os.environ.get("AKIG_DRILL") == "long"
    faults = [fault for fault in FAULTS if asked.only in fault.name and (long or asked.only or not fault.only_long)]
    rows = []
    # The limits are for a machine that has nothing else to do.
    slower = max(1.0, os.getloadavg()[0] / len(os.sched_getaffinity(0)))
    with _folder(asked.keep) as folder:
        managers = Agency(folder / "agency", asked.port).fill()
        print_head(slower)
        for place, running in PLACES.items():
            chosen = [fault for fault in faults if fault.place == place]
            if not chosen:
                continue
            with running(folder / "agency", asked.port) as agency:
                if agency is None:
                    print_skipped(chosen)
                    continue
                agency.managers = managers
                for fault in chosen:
                    rows.append(_made(fault, agency, asked.rounds or (20 if long else fault.rounds), slower))
                    print_row(rows[-1])
    return int(any(row.broken for row in rows))


def _made(fault: Fault, agency: Agency, rounds: int, slower: float) -> Outcome:
    load, well_after, why = None, 0.0, ""
    try:
        agency.wait_until_ready()
        with Load(agency) as load:
            for _ in range(rounds):
                load.pause(1)
                well_after = max(well_after, fault.make(agency))
            load.pause(1)
    except Failed as failure:
        why = str(failure)
    finally:
        agency.thaw()
    name = fault.name + (f", {rounds} times" if rounds > 1 else "")
    tally = load.tally if load else Tally()
    return Outcome(name, tally, None if why else well_after, fault.limit * slower, fault.may_be_busy, why)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    folder = kept or Path(tempfile.mkdtemp(prefix="akig-drill-"))
    folder.mkdir(exist_ok=True, mode=0o700)
    try:
        yield folder.resolve()
    finally:
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
