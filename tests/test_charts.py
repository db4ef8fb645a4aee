"""Charts as SVG: what is drawn where, in any language and without a script."""

import re
from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.template import engines
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from screens.charts import HEIGHT, WIDTH, line


@dataclass
class DrawnPoint:
    value: Decimal | None
    is_unusual: bool = False


values = st.lists(st.none() | st.decimals(-1000, 1000, places=3), min_size=1, max_size=20)


def drawn(template, **context):
    return engines["django"].from_string("{% load charts %}" + template).render(context)


def coordinates(path):
    return [tuple(map(float, place)) for place in re.findall(r"[ML](\S+) (\S+?)(?=[ML]|$)", path)]


@given(values)
def test_every_value_is_inside_the_drawing_and_none_is_drawn_twice(numbers):
    found = line([DrawnPoint(number) for number in numbers], "title")
    known = [number for number in numbers if number is not None]
    if not known:
        assert found == {}
        return
    places = coordinates(found["path"])
    assert len(places) == len(known)
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places)
    assert [x for x, _y in places] == sorted(x for x, _y in places)
    # A larger value never stands lower.
    for (_x, y), value in zip(places, known, strict=True):
        assert all(y <= other for (_a, other), v in zip(places, known, strict=True) if v < value)


def test_with_an_axis_a_value_stands_where_its_ticks_and_its_grid_say():
    points = [DrawnPoint(Decimal(value)) for value in ("0", "0.5", "1")]
    found = line(points, "title", Decimal(0), Decimal(1), Decimal("0.95"))
    assert [y for _x, y in coordinates(found["path"])] == [HEIGHT, HEIGHT / 2, 0]
    assert float(found["goal"]) == HEIGHT * 0.05


def test_a_month_without_a_value_interrupts_the_line():
    found = line([DrawnPoint(Decimal(n)) if n else DrawnPoint(None) for n in (1, 2, 0, 4, 5)], "title")
    assert re.sub(r"[\d. ]", "", found["path"]) == "MLML"


def test_an_unusual_value_and_the_last_one_have_their_dots():
    svg = drawn(
        "{% line points 'Thirteen months' %}",
        points=[DrawnPoint(Decimal(1)), DrawnPoint(Decimal(9), True), DrawnPoint(Decimal(2))],
    )
    assert svg.count('class="dot unusual"') == 1
    assert svg.count('class="dot"') == 1
    assert "<title>Thirteen months</title>" in svg


@pytest.mark.parametrize("language", ["fr", "en", "sus"])
def test_numbers_of_a_drawing_have_points_whatever_the_language(language):
    with translation.override(language):
        svg = drawn(
            "{% line points 'x' 0 1 goal %}{% bar 1 3 %}",
            points=[DrawnPoint(Decimal("0.1")), DrawnPoint(Decimal("0.7"))],
            goal=0.95,
        )
    assert "," not in svg
    assert 'width="33.3"' in svg


def test_nothing_to_draw_draws_nothing():
    assert drawn("{% line points 'x' %}", points=[DrawnPoint(None)]).strip() == ""
    assert 'width="0"' in drawn("{% bar 0 0 %}")


def test_a_title_is_text_and_no_markup():
    assert "<b>" not in drawn("{% line points title %}", points=[DrawnPoint(Decimal(1))], title="<b>")
