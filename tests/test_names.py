"""One name, one thing: a reader who looks for a class finds the one that is meant."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parent.parent
# What Django looks for under these names.
CUSTOMARY = {"Command", "Migration"}
NOT_OURS = {".venv", "var", "staticfiles", "node_modules"}


def test_no_two_classes_have_one_name():
    places = defaultdict(list)
    for path in sorted(ROOT.rglob("*.py")):
        file = path.relative_to(ROOT)
        if file.parts[0] in NOT_OURS:
            continue
        for statement in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(statement, ast.ClassDef) and statement.name not in CUSTOMARY:
                places[statement.name].append(f"{file}:{statement.lineno}")
    assert "Site" in places
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
