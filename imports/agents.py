"""An agent is somebody of the site, named by user name or e-mail."""

from django.db.models import Case, Exists, F, OuterRef, When
from django.utils.translation import gettext_lazy as _

from imports.table import Check
from sites_app.models import Membership, Site

AGENTS = """
    agents AS (
        SELECT m.user_id, lower(u.username) AS username, lower(nullif(u.email, '')) AS email
        FROM sites_app_membership m JOIN accounts_user u ON u.id = m.user_id WHERE m.site_id = %(site)s
    )
"""
"""Who they are, for the WITH of a statement: user_id, username, email."""

FORMER_AGENTS = """
    former_agents AS (
        SELECT u.id AS user_id, lower(u.username) AS username FROM accounts_user u
        WHERE u.id IN (
            SELECT user_id FROM sites_app_membership WHERE site_id = %(site)s
            UNION SELECT agent_id FROM leasing_contract WHERE site_id = %(site)s
            UNION SELECT agent_id FROM leasing_interaction WHERE site_id = %(site)s
        )
    )
"""
"""Those and who was one of them: user_id, username. Of others a site learns nothing, not even that they are there."""


def agent_name(site: Site) -> Case:
    """An agent's user name for an export, where they still work on the site."""
    return Case(When(_still_here(site), then=F("agent__username")))


def former_agent_name(site: Site) -> Case:
    """That of one who has left."""
    return Case(When(~_still_here(site), then=F("agent__username")))


def _still_here(site: Site) -> Exists:
    return Exists(Membership.objects.filter(site=site, user=OuterRef("agent")))


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


def unknown_former_agent(table: str) -> Check:
    """New rows of an agent who has left, and of whom the site knows nothing."""
    return Check(
        f"""
        WITH {FORMER_AGENTS}
        SELECT s.source, s.line, 'former_agent', s.former_agent, NULL FROM import_{table} s
        WHERE s.known_id IS NULL AND s.agent IS NULL AND s.former_agent IS NOT NULL
            AND lower(s.former_agent) NOT IN (SELECT username FROM former_agents)
        """,
        _("Nobody who is or was an agent of %(site)s has this user name: it comes in without one."),
    )
