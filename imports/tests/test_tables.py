"""What every table owes the engine that goes over the registry."""

import datetime as dt

import pytest
from django.db import connection

from imports.exports import EXPORTED
from imports.headings import column_named, table_named
from imports.staging import open_staging
from imports.tables import TABLES
from screens.written import folded
from sites_app.models import Site
from sites_app.scope import site_scope

EVERY_TABLE = pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))


@EVERY_TABLE
def test_a_file_is_known_by_any_of_its_names_and_by_no_other_tables(table):
    assert {table_named(word) for word in table.called.split()} == {table.name}
    assert {table.name, table.french} <= set(table.called.split())
    assert table.called == " ".join(map(folded, table.called.split()))


@EVERY_TABLE
def test_a_column_is_known_by_its_own_name_and_by_the_french_one_that_pages_show(table):
    for name, column in table.columns.items():
        assert column.headings.split()[0] == name
        assert column_named(table.name, column.french) == name
    french = [column.french for column in table.columns.values()]
    assert len(set(french)) == len(french)


@EVERY_TABLE
def test_a_row_begins_with_its_key_which_a_file_must_have(table):
    first, *_rest, source, line = table.row._fields
    assert first in table.required
    assert (source, line) == ("source", "line")
    # What the file may leave out has a value of its own.
    assert set(table.columns) - table.required <= set(table.row._field_defaults)


@EVERY_TABLE
@pytest.mark.django_db
def test_every_statement_runs_on_a_file_without_rows(table):
    names = {"site": "GN_KINDIA", "today": dt.date(2026, 11, 23), "by": None}
    names |= {"history_from": None} | {f"unreadable_{name}": [] for name in TABLES}
    with site_scope(["GN_KINDIA"]), connection.cursor() as cursor:
        open_staging(cursor)
        for statement in (*table.match, table.before_checks):
            if statement:
                cursor.execute(statement, names)
        for check in (*table.mistakes, *table.remarks):
            cursor.execute(check.statement, names)
            assert len(cursor.description) == 5, check.sentence
            assert cursor.fetchall() == []
            # Says where it happened, and fits what it is given.
            assert str(check.sentence) % {"site": "Kindia", "detail": "1"}
        if table.close:
            cursor.execute(table.close, names)
            assert cursor.rowcount == 0


@pytest.mark.django_db
def test_an_export_has_a_cell_for_each_column():
    site = Site.objects.get(pk="GN_KINDIA")
    with site_scope(["GN_KINDIA"]):
        for table in EXPORTED.values():
            assert len(table.export(site)._fields) == len(table.columns), table.name
