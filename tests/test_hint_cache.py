"""The cache is a hint: away or silent, what is asked for is answered without it, and nobody waits twice."""

import time

import pytest

from akig import hint_cache
from akig.hint_cache import HintCache
from tests.silent import silent_server


@pytest.fixture
def silent(tmp_path):
    with silent_server(tmp_path) as path:
        yield f"unix://{path}"


@pytest.mark.parametrize("which", ["closed", "silent"])
def test_a_cache_that_is_away_is_replaced_by_memory_and_told_once(which, silent, tmp_path, caplog):
    cache = HintCache(silent if which == "silent" else f"unix://{tmp_path}/nobody.sock", {})
    begun = time.monotonic()
    assert cache.add("a", 1)
    assert not cache.add("a", 1)
    assert cache.incr("a") == 2
    cache.set("b", (1, 2), 60)
    cache.set_many({"c": 3})
    assert cache.get_many(["a", "b", "c", "d"]) == {"a": 2, "b": (1, 2), "c": 3}
    assert cache.has_key("b")
    assert cache.touch("b")
    assert cache.delete("b")
    cache.delete_many(["a"])
    assert cache.get("a", "nothing") == "nothing"
    for _ in range(1000):
        cache.get("c")
    # One wait of a third of a second, not a thousand.
    assert time.monotonic() - begun < 2
    (line,) = [record for record in caplog.records if record.name == "changes.breaker"]
    assert line.getMessage().startswith("The cache does not answer (")
    assert line.exc_info is None


def test_all_threads_learn_from_the_first_that_waited(silent):
    HintCache(silent, {}).get("a")
    begun = time.monotonic()
    HintCache(silent, {}).get("a")
    assert time.monotonic() - begun < 0.2


def test_a_counter_that_is_not_there_cannot_be_raised(tmp_path):
    with pytest.raises(ValueError, match="not found"):
        HintCache(f"unix://{tmp_path}/nobody.sock", {}).incr("nothing")


@pytest.fixture(autouse=True)
def _nothing_is_known_of_any_server(monkeypatch):
    monkeypatch.setattr(hint_cache, "_breakers", {})
