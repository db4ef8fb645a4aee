"""Reads of the site layer: the rules of a site on a day, and its business calendar."""

import datetime as dt
from typing import Any

from django.db.models import Count, Max

from sites_app.deadlines import BusinessCalendar
from sites_app.models import RegionalRule, Site
from sites_app.rules import RegionalRules, rules_from_rows

# The whole table (about a hundred rows), with the stamp it was read at.
_table: dict[str, Any] = {"stamp": None, "rows": {}}


def rules_for(site: Site, on: dt.date) -> RegionalRules:
    """The rules of a site that are valid on a day, from a copy of the table kept in this process.

    One small statement each time asks whether the table has changed: another process may have written it.
    A rule that is missing raises MissingRule where it is asked for.
    """
    stamp = RegionalRule.objects.aggregate(changed=Max("changed_at"), n=Count("id"), last=Max("id"))
    if stamp != _table["stamp"]:
        rows: dict[str, list[tuple]] = {}
        for rule in RegionalRule.objects.all():
            rows.setdefault(rule.site_id, []).append(
                (
                    rule.rule_type,
                    rule.value,
                    rule.source,
                    rule.status == RegionalRule.Status.CONFIRMED,
                    rule.valid.lower,
                    rule.valid.upper,
                )
            )
        _table.update(stamp=stamp, rows=rows)
    return rules_from_rows(site.code, on, _table["rows"].get(site.code, ()))


def calendar_of(site: Site) -> BusinessCalendar:
    """The days on which a site works."""
    return BusinessCalendar.of(site.country, site.closing_days.values_list("day", flat=True))
