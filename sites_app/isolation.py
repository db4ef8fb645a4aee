"""Row-level security in migrations: one policy from one template, and keys that cannot cross sites."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps as installed_apps
from django.db import models
from django.db.migrations.operations.base import Operation

from changes import append_only
from changes.audit import append_only_tables

POLICY_NAME = "site_isolation"
# nullif: after a transaction the setting is '', not NULL. The array form keeps the index in use
# (measured: string_to_array, "OR admin" and sub-selects are 40 to 100 times slower).
POLICY = "site_id = ANY (nullif(current_setting('akig.sites', true), '')::text[])"
# The same expression as PostgreSQL prints it from its catalogue.
POLICY_IN_CATALOGUE = "((site_id)::text = ANY ((NULLIF(current_setting('akig.sites'::text, true), ''::text))::text[]))"


def scoped_models(registry: Any = installed_apps) -> list[type[models.Model]]:
    """Every installed model whose rows belong to a site: the scoped models and their audit events."""
    from sites_app.models import SiteScopedModel

    scoped = [m for m in registry.get_models() if issubclass(m, SiteScopedModel)]
    events = [m for m in registry.get_models() if getattr(m, "pgh_tracked_model", None) in scoped]
    return scoped + events


def same_site_keys(model: type[models.Model]) -> Iterator[models.ForeignKey]:
    """The model's foreign keys to other tables that hold site data."""
    for field in model._meta.local_concrete_fields:
        if not isinstance(field, models.ForeignKey) or field.db_constraint:  # type: ignore[attr-defined]  # not in the stubs
            continue
        if _has_site(field.related_model):
            yield field


def _has_site(model: type[models.Model]) -> bool:
    return any(field.name == "site" and field.many_to_one for field in model._meta.local_concrete_fields)


class IsolateTables(Operation):
    """Lock tables to their sites: row-level security on each, and composite keys between them.

    ENABLE, not FORCE: with FORCE the owner's data migrations, dumps and new foreign keys fail, some silently.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, *models: str) -> None:
        self.models = models

    def deconstruct(self) -> tuple[str, list[str], dict]:
        return type(self).__name__, list(self.models), {}

    def describe(self) -> str:
        return f"Isolate the rows of each site in {', '.join(self.models)}"

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        tables = [to_state.apps.get_model(app_label, name) for name in self.models]
        for model in tables:
            for statement in _lock_table(model):
                schema_editor.execute(statement)
        # Second: a key needs the (site_id, id) of the table that it points to.
        for model in tables:
            for statement in _lock_keys(model):
                schema_editor.execute(statement)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        tables = [from_state.apps.get_model(app_label, name) for name in self.models]
        for model in tables:
            table = model._meta.db_table
            for field in same_site_keys(model) if _is_row_table(model) else ():
                schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{_key_name(model, field)}"')
        for model in tables:
            table = model._meta.db_table
            if _is_row_table(model):
                schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_site_id_id"')
            schema_editor.execute(f'DROP POLICY {POLICY_NAME} ON "{table}"')
            schema_editor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')


class SameSiteKeys(Operation):
    """Keys that cannot cross sites, for columns that a table of locked rows has got since."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, model: str, *fields: str) -> None:
        self.model, self.fields = model, fields

    def deconstruct(self) -> tuple[str, list[str], dict]:
        return type(self).__name__, [self.model, *self.fields], {}

    def describe(self) -> str:
        return f"Keep {', '.join(self.fields)} of {self.model} on the row's own site"

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model)
        for field in same_site_keys(model):
            if field.name in self.fields:
                schema_editor.execute(_lock_key(model, field))

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.model)
        for field in same_site_keys(model):
            if field.name in self.fields:
                schema_editor.execute(
                    f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT "{_key_name(model, field)}"'
                )


def _is_row_table(model: type[models.Model]) -> bool:
    # Audit events have a primary key of their own and nothing points at them.
    return model._meta.pk.name == "id"


def _lock_table(model: type[models.Model]) -> Iterator[str]:
    table = model._meta.db_table
    yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
    yield f'CREATE POLICY {POLICY_NAME} ON "{table}" USING ({POLICY}) WITH CHECK ({POLICY})'
    if _is_row_table(model):
        yield f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_site_id_id" UNIQUE (site_id, id)'


def _lock_keys(model: type[models.Model]) -> Iterator[str]:
    if not _is_row_table(model):
        return
    for field in same_site_keys(model):
        yield _lock_key(model, field)


def _lock_key(model: type[models.Model], field: models.ForeignKey) -> str:
    return (
        f'ALTER TABLE "{model._meta.db_table}" ADD CONSTRAINT "{_key_name(model, field)}"'
        f' FOREIGN KEY (site_id, "{field.column}")'
        f' REFERENCES "{field.related_model._meta.db_table}" (site_id, id) DEFERRABLE INITIALLY DEFERRED'
    )


def _key_name(model: type[models.Model], field: models.ForeignKey) -> str:
    return f"{model._meta.db_table}_{field.name}_same_site"


def holes_in_the_database(connection: Any) -> list[str]:
    """Why the connected role could see past a site or change history, one sentence each; empty when it cannot."""
    holes = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        role, is_superuser, bypasses = cursor.fetchone()
        if is_superuser or bypasses:
            holes.append(f"The database role {role} bypasses row-level security.")
        for model in scoped_models():
            holes += _holes_in_table(cursor, model._meta.db_table, role)
        holes += append_only.holes(cursor, append_only_tables())
    return holes


def _holes_in_table(cursor: Any, table: str, role: str) -> Iterator[str]:
    cursor.execute(
        "SELECT relrowsecurity, pg_has_role(relowner, 'USAGE'),"
        " (SELECT array_agg(polcmd::text || ':' || polpermissive || ':' || pg_get_expr(polqual, polrelid)"
        "  || ':' || pg_get_expr(polwithcheck, polrelid)) FROM pg_policy WHERE polrelid = c.oid)"
        " FROM pg_class c WHERE c.oid = to_regclass(%s)",
        [table],
    )
    row = cursor.fetchone()
    if row is None:
        return  # Not migrated yet: /readyz says so.
    secured, owned, policies = row
    if not secured:
        yield f"Table {table} has no row-level security."
    if owned:
        yield f"The database role {role} owns {table}."
    if policies != [f"*:true:{POLICY_IN_CATALOGUE}:{POLICY_IN_CATALOGUE}"]:
        yield f"Table {table} has not the one policy of the template: {policies}."
