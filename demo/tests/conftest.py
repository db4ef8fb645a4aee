import pytest

from demo.portfolio import MadePortfolio
from demo.tests.plans import RULES, made
from tests.unmeasured import unmeasured


@pytest.fixture(scope="session")
def large() -> list[MadePortfolio]:
    """Enough tenants for averages to mean something."""
    with unmeasured():
        return [made(code, 1500) for code in RULES]
