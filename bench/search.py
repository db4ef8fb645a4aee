"""Finding a tenant among a hundred thousand, beside a bare look-up of the same by the same index.

On a site of its own, so that no other line reads these rows. Tenants, properties and owners are written as the
application writes them, so that the triggers write their words.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from changes import sql
from leasing.search import KINDS, find

SITE = "GN_SEARCH"
TENANTS = 100_000
# What is typed, and what of it the bare look-up looks for.
LIMITED = {"conde": "conde", "ma": "ma", "620-12-34": "6201234", "T-000123": "t000123"}
NOT_LIMITED = ("mamadou diallo", "konde")


def fill(connection: Any) -> None:
    """Add the site to a filled database. `connection` is psycopg's, of the superuser."""
    for statement in _ROWS:
        connection.execute(statement)
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(_CONTRACTS)
        connection.execute(_CONTRACT_WORDS)
    connection.execute("VACUUM ANALYZE")


def sides(text: str) -> tuple[Callable[[], object], Callable[[], object]]:
    """The bare look-up, and the search of the application. Both need the site in scope."""
    return partial(_look_up, LIMITED[text]), partial(find, [SITE], text)


def _look_up(beginning: str) -> None:
    parameters = {"site": SITE, "from": beginning, "to": beginning + "\U0010ffff"}
    found = list(sql.rows(_BARE, parameters))
    if not found:
        raise ValueError(f"nobody has {beginning}")


_COLUMNS = {
    "tenant": ("leasing_tenant", "code, name, phone"),
    "contract": ("leasing_contract", "reference, status, ''"),
    "property": ("leasing_property", "code, neighbourhood, address"),
    "owner": ("leasing_owner", "'', name, phone"),
}
_BARE = " UNION ALL ".join(
    f"""
    (SELECT '{kind}', r.id, {_COLUMNS[kind][1]} FROM leasing_searchword w
    JOIN {_COLUMNS[kind][0]} r ON r.site_id = w.site_id AND r.id = w.subject
    WHERE w.site_id = %(site)s AND w.kind = '{kind}' AND w.word >= %(from)s AND w.word < %(to)s
    ORDER BY w.word LIMIT 21)
    """
    for kind in KINDS
)

# Few names are many people's, as anywhere; one family in seven has a name of its own.
_ROWS = (
    f"""
    INSERT INTO sites_app_site (
        code, name, country, timezone, currency, billing, default_language, max_tenants, max_properties, status
    )
    SELECT '{SITE}', 'Recherche', country, timezone, currency, billing, default_language, {TENANTS}, {TENANTS}, status
    FROM sites_app_site WHERE code = 'GN_CONAKRY'
    """,
    f"""
    INSERT INTO leasing_tenant (site_id, id, code, name, phone, phone_2, email, language, employment_status)
    SELECT '{SITE}', md5('tenant' || n)::uuid, 'T-' || lpad(n::text, 6, '0'),
        (array['Mamadou', 'Fatoumata', 'Aïssatou', 'Ibrahima', 'Sékou', 'Mariama', 'Ousmane', 'Kadiatou', 'Thierno'])
            [1 + (n * n::bigint / 7) % 9]
        || (array['', ' Aliou', '', ' Binta', ' Saliou'])[1 + n / 3 % 5] || ' '
        || CASE WHEN n % 7 = 0 THEN initcap(substr(translate(md5(n::text), '0123456789', 'aeiouymnrs'), 1, 7))
            ELSE (array['Diallo', 'Barry', 'Bah', 'Sow', 'Camara', 'Condé', 'Touré', 'Sylla', 'Keïta', 'N''Diaye'])
                [1 + (n / 9) % 10] END,
        '+22462' || lpad((n * 37::bigint % 9999991)::text, 7, '0'), '', '', 'fr', ''
    FROM generate_series(1, {TENANTS}) AS n
    """,
    f"""
    INSERT INTO leasing_owner (site_id, id, name, phone, email)
    SELECT '{SITE}', md5('owner' || n)::uuid, 'Famille ' || n, '', '' FROM generate_series(1, 5000) AS n
    """,
    f"""
    INSERT INTO leasing_property (site_id, id, code, kind, address, neighbourhood, status, owner_id)
    SELECT '{SITE}', md5('home' || n)::uuid, 'P-' || lpad(n::text, 6, '0'), 'apartment', 'Rue KA-' || n % 900,
        (array['Kaloum', 'Matoto', 'Ratoma', 'Dixinn', 'Matam', 'Kipé', 'Nongo', 'Lambanyi'])[1 + n % 8], 'lettable',
        md5('owner' || 1 + n % 5000)::uuid
    FROM generate_series(1, {TENANTS}) AS n
    """,
    f"""
    INSERT INTO leasing_account (site_id, id, tenant_id)
    SELECT '{SITE}', md5('account' || n)::uuid, md5('tenant' || n)::uuid FROM generate_series(1, {TENANTS}) AS n
    """,
)
_CONTRACTS = f"""
    INSERT INTO leasing_contract (
        site_id, id, reference, account_id, property_id, tenant_id, start_date, monthly_rent, billing,
        rents_from_assumed, payment_day, deposit_amount, advance_months, status, signed_on, end_reason
    )
    SELECT '{SITE}', md5('contract' || n)::uuid, 'B-2026-' || lpad(n::text, 6, '0'), md5('account' || n)::uuid,
        md5('home' || n)::uuid, md5('tenant' || n)::uuid, '2026-01-01', 1000000, 'calendar', false, 5, 0, 0, 'active',
        '2026-01-01', ''
    FROM generate_series(1, {TENANTS}) AS n
"""
_CONTRACT_WORDS = f"""
    INSERT INTO leasing_searchword (site_id, kind, subject, word)
    SELECT DISTINCT site_id, 'contract', id, search_words(reference) FROM leasing_contract WHERE site_id = '{SITE}'
"""
