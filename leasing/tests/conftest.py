import datetime as dt
from collections.abc import Iterator

import pytest
from django.utils import timezone

from sites_app.models import Site
from sites_app.scope import site_scope

NOW = dt.datetime(2026, 3, 20, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def conakry(db: None) -> Iterator[Site]:
    """The site of Conakry, in scope."""
    with site_scope(["GN_CONAKRY"]):
        yield Site.objects.get(code="GN_CONAKRY")


@pytest.fixture
def kindia(monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[Site]:
    """The site of Kindia in March 2026, with two others in scope."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    with site_scope(["GN_CONAKRY", "GN_KINDIA", "SN_DAKAR"]):
        yield Site.objects.get(pk="GN_KINDIA")
