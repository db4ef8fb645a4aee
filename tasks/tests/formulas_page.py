"""The tables of docs/formulas/tasks.md, as the tests read them."""

from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "formulas" / "tasks.md"


def table(section):
    """The rows of the first table under a heading: lists of cells, without the head."""
    lines = PAGE.read_text(encoding="utf-8").split(f"\n## {section}\n", 1)[1].splitlines()
    rows = []
    for line in lines:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            break
    return rows[2:]
