from collections.abc import Iterator

import pytest

from sites_app.models import Site
from sites_app.scope import site_scope


@pytest.fixture
def conakry(db: None) -> Iterator[Site]:
    """The site of Conakry, in scope."""
    with site_scope(["GN_CONAKRY"]):
        yield Site.objects.get(code="GN_CONAKRY")
