import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from sites_app.scope import ScopeWidened, current_site_codes, site_scope

pytestmark = pytest.mark.django_db(transaction=True)


def setting():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('akig.sites', true)")
        return cursor.fetchone()[0] or ""


def test_a_scope_is_known_to_the_orm_and_the_database_and_ends_with_its_block():
    with site_scope(["GN_KINDIA", "GN_MAMOU"]):
        assert current_site_codes() == ("GN_KINDIA", "GN_MAMOU")
        assert setting() == "{GN_KINDIA,GN_MAMOU}"
    assert current_site_codes() is None
    assert setting() == ""


def test_a_scope_inside_another_may_narrow_and_the_outer_one_comes_back():
    with site_scope(["GN_KINDIA", "GN_MAMOU"]):
        with site_scope(["GN_MAMOU"]):
            assert setting() == "{GN_MAMOU}"
        assert setting() == "{GN_KINDIA,GN_MAMOU}"


def test_a_scope_inside_another_may_not_widen():
    with site_scope(["GN_KINDIA"]), pytest.raises(ScopeWidened), site_scope(["GN_KINDIA", "GN_MAMOU"]):
        pytest.fail("never entered")


def test_an_error_inside_a_narrow_scope_brings_the_outer_one_back():
    with site_scope(["GN_KINDIA", "GN_MAMOU"]):
        with pytest.raises(ZeroDivisionError), site_scope(["GN_MAMOU"]):
            _ = 1 / 0
        assert setting() == "{GN_KINDIA,GN_MAMOU}"
        assert current_site_codes() == ("GN_KINDIA", "GN_MAMOU")


def test_a_scope_of_no_site_sees_nothing():
    with site_scope([]):
        assert current_site_codes() == ()
        assert setting() == "{}"


def _break_the_transaction():
    with site_scope(["GN_KINDIA"]):
        transaction.set_rollback(True)
        setting()


def test_a_broken_transaction_inside_a_scope_leaves_no_setting_behind():
    with pytest.raises(transaction.TransactionManagementError):
        _break_the_transaction()
    assert setting() == ""
    assert current_site_codes() is None


def test_a_code_can_not_smuggle_another_one_into_the_setting():
    with site_scope(['GN_KINDIA","GN_MAMOU']), connection.cursor() as cursor:
        cursor.execute("SELECT array_length(current_setting('akig.sites', true)::text[], 1)")
        assert cursor.fetchone() == (1,)


def test_entering_a_scope_costs_one_statement_beside_the_transaction():
    with CaptureQueriesContext(connection) as queries, site_scope(["GN_KINDIA"]):
        pass
    assert len([q for q in queries if "set_config" in q["sql"]]) == 1
