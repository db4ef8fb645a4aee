"""A points table as JSON, written and read strictly: the form in which what was learned is kept. Pure.

Never pickle: reading one runs it. Whatever is not exactly a table is refused, so a bad artefact never scores anybody.
"""

import json
import re
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise
from math import isfinite, log
from types import MappingProxyType
from typing import NoReturn

from insight.points import DOUBLING, STARTING_TABLE, Bands, PointsTable

VERSION = 1
LESS_THAN = 20_000  # bytes
MOST_POINTS = 60
POINTS = re.compile(r"-?[0-9]{1,2}(\.[0-9])?")
MOST_LOG_ODDS = 12  # of a tenant with nothing particular: 6 in a million, or all but 6
MOST_OF_SITE = MOST_POINTS * log(2) / DOUBLING


class ArtefactRefused(ValueError):
    """This is no points table, for the reason given."""


def write(table: PointsTable) -> bytes:
    """The artefact of a table, always the same bytes for the same table. Raises ArtefactRefused for one that cannot be
    read back."""
    content = {
        "v": VERSION,
        "intercept": table.intercept,
        "sites": dict(table.sites),
        "bands": [
            {"key": bands.key, "edges": list(bands.edges), "points": [str(points) for points in bands.points]}
            for bands in table.bands
        ],
    }
    try:
        artefact = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    except (ValueError, TypeError) as error:
        raise ArtefactRefused(f"cannot be written: {error}") from error
    read(artefact, fingerprint(artefact))
    return artefact


def fingerprint(artefact: bytes) -> str:
    """The SHA-256 of an artefact, by which its row knows it again."""
    return sha256(artefact).hexdigest()


def read(artefact: bytes, expected: str) -> PointsTable:
    """The table of an artefact whose fingerprint is the expected one. Raises ArtefactRefused for anything else."""
    if len(artefact) >= LESS_THAN:
        raise ArtefactRefused(f"{len(artefact)} bytes: less than {LESS_THAN} are read")
    if fingerprint(artefact) != expected:
        raise ArtefactRefused("its SHA-256 is not the one that was written down")
    try:
        content = json.loads(artefact.decode("utf-8"), object_pairs_hook=_without_repeats, parse_constant=_no_number)
    except ArtefactRefused:
        raise
    except (ValueError, RecursionError) as error:
        raise ArtefactRefused(f"no JSON: {error}") from error
    found = _members(content, {"v", "intercept", "sites", "bands"}, "the artefact")
    if type(found["v"]) is not int or found["v"] != VERSION:
        raise ArtefactRefused(f"version {found['v']!r}: only {VERSION} is read")
    return PointsTable(
        bands=_all_bands(found["bands"]),
        intercept=_number(found["intercept"], "intercept", at_most=MOST_LOG_ODDS),
        sites=_sites(found["sites"]),
    )


def _all_bands(value: object) -> tuple[Bands, ...]:
    if not isinstance(value, list):
        raise ArtefactRefused("bands: no list")
    found = tuple(map(_bands, value))
    keys = [bands.key for bands in found]
    # A term that is missing would count as "nothing is known" in every score, silently.
    if sorted(keys) != sorted(STARTING_TABLE.keys):
        raise ArtefactRefused(f"the terms are {', '.join(keys)}: each of {', '.join(STARTING_TABLE.keys)} stands once")
    return found


def _bands(value: object) -> Bands:
    found = _members(value, {"key", "edges", "points"}, "a term")
    key, edges, points = found["key"], found["edges"], found["points"]
    if not isinstance(key, str) or key not in STARTING_TABLE.keys:
        raise ArtefactRefused(f"{key!r} is no term")
    if not isinstance(edges, list) or not isinstance(points, list) or not edges or len(points) != len(edges) + 1:
        raise ArtefactRefused(f"{key}: there is one band more than there are edges, and at least one edge")
    for edge in edges:
        _number(edge, f"{key}: edge")
    if any(upper <= lower for lower, upper in pairwise(edges)):
        raise ArtefactRefused(f"{key}: the edges do not ascend")
    return Bands(key, tuple(edges), tuple(_points(one, key) for one in points))


def _points(value: object, key: str) -> Decimal:
    if not isinstance(value, str) or not POINTS.fullmatch(value):
        raise ArtefactRefused(f"{key}: points are text with at most one decimal, such as -8.0")
    points = Decimal(value)
    if abs(points) > MOST_POINTS:
        raise ArtefactRefused(f"{key}: {points} points, at most {MOST_POINTS} are read")
    return points


def _sites(value: object) -> MappingProxyType[str, float]:
    if not isinstance(value, dict):
        raise ArtefactRefused("sites: no object")
    return MappingProxyType({site: _number(x, f"site {site}", at_most=MOST_OF_SITE) for site, x in value.items()})


def _number(value: object, what: str, *, at_most: float | None = None) -> float:
    # A JSON true is an int to Python; a whole number may be too large for a float, 1e400 is infinite.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ArtefactRefused(f"{what}: {value!r} is no number")
    try:
        number = float(value)
    except OverflowError:
        raise ArtefactRefused(f"{what}: too large") from None
    if not isfinite(number) or (at_most is not None and abs(number) > at_most):
        raise ArtefactRefused(f"{what}: {number} is too large")
    return number


def _members(value: object, names: set[str], what: str) -> dict[str, object]:
    if not isinstance(value, dict) or set(value) != names:
        raise ArtefactRefused(f"{what} has the members {', '.join(sorted(names))} and no others")
    return value


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ArtefactRefused("a member stands twice")
    return found


def _no_number(word: str) -> NoReturn:
    raise ArtefactRefused(f"{word} is no number")
