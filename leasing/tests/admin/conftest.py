import pytest

from leasing.tests import factories as make
from leasing.tests.admin.pages import browser, make_one_of_each, person
from sites_app.models import Site
from sites_app.scope import site_scope


@pytest.fixture
def kindia():
    return Site.objects.get(pk="GN_KINDIA")


@pytest.fixture
def conakry():
    return Site.objects.get(pk="GN_CONAKRY")


@pytest.fixture
def manager():
    return browser(person("amina", GN_KINDIA="manager"))


@pytest.fixture
def agent():
    return browser(person("boris", GN_KINDIA="agent"))


@pytest.fixture
def rows(kindia):
    with site_scope([kindia.code]):
        return make_one_of_each(kindia)


@pytest.fixture
def theirs(conakry):
    with site_scope([conakry.code]):
        return make_one_of_each(conakry)


@pytest.fixture
def contract(kindia):
    with site_scope([kindia.code]):
        contract = make.make_contract(kindia)
        make.make_instalments(contract, 2)
        return contract
