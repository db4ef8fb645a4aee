"""What one tenancy owes and has paid; and what is asked for, let go or given back beside its rents."""

from typing import Any

from django.contrib import admin
from django.contrib.postgres.aggregates import StringAgg
from django.db import models
from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from leasing import actions
from leasing.admin import asking
from leasing.admin.base import ContractInline, InstalmentInline, PaymentInline, PortfolioAdmin
from leasing.models import Account, Contract, Instalment, Payment
from leasing.queries import on_account, owed
from screens import formats
from sites_app.request import SiteRequest, one_site
from sites_app.site_admin import ShownAdmin

_FRANCS = models.BigIntegerField()
_NO_FRANCS, _NO_WORDS = models.Value(0, _FRANCS), models.Value("", models.TextField())


class MoneyButtons(PortfolioAdmin):
    """Those of a contract's page that move money beside its rents."""

    @action(description=gettext_lazy("Add a charge"), url_path="charge", icon="add_card")
    def add_charge(self, request: SiteRequest, object_id: str) -> HttpResponse:
        contract: Contract = self.row_or_404(request, object_id, allowed=self.may_write(request))
        today = one_site(request).today()
        return self.asked(
            request,
            contract,
            asking.ChargeForm(request.POST or None, initial={"due_date": today}),
            lambda said: actions.add_charge(contract=contract, by=request.user, today=today, **said),
            title=_("Add a charge to contract %(reference)s") % {"reference": contract.reference},
            sentence=_("It is due beside the rent. Money on account may pay it at once."),
            button=_("Add the charge"),
            done=_("The charge is due."),
        )

    @action(description=gettext_lazy("Let a debt go"), url_path="credit", icon="money_off")
    def give_credit(self, request: SiteRequest, object_id: str) -> HttpResponse:
        contract: Contract = self.row_or_404(request, object_id, allowed=self.may_write(request))
        site = one_site(request)
        today, left = site.today(), owed(contract, site.today())
        return self.asked(
            request,
            contract,
            asking.CreditForm(request.POST or None, initial={"amount": left, "given_on": today}),
            lambda said: actions.give_credit(contract=contract, by=request.user, today=today, **said),
            title=_("Let a debt of contract %(reference)s go?") % {"reference": contract.reference},
            sentence=_(
                "%(amount)s is owed. The oldest debts are let go first. It is no income, and counts in no rate; it can "
                "be reversed like a payment."
            )
            % {"amount": formats.francs(left, site.currency)},
            button=_("Let it go"),
            done=_("The debt is let go."),
        )

    @action(description=gettext_lazy("Give money back"), url_path="refund", icon="currency_exchange")
    def refund(self, request: SiteRequest, object_id: str) -> HttpResponse:
        contract: Contract = self.row_or_404(request, object_id, allowed=self.may_write(request))
        site = one_site(request)
        today, left = site.today(), max(on_account(contract), 0)
        return self.asked(
            request,
            contract,
            asking.RefundForm(request.POST or None, initial={"amount": left, "refunded_on": today}),
            lambda said: actions.refund_payment(contract=contract, by=request.user, today=today, **said),
            title=_("Give money of contract %(reference)s back?") % {"reference": contract.reference},
            sentence=_("%(amount)s is on account, and pays nothing yet. It can be reversed like a payment.")
            % {"amount": formats.francs(left, site.currency)},
            button=_("Give back"),
            done=_("The refund is recorded."),
        )


@admin.register(Account)
class AccountAdmin(PortfolioAdmin, ShownAdmin):
    """Opened by a contract, filled by what is due and paid: only shown."""

    icon = "account_balance_wallet"
    list_display = ["tenant", "references", "lacking", "loose"]
    list_select_related = ["tenant"]
    search_fields = ["tenant__name", "tenant__code", "contracts__reference"]
    found_by = {"tenant": "tenant_id"}
    fields = ["tenant", "references", "lacking", "loose"]
    readonly_fields = ["references", "lacking", "loose"]

    def get_queryset(self, request: SiteRequest) -> models.QuerySet:
        this = {"site": OuterRef("site"), "account": OuterRef("pk")}
        contracts, instalments = Contract.objects.filter(**this), Instalment.objects.filter(**this)
        payments = Payment.objects.standing().filter(**this)
        # Of "all my sites", the latest of their days.
        today = max(one.site.today() for one in request.accessible_sites if one.code in request.site_codes)
        due = instalments.filter(due_date__lte=today)
        return (
            super()
            .get_queryset(request)
            .annotate(
                their_references=_of_each(contracts, StringAgg("reference", ", ", order_by="start_date"), _NO_WORDS),
                owed=_of_each(due, Sum(F("amount") - F("paid_amount"), output_field=_FRANCS), _NO_FRANCS),
                paid=_of_each(instalments, Sum("paid_amount", output_field=_FRANCS), _NO_FRANCS),
                given=_of_each(payments, Sum("amount", output_field=_FRANCS), _NO_FRANCS),
            )
        )

    def get_inlines(self, request: SiteRequest, obj: Account | None) -> list[Any]:
        return [ContractInline, InstalmentInline, PaymentInline] if obj else []

    def choice_label(self, obj: Account) -> str:
        return f"{obj.tenant.name} · {self.references(obj)}"

    @display(description=Contract._meta.verbose_name_plural)
    def references(self, account: Any) -> str:
        return account.their_references or formats.NOTHING

    @display(description=gettext_lazy("owed today"), ordering="owed")
    def lacking(self, account: Any) -> str:
        return formats.francs(account.owed, account.site.currency)

    @display(description=gettext_lazy("on account"), ordering=F("given") - F("paid"))
    def loose(self, account: Any) -> str:
        return formats.francs(account.given - account.paid, account.site.currency)


def _of_each(rows: models.QuerySet, figure: Any, nothing: models.Value) -> Coalesce:
    of_account = rows.order_by().values("account").annotate(figure=figure).values("figure")
    return Coalesce(Subquery(of_account), nothing)
