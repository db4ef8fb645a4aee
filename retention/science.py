"""Which Python learns: our own, or that of the environment that `make evaluate` makes for what we are held against."""

import sys
from pathlib import Path

SCIENCE = Path(__file__).parents[1] / ".venv" / "science" / "bin" / "python"


def python_for(learner: str) -> str:
    """The boosting machine is in no lock that AKIG runs from."""
    return str(SCIENCE) if learner == "ebm" and SCIENCE.exists() else sys.executable
