"""Who rents on a site and is not scored, and why."""

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from leasing.spelling import says
from retention.pages import words
from retention.pages.access import MANAGE
from retention.standing import TenancyStanding, not_scored_on
from screens.lists import Column, Empty, Kind, Listing, Phone, SearchField, answer, ask, of_sequence
from sites_app.permissions import needs
from sites_app.request import SiteRequest
from tasks.pages.views import choose_a_site


def _address(row: TenancyStanding) -> str:
    return reverse("retention:tenant", args=[row.tenant_id])


NOT_SCORED = Listing(
    name="tenants-not-scored",
    columns=(
        Column("tenant", gettext_lazy("Tenant"), "tenant", sort=True, link=_address, phone=Phone.LINE),
        Column(
            "why",
            gettext_lazy("Why"),
            lambda row: words.not_scored(row, None),
            sort=lambda row: row.standing,
            phone=Phone.LINE,
        ),
        Column("home", gettext_lazy("Property"), "home", sort=True),
        Column("contract", gettext_lazy("Contract"), "reference", sort=True),
        Column("noticed", gettext_lazy("Notice of"), "noticed_on", Kind.DATE, sort=True),
        Column("leaves", gettext_lazy("Last day"), "leaves_on", Kind.DATE, sort=True),
    ),
    empty=Empty(gettext_lazy("Everybody who rents is scored"), icon="check"),
    order="tenant",
)


_STANDINGS = (
    ("leaving", gettext_lazy("Leaving")),
    ("eviction", gettext_lazy("Being put out")),
    ("repossession", gettext_lazy("The owner takes the home back")),
    ("objected", gettext_lazy("Does not want to be scored")),
    ("unobserved", gettext_lazy("Before ends were on record")),
    ("applicant", gettext_lazy("Applicant")),
)


class NotScoredFilter(forms.Form):
    """Which of them: by words, by the reason."""

    q = SearchField()
    why = forms.ChoiceField(label=gettext_lazy("Why"), required=False, choices=[("", gettext_lazy("All")), *_STANDINGS])

    def chosen(self, rows: list[TenancyStanding]) -> list[TenancyStanding]:
        """Those that are wanted; a filter that is wrong takes nothing away."""
        self.is_valid()
        query, why = self.cleaned_data.get("q", ""), self.cleaned_data.get("why", "")
        return [
            row
            for row in rows
            if (not why or row.standing == why) and (not query or says(query, row.tenant, row.reference, row.home))
        ]


@needs(MANAGE)
@require_safe
def not_scored(request: SiteRequest) -> HttpResponse:
    """Who is leaving, put out, has objected or has only applied: nobody of them is forecast."""
    if request.site is None:
        return choose_a_site(request, "retention:not_scored")
    form = NotScoredFilter(request.GET)
    asked = ask(request.GET, NOT_SCORED, form)
    rows = form.chosen(not_scored_on(request.site.code, request.site.today()))
    crumbs = [{"label": _("Tenants to keep"), "url": reverse("retention:list")}]
    return answer(request, "retention/not_scored.html", asked, of_sequence(asked, rows), {"crumbs": crumbs})
