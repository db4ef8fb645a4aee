"""The pages of a tenant, a contract and a property. Thin: find it, ask what is known, render."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from leasing.actions.contacts import CHANGEABLE_FOR
from leasing.models import Contract, Interaction, Property, Tenant
from leasing.pages.forms import ContactNoteForm, is_id, key_of_a_form
from leasing.pages.message import message_about_the_balance
from leasing.pages.rules import legal_facts
from leasing.pages.to_come import what_comes_next
from leasing.stories.contract import months_of_contract, story_of_contract
from leasing.stories.home import story_of_property
from leasing.stories.tenant import NotedContact, story_of_tenant
from screens.panels import panels_of
from screens.timeline import page_number, timeline_page
from sites_app.permissions import needs, rights_on
from sites_app.request import SiteRequest


@needs("leasing.view_portfolio")
@require_safe
def tenant(request: SiteRequest, pk: UUID) -> HttpResponse:
    """What a tenant owes, how to reach them, what they rent, and everything that has happened, the newest first."""
    tenants = Tenant.objects.filter(site__in=request.site_codes).select_related("site", "referred_by")
    noted = request.GET.get("contact", "")
    return tenant_page(request, get_object_or_404(tenants, pk=pk), UUID(noted) if is_id(noted) else None)


def tenant_page(
    request: SiteRequest,
    found: Tenant,
    noted: UUID | None = None,
    note_form: ContactNoteForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, with a contact that was just noted, and the form of a note that was refused."""
    rights, today = rights_on(request, found.site_id), found.site.today()
    contact = NotedContact(noted, request.user.pk, timezone.now() - CHANGEABLE_FOR) if noted else None
    story = story_of_tenant(found, today, contact=contact)
    context = {
        "tenant": found,
        "currency": found.site.currency,
        "today": today,
        "story": story,
        "message": message_about_the_balance(found, story),
        "channels": dict(Interaction.Channel.choices),
        "may_contact": request.site is not None and "leasing.record_interaction" in rights,
        "may_receive": request.site is not None and "leasing.record_payment" in rights,
        "key": key_of_a_form(),
        "note_form": note_form or (ContactNoteForm.of(story.contact) if story.contact else None),
        "panels": panels_of("leasing:tenant", request, found, rights),
        "page": timeline_page("tenant", found, request, rights),
        "crumbs": _crumbs(),
    }
    return render(request, "leasing/tenant.html", context, status=status)


@needs("leasing.view_portfolio")
@require_safe
def contract(request: SiteRequest, pk: UUID) -> HttpResponse:
    """What a lease says, what the site's rules say of it, its months with what paid them, and what comes next."""
    contracts = Contract.objects.filter(site__in=request.site_codes)
    found = get_object_or_404(contracts.select_related("site", "tenant", "property", "agent"), pk=pk)
    rights, today = rights_on(request, found.site_id), found.site.today()
    story, is_all = story_of_contract(found, today), request.GET.get("months") == "all"
    context = {
        "contract": found,
        "currency": found.site.currency,
        "story": story,
        "months": months_of_contract(found, today, page=page_number(request), is_all=is_all),
        "is_all": is_all,
        "unknown_before": found.rents_from if found.rents_from and found.rents_from > found.start_date else None,
        "rules_on": min(today, found.ended_on or today),
        "rules": legal_facts(found.site, min(today, found.ended_on or today), story.rent),
        "to_come": what_comes_next(found, story, today),
        "may_receive": request.site is not None and "leasing.record_payment" in rights,
        "panels": panels_of("leasing:contract", request, found, rights),
        "crumbs": [*_crumbs(), {"label": found.tenant.name, "url": reverse("leasing:tenant", args=[found.tenant_id])}],
    }
    return render(request, "leasing/contract.html", context)


@needs("leasing.view_portfolio")
@require_safe
def home(request: SiteRequest, pk: UUID) -> HttpResponse:
    """Who lives in a property and who did, how long it stood empty, what is open about it, and whose it is."""
    properties = Property.objects.filter(site__in=request.site_codes).select_related("site", "owner", "part_of")
    found = get_object_or_404(properties, pk=pk)
    story = story_of_property(found, found.site.today())
    context = {
        "property": found,
        "currency": found.site.currency,
        "story": story,
        "compared": story.against_the_market(found.market_rent),
        "panels": panels_of("leasing:property", request, found, rights_on(request, found.site_id)),
        "crumbs": _crumbs(),
    }
    return render(request, "leasing/property.html", context)


def _crumbs() -> list[dict[str, Any]]:
    return [{"label": _("Overview"), "url": reverse("home")}]
