"""Tenants, contracts, properties and owners are found by the words of their names, codes, addresses and numbers."""

import django.db.models.deletion
from django.db import migrations, models

from sites_app.isolation import IsolateTables

# What leasing/spelling.py calls plain. Written with what every PostgreSQL has, whatever its locale: `lower` of the
# collation "C" knows A to Z alone, and an accent is a sign of its own once a letter is decomposed.
_PLAIN = r"""
    CREATE FUNCTION search_plain(said text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE LANGUAGE plpgsql AS $$
    BEGIN
        IF said !~ '^[\x20-\x7e]*$' THEN
            said := translate(
                said,
                U&'\2019\2018\201b\02bc\02bb\02bd\02b9`\00b4\2032'
                || U&'\2010\2011\2012\2013\2014\2015\2212'
                || U&'\00ab\00bb\201c\201d\201e\201f\00b7\2022\2026'
                || U&'\00ad\200b\200c\200d\2060\feff',
                repeat('''', 10) || repeat('-', 7) || repeat(' ', 9)
            );
            said := regexp_replace(normalize(said, NFKD), '[\u0300-\u036f]', '', 'g');
            said := translate(
                said,
                U&'\0253\0257\014b\0272\01b4\025b\0254\0181\018a\014a\019d\01b3\0190\0186'
                || U&'\0260\0199\00f8\0142\0111\0131\00d8\0141\0110',
                'bdnnyeobdnnyeogkoldiold'
            );
            said := replace(replace(said, U&'\0153', 'oe'), U&'\0152', 'oe');
            said := replace(replace(said, U&'\00e6', 'ae'), U&'\00c6', 'ae');
            said := replace(replace(said, U&'\00df', 'ss'), U&'\1e9e', 'ss');
        END IF;
        said := translate(lower(said COLLATE "C"), '`', '''');
        RETURN trim(regexp_replace(said, '[^a-z0-9''\u0080-\U0010ffff-]+' COLLATE "C", ' ', 'g'));
    END $$
"""

# “Mamadou N'Diaye” gives “mamadou n”, “n diaye”, “diaye” and “ndiaye”: whoever types a word, or the beginning of one,
# finds what begins with it; the exact word stands first, because a space comes before every letter.
_WORDS = """
    CREATE FUNCTION search_words(said text) RETURNS SETOF text IMMUTABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
    DECLARE
        part text;
        rest text;
        before text := '';
        spaced boolean;
        parts text[];
        word text;
    BEGIN
        FOREACH word IN ARRAY string_to_array(search_plain(said), ' ') LOOP
            parts := array_remove(string_to_array(translate(word, '''', '-'), '-'), '');
            spaced := true;
            FOR place IN 1 .. cardinality(parts) LOOP
                part := parts[place];
                IF before <> '' THEN
                    RETURN NEXT left(before || ' ' || part, 40);
                    IF spaced AND length(before) <= 2 THEN
                        RETURN NEXT left(before || array_to_string(parts, ''), 40);
                    END IF;
                END IF;
                IF place < cardinality(parts) THEN
                    RETURN NEXT left(array_to_string(parts[place:], ''), 40);
                END IF;
                IF part ~ '^0+[1-9][0-9]*$' THEN
                    RETURN NEXT left(ltrim(part, '0'), 40);
                END IF;
                before := part;
                spaced := false;
            END LOOP;
        END LOOP;
        IF before <> '' THEN
            RETURN NEXT left(before, 40);
        END IF;
    END $$
"""

# “+224620123456” gives itself without the sign, the national number, and itself backwards: its last digits find it.
_PHONE = r"""
    CREATE FUNCTION search_phone(said text) RETURNS SETOF text IMMUTABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
    DECLARE
        digits text := left(ltrim(regexp_replace(said, '\D', '', 'g'), '0'), 39);
    BEGIN
        IF digits = '' THEN
            RETURN;
        END IF;
        RETURN NEXT digits;
        RETURN NEXT '~' || reverse(digits);
        IF left(said, 1) = '+' THEN
            RETURN NEXT substr(digits, CASE
                WHEN digits ~ '^[17]' THEN 2
                WHEN digits ~ '^(2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])' THEN 3
                ELSE 4
            END);
        END IF;
    END $$
"""

# By kind: the columns that hold words, and those that hold phone numbers.
_COLUMNS = {
    "tenant": (("name", "code", "email"), ("phone", "phone_2")),
    "contract": (("reference",), ()),
    "property": (("code", "address", "neighbourhood"), ()),
    "owner": (("name", "email"), ("phone",)),
}


def _put(kind, rows):
    words, phones = _COLUMNS[kind]
    said = [f"search_words({column})" for column in words] + [f"search_phone({column})" for column in phones]
    each = " UNION ".join(f"SELECT {one} AS word" for one in said)
    return (
        "INSERT INTO leasing_searchword (site_id, kind, subject, word)"
        f" SELECT DISTINCT site_id, '{kind}', id, word FROM {rows} r, LATERAL ({each}) w WHERE word <> ''"
    )


def _triggers(kind):
    """Of each event: on what the trigger fires, and what it does."""
    words, phones = _COLUMNS[kind]
    old, new = (", ".join(f"{row}.{column}" for column in (*words, *phones)) for row in ("OLD", "NEW"))
    # Contracts change all day, their references never: the words of a row are written again only when it says others.
    yield (
        "update",
        f"FOR EACH ROW WHEN (({old}) IS DISTINCT FROM ({new}))",
        "DELETE FROM leasing_searchword WHERE site_id = OLD.site_id AND subject = OLD.id;"
        + _put(kind, "(SELECT NEW.*)"),
    )
    yield "insert", "REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT", _put(kind, "new_rows")
    yield (
        "delete",
        "REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT",
        "DELETE FROM leasing_searchword w USING old_rows o WHERE w.site_id = o.site_id AND w.subject = o.id",
    )


def add_words(apps, schema_editor):
    for statement in (_PLAIN, _WORDS, _PHONE):
        schema_editor.execute(statement)
    for kind in _COLUMNS:
        schema_editor.execute(_put(kind, f"leasing_{kind}"))
        for event, fires, body in _triggers(kind):
            name = f"search_{kind}_{event}"
            schema_editor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NULL; END $$"
            )
            schema_editor.execute(
                f"CREATE TRIGGER {name} AFTER {event.upper()} ON leasing_{kind} {fires} EXECUTE FUNCTION {name}()"
            )


def remove_words(apps, schema_editor):
    for kind in _COLUMNS:
        for event, _fires, _body in _triggers(kind):
            schema_editor.execute(f"DROP TRIGGER search_{kind}_{event} ON leasing_{kind}")
            schema_editor.execute(f"DROP FUNCTION search_{kind}_{event}()")
    for function in ("phone", "words", "plain"):
        schema_editor.execute(f"DROP FUNCTION search_{function}(text)")


class Migration(migrations.Migration):
    dependencies = [
        ("leasing", "0009_a_second_phone"),
        ("sites_app", "0003_accounts_billing_and_charges"),
    ]
    operations = [
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("tenant", "Tenants"),
                            ("contract", "Contracts"),
                            ("property", "Properties"),
                            ("owner", "Owners"),
                        ],
                        max_length=8,
                    ),
                ),
                ("subject", models.UUIDField()),
                ("word", models.CharField(db_collation="C", max_length=40)),
                (
                    "site",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sites_app.site",
                        verbose_name="site",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["site", "subject"], name="search_word_site_subject")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("site", "kind", "word", "subject"), name="search_word_once_per_subject"
                    )
                ],
            },
        ),
        IsolateTables("SearchWord"),
        migrations.RunPython(add_words, remove_words),
    ]
