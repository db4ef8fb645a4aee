import pytest
from django.core.cache import cache

from imports.tests.pages import person
from leasing.tests.conftest import conakry

__all__ = ["conakry"]


@pytest.fixture
def uploads(settings, tmp_path):
    """The folder in which files wait for their job; what is told of a running import is forgotten."""
    settings.MEDIA_ROOT = tmp_path
    cache.clear()
    return tmp_path / "imports"


@pytest.fixture
def manager(client, uploads):
    client.force_login(person("mariama", "GN_KINDIA"))
    return client
