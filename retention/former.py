"""The formula by which tenants were ranked before there were points, to be printed beside them. Pure.

What is on record of it is "100 − reliability − tenure …": who pays late and has come lately was held to be about to
leave. Its weights are not on record, so both count for half: risk = 100 − 50 × (rents of 24 months paid on time ÷
rents judged) − 50 × (months of the tenancy, at most 24, ÷ 24). Only its order is used.
"""

from typing import Protocol

FULL_TENURE = 24


class Former(Protocol):
    """What the formula needs to know of a tenancy."""

    @property
    def on_time(self) -> int: ...
    @property
    def judged(self) -> int: ...
    @property
    def tenure_months(self) -> int: ...


def former_risk(case: Former) -> float:
    """From 0, safe, to 1. Of whom no rent is judged half is taken to be on time."""
    reliability = case.on_time / case.judged if case.judged else 0.5
    tenure = min(case.tenure_months, FULL_TENURE) / FULL_TENURE
    return 1 - reliability / 2 - tenure / 2
