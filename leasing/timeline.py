"""What has happened with a tenant, from the portfolio's records: one statement, and words for each kind of event."""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from changes import sql
from leasing.models import PAYMENT_KINDS, Contract, Instalment, Interaction, Litigation, Notice, ServiceRequest, Tenant
from screens import formats
from screens.declarations import Event, Events
from sites_app.request import SiteRequest
from sites_app.rules import PAYMENT_METHODS

Facts = Mapping[str, Any]


def events_of_tenant(request: SiteRequest, tenant: Tenant, limit: int) -> Events:
    """Moves, ends, changes of rent, charges, payments and their reversals, calls and visits, notices, disputes
    and requests. One statement."""
    site = tenant.site
    asked = {
        "site": site.code,
        "tenant": tenant.pk,
        "timezone": site.timezone,
        "today": site.today(),
        "limit": limit,
    }
    rows = list(sql.rows(_EVENTS, asked))
    newest = [_event(row, site.currency) for row in rows]
    return Events(newest, rows[0]["total"] if rows else 0)


def _event(row: Mapping[str, Any], currency: str) -> Event:
    icon, words, page = _KINDS[row["kind"]]
    facts = json.loads(row["facts"]) | {"currency": currency}
    text, note = words(facts)
    url = reverse(page, args=[facts["about"]]) if page else ""
    return Event(row["day"], f"{row['id']}{row['kind']}", icon, text, note, row["clock"], url)


def _payment(facts: Facts) -> tuple[str, str]:
    amount = formats.francs(abs(facts["amount"]), facts["currency"])
    match facts["method"]:
        case "refund":
            return _("%(amount)s given back") % {"amount": amount}, _noted(facts["reason"], _contract(facts))
        case "credit":
            return _("%(amount)s of debt let go") % {"amount": amount}, _noted(facts["reason"], _contract(facts))
        case "opening":
            return _("%(amount)s ahead, brought forward") % {"amount": amount}, _noted(
                facts["reason"], _contract(facts)
            )
        case "deposit":
            return _("%(amount)s of the deposit put on account") % {"amount": amount}, _contract(facts)
    method = _label(PAYMENT_METHODS, facts["method"]).lower()
    return _("Payment of %(amount)s") % {"amount": _francs(facts)}, _noted(method, facts["provider"], _contract(facts))


def _reversal(facts: Facts) -> tuple[str, str]:
    values = {
        "amount": formats.francs(abs(facts["amount"]), facts["currency"]),
        "day": _day(facts["received_on"]),
    }
    if facts["method"] not in dict(PAYMENT_METHODS):
        values["kind"] = _label(PAYMENT_KINDS, facts["method"])
        return _("“%(kind)s” of %(amount)s of %(day)s was a mistake: reversed") % values, facts["reason"]
    return _("The payment of %(amount)s of %(day)s was a mistake: reversed") % values, facts["reason"]


def _charge(facts: Facts) -> tuple[str, str]:
    values = {"charge": _label(Instalment.Kind.choices, facts["kind"]), "amount": _francs(facts)}
    return _("%(charge)s due: %(amount)s") % values, _noted(facts["label"], _contract(facts))


def _move(facts: Facts) -> tuple[str, str]:
    return _("Moves inside the agency, to %(property)s") % {"property": facts["property"]}, _contract(facts)


def _end(facts: Facts) -> tuple[str, str]:
    reason = _label(Contract.EndReason.choices, facts["reason"]) if facts["reason"] else ""
    text = _("Last day in %(property)s") % {"property": facts["property"]}
    return text, _noted(reason, _contract(facts))


def _rent_change(facts: Facts) -> tuple[str, str]:
    return _("The rent changes to %(amount)s") % {"amount": _francs(facts)}, _contract(facts)


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


# The picture, the words, and the page of what `about` names.
_KINDS: Mapping[str, tuple[str, Callable[[Facts], tuple[str, str]], str]] = {
    "move": ("paper", _move, "leasing:contract"),
    "end": ("paper", _end, "leasing:contract"),
    "rent_change": ("money", _rent_change, "leasing:contract"),
    "charge": ("money", _charge, "leasing:contract"),
    "payment": ("money", _payment, "leasing:payment"),
    "reversal": ("back", _reversal, "leasing:payment"),
    "interaction": ("message", _interaction, ""),
    "notice": ("paper", _notice, "leasing:contract"),
    "notice_closed": ("paper", _notice_closed, "leasing:contract"),
    "litigation": ("scales", _litigation, "leasing:contract"),
    "litigation_resolved": ("scales", _litigation_resolved, "leasing:contract"),
    "request": ("wrench", _request, "leasing:property"),
    "request_closed": ("wrench", _request_closed, "leasing:property"),
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
        SELECT c.*, home.code AS home FROM leasing_contract c
        JOIN leasing_property home ON home.site_id = c.site_id AND home.id = c.property_id
        WHERE c.site_id = %(site)s AND c.tenant_id = %(tenant)s
    ), event AS (
        SELECT 'payment' AS kind, p.id, p.received_on AS day, NULL::time AS clock, jsonb_build_object(
            'amount', p.amount, 'method', p.method, 'provider', p.provider, 'reason', p.reason, 'contract', t.reference,
            'about', p.id
        ) AS facts
        FROM leasing_payment p JOIN theirs t ON t.id = p.contract_id
        WHERE p.site_id = %(site)s
        UNION ALL
        SELECT 'move', t.id, t.start_date, NULL, jsonb_build_object(
            'property', t.home, 'contract', t.reference, 'about', t.id
        )
        FROM theirs t
        WHERE t.status <> 'draft' AND t.moved_from_id IS NOT NULL AND t.start_date <= %(today)s
        UNION ALL
        SELECT 'end', t.id, t.ended_on, NULL, jsonb_build_object(
            'property', t.home, 'contract', t.reference, 'reason', t.end_reason, 'about', t.id
        )
        FROM theirs t
        WHERE t.ended_on <= %(today)s AND NOT EXISTS (
            SELECT FROM theirs next
            WHERE next.status <> 'draft' AND t.id IN (next.renewal_of_id, next.moved_from_id)
        )
        UNION ALL
        SELECT 'rent_change', s.id, s.from_month, NULL, jsonb_build_object(
            'amount', s.monthly_rent, 'contract', t.reference, 'about', t.id
        )
        FROM leasing_rentstep s JOIN theirs t ON t.id = s.contract_id
        WHERE s.site_id = %(site)s AND s.from_month <= %(today)s
        UNION ALL
        SELECT 'charge', i.id, i.due_date, NULL, jsonb_build_object(
            'kind', i.kind, 'label', i.label, 'amount', i.amount, 'contract', t.reference,
            'about', t.id
        )
        FROM leasing_instalment i JOIN theirs t ON t.id = i.contract_id
        WHERE i.site_id = %(site)s AND i.kind NOT IN ('rent', 'service') AND i.due_date <= %(today)s
        UNION ALL
        SELECT 'reversal', r.id, r.reversed_on, NULL, jsonb_build_object(
            'amount', p.amount, 'received_on', p.received_on, 'reason', r.reason, 'method', p.method,
            'about', p.id
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
            'kind', n.kind, 'deadline', n.legal_deadline, 'contract', t.reference, 'about', t.id
        )
        FROM leasing_notice n JOIN theirs t ON t.id = n.contract_id
        CROSS JOIN LATERAL (VALUES ('notice', n.issued_on), ('notice_closed', n.closed_on)) step (kind, day)
        WHERE n.site_id = %(site)s AND step.day IS NOT NULL
        UNION ALL
        SELECT step.kind, l.id, step.day, NULL, jsonb_build_object(
            'kind', l.kind, 'contract', t.reference, 'about', t.id
        )
        FROM leasing_litigation l JOIN theirs t ON t.id = l.contract_id
        CROSS JOIN LATERAL (
            VALUES ('litigation', l.opened_on), ('litigation_resolved', l.resolved_on)
        ) step (kind, day)
        WHERE l.site_id = %(site)s AND step.day IS NOT NULL
        UNION ALL
        SELECT step.kind, s.id, step.day, NULL, jsonb_build_object(
            'kind', s.category, 'is_complaint', s.is_complaint, 'property', home.code, 'about', home.id
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
