"""What is exported can be opened without danger, and imported again without changing anything."""

import datetime as dt
import io
import re
import unicodedata
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from imports import exports
from imports.exports import EXPORTED, export
from imports.load import RowCounts
from imports.run import run_import
from imports.sources import open_sources
from imports.tables import TABLES
from imports.values import as_text
from leasing.models import Contract, Instalment, Owner, Payment, Property, Tenant
from leasing.tests.factories import (
    make_contract,
    make_instalment,
    make_owner,
    make_paid_instalment,
    make_payment,
    make_property,
    make_reversal,
    make_tenant,
)
from screens.exports import KINDS, as_csv, as_xlsx, safe_cell
from screens.written import NOT_SEEN
from sites_app.actions import grant_membership
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.examples import examples

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 23)


@pytest.fixture
def agency(conakry):
    """A few rows with everything that makes an export hard."""
    agent = User.objects.create(username="awa", full_name="Awa")
    grant_membership(user=agent, site=conakry, role="agent")
    gone = User.objects.create(username="gone", full_name="Gone")
    owner = make_owner(conakry, name="=Barry & fils")
    house = make_property(conakry, code="P1", owner=owner, address='12; rue "KA-020"', neighbourhood="+Kaloum")
    make_property(conakry, code="P2", market_rent=None, owner=None, status=Property.Status.WITHDRAWN)
    mother = make_tenant(conakry, code="L1", name="Ɓintu Ŋaté", email="", language="sus", employment_status="trader")
    child = make_tenant(conakry, code="L2", name="@SUM(A1)", referred_by=mother, joined_on=None, phone="")
    first = make_contract(
        conakry, reference="B1", property=house, tenant=mother, status="ended", agent=gone, deposit_amount=3_000_000
    )
    second = make_contract(
        conakry,
        reference="B2",
        property=house,
        tenant=child,
        start_date=dt.date(2026, 7, 1),
        end_date=dt.date(2027, 6, 30),
        renewal_of=first,
        agent=agent,
        advance_months=2,
    )
    make_contract(conakry, reference="B3", status="draft")
    make_paid_instalment(first, dt.date(2026, 1, 1), paid_on=dt.date(2026, 1, 5))
    for month in (7, 8):
        make_instalment(second, dt.date(2026, month, 1))
    for _twice in range(2):
        make_payment(second, amount=100_000, received_on=dt.date(2026, 7, 3))
    make_payment(second, method="mobile", provider="Orange", external_reference="OM-1", received_on=dt.date(2026, 8, 1))
    make_payment(second, method="bank", external_reference="-loyer août", received_on=dt.date(2026, 8, 2))
    make_reversal(make_payment(second, amount=7, received_on=dt.date(2026, 8, 3)))
    # Typed with two spaces, which no cell has.
    make_payment(second, method="bank", external_reference="VIR  88", received_on=dt.date(2026, 8, 4))
    return conakry


def content():
    """Every row of the exported tables and of the owners, without the months that an import makes ahead."""
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in (Owner, Property, Tenant, Contract, Payment)
    }


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_imported_again_changes_nothing(agency, kind):
    files = [(f"{table}.{kind}", export(site=agency, table=table, kind=kind)) for table in EXPORTED]
    before, months = content(), set(Instalment.objects.values_list("contract", "period", "amount"))
    report = run_import(site=agency, files=files, by=None, today=DAY)
    assert report.problems == ()
    assert report.counts == {
        "properties": RowCounts(unchanged=3),
        "tenants": RowCounts(unchanged=3),
        "contracts": RowCounts(unchanged=3),
        "instalments": RowCounts(unchanged=3),
        "payments": RowCounts(unchanged=7),
        "owners": RowCounts(unchanged=1),
    }
    assert content() == before
    assert set(Instalment.objects.values_list("contract", "period", "amount")) == months


def test_a_reversed_payment_and_an_agent_who_has_left_are_exported_as_that(agency):
    payments = export(site=agency, table="payments", kind="csv").decode("utf-8-sig").splitlines()
    assert payments == [
        "contract;received_on;amount;method;provider;reference;reason;waives;reversed_on;reversal_reason",
        "B1;2026-01-05;1500000;cash;;;;;;",
        "B2;2026-07-03;100000;cash;;;;;;",
        "B2;2026-07-03;100000;cash;;;;;;",
        "B2;2026-08-01;1500000;mobile;Orange;OM-1;;;;",
        "B2;2026-08-02;1500000;bank;;'-loyer août;;;;",
        "B2;2026-08-03;7;cash;;;;;2026-08-03;Saisi deux fois",
        "B2;2026-08-04;1500000;bank;;VIR  88;;;;",
    ]
    contracts = export(site=agency, table="contracts", kind="csv").decode("utf-8-sig").splitlines()
    assert [line.split(";")[3] for line in contracts] == ["agent", "", "awa", ""]
    assert [line.split(";")[-1] for line in contracts] == ["former_agent", "gone", "", ""]


def test_the_columns_are_those_of_the_import(agency):
    for table in EXPORTED:
        first = export(site=agency, table=table, kind="csv").decode("utf-8-sig").splitlines()[0]
        assert first.split(";") == list(TABLES[table].columns)


def test_an_excel_file_holds_text_numbers_and_days_and_no_formula(agency):
    book = openpyxl.load_workbook(io.BytesIO(export(site=agency, table="tenants", kind="xlsx")))
    cells = [[cell.value for cell in row] for row in book["tenants"].iter_rows()]
    assert cells[0] == list(TABLES["tenants"].columns)
    by_code = {row[0]: row for row in cells}
    assert by_code["L1"][:3] == ["L1", "Ɓintu Ŋaté", "+224620000002"]
    assert by_code["L1"][-1] == dt.datetime(2026, 1, 1)  # noqa: DTZ001 -- as Excel keeps a day
    assert by_code["L2"][1] == "'@SUM(A1)"
    assert "f" not in {cell.data_type for row in book["tenants"].iter_rows() for cell in row}
    properties = openpyxl.load_workbook(io.BytesIO(export(site=agency, table="properties", kind="xlsx")))["properties"]
    house = next(row for row in properties.iter_rows(values_only=True) if row[0] == "P1")
    assert house[3:7] == ("'+Kaloum", "'=Barry & fils", "+224620000001", 1_500_000)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("-2+3", "'-2+3"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("+224 620 00 00 01", "+224 620 00 00 01"),
        ("-1 500", "-1 500"),
        ("+12.5", "+12.5"),
        ("Rue =1", "Rue =1"),
        ("", ""),
        (-5, -5),
    ],
)
def test_a_cell_is_escaped_where_a_spreadsheet_would_run_it(value, cell):
    assert safe_cell(value) == cell


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@x", "+224 620 00 00 01", "'x", "l’eau", "O'Neill"])
def test_the_import_reads_an_escaped_cell_as_it_was(text):
    assert as_text(safe_cell(text)) == text


TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=30) | st.text(
    st.sampled_from("=+-@＝＠%|;,\t\n\r'\"# x1\ufeff\u200b\u0338N/A"), max_size=12
)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=1, max_size=8))
def test_any_text_that_is_exported_is_imported_as_it_was(without_children, kind, texts):
    rows = [["code", "name"], *([f"T-{number}", text] for number, text in enumerate(texts))]
    content = as_csv(rows) if kind == "csv" else as_xlsx({"tenants": rows})
    [sheet] = open_sources([(f"tenants.{kind}", content)])
    read = [as_text(cells[1]) if len(cells) > 1 else "" for _line, cells in sheet.rows]
    seen = [re.sub(NOT_SEEN, "", text) for text in texts]
    assert read == [" ".join(unicodedata.normalize("NFC", text).split()) for text in seen]


def test_a_csv_is_utf8_with_its_mark_and_semicolons():
    assert as_csv([["é", None, dt.date(2026, 1, 2)], ["a;b", 'c"d', 5]]) == (
        b'\xef\xbb\xbf\xc3\xa9;;2026-01-02\r\n"a;b";"c""d";5\r\n'
    )


# --- the addresses --------------------------------------------------------------------------------------------


@pytest.fixture
def manager(client):
    user = User.objects.create(username="mariama", full_name="Mariama", preferred_language="en")
    grant_membership(user=user, site=Site.objects.get(pk="GN_KINDIA"), role="manager")
    client.force_login(user)
    with site_scope(["GN_CONAKRY"]):
        make_tenant(Site.objects.get(pk="GN_CONAKRY"), name="Somebody of Conakry")
    with site_scope(["GN_KINDIA"]):
        make_tenant(Site.objects.get(pk="GN_KINDIA"), code="L1", name="Mariama Camara")
    return client


def test_a_manager_takes_out_the_tenants_of_the_site_and_of_no_other(manager):
    answer = manager.get("/GN_KINDIA/leasing/export/tenants.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="tenants.csv"'
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[1:] == ["L1;Mariama Camara;+224620000002;;;;;;2026-01-01"]
    excel = manager.get("/GN_KINDIA/leasing/export/tenants.xlsx")
    assert excel["Content-Type"] == KINDS["xlsx"]
    assert openpyxl.load_workbook(io.BytesIO(excel.content))["tenants"]["B2"].value == "Mariama Camara"


@pytest.mark.parametrize("name", ["tenants.pdf", "users.csv", "all.csv", "tenants"])
def test_what_is_no_export_is_not_found(manager, name):
    assert manager.get(f"/GN_KINDIA/leasing/export/{name}").status_code == 404


def test_too_many_rows_for_excel_say_so_and_point_to_csv(manager, monkeypatch):
    monkeypatch.setattr(exports, "MAX_XLSX_ROWS", 0)
    answer = manager.get("/GN_KINDIA/leasing/export/tenants.xlsx", follow=True)
    assert answer.redirect_chain == [("/GN_KINDIA/leasing/import/", 302)]
    assert "1 rows are too many for XLSX (at most 0): take the CSV file." in answer.content.decode()
    assert manager.get("/GN_KINDIA/leasing/export/tenants.csv").status_code == 200


def test_all_files_come_in_one_zip_that_the_import_takes(manager):
    answer = manager.get("/GN_KINDIA/leasing/export/all.zip")
    content = answer.content
    assert answer["Content-Disposition"].startswith('attachment; filename="GN_KINDIA-')
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["tenants.csv"]  # the tables that have rows
        assert b"Mariama Camara" in archive.read("tenants.csv")
        assert b"Somebody of Conakry" not in archive.read("tenants.csv")
    with site_scope(["GN_KINDIA"]):
        report = run_import(site=Site.objects.get(pk="GN_KINDIA"), files=[("all.zip", content)], by=None, today=DAY)
    assert (report.problems, report.counts) == ((), {"tenants": RowCounts(unchanged=1)})
