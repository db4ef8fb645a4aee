"""A contact in one tap: noted, described, taken back. Thin: find it, act, go back to the tenant's page."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from changes.refusals import RuleBroken
from leasing.actions import describe_contact, record_interaction, take_back_contact
from leasing.models import Interaction, Tenant
from leasing.pages.forms import ContactForm, ContactNoteForm
from leasing.pages.views import tenant_page
from sites_app.permissions import needs
from sites_app.request import SiteRequest, one_site


@needs("leasing.record_interaction")
@require_POST
def contact(request: SiteRequest, pk: UUID) -> HttpResponse:
    """Somebody called, wrote to or visited the tenant just now. The same form again changes nothing."""
    site = one_site(request)
    tenant = get_object_or_404(Tenant, site=site, pk=pk)
    form = ContactForm(request.POST)
    if not form.is_valid():
        raise BadRequest(_("Choose how you reached the tenant."))
    noted = record_interaction(
        tenant=tenant, happened_at=timezone.now(), by=request.user, today=site.today(), **form.cleaned_data
    )
    return _back(tenant.pk, contact=str(noted.pk))


@needs("leasing.record_interaction")
@require_POST
def describe(request: SiteRequest, pk: UUID) -> HttpResponse:
    """What was said, and who began."""
    noted = _noted_or_404(request, pk)
    form = ContactNoteForm(request.POST)
    if not form.is_valid():
        return tenant_page(request, noted.tenant, noted.pk, form, status=400)
    try:
        describe_contact(contact=noted, by=request.user, now=timezone.now(), **form.asked())
        messages.success(request, _("Your note is saved."))
    except RuleBroken as refusal:
        messages.warning(request, refusal.sentence)
    return _back(noted.tenant_id)


@needs("leasing.record_interaction")
@require_POST
def undo(request: SiteRequest, pk: UUID) -> HttpResponse:
    """It was a tap by mistake."""
    noted = _noted_or_404(request, pk)
    try:
        take_back_contact(contact=noted, by=request.user, now=timezone.now())
        messages.success(request, _("It is as it was before."))
    except RuleBroken as refusal:
        messages.warning(request, refusal.sentence)
    return _back(noted.tenant_id)


def _noted_or_404(request: SiteRequest, pk: UUID) -> Interaction:
    rows = Interaction.objects.select_related("tenant__site", "tenant__referred_by")
    return get_object_or_404(rows, site=one_site(request), pk=pk)


def _back(tenant_id: UUID, **query: str) -> HttpResponseRedirect:
    address = reverse("leasing:tenant", args=[tenant_id])
    return HttpResponseRedirect(f"{address}?{urlencode(query)}" if query else address)
