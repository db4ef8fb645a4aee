"""Receipts: shown, printed, issued. Thin: find, do, render."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from changes.refusals import RuleBroken
from leasing import actions
from leasing.models import Instalment, Payment, Receipt, ReceiptPrint
from leasing.pages.paper import page_of, whatsapp_of
from sites_app.permissions import needs
from sites_app.request import SiteRequest, one_site

_RECORD = "leasing.record_payment"


@needs("leasing.view_portfolio")
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: SiteRequest, pk: UUID) -> HttpResponse:
    """A receipt to look at. Sent as a form it is given out for printing: the first time as the original.

    What is printed from looking at it says that it is a duplicate.
    """
    found = get_object_or_404(_receipts(request), pk=pk)
    if request.method == "POST":
        one_site(request)
        if _RECORD not in request.site_permissions:
            raise PermissionDenied
        duplicate = actions.print_receipt(receipt=found, by=request.user)
        page = page_of(found, duplicate=duplicate, was_printed=True)
    else:
        was_printed: bool = found.was_printed  # type: ignore[attr-defined]  # _receipts has read it
        page = page_of(found, duplicate=True, was_printed=was_printed)
    tenant = found.contract.tenant
    context = {
        "page": page,
        "is_print": request.method == "POST",
        "may_print": request.site is not None and _RECORD in request.site_permissions,
        "whatsapp": whatsapp_of(found, tenant.phone),
        "crumbs": [
            {"label": _("Overview"), "url": reverse("home")},
            {"label": tenant.name, "url": reverse("leasing:tenant", args=[tenant.pk])},
        ],
    }
    return render(request, "leasing/receipt.html", context)


@needs(_RECORD)
@require_POST
def issue_receipt(request: SiteRequest, pk: UUID) -> HttpResponse:
    """The receipt of a payment: the one that it has, or a new one."""
    payment = get_object_or_404(Payment.objects.filter(site=one_site(request)).select_related("contract"), pk=pk)
    return _issued(request, payment, lambda: actions.issue_receipt(payment=payment, **_by(request)))


@needs(_RECORD)
@require_POST
def issue_quittance(request: SiteRequest, pk: UUID) -> HttpResponse:
    """The quittance of a month that is paid in full: the standing one, or a new one."""
    month = get_object_or_404(Instalment.objects.filter(site=one_site(request)).select_related("contract"), pk=pk)
    return _issued(request, month, lambda: actions.issue_quittance(instalment=month, **_by(request)))


def _by(request: SiteRequest) -> dict:
    return {"by": request.user, "today": one_site(request).today()}


def _issued(request: SiteRequest, about: Payment | Instalment, issue: Callable[[], Receipt]) -> HttpResponse:
    try:
        found = issue()
    except RuleBroken as refusal:
        messages.error(request, refusal.sentence)
        return redirect("leasing:tenant", about.contract.tenant_id)
    return redirect("leasing:receipt", found.pk)


def _receipts(request: SiteRequest) -> QuerySet[Receipt]:
    printed = ReceiptPrint.objects.filter(site=OuterRef("site"), receipt=OuterRef("pk"))
    rows = Receipt.objects.filter(site__in=request.site_codes).annotate(was_printed=Exists(printed))
    return rows.select_related("site", "contract__tenant").prefetch_related("cancellations")
