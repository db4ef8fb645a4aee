"""A list over a queryset: two statements whatever its length, sums by currency, no row twice; and its answers."""

import datetime as dt
from dataclasses import replace

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.db.models import Count
from django.http import QueryDict
from django.test import RequestFactory

from leasing.models import Contract, Instalment
from leasing.tests.factories import make_contract, make_instalment, make_tenant
from screens.lists import Column, Empty, FoundRows, Kind, Listing, answer, ask, matching, of_queryset, page_of
from screens.lists import page as list_page
from screens.tests.rents import RENTS, RentFilter
from sites_app.models import Site
from sites_app.scope import site_scope

pytestmark = pytest.mark.django_db

INSTALMENTS = Listing(
    name="instalments",
    columns=(
        Column("contract", "Contract", "contract.reference", sort=True),
        Column("tenant", "Tenant", "contract.tenant.name", sort=True),
        Column("due", "Due on", "due_date", Kind.DATE, sort=True),
        Column("amount", "Rent", "amount", Kind.FRANCS, sort=True),
        Column("twice", "Twice", lambda row: row.amount * 2, Kind.FRANCS, total="amount"),
        Column("ended", "Ended on", "contract.ended_on", Kind.DATE, sort=True),
    ),
    empty=Empty("No rent yet"),
    currency="site.currency",
    order="-due",
    page_rows=5,
)


@pytest.fixture
def due():
    """Seven rents in Conakry and four in Dakar."""
    with site_scope(["GN_CONAKRY", "SN_DAKAR"]):
        for code, count, rent in (("GN_CONAKRY", 7, 1_500_000), ("SN_DAKAR", 4, 150_000)):
            site = Site.objects.get(pk=code)
            tenant = make_tenant(site, name=f"Aïssatou of {code}")
            ended = {"status": "ended"} if code == "SN_DAKAR" else {}
            contract = make_contract(site, tenant=tenant, monthly_rent=rent, reference=f"B-{code}", **ended)
            for month in range(1, count + 1):
                make_instalment(contract, dt.date(2026, month, 1))
        yield Instalment.objects.select_related("site", "contract__tenant").order_by("period")


def found(query, rows):
    asked = ask(QueryDict(query), INSTALMENTS)
    return asked, of_queryset(asked, rows)


def test_two_statements_for_count_sums_and_rows_whatever_the_page(due, django_assert_num_queries):
    with django_assert_num_queries(2):
        asked, one = found("page=2", due)
        page = page_of(asked, one)
    assert page.count == 11
    assert [total.amounts for total in page.totals] == [["10\u202f500\u202f000\u00a0GNF", "600\u202f000\u00a0XOF"]] * 2
    assert len(page.lines) == 5
    assert [cell.column.name for cell in page.lines[0].cells] == [column.name for column in INSTALMENTS.columns]


def test_the_pages_together_are_every_row_once_whatever_the_order(due):
    for order in ("", "-amount", "amount", "tenant", "-ended"):
        rows = [row.pk for page in (1, 2, 3) for row in found(f"sort={order}&page={page}", due)[1].rows]
        assert len(rows) == len(set(rows)) == 11


def test_nothing_is_last_whichever_way_one_sorts(due):
    for order in ("ended", "-ended"):
        names = [row.site_id for row in found(f"sort={order}", due)[1].rows]
        assert names == ["SN_DAKAR"] * 4 + ["GN_CONAKRY"]


def test_a_page_beyond_the_last_is_the_last_and_an_empty_list_costs_one_statement(due, django_assert_num_queries):
    with django_assert_num_queries(2):
        _asked, last = found("page=99999999999999999999", due)
    assert (last.page, len(last.rows)) == (3, 1)
    with django_assert_num_queries(1):
        asked, none = found("page=3", due.filter(amount=1))
    assert (none.count, none.page, page_of(asked, none).totals) == (0, 1, [])


def test_without_francs_a_list_is_counted(due, django_assert_num_queries):
    listing = Listing("contracts", (Column("b", "Contract", "reference", sort=True),), Empty("Nothing"), order="b")
    with django_assert_num_queries(2):
        one = of_queryset(ask(QueryDict(""), listing), Contract.objects.all())
    assert [row.reference for row in one.rows] == ["B-GN_CONAKRY", "B-SN_DAKAR"]


def test_rows_that_cannot_be_counted_and_summed_at_once_are_refused(due):
    for rows in (due.distinct(), due[:3], Contract.objects.annotate(n=Count("instalments"))):
        with pytest.raises(ValueError, match="at once"):
            found("", rows)


def test_a_database_neither_sorts_nor_sums_by_a_function(due):
    function = Column("amount", "Rent", lambda row: row.amount, Kind.FRANCS, sort=True)
    asked = ask(QueryDict("sort=amount"), replace(INSTALMENTS, columns=(function,), order=""))
    with pytest.raises(ValueError, match="path"):
        of_queryset(asked, due)


def test_unsorted_the_order_is_the_querysets_own(due):
    asked = ask(QueryDict(), replace(INSTALMENTS, order=""))
    assert [row.period.month for row in of_queryset(asked, due.order_by("-period")).rows] == [7, 6, 5, 4, 4]


def test_a_search_finds_each_of_its_words_in_one_of_the_fields(due):
    def ids(words):
        return set(due.filter(matching(words, "contract__tenant__name", "contract__reference")).values_list("site_id"))

    assert ids("aïssatou b-sn") == {("SN_DAKAR",)}
    assert ids("aïssatou") == ids("  ") == {("SN_DAKAR",), ("GN_CONAKRY",)}
    assert ids("aïssatou nobody") == set()


def test_a_site_that_is_not_in_scope_is_in_neither_rows_nor_count_nor_sums_nor_file(due):
    with site_scope(["SN_DAKAR"]):
        _asked, one = found("", due)
        assert (one.count, one.sums["amount"]) == (4, {"XOF": 600_000})
        _asked, everything = found("file=csv", due)
        assert {row.site_id for row in everything.rows} == {"SN_DAKAR"}


class _BySite(forms.Form):
    site = forms.ModelChoiceField(Site.objects.all(), label="Site")


def test_the_chip_of_a_row_costs_no_statement_beyond_the_forms_own(db, django_assert_num_queries):
    data = QueryDict("site=GN_KINDIA")
    with django_assert_num_queries(1):
        asked = ask(data, INSTALMENTS, _BySite(data))
    assert [(one.raw, one.value) for one in asked.filters] == [("GN_KINDIA", str(Site.objects.get(pk="GN_KINDIA")))]


# --- the answer -----------------------------------------------------------------------------------


def asked_for(query):
    request = RequestFactory().get(f"/rents/?{query}")
    request.session = {}
    request._messages = FallbackStorage(request)
    return request


def test_the_file_is_the_rows_of_all_pages_in_two_statements(due, django_assert_num_queries):
    request = asked_for("sort=amount&page=2&file=csv")
    with django_assert_num_queries(2):
        asked, one = found(request.GET.urlencode(), due)
        file = answer(request, "components/list.html", asked, one)
    lines = file.content.decode("utf-8-sig").split("\r\n")
    assert len(lines) == 1 + 11 + 1
    for month in (1, 2, 3, 4):
        assert lines[month] == f"B-SN_DAKAR;Aïssatou of SN_DAKAR;2026-0{month}-05;150000;300000;2026-06-30;XOF"


def test_the_page_is_shown_with_what_else_it_needs(due):
    page = answer(asked_for(""), "components/list.html", *found("", due), {"title": "Rents due"})
    assert page.status_code == 200
    assert "Rents due" in page.content.decode()


def test_too_many_rows_for_a_file_come_back_to_the_page_which_says_so(due, monkeypatch):
    monkeypatch.setattr(list_page, "MAX_FILE_ROWS", 10)
    request = asked_for("sort=amount&file=xlsx")
    back = answer(request, "components/list.html", *found("file=xlsx", due))
    assert back["Location"] == "/rents/?sort=amount"
    assert len(get_messages(request)) == 1


def test_a_wrong_filter_is_said_on_the_page_and_never_makes_a_file():
    request = asked_for("town=paris&file=csv")
    asked = ask(request.GET, RENTS, RentFilter(request.GET))
    back = answer(request, "components/list.html", asked, FoundRows([], 0))
    assert back["Location"] == "/rents/?town=paris"
    request = asked_for("town=paris")
    asked = ask(request.GET, RENTS, RentFilter(request.GET))
    assert answer(request, "components/list.html", asked, FoundRows([], 0)).status_code == 400
