"""A generated portfolio with what the profile reads beside contracts and money: words, wishes, notices, referrals."""

import datetime as dt

from django.db import connection

from leasing.models import Contract, Interaction, Notice, Property, ServiceRequest, Tenant
from retention.models import ScoringObjection
from sites_app.scope import site_scope
from tests.owner import as_owner
from tests.portfolios import Portfolio


def written_portfolio(seed, sites, contracts):
    portfolio = Portfolio(seed, sites, contracts=contracts)
    dice, rows = portfolio.dice, portfolio.rows
    by_site = {}
    for tenant in rows[Tenant]:
        others = by_site.setdefault(tenant.site_id, [])
        if others and portfolio.maybe(0.3):
            tenant.referred_by = dice.choice(others)
        tenant.joined_on = dice.choice([None, portfolio.day()])
        others.append(tenant)
    for contract in rows[Contract]:
        contract.advance_months = dice.choice([0, 0, 3, 6])
        if contract.end_reason == "left" and portfolio.maybe(0.5):
            contract.end_reason = dice.choice(["eviction", "owner", "death", "other"])
    for notice in rows[Notice]:
        notice.kind = dice.choice(["to_quit", "to_quit", "eviction", "repairs"])
        notice.given_by = dice.choice(["", "tenant", "landlord"])
    for word in rows[Interaction]:
        word.direction = dice.choice(["in", "in", "out"])
    wishes = []
    for contract in rows[Contract]:
        for _n in range(dice.choice([0, 0, 1, 3])):
            tenant_moment = dt.datetime.combine(portfolio.day(), dt.time(23, 30), dt.UTC)
            portfolio.add(
                Interaction, site_id=contract.site_id, tenant=contract.tenant, channel="call", direction="in",
                happened_at=tenant_moment,
            )  # fmt: skip
            opened = portfolio.day()
            wishes.append(
                ServiceRequest(
                    site_id=contract.site_id,
                    tenant=contract.tenant,
                    property=contract.property,
                    category="water",
                    opened_on=opened,
                    is_complaint=portfolio.maybe(0.4),
                    closed_on=dice.choice([None, opened, opened + dt.timedelta(days=20)]),
                )
            )
    portfolio.write()
    with site_scope(sorted({row.site_id for row in rows[Property]})):
        ServiceRequest.objects.bulk_create(wishes)
        for tenant in rows[Tenant][::25]:
            ScoringObjection.objects.create(site_id=tenant.site_id, tenant=tenant, since=dt.date(2025, 1, 1))
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE leasing_servicerequest, leasing_contractevent, retention_scoringobjection")
    return portfolio
