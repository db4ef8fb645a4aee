"""Payments and the audit are only ever added to: whatever the application's login says to the database in SQL."""

import uuid

import psycopg
import pytest
from django.db import connection

from accounts.tests.factories import make_user
from akig.embedded.roles import APP
from changes import append_only
from changes.audit import append_only_tables, change
from leasing.models import Contract
from leasing.tests.factories import make_contract, make_payment, make_reversal
from sites_app import isolation
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.database import server
from tests.owner import as_owner

EVERY_SITE = "SELECT set_config('akig.sites', (SELECT array_agg(code)::text FROM sites_app_site), false)"
# Each is tried by the application's own login, all sites in its scope.
FORBIDDEN = {
    "change a payment": "UPDATE leasing_payment SET amount = 1",
    "change one column of it to itself": "UPDATE leasing_payment SET provider = provider",
    "delete payments": "DELETE FROM leasing_payment",
    "take a reversal back": "DELETE FROM leasing_paymentreversal",
    "empty the table": "TRUNCATE leasing_payment CASCADE",
    "add it again and let it win": (
        "INSERT INTO leasing_payment SELECT * FROM leasing_payment ON CONFLICT (id) DO UPDATE SET amount = 1"
    ),
    "merge": (
        "MERGE INTO leasing_payment p USING leasing_payment q ON p.id = q.id WHEN MATCHED THEN UPDATE SET amount = 1"
    ),
    "within another statement": "WITH gone AS (DELETE FROM leasing_payment RETURNING *) SELECT count(*) FROM gone",
    "with pgtrigger's triggers off": (
        "SELECT set_config('pgtrigger.ignore', (SELECT array_agg(tgname)::text FROM pg_trigger), false);"
        " UPDATE leasing_payment SET amount = 1"
    ),
    "as if it were a replica": "SET session_replication_role = replica; UPDATE leasing_payment SET amount = 1",
    "switch the trigger off": "ALTER TABLE leasing_payment DISABLE TRIGGER USER",
    "drop the trigger": "DROP FUNCTION public._pgtrigger_should_ignore CASCADE",
    "a trigger of one's own": (
        "CREATE TRIGGER mine BEFORE INSERT ON leasing_payment FOR EACH ROW"
        " EXECUTE FUNCTION suppress_redundant_updates_trigger()"
    ),
    "a rule of one's own": "CREATE RULE mine AS ON INSERT TO leasing_payment DO INSTEAD NOTHING",
    "change a column": "ALTER TABLE leasing_payment ALTER amount DROP NOT NULL",
    "a function in public": "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "a table in public": "CREATE TABLE public.mine (id int)",
    "a schema": "CREATE SCHEMA mine",
    "other words for a function of the audit": (
        "CREATE OR REPLACE FUNCTION public._pgh_attach_context() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'"
    ),
    "where a function of the audit looks": "ALTER FUNCTION public._pgh_attach_context() RESET search_path",
    "the rights back": f"GRANT ALL ON leasing_payment TO {APP}; UPDATE leasing_payment SET amount = 1",
    "the owner's role": "SET ROLE akig_owner",
    "no row-level security": "ALTER TABLE leasing_payment DISABLE ROW LEVEL SECURITY",
    "a right of the role": f"ALTER ROLE {APP} BYPASSRLS",
    "change what was written down": "UPDATE leasing_contractevent SET monthly_rent = 1",
    "delete what was written down": "DELETE FROM leasing_contractevent",
    "change by whom": "UPDATE pghistory_context SET metadata = '{}'",
    "forget by whom": "DELETE FROM pghistory_context",
    "lend it to a file": "COPY leasing_payment TO PROGRAM 'cat'",
    "the catalogue itself": "DELETE FROM pg_trigger",
}
NOT_ALLOWED = psycopg.errors.InsufficientPrivilege


@pytest.fixture
def records(transactional_db):
    """A payment that was reversed and a contract that was changed by somebody, all of it committed."""
    by = make_user("amina")
    with site_scope(["GN_CONAKRY"]):
        contract = make_contract(Site.objects.get(pk="GN_CONAKRY"))
        make_reversal(make_payment(contract))
        with change(by):
            Contract.objects.filter(pk=contract.pk).update(monthly_rent=2_000_000)
    return contract


@pytest.fixture
def intruder(records):
    """SQL as the application says it: its own login, not the tests' owner in the application's role."""
    with server().connect(APP, connection.settings_dict["NAME"]) as login:
        login.execute(EVERY_SITE)
        yield login


def fingerprint():
    found = {}
    with as_owner(), connection.cursor() as cursor:
        for table in append_only_tables():
            cursor.execute(
                f"SELECT count(*), coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') FROM {table} t"
            )
            found[table] = cursor.fetchone()
    return found


def test_no_statement_of_the_applications_login_changes_what_is_only_added_to(intruder):
    before = fingerprint()
    assert min(before[table][0] for table in ("leasing_payment", "leasing_contractevent", "pghistory_context")) >= 1
    done = []
    for name, statement in FORBIDDEN.items():
        try:
            intruder.execute(statement)
        except NOT_ALLOWED:
            continue
        finally:
            intruder.execute("RESET ALL")
            intruder.execute(EVERY_SITE)
        done.append(name)
    assert done == []
    assert fingerprint() == before


def test_every_append_only_and_event_table_refuses_each_way_of_changing_it(intruder):
    """All of them, from the models: a new one is in this list by itself."""
    done = []
    for table in append_only_tables():
        for statement in (
            f"UPDATE {table} SET {a_column_of(table)} = NULL",
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
        ):
            try:
                intruder.execute(statement)
            except psycopg.errors.InsufficientPrivilege:
                continue
            done.append(statement)
    assert done == []


def a_column_of(table):
    with connection.cursor() as cursor:
        cursor.execute("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0", [table])
        return cursor.fetchone()[0]


def test_no_setting_and_no_temporary_table_keeps_a_change_out_of_the_audit(intruder, records):
    def events():
        [(number,)] = intruder.execute("SELECT count(*) FROM public.leasing_contractevent").fetchall()
        return number

    before = events()
    intruder.execute("SELECT set_config('pgtrigger.ignore', (SELECT array_agg(tgname)::text FROM pg_trigger), false)")
    intruder.execute("UPDATE leasing_contract SET monthly_rent = 3000000")
    assert events() == before + 1
    intruder.execute("CREATE TEMPORARY TABLE leasing_contractevent (LIKE public.leasing_contractevent)")
    intruder.execute("CREATE TEMPORARY TABLE pghistory_context (LIKE public.pghistory_context)")
    intruder.execute("SET search_path = pg_temp, public")
    intruder.execute("UPDATE public.leasing_contract SET monthly_rent = 4000000")
    assert events() == before + 2
    assert intruder.execute("SELECT count(*) FROM pg_temp.leasing_contractevent").fetchone() == (0,)


def test_a_context_that_is_named_again_with_another_person_is_another_context(intruder):
    """Nobody's entry gets a new author: the one before keeps its own."""
    context = str(uuid.uuid4())
    for person in (1, 2):
        intruder.execute("SELECT set_config('pghistory.context_id', %s, false)", [context])
        intruder.execute("SELECT set_config('pghistory.context_metadata', %s, false)", [f'{{"user": {person}}}'])
        intruder.execute("UPDATE leasing_contract SET monthly_rent = monthly_rent + 1")
    authors = intruder.execute(
        "SELECT c.metadata ->> 'user' FROM leasing_contractevent e JOIN pghistory_context c ON c.id = e.pgh_context_id"
        " ORDER BY e.pgh_id DESC LIMIT 2"
    ).fetchall()
    assert authors == [("2",), ("1",)]


@pytest.mark.django_db
def test_the_database_knows_the_tables_of_the_models_and_no_role_may_change_them():
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT relname FROM pg_class WHERE oid IN ({append_only.TABLES}) ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall()]
        assert tables == append_only_tables()
        assert {"leasing_payment", "leasing_paymentreversal", "leasing_contractevent", "pghistory_context"} <= set(
            tables
        )
        cursor.execute(
            "SELECT rolname, relname FROM pg_class c, pg_roles r WHERE relname = ANY (%s)"
            " AND relnamespace = 'public'::regnamespace AND NOT rolsuper"
            " AND r.oid <> c.relowner AND NOT pg_has_role(r.oid, c.relowner, 'USAGE')"
            " AND (has_any_column_privilege(r.oid, c.oid, 'UPDATE')"
            "  OR has_table_privilege(r.oid, c.oid, 'DELETE, TRUNCATE, TRIGGER, REFERENCES'))"
            " AND rolname NOT LIKE 'pg\\_%%'",
            [tables],
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY (%s) AND relnamespace = 'public'::regnamespace"
            " AND NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT'))",
            [tables],
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("opened", "sentence"),
    [
        (
            f"GRANT UPDATE (amount) ON leasing_payment TO {APP}",
            "The rows of leasing_payment can be changed or deleted.",
        ),
        (f"GRANT DELETE ON leasing_contractevent TO {APP}", "The rows of leasing_contractevent can be"),
        ("GRANT UPDATE ON pghistory_context TO PUBLIC", "The rows of pghistory_context can be changed or deleted."),
        (
            "GRANT CREATE ON SCHEMA public TO PUBLIC",
            f"The database role {APP} may create objects in the schema public.",
        ),
        ("ALTER TABLE leasing_contract DISABLE TRIGGER USER", "of leasing_contract is off."),
        ("ALTER FUNCTION _pgh_attach_context() RESET ALL", "The function _pgh_attach_context() could be led to"),
        (
            "CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name NAME) RETURNS bool RETURN true",
            "A setting switches triggers off.",
        ),
    ],
)
def test_the_gate_names_what_was_opened_and_the_next_migrate_closes_it(opened, sentence):
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(opened)
    holes = isolation.holes_in_the_database(connection)
    assert holes
    assert all(sentence in hole for hole in holes)
    with as_owner(), connection.cursor() as cursor:
        if "TRIGGER USER" in opened:
            cursor.execute(opened.replace("DISABLE", "ENABLE"))  # nobody's migrate does this: the gate stays shut
        append_only.lock(cursor.execute)
    assert isolation.holes_in_the_database(connection) == []
