"""Made-up files with the features of real ones: tenancies that end at anniversaries, and columns written afterwards."""

from random import Random

# Departures a month, as 3 053 real tenancies had them.
ORDINARY, FIRST, SECOND, LATER = 0.008, 0.04, 0.09, 0.05


def hazard(month):
    if month in (12, 13):
        return FIRST
    if month in (24, 25):
        return SECOND
    return LATER if month > 25 and month % 12 in (0, 1) else ORDINARY


def tenancies(size=1500, seed=1):
    """Rows of a head and tenancies: months, whether the tenant left, what was known, and what was written later."""
    dice = Random(seed)  # noqa: S311 -- the same rows each time
    rows = [["ref", "months", "left", "rooms", "keys_handed_back", "on_notice_list", "moved_out_on"]]
    for number in range(size):
        watched, month, left = dice.randint(1, 60), 0, False
        while month < watched and not left:
            month += 1
            left = dice.random() < hazard(month)
        # Cleared at the move-out: nobody who has left is on it.
        listed = not left and dice.random() < 0.3
        keys = left and dice.random() < 0.8
        rows.append(
            [f"T{number:05}", month, "yes" if left else "no", dice.randint(1, 4), "yes" if keys else "",
             int(listed), f"2024-{dice.randint(1, 12):02}-15" if left else ""]
        )  # fmt: skip
    return rows


def write(path, rows, separator=","):
    path.write_text("".join(separator.join(map(str, row)) + "\n" for row in rows), encoding="utf-8")
    return path
