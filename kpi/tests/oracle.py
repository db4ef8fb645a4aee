"""The twelve KPIs a second time, from the raw rows, with plain loops.

Nothing of the production code is imported and nothing is added up by the database: where both agree, two separate
readings of docs/formulas/kpi.md agree.
"""

import calendar
import datetime as dt
import zoneinfo
from fractions import Fraction

from django.db import connection

from tests.owner import as_owner

TABLES = (
    "leasing_property",
    "leasing_contract",
    "leasing_rentstep",
    "leasing_instalment",
    "leasing_payment",
    "leasing_paymentreversal",
    "leasing_allocation",
    "leasing_deposit",
    "leasing_notice",
    "leasing_litigation",
    "leasing_interaction",
    "leasing_survey",
    "sites_app_site",
    "sites_app_membership",
    "sites_app_regionalrule",
    "kpi_kpitarget",
    "kpi_kpibenchmark",
    "accounts_user",
)
DAY = dt.timedelta(days=1)
METHODS = ("cash", "bank", "mobile", "cheque")


def raw_rows():
    """Every row of every table that matters, as the owner of the database sees it: name → list of dicts."""
    tables = {}
    with as_owner(), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table}")
            names = [column.name for column in cursor.description]
            tables[table.split("_")[-1]] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return tables


def previous_period(a, b):
    last = a - DAY
    if a.day == 1 and b.day == calendar.monthrange(b.year, b.month)[1] and (a.year, a.month) == (b.year, b.month):
        return last.replace(day=1), last
    return a - ((b - a) + DAY), last


def expected(tables, sites, a, b):
    """key → (value, n): the value a Fraction, or None where it is undefined."""
    contracts = [c for c in tables["contract"] if c["site_id"] in sites and c["status"] != "draft"]
    by_id = {c["id"]: c for c in contracts}
    now = [c for c in contracts if in_force(c, b)]
    agents = agents_of(tables, sites)
    values = {}

    matters = [(m["site_id"], m["issued_on"], m["closed_on"]) for m in tables["notice"]]
    matters += [(m["site_id"], m["opened_on"], m["resolved_on"]) for m in tables["litigation"]]
    days = [(closed - opened).days for site, opened, closed in matters if site in sites and within(closed, a, b)]
    values["averageResolutionTime"] = mean(days)

    disputed_ever = {litigation["contract_id"] for litigation in tables["litigation"]}
    ended = [c for c in contracts if within(c["ended_on"], a, b) and c["end_reason"] != "moved"]
    values["resolutionRate"] = share([c["id"] not in disputed_ever for c in ended])

    settled = [d for d in tables["deposit"] if d["site_id"] in sites and within(d["settled_on"], a, b)]
    values["depositReturnRate"] = share([d["state"] == "full" for d in settled])
    every_contract = {c["id"]: c for c in tables["contract"]}
    waits = []
    for deposit in settled:
        end = every_contract[deposit["contract_id"]]["ended_on"]
        if end is not None:
            waits.append((deposit["settled_on"] - end).days)
    values["depositReturnTime"] = mean(waits)

    answers = [s for s in tables["survey"] if s["site_id"] in sites and s["kind"] == "nps"]
    ratings = [s["rating"] for s in answers if within(s["answered_on"], a, b)]
    values["npsScore"] = (nps(ratings), len(ratings))

    year_ago = a_year_before(b)
    before = {c["tenant_id"] for c in contracts if in_force(c, year_ago)}
    still = {c["tenant_id"] for c in now}
    values["tenantRetentionRate"] = share([tenant in still for tenant in before])

    signed = sum(1 for c in contracts if within(c["signed_on"], a, b) and c["moved_from_id"] is None)
    months = Fraction((b - a).days + 1) / Fraction("30.4375")
    values["agentProductivity"] = (Fraction(signed) / len(agents) / months if agents else None, len(agents))

    values["revenuePerAgent"] = yearly_rent_per_agent(tables, now, agents, b)

    let = {c["property_id"] for c in now}
    lettable = [p for p in tables["property"] if p["site_id"] in sites and p["status"] == "lettable"]
    lettable = [p for p in lettable if p["part_of_id"] is None or p["id"] in let]
    values["occupancyRate"] = share([p["id"] in let for p in lettable])

    values["portfolioRiskScore"] = (risk(tables, sites, by_id, now, year_ago, b), len(now))
    values["paymentCollectionRate"] = collected(tables, sites, by_id, a, b)

    terms = [c for c in contracts if within(c["end_date"], a, b) and not cut_by_a_move(c)]
    values["renewalRate"] = share([was_renewed(c, contracts) for c in terms])
    return values


def within(day, a, b):
    return day is not None and a <= day <= b


def in_force(contract, day):
    return contract["start_date"] <= day and (contract["ended_on"] is None or contract["ended_on"] >= day)


def a_year_before(day):
    last = calendar.monthrange(day.year - 1, day.month)[1]
    return dt.date(day.year - 1, day.month, min(day.day, last))


def agents_of(tables, sites):
    active = {user["id"] for user in tables["user"] if user["is_active"]}
    return {
        m["user_id"]
        for m in tables["membership"]
        if m["site_id"] in sites and m["role"] == "agent" and m["user_id"] in active
    }


def mean(numbers):
    return (Fraction(sum(numbers), len(numbers)) if numbers else None, len(numbers))


def share(truths):
    truths = list(truths)
    return (Fraction(truths.count(True), len(truths)) if truths else None, len(truths))


def half_up(value):
    floor = value.numerator // value.denominator
    return Fraction(floor + 1) if value - floor >= Fraction(1, 2) else Fraction(floor)


def nps(ratings):
    if not ratings:
        return None
    promoters = len([r for r in ratings if r in (9, 10)])
    detractors = len([r for r in ratings if r < 7])
    return half_up(Fraction(100 * (promoters - detractors), len(ratings)))


def rent_on(tables, contract, day):
    """The rent of the last change up to a day, or else the one that was signed."""
    if "steps" not in tables:
        tables["steps"] = {}
        for step in tables["rentstep"]:
            tables["steps"].setdefault(step["contract_id"], []).append(step)
    rent, since = contract["monthly_rent"], dt.date.min
    for step in tables["steps"].get(contract["id"], []):
        if since <= step["from_month"] <= day:
            rent, since = step["monthly_rent"], step["from_month"]
    return rent


def is_rent(instalment, by_id):
    """Rents and service charges of signed contracts, and no month that began after the contract had ended."""
    contract = by_id.get(instalment["contract_id"])
    if contract is None or instalment["amount"] == 0 or instalment["kind"] not in ("rent", "service"):
        return False
    return contract["ended_on"] is None or contract["ended_on"] >= instalment["period"]


def cut_by_a_move(contract):
    if contract["end_reason"] != "moved":
        return False
    return (contract["ended_on"] - contract["end_date"]).days < 30


def yearly_rent_per_agent(tables, now, agents, b):
    if not agents:
        return None, 0
    rent = 0
    for contract in now:
        rent += rent_on(tables, contract, b)
    return half_up(Fraction(12 * rent, len(agents))), len(agents)


def risk(tables, sites, by_id, now, year_ago, b):
    due = missed = 0
    for instalment in tables["instalment"]:
        if not is_rent(instalment, by_id):
            continue
        if year_ago < instalment["due_date"] <= b:
            due += 1
            thirty_later = instalment["due_date"] + 30 * DAY
            settled = instalment["settled_on"]
            if thirty_later <= b and (settled is None or settled > thirty_later):
                missed += 1
    if not now or not due:
        return None

    open_litigation = set()
    for litigation in tables["litigation"]:
        resolved = litigation["resolved_on"]
        if litigation["opened_on"] <= b and (resolved is None or resolved > b):
            open_litigation.add(litigation["contract_id"])

    window = [b - n * DAY for n in range(30)]
    reversed_ids = {r["payment_id"] for r in tables["paymentreversal"]}
    money = [p for p in tables["payment"] if p["method"] in METHODS and p["id"] not in reversed_ids]
    paying = {p["account_id"] for p in money if p["received_on"] in window}
    zones = {s["code"]: zoneinfo.ZoneInfo(s["timezone"]) for s in tables["site"]}
    spoken = set()
    for interaction in tables["interaction"]:
        if interaction["happened_at"].astimezone(zones[interaction["site_id"]]).date() in window:
            spoken.add(interaction["tenant_id"])

    disputed = len([c for c in now if c["id"] in open_litigation])
    silent = len([c for c in now if c["account_id"] not in paying and c["tenant_id"] not in spoken])
    score = 60 * Fraction(missed, due) + 30 * Fraction(disputed, len(now)) + 10 * Fraction(silent, len(now))
    return min(score, Fraction(100))


def collected(tables, sites, by_id, a, b):
    reversed_ids = {r["payment_id"] for r in tables["paymentreversal"]}
    counting = {
        p["id"]
        for p in tables["payment"]
        if p["received_on"] <= b and p["id"] not in reversed_ids and p["method"] != "credit"
    }
    due = {}
    for instalment in tables["instalment"]:
        if is_rent(instalment, by_id) and within(instalment["due_date"], a, b):
            due[instalment["id"]] = instalment["amount"]
    received = 0
    for allocation in tables["allocation"]:
        if allocation["instalment_id"] in due and allocation["payment_id"] in counting:
            received += allocation["amount"]
    return (Fraction(received, sum(due.values())) if due else None, len(due))


def silent_after_term(tables, site, b):
    """The contracts in force on b with a term over for more than 60 days, and neither money nor a word since."""
    reversed_ids = {r["payment_id"] for r in tables["paymentreversal"]}
    [zone] = [zoneinfo.ZoneInfo(s["timezone"]) for s in tables["site"] if s["code"] == site]
    found = []
    for contract in tables["contract"]:
        term = contract["end_date"]
        if contract["site_id"] != site or contract["status"] == "draft" or term is None or not in_force(contract, b):
            continue
        days = [
            p["received_on"]
            for p in tables["payment"]
            if p["account_id"] == contract["account_id"] and p["method"] in METHODS and p["id"] not in reversed_ids
        ]
        days += [
            i["happened_at"].astimezone(zone).date()
            for i in tables["interaction"]
            if i["tenant_id"] == contract["tenant_id"]
        ]
        if (b - term).days > 60 and not any(term < day <= b for day in days):
            found.append(contract["id"])
    return found


def was_renewed(contract, contracts):
    term = contract["end_date"]
    if contract["ended_on"] is None or contract["ended_on"] >= term + 30 * DAY:
        return True
    for other in contracts:
        follows = contract["start_date"] < other["start_date"] <= term + 90 * DAY
        same = (other["tenant_id"], other["property_id"]) == (contract["tenant_id"], contract["property_id"])
        if follows and (same or other["renewal_of_id"] == contract["id"]):
            return True
    return False
