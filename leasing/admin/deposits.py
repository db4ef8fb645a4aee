"""Deposits: due when a contract is signed, carried to the one that follows, settled when it has ended."""

from typing import Any

from django.contrib import admin
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from leasing import actions
from leasing.admin import asking
from leasing.admin.base import PortfolioAdmin, money, tag
from leasing.models import Contract, Deposit
from leasing.queries import owed
from screens import formats
from sites_app.request import SiteRequest, one_site
from sites_app.site_admin import ShownAdmin


@admin.register(Deposit)
class DepositAdmin(PortfolioAdmin, ShownAdmin):
    """Written by contracts and payments; its button settles it."""

    icon = "savings"
    list_display = ["contract", "tenant", "asked_for", "there", "state_tag", "refunded", "kept", "settled_on"]
    list_select_related = ["contract__tenant"]
    list_filter = ["state"]
    search_fields = ["contract__reference", "contract__tenant__name"]
    found_by = {"contract": "contract_id", "tenant": "contract__tenant_id"}
    date_hierarchy = "settled_on"
    fields = ["contract", "asked_for", "there", "state", "refunded", "kept", "settled_on", "carried_to"]
    readonly_fields = ["asked_for", "there", "refunded", "kept", "carried_to"]
    actions_detail = ["settle"]
    asked_for = money(Deposit, "agreed")
    there = money(Deposit, "received")
    refunded = money(Deposit, "refunded_amount")
    kept = money(Deposit, "kept_for_arrears")
    state_tag = tag(
        Deposit,
        "state",
        {
            Deposit.State.DUE: "warning",
            Deposit.State.HELD: "info",
            Deposit.State.CARRIED: "default",
            Deposit.State.FULL: "success",
            Deposit.State.PARTIAL: "warning",
            Deposit.State.WITHHELD: "danger",
        },
    )

    @display(description=Contract._meta.get_field("tenant").verbose_name, ordering="contract__tenant__name")
    def tenant(self, deposit: Deposit) -> str:
        return deposit.contract.tenant.name

    def choice_label(self, obj: Deposit) -> str:
        return f"{obj.contract.reference} · {self.asked_for(obj)}"

    def get_actions_detail(self, request: SiteRequest, object_id: Any) -> list[Any]:
        deposit = self.get_object(request, object_id)
        open_states = (Deposit.State.DUE, Deposit.State.HELD)
        if deposit is None or deposit.state not in open_states or not self.may_write(request):
            return []
        return super().get_actions_detail(request, object_id)

    @action(description=gettext_lazy("Settle"), url_path="settle", icon="price_check", variant=ActionVariant.PRIMARY)
    def settle(self, request: SiteRequest, object_id: str) -> HttpResponse:
        deposit = self.row_or_404(request, object_id, allowed=self.may_write(request))
        site = one_site(request)
        today, arrears = site.today(), max(owed(deposit.contract, site.today()), 0)
        kept = min(arrears, deposit.received)
        initial = {"refunded_amount": deposit.received - kept, "kept_for_arrears": kept, "settled_on": today}
        return self.asked(
            request,
            deposit,
            asking.SettleForm(request.POST or None, initial=initial),
            lambda said: actions.settle_deposit(deposit=deposit, by=request.user, today=today, **said),
            title=_("Settle the deposit of contract %(reference)s") % {"reference": deposit.contract.reference},
            sentence=_(
                "%(amount)s of it was received, and %(owed)s is owed. Say how much is given back, and how much pays "
                "what is owed."
            )
            % {
                "amount": formats.francs(deposit.received, site.currency),
                "owed": formats.francs(arrears, site.currency),
            },
            button=_("Settle"),
            done=_("The deposit is settled."),
        )
