"""The empty template: known again by the import, its example never taken, what is filled in taken as it stands."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from imports.cells import OneOf
from imports.headings import column_named, table_named
from imports.run import run_import
from imports.tables import TABLES
from imports.template import empty_template
from imports.tests.agencies import KINDIA, TODAY
from imports.tests.pages import PAGE, kindia, only_run, person, result, send, text_of
from leasing.models import Contract, Interaction, Payment, Tenant
from sites_app.models import Site
from sites_app.scope import site_scope

LANGUAGES = pytest.mark.parametrize("language", ["fr", "en", "sus"])


def opened(language):
    return openpyxl.load_workbook(io.BytesIO(empty_template(language)))


def as_file(book):
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def import_it(content, language="en", name="modele.xlsx"):
    with site_scope([KINDIA]), translation.override(language):
        return run_import(site=Site.objects.get(pk=KINDIA), files=[(name, content)], by=None, today=TODAY)


@LANGUAGES
def test_it_has_a_sheet_for_each_table_with_all_its_columns_in_the_readers_words(language):
    book = opened(language)
    found = {table_named(name): book[name] for name in book.sheetnames if table_named(name)}
    assert list(found) == list(TABLES)
    for name, sheet in found.items():
        heads = [cell.value for cell in sheet[1]]
        assert [column_named(name, head) for head in heads] == list(TABLES[name].columns)
        needed = {column_named(name, head) for head in heads if head.endswith(" *")}
        assert needed == TABLES[name].required
        assert all(cell.font.bold for cell in sheet[1])
        assert sheet.freeze_panes == "A2"
    assert len(book.sheetnames) == len(TABLES) + 2
    assert ("Locataires" in book.sheetnames) == (language != "en")


@LANGUAGES
def test_every_word_of_its_last_sheet_is_taken_and_every_list_points_at_them(language):
    book = opened(language)
    words = book[book.sheetnames[-1]]
    for sheet, column, write, others in words.iter_rows(min_row=2, values_only=True):
        table = table_named(sheet)
        read = TABLES[table].columns[column_named(table, column)].read
        if isinstance(read, OneOf):
            taken = {read.words.get(word) for word in [write, *(others or write).split(", ")]}
            assert None not in taken
            assert len(taken) == 1
    for name in book.sheetnames[1:-1]:
        for rule in book[name].data_validations.dataValidation:
            title, cells = rule.formula1.rsplit("!", 1)
            assert title.strip("'") == words.title
            letter = str(rule.sqref)[0]
            head = book[name][f"{letter}1"].value.removesuffix(" *")
            listed = [row[0].value for row in words[cells.replace("$", "")]]
            expected = [
                row[2] for row in words.iter_rows(min_row=2, values_only=True) if (row[0], row[1]) == (name, head)
            ]
            assert listed == expected


@pytest.mark.django_db
@LANGUAGES
def test_untouched_there_is_nothing_to_import(language):
    report = import_it(empty_template(language))
    assert [problem.reason for problem in report.problems] == [
        "There is nothing to import: only the template’s example lines."
    ]
    assert report.warnings == ()
    assert kindia() == (0, 0, 0, 0)


@pytest.mark.django_db
@LANGUAGES
def test_its_examples_are_good_lines_once_they_are_no_examples(language):
    book = opened(language)
    for name in book.sheetnames[1:-1]:
        for cell in book[name][2]:
            if cell.value in ("exemple", "example"):
                cell.value = "E-1"
    report = import_it(as_file(book))
    assert report.problems == ()
    assert {table: count.inserted for table, count in report.counts.items()} == dict.fromkeys(TABLES, 1)
    with site_scope([KINDIA]):
        assert Payment.objects.get().provider == "Orange"
        assert Contract.objects.get().monthly_rent == 1_500_000
        assert Interaction.objects.get().direction == "out"


@pytest.mark.django_db
def test_filled_in_below_the_example_it_imports_as_it_is_and_says_what_it_left_out():
    book = opened("fr")
    rows = {
        "Biens": ["B-1", "appartement", "Rue 1"],
        "Locataires": ["T-1", "Aïssatou BAH", "620 00 00 01"],
        "Contrats": ["C-1", "B-1", "T-1", None, "01/01/2026", None, "1 500 000"],
        "Encaissements": ["C-1", "05/01/2026", "1 500 000", "espèces"],
    }
    for name, cells in rows.items():
        for column, value in enumerate(cells, 1):
            book[name].cell(3, column, value)
    report = import_it(as_file(book))
    assert report.problems == ()
    assert {table: count.inserted for table, count in report.counts.items()} == {
        "properties": 1, "tenants": 1, "contracts": 1, "payments": 1,
    }  # fmt: skip
    [left_out] = [remark.reason for remark in report.warnings if "examples" in remark.reason]
    assert "modele.xlsx · Biens (2)" in left_out
    # The template's own sheets of words and of help are no surprise.
    assert not [remark for remark in report.warnings if "not named after a table" in remark.reason]
    assert kindia() == (1, 1, 1, 1)


@pytest.mark.django_db
def test_an_example_line_is_known_wherever_it_stands_by_its_whole_key():
    csv = b"code;nom\nT-1;Bah\nEXEMPLE;Fatou\nexemple-1;Mory\n"
    report = import_it(csv, name="locataires.csv")
    assert report.counts["tenants"].inserted == 2
    assert [remark.reason for remark in report.warnings] == [
        "Lines left out as examples, by their first cell: locataires.csv (3)."
    ]
    with site_scope([KINDIA]):
        assert set(Tenant.objects.values_list("code", flat=True)) == {"T-1", "exemple-1"}


@pytest.mark.django_db
def test_the_page_offers_it_and_it_comes_back_through_the_page(manager):
    page = manager.get(PAGE).content.decode()
    assert f'href="{PAGE}template.xlsx"' in page
    answer = manager.get(f"{PAGE}template.xlsx")
    assert answer["Content-Disposition"] == 'attachment; filename="akig-template.xlsx"'
    sent = send(manager, [SimpleUploadedFile("akig-template.xlsx", answer.content)])
    assert "There is nothing to import" in text_of(result(manager, sent))
    assert only_run().state == "refused"


@pytest.mark.django_db
def test_an_agent_does_not_get_it(client, uploads):
    client.force_login(person("awa", KINDIA, "agent"))
    assert client.get(f"{PAGE}template.xlsx").status_code == 403
