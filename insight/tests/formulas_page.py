"""The tables of docs/formulas/retention.md, as the tests read them."""

from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "formulas" / "retention.md"


def tables(section):
    """The tables under a heading: of each its rows, lists of cells, without the head."""
    lines = PAGE.read_text(encoding="utf-8").split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0].splitlines()
    found, rows = [], []
    for line in [*lines, ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")])
        elif rows:
            found.append(rows[2:])
            rows = []
    return found


def table(section, number=0):
    return tables(section)[number]


def number(text):
    """A number as the page writes it: 1 500 000, −40, .196."""
    return float(text.replace("−", "-").replace(" ", ""))


def shown(value, like):
    """A number as the page writes one like it: with as many decimals, and no 0 before them."""
    decimals = len(like.partition(".")[2])
    text = f"{value:.{decimals}f}".replace("-", "−")
    if not text.strip("−0."):
        text = text.removeprefix("−")
    bare = like.removeprefix("−").startswith(".")
    return text.replace("0.", ".", 1) if bare and text.removeprefix("−").startswith("0.") else text


def interval(text):
    """The two ends of an interval, as text: .51–1.15, −8 to 51."""
    return text.split(" to ") if " to " in text else text.split("–")
