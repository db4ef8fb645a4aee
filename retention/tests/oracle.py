"""The profile a second time, from the raw rows, with plain loops. Nothing of the production code is imported."""

import calendar
import datetime as dt
import zoneinfo
from fractions import Fraction

from django.db import connection

from tests.owner import as_owner

TABLES = (
    "leasing_contract", "leasing_contractevent", "leasing_rentstep", "leasing_instalment", "leasing_payment",
    "leasing_paymentreversal", "leasing_allocation", "leasing_notice", "leasing_interaction", "leasing_survey",
    "leasing_servicerequest", "leasing_tenant", "sites_app_site", "sites_app_regionalrule",
    "retention_scoringobjection", "retention_observedfrom",
)  # fmt: skip
DAY = dt.timedelta(days=1)


def raw_rows():
    """Every row of every table that matters, as the owner of the database sees it: name → list of dicts."""
    tables = {}
    with as_owner(), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table}")
            names = [column.name for column in cursor.description]
            tables[table.rsplit("_", 1)[-1]] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return tables


def later(day, months):
    """The same day so many months later, or the month's last."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def whole_months(first, last):
    months = 0
    while later(first, months + 1) <= last:
        months += 1
    return months


class Oracle:
    def __init__(self, tables):
        self.tables = tables
        self.zones = {site["code"]: zoneinfo.ZoneInfo(site["timezone"]) for site in tables["site"]}
        self.versions = self.by("contractevent", "id")
        for versions in self.versions.values():
            versions.sort(key=lambda event: event["pgh_id"])
        self.instalments = self.by("instalment", "contract_id")
        self.payments = self.by("payment", "account_id")
        self.payment = {row["id"]: row for row in tables["payment"]}
        self.allocations = self.by("allocation", "instalment_id")
        self.reversed_on = {row["payment_id"]: row["reversed_on"] for row in tables["paymentreversal"]}

    def by(self, table, key):
        found = {}
        for row in self.tables[table]:
            found.setdefault(row[key], []).append(row)
        return found

    def of_site(self, table, site):
        return [row for row in self.tables[table] if row["site_id"] == site]

    def midnight_after(self, site, day):
        return dt.datetime.combine(day + DAY, dt.time(), self.zones[site])

    def signed(self, site):
        return [row for row in self.of_site("contract", site) if row["status"] != "draft"]

    def chains(self, contracts, day):
        """Lists of contracts, each a tenancy; `day` None: with all that is known now."""
        homes = {}
        for contract in sorted(contracts, key=lambda row: (row["start_date"], row["id"])):
            chains = homes.setdefault((contract["tenant_id"], contract["property_id"]), [])
            if chains:
                ended = chains[-1][-1]["ended_on"]
                known = ended is not None and (day is None or ended <= day)
                if not known or (contract["start_date"] - ended).days <= 30:
                    chains[-1].append(contract)
                    continue
            chains.append([contract])
        return [chain for chains in homes.values() for chain in chains]

    def known_version(self, contract, day, *, oldest):
        """What was on record of a contract at the end of a day; with `oldest`, else the first there is."""
        versions = self.versions.get(contract["id"], [])
        before = [row for row in versions if row["pgh_created_at"] < self.midnight_after(contract["site_id"], day)]
        if before:
            return before[-1]
        return versions[0] if versions and oldest else None

    def observed_from(self, site, day):
        for row in self.of_site("observedfrom", site):
            return row["day"]
        ends = []
        homes = {}
        for contract in sorted(self.signed(site), key=lambda row: (row["start_date"], row["id"])):
            homes.setdefault((contract["tenant_id"], contract["property_id"]), []).append(contract)
        for contracts in homes.values():
            for contract, following in zip(contracts, [*contracts[1:], None], strict=True):
                ended = contract["ended_on"]
                goes_on = (
                    following is not None
                    and ended is not None
                    and (following["signed_on"] or following["start_date"]) <= day
                    and (following["start_date"] - ended).days <= 30
                )
                if ended is not None and ended <= day and not goes_on:
                    ends.append(ended)
        if ends:
            return min(ends).replace(day=1)
        moments = [row["pgh_created_at"] for row in self.of_site("contractevent", site)]
        return min(moments).astimezone(self.zones[site]).date() if moments else None

    def rule(self, site, name, day):
        for row in self.of_site("regionalrule", site):
            if row["rule_type"] == name and day in row["valid"]:
                return row["value"] if isinstance(row["value"], int) else int(row["value"])
        return None

    def rows(self, site, day):
        """(tenant, home, contract in force) → what is expected of the tenancy."""
        found = {}
        known = [c for c in self.signed(site) if (c["signed_on"] or c["start_date"]) <= day]
        tenancies = []
        for chain in self.chains(known, day):
            begun = [c for c in chain if c["start_date"] <= day]
            if any(c["ended_on"] is None or c["ended_on"] >= day for c in begun):
                tenancies.append((chain, begun[-1]))
        words = []
        for row in self.of_site("interaction", site):
            on_day = row["happened_at"].astimezone(self.zones[site]).date()
            if row["direction"] == "in" and on_day <= day:
                words.append((row["tenant_id"], on_day))
        whole = self.chains(self.signed(site), None)
        for chain, current in tenancies:
            standing = self.standing(site, day, chain)
            expected = {"standing": standing, "started_on": chain[0]["start_date"]}
            if standing == "scored":
                expected |= self.money(day, chain, current)
                expected |= self.said(site, day, current, words, expected.pop("last_paid"), len(tenancies))
                expected |= self.window(day, chain)
                expected |= self.outcome(day, next(c for c in whole if current in c))
            found[current["tenant_id"], current["property_id"], current["id"]] = expected
        return found

    def standing(self, site, day, chain):
        if any(row["tenant_id"] == chain[0]["tenant_id"] for row in self.tables["scoringobjection"]):
            return "objected"
        observed = self.observed_from(site, day)
        if observed is None or observed > day:
            return "unobserved"
        last = chain[-1]
        leaves, why = None, ""
        if last["ended_on"] is not None and last["ended_on"] <= day:
            leaves, why = last["ended_on"], last["end_reason"]
        elif (version := self.known_version(last, day, oldest=False)) is not None:
            leaves, why = version["ended_on"], version["end_reason"]
        ids = {c["id"] for c in chain if c["ended_on"] is None or c["ended_on"] >= day}
        notices = [
            (row["kind"], row["given_by"])
            for row in self.tables["notice"]
            if row["contract_id"] in ids
            and row["issued_on"] <= day
            and (row["closed_on"] is None or row["closed_on"] > day)
        ]
        if why == "eviction" or any(kind == "eviction" for kind, _by in notices):
            return "eviction"
        if why == "owner" or ("to_quit", "landlord") in notices:
            return "repossession"
        if leaves is not None or any(kind == "to_quit" and by != "landlord" for kind, by in notices):
            return "leaving"
        return "scored"

    def outcome(self, day, chain):
        decided, censored = [], []
        ids = {c["id"] for c in chain}
        for row in self.tables["notice"]:
            if row["contract_id"] in ids and row["issued_on"] > day and row["kind"] in ("to_quit", "eviction"):
                of_landlord = row["kind"] == "eviction" or row["given_by"] == "landlord"
                (censored if of_landlord else decided).append(row["issued_on"])
        if chain[-1]["ended_on"] is not None:
            chosen = chain[-1]["end_reason"] in ("", "left", "not_renewed")
            (decided if chosen else censored).append(chain[-1]["ended_on"])
        first, stop = min(decided, default=dt.date.max), min(censored, default=dt.date.max)
        return {
            "decided_on": first if first <= stop and first != dt.date.max else None,
            "censored_on": stop if stop < first else None,
        }

    def money(self, day, chain, current):
        judged, arrears, ahead, last_paid = [], 0, 0, None
        for contract in chain:
            ended = contract["ended_on"] if contract["ended_on"] and contract["ended_on"] <= day else None
            for row in self.instalments.get(contract["id"], []):
                if row["amount"] == 0 or (ended is not None and row["period"] > ended):
                    continue
                settled = row["settled_on"] if row["settled_on"] and row["settled_on"] <= day else None
                if row["due_date"] > day:
                    ahead += row["kind"] == "rent" and settled is not None
                    continue
                if settled is None:
                    received = sum(
                        part["amount"]
                        for part in self.allocations.get(row["id"], [])
                        if self.payment[part["payment_id"]]["received_on"] <= day
                    )
                    arrears += row["amount"] - received
                if row["kind"] in ("rent", "service") and later(day, -24) < row["due_date"] <= day - 3 * DAY:
                    judged.append((row, settled))
        for account in {contract["account_id"] for contract in chain}:
            for row in self.payments.get(account, []):
                reversed_on = self.reversed_on.get(row["id"])
                if row["received_on"] > day or (reversed_on is not None and reversed_on <= day):
                    continue
                if row["method"] in ("cash", "bank", "mobile", "cheque"):
                    last_paid = max(last_paid or row["received_on"], row["received_on"])
        counts = {"on_time": 0, "late": 0, "missed": 0, "missed_in_year": 0}
        delays, rents = [], []
        for row, settled in judged:
            days = max(0, ((settled or day) - row["due_date"]).days)
            until = row["due_date"] + 30 * DAY
            missed = until <= day and (settled is None or settled > until)
            counts["missed" if missed else "late" if days else "on_time"] += 1
            counts["missed_in_year"] += missed and row["due_date"] > later(day, -12)
            delays.append(days)
            if row["kind"] == "rent":
                # The newest last: of two of one day the month that is later, then the smaller id.
                rents.append((row["due_date"], row["period"], -row["id"].int, days))
        rents = [days for *_order, days in sorted(rents)]
        change = None
        if len(rents) >= 6:
            change = Fraction(sum(rents[-3:]), 3) - Fraction(sum(rents[:-3]), len(rents) - 3)
        rent = current["monthly_rent"]
        steps = [s for s in self.tables["rentstep"] if s["contract_id"] == current["id"] and s["from_month"] <= day]
        if steps:
            rent = max(steps, key=lambda step: step["from_month"])["monthly_rent"]
        return counts | {
            "average_delay_days": Fraction(sum(delays), len(delays)) if delays else None,
            "late_change_days": change,
            "arrears": arrears,
            "prepaid_months": ahead if any(c["advance_months"] for c in chain) else None,
            "monthly_rent": rent,
            "last_paid": last_paid,
        }

    def said(self, site, day, current, words, last_paid, tenancies):
        tenant, home = current["tenant_id"], current["property_id"]
        own = [on_day for who, on_day in words if who == tenant]
        requests = [
            row
            for row in self.tables["servicerequest"]
            if row["tenant_id"] == tenant and row["property_id"] == home and row["opened_on"] <= day
        ]
        recent = [row for row in requests if (day - row["opened_on"]).days < 180]
        within = self.rule(site, "maintenance_response_days", day)
        surveys = [row for row in self.tables["survey"] if row["tenant_id"] == tenant and row["answered_on"] <= day]
        ratings = [
            row["rating"] for row in surveys if row["kind"] == "satisfaction" and (day - row["answered_on"]).days < 365
        ]
        signs = own + [row["opened_on"] for row in requests] + [row["answered_on"] for row in surveys]
        if last_paid is not None:
            signs.append(last_paid)
        written = sum((day - on_day).days < 270 for _who, on_day in words)
        return {
            "last_activity_on": max(signs, default=None),
            "inbound_recent": sum((day - on_day).days < 90 for on_day in own),
            "inbound_prior": Fraction(sum(90 <= (day - on_day).days < 270 for on_day in own), 2),
            "contacts_per_month": Fraction(written) / (tenancies * Fraction(270) / Fraction("30.4375")),
            "requests": len(recent),
            "complaints": sum(row["is_complaint"] for row in recent),
            "overdue_requests": sum(
                (row["closed_on"] is None or row["closed_on"] > day)
                and within is not None
                and row["opened_on"] + within * DAY < day
                for row in requests
            ),
            "satisfaction": Fraction(sum(ratings), len(ratings)) if ratings else None,
            "satisfaction_n": len(ratings),
            "referrals": sum(
                row["referred_by_id"] == tenant and row["joined_on"] is not None and row["joined_on"] <= day
                for row in self.tables["tenant"]
            ),
        }

    def window(self, day, chain):
        started, years = chain[0]["start_date"], 1
        while later(started, 12 * years) < day:
            years += 1
        last = chain[-1]
        term = (self.known_version(last, day, oldest=True) or last)["end_date"]
        window = later(started, 12 * years)
        if term is not None and term >= day:
            window = min(window, term)
        return {
            "tenure_months": whole_months(started, day),
            "days_to_window": (window - day).days,
            "window_age_months": whole_months(started, window),
        }
