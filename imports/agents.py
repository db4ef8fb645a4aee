"""An agent is somebody of the site, named by user name or e-mail."""

from django.utils.translation import gettext_lazy as _

from imports.table import Check

AGENTS = """
    agents AS (
        SELECT m.user_id, lower(u.username) AS username, lower(nullif(u.email, '')) AS email
        FROM sites_app_membership m JOIN accounts_user u ON u.id = m.user_id WHERE m.site_id = %(site)s
    )
"""
"""Who they are, for the WITH of a statement: user_id, username, email."""


def unknown_agent(table: str) -> Check:
    """Rows whose agent is nobody of the site."""
    return Check(
        f"""
        SELECT s.source, s.line, 'agent', s.agent, NULL FROM import_{table} s
        WHERE s.agent IS NOT NULL AND NOT EXISTS (
            SELECT FROM sites_app_membership m JOIN accounts_user u ON u.id = m.user_id
            WHERE m.site_id = %(site)s AND lower(s.agent) IN (lower(u.username), nullif(lower(u.email), '')))
        """,
        _("Nobody of %(site)s has this user name or e-mail."),
    )
