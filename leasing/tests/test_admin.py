"""The administration of the portfolio: what each role may do there, and that nobody sees or changes another site."""

import datetime as dt
import re
import uuid

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import Client

from leasing import models
from leasing.tests import factories as make
from sites_app.actions import change_status, grant_membership
from sites_app.models import Site
from sites_app.scope import site_scope

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 23)
TABLES = [model for model in admin.site._registry if model._meta.app_label == "leasing"]


def person(name, **roles):
    user = get_user_model().objects.create_user(name, password=None, full_name=name.title())
    for code, role in roles.items():
        grant_membership(user=user, site=Site.objects.get(pk=code), role=role)
    return user


def browser(user):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    return client


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


def page(model, *rest, site="GN_KINDIA"):
    return "/".join([f"/{site}/admin", model._meta.app_label, model._meta.model_name, *map(str, rest), ""])


def make_one_of_each(site):
    """A row in each table of the portfolio, by table; the payment pays the first month."""
    owner = make.make_owner(site)
    contract = make.make_contract(site, property=make.make_property(site, owner=owner))
    instalment = make.make_instalment(contract)
    payment = make.make_payment(contract)
    rows = [
        owner,
        contract.property,
        contract.tenant,
        contract,
        instalment,
        payment,
        make.make_allocation(payment, instalment),
        make.make_reversal(make.make_payment(contract)),
        make.make_deposit(contract),
        make.make_notice(contract),
        make.make_litigation(contract),
        make.make_request(contract),
        make.make_interaction(contract.tenant),
        make.make_survey(contract.tenant),
    ]
    return {type(row): row for row in rows}


@pytest.fixture
def rows(kindia):
    with site_scope([kindia.code]):
        return make_one_of_each(kindia)


def test_every_table_has_its_pages(manager, rows):
    assert set(rows) == set(TABLES)
    for model, row in rows.items():
        for address in (page(model), f"{page(model)}?q=a", page(model, row.pk, "change")):
            assert (address, manager.get(address).status_code) == (address, 200)
