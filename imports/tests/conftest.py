import pytest
from django.core.cache import cache
from django.utils import translation

from imports.spreadsheets import apart
from imports.spreadsheets.child import answer
from imports.tests.pages import person
from leasing.tests.conftest import conakry

__all__ = ["conakry"]


@pytest.fixture
def in_english():
    """Sentences are compared in the language in which they are written."""
    with translation.override("en"):
        yield


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


@pytest.fixture
def without_children(monkeypatch):
    """Workbooks and archives are read by the child's own code, here: for many small files, without many processes."""

    def here(request, source, target):
        answer(request, source, target)
        return 0

    monkeypatch.setattr(apart, "run_child", here)
