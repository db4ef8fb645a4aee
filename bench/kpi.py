"""What is measured: always two things in turn, because only their ratio means something on another machine."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection

from akig.embedded.roles import APP, OWNER
from bench import database, importing, leanest, placing, scoring, search
from bench.data import LARGE, SMALL, TODAY
from changes import sql
from kpi.actions import KEPT_MONTHS, refresh_snapshots
from kpi.counting.periods import Period, first_of_month, last_full_months, month_so_far, whole_month
from kpi.counting.reading import site_counts, site_figures
from kpi.counting.snapshots import kept_rows
from kpi.indicators import TARGET_RULES
from kpi.models import KPISnapshot
from kpi.report.report import report
from kpi.report.trends import SERIES_MONTHS
from kpi.report.yardsticks import YARDSTICKS
from leasing.queries import money_faults
from sites_app.models import Site
from sites_app.scope import site_scope

WARM_UP = 2
MOST_RATIO = 1.3
MOST_FROM_SNAPSHOTS = 30.0  # ms
MOST_OF_A_LOOK_UP = 3.0
PLANNED = 2_000.0  # ms, for a site with 5 000 records
PAYMENTS = 10_000


class OtherNumbers(Exception):
    """The two sides do not say the same: to compare their speed would mean nothing."""


@dataclass(frozen=True)
class BenchLine:
    """A line of the table: milliseconds of each run, a share of something, and the most that it may be."""

    what: str
    runs: Sequence[float]
    ratio: float | None = None
    limit: float | None = None
    of: str = ""  # what the ratio is to

    @property
    def median(self) -> float:
        return statistics.median(self.runs)

    @property
    def is_broken(self) -> bool:
        return self.limit is not None and (self.median if self.ratio is None else self.ratio) > self.limit


def measured(server: Any, runs: int) -> Iterator[BenchLine]:
    """Every line, in order. `server` is the embedded one."""
    large, small = (Site.objects.get(code=code) for code in (LARGE, SMALL))
    for site in (large, small):
        _require_sound_money(site)
        yield BenchLine(f"snapshots of {KEPT_MONTHS} months computed, {_size(site)}", [_refresh(site)])
    quarter = last_full_months(TODAY, 3)
    with site_scope([LARGE]):
        yield from _against_the_leanest(large, "this month so far", *month_so_far(TODAY), runs)
        yield from _against_the_leanest(large, "the last closed quarter", quarter, quarter.previous(), runs)
        month = last_full_months(TODAY, 1)
        kept = _in_turn(runs, partial(_report, large, month, month.previous()))
        yield BenchLine("report of last month, wholly from snapshots", kept[0], limit=MOST_FROM_SNAPSHOTS)
    with site_scope([SMALL]):
        [live] = _in_turn(runs, partial(_report, small, *month_so_far(TODAY)))
        share = statistics.median(live) / PLANNED
        yield BenchLine(f"report of this month so far, {_size(small)}", live, share, 1.0, "the plan's 2 s")
    yield from _late_triggers(server, runs)
    with site_scope([LARGE]):
        bare, placed = _in_turn_of(runs, *placing.sides(LARGE))
    ratio = statistics.median(placed) / statistics.median(bare)
    yield BenchLine(f"an account of {placing.YEARS} years placed anew, its statements alone", bare)
    yield BenchLine("the same by place_anew", placed, ratio, of="the line above")
    with site_scope([LARGE]):
        yield from _scores(runs)
    with site_scope([search.SITE]):
        yield from _searches(runs)
    yield from _imports(runs)


def _scores(runs: int) -> Iterator[BenchLine]:
    count, *both = scoring.sides(LARGE)
    bare, stored = _in_turn_of(runs, *both)
    ratio = statistics.median(stored) / statistics.median(bare)
    yield BenchLine(f"the profiles of {_spaced(count)} tenancies, their statement alone", bare)
    yield BenchLine("the same scored and stored", stored, ratio, of="the line above")


def _imports(runs: int) -> Iterator[BenchLine]:
    with site_scope([importing.SITE]):
        count, *both = importing.sides()
        bare, ours = ([1000 * took / count for took in side] for side in _in_turn_of(runs, *both))
    ratio = statistics.median(ours) / statistics.median(bare)
    yield BenchLine(f"1 000 rows copied, of {_spaced(count)}", bare)
    yield BenchLine("the same imported", ours, ratio, of="the line above")
    took, megabytes = importing.peak_of_many()
    what = f"100 000 rents and as many payments imported, {megabytes} MB"
    yield BenchLine(what, [took], megabytes / importing.MOST_MEMORY, 1.0, f"{importing.MOST_MEMORY} MB")


def _searches(runs: int) -> Iterator[BenchLine]:
    for text, beginning in search.LIMITED.items():
        bare, found = _in_turn(runs, *search.sides(text))
        ratio = statistics.median(found) / statistics.median(bare)
        yield BenchLine(f"a bare look-up of {beginning} among {_spaced(search.TENANTS)} tenants", bare)
        yield BenchLine(f"search for {text}", found, ratio, MOST_OF_A_LOOK_UP, "the line above")
    for text in search.NOT_LIMITED:
        [found] = _in_turn(runs, partial(search.find, [search.SITE], text))
        yield BenchLine(f"search for {text}", found)


def _against_the_leanest(site: Site, name: str, period: Period, previous: Period, runs: int) -> Iterator[BenchLine]:
    parameters = leanest.parameters_of(site, period, previous)
    counts = [by_site[site.code] for by_site in site_counts([site.code], [period, previous])]
    [figures] = site_figures([site.code], [period])
    if leanest.understood(leanest.read(parameters)) != (*counts, figures[site.code]):
        raise OtherNumbers(f"{site.code}, {period}")
    ours, by_hand = _in_turn(
        runs, partial(_report, site, period, previous), partial(_read_by_hand, site, period, parameters)
    )
    ratio = statistics.median(ours) / statistics.median(by_hand)
    yield BenchLine(f"leanest SQL by hand: {name}, {_size(site)}", by_hand)
    yield BenchLine(f"report of {name}", ours, ratio, MOST_RATIO, "the line above")


def _report(site: Site, period: Period, previous: Period) -> None:
    report([site], period, previous, today=TODAY)


def _read_by_hand(site: Site, period: Period, parameters: dict[str, Any]) -> None:
    """The same numbers, with the one read of thirteen snapshots and that of the targets which the report needs too."""
    leanest.read(parameters)
    months = [whole_month(first_of_month(period.end, before), TODAY) for before in range(SERIES_MONTHS)]
    closed = [month.start for month in months if month.is_calendar_month]
    list(kept_rows([site.code], closed))
    list(
        sql.rows(
            YARDSTICKS,
            {"sites": [site.code], "day": period.end, "month": max(closed), "user": None, "rules": list(TARGET_RULES)},
        )
    )


def _in_turn(runs: int, *sides: Callable[[], object]) -> list[list[float]]:
    """Milliseconds of each side, run in turn: what slows the machine for a while slows them alike."""
    took: list[list[float]] = [[] for _side in sides]
    for _run in range(WARM_UP + runs):
        for times, side in zip(took, sides, strict=True):
            started = time.perf_counter()
            side()
            times.append((time.perf_counter() - started) * 1000)
    return [times[WARM_UP:] for times in took]


def _refresh(site: Site) -> float:
    with site_scope([site.code]):
        KPISnapshot.objects.filter(site=site).delete()
        started = time.perf_counter()
        refresh_snapshots(site=site, today=TODAY)
        return (time.perf_counter() - started) * 1000


def _size(site: Site) -> str:
    with site_scope([site.code]), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM leasing_instalment WHERE site_id = %s", [site.code])
        return f"{_spaced(cursor.fetchone()[0])} instalments"


def _spaced(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def _require_sound_money(site: Site) -> None:
    with site_scope([site.code]):
        if faults := money_faults(site):
            raise OtherNumbers(f"{site.code}: {len(faults)} rows in which the francs do not add up")


# --- what noting late records costs ---------------------------------------------------------------------------


def _late_triggers(server: Any, runs: int) -> Iterator[BenchLine]:
    with server.connect(OWNER, database.NAME) as owner:
        without, noted = _in_turn_of(runs, partial(_pay, owner, is_noted=False), partial(_pay, owner, is_noted=True))
        # What was rolled back is still in the tables.
        owner.execute("VACUUM leasing_payment, leasing_allocation, leasing_instalment, kpi_toucheddays")
    ratio = statistics.median(noted) / statistics.median(without)
    yield BenchLine(f"{_spaced(PAYMENTS)} payments recorded, triggers off", without)
    yield BenchLine("the same with the triggers that note late records", noted, ratio, of="the line above")


def _in_turn_of(runs: int, *sides: Callable[[], float]) -> list[list[float]]:
    """Like `_in_turn`, of sides that tell their own milliseconds."""
    took = [[side() for side in sides] for _run in range(WARM_UP + runs)][WARM_UP:]
    return [list(times) for times in zip(*took, strict=True)]


def _pay(owner: Any, *, is_noted: bool) -> float:
    """Record payments of open rents as the application does, undo it, and tell how many milliseconds it took."""
    with owner.transaction(force_rollback=True):
        owner.execute(_OPEN_RENTS)
        if not is_noted:
            for table, event in (("payment", "insert"), ("allocation", "insert"), ("instalment", "update")):
                owner.execute(f"ALTER TABLE leasing_{table} DISABLE TRIGGER kpi_touch_leasing_{table}_{event}")
        owner.execute(f"GRANT SELECT ON open_rent TO {APP}")
        owner.execute(f"SET LOCAL ROLE {APP}")
        owner.execute("SELECT set_config('akig.sites', %s, true)", [f"{{{LARGE}}}"])
        started = time.perf_counter()
        for statement in _PAY:
            owner.execute(statement)
        return (time.perf_counter() - started) * 1000


_OPEN_RENTS = f"""
    CREATE TEMP TABLE open_rent ON COMMIT DROP AS
    SELECT site_id, id, contract_id, account_id, amount, gen_random_uuid() AS payment_id, date '{TODAY}' AS received_on
    FROM leasing_instalment
    WHERE site_id = '{LARGE}' AND amount > 0 AND paid_amount = 0
    ORDER BY due_date, id LIMIT {PAYMENTS}
"""
_PAY = (
    """
    INSERT INTO leasing_payment (
        site_id, id, contract_id, account_id, amount, method, reason, provider, external_reference, received_on,
        recorded_at, idempotency_key, request_digest
    )
    SELECT site_id, payment_id, contract_id, account_id, amount, 'bank', '', '', '', received_on, now(),
        payment_id::text, ''
    FROM open_rent
    """,
    """
    INSERT INTO leasing_allocation (site_id, payment_id, instalment_id, amount)
    SELECT site_id, payment_id, id, amount FROM open_rent
    """,
    """
    UPDATE leasing_instalment i SET paid_amount = i.amount, settled_on = received_on
    FROM open_rent o WHERE i.site_id = o.site_id AND i.id = o.id
    """,
    "SET CONSTRAINTS ALL IMMEDIATE",
)
