"""Interactions: calls, visits, messages."""

import datetime as dt
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from imports.agents import AGENTS, unknown_agent
from imports.cells import OneOf, moment, text
from imports.choices import words
from imports.columns import AGENT, TENANT
from imports.mistakes import still_to_come, unknown_tenant
from imports.pairs import pair
from imports.table import FileColumn, Table
from leasing.models import Interaction


class InteractionRow(NamedTuple):
    tenant: str  # code
    channel: str
    happened_at: dt.datetime  # aware
    agent: str | None = None  # user name or e-mail
    direction: str = "out"
    note: str | None = None
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
}

_INSERT = f"""
    WITH {AGENTS}
    INSERT INTO leasing_interaction (site_id, tenant_id, agent_id, channel, direction, happened_at, note)
    SELECT %(site)s, t.id, a.user_id, i.channel, i.direction, i.happened_at, coalesce(i.note, '')
    FROM import_interactions i
    LEFT JOIN leasing_tenant t ON t.site_id = %(site)s AND t.code = i.tenant
    LEFT JOIN agents a ON lower(i.agent) IN (a.username, a.email)
    WHERE i.known_id IS NULL ORDER BY i.seq
"""

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
    match=(
        pair("import_interactions", "leasing_interaction", ("channel", "direction", "happened_at"), owner="tenant"),
    ),
    mistakes=(
        unknown_agent("interactions"),
        unknown_tenant("interactions"),
        still_to_come("interactions", "happened_at"),
    ),
    insert=_INSERT,
)
