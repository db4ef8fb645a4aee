"""`make bench`: fill a site with a million instalments, measure, print the table. Exit code 1: a limit is broken."""

import argparse
import os
import sys

from bench import database


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--fresh", action="store_true", help="fill the database anew")
    parser.add_argument("--runs", type=int, default=9, help="runs of each side after the warm-up (default 9)")
    arguments = parser.parse_args()
    database.choose()
    # Imported now: they need Django's settings.
    from bench.kpi import measured
    from bench.table import print_table

    with database.filled(fresh=arguments.fresh) as server:
        cores = len(os.sched_getaffinity(0))
        lines = print_table(measured(server, arguments.runs), runs=arguments.runs, cores=cores)
    return int(any(line.is_broken for line in lines))


if __name__ == "__main__":
    sys.exit(main())
