"""What the pages of the portfolio share: rights, the page of a button, columns, and rows shown below a form."""

from collections.abc import Callable, Mapping
from types import MethodType
from typing import Any, cast

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display

from changes.refusals import RuleBroken
from leasing.admin import forms as admin_forms
from leasing.models import Contract, Deposit, Instalment, Interaction, Payment, RentStep, Tenant
from leasing.search import listed
from screens import formats
from screens.texts import Text
from sites_app.models import SiteScopedModel
from sites_app.request import SiteRequest
from sites_app.site_admin import ReadOnlyInline, SiteModelAdmin

MANAGE = "leasing.manage_portfolio"


class PortfolioAdmin(SiteModelAdmin):
    view_permission = "leasing.view_portfolio"
    change_permission = MANAGE
    actions_list: list[Any]
    # What a row is found by besides its own texts, however it is spelled: leasing.search.
    found_by: Mapping[str, str] = {}

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        found, has_duplicates = super().get_search_results(request, queryset, search_term)
        if not search_term.strip() or not self.found_by:
            return found, has_duplicates
        return queryset.filter(listed(search_term, *self.search_fields, keys=self.found_by)), has_duplicates

    def has_manage_permission(self, request: SiteRequest) -> bool:
        """Who manages the portfolio of one site, also while the site takes no changes."""
        return request.site is not None and MANAGE in request.site_permissions

    def offer(self, button: Callable[..., HttpResponse]) -> None:
        """Show a button of an app above this one over the list: a function marked with unfold's `action`."""
        setattr(self, button.__name__, MethodType(button, self))
        self.actions_list = [*self.actions_list, button.__name__]

    def asked(
        self,
        request: SiteRequest,
        row: Any,
        form: forms.Form,
        do: Callable[[dict[str, Any]], Any],
        *,
        title: str,
        sentence: str,
        button: str,
        done: str,
    ) -> HttpResponse:
        """A button's page: shows the form, does it when it is filled in, shows why it was refused."""
        if request.method == "POST" and form.is_valid():
            try:
                result = do(form.cleaned_data)
            except RuleBroken as refusal:
                admin_forms.show_refusal(form, refusal)
            except ValidationError as error:
                admin_forms.show_errors(form, error)
            else:
                return self.done(request, result if isinstance(result, self.model) else row, done)
        return self.ask(request, row, title=title, sentence=sentence, button=button, form=form)


def _words_for(model: type[models.Model], name: str) -> Text:
    return cast("models.Field", model._meta.get_field(name)).verbose_name


def money(model: type[models.Model], name: str) -> Callable[..., str]:
    """A column of francs with the currency of the row's site."""

    @display(description=_words_for(model, name), ordering=name)
    def column(self: Any, row: SiteScopedModel) -> str:
        amount = getattr(row, name)
        return formats.NOTHING if amount is None else formats.francs(amount, row.site.currency)

    return column


def tag(model: type[models.Model], name: str, tones: dict[Any, str]) -> Callable[..., tuple[str, str]]:
    """A column that shows a state as a coloured word."""

    @display(description=_words_for(model, name), ordering=name, label=tones)
    def column(self: Any, row: models.Model) -> tuple[str, str]:
        return getattr(row, name), getattr(row, f"get_{name}_display")()

    return column


def person(model: type[models.Model], name: str) -> Callable[..., str]:
    """Who did something, as a word."""

    @display(description=_words_for(model, name))
    def column(self: Any, row: models.Model) -> str:
        return str(getattr(row, name) or formats.NOTHING)

    return column


@display(description=_words_for(Tenant, "phone"), ordering="phone")
def phone(self: Any, row: Any) -> str:
    if not row.phone:
        return formats.NOTHING
    return phonenumbers.format_number(row.phone, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


class ContractInline(ReadOnlyInline):
    model = Contract
    fields = ["reference", "start_date", "end_date", "ended_on", "end_reason", "monthly_rent", "status"]
    show_change_link = True


class InstalmentInline(ReadOnlyInline):
    model = Instalment
    fields = ["kind", "label", "period", "due_date", "amount", "paid_amount", "settled_on"]
    show_change_link = True


class PaymentInline(ReadOnlyInline):
    model = Payment
    fields = ["received_on", "amount", "method", "provider", "external_reference", "reason"]
    show_change_link = True


class DepositInline(ReadOnlyInline):
    model = Deposit
    fields = ["agreed", "received", "state", "refunded_amount", "kept_for_arrears", "settled_on"]
    show_change_link = True


class RentStepInline(ReadOnlyInline):
    model = RentStep
    fields = ["from_month", "monthly_rent"]


class InteractionInline(ReadOnlyInline):
    model = Interaction
    fields = ["happened_at", "channel", "direction", "note"]
    per_page = 20
