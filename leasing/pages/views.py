"""The pages of a tenant, a contract and a property. Thin: find it, ask what is known, render."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from leasing.models import Contract, Property, Tenant
from leasing.queries import with_rent
from screens.panels import panels_of
from screens.timeline import timeline_page
from sites_app.permissions import needs, rights_on
from sites_app.request import SiteRequest


@needs("leasing.view_portfolio")
@require_safe
def tenant(request: SiteRequest, pk: UUID) -> HttpResponse:
    """Who a tenant is, how to reach them, what they rent, and everything that has happened, the newest first."""
    tenants = Tenant.objects.filter(site__in=request.site_codes).select_related("site")
    found = get_object_or_404(tenants, pk=pk)
    rights = rights_on(request, found.site_id)
    contracts = Contract.objects.filter(site=found.site_id, tenant=found).select_related("property")
    context = {
        "tenant": found,
        "contracts": with_rent(contracts, found.site.today()),
        "panels": panels_of("leasing:tenant", request, found, rights),
        "page": timeline_page("tenant", found, request, rights),
        "crumbs": [{"label": _("Overview"), "url": reverse("home")}],
    }
    return render(request, "leasing/tenant.html", context)


@needs("leasing.view_portfolio")
@require_safe
def contract(request: SiteRequest, pk: UUID) -> HttpResponse:
    """What a lease says."""
    contracts = Contract.objects.filter(site__in=request.site_codes).select_related("site", "tenant", "property")
    found = get_object_or_404(contracts, pk=pk)
    context = {
        "contract": found,
        "panels": panels_of("leasing:contract", request, found, rights_on(request, found.site_id)),
        "crumbs": [{"label": _("Overview"), "url": reverse("home")}],
    }
    return render(request, "leasing/contract.html", context)


@needs("leasing.view_portfolio")
@require_safe
def home(request: SiteRequest, pk: UUID) -> HttpResponse:
    """What a property is, and who lives there."""
    properties = Property.objects.filter(site__in=request.site_codes).select_related("site", "owner")
    found = get_object_or_404(properties, pk=pk)
    context = {
        "property": found,
        "panels": panels_of("leasing:property", request, found, rights_on(request, found.site_id)),
        "crumbs": [{"label": _("Overview"), "url": reverse("home")}],
    }
    return render(request, "leasing/property.html", context)
