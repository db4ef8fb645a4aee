"""The table that a person reads, a row for each fault as soon as it is over."""

from collections.abc import Iterable
from dataclasses import dataclass

from drill.faults import Fault
from drill.load import Tally

_WIDTH = 46


@dataclass(frozen=True)
class Outcome:
    """What came of one fault: `well_after` in seconds, the longest of its rounds; None: never."""

    name: str
    tally: Tally
    well_after: float | None
    limit: float
    may_be_busy: bool
    why: str = ""

    @property
    def broken(self) -> list[str]:
        """Which promises were not kept, in words."""
        found = [self.why] if self.why else []
        if self.tally.lost:
            found.append("lost")
        if self.tally.double:
            found.append("double")
        if self.tally.errors:
            found.append("5xx: " + ", ".join(f"{times} × {what}" for what, times in self.tally.errors.most_common(3)))
        if self.tally.busy and not self.may_be_busy:
            found.append("busy")
        if self.tally.refused:
            found.append("refused: " + ", ".join(f"{times} × {what}" for what, times in self.tally.refused.items()))
        if self.well_after is not None and self.well_after > self.limit:
            found.append(f"later than {self.limit:g} s")
        return found


def print_head(slower: float) -> None:
    """`slower`: by how much the limits are longer than on a machine that is quiet when the drill begins."""
    if slower > 1:
        print(f"{slower:.1f} processes wait for each core: limits on time are as many times longer.")
    columns = ("tried", "ack.", "there", "double", "lost", "503", "5xx", "slowest", "well in")
    print(f"{'':{_WIDTH}}" + "".join(f"{column:>8}" for column in columns) + "  promises", flush=True)


def print_row(row: Outcome) -> None:
    tally = row.tally
    numbers = (len(tally.tried), len(tally.acknowledged), len(tally.times_there), tally.double, len(tally.lost))
    numbers += (tally.busy, sum(tally.errors.values()))
    well = "never" if row.well_after is None else f"{row.well_after:.1f} s"
    line = f"{row.name:{_WIDTH}}" + "".join(f"{number:>8}" for number in numbers)
    print(f"{line}{tally.slowest:>6.1f} s{well:>8}  {'; '.join(row.broken) or 'kept'}", flush=True)


def print_skipped(faults: Iterable[Fault]) -> None:
    """Say what was not tried: nobody shall take it for kept."""
    for fault in faults:
        print(f"{fault.name:{_WIDTH}}  SKIPPED: {fault.place}, which cannot be had here", flush=True)
