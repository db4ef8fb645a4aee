"""What has happened with a tenant, from the portfolio's records: one statement, and words for each kind of event."""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from changes import sql
from leasing.models import Interaction, Litigation, Notice, ServiceRequest, Tenant
from screens import formats
from screens.declarations import Event, Events
from sites_app.request import SiteRequest
from sites_app.rules import PAYMENT_METHODS

Facts = Mapping[str, Any]


def events_of_tenant(request: SiteRequest, tenant: Tenant, limit: int) -> Events:
    """Payments and their reversals, calls and visits, notices, disputes and requests. One statement."""
    asked = {"site": tenant.site_id, "tenant": tenant.pk, "timezone": tenant.site.timezone, "limit": limit}
    rows = list(sql.rows(_EVENTS, asked))
    newest = [_event(row, tenant.site.currency) for row in rows]
    return Events(newest, rows[0]["total"] if rows else 0)


def _event(row: Mapping[str, Any], currency: str) -> Event:
    icon, words = _KINDS[row["kind"]]
    text, note = words(json.loads(row["facts"]) | {"currency": currency})
    return Event(row["day"], f"{row['id']}{row['kind']}", icon, text, note, row["clock"])


def _payment(facts: Facts) -> tuple[str, str]:
    method = _label(PAYMENT_METHODS, facts["method"]).lower()
    return _("Payment of %(amount)s") % {"amount": _francs(facts)}, _noted(method, facts["provider"], _contract(facts))


def _reversal(facts: Facts) -> tuple[str, str]:
    values = {"amount": _francs(facts), "day": _day(facts["received_on"])}
    return _("The payment of %(amount)s of %(day)s was a mistake: reversed") % values, facts["reason"]


def _interaction(facts: Facts) -> tuple[str, str]:
    channel = _label(Interaction.Channel.choices, facts["channel"])
    direction = _label(Interaction.Direction.choices, facts["direction"])
    return f"{channel} · {direction}", _noted(facts["agent"], facts["note"])


def _notice(facts: Facts) -> tuple[str, str]:
    deadline = _("legal deadline on %(day)s") % {"day": _day(facts["deadline"])}
    return _label(Notice.Kind.choices, facts["kind"]), _noted(_contract(facts), deadline)


def _notice_closed(facts: Facts) -> tuple[str, str]:
    return _("Closed: %(notice)s") % {"notice": _label(Notice.Kind.choices, facts["kind"])}, _contract(facts)


def _litigation(facts: Facts) -> tuple[str, str]:
    return _("Dispute opened: %(subject)s") % {"subject": _subject(Litigation.Kind, facts)}, _contract(facts)


def _litigation_resolved(facts: Facts) -> tuple[str, str]:
    return _("Dispute resolved: %(subject)s") % {"subject": _subject(Litigation.Kind, facts)}, _contract(facts)


def _request(facts: Facts) -> tuple[str, str]:
    subject = {"subject": _subject(ServiceRequest.Category, facts)}
    text = _("Complaint: %(subject)s") if facts["is_complaint"] else _("Request: %(subject)s")
    return text % subject, facts["property"]


def _request_closed(facts: Facts) -> tuple[str, str]:
    subject = {"subject": _subject(ServiceRequest.Category, facts)}
    text = _("Complaint closed: %(subject)s") if facts["is_complaint"] else _("Request closed: %(subject)s")
    return text % subject, facts["property"]


_KINDS: Mapping[str, tuple[str, Callable[[Facts], tuple[str, str]]]] = {
    "payment": ("money", _payment),
    "reversal": ("back", _reversal),
    "interaction": ("message", _interaction),
    "notice": ("paper", _notice),
    "notice_closed": ("paper", _notice_closed),
    "litigation": ("scales", _litigation),
    "litigation_resolved": ("scales", _litigation_resolved),
    "request": ("wrench", _request),
    "request_closed": ("wrench", _request_closed),
}


def _noted(*parts: str) -> str:
    return " · ".join(filter(None, parts))


def _contract(facts: Facts) -> str:
    return _("contract %(reference)s") % {"reference": facts["contract"]}


def _subject(choices: Any, facts: Facts) -> str:
    return _label(choices.choices, facts["kind"]).lower()


def _label(choices: Any, value: str) -> str:
    return str(dict(choices).get(value, value))


def _francs(facts: Facts) -> str:
    return formats.francs(facts["amount"], facts["currency"])


def _day(text: str) -> str:
    return formats.date_short(dt.date.fromisoformat(text))


_EVENTS = """
    WITH theirs AS (
        SELECT id, reference FROM leasing_contract WHERE site_id = %(site)s AND tenant_id = %(tenant)s
    ), event AS (
        SELECT 'payment' AS kind, p.id, p.received_on AS day, NULL::time AS clock, jsonb_build_object(
            'amount', p.amount, 'method', p.method, 'provider', p.provider, 'contract', t.reference
        ) AS facts
        FROM leasing_payment p JOIN theirs t ON t.id = p.contract_id
        WHERE p.site_id = %(site)s
        UNION ALL
        SELECT 'reversal', r.id, r.reversed_on, NULL, jsonb_build_object(
            'amount', p.amount, 'received_on', p.received_on, 'reason', r.reason
        )
        FROM leasing_payment p JOIN theirs t ON t.id = p.contract_id
        JOIN leasing_paymentreversal r ON r.site_id = p.site_id AND r.payment_id = p.id
        WHERE p.site_id = %(site)s
        UNION ALL
        SELECT 'interaction', i.id, there.moment::date, there.moment::time, jsonb_build_object(
            'channel', i.channel, 'direction', i.direction, 'note', i.note,
            'agent', coalesce(nullif(u.full_name, ''), u.username, '')
        )
        FROM leasing_interaction i
        CROSS JOIN LATERAL (SELECT i.happened_at AT TIME ZONE %(timezone)s AS moment) there
        LEFT JOIN accounts_user u ON u.id = i.agent_id
        WHERE i.site_id = %(site)s AND i.tenant_id = %(tenant)s
        UNION ALL
        SELECT step.kind, n.id, step.day, NULL, jsonb_build_object(
            'kind', n.kind, 'deadline', n.legal_deadline, 'contract', t.reference
        )
        FROM leasing_notice n JOIN theirs t ON t.id = n.contract_id
        CROSS JOIN LATERAL (VALUES ('notice', n.issued_on), ('notice_closed', n.closed_on)) step (kind, day)
        WHERE n.site_id = %(site)s AND step.day IS NOT NULL
        UNION ALL
        SELECT step.kind, l.id, step.day, NULL, jsonb_build_object('kind', l.kind, 'contract', t.reference)
        FROM leasing_litigation l JOIN theirs t ON t.id = l.contract_id
        CROSS JOIN LATERAL (
            VALUES ('litigation', l.opened_on), ('litigation_resolved', l.resolved_on)
        ) step (kind, day)
        WHERE l.site_id = %(site)s AND step.day IS NOT NULL
        UNION ALL
        SELECT step.kind, s.id, step.day, NULL, jsonb_build_object(
            'kind', s.category, 'is_complaint', s.is_complaint, 'property', home.code
        )
        FROM leasing_servicerequest s
        JOIN leasing_property home ON home.site_id = s.site_id AND home.id = s.property_id
        CROSS JOIN LATERAL (VALUES ('request', s.opened_on), ('request_closed', s.closed_on)) step (kind, day)
        WHERE s.site_id = %(site)s AND s.tenant_id = %(tenant)s AND step.day IS NOT NULL
    )
    SELECT kind, id, day, clock, facts, count(*) OVER () AS total
    FROM event
    ORDER BY day DESC, coalesce(clock, '00:00') DESC, id DESC, kind COLLATE "C" DESC
    LIMIT %(limit)s
"""
