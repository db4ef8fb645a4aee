"""The rest of the report a second time, from the raw rows and with plain loops: see oracle.py.

Values are Fractions. Nothing of the production code is imported.
"""

import calendar
import datetime as dt
from fractions import Fraction

from kpi.tests import oracle
from kpi.tests.oracle import METHODS, agents_of, in_force, is_rent, rent_on, within

LOWER_IS_BETTER = ("averageResolutionTime", "depositReturnTime", "portfolioRiskScore")
MONEY = ("revenuePerAgent", "paymentCollectionRate")
PER_AGENT = ("agentProductivity", "revenuePerAgent")


def expected(tables, sites, a, b):
    """oracle.expected, remembered: the same months are asked for by every KPI."""
    remembered = tables.setdefault("remembered", {})
    question = (tuple(sites), a, b)
    if question not in remembered:
        remembered[question] = oracle.expected(tables, sites, a, b)
    return remembered[question]


def months_up_to(day, today, count=13):
    """First and last days of the months up to the one that holds a day; the running month ends today."""
    found, year, month = [], day.year, day.month
    for _n in range(count):
        last = dt.date(year, month, calendar.monthrange(year, month)[1])
        first = dt.date(year, month, 1)
        found.append((first, min(last, today) if first <= today else last))
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found[::-1]


def change(key, now, before):
    """(change, relative change or None, direction, good or None); None when one of both is unknown."""
    if now is None or before is None:
        return None
    moved = now - before
    relative = moved / abs(before) if before else None
    if abs(moved) <= abs(before) / 100:
        return moved, relative, "stable", None
    is_up = moved > 0
    return moved, relative, "up" if is_up else "down", is_up != (key in LOWER_IS_BETTER)


def unusual(key, values, are_over):
    """Which of (value, n) lie more than three robust deviations from the others of months that are over.

    Only those that stand on five cases; agents are no cases.
    """
    enough = [
        over and v is not None and (n >= 20 or (key in PER_AGENT and n >= 1))
        for (v, n), over in zip(values, are_over, strict=True)
    ]
    marks = []
    for here, (value, _n) in enumerate(values):
        others = [v for there, (v, _m) in enumerate(values) if there != here and enough[there]]
        marks.append(enough[here] and len(others) >= 12 and far_out(value, others))
    return marks


def far_out(value, others):
    middle = middle_of(others)
    distances = [abs(other - middle) for other in others]
    spread = middle_of(distances) * Fraction("1.4826")
    if spread == 0:
        spread = sum(distances) / len(distances) * Fraction("1.2533")
    if spread == 0:
        return abs(value - others[0]) > abs(others[0]) / 100
    return abs(value - middle) / spread > 3


def middle_of(numbers):
    ordered, half = sorted(numbers), len(numbers) // 2
    return Fraction(ordered[half]) if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / Fraction(2)


def targets(tables, site, day):
    """key → value, of one site on a day."""

    def holds(row):
        valid = row["valid"]
        return (valid.lower is None or valid.lower <= day) and (valid.upper is None or day < valid.upper)

    found = {r["key"]: Fraction(r["value"]) for r in tables["kpitarget"] if r["site_id"] == site and holds(r)}
    for rule in tables["regionalrule"]:
        if rule["site_id"] == site and rule["rule_type"] == "deposit_return_days" and holds(rule):
            found["depositReturnTime"] = Fraction(rule["value"])
    return found


def agreed(tables, sites, day, key):
    """The target that all sites share, else None."""
    values = [targets(tables, site, day).get(key) for site in sites]
    return values[0] if len(set(values)) == 1 else None


def received_by(tables, day, *, besides=()):
    """instalment → francs allocated by payments received up to a day, those of some methods left out."""
    payments = {p["id"] for p in tables["payment"] if p["received_on"] <= day and p["method"] not in besides}
    francs = {}
    for allocation in tables["allocation"]:
        if allocation["payment_id"] in payments:
            instalment = allocation["instalment_id"]
            francs[instalment] = francs.get(instalment, 0) + allocation["amount"]
    return francs


def contracts_of(tables, site):
    return [c for c in tables["contract"] if c["site_id"] == site and c["status"] != "draft"]


def arrears(tables, site, b):
    """[(debts, francs)] of every kind that are up to 30, 60, 90 days late on b, and later."""
    signed = {c["id"] for c in contracts_of(tables, site)}
    received = received_by(tables, b)
    found = [[0, 0] for _age in range(4)]
    for instalment in tables["instalment"]:
        late = (b - instalment["due_date"]).days
        owed = instalment["amount"] - received.get(instalment["id"], 0)
        if instalment["contract_id"] in signed and late > 0 and owed > 0:
            part = found[0 if late <= 30 else 1 if late <= 60 else 2 if late <= 90 else 3]
            part[0] += 1
            part[1] += owed
    return [tuple(part) for part in found]


def income(tables, site, a, b):
    """method → (payments, francs): what is no deposit, repair or other charge but service."""
    kinds = {i["id"]: i["kind"] for i in tables["instalment"]}
    elsewhere = {}
    for allocation in tables["allocation"]:
        if kinds[allocation["instalment_id"]] not in ("rent", "service"):
            payment = allocation["payment_id"]
            elsewhere[payment] = elsewhere.get(payment, 0) + allocation["amount"]
    undone = {r["payment_id"] for r in tables["paymentreversal"]}
    found = {}
    for payment in tables["payment"]:
        if payment["site_id"] != site or payment["method"] not in METHODS or payment["id"] in undone:
            continue
        earned = payment["amount"] - elsewhere.get(payment["id"], 0)
        if within(payment["received_on"], a, b) and earned > 0:
            n, francs = found.get(payment["method"], (0, 0))
            found[payment["method"]] = n + 1, francs + earned
    return found


def median_rent(tables, site, b):
    rents = sorted(rent_on(tables, c, b) for c in contracts_of(tables, site) if in_force(c, b))
    return rents[(len(rents) - 1) // 2] if rents else None


def agents(tables, site, a, b):
    """agent (0: nobody) → dict of what is theirs, without those who have nothing."""
    names = ("signed", "in_force", "rent", "due", "francs_due", "francs_received", "answers", "rating")
    found = {}

    def add(contract, **more):
        part = found.setdefault(contract["agent_id"] or 0, dict.fromkeys(names, 0))
        for name, number in more.items():
            part[name] += number

    contracts = contracts_of(tables, site)
    by_id = {c["id"]: c for c in contracts}
    for contract in contracts:
        if within(contract["signed_on"], a, b) and contract["moved_from_id"] is None:
            add(contract, signed=1)
        if in_force(contract, b):
            add(contract, in_force=1, rent=rent_on(tables, contract, b))
    received = received_by(tables, b, besides=("credit",))
    for instalment in tables["instalment"]:
        contract = by_id.get(instalment["contract_id"])
        if is_rent(instalment, by_id) and within(instalment["due_date"], a, b):
            add(
                contract,
                due=1,
                francs_due=instalment["amount"],
                francs_received=received.get(instalment["id"], 0),
            )
    for survey in tables["survey"]:
        day = survey["answered_on"]
        if survey["site_id"] == site and survey["kind"] == "satisfaction" and within(day, a, b):
            theirs = {}
            for contract in contracts:
                if contract["tenant_id"] == survey["tenant_id"] and in_force(contract, day):
                    theirs[contract["agent_id"]] = contract
            for contract in theirs.values():
                add(contract, answers=1, rating=survey["rating"])
    return found


def marks(tables, sites, a, b):
    """agent → contest → (value, n, rank), for those who are agents of the sites now."""
    together = {}
    for site in sites:
        for agent, part in agents(tables, site, a, b).items():
            mine = together.setdefault(agent, dict.fromkeys(part, 0))
            for name, number in part.items():
                mine[name] += number
    nothing = dict.fromkeys(
        ("signed", "in_force", "rent", "due", "francs_due", "francs_received", "answers", "rating"), 0
    )
    competing = {agent: together.get(agent, nothing) for agent in agents_of(tables, sites)}
    found = {agent: {} for agent in competing}
    contests = {
        "signed": ("signed", None, "signed", 1),
        "rent": ("rent", None, "in_force", 1),
        "collection": ("francs_received", "francs_due", "due", 10),
        "satisfaction": ("rating", "answers", "answers", 5),
    }
    for contest, (top, bottom, counted, least) in contests.items():
        values = {}
        for agent, part in competing.items():
            below = 1 if bottom is None else part[bottom]
            values[agent] = Fraction(part[top], below) if below else None
        ranked = {a: v for a, v in values.items() if v is not None and competing[a][counted] >= least}
        if len(ranked) == 1:
            ranked = {}
        for agent, value in values.items():
            better = [other for other in ranked.values() if agent in ranked and other > value]
            rank = len(better) + 1 if agent in ranked else None
            found[agent][contest] = (value, competing[agent][counted], rank, len(ranked))
    return found


def improvements(tables, sites, currency_of, a, b):
    """(key, currency) → (gap, priority, {currency: francs}) for each KPI that is short of its shared target."""
    found = {}
    for key, currency, of_sites in scopes(sites, currency_of):
        value, n = expected(tables, of_sites, a, b)[key]
        target = agreed(tables, of_sites, b, key)
        if value is None or target is None or not n:
            continue
        short = value - target if key in LOWER_IS_BETTER else target - value
        if short <= 0:
            continue
        gap = short / abs(target) if target else None
        found[key, currency] = (gap, urgency(gap), worth(tables, of_sites, currency_of, key, target, a, b))
    return found


def scopes(sites, currency_of):
    """(key, currency, sites) for each value of the report: of all sites or, for francs, of those of a currency."""
    for key in expected_keys():
        if key in MONEY:
            for currency in sorted({currency_of[site] for site in sites}):
                yield key, currency, [site for site in sites if currency_of[site] == currency]
        else:
            yield key, "", list(sites)


def expected_keys():
    return (
        "averageResolutionTime", "resolutionRate", "depositReturnRate", "depositReturnTime", "npsScore",
        "tenantRetentionRate", "agentProductivity", "revenuePerAgent", "occupancyRate", "portfolioRiskScore",
        "paymentCollectionRate", "renewalRate",
    )  # fmt: skip


def urgency(gap):
    if gap is None or gap >= Fraction(30, 100):
        return "critical"
    if gap >= Fraction(15, 100):
        return "high"
    return "medium" if gap >= Fraction(5, 100) else "low"


def worth(tables, sites, currency_of, key, target, a, b):
    """currency → francs, of the sites to which closing the gap brings something."""
    found = {}
    for site in sites:
        francs = worth_of_site(tables, site, key, target, a, b)
        if francs and francs > 0:
            currency = currency_of[site]
            found[currency] = found.get(currency, 0) + francs
    return found


def worth_of_site(tables, site, key, target, a, b):
    value, n = expected(tables, [site], a, b)[key]
    rent = median_rent(tables, site, b)
    if key == "paymentCollectionRate":
        by_id = {c["id"]: c for c in contracts_of(tables, site)}
        due = [i["amount"] for i in tables["instalment"] if within(i["due_date"], a, b) and is_rent(i, by_id)]
        return ceiling(target * sum(due)) - (value * sum(due) if due else 0)
    if key == "revenuePerAgent":
        rents = sum(rent_on(tables, c, b) for c in contracts_of(tables, site) if in_force(c, b))
        return ceiling(target * len(agents_of(tables, [site])) / 12) - rents
    if rent is None or key not in ("occupancyRate", "tenantRetentionRate", "renewalRate"):
        return None
    reached = value * n if value is not None else 0
    lacking = n - reached if key == "occupancyRate" else ceiling(target * n) - reached
    return lacking * rent


def ceiling(number):
    number = Fraction(number)
    return -(-number.numerator // number.denominator)


def position(key, value, average):
    if value is None:
        return None
    if abs(value - average) <= abs(average) / 100:
        return "at"
    return "above" if (value > average) != (key in LOWER_IS_BETTER) else "below"


def network(tables, sites, key, a, b):
    """What the sites reached in a month, the best first."""
    values = [expected(tables, [site], a, b)[key][0] for site in sites]
    return sorted((v for v in values if v is not None), reverse=key not in LOWER_IS_BETTER)
