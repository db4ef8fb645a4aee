"""What the database itself says about isolation: read from its catalogue, not from our models."""

import uuid

import pytest
from django.apps import apps
from django.db import IntegrityError, connection

from sites_app import isolation
from sites_app.scope import site_scope

pytestmark = pytest.mark.django_db

# Tables that may have a column site_id without being scoped: read before a site is known, or about sites themselves.
GLOBAL_TABLES_ABOUT_SITES = {
    "sites_app_membership",
    "sites_app_membershipevent",
    "sites_app_regionalrule",
    "sites_app_regionalruleevent",
    "sites_app_siteclosingday",
    "sites_app_flag_sites",
}


def rows(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def test_the_tests_run_as_the_applications_role_which_owns_and_bypasses_nothing():
    [(role, is_super, bypass, owned)] = rows(
        "SELECT current_user, rolsuper, rolbypassrls,"
        " (SELECT count(*) FROM pg_class WHERE relowner = r.oid)"
        " FROM pg_roles r WHERE rolname = current_user"
    )
    assert (role, is_super, bypass, owned) == ("akig_app", False, False, 0)


def test_every_table_with_a_site_has_the_templates_policy_or_is_named_as_global():
    tables = rows(
        "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,"
        " array(SELECT polname || '|' || polcmd::text || '|' || polpermissive || '|'"
        "  || pg_get_expr(polqual, polrelid) || '|' || pg_get_expr(polwithcheck, polrelid)"
        "  FROM pg_policy WHERE polrelid = c.oid)"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'site_id' AND NOT a.attisdropped"
        " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
    )
    expected = [f"site_isolation|*|true|{isolation.POLICY_IN_CATALOGUE}|{isolation.POLICY_IN_CATALOGUE}"]
    found = {name: (secured, forced, policies) for name, secured, forced, policies in tables}
    scoped = set(found) - GLOBAL_TABLES_ABOUT_SITES
    assert {name: found[name] for name in scoped} == dict.fromkeys(scoped, (True, False, expected))
    # Seen from the other side: each scoped model's table is among them, audit events included.
    assert scoped == {model._meta.db_table for model in isolation.scoped_models()}
    assert {"leasing_contract", "leasing_contractevent", "leasing_payment"} <= scoped


def test_every_key_between_scoped_tables_leads_with_the_site():
    plain = rows(
        "SELECT con.conname FROM pg_constraint con"
        " JOIN pg_attribute child ON child.attrelid = con.conrelid AND child.attname = 'site_id'"
        " JOIN pg_attribute parent ON parent.attrelid = con.confrelid AND parent.attname = 'site_id'"
        " WHERE con.contype = 'f' AND con.connamespace = 'public'::regnamespace"
        " AND NOT (child.attnum = ANY (con.conkey) AND parent.attnum = ANY (con.confkey))"
    )
    assert plain == []
    existing = {name for (name,) in rows("SELECT conname FROM pg_constraint WHERE contype = 'f'")}
    for model in isolation.scoped_models():
        if model._meta.pk.name == "id":
            for field in isolation.same_site_keys(model):
                assert f"{model._meta.db_table}_{field.name}_same_site" in existing


def test_every_unique_key_of_a_scoped_table_leads_with_the_site_or_is_a_random_id():
    tables = [model._meta.db_table for model in isolation.scoped_models() if model._meta.pk.name == "id"]
    keys = rows(
        "SELECT c.relname, i.relname, first.attname, first.atttypid::regtype::text, x.indnkeyatts"
        " FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid"
        " JOIN pg_attribute first ON first.attrelid = c.oid AND first.attnum = x.indkey[0]"
        " WHERE (x.indisunique OR x.indisexclusion) AND c.relname = ANY (%s)",
        tables,
    )
    assert {name for name, *_rest in keys} == set(tables)
    wrong = [
        index
        for _table, index, column, kind, width in keys
        if not (column == "site_id" or (kind == "uuid" and width == 1))
    ]
    assert wrong == []


def test_every_other_index_of_a_scoped_table_leads_with_the_site():
    tables = [model._meta.db_table for model in isolation.scoped_models() if model._meta.pk.name == "id"]
    wrong = rows(
        "SELECT i.relname FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid"
        " JOIN pg_attribute first ON first.attrelid = c.oid AND first.attnum = x.indkey[0]"
        " WHERE c.relname = ANY (%s) AND NOT x.indisunique AND first.attname <> 'site_id'",
        tables,
    )
    assert wrong == []


def test_views_run_with_the_readers_rights_and_nothing_runs_with_the_owners():
    unsafe_views = rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND (relkind = 'm' OR (relkind = 'v' AND NOT coalesce(reloptions @> ARRAY['security_invoker=true'], false)))"
    )
    definers = rows("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef")
    assert (unsafe_views, definers) == ([], [])


def test_the_application_may_not_truncate_any_table_of_ours():
    ours = [model._meta.db_table for model in apps.get_models()]
    may = rows("SELECT relname FROM pg_class WHERE relname = ANY (%s) AND has_table_privilege(oid, 'TRUNCATE')", ours)
    assert may == []


def test_the_gate_finds_nothing_and_would_name_a_table_without_its_policy():
    assert isolation.holes_in_the_database(connection) == []
    from tests.owner import as_owner

    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE leasing_tenant DISABLE ROW LEVEL SECURITY")
        cursor.execute("DROP POLICY site_isolation ON leasing_payment")
    holes = isolation.holes_in_the_database(connection)
    assert "Table leasing_tenant has no row-level security." in holes
    assert any(hole.startswith("Table leasing_payment has not the one policy") for hole in holes)


def test_a_key_to_another_sites_row_and_to_no_row_fail_alike():
    from leasing.models import Tenant

    with site_scope(["GN_KINDIA"]):
        stranger = Tenant.objects.create(site_id="GN_KINDIA", code="T-1", name="Fanta Sylla")
    answers = []
    for tenant_id in (stranger.pk, uuid.uuid4()):
        with pytest.raises(IntegrityError) as refused:
            rent_to(tenant_id)
        answers.append(str(refused.value).replace(str(tenant_id), "ID"))
    assert answers[0] == answers[1]
    assert "contract_tenant_same_site" in answers[0]


def rent_to(tenant_id):
    from leasing.models import Contract, Property

    with site_scope(["GN_CONAKRY"]):
        Contract.objects.create(
            site_id="GN_CONAKRY",
            reference="C-1",
            property=Property.objects.create(site_id="GN_CONAKRY", code="P-1", kind="house"),
            tenant_id=tenant_id,
            start_date="2026-01-01",
            monthly_rent=1,
        )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
