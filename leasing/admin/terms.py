"""What changes in a running contract from a month on: its rent, its payment day, its billing."""

from django.contrib import admin
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from leasing import actions
from leasing.admin import asking
from leasing.admin.base import PortfolioAdmin, money
from leasing.models import Concession, Contract, RentStep
from leasing.months import month_after
from leasing.queries import rent_of
from screens import formats
from sites_app.request import SiteRequest, one_site
from sites_app.site_admin import ShownAdmin


class TermButtons(PortfolioAdmin):
    """Those of a contract's page that change its terms."""

    @action(description=gettext_lazy("Change the rent"), url_path="rent", icon="trending_up")
    def change_rent(self, request: SiteRequest, object_id: str) -> HttpResponse:
        contract: Contract = self.row_or_404(request, object_id, allowed=self.may_write(request))
        today = one_site(request).today()
        initial = {"monthly_rent": rent_of(contract, today), "from_month": month_after(today, 1)}
        return self.asked(
            request,
            contract,
            asking.RentForm(request.POST or None, initial=initial),
            lambda said: actions.change_rent(contract=contract, by=request.user, today=today, **said),
            title=_("Change the rent of contract %(reference)s") % {"reference": contract.reference},
            sentence=_(
                "Months from there that are not paid in full ask for the new rent. It is no renewal, and no signing."
            ),
            button=_("Change the rent"),
            done=_("The rent of contract %(reference)s changes.") % {"reference": contract.reference},
        )

    @action(description=gettext_lazy("Change the payment day"), url_path="payment-day", icon="event")
    def change_payment_day(self, request: SiteRequest, object_id: str) -> HttpResponse:
        contract: Contract = self.row_or_404(request, object_id, allowed=self.may_write(request))
        today = one_site(request).today()
        initial = {"payment_day": contract.payment_day, "from_month": month_after(today, 1)}
        return self.asked(
            request,
            contract,
            asking.PaymentDayForm(request.POST or None, initial=initial),
            lambda said: actions.change_payment_day(contract=contract, by=request.user, today=today, **said),
            title=_("Change the payment day of contract %(reference)s") % {"reference": contract.reference},
            sentence=_("Months from there that are not paid in full are due on the new day."),
            button=_("Change the payment day"),
            done=_("The payment day of contract %(reference)s changes.") % {"reference": contract.reference},
        )

    @action(description=gettext_lazy("Change the billing"), url_path="billing", icon="date_range")
    def change_billing(self, request: SiteRequest, object_id: str) -> HttpResponse:
        contract: Contract = self.row_or_404(request, object_id, allowed=self.may_write(request))
        today = one_site(request).today()
        initial = {"billing": contract.billing, "from_month": month_after(today, 1)}
        return self.asked(
            request,
            contract,
            asking.BillingForm(request.POST or None, initial=initial),
            lambda said: actions.change_billing(contract=contract, by=request.user, today=today, **said),
            title=_("Change the billing of contract %(reference)s") % {"reference": contract.reference},
            sentence=_("Months from there are cut another way. What lies between the two is asked for by days."),
            button=_("Change the billing"),
            done=_("The billing of contract %(reference)s changes.") % {"reference": contract.reference},
        )


@admin.register(RentStep)
class RentStepAdmin(PortfolioAdmin, ShownAdmin):
    """Written by the button of the contract: only shown."""

    icon = "trending_up"
    list_display = ["month", "contract", "tenant", "rent"]
    list_select_related = ["contract__tenant"]
    search_fields = ["contract__reference", "contract__tenant__name"]
    found_by = {"contract": "contract_id", "tenant": "contract__tenant_id"}
    date_hierarchy = "from_month"
    fields = ["contract", "month", "rent"]
    readonly_fields = ["month", "rent"]
    rent = money(RentStep, "monthly_rent")

    @display(description=RentStep._meta.get_field("from_month").verbose_name, ordering="from_month")
    def month(self, step: RentStep) -> str:
        return formats.month(step.from_month)

    @display(description=Contract._meta.get_field("tenant").verbose_name, ordering="contract__tenant__name")
    def tenant(self, step: RentStep) -> str:
        return step.contract.tenant.name

    def choice_label(self, obj: RentStep) -> str:
        return f"{obj.contract.reference} · {self.month(obj)} · {self.rent(obj)}"


@admin.register(Concession)
class ConcessionAdmin(PortfolioAdmin, ShownAdmin):
    """Granted by what keeps tenants: only shown."""

    icon = "percent"
    list_display = ["granted_on", "contract", "months", "less", "reason", "granted_by"]
    list_select_related = ["contract", "granted_by"]
    search_fields = ["contract__reference", "contract__tenant__name"]
    found_by = {"contract": "contract_id"}
    date_hierarchy = "granted_on"
    fields = ["contract", "months", "less", "reason", "granted_on", "granted_by"]
    readonly_fields = ["months", "less"]
    less = money(Concession, "francs")

    @display(description=Concession._meta.get_field("periods").verbose_name)
    def months(self, concession: Concession) -> str:
        return ", ".join(formats.month(period) for period in concession.periods)

    def choice_label(self, obj: Concession) -> str:
        return f"{obj.contract.reference} · {self.months(obj)} · {self.less(obj)}"
