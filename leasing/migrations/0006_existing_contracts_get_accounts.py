"""What there is goes into accounts, and its money is placed as the records say, in whatever order they were typed.

Contracts that exist keep their billing, calendar months in full. Nothing is due any more after the end of a contract.
Backwards, the money of each contract pays that contract's own months again, as long as no verb was used that there
was not before: a change of rent, a move, a charge, a credit, a refund, a carried deposit.
"""

from collections import defaultdict

from django.db import migrations

from leasing.placing import Debt, Received, place

# The same tenant back in the same home so soon goes on in the account.
_GOES_ON_WITHIN_DAYS = 90

_CHAINS = f"""
    CREATE TEMPORARY TABLE upgraded ON COMMIT DROP AS
    WITH RECURSIVE before AS (
        SELECT new.id, (
            SELECT old.id FROM leasing_contract old
            WHERE old.site_id = new.site_id AND old.tenant_id = new.tenant_id AND old.id <> new.id
                AND old.status <> 'draft' AND new.status <> 'draft' AND old.start_date < new.start_date
                AND (old.id = new.renewal_of_id OR (
                    old.property_id = new.property_id AND new.start_date > old.ended_on
                    AND new.start_date <= old.ended_on + {_GOES_ON_WITHIN_DAYS}
                ))
            ORDER BY (old.id = new.renewal_of_id) IS TRUE DESC, old.start_date DESC LIMIT 1
        ) AS before_id
        FROM leasing_contract new
        WHERE new.status <> 'draft'
            OR EXISTS (SELECT FROM leasing_instalment i WHERE i.site_id = new.site_id AND i.contract_id = new.id)
            OR EXISTS (SELECT FROM leasing_payment p WHERE p.site_id = new.site_id AND p.contract_id = new.id)
    ), found AS (
        SELECT id, gen_random_uuid() AS account_id, true AS opens FROM before WHERE before_id IS NULL
        UNION ALL
        SELECT before.id, found.account_id, false FROM before JOIN found ON found.id = before.before_id
    )
    SELECT id, account_id, opens FROM found
"""
# The keys that wait for the end of the transaction are checked first: a table that has some is not altered.
_LOCKED_AGAIN = (
    "SET CONSTRAINTS ALL IMMEDIATE",
    "ALTER TABLE leasing_payment ENABLE TRIGGER pgtrigger_append_only_5a7da",
)
_ACCOUNTS = (
    "ALTER TABLE leasing_payment DISABLE TRIGGER pgtrigger_append_only_5a7da",
    "DROP TABLE IF EXISTS pg_temp.upgraded, pg_temp.after_the_end",
    _CHAINS,
    """
    INSERT INTO leasing_account (site_id, id, tenant_id)
    SELECT c.site_id, u.account_id, c.tenant_id FROM upgraded u JOIN leasing_contract c ON c.id = u.id WHERE u.opens
    """,
    """
    UPDATE leasing_contract c SET account_id = u.account_id, rents_from = coalesce(
        (SELECT min(due_date) FROM leasing_instalment i WHERE i.site_id = c.site_id AND i.contract_id = c.id),
        c.start_date
    ) FROM upgraded u WHERE u.id = c.id
    """,
    "UPDATE leasing_contract SET billing = 'calendar_full'",
    "UPDATE leasing_instalment i SET account_id = c.account_id FROM leasing_contract c"
    " WHERE c.site_id = i.site_id AND c.id = i.contract_id",
    "UPDATE leasing_payment p SET account_id = c.account_id FROM leasing_contract c"
    " WHERE c.site_id = p.site_id AND c.id = p.contract_id",
    "UPDATE leasing_deposit SET received = agreed",
    *_LOCKED_AGAIN,
)
_AFTER_THE_END = """
    CREATE TEMPORARY TABLE after_the_end ON COMMIT DROP AS
    SELECT i.site_id, i.id, i.paid_amount FROM leasing_instalment i
    JOIN leasing_contract c ON c.site_id = i.site_id AND c.id = i.contract_id
    WHERE i.due_date > c.ended_on
"""
_NEW_VERBS = """
    SELECT (SELECT count(*) FROM leasing_rentstep)
        + (SELECT count(*) FROM leasing_contract WHERE moved_from_id IS NOT NULL)
        + (SELECT count(*) FROM leasing_instalment WHERE kind <> 'rent')
        + (SELECT count(*) FROM leasing_payment WHERE method NOT IN ('cash', 'bank', 'mobile', 'cheque'))
        + (SELECT count(*) FROM leasing_deposit WHERE state IN ('due', 'carried'))
"""
_STANDING = """
    NOT EXISTS (SELECT FROM leasing_paymentreversal r WHERE r.site_id = p.site_id AND r.payment_id = p.id)
"""


def open_accounts(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM leasing_contract)")
        if not cursor.fetchone()[0]:
            return
        before = _francs(cursor)
        for statement in _ACCOUNTS:
            cursor.execute(statement)
        cursor.execute(_AFTER_THE_END)
        cursor.execute("SELECT site_id, count(*), sum(paid_amount)::bigint FROM after_the_end GROUP BY site_id")
        gone = {site: (count, francs) for site, count, francs in cursor.fetchall()}
        cursor.execute(
            "DELETE FROM leasing_allocation a USING after_the_end e WHERE a.site_id = e.site_id AND a.instalment_id = e.id"
        )
        cursor.execute("DELETE FROM leasing_instalment i USING after_the_end e WHERE i.site_id = e.site_id AND i.id = e.id")
        moved = _place_all(cursor, by="account_id")
        after = _francs(cursor)
        if before != after:
            raise ValueError(f"received by payments: {before} francs before, {after} after")
        cursor.execute(
            "SELECT c.site_id, currency, count(*), count(DISTINCT account_id)"
            " FROM leasing_contract c JOIN sites_app_site s ON s.code = c.site_id GROUP BY c.site_id, currency ORDER BY 1"
        )
        print()  # noqa: T201 -- what a person who upgrades wants to read
        for site, currency, contracts, accounts in cursor.fetchall():
            rows, freed = gone.get(site, (0, 0))
            changed, francs, of = moved[site]
            print(  # noqa: T201
                f"    {site}: {contracts} contracts in {accounts} accounts, {after.get(site, 0)} {currency} received. "
                f"{rows} instalments after an end are gone, {freed} {currency} of them are on account. "
                f"{changed} payments of {of} contracts pay another month, {francs} {currency}."
            )


def close_accounts(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_NEW_VERBS)
        used = cursor.fetchone()[0]
        if used:
            raise ValueError(f"{used} records use what the former release does not know: restore a backup instead")
        _place_all(cursor, by="contract_id")
        cursor.execute("ALTER TABLE leasing_payment DISABLE TRIGGER pgtrigger_append_only_5a7da")
        cursor.execute("UPDATE leasing_payment SET account_id = NULL")
        cursor.execute("UPDATE leasing_instalment SET account_id = NULL")
        cursor.execute("UPDATE leasing_contract SET account_id = NULL")
        cursor.execute("DELETE FROM leasing_account")
        for statement in _LOCKED_AGAIN:
            cursor.execute(statement)


def _francs(cursor):
    cursor.execute(f"SELECT site_id, sum(amount)::bigint FROM leasing_payment p WHERE {_STANDING} GROUP BY site_id")
    return dict(cursor.fetchall())


def _place_all(cursor, by):
    """Place all money anew; by site how many payments that changed, with how many francs, of how many contracts."""
    cursor.execute("SELECT code FROM sites_app_site ORDER BY code")
    return {site: _place_site(cursor, site, by) for (site,) in cursor.fetchall()}


def _place_site(cursor, site, by):
    receipts, debts = defaultdict(list), defaultdict(list)
    cursor.execute(
        f"SELECT {by}, id, received_on, amount FROM leasing_payment p WHERE site_id = %s AND {_STANDING}"
        " ORDER BY received_on, recorded_at, id",
        [site],
    )
    for owner, *receipt in cursor.fetchall():
        receipts[owner].append(Received(*receipt))
    cursor.execute(
        f"SELECT {by}, id, amount FROM leasing_instalment WHERE site_id = %s ORDER BY due_date, period, amount, id", [site]
    )
    for owner, instalment, francs in cursor.fetchall():
        debts[owner].append(Debt(instalment, francs))
    placed = [place(receipts[owner], debts[owner]) for owner in receipts.keys() | debts.keys()]
    shares = [share for found in placed for share in found.shares]
    settled = [pair for found in placed for pair in found.settled_on.items()]
    cursor.execute(
        "CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[])"
        " AS w (payment_id, instalment_id, amount)",
        [[s.payment for s in shares], [s.instalment for s in shares], [s.francs for s in shares]],
    )
    cursor.execute(
        "SELECT count(DISTINCT p.id), coalesce(sum(w.amount), 0)::bigint, count(DISTINCT p.contract_id)"
        " FROM wanted w JOIN leasing_payment p ON p.site_id = %(site)s AND p.id = w.payment_id"
        " WHERE NOT EXISTS (SELECT FROM leasing_allocation a WHERE a.site_id = %(site)s"
        " AND a.payment_id = w.payment_id AND a.instalment_id = w.instalment_id AND a.amount = w.amount)",
        {"site": site},
    )
    moved = cursor.fetchone()
    cursor.execute("DELETE FROM leasing_allocation WHERE site_id = %s", [site])
    cursor.execute(
        "INSERT INTO leasing_allocation (site_id, id, payment_id, instalment_id, amount)"
        " SELECT %s, gen_random_uuid(), payment_id, instalment_id, amount FROM wanted",
        [site],
    )
    cursor.execute("DROP TABLE wanted")
    cursor.execute(
        "UPDATE leasing_instalment i SET paid_amount = coalesce(paid.francs, 0), settled_on = s.day"
        " FROM leasing_instalment j LEFT JOIN (SELECT instalment_id, sum(amount)::bigint AS francs"
        " FROM leasing_allocation WHERE site_id = %(site)s GROUP BY instalment_id) paid ON paid.instalment_id = j.id"
        " LEFT JOIN unnest(%(ids)s::uuid[], %(days)s::date[]) AS s (id, day) ON s.id = j.id"
        " WHERE i.site_id = %(site)s AND j.site_id = %(site)s AND j.id = i.id"
        " AND (i.paid_amount, i.settled_on) IS DISTINCT FROM (coalesce(paid.francs, 0), s.day)",
        {"site": site, "ids": [key for key, _day in settled], "days": [day for _key, day in settled]},
    )
    return moved


class Migration(migrations.Migration):
    dependencies = [
        ("leasing", "0005_accounts_billing_and_charges"),
        ("sites_app", "0003_accounts_billing_and_charges"),
    ]
    operations = [migrations.RunPython(open_accounts, close_accounts)]
