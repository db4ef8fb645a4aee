"""What is held about a tenant: how many rows of each kind, and from when to when. One statement.

The kinds are not listed here: every table of a site that leads to a tenant is one, by itself or over what is theirs.
A new table is among them with its first row.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models

from changes import sql
from leasing.models import Tenant
from sites_app.isolation import scoped_models

_DAYS = {"leasing.Instalment": "due_date", "tasks.Task": "created_at"}
"""The day of a row, where it is not the first day or moment that the table has."""


@dataclass(frozen=True)
class Held:
    """So many rows of a kind. `is_history`: what the database has written down of earlier states."""

    model: type[models.Model]
    n: int
    first: dt.date | None
    last: dt.date | None

    @property
    def is_history(self) -> bool:
        return hasattr(self.model, "pgh_tracked_model")

    @property
    def kind(self) -> str:
        """The word for the rows, in the active language."""
        model = getattr(self.model, "pgh_tracked_model", self.model)
        return str(model._meta.verbose_name_plural)


def held_about(tenant: Tenant) -> list[Held]:
    """Each kind of which there is a row, the tables first, then their histories."""
    asked = {"site": tenant.site_id, "tenant": tenant.pk, "timezone": tenant.site.timezone}
    found = {row["label"]: row for row in sql.rows(_statement(), asked)}
    held = [Held(model, row["n"], row["first"], row["last"]) for label, model in _kinds() if (row := found.get(label))]
    return sorted(held, key=lambda one: one.is_history)


def _kinds() -> list[tuple[str, type[models.Model]]]:
    return [(model._meta.label, model) for model in scoped_models() if model in _ways()]


@cache
def _ways() -> Mapping[type[models.Model], str]:
    """The condition under which a row of each table is a tenant's: the shortest way to one."""
    ways: dict[type[models.Model], str] = {Tenant: "id = %(tenant)s"}
    while True:
        further = {model: way for model in scoped_models() if model not in ways and (way := _way(model, ways))}
        if not further:
            return ways
        ways |= further


def _way(model: type[models.Model], ways: Mapping[type[models.Model], str]) -> str:
    keys: list[Any] = [field for field in model._meta.local_concrete_fields if field.related_model in ways]
    if hasattr(model, "pgh_tracked_model"):
        # Its own row is in an index; what that says of its tenant is not.
        keys.sort(key=lambda field: field.name != "pgh_obj")
    for field in keys:
        other = field.related_model
        if other is Tenant:
            return f"{field.column} = %(tenant)s"
        inner = f"SELECT id FROM {other._meta.db_table} WHERE site_id = %(site)s AND {ways[other]}"
        return f"{field.column} IN ({inner})"
    return ""


@cache
def _statement() -> str:
    return " UNION ALL ".join(_count(model) for _label, model in _kinds())


def _count(model: type[models.Model]) -> str:
    day = _day_of(model)
    return (
        f"SELECT '{model._meta.label}' AS label, count(*) AS n, min({day}) AS first, max({day}) AS last"
        f' FROM "{model._meta.db_table}" WHERE site_id = %(site)s AND {_ways()[model]} HAVING count(*) > 0'
    )


def _day_of(model: type[models.Model]) -> str:
    days: list[Any] = [field for field in model._meta.local_concrete_fields if isinstance(field, models.DateField)]
    named = _DAYS.get(model._meta.label)
    field = next((f for f in days if f.name == named), days[0] if days else None)
    if field is None:
        return "NULL::date"
    if isinstance(field, models.DateTimeField):
        return f"({field.column} AT TIME ZONE %(timezone)s)::date"
    return str(field.column)
