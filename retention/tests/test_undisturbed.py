"""Whom a campaign has spoken to neither counts in a site's factor nor teaches, for ninety days."""

import datetime as dt
import uuid
from dataclasses import replace

import pytest

from retention.profile import Tenancy
from retention.undisturbed import undisturbed

D = dt.date
WHO = uuid.uuid4()
TENANCY = Tenancy(
    site_id="GN_KINDIA", day=D(2026, 3, 1), tenant_id=WHO, property_id=uuid.uuid4(), contract_id=uuid.uuid4(),
    standing="scored", started_on=D(2024, 1, 1), observed_from=D(2020, 1, 1), market_rent=None, notice_days=None,
    window_on=None, decided_on=None, censored_on=None, profile=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("spoken", "decided", "censored", "found"),
    [
        ([], D(2026, 4, 1), None, (D(2026, 4, 1), None)),
        ([D(2025, 11, 30)], D(2026, 4, 1), None, (D(2026, 4, 1), None)),  # 91 days before
        ([D(2025, 12, 2)], D(2026, 4, 1), None, None),  # 89 days before
        ([D(2026, 3, 1)], None, None, None),
        ([D(2026, 3, 20)], None, None, (None, D(2026, 3, 20))),
        ([D(2026, 3, 20)], D(2026, 4, 1), None, (None, D(2026, 3, 20))),
        ([D(2026, 4, 20)], D(2026, 4, 1), None, (D(2026, 4, 1), None)),
        ([D(2026, 4, 20)], None, D(2026, 4, 1), (None, D(2026, 4, 1))),
    ],
)
def test_what_came_of_a_tenancy_without_a_campaign(spoken, decided, censored, found):
    rows = list(undisturbed([replace(TENANCY, decided_on=decided, censored_on=censored)], {WHO: spoken}))
    assert [(row.decided_on, row.censored_on) for row in rows] == ([] if found is None else [found])


def test_other_tenants_are_as_they_were():
    assert list(undisturbed([TENANCY], {uuid.uuid4(): [D(2026, 2, 1)]})) == [TENANCY]
