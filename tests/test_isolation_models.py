"""Every scoped model × every operation, by users of random sets of three sites, against what was really written.

Each lock is also tried alone: with the ORM's scope switched off, and with row-level security switched off.
With both off the same operations must be caught leaking, which proves that these tests can see.
"""

import contextlib
import datetime as dt
import os
import uuid

import django_scopes
import pytest
from django.db import DatabaseError, ProgrammingError, connection, models, transaction
from django.db.models import Count, Subquery
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from changes.audit import append_only_tables
from sites_app.isolation import same_site_keys, scoped_models
from sites_app.scope import OutsideScope, site_scope
from tests.any_row import any_row
from tests.examples import examples
from tests.owner import as_owner

SITES = ("GN_CONAKRY", "GN_KINDIA", "SN_DAKAR")
MODELS = [model for model in scoped_models() if model._meta.pk.name == "id"]
EVENTS = [model for model in scoped_models() if model not in MODELS]
# The long run of ten thousand is `AKIG_ISOLATION_EXAMPLES=10000 pytest tests/test_isolation_models.py`.
EXAMPLES = int(os.environ.get("AKIG_ISOLATION_EXAMPLES", "400"))
pytestmark = pytest.mark.django_db


class Leak(AssertionError):
    """An operation saw or touched a row of a site outside its scope."""


def expect(condition, what):
    if not condition:
        raise Leak(what)


# --- operations: each gets the model, the ids it may see, and a row of a site outside the scope ------


def filter_all(model, mine, foreign):
    expect(set(model.objects.filter(pk__isnull=False).values_list("pk", flat=True)) == mine, "filter")


def get_one(model, mine, foreign):
    with contextlib.suppress(model.DoesNotExist):
        expect(model.objects.get(pk=foreign.pk) is None, "get")


def values(model, mine, foreign):
    expect({row["id"] for row in model.objects.values("id", "site_id")} == mine, "values")


def aggregate(model, mine, foreign):
    expect(model.objects.aggregate(n=Count("pk"))["n"] == len(mine), "aggregate")


def exists(model, mine, foreign):
    expect(not model.objects.filter(pk=foreign.pk).exists(), "exists")


def subquery(model, mine, foreign):
    inner = model.objects.filter(pk=foreign.pk).values("pk")
    expect(not model.objects.filter(pk__in=Subquery(inner)).exists(), "subquery")


def union(model, mine, foreign):
    both = model.objects.filter(pk=foreign.pk).values("pk").union(model.objects.all().values("pk"))
    expect({row["pk"] for row in both} == mine, "union")


def iterate(model, mine, foreign):
    expect({row.pk for row in model.objects.iterator(chunk_size=2)} == mine, "iterator")


def lock(model, mine, foreign):
    # Locking takes the right to change: a row that nobody changes is locked by nobody but the owner.
    unneeded = model._meta.db_table in append_only_tables()
    with contextlib.suppress(ProgrammingError) if unneeded else contextlib.nullcontext(), transaction.atomic():
        expect({row.pk for row in model.objects.select_for_update(of=("self",))} == mine, "select_for_update")


def follow_keys(model, mine, foreign):
    names = [field.name for field in same_site_keys(model)]
    for row in model.objects.prefetch_related(*names):
        for name in names:
            related = getattr(row, name)
            expect(related is None or related.site_id == row.site_id, "prefetch")


def create(model, mine, foreign):
    with contextlib.suppress(OutsideScope, DatabaseError), transaction.atomic():
        model.objects.create(**_copy(foreign))


def bulk_create(model, mine, foreign):
    with contextlib.suppress(OutsideScope, DatabaseError), transaction.atomic():
        model.objects.bulk_create([model(**_copy(foreign))])


def update_or_create(model, mine, foreign):
    with contextlib.suppress(OutsideScope, DatabaseError), transaction.atomic():
        model.objects.update_or_create(pk=foreign.pk, defaults=_copy(foreign, pk=foreign.pk))


def save(model, mine, foreign):
    _change(foreign)
    with contextlib.suppress(OutsideScope, DatabaseError), transaction.atomic():
        foreign.save()


def bulk_update(model, mine, foreign):
    name = _change(foreign)
    with contextlib.suppress(OutsideScope, DatabaseError), transaction.atomic():
        model.objects.bulk_update([foreign], [name])


def update(model, mine, foreign):
    name = _change(foreign)
    with contextlib.suppress(DatabaseError), transaction.atomic():
        model.objects.filter(pk=foreign.pk).update(**{name: getattr(foreign, name)})


def move_to_another_site(model, mine, foreign):
    with contextlib.suppress(OutsideScope, DatabaseError), transaction.atomic():
        model.objects.all().update(site_id=foreign.site_id)


def delete(model, mine, foreign):
    with contextlib.suppress(DatabaseError, models.ProtectedError), transaction.atomic():
        model.objects.filter(pk=foreign.pk).delete()


def delete_row(model, mine, foreign):
    with contextlib.suppress(OutsideScope, DatabaseError, models.ProtectedError), transaction.atomic():
        foreign.delete()


def raw_read(model, mine, foreign):
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {model._meta.pk.column} FROM "{model._meta.db_table}"')
        expect({row[0] for row in cursor.fetchall()} == mine, "raw SQL")


def base_manager(model, mine, foreign):
    expect(set(model._base_manager.values_list("pk", flat=True)) == mine, "_base_manager")


def raw_delete(model, mine, foreign):
    with contextlib.suppress(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{model._meta.db_table}" WHERE {model._meta.pk.column} = %s', [foreign.pk])


def raw_move(model, mine, foreign):
    with contextlib.suppress(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{model._meta.db_table}" SET site_id = %s', [foreign.site_id])


THROUGH_THE_ORM = [
    filter_all, get_one, values, aggregate, exists, subquery, union, iterate, lock, follow_keys, create, bulk_create,
    update_or_create, save, bulk_update, update, move_to_another_site, delete, delete_row,
]  # fmt: skip
PAST_THE_ORM = [raw_read, base_manager, raw_delete, raw_move]
READS = [filter_all, get_one, values, aggregate, exists, subquery, union, iterate, lock]


def _copy(row, **more):
    fields = {
        field.attname: getattr(row, field.attname) for field in row._meta.local_concrete_fields if not field.primary_key
    }
    for field in row._meta.local_concrete_fields:
        if (
            isinstance(field, models.CharField)
            and not field.choices
            and fields[field.attname]
            and not field.many_to_one
        ):
            fields[field.attname] = uuid.uuid4().hex[: field.max_length]
    return {**fields, **more}


def _change(row):
    """Change one column of the row in memory; the name of the column."""
    for field in row._meta.local_concrete_fields:
        if field.primary_key or field.many_to_one or field.choices:
            continue
        if isinstance(field, models.CharField):
            setattr(row, field.name, "changed")
            return field.name
        if isinstance(field, models.IntegerField):
            setattr(row, field.name, getattr(row, field.name) + 1)
            return field.name
    for field in sorted(row._meta.local_concrete_fields, key=lambda field: not field.choices):
        if field.choices:
            setattr(row, field.name, field.flatchoices[-1][0])
            return field.name
        if isinstance(field, models.DateField):
            setattr(row, field.name, getattr(row, field.name) + dt.timedelta(days=1))
            return field.name
    # Nothing but keys: one of them is written again as it is.
    return next(
        field.attname for field in row._meta.local_concrete_fields if field.many_to_one and field.name != "site"
    )


# --- the three ways the locks can stand ---------------------------------------------------------------


@contextlib.contextmanager
def both_locks(codes):
    with site_scope(codes):
        yield


@contextlib.contextmanager
def database_alone(codes):
    with site_scope(codes), django_scopes.scopes_disabled():
        yield


@contextlib.contextmanager
def orm_alone(codes):
    with site_scope(codes), connection.cursor() as cursor:
        cursor.execute("RESET ROLE")  # the owner of the tables is not subject to their policies
        yield
        cursor.execute("SET ROLE akig_app")


@contextlib.contextmanager
def no_lock(codes):
    with orm_alone(codes), django_scopes.scopes_disabled():
        yield


@pytest.fixture(scope="module")
def written(lasting):
    """Two rows of each scoped model on each site; the ids by model and site, read as the owner."""
    with as_owner():
        for model in MODELS:  # what the migrations seeded would stand in the way of a second dated value
            model._base_manager.all().delete()
    for code in SITES:
        with site_scope([code]):
            for model in MODELS:
                any_row(model, code)
                any_row(model, code)
    with as_owner():
        found = {
            model: {code: set(model._base_manager.filter(site_id=code).values_list("pk", flat=True)) for code in SITES}
            for model in [*MODELS, *EVENTS]
        }
    assert all(rows for by_site in found.values() for rows in by_site.values())
    return found


def _content(model, code):
    with as_owner(), connection.cursor() as cursor:
        table = model._meta.db_table
        cursor.execute(
            f"SELECT count(*), md5(string_agg(t::text, ';' ORDER BY t::text)) FROM \"{table}\" t WHERE site_id = %s",
            [code],
        )
        return cursor.fetchone()


def attempt(written, lock_in_place, model, operation, codes, outsider):
    """One operation in a scope of `codes` against a row of `outsider`; raises Leak if it got through."""
    mine = set().union(*(written[model][code] for code in codes))
    with as_owner():
        foreign = model._base_manager.filter(pk__in=written[model][outsider]).first()
    before = _content(model, outsider)
    point = transaction.savepoint()
    try:
        with lock_in_place(codes):
            operation(model, mine, foreign)
        expect(_content(model, outsider) == before, f"{operation.__name__} changed {model.__name__} of {outsider}")
    finally:
        transaction.savepoint_rollback(point)
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE akig_app")


scopes = st.sets(st.sampled_from(SITES), max_size=2).map(sorted)
long_run = settings(
    max_examples=examples(EXAMPLES),
    deadline=None,
    derandomize=EXAMPLES <= 400,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_operation_on_any_model_crosses_a_site(written, model):
    for operation in THROUGH_THE_ORM + PAST_THE_ORM:
        attempt(written, both_locks, model, operation, ["GN_CONAKRY", "SN_DAKAR"], "GN_KINDIA")


@pytest.mark.parametrize("model", EVENTS, ids=lambda model: model.__name__)
def test_the_audit_of_a_site_is_read_by_its_own_people_only(written, model):
    for operation in PAST_THE_ORM:
        attempt(written, both_locks, model, operation, ["GN_CONAKRY"], "GN_KINDIA")


@long_run
@given(data=st.data())
def test_whatever_the_sites_of_a_user_the_operations_see_exactly_those(written, data):
    codes = data.draw(scopes)
    attempt(
        written,
        data.draw(st.sampled_from([both_locks, database_alone])),
        data.draw(st.sampled_from(MODELS)),
        data.draw(st.sampled_from(THROUGH_THE_ORM + PAST_THE_ORM)),
        codes,
        data.draw(st.sampled_from([code for code in SITES if code not in codes])),
    )


@long_run
@given(data=st.data())
def test_the_orm_alone_holds_for_everything_that_goes_through_it(written, data):
    codes = data.draw(scopes)
    attempt(
        written,
        orm_alone,
        data.draw(st.sampled_from(MODELS)),
        data.draw(st.sampled_from(THROUGH_THE_ORM)),
        codes,
        data.draw(st.sampled_from([code for code in SITES if code not in codes])),
    )


@pytest.mark.parametrize("operation", [*READS, create, save, update, raw_read, raw_move], ids=lambda op: op.__name__)
def test_with_both_locks_off_the_same_operations_are_caught_leaking(written, operation):
    from leasing.models import Tenant

    with pytest.raises(Leak):
        attempt(written, no_lock, Tenant, operation, ["GN_CONAKRY"], "GN_KINDIA")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_outside_any_scope_the_orm_raises_and_the_database_shows_nothing(written, model):
    with pytest.raises(django_scopes.ScopeError):
        model.objects.count()
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
        assert cursor.fetchone() == (0,)
    with pytest.raises(OutsideScope):
        any_row_without_scope(model)


def any_row_without_scope(model):
    model(site_id="GN_CONAKRY").save()
