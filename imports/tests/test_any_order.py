"""However a set of files is cut into imports, and in whatever order they come: the same months, days and balances."""

import datetime as dt

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports.likeness import SameMoney
from imports.tests.agencies import PEOPLE, PLACES, books, lease, taken
from tests.examples import examples

pytestmark = pytest.mark.django_db

ORDER = ("contrats", "echeances", "paiements")


def _day(number: int) -> str:
    return (dt.date(2026, 1, 1) + dt.timedelta(days=number)).strftime("%d/%m/%Y")


@st.composite
def agencies(draw):
    """Rows by contract: its own line, its instalments if the file has any, its payments. And the answer that is given."""
    of_contracts = []
    for home in ("B-1", "B-2"):
        begins = draw(st.integers(0, 200))
        ends = begins + draw(st.integers(0, 150))
        same = draw(st.booleans())
        tenants = ("T-1", "T-1") if same else ("T-1", "T-2")
        # The first may go on in the account of the second, within 90 days and after more.
        periods = [(begins, ends), (ends + draw(st.sampled_from([0, 1, 40, 90, 91, 100])), None)]
        for number, ((start, end), tenant) in enumerate(zip(periods, tenants, strict=True)):
            if start > 320 or not draw(st.booleans()):
                continue
            of_contracts.append(draw(_rows(f"C{home}{number}", home, tenant, start, end)))
    return of_contracts, draw(st.sampled_from([None, None, dt.date(2026, 5, 1), dt.date(2026, 12, 1)]))


@st.composite
def _rows(draw, reference, home, tenant, start, end):
    given = {"rent": 3100, "start": _day(start)}
    if end is not None:
        given["date_sortie"] = _day(end)
    kind = draw(st.sampled_from(["nothing", "nothing", "instalments", "opening", "rents_from"]))
    day = draw(st.integers(start, 320))
    if kind == "opening":
        given |= {"solde_ouverture": str(draw(st.integers(-9000, 9000))), "date_solde": _day(day)}
    if kind == "rents_from":
        given["loyers_depuis"] = _day(day)
    last = 320 if end is None else end
    asked = {}
    if kind == "instalments":
        for number in draw(st.lists(st.integers(start, max(start, last)), min_size=1, max_size=4)):
            asked[_day(number)[3:]] = f"{reference};{_day(number)};{draw(st.integers(1000, 4000))}"
    paid = draw(st.lists(st.tuples(st.integers(max(0, start - 20), 325), st.integers(1, 9000)), max_size=5))
    # Two of one day may come in any order: they are told apart by nothing that a month or a balance shows.
    money = [f"{reference};{_day(number)};{francs};cash" for number, francs in dict(paid).items()]
    return {
        "contrats": [lease(reference, home, tenant, **given)],
        "echeances": list(asked.values()),
        "paiements": money,
    }


@settings(max_examples=examples(12), deadline=None, suppress_health_check=list(HealthCheck))
@given(agency=agencies(), data=st.data())
def test_any_split_into_imports_in_any_order_gives_the_same_books(agency, data):
    of_contracts, history_from = agency
    waves: list[dict[str, list[str]]] = [{} for _number in range(4)]
    for rows in of_contracts:
        first = data.draw(st.integers(0, 3))
        waves[first].setdefault("contrats", []).extend(rows["contrats"])
        # The day that a person gives is no assumption: then a contract's instalments come with it.
        later = first if history_from else data.draw(st.integers(first, 3))
        waves[later].setdefault("echeances", []).extend(rows["echeances"])
        for payment in rows["paiements"]:
            waves[data.draw(st.integers(first, 3))].setdefault("paiements", []).append(payment)
    with transaction.atomic():
        whole = {table: [line for rows in of_contracts for line in rows[table]] for table in ORDER}
        taken(biens=PLACES, locataires=PEOPLE, history_from=history_from, **whole)
        at_once = books()
        transaction.set_rollback(True)
    with transaction.atomic():
        taken(biens=PLACES, locataires=PEOPLE)
        for wave in waves:
            if files := {table: lines for table, lines in wave.items() if lines}:
                # Of one amount on near days they are two payments all the same.
                taken(history_from=history_from, answer=SameMoney(False, None), **files)
        assert books() == at_once
        transaction.set_rollback(True)
