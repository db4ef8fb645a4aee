"""Rows that are only ever added: payments and the audit. The database holds the application's role to it.

A trigger that refuses is not enough: pgtrigger lets any session switch its triggers off by a setting, and they see no
TRUNCATE. So the role has no right to change or delete these rows, and nothing it can say reaches what the triggers do.

No Django here: the roles are made before there are settings (akig/embedded/roles.py).
"""

from collections.abc import Sequence
from typing import Any

TRIGGER = "append_only"
CONTEXTS = "pghistory_context"
# The audit's own columns and the trigger say of a table that it is one of these: none has to be listed anywhere.
TABLES = rf"""
    SELECT c.oid FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND (
        c.relname = '{CONTEXTS}'
        OR EXISTS (
            SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'pgh_label' AND NOT a.attisdropped
        )
        OR EXISTS (
            SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname LIKE 'pgtrigger\_{TRIGGER}\_%'
        )
    )
"""
# Temporary tables come last: one of an audit table's name would take its rows.
_SEARCH_PATH = "search_path=pg_catalog, public, pg_temp"
_FUNCTIONS = """
    SELECT oid, proconfig FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace
        AND (prorettype = 'trigger'::regtype OR proname = '_pgh_attach_context')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_proc.oid AND d.deptype = 'e')
"""

_TAKE_RIGHTS = f"""
    DO $lock$
    DECLARE
        held record;
    BEGIN
        FOR held IN
            SELECT c.oid::regclass AS relation,
                CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS grantee
            FROM pg_class c, LATERAL (
                SELECT grantee, privilege_type FROM aclexplode(c.relacl)
                UNION
                SELECT x.grantee, x.privilege_type FROM pg_attribute a, aclexplode(a.attacl) x WHERE a.attrelid = c.oid
            ) rights
            WHERE c.oid IN ({TABLES}) AND rights.grantee <> c.relowner
                AND rights.privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')
        LOOP
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM %s', held.relation, held.grantee);
        END LOOP;
        FOR held IN SELECT oid::regprocedure AS name FROM ({_FUNCTIONS}) f
            WHERE proconfig IS DISTINCT FROM ARRAY['{_SEARCH_PATH}']
        LOOP
            EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, public, pg_temp', held.name);
        END LOOP;
        IF has_schema_privilege('public', 'public', 'CREATE') THEN
            REVOKE CREATE ON SCHEMA public FROM PUBLIC;
        END IF;
    END $lock$
"""

# In place of pgtrigger's, which asks the setting `pgtrigger.ignore`.
_NEVER = "SELECT false"
_IGNORE_NOTHING = f"""
    CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN
    IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$ {_NEVER} $$
"""

# In place of pghistory's, which changes a context when more becomes known of it: what was written down would change
# too. Here whoever acts differently has another context. A command names itself by the setting `akig.command`.
_ATTACH_CONTEXT = f"""
    CREATE OR REPLACE FUNCTION public._pgh_attach_context() RETURNS UUID LANGUAGE plpgsql AS $$
    DECLARE
        act TEXT := nullif(current_setting('pghistory.context_id', true), '');
        metadata JSONB := coalesce(nullif(current_setting('pghistory.context_metadata', true), ''), '{{}}');
        command TEXT := nullif(current_setting('akig.command', true), '');
        context UUID;
    BEGIN
        IF act IS NULL THEN
            IF command IS NULL THEN
                RETURN NULL;
            END IF;
            act := pg_current_xact_id()::text || now()::text;
            metadata := '{{}}';
        END IF;
        IF command IS NOT NULL THEN
            metadata := metadata || jsonb_build_object('command', command);
        END IF;
        context := encode(substr(sha256(convert_to(act || metadata, 'UTF8')), 1, 16), 'hex');
        INSERT INTO public.{CONTEXTS} (id, metadata, created_at, updated_at)
        VALUES (context, metadata, now(), now()) ON CONFLICT (id) DO NOTHING;
        RETURN context;
    END $$
"""

_REPLACE_FUNCTIONS = f"""
    DO $lock$ BEGIN
        IF to_regclass('public.{CONTEXTS}') IS NOT NULL THEN
            {_IGNORE_NOTHING};
            {_ATTACH_CONTEXT};
        END IF;
    END $lock$
"""

_HOLES = f"""
    SELECT format('The rows of %%s can be changed or deleted.', c.oid::regclass) FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%(tables)s)
        AND (has_any_column_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE, TRUNCATE'))
    UNION ALL
    SELECT format('The trigger %%s of %%s is off.', t.tgname, t.tgrelid::regclass) FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid AND c.relnamespace = 'public'::regnamespace WHERE t.tgenabled <> 'O'
    UNION ALL
    SELECT format('The function %%s could be led to another table.', oid::regprocedure) FROM ({_FUNCTIONS}) f
    WHERE proconfig IS DISTINCT FROM ARRAY['{_SEARCH_PATH}']
    UNION ALL
    SELECT 'A setting switches triggers off.' FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND proname = '_pgtrigger_should_ignore' AND btrim(prosrc) <> '{_NEVER}'
    UNION ALL
    SELECT 'A context of the audit changes when more becomes known of it.' FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND proname = '_pgh_attach_context' AND prosrc LIKE '%%DO UPDATE%%'
    UNION ALL
    SELECT format('The database role %%s may create objects in the schema public.', current_user)
    WHERE has_schema_privilege('public', 'CREATE')
    UNION ALL
    SELECT format('The database role %%s may switch all triggers off.', current_user)
    WHERE has_parameter_privilege('session_replication_role', 'SET')
"""


def lock(execute: Any) -> None:
    """Take from every role but the owner what would change history. `execute` runs one statement, as the owner.

    The end of each `manage.py migrate`: a new table is locked with the migration that makes it.
    """
    execute(_REPLACE_FUNCTIONS)
    execute(_TAKE_RIGHTS)


def holes(cursor: Any, tables: Sequence[str]) -> list[str]:
    """How the connected role could change what was written down in `tables`, one sentence each."""
    cursor.execute(_HOLES, {"tables": list(tables)})
    return [sentence for (sentence,) in cursor.fetchall()]
