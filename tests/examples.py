"""How often what is found by trying is tried. The long run is `AKIG_TIMES=20 pytest …`: twenty times as often."""

import os

_TIMES = int(os.environ.get("AKIG_TIMES", "1"))


def examples(usually: int) -> int:
    return usually * _TIMES
