"""The table that a person reads, line by line as it is measured."""

import os
from collections.abc import Iterable

from bench.kpi import BenchLine

_WIDTH = 70


def print_table(lines: Iterable[BenchLine], *, runs: int, cores: int) -> list[BenchLine]:
    """Print each line when it is there. Returns them."""
    print(f"Median of {runs} runs after a warm-up; what is compared runs in turn.")
    print(f"{cores} cores, for which {os.getloadavg()[0]:.1f} processes were waiting or running when this began.\n")
    print(f"{'':{_WIDTH}} {'median':>11}  {'min – max':>19}  {'ratio':>5}  limit", flush=True)
    shown = []
    for line in lines:
        extent = f"{min(line.runs):.1f} – {max(line.runs):.1f}" if len(line.runs) > 1 else "once"
        ratio = f"{line.ratio:.3f}" if line.ratio is not None else ""
        print(f"{line.what:{_WIDTH}} {line.median:>8.1f} ms  {extent:>19}  {ratio:>5}  {_verdict(line)}", flush=True)
        shown.append(line)
    return shown


def _verdict(line: BenchLine) -> str:
    of = f" of {line.of}" if line.of else ""
    if line.limit is None:
        return of.strip()
    unit = " ms" if line.ratio is None else ""
    return f"≤ {line.limit:g}{unit}{of}: {'BROKEN' if line.is_broken else 'kept'}"
