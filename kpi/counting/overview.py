"""A site at a glance: the first numbers of a day."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from changes import sql
from kpi.counting.periods import Period, calendar_month
from kpi.counting.reading import whole_numbers
from leasing.readings import (
    bounds,
    drafts,
    is_in_force,
    is_received,
    is_rent,
    is_signed,
    is_silent_after_term,
    is_standing,
    is_within,
)
from sites_app.scope import require_scope

_OVERVIEW = f"""
WITH in_force AS MATERIALIZED (
    SELECT site_id, property_id, {is_silent_after_term("leasing_contract", "%(today)s")} AS is_silent
    FROM leasing_contract
    WHERE site_id = ANY (%(sites)s) AND {is_signed("leasing_contract")}
        AND {is_in_force("leasing_contract", "%(today)s")}
),
standing AS (
    SELECT site_id, count(*) AS in_force, count(*) FILTER (WHERE is_silent) AS silent FROM in_force GROUP BY site_id
),
to_let AS (
    SELECT site_id,
        count(*) FILTER (WHERE part_of_id IS NULL OR id IN (SELECT property_id FROM in_force)) AS lettable,
        count(*) FILTER (WHERE id IN (SELECT property_id FROM in_force)) AS let
    FROM leasing_property
    WHERE site_id = ANY (%(sites)s) AND status = 'lettable'
    GROUP BY site_id
),
draft AS MATERIALIZED ({drafts("= ANY (%(sites)s)")}),
bound AS MATERIALIZED ({bounds("= ANY (%(sites)s)")}),
this_month AS (
    SELECT site_id, sum(amount) AS due FROM leasing_instalment i
    WHERE site_id = ANY (%(sites)s) AND due_date BETWEEN %(first)s AND %(last)s
        AND {is_rent("i")} AND {is_within("bound", "i")}
    GROUP BY site_id
),
unpaid AS (
    SELECT site_id, sum(amount - paid_amount) AS arrears, count(*) AS late FROM leasing_instalment
    WHERE site_id = ANY (%(sites)s) AND paid_amount < amount AND due_date < %(today)s
        AND contract_id NOT IN (SELECT id FROM draft)
    GROUP BY site_id
),
income AS (
    SELECT site_id, sum(amount) AS received FROM leasing_payment pay
    WHERE site_id = ANY (%(sites)s) AND received_on BETWEEN %(first)s AND %(today)s
        AND {is_received("pay")} AND {is_standing("pay")}
    GROUP BY site_id
)
SELECT currency, sum(lettable) AS lettable, sum(let) AS let, sum(in_force) AS in_force, sum(silent) AS silent,
    sum(due) AS due, sum(received) AS received, sum(arrears) AS arrears, sum(late) AS late
FROM (SELECT code AS site_id, currency FROM sites_app_site WHERE code = ANY (%(sites)s)) AS site
LEFT JOIN standing USING (site_id)
LEFT JOIN to_let USING (site_id)
LEFT JOIN this_month USING (site_id)
LEFT JOIN unpaid USING (site_id)
LEFT JOIN income USING (site_id)
GROUP BY currency
ORDER BY currency
"""


@dataclass(frozen=True)
class Rent:
    """Money of one currency, in whole francs: the rent due, all that was received, all that is owed. `late` is the
    number of rents and other debts in arrears."""

    currency: str
    due: int
    received: int
    arrears: int
    late: int


@dataclass(frozen=True)
class Overview:
    """A site at a glance: what is let today, what this month asks for, what has come in, what is late."""

    month: Period
    lettable: int
    let: int
    in_force: int
    silent: int
    rent: tuple[Rent, ...]


def overview(codes: Sequence[str], today: dt.date) -> Overview:
    """The first numbers of a day. One statement; francs per currency.

    `due`: rents of the whole calendar month. `received`: payments of this month up to today, whatever they pay.
    `arrears`: what is unpaid of all that was due before today, rents and other debts. `silent`: contracts in force
    whose term is over without a sign of life since.
    """
    require_scope(codes)
    month = calendar_month(today)
    parameters = {"sites": list(codes), "today": today, "first": month.start, "last": month.end}
    rows = [(row.pop("currency"), whole_numbers(row)) for row in sql.rows(_OVERVIEW, parameters)]
    return Overview(
        month=month,
        lettable=sum(row["lettable"] for _currency, row in rows),
        let=sum(row["let"] for _currency, row in rows),
        in_force=sum(row["in_force"] for _currency, row in rows),
        silent=sum(row["silent"] for _currency, row in rows),
        rent=tuple(Rent(currency, row["due"], row["received"], row["arrears"], row["late"]) for currency, row in rows),
    )
