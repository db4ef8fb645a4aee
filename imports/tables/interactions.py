"""Interactions: calls, visits, messages."""

import datetime as dt
from typing import NamedTuple

from django.db.models import F, Func, QuerySet, TextField, Value
from django.utils.translation import gettext_lazy as _

from imports.agents import AGENTS, FORMER_AGENTS, agent_name, former_agent_name, unknown_agent, unknown_former_agent
from imports.cells import OneOf, moment, text
from imports.choices import words
from imports.columns import AGENT, FORMER_AGENT, TENANT
from imports.mistakes import still_to_come, unknown_tenant
from imports.table import FileColumn, Table
from leasing.models import Interaction
from sites_app.models import Site


class InteractionRow(NamedTuple):
    tenant: str  # code
    channel: str
    happened_at: dt.datetime  # aware
    agent: str | None = None  # user name or e-mail
    direction: str = "out"
    note: str | None = None
    former_agent: str | None = None  # user name
    source: str = ""
    line: int = 0


CHANNELS = words(
    call="appel téléphone / phone phone_call",
    sms="texto message / text_message",
    whatsapp="whatsapp",
    visit="visite / on_site",
    office="bureau agence au_bureau / at_the_office",
)
DIRECTIONS = words(**{"in": "entrant reçu / inbound incoming", "out": "sortant émis / outbound outgoing"})
COLUMNS = {
    "tenant": TENANT,
    "agent": AGENT,
    "channel": FileColumn("channel canal moyen type", french="canal", read=OneOf(CHANNELS), required=True),
    "direction": FileColumn("direction sens", french="sens", read=OneOf(DIRECTIONS)),
    "happened_at": FileColumn(
        "happened_at date date_heure date_et_heure quand le", french="date heure", read=moment, required=True
    ),
    "note": FileColumn("note notes commentaire observation observations", french="note", read=text(5000)),
    "former_agent": FORMER_AGENT,
}

# Files give the minute, and a clerk's own entry has seconds too.
_MATCH = """
    WITH new AS (
        SELECT s.id, s.tenant, s.channel, s.direction, date_trunc('minute', s.happened_at) AS minute,
            row_number() OVER (
                PARTITION BY s.tenant, s.channel, s.direction, date_trunc('minute', s.happened_at) ORDER BY s.seq
            ) AS number
        FROM import_interactions s
    ), known AS (
        SELECT k.id, t.code AS tenant, k.channel, k.direction, date_trunc('minute', k.happened_at) AS minute,
            row_number() OVER (
                PARTITION BY k.tenant_id, k.channel, k.direction, date_trunc('minute', k.happened_at) ORDER BY k.id
            ) AS number
        FROM leasing_interaction k JOIN leasing_tenant t ON t.site_id = k.site_id AND t.id = k.tenant_id
        WHERE k.site_id = %(site)s AND t.code IN (SELECT tenant FROM import_interactions)
    )
    UPDATE import_interactions s SET known_id = known.id
    FROM new JOIN known USING (tenant, channel, direction, minute, number) WHERE s.id = new.id
"""

_INSERT = f"""
    WITH {AGENTS}, {FORMER_AGENTS}
    INSERT INTO leasing_interaction (site_id, tenant_id, agent_id, channel, direction, happened_at, note)
    SELECT %(site)s, t.id, coalesce(a.user_id, former.user_id), i.channel, i.direction, i.happened_at,
        coalesce(i.note, '')
    FROM import_interactions i
    LEFT JOIN leasing_tenant t ON t.site_id = %(site)s AND t.code = i.tenant
    LEFT JOIN agents a ON lower(i.agent) IN (a.username, a.email)
    LEFT JOIN former_agents former ON i.agent IS NULL AND former.username = lower(i.former_agent)
    WHERE i.known_id IS NULL ORDER BY i.seq
"""


def _export(site: Site) -> QuerySet:
    local = Func(Value(site.timezone), F("happened_at"), function="timezone")
    return (
        Interaction.objects.filter(site=site)
        .annotate(
            agent_name=agent_name(site),
            minute=Func(local, Value("YYYY-MM-DD HH24:MI"), function="to_char", output_field=TextField()),
            former_agent=former_agent_name(site),
        )
        .order_by("tenant__code", "happened_at", "id")
        .values_list("tenant__code", "agent_name", "channel", "direction", "minute", "note", "former_agent")
    )


INTERACTIONS = Table(
    name="interactions",
    french="contacts",
    called="interactions interaction contacts echanges appels",
    label=_("Interactions"),
    model=Interaction,
    row=InteractionRow,
    columns=COLUMNS,
    example={
        "channel": "call",
        "direction": "out",
        "happened_at": dt.datetime(2026, 1, 10, 9, 30),  # noqa: DTZ001 -- as a spreadsheet has it
        "note": "Promesse de paiement vendredi",
    },
    match=(_MATCH,),
    mistakes=(
        unknown_agent("interactions"),
        unknown_tenant("interactions"),
        still_to_come("interactions", "happened_at"),
    ),
    remarks=(unknown_former_agent("interactions"),),
    insert=_INSERT,
    export=_export,
)
