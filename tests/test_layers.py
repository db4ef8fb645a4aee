"""Templates obey the layers as modules do: what they load is of their own layer or below."""

import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.template.backends.django import get_installed_libraries

ROOT = settings.BASE_DIR
LOAD = re.compile(r"{%\s*load\s+([^%]+?)\s*%}")
TEMPLATES = sorted(
    path
    for folder in (ROOT / "templates", *(app / "templates" for app in ROOT.iterdir() if (app / "templates").is_dir()))
    for path in folder.rglob("*.*")
    if path.is_file()
)


def _height_of() -> dict[str, int]:
    """How high each app stands: 0 is the lowest layer."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return {app.strip(): height for height, layer in enumerate(reversed(layers)) for app in layer.split("|")}


def test_every_room_of_ours_stands_in_a_layer():
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"bench", "drill", "ops", "tests"}
    assert set(_height_of()) == rooms
    assert set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]) == rooms


def _app_of(path: Path) -> str:
    """Whose template it is: the app that holds it, or the app that its folder below templates/ is named for.

    The frame and the pages of the whole belong to nobody in particular; they are the composition's, and yet load
    nothing of it.
    """
    parts = path.relative_to(ROOT).parts
    if parts[0] != "templates":
        return parts[0]
    return {"sites": "sites_app"}.get(parts[1], parts[1])


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_loads_tags_of_its_own_layer_or_below(path):
    heights = _height_of()
    libraries = get_installed_libraries() | {name: name for name in engines["django"].engine.libraries}
    own = heights.get(_app_of(path), max(heights.values()))
    for names in LOAD.findall(path.read_text()):
        for name in names.partition(" from ")[2].split() or names.split():
            app = libraries[name].partition(".")[0]
            assert app != "akig", f"{name} is the composition's"
            if app in heights:
                assert heights[app] < own or app == _app_of(path), f"{name} is {app}'s"


def test_there_are_tags_of_ours_to_look_at():
    apps = {module.partition(".")[0] for module in get_installed_libraries().values()}
    assert {"screens", "tasks"} <= apps
