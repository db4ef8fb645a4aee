"""What the generators are asked for in tests: three sites with the rules of their countries."""

import datetime as dt
from typing import Any

from demo.history import generate_portfolio
from demo.portfolio import MadePortfolio, SitePlan
from sites_app.rules import rules_from_rows

TODAY = dt.date(2026, 11, 23)
BOOKS_BEGIN = dt.date(2023, 11, 1)
DAY = dt.timedelta(days=1)
RULES: dict[str, dict[str, Any]] = {
    "GN_CONAKRY": {
        "notice_to_quit_days": 30,
        "eviction_notice_days": 15,
        "maintenance_response_days": 5,
        "dispute_resolution_days": 60,
        "deposit_return_days": 30,
        "payment_methods": ["cash", "bank", "mobile"],
        "largest_cash_payment": 10_000_000,
        "mobile_money_providers": ["Orange", "Areeba"],
        "eviction_closed_season": ["06-01", "09-30"],
    },
    "GN_LABE": {
        "notice_to_quit_days": 40,
        "eviction_notice_days": 30,
        "maintenance_response_days": 14,
        "dispute_resolution_days": 150,
        "deposit_return_days": 60,
        "payment_methods": ["cash", "mobile"],
        "largest_cash_payment": 2_500_000,
        "mobile_money_providers": ["Orange"],
        "eviction_closed_season": ["06-01", "09-30"],
    },
    "SN_DAKAR": {
        "notice_to_quit_days": 30,
        "eviction_notice_days": 15,
        "maintenance_response_days": 5,
        "dispute_resolution_days": 90,
        "deposit_return_days": 30,
        "payment_methods": ["bank", "mobile", "cheque"],
        "largest_cash_payment": 500_000,
        "mobile_money_providers": ["Wave", "Orange", "Free"],
        "eviction_closed_season": None,
    },
}


def plan_of(code: str, tenants: int, max_properties: int = 3000, today: dt.date = TODAY, **given: Any) -> SitePlan:
    rows = [(rule, value, "", False, None, None) for rule, value in RULES[code].items()]
    return SitePlan(
        code=code,
        country=code[:2],
        timezone=dt.UTC,
        today=today,
        tenants=tenants,
        max_properties=max_properties,
        agents=("ousmane", "aissatou"),
        rules=rules_from_rows(code, today, rows),
        **given,
    )


def made(code: str = "GN_CONAKRY", tenants: int = 200, seed: int = 1, **given: Any) -> MadePortfolio:
    return generate_portfolio(plan_of(code, tenants, **given), seed)
