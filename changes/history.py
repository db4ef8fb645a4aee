"""What the database's triggers wrote down about a row, for a person to read. A fixed number of statements."""

import datetime as dt
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from modeltranslation.utils import get_translation_fields

from screens import formats

_PERSON = get_user_model()
# The row itself, and when it was touched: said by the page and by the entry.
_NOT_SHOWN = ("id", "site", "changed_at", "created", "modified")

# How a row was when its table began to be audited: no change, but what the first one is told from.
_BASELINE = "baseline"


@dataclass(frozen=True)
class ValueChange:
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class HistoryEntry:
    """One change of a row: when, by whom, what it did ("insert", "update", "delete", "password"), through what, and
    from which address ("" when it was not asked for through the network).
    """

    at: dt.datetime
    who: str
    kind: str
    through: str
    address: str
    values: tuple[ValueChange, ...]
    sentence: str = ""
    """In the words of the row's own app, where it has some for such a change."""


def is_audited(model: type[models.Model]) -> bool:
    return hasattr(model, "pgh_event_models")


def _says_nothing(_before: Any, _after: Any) -> str:
    return ""


def history_of(
    row: models.Model,
    *,
    limit: int = 50,
    leave_out: Iterable[str] = (),
    told: Callable[[Any, Any], str] = _says_nothing,
) -> list[HistoryEntry]:
    """The last `limit` changes of a row, the newest first; empty for a table that is not audited.

    `leave_out` are fields whose changes are not told; those of rows that are left out cost no statement. `told` may
    say an update, of the row as it was and as it became, in one sentence.

    The caller has made sure that the row may be seen: the audit tables of sites, roles and rules hold every site's.
    """
    if not is_audited(type(row)):
        return []
    model = type(row).pgh_event_model  # type: ignore[attr-defined]  # pghistory has put it there
    # One more than shown: the oldest needs what was before it.
    events = list(
        model.objects.filter(pgh_obj_id=row.pk).select_related("pgh_context").order_by("-pgh_id")[: limit + 1]
    )
    fields = [field for field in _shown_fields(model) if field.name not in leave_out]
    names = _names_of_rows(fields, events)
    entries = []
    for event, before in zip(events, [*events[1:], None], strict=True):
        if before is None and event.pgh_label != "insert" and len(events) > limit:
            break
        if event.pgh_label == _BASELINE:
            break
        values = tuple(_changes(fields, names, before, event))
        if values or event.pgh_label != "update":
            metadata = event.pgh_context.metadata if event.pgh_context else {}
            nobody = _("Not signed in") if metadata.get("url") else _("System")
            who = names.get((_PERSON, metadata.get("user"))) or nobody
            address = metadata.get("address") or ""
            sentence = told(before, event) if before is not None and event.pgh_label == "update" else ""
            entries.append(
                HistoryEntry(event.pgh_created_at, who, event.pgh_label, _through(metadata), address, values, sentence)
            )
    return entries


def _shown_fields(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    fields = [f for f in model._meta.concrete_fields if not f.name.startswith("pgh_") and f.name not in _NOT_SHOWN]
    all_names = {f.name for f in fields}
    # Of a translated field only its languages: the column itself repeats one of them.
    return [f for f in fields if not f.primary_key and not all_names & set(_languages_of(f.name))]


def _languages_of(name: str) -> list[str]:
    return get_translation_fields(name)


def _changes(
    fields: "Iterable[models.Field[Any, Any]]", names: dict[tuple[Any, Any], str], before: Any, event: Any
) -> Iterable[ValueChange]:
    if event.pgh_label == "delete":
        return
    first = event.pgh_label == "insert"
    for field in fields:
        new = getattr(event, field.attname)
        old = None if first or before is None else getattr(before, field.attname)
        if new == old or (first and new in (None, "", [])):
            continue
        label = capfirst(str(field.verbose_name))
        yield ValueChange(label, _readable(field, old, names), _readable(field, new, names))


def _names_of_rows(fields: "Iterable[models.Field[Any, Any]]", events: Iterable[Any]) -> dict[tuple[Any, Any], str]:
    """The names of the rows that values point at and of the people who changed them. A statement for each table."""
    keys: dict[Any, set[Any]] = {_PERSON: {e.pgh_context.metadata.get("user") for e in events if e.pgh_context}}
    for field in fields:
        if field.many_to_one:
            keys.setdefault(field.related_model, set()).update(getattr(event, field.attname) for event in events)
    names: dict[tuple[Any, Any], str] = {}
    for model, found in keys.items():
        rows = model._default_manager.in_bulk(found - {None}) if found - {None} else {}
        names |= {(model, key): str(row) for key, row in rows.items()}
    return names


def _through(metadata: dict[str, Any]) -> str:
    address = metadata.get("url") or ""
    if "/api/" in address:
        return _("API")
    if "/admin/" in address:
        return _("Administration")
    if address:
        return _("Page")
    command = metadata.get("command")
    return _("Command %(name)s") % {"name": command} if command else _("Job or command")


def _readable(field: "models.Field[Any, Any]", value: Any, names: dict[tuple[Any, Any], str]) -> str:
    if value is None or value == "" or value == []:
        return formats.NOTHING
    if field.many_to_one:
        return names.get((field.related_model, value), str(value))
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int):
        return formats.number(value)
    if isinstance(value, dt.datetime):
        return formats.moment(value)
    if isinstance(value, dt.date):
        return formats.date_short(value)
    if isinstance(value, DateRange):
        return readable_days(value)
    if isinstance(field, models.JSONField):
        return json.dumps(value, ensure_ascii=False)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def readable_days(days: DateRange) -> str:
    """A range of days with its last day, not the day after it."""
    first = days.lower and formats.date_short(days.lower)
    last = days.upper and formats.date_short(days.upper - dt.timedelta(days=1))
    if first and last:
        return _("%(first)s to %(last)s") % {"first": first, "last": last}
    if first:
        return _("from %(first)s") % {"first": first}
    return _("until %(last)s") % {"last": last} if last else _("always")
