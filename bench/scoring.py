"""What it costs to score everybody of a site and to keep the scores, beside the statement that reads their profiles."""

import time
from collections.abc import Callable
from functools import partial

from django.db import transaction

from bench.data import TODAY
from retention.actions import Analysis, analyse
from retention.models import ObservedFrom
from retention.profile import joined_whole
from retention.statement import PROFILE

Side = Callable[[], float]


def sides(site_code: str) -> tuple[int, Side, Side]:
    """How many tenancies are scored; the statement alone, and all of them scored and stored: each tells its
    milliseconds. Needs the site in scope. What is stored is taken back."""
    with transaction.atomic():
        _observe(site_code)
        scored = _analyse(site_code).scored
        transaction.set_rollback(True)
    return scored, partial(_timed, site_code, _read), partial(_timed, site_code, _analyse)


def _timed(site_code: str, work: Callable[[str], object]) -> float:
    with transaction.atomic():
        _observe(site_code)
        started = time.perf_counter()
        work(site_code)
        took = (time.perf_counter() - started) * 1000
        transaction.set_rollback(True)
    return took


def _read(site_code: str) -> object:
    asked = {"sites": [site_code], "days": [TODAY], "last_day": TODAY, "observed_by": None}
    return joined_whole(PROFILE, asked)


def _analyse(site_code: str) -> Analysis:
    return analyse(days={site_code: TODAY})


def _observe(site_code: str) -> None:
    ObservedFrom.objects.get_or_create(site_id=site_code, defaults={"day": TODAY.replace(year=TODAY.year - 2)})
