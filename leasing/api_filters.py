"""What a program may ask of the lists of the portfolio."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django.db.models import Q, QuerySet
from rest_framework import serializers

from leasing.models import PAYMENT_KINDS, Contract, Property, Tenant
from leasing.models.contracts import ContractQuerySet
from leasing.search import having
from sites_app.lists import ListParameters, Search, orderings
from sites_app.rules import PAYMENT_METHODS

# ruff: noqa: N815 -- the clients' own names

_LARGEST_ID = 2**63 - 1


def _day(**kwargs: Any) -> serializers.DateField:
    return serializers.DateField(required=False, **kwargs)


def _id() -> serializers.UUIDField:
    return serializers.UUIDField(required=False)


def _one_of(choices: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices, required=False)


def _containing(words: str, columns: Iterable[str]) -> Q:
    found = Q()
    for column in columns:
        found |= Q(**{f"{column}__icontains": words})
    return found


class PortfolioFilters(ListParameters):
    """`columns` is what a list may be ordered by, `lookups` what each filter compares, `searched` where words are.

    `found_by` leads to what has the words however they are spelled, by its kind.
    """

    columns: Mapping[str, str]
    lookups: Mapping[str, str]
    searched: tuple[str, ...]
    found_by: Mapping[str, str]

    def narrowed(self, rows: QuerySet) -> QuerySet:
        """The rows that were asked for."""
        asked = self.validated_data
        for name, lookup in self.lookups.items():
            if name in asked:
                rows = rows.filter(**{lookup: asked[name]})
        if "search" in asked:
            rows = rows.filter(_containing(asked["search"], self.searched) | having(asked["search"], self.found_by))
        return rows


class ContractFilters(PortfolioFilters):
    search = Search(help_text="In the reference, the tenant's name or the property's code.")
    status = _one_of(Contract.Status.choices)
    agent = serializers.IntegerField(required=False, min_value=1, max_value=_LARGEST_ID, help_text="A person's id.")
    tenant = _id()
    property = _id()
    account = _id()
    inForceOn = _day(help_text="Signed, begun, and not ended before this day.")
    startFrom = _day()
    startTo = _day()
    endFrom = _day(help_text="The agreed term ends on this day or later.")
    endTo = _day()
    ordering = orderings("reference", "startDate", "endDate", "monthlyRent")

    columns = {
        "reference": "reference",
        "startDate": "start_date",
        "endDate": "end_date",
        "monthlyRent": "monthly_rent",
    }
    lookups = {
        "status": "status",
        "agent": "agent_id",
        "tenant": "tenant_id",
        "property": "property_id",
        "account": "account_id",
        "startFrom": "start_date__gte",
        "startTo": "start_date__lte",
        "endFrom": "end_date__gte",
        "endTo": "end_date__lte",
    }

    searched = ("reference", "tenant__name", "property__code")
    found_by = {"contract": "pk", "tenant": "tenant_id", "property": "property_id"}

    def narrowed(self, rows: QuerySet) -> QuerySet:
        day = self.validated_data.get("inForceOn")
        found = super().narrowed(rows)
        return cast("ContractQuerySet", found).in_force_on(day) if day else found


class TenantFilters(PortfolioFilters):
    search = Search(help_text="In the code, the name, the phone or the e-mail address.")
    employmentStatus = _one_of(Tenant.Employment.choices)
    joinedFrom = _day()
    joinedTo = _day()
    ordering = orderings("name", "code", "joinedOn")

    columns = {"name": "name", "code": "code", "joinedOn": "joined_on"}
    lookups = {"employmentStatus": "employment_status", "joinedFrom": "joined_on__gte", "joinedTo": "joined_on__lte"}

    searched = ("code", "name", "phone", "phone_2", "email")
    found_by = {"tenant": "pk"}


class PropertyFilters(PortfolioFilters):
    search = Search(help_text="In the code, the address or the neighbourhood.")
    status = _one_of(Property.Status.choices)
    kind = _one_of(Property.Kind.choices)
    owner = _id()
    ordering = orderings("code", "neighbourhood", "marketRent")

    columns = {"code": "code", "neighbourhood": "neighbourhood", "marketRent": "market_rent"}
    lookups = {"status": "status", "kind": "kind", "owner": "owner_id"}

    searched = ("code", "address", "neighbourhood")
    found_by = {"property": "pk"}


class PaymentFilters(PortfolioFilters):
    search = Search(help_text="In the reference of the payment or of its contract, or the tenant's name.")
    contract = _id()
    account = _id()
    tenant = _id()
    method = _one_of((*PAYMENT_METHODS, *PAYMENT_KINDS))
    receivedFrom = _day()
    receivedTo = _day()
    reversed = serializers.BooleanField(required=False, allow_null=True, default=None)
    ordering = orderings("-receivedOn", "recordedAt", "amount")

    columns = {"receivedOn": "received_on", "recordedAt": "recorded_at", "amount": "amount"}
    lookups = {
        "contract": "contract_id",
        "account": "account_id",
        "tenant": "contract__tenant_id",
        "method": "method",
        "receivedFrom": "received_on__gte",
        "receivedTo": "received_on__lte",
    }

    searched = ("external_reference", "contract__reference", "contract__tenant__name")
    found_by = {"contract": "contract_id", "tenant": "contract__tenant_id"}

    def narrowed(self, rows: QuerySet) -> QuerySet:
        wanted = self.validated_data["reversed"]
        return super().narrowed(rows if wanted is None else rows.filter(reversals__isnull=not wanted))
