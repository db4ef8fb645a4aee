"""The rows behind an indicator as a list: sorted by any of its heads, added up, and taken along as it is shown."""

import datetime as dt
import io
import re

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kpi.counting.periods import Period
from kpi.indicators import BY_KEY
from kpi.report.rows import SORTABLE, every_row, evidence, group_of
from leasing.tests.factories import make_contract, make_instalment, make_paid_instalment, make_property, make_tenant
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.pages import text_of, words_of
from tests.people import make_person
from tests.portfolios import Portfolio, staff

pytestmark = pytest.mark.django_db
D = dt.date
URL = "/GN_KINDIA/kpi/paymentCollectionRate/"
SITES = ["GN_KINDIA", "SN_DAKAR"]
YEAR = Period(D(2024, 1, 1), D(2024, 12, 31))


@pytest.fixture(autouse=True)
def november(monkeypatch):
    monkeypatch.setattr(Site, "today", lambda self: D(2026, 11, 23))


@pytest.fixture
def manager(client):
    client.force_login(make_person("mariama", GN_KINDIA="manager", SN_DAKAR="manager"))
    return client


@pytest.fixture
def october():
    """Three rents due in October and not received in October: of Zeinab, Mory and Fanta; and one of Dakar."""
    for code, tenants in (
        ("GN_KINDIA", (("Zeinab", 800_000, 5), ("Mory", 1_000_000, 1), ("Fanta", 300_000, 9))),
        ("SN_DAKAR", (("Awa", 90_000, 5),)),
    ):
        site = Site.objects.get(pk=code)
        with site_scope([code]):
            for name, rent, day in tenants:
                contract = make_contract(site, tenant=make_tenant(site, name=name), monthly_rent=rent)
                make_instalment(contract, D(2026, 10, 1), due_date=D(2026, 10, day))
            paid = make_contract(site, property=make_property(site), monthly_rent=70_000)
            make_paid_instalment(paid, D(2026, 10, 1), paid_on=D(2026, 10, 5))


def tenants(answer):
    listed = answer.content.decode().split('id="list"')[1]
    cells = re.findall(r'<td data-label="Tenant">(.*?)</td>', listed, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", cell).split()).split(" +")[0] for cell in cells]


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("", ["Mory", "Zeinab", "Fanta"]),  # what lacks most first
        ("lacking", ["Fanta", "Zeinab", "Mory"]),
        ("-amount", ["Mory", "Zeinab", "Fanta"]),
        ("since", ["Mory", "Zeinab", "Fanta"]),
        ("-since", ["Fanta", "Zeinab", "Mory"]),
        ("tenant_name", ["Fanta", "Mory", "Zeinab"]),
        ("-tenant_name", ["Zeinab", "Mory", "Fanta"]),
        ("received_on; DROP TABLE", ["Mory", "Zeinab", "Fanta"]),
    ],
)
def test_a_head_sorts_the_rows_and_the_address_says_so(manager, october, order, found):
    answer = manager.get(URL, {"sort": order})
    assert tenants(answer) == found
    page = answer.content.decode().replace("&amp;", "&")
    ending = f"&sort={order}" if " " not in order and order else ""
    assert f'href="{URL}rows.csv?period=last-month&group=open{ending}"' in page


def test_the_order_is_of_the_group_that_is_shown_and_not_of_the_next_one(manager, october):
    page = manager.get(URL + "?sort=-since&period=last-month").content.decode().replace("&amp;", "&")
    assert 'href="?period=last-month&group=paid#list"' in page


def test_everything_found_is_added_up_in_each_currency(manager, october):
    sums = re.search(
        r'<dl class="sums row">(.*?)</dl>', manager.get("/ALL/kpi/paymentCollectionRate/").content.decode(), re.DOTALL
    )
    francs = "2,100,000 GNF 90,000 XOF"
    assert words_of(sums[1]) == f"Rent {francs} Received 0 GNF 0 XOF Outstanding {francs}"
    assert "Rent 70,000 GNF" in text_of(manager.get(URL + "?group=paid"))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_has_the_order_of_the_page(manager, october, kind):
    answer = manager.get(f"{URL}rows.{kind}?group=open&sort=tenant_name")
    assert answer["Content-Disposition"].endswith(f'paymentCollectionRate-open-2026-10-01-2026-10-31.{kind}"')
    if kind == "csv":
        rows = [line.split(";") for line in answer.content.decode("utf-8-sig").splitlines()]
    else:
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        rows = list(book.worksheets[0].iter_rows(values_only=True))
        assert rows[1][7] == 300_000  # a number, not a text
    assert [row[2] for row in rows] == ["Tenant", "Fanta", "Mory", "Zeinab"]


def test_there_is_no_other_kind_of_file(manager, october):
    assert manager.get(URL + "rows.pdf").status_code == 404


def test_every_order_of_every_group_is_one_statement_with_all_the_rows():
    staff({"awa": [("GN_KINDIA", "agent")], "binta": [("SN_DAKAR", "agent")]})
    Portfolio(5, SITES, contracts=60).write()
    for key, indicator in BY_KEY.items():
        for group in indicator.groups:
            facts = [column.fact for column in group.columns if column.fact in SORTABLE]
            assert facts, (key, group.name)
            with site_scope(SITES):
                usual = {row.id for row in every_row(key, SITES, YEAR, group)}
                for order in [sign + fact for fact in facts for sign in ("", "-")]:
                    with CaptureQueriesContext(connection) as sent:
                        rows = list(every_row(key, SITES, YEAR, group, order=order))
                    assert len(sent) == 1
                    assert {row.id for row in rows} == usual, (key, group.name, order)
                    check_order(rows, order)


def check_order(rows, order):
    fact = order.removeprefix("-")
    for currency in {row.currency for row in rows} if fact in ("amount", "received", "lacking") else {None}:
        values = [getattr(row, fact) for row in rows if currency in (None, row.currency)]
        known = [value for value in values if value is not None]
        assert values[: len(known)] == known, "what is not known comes last"
        if not isinstance(next(iter(known), ""), str):  # words are in the database's order
            assert known == sorted(known, reverse=order.startswith("-")), order


def test_the_sums_are_those_of_the_rows():
    staff({"awa": [("GN_KINDIA", "agent")]})
    Portfolio(6, SITES, contracts=60).write()
    group = group_of("paymentCollectionRate", "open")
    with site_scope(SITES):
        rows = list(every_row("paymentCollectionRate", SITES, YEAR, group))
        sums = evidence("paymentCollectionRate", SITES, YEAR, group).sums
    assert set(sums) == {row.currency for row in rows} == {"GNF", "XOF"}
    for currency, of_currency in sums.items():
        for fact, amount in of_currency.items():
            assert amount == sum(getattr(row, fact) for row in rows if row.currency == currency)
