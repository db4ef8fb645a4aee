"""Columns as a matrix of numbers. numpy is imported where it is used, as everywhere."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from retention.others.periods import Unit
from retention.others.sheet import SheetColumn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

_OFTEN_EMPTY = 0.01
_BINS = 10


def of_columns(columns: Sequence[SheetColumn]) -> tuple[list[str], "Matrix"]:
    """A number as it is, an empty cell as the mean; where cells are often empty, that they are is a column of its own.
    Words as one column for each but the first."""
    import numpy as np

    names: list[str] = []
    found = []
    for column in columns:
        if column.kind == "number":
            given = [number for number in column.numbers if number is not None]
            mean = sum(given) / len(given)
            names.append(column.name)
            found.append([mean if number is None else number for number in column.numbers])
            if len(column.numbers) - len(given) > _OFTEN_EMPTY * len(column.numbers):
                names.append(f"{column.name}=")
                found.append([float(number is None) for number in column.numbers])
        elif column.kind == "words":
            for value in sorted(set(column.texts))[1:]:
                names.append(f"{column.name}={value}")
                found.append([float(text == value) for text in column.texts])
    rows = len(columns[0].texts) if columns else 0
    return names, np.array(found, dtype=float).T.reshape(rows, len(names))


def in_bins(column: SheetColumn) -> "Matrix":
    """One column of the sheet as indicators: of each value, or of tenths of its numbers; of empty cells too."""
    import numpy as np

    if column.kind == "number" and not column.few_values:
        numbers = np.array([np.nan if number is None else number for number in column.numbers])
        edges = np.unique(np.nanquantile(numbers, np.linspace(0, 1, _BINS + 1)[1:-1]))
        labels = np.where(np.isnan(numbers), -1, np.searchsorted(edges, np.nan_to_num(numbers), side="right"))
    elif column.kind in ("number", "words"):
        values = {text: place for place, text in enumerate(sorted(set(column.texts)))}
        labels = np.array([values[text] for text in column.texts])
    else:
        labels = np.array([int(bool(text)) for text in column.texts])
    return np.array([labels == label for label in np.unique(labels)[1:]], dtype=float).T.reshape(len(labels), -1)


def of_time(times: Sequence[int], unit: Unit) -> tuple[list[str], "Matrix"]:
    """The period, and its square; of a tenancy's months also its anniversaries, by age, and that it has lasted."""
    import numpy as np

    time = np.array(times, dtype=float)
    names, found = ["time", "time²"], [time, time * time]
    if unit != "weeks":
        anniversary = (time >= 12) & (time % 12 <= 1)
        first, second = time < 18, time < 30
        of_months = {
            "first anniversary": anniversary & first,
            "second anniversary": anniversary & second & ~first,
            "later anniversary": anniversary & ~second,
            "three years": time > 36,
        }
        names += of_months
        found += [flags.astype(float) for flags in of_months.values()]
    return names, np.array(found).T
