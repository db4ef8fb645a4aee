"""What is kept of a model: read back as it was written, and refused when it is anything else."""

import json
import pickle
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.artefact import ArtefactRefused, fingerprint, read, write
from insight.points import STARTING_TABLE, Bands, PointsTable
from insight.tests import oracle
from insight.tests.test_points import learned_tables

ARTEFACT = write(STARTING_TABLE)


def changed(change):
    """The artefact of the starting table with one thing changed."""
    content = json.loads(ARTEFACT)
    change(content)
    return json.dumps(content).encode()


def member(key, value):
    return changed(lambda content: content.__setitem__(key, value))


def term(key, value):
    return changed(lambda content: content["bands"][2].__setitem__(key, value))


def missing(key):
    return changed(lambda content: content.pop(key))


REFUSED = {
    "a pickle": pickle.dumps(STARTING_TABLE.bands),
    "nothing": b"",
    "no JSON": b"{",
    "no UTF-8": b'{"v":"\xff"}',
    "a list": b"[]",
    "NaN as the intercept": member("intercept", float("nan")),
    "an infinite intercept": member("intercept", float("-inf")),
    "an intercept beyond any float": ARTEFACT.replace(b"-3.6635616461296463", b"1e999"),
    "an intercept of 400 digits": member("intercept", 10**400),
    "an intercept of 5 000 digits": ARTEFACT.replace(b'"intercept":-3', b'"intercept":' + b"3" * 5_000),
    "an intercept that is text": member("intercept", "-3.6"),
    "an intercept that is true": member("intercept", True),
    "a certain intercept": member("intercept", 13),
    "another version": member("v", 2),
    "a version that is true": member("v", True),
    "no version": missing("v"),
    "no bands": missing("bands"),
    "bands that are text": member("bands", "window"),
    "an unknown member": member("code", "import os"),
    "sites in a list": member("sites", []),
    "a site that is NaN": member("sites", {"Labé": float("nan")}),
    "a site of 61 points": member("sites", {"Labé": 2.12}),
    "an unknown term": term("key", "religion"),
    "a term that is a number": term("key", 3),
    "a term twice": term("key", "window"),
    "a term less": changed(lambda content: content["bands"].pop()),
    "an unknown member of a term": term("weight", 1),
    "edges that descend": term("edges", [7, 3]),
    "edges that stand still": term("edges", [3, 3]),
    "an edge that is NaN": term("edges", [3, float("nan")]),
    "an edge that is text": term("edges", [3, "7"]),
    "an edge that is true": term("edges", [True, 7]),
    "no edges": changed(lambda content: content["bands"][2].update(edges=[], points=["0"])),
    "an edge too many": term("edges", [3, 7, 9]),
    "61 points": term("points", ["0", "-8.0", "-61"]),
    "60.1 points": term("points", ["0", "-8.0", "60.1"]),
    "points in hundredths": term("points", ["0", "-8.05", "-16"]),
    "points that are a number": term("points", [0, -8.0, -16]),
    "points that are NaN": term("points", ["0", "-8.0", "NaN"]),
    "points in a power of ten": term("points", ["0", "-8.0", "1e1"]),
    "points in other digits": term("points", ["0", "-8.0", "٣"]),
    "points with a new line": term("points", ["0", "-8.0", "-16\n"]),
    "a member twice": ARTEFACT.replace(b'"v":1', b'"v":1,"v":1'),
    "ten thousand lists": b"[" * 10_000,
    "20 000 bytes": ARTEFACT + b" " * (20_000 - len(ARTEFACT)),
}


@pytest.mark.parametrize("artefact", REFUSED.values(), ids=REFUSED)
def test_what_is_no_table_is_refused(artefact):
    assert artefact != ARTEFACT
    with pytest.raises(ArtefactRefused):
        read(artefact, fingerprint(artefact))


def test_a_change_that_still_is_a_table_is_refused_by_its_fingerprint():
    other = term("points", ["0", "-8.0", "-27.2"])
    assert read(other, fingerprint(other)).bands[2].points[2] == Decimal("-27.2")
    with pytest.raises(ArtefactRefused, match="SHA-256"):
        read(other, fingerprint(ARTEFACT))


def test_just_under_20_000_bytes_is_read():
    padded = ARTEFACT + b" " * (19_999 - len(ARTEFACT))
    assert read(padded, fingerprint(padded)) == STARTING_TABLE


@settings(max_examples=oracle.EXAMPLES, deadline=None)
@given(
    learned_tables(),
    st.floats(-12, 12),
    st.dictionaries(st.text(max_size=20), st.floats(-2, 2), max_size=8),
)
def test_a_table_is_read_back_as_it_was_written(learned, intercept, sites):
    learned = replace(learned, intercept=intercept, sites=sites)
    artefact = write(learned)
    assert read(artefact, fingerprint(artefact)) == learned
    assert write(read(artefact, fingerprint(artefact))) == artefact


def with_points(points):
    bands = STARTING_TABLE.bands[0]
    return PointsTable((Bands(bands.key, bands.edges, points), *STARTING_TABLE.bands[1:]), -3.7)


@pytest.mark.parametrize(
    "learned",
    [
        with_points(tuple(map(Decimal, ("0", "-24", "-61", "-20")))),
        with_points((Decimal(0),)),
        replace(STARTING_TABLE, intercept=float("nan")),
        replace(STARTING_TABLE, sites={"Labé": float("inf")}),
        replace(STARTING_TABLE, bands=STARTING_TABLE.bands[1:]),
    ],
    ids=["61 points", "too few points", "NaN", "infinite", "a term less"],
)
def test_what_could_not_be_read_back_is_not_written(learned):
    with pytest.raises(ArtefactRefused):
        write(learned)
