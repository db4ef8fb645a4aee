"""The one way into site data: a transaction, the database's own setting and the ORM's scope, entered together."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import django_scopes
from django.db import connection, transaction

ALL_SITES = "ALL"
"""The code that stands for "all my sites" in an address or a header. It is never the code of a site."""


class OutsideScope(Exception):
    """A row was about to be written for a site that is not in scope."""


class ScopeWidened(Exception):
    """Code inside a scope asked for a site that the scope does not hold."""


def current_site_codes() -> tuple[str, ...] | None:
    """The codes in scope, in order, or None outside any scope."""
    codes = django_scopes.get_scope().get("site")
    return None if codes is None else tuple(codes)


def require_scope(codes: Iterable[str]) -> None:
    """Raise OutsideScope unless all of the sites are in scope: row-level security would only answer with nothing."""
    in_scope = current_site_codes()
    if in_scope is None or not set(codes) <= set(in_scope):
        raise OutsideScope(f"Rows of {sorted(codes)}; in scope: {in_scope}")


def writing_is_in_scope(code: str) -> bool:
    """Whether a row of this site may be written here; also where the owner of the tables works unscoped."""
    scope = django_scopes.get_scope()
    return not scope.get("_enabled", True) or code in scope.get("site", ())


@contextmanager
def site_scope(codes: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Open a transaction in which exactly the rows of these sites exist.

    A scope inside another may only narrow it.

    Raises:
        ScopeWidened: a code is not in the scope around this one.
    """
    wanted = tuple(dict.fromkeys(codes))
    outer = current_site_codes()
    if outer is not None and not set(wanted) <= set(outer):
        raise ScopeWidened(f"{sorted(set(wanted) - set(outer))} not in {sorted(outer)}")
    in_a_transaction = connection.in_atomic_block
    with transaction.atomic(), django_scopes.scope(site=list(wanted)):
        _tell_database(wanted)
        yield wanted
        # A rolled-back savepoint brings the outer setting back by itself; a released one would keep ours.
        if in_a_transaction and not connection.needs_rollback:
            _tell_database(outer or ())


def _tell_database(codes: tuple[str, ...]) -> None:
    # Local to the transaction: nothing is left on a connection that another request will use.
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('akig.sites', (%s::text[])::text, true)", [list(codes)])
