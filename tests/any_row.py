"""A row of any scoped model, made from what the model says of itself, so that a new model needs no line here."""

import datetime as dt
import itertools
import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange

from leasing.tests.factories import PAPER
from sites_app.models import Site

DAY = dt.date(2026, 1, 1)
# What a constraint asks for and no field says.
_ASKED_BY_A_CONSTRAINT: dict[str, dict[str, Any]] = {
    "tasks.Task": {"title": "X"},
    "leasing.Receipt": {"kind": "quittance", "instalment_id": uuid.UUID(int=1), "content": PAPER.as_content()},
    "retention.RetentionScore": {"profile": {"monthly_rent": 1_500_000, "arrears": 0}, "contributions": []},
}
_number = itertools.count(1)


def any_row(model: type[models.Model], site: str, **values: Any) -> models.Model:
    """Save a row of `model` for `site`, with rows for the keys that it must have. Needs the site in scope.

    Of a table that holds one row for each site: that row, once it is there.
    """
    once = any(constraint.fields == ("site",) for constraint in model._meta.total_unique_constraints)
    if once and (existing := model.objects.filter(site=site).first()) is not None:
        return existing
    values = _ASKED_BY_A_CONSTRAINT.get(model._meta.label, {}) | values
    for field in model._meta.local_concrete_fields:
        if field.name in values or field.primary_key or field.has_default() or field.null:
            continue
        if field.many_to_one:
            values[field.name] = (
                Site.objects.get(pk=site) if field.name == "site" else any_row(field.related_model, site)
            )
        elif not (getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)):
            values[field.name] = _value(field)
    return model.objects.create(**values)


def _value(field: models.Field) -> Any:
    if field.choices and not field.blank:
        return next(value for value, _label in field.flatchoices if value)
    if isinstance(field, models.DateTimeField):
        return dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
    if isinstance(field, models.DateField):
        if _is_in_a_unique_key(field):
            # A month of its own.
            number = next(_number)
            return dt.date(1900 + number // 12, 1 + number % 12, 1)
        return DAY
    if isinstance(field, models.IntegerField | models.DecimalField | models.FloatField):
        return next(_number) if _is_in_a_unique_key(field) else 1
    if isinstance(field, DateRangeField):
        # A day of its own, long ago: dated values may not overlap, and the seeded ones hold for today.
        day = dt.date(1900, 1, 1) + dt.timedelta(days=next(_number))
        return DateRange(day, day + dt.timedelta(days=1))
    if isinstance(field, ArrayField):
        return [_value(field.base_field)]
    if isinstance(field, models.JSONField):
        return {}
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, models.CharField | models.TextField):
        return "" if field.blank else f"X-{next(_number)}"
    raise NotImplementedError(f"Say here what a {type(field).__name__} may hold: {field}")


def _is_in_a_unique_key(field: models.Field) -> bool:
    # What an array holds stands in no table of its own.
    return hasattr(field, "model") and any(
        field.name in constraint.fields for constraint in field.model._meta.total_unique_constraints
    )
