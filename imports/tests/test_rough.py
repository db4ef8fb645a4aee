"""What would import a wrong sum, take the memory, or break the import: found by trying, kept from coming back."""

import datetime as dt
import io
import tracemalloc
import zipfile
import zoneinfo

import openpyxl
import pytest
from django.apps import apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from imports import sources, values
from imports.read import SheetReader
from imports.run import run_import
from imports.sources import open_sources
from imports.unreadable import UnreadableSource
from leasing.models import ContractEvent, Instalment
from screens import amounts
from screens.written import BadValue
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.examples import examples

pytestmark = pytest.mark.usefixtures("in_english")

CONAKRY = zoneinfo.ZoneInfo("Africa/Conakry")
TODAY = dt.date(2026, 11, 23)


def read(content, name="paiements.csv"):
    [sheet] = open_sources([(name, content)])
    reader = SheetReader(sheet, country="GN", timezone=CONAKRY, currency="GNF")
    return list(reader.rows()), reader.problems


def payments(*lines):
    return "\n".join(["Contrat,Date,Mode,Montant", *lines]).encode()


def test_an_amount_with_unquoted_commas_in_a_comma_file_is_no_amount_of_one_franc():
    rows, problems = read(payments("C-1,05/01/2026,cash,1,500,000", 'C-1,05/01/2026,cash,"1,500,000"'))
    assert [(p.line, p.column, p.value) for p in problems.listed] == [(2, "", "500")]
    assert [(row.line, row.amount) for row in rows] == [(3, 1_500_000)]


def test_empty_cells_past_the_heading_are_nothing():
    rows, problems = read(payments("C-1,05/01/2026,cash,1500000,,,", "C-2,05/01/2026,cash,1"))
    assert (len(rows), problems.count) == (2, 0)


@pytest.mark.parametrize("written", ["1 5 000", "1 500 00", "15 00", "1500 000", "9" * 5000])
def test_a_slip_among_the_digits_is_not_guessed_at(written):
    with pytest.raises(BadValue):
        amounts.amount(written, "GNF")


def test_a_title_full_of_commas_does_not_decide_the_separator():
    title = "Encaissements, reversements, cautions, avances, de mars, avril, mai 2026\n"
    rows, _problems = read((title + "Contrat;Date;Mode;Montant\nC-1;05/01/2026;cash;5\n").encode())
    assert [(row.line, row.amount) for row in rows] == [(3, 5)]


@pytest.mark.parametrize(("mode", "operator"), [("Orange Money", ""), ("mobile money", "orange money"), ("OM", "OM")])
def test_a_provider_has_one_spelling_so_that_its_transactions_are_known(mode, operator):
    content = f"Contrat;Date;Mode;Opérateur;Référence;Montant\nC-1;05/01/2026;{mode};{operator};OM-1;5\n"
    [row], _problems = read(content.encode())
    assert (row.method, row.provider, row.reference) == ("mobile", "Orange", "OM-1")


def test_what_an_export_escaped_comes_back_as_it_was_however_many_apostrophes():
    for cell in ("=1+1", "'=1+1", "''@x", "-x", "Fodé", "'Fodé"):
        escaped = f"'{cell}" if cell.lstrip("'").startswith(("=", "+", "-", "@")) else cell
        assert values.as_text(escaped) == cell


def test_a_thousand_bad_rows_are_listed_and_all_are_counted():
    _rows, problems = read(payments(*["C-1,hier,troc,-1"] * 1200))
    assert (len(problems.listed), problems.count) == (1000, 3600)


@pytest.mark.no_cover
def test_a_large_file_takes_little_more_memory_than_itself():
    content = b"Contrat,Date,Mode,Montant\n" + b"C-1,05/01/2026,cash,1500000\n" * 20_000
    [sheet] = open_sources([("paiements.csv", content)])
    reader = SheetReader(sheet, country="GN", timezone=CONAKRY, currency="GNF")
    tracemalloc.start()
    count = sum(1 for _row in reader.rows())
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_000
    # Decoded as a whole it would be several times its size.
    assert peak < 2 * len(content)


def workbook():
    book = openpyxl.Workbook()
    book.active.title = "Paiements"
    book.active.append(["Contrat", "Date", "Mode", "Montant"])
    for number in range(40):
        book.active.append([f"C-{number}", dt.date(2026, 1, 5), "espèces", 1_500_000])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def archive():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("paiements.csv", payments(*["C-1,05/01/2026,cash,5"] * 40))
    return target.getvalue()


WORKBOOK, ARCHIVE = workbook(), archive()


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([("agence.xlsx", WORKBOOK), ("agence.zip", ARCHIVE)]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4),
    st.floats(0, 1),
)
def test_a_damaged_archive_is_read_or_refused(without_children, file, changes, kept):
    name, content = file
    broken = bytearray(content)
    for place, byte in changes:
        broken[int(place * len(broken))] = byte
    for damaged in (bytes(broken), bytes(broken[: int(kept * len(broken))])):
        try:
            for sheet in open_sources([(name, damaged)]):
                list(SheetReader(sheet, country="GN", timezone=CONAKRY, currency="GNF").rows())
        except UnreadableSource:
            pass  # said so: any other error is what this test is for


def test_an_archive_whose_sheet_is_damaged_inside_says_so():
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as whole, zipfile.ZipFile(target, "w") as made:
        for member in whole.namelist():
            content = whole.read(member)
            made.writestr(member, content[: len(content) // 2] if "sheet1" in member else content)
    with pytest.raises(UnreadableSource, match="damaged"):
        [list(sheet.rows) for sheet in open_sources([("agence.xlsx", target.getvalue())])]


def test_a_zip_of_csv_files_is_held_to_the_limit_of_the_files_themselves(monkeypatch):
    monkeypatch.setattr(sources, "MAX_BYTES", 2000)
    assert len(ARCHIVE) < 2000
    open_sources([("agence.zip", ARCHIVE)])
    monkeypatch.setattr(sources, "MAX_BYTES", 700)
    with pytest.raises(UnreadableSource, match="unpacks to more"):
        open_sources([("agence.zip", ARCHIVE)])


def test_a_sheet_that_is_left_out_is_named_in_the_report_and_an_empty_one_is_not():
    book = openpyxl.load_workbook(io.BytesIO(WORKBOOK))
    book.create_sheet("Paiements 2025").append(["Contrat", "Date"])
    book.create_sheet("Feuil3")
    target = io.BytesIO()
    book.save(target)
    [sheet] = open_sources([("agence.xlsx", target.getvalue())])
    assert (sheet.table, sheet.left_out) == ("payments", ("Paiements 2025",))


TABLES = {
    "biens.csv": ["Code;Type", *[f"B-{n};Villa" for n in range(6)]],
    "locataires.csv": ["Code;Nom", *[f"T-{n};Fodé Sylla" for n in range(6)]],
    "contrats.csv": ["Contrat;Bien;Locataire;Début;Loyer", *[f"C-{n};B-{n};T-{n};01/01/2026;100" for n in range(6)]],
    "echeances.csv": ["Contrat;Échéance;Montant", *[f"C-{n};05/0{m}/2026;100" for n in range(6) for m in (1, 2, 3)]],
    "paiements.csv": ["Contrat;Date;Montant;Mode", *[f"C-{n};06/01/2026;150;espèces" for n in range(6)]],
}
BAD = {
    "biens.csv": ["B-9;Igloo", ";Villa", "B-1;Villa"],
    "locataires.csv": ["T-9;", ";Fodé", "T-1;Fodé Sylla"],
    "contrats.csv": ["C-9;B-9;T-1;01/01/2026;100", "C-9;B-1;T-1;01/02/2026;100", "C-9;B-1;T-1;30/02/2026;100"],
    "echeances.csv": ["C-1;05/01/2026;100", "C-7;05/01/2026;100", "C-1;05/04/2026;-5"],
    "paiements.csv": ["C-1;06/01/2026;1,50;espèces", "C-7;06/01/2026;1;espèces", "C-1;06/01/2030;1;espèces"],
}


@pytest.mark.django_db
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_one_bad_row_anywhere_leaves_nothing_behind_and_is_named(data):
    name = data.draw(st.sampled_from(list(TABLES)))
    bad = data.draw(st.sampled_from(BAD[name]))
    place = data.draw(st.integers(1, len(TABLES[name])))
    files = [
        (table, "\n".join([*lines[:place], bad, *lines[place:]] if table == name else lines).encode())
        for table, lines in TABLES.items()
    ]
    with site_scope(["GN_KINDIA"]):
        report = run_import(site=Site.objects.get(pk="GN_KINDIA"), files=files, by=None, today=TODAY)
        assert not report.accepted
        assert name in {problem.source for problem in report.problems}
        for model in apps.get_app_config("leasing").get_models():
            assert not model.objects.exists(), model


@pytest.mark.django_db
def test_the_audit_names_the_person_who_imported_where_no_request_does():
    binta = User.objects.create(username="binta")
    with site_scope(["GN_KINDIA"]):
        files = [(table, "\n".join(lines).encode()) for table, lines in TABLES.items()]
        report = run_import(site=Site.objects.get(pk="GN_KINDIA"), files=files, by=binta, today=TODAY)
        assert report.accepted
        by = {event.pgh_context.metadata["user"] for event in ContractEvent.objects.select_related("pgh_context")}
        assert by == {binta.pk}


@pytest.mark.django_db
def test_a_hundred_contracts_and_fifty_payments_agree_with_counting_by_hand():
    contracts = [(f"C-{n}", 100_000 + 1000 * n, 1 + n % 28) for n in range(100)]
    paid = [(f"C-{n * 7 % 100}", dt.date(2026, 1 + n % 10, 1 + n % 28), 40_000 * (1 + n % 9)) for n in range(50)]
    files = [
        ("biens.csv", ["Code;Type", *[f"B-{n};Villa" for n in range(100)]]),
        ("locataires.csv", ["Code;Nom", *[f"T-{n};Fodé Sylla" for n in range(100)]]),
        (
            "contrats.csv",
            ["Contrat;Bien;Locataire;Début;Sorti le;Loyer;Jour"]
            + [f"{c};B-{c[2:]};T-{c[2:]};01/01/2026;31/10/2026;{rent};{day}" for c, rent, day in contracts],
        ),
        ("paiements.csv", ["Contrat;Date;Montant;Mode"] + [f"{c};{day:%d/%m/%Y};{f};cash" for c, day, f in paid]),
    ]
    with site_scope(["GN_KINDIA"]):
        encoded = [(name, "\n".join(lines).encode()) for name, lines in files]
        report = run_import(site=Site.objects.get(pk="GN_KINDIA"), files=encoded, by=None, today=TODAY)
        assert (report.accepted, report.counts["contracts"].inserted, report.counts["payments"].inserted) == (
            True,
            100,
            50,
        )
        months = list(
            Instalment.objects.order_by("contract", "due_date").values_list(
                "contract__reference", "due_date", "amount", "paid_amount", "settled_on"
            )
        )
    by_hand = []
    for contract, rent, day in contracts:
        money = sorted((received, francs) for of, received, francs in paid if of == contract)
        for month in range(1, 11):
            taken, last = 0, None
            while money and taken < rent:
                received, francs = money.pop(0)
                share = min(francs, rent - taken)
                taken, last = taken + share, received
                if francs > share:
                    money.insert(0, (received, francs - share))
            by_hand.append((contract, dt.date(2026, month, day), rent, taken, last if taken == rent else None))
    assert sorted(months) == sorted(by_hand)
