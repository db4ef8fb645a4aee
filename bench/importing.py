"""An agency's books imported, beside a bare COPY of the same rows; and how much memory a hundred thousand of each take.

`python -m bench.importing` is the process whose memory is measured: nothing else has been done in it.
"""

import datetime as dt
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from django.db import connection, transaction

SITE = "GN_MAMOU"
CONTRACTS, MONTHS = 250, 40
MANY = 2_500
MOST_MEMORY = 200
_TODAY = dt.date(2026, 11, 25)

Files = list[tuple[str, bytes]]


def files_of(contracts: int) -> Files:
    """Homes, tenants and contracts, each with forty rents and forty payments, of which some are too small."""
    days = [f"05/{month % 12 + 1:02}/{2023 + month // 12}" for month in range(5, 5 + MONTHS)]
    numbers = range(contracts)
    lines = {
        "biens": ["code;type", *(f"BENCH-{n};Villa" for n in numbers)],
        "locataires": ["code;nom", *(f"BENCH-{n};Locataire {n}" for n in numbers)],
        "contrats": [
            "contrat;bien;locataire;debut;loyer;caution",
            *(f"BENCH-{n};BENCH-{n};BENCH-{n};01/06/2023;700000;700000" for n in numbers),
        ],
        "echeances": ["contrat;echeance;montant", *(f"BENCH-{n};{day};700000" for n in numbers for day in days)],
        "paiements": [
            "contrat;date;montant;mode",
            *(f"BENCH-{n};{day};{700000 if n % 7 else 650000};espèces" for n in numbers for day in days),
        ],
    }
    return [(f"{name}.csv", "\n".join(of_table).encode()) for name, of_table in lines.items()]


def sides() -> tuple[int, Callable[[], float], Callable[[], float]]:
    """How many rows there are; their bare COPY, and their import, each in milliseconds. Needs the site in scope."""
    files = files_of(CONTRACTS)
    rows = _read(files)
    return sum(map(len, rows.values())), partial(_timed, partial(_copy, rows)), partial(_timed, partial(_import, files))


def peak_of_many() -> tuple[float, int]:
    """Milliseconds and megabytes of a process that imports a hundred thousand rents and as many payments."""
    process = [sys.executable, "-m", "bench.importing"]
    said = json.loads(subprocess.run(process, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
    return said["ms"], said["megabytes"]


def _timed(work: Callable[[], object]) -> float:
    with transaction.atomic():
        started = time.perf_counter()
        work()
        took = (time.perf_counter() - started) * 1000
        transaction.set_rollback(True)
    return took


def _read(files: Files) -> dict[str, list[tuple]]:
    from imports.read import SheetReader
    from imports.sources import open_sources
    from sites_app.models import Site

    site = Site.objects.get(pk=SITE)
    return {
        sheet.table: list(
            SheetReader(sheet, country=site.country, timezone=dt.UTC, currency=site.currency).rows()
        )
        for sheet in open_sources(files)
    }  # fmt: skip


def _copy(rows: dict[str, Sequence[tuple]]) -> None:
    from imports.staging import open_staging, stage_rows

    with connection.cursor() as cursor:
        open_staging(cursor)
        for table, of_table in rows.items():
            stage_rows(cursor, table, of_table)


def _import(files: Files) -> None:
    from imports.run import run_import
    from sites_app.models import Site

    # A site has room for as many as are agreed; this one's rows are rolled back.
    Site.objects.filter(pk=SITE).update(max_tenants=10_000, max_properties=10_000)
    report = run_import(site=Site.objects.get(pk=SITE), files=files, by=None, today=_TODAY)
    if not report.accepted:
        raise ValueError(report.problems[:3])


def _peak() -> Iterator[int]:
    # Where the kernel does not say it, there is nothing to print.
    status = Path("/proc/self/status")
    if status.exists():
        yield int(re.findall(r"VmHWM:\s*(\d+) kB", status.read_text())[0]) // 1024


def main() -> None:
    """Import many and say what it took."""
    from bench import database

    database.choose()
    from sites_app.scope import site_scope

    with database.filled(fresh=False), site_scope([SITE]):
        took = _timed(partial(_import, files_of(MANY)))
    print(json.dumps({"ms": took, "megabytes": next(_peak(), 0)}))


if __name__ == "__main__":
    main()
