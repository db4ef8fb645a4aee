"""What the tests of the administration share: addresses, browsers, rows of each table."""

import datetime as dt
import re

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import Client

from leasing import models
from leasing.admin import PortfolioAdmin
from leasing.tests import factories as make
from sites_app.actions import grant_membership
from sites_app.models import Site

TODAY = dt.date(2026, 11, 23)
TABLES = [model for model, page in admin.site._registry.items() if isinstance(page, PortfolioAdmin)]


def unchanged(*tables):
    """What a browser sends for the tables below a form, which are only shown."""
    return {f"{name}-{what}_FORMS": "0" for name in tables for what in ("TOTAL", "INITIAL")}


BELOW_A_CONTRACT = unchanged("instalments", "payments", "deposits", "rent_steps")


def person(name, **roles):
    user = get_user_model().objects.create_user(name, password=None, full_name=name.title(), preferred_language="en")
    for code, role in roles.items():
        grant_membership(user=user, site=Site.objects.get(pk=code), role=role)
    return user


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def page(model, *rest, site="GN_KINDIA"):
    return "/".join([f"/{site}/admin", model._meta.app_label, model._meta.model_name, *map(str, rest), ""])


def make_one_of_each(site):
    """A row in each table of the portfolio, by table; the payment pays the first month."""
    owner = make.make_owner(site)
    contract = make.make_contract(site, property=make.make_property(site, owner=owner))
    step = models.RentStep(site=site, contract=contract, from_month=dt.date(2026, 7, 1), monthly_rent=1_600_000)
    step.save()
    instalment = make.make_instalment(contract)
    payment = make.make_payment(contract)
    receipt = make.make_receipt(payment)
    rows = [
        owner,
        contract.property,
        contract.tenant,
        contract,
        contract.account,
        step,
        instalment,
        payment,
        make.make_allocation(payment, instalment),
        make.make_reversal(make.make_payment(contract)),
        receipt,
        make.make_cancellation(receipt),
        make.make_print(receipt),
        make.make_counter(site),
        make.make_deposit(contract),
        make.make_notice(contract),
        make.make_litigation(contract),
        make.make_request(contract),
        make.make_interaction(contract.tenant),
        make.make_survey(contract.tenant),
        make.make_concession(contract),
    ]
    return {type(row): row for row in rows}


TENANT = {
    "code": "L-9",
    "name": "Mariama Camara",
    "phone": "",
    "phone_2": "",
    "email": "",
    "language": "",
    "employment_status": "",
}
PROPERTY = {"code": "P-9", "kind": "shop", "status": "lettable", "address": "", "neighbourhood": "", "market_rent": ""}
CONTRACT_BUTTONS = (
    "sign", "renew", "move", "end", "reopen", "void", "rent", "payment-day", "billing", "charge", "credit", "refund",
)  # fmt: skip
