"""A list of its own for tests: rows that Python has, in two currencies, and a page that shows them."""

import datetime as dt
from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from screens.lists import Column, Empty, FoundRows, Kind, Listing, ListState, Phone, ask, of_sequence, page_of
from sites_app.permissions import needs


@dataclass(frozen=True)
class ListedRent:
    """What somebody owes."""

    number: int
    tenant: str
    town: str
    due: dt.date | None
    amount: int
    received: int | None
    currency: str = "GNF"
    phone: str = ""


TOWNS = [("kindia", "Kindia"), ("dakar", "Dakar"), ("Côte", [("conakry", "Conakry & Kaloum")])]
RENTS = Listing(
    name="rents",
    columns=(
        Column("tenant", "Tenant", "tenant", sort=True, link=lambda row: f"#{row.number}", phone=Phone.LINE),
        Column("phone", "Phone", "phone", Kind.PHONE, on_page=False),
        Column("town", "Town", "town", sort=lambda row: row.town, phone=Phone.LINE),
        Column("since", "Due on", "due", Kind.DATE, sort="due", phone=Phone.LINE),
        Column("rent", "Rent", "amount", Kind.FRANCS, sort=True),
        Column("received", "Received", lambda row: row.received, Kind.FRANCS),
        Column("share", "Share", lambda row: (row.received or 0) / row.amount, Kind.PERCENT, total=False),
        Column("mark", "Mark", "number", Kind.NUMBER, in_file=False, phone=Phone.HIDDEN),
    ),
    empty=Empty("No rent yet", text="Rents come with a contract.", url="/new/", action="Write a contract"),
    currency="currency",
    page_rows=10,
)


class RentFilter(forms.Form):
    q = forms.CharField(label="Search", required=False, max_length=20)
    town = forms.ChoiceField(label="Town", required=False, choices=[("", "All"), *TOWNS])
    months = forms.MultipleChoiceField(
        label="Month", required=False, choices=[(str(month), f"Month {month}") for month in range(1, 13)]
    )
    since = forms.DateField(label="Since", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    late = forms.BooleanField(label="Only late ones", required=False)


def rents(count: int) -> list[ListedRent]:
    """So many, the last due first; every fifth in Dakar and CFA, every fourth not received."""
    return [
        ListedRent(
            number,
            f"Tenant {number:03}",
            "dakar" if number % 5 == 0 else "kindia",
            dt.date(2026, 12, 28) - dt.timedelta(number),
            150_000 if number % 5 == 0 else 1_500_000,
            None if number % 4 == 0 else 100_000,
            "XOF" if number % 5 == 0 else "GNF",
            "+224620000001",
        )
        for number in range(1, count + 1)
    ]


def found_in(asked: ListState, form: RentFilter, rows: list[ListedRent]) -> FoundRows:
    """The rows by the filters: a field that is wrong filters nothing."""
    wanted = form.cleaned_data
    rows = [row for row in rows if wanted.get("q", "").lower() in row.tenant.lower()]
    rows = [row for row in rows if not wanted.get("town") or row.town == wanted["town"]]
    return of_sequence(asked, rows)


PAGE = """{% extends "base.html" %}{% block title %}Rents{% endblock %}{% block main %}<h1>Rents</h1>
{% include "components/list.html" with title="Rents due" %}{% endblock %}"""


@needs(None)
def page(request: HttpRequest) -> HttpResponse:
    form = RentFilter(request.GET)
    asked = ask(request.GET, RENTS, form)
    shown = page_of(asked, found_in(asked, form, rents(int(request.GET.get("of", 34)))))
    return HttpResponse(engines["django"].from_string(PAGE).render({"list": shown}, request))


urlpatterns = [path("rents/", page), path("", include("akig.urls"))]
