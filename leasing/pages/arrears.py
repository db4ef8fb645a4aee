"""The list of ended leases that owe, from which the debts of tenants who have left are worked."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from leasing.arrears import EndedLease, ended_leases
from leasing.spelling import says
from screens.lists import Column, Empty, Kind, Listing, Phone, SearchField, answer, ask, of_sequence
from sites_app.permissions import needs
from sites_app.request import SiteRequest

_AGES = {"30": (0, 30), "60": (31, 60), "90": (61, 90), "more": (91, 10**6)}

ENDED_LEASES = Listing(
    name="arrears-of-ended-leases",
    columns=(
        Column(
            "tenant",
            gettext_lazy("Tenant"),
            "tenant",
            sort=True,
            template="leasing/_ended_lease.html",
            phone=Phone.LINE,
        ),
        Column("francs", gettext_lazy("Owed"), "francs", Kind.FRANCS, sort=True, phone=Phone.LINE),
        Column("days", gettext_lazy("Days late"), "days", Kind.NUMBER, sort=True),
        Column("ended", gettext_lazy("Left on"), "ended_on", Kind.DATE, sort=True),
        Column("agent", gettext_lazy("Agent"), "agent", sort=True),
        Column("up_to_30", gettext_lazy("0–30 days"), "up_to_30", Kind.FRANCS, phone=Phone.HIDDEN),
        Column("up_to_60", gettext_lazy("31–60 days"), "up_to_60", Kind.FRANCS, phone=Phone.HIDDEN),
        Column("up_to_90", gettext_lazy("61–90 days"), "up_to_90", Kind.FRANCS, phone=Phone.HIDDEN),
        Column("over_90", gettext_lazy("Over 90 days"), "over_90", Kind.FRANCS, phone=Phone.HIDDEN),
        Column("phone", gettext_lazy("Phone"), "phone", Kind.PHONE, on_page=False),
        Column("contract", gettext_lazy("Contract"), "reference", on_page=False),
        Column("property", gettext_lazy("Property"), "home", on_page=False),
        Column("since", gettext_lazy("Owed since"), "since", Kind.DATE, on_page=False),
    ),
    empty=Empty(
        gettext_lazy("No ended lease owes anything"),
        text=gettext_lazy("Tenants who leave with a debt appear here the day after their last one."),
        icon="check",
    ),
    currency="currency",
    order="-francs",
)


class ArrearsFilter(forms.Form):
    """Which of them: by words, by the age of the oldest debt, by agent."""

    q = SearchField()
    age = forms.ChoiceField(
        label=gettext_lazy("Oldest debt"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("30", gettext_lazy("0–30 days")),
            ("60", gettext_lazy("31–60 days")),
            ("90", gettext_lazy("61–90 days")),
            ("more", gettext_lazy("Over 90 days")),
        ],
    )
    agent = forms.ChoiceField(label=gettext_lazy("Agent"), required=False)

    def __init__(self, *args: Any, agents: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = sorted(agents.items(), key=lambda one: one[1])
        cast("forms.ChoiceField", self.fields["agent"]).choices = [("", _("All")), *names]

    def chosen(self, leases: Iterable[EndedLease]) -> list[EndedLease]:
        """Those that are wanted; a filter that is wrong takes nothing away."""
        self.is_valid()
        words, age, agent = (self.cleaned_data.get(name, "") for name in ("q", "age", "agent"))
        least, most = _AGES.get(age, (0, 10**6))
        return [
            one
            for one in leases
            if least <= one.days <= most
            and (not agent or str(one.agent_id) == agent)
            and (not words or says(words, one.tenant, one.phone, one.reference, one.home))
        ]


@needs("leasing.view_portfolio")
@require_safe
def arrears(request: SiteRequest) -> HttpResponse:
    """Debts of tenants who have left, by age, with their sums; the whole of it as a file."""
    sites = {access.code: access.site for access in request.accessible_sites if access.code in request.site_codes}
    leases = ended_leases(list(sites.values()))
    agents = {str(one.agent_id): one.agent for one in leases if one.agent_id is not None}
    form = ArrearsFilter(request.GET, agents={str(request.user.pk): request.user.get_full_name()} | agents)
    asked = ask(request.GET, ENDED_LEASES, form)
    context = {"may_record": request.site is not None and "leasing.record_payment" in request.site_permissions}
    return answer(request, "leasing/arrears.html", asked, of_sequence(asked, form.chosen(leases)), context)
