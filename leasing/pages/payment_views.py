"""Rent received, what became of a payment, and taking it back. Thin: find the account, ask or do, answer."""

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from changes.refusals import IdempotencyConflict, RuleBroken
from leasing import actions
from leasing.actions.receipts import has_receipt
from leasing.actions.same_payment import SamePayment
from leasing.models import Allocation, Contract, Payment, PaymentReversal, Receipt, Tenant
from leasing.pages import payment_words as words
from leasing.pages.paper import whatsapp_of
from leasing.pages.payment_forms import (
    GiveBackForm,
    PaymentForm,
    ReversalForm,
    WhoForm,
    payment_form,
    payment_preview,
)
from leasing.payable import Payable, accounts_of_tenant, payable_accounts
from leasing.previews import Asked, Part, account_books
from leasing.queries import balance_of, on_account
from screens.consequences import follow
from sites_app.permissions import needs, rights_on
from sites_app.queries import rules_for
from sites_app.request import SiteRequest, on_its_site, one_site
from sites_app.rules import PAYMENT_METHODS

_VIEW, _RECORD, _MANAGE = "leasing.view_portfolio", "leasing.record_payment", "leasing.manage_portfolio"


@needs(_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: SiteRequest) -> HttpResponse:
    """Whose rent it is, then the form of that account. "Check" says what it would pay; "save" writes it down."""
    asked = request.POST if request.method == "POST" else request.GET
    accounts: list[Payable] = []
    contract_id = _as_id(asked.get("contract"))
    if contract_id is None and (tenant_id := _as_id(asked.get("tenant"))):
        tenants = Tenant.objects.filter(site__in=request.site_codes).select_related("site")
        accounts = _worth_asking(accounts_of_tenant(get_object_or_404(tenants, pk=tenant_id)))
        contract_id = accounts[0].contract if len(accounts) == 1 else None
    if contract_id is None:
        return _ask_who(request, accounts)
    contract = get_object_or_404(_contracts(request), pk=contract_id)
    if request.site is None:
        return on_its_site(request, contract.site_id, f"?contract={contract.pk}")
    if contract.status == Contract.Status.DRAFT:
        reference = {"reference": contract.reference}
        messages.warning(request, _("Contract %(reference)s is a draft: sign it first.") % reference)
        return _ask_who(request, [])
    if request.method == "POST":
        return _sent(request, contract)
    return _form_page(request, contract)


@needs(_VIEW)
@require_safe
def payment(request: SiteRequest, pk: UUID) -> HttpResponse:
    """One payment: what it paid, what is owed now, and what can be done with it."""
    found = get_object_or_404(_payments(request), pk=pk)
    if request.site is None:
        return on_its_site(request, found.site_id)
    reversal = PaymentReversal.objects.filter(site=found.site, payment=found).select_related("reversed_by").first()
    contract, currency = found.contract, found.site.currency
    parts = _parts_of(found)
    balance = balance_of(contract, found.site.today())
    rights = rights_on(request, found.site_id)
    receipt = Receipt.objects.filter(site=found.site, payment=found).select_related("contract").first()
    context = {
        "payment": found,
        "title": words.title(found),
        "reversal": reversal,
        "receipt": receipt,
        "may_have_receipt": reversal is None and has_receipt(found),
        "lines": words.of_parts(parts, currency),
        "stays": found.amount - sum(part.francs for part in parts),
        "balance": balance,
        "may_reverse": reversal is None and _may_reverse(request, found),
        "may_refund": balance.on_account > 0 and _MANAGE in rights,
        "may_record": _RECORD in rights,
        "just_saved": reversal is None and "saved" in request.GET,
        "next": _going_on(request.GET),
        "message": _message(receipt, contract.tenant) if receipt and reversal is None else "",
        "crumbs": [{"label": _("The day’s money"), "url": f"{reverse('leasing:cash_day')}?day={found.received_on}"}],
    }
    return render(request, "leasing/payment.html", context)


@needs(_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def reverse_payment(request: SiteRequest, pk: UUID) -> HttpResponse:
    """Say that a payment was a mistake, and why: whoever manages the site, or who recorded it, on the same day."""
    found = get_object_or_404(_payments(request), pk=pk)
    if request.site is None:
        return on_its_site(request, found.site_id)
    page = reverse("leasing:payment", args=[found.pk])
    if PaymentReversal.objects.filter(site=found.site, payment=found).exists():
        return HttpResponseRedirect(page)
    context = {"payment": found, "title": words.title(found), "page": page}
    if not _may_reverse(request, found):
        status = 422 if request.method == "POST" else 200
        return render(request, "leasing/reverse_payment.html", context | {"is_anothers": True}, status=status)
    data: Mapping[str, Any] | None = request.POST if request.method == "POST" else None
    if data is not None and "undo" in data:
        data = {"reason": _("Taken back right after it was recorded")}
    form, status = ReversalForm(data), 200
    if data is not None:
        status = 400
        if form.is_valid():
            try:
                actions.reverse_payment(
                    payment=found, by=request.user, reason=form.cleaned_data["reason"], today=found.site.today()
                )
                messages.success(request, _("The payment is reversed: it no longer counts anywhere."))
                for sentence in follow("money", request, found.contract):
                    messages.info(request, sentence)
                return HttpResponseRedirect(_address_of(found, request.POST))
            except RuleBroken as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
                status = 422
    return render(request, "leasing/reverse_payment.html", context | {"form": form}, status=status)


@needs(_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def refund(request: SiteRequest, pk: UUID) -> HttpResponse:
    """Give back money that is on the account of a contract."""
    contract = get_object_or_404(_contracts(request), pk=pk)
    if request.site is None:
        return on_its_site(request, contract.site_id)
    today, free, status = one_site(request).today(), on_account(contract), 200
    sent = request.POST if request.method == "POST" else None
    proposed = {"amount": free if free > 0 else None, "refunded_on": today}
    form = GiveBackForm(sent, site=contract.site, initial=proposed)
    if sent is not None:
        status = 400
        if form.is_valid():
            said = form.cleaned_data | {"idempotency_key": form.cleaned_data["key"]}
            del said["key"]
            try:
                made = actions.refund_payment(contract=contract, by=request.user, today=today, **said)
                return HttpResponseRedirect(f"{reverse('leasing:payment', args=[made.pk])}?saved=1")
            except IdempotencyConflict as refusal:
                return _to_the_first(request, form.cleaned_data["key"], refusal)
            except RuleBroken as refusal:
                field = "refunded_on" if refusal.field == "received_on" else refusal.field
                form.add_error(field if field in form.fields else None, refusal.sentence)
                status = 422
    return render(request, "leasing/refund.html", {"contract": contract, "free": free, "form": form}, status=status)


def _sent(request: SiteRequest, contract: Contract) -> HttpResponse:
    site = one_site(request)
    today = site.today()
    rules = rules_for(site, today)
    form = PaymentForm(request.POST, site=site, rules=rules, initial={"received_on": today})
    if "check" in request.POST:
        form.is_valid()
        return _form_page(request, contract, form)
    if not form.is_valid():
        return _form_page(request, contract, form, status=400)
    try:
        made = actions.record_payment(contract=contract, by=request.user, today=today, **form.asked())
    except IdempotencyConflict as refusal:
        return _to_the_first(request, form.cleaned_data["key"], refusal)
    except SamePayment:
        form.add_error(None, _("Is it the same money? Nothing was saved yet. Save again if it is other money."))
        return _form_page(request, contract, form, status=409)
    except RuleBroken as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        return _form_page(request, contract, form, status=refusal.status)
    for sentence in follow("money", request, contract):
        messages.info(request, sentence)
    return HttpResponseRedirect(_address_of(made, request.POST, saved=1))


def _address_of(payment: Payment, asked: Mapping[str, Any], **query: Any) -> str:
    """The page of a payment, which knows the way back to where one came from."""
    going_on = _going_on(asked)
    query |= {"next": going_on} if going_on else {}
    page = reverse("leasing:payment", args=[payment.pk])
    return f"{page}?{urlencode(query)}" if query else page


def _going_on(asked: Mapping[str, Any]) -> str:
    """The page from which one came, as it was sent along; "" for none, and for what is none of ours."""
    path = asked.get("next", "")
    is_ours = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_ours else ""


def _to_the_first(request: SiteRequest, key: str, refusal: IdempotencyConflict) -> HttpResponse:
    """A form that was saved before, changed and sent again: the first payment stands, and no second one is made."""
    first = Payment.objects.filter(site=one_site(request), idempotency_key=key).first()
    if first is None:
        raise refusal
    messages.warning(
        request, _("This form was saved before, as this payment: nothing else was recorded. For more, begin a new one.")
    )
    return HttpResponseRedirect(reverse("leasing:payment", args=[first.pk]))


def _form_page(
    request: SiteRequest, contract: Contract, form: PaymentForm | None = None, status: int = 200
) -> HttpResponse:
    site = one_site(request)
    today = site.today()
    books = account_books(contract, today)
    if form is None:
        form = payment_form(contract, books, rules_for(site, today))
        said: Mapping[str, Any] = form.initial
    else:
        said = form.cleaned_data
    preview = None
    if said.get("amount") and said.get("received_on"):
        preview = payment_preview(site, books, said["amount"], said["received_on"], key=said.get("key", ""))
    context: dict[str, Any] = {"form": form, "preview": preview, "contract": contract}
    context["next"] = _going_on(request.POST or request.GET)
    if request.htmx:
        return render(request, "leasing/_payment_preview.html", context)
    context |= {
        "tenant": contract.tenant,
        "books": books,
        "open": [(words.what(part.asked), part.left) for part in books.open],
        "crumbs": [{"label": _("Rent received"), "url": reverse("leasing:record_payment")}],
    }
    return render(request, "leasing/record_payment.html", context, status=status)


def _ask_who(request: SiteRequest, accounts: list[Payable]) -> HttpResponse:
    """Search, and choose among what was found, or among the accounts of one tenant."""
    form = WhoForm(request.GET) if "q" in request.GET else WhoForm()
    sites = {access.code: access.site for access in request.accessible_sites if access.code in request.site_codes}
    if form.is_bound and form.is_valid():
        accounts = payable_accounts(list(sites.values()), form.cleaned_data["q"])
    path = reverse("leasing:record_payment")
    # In "all my sites" the form is on the site of the account.
    found = [(one, path if request.site else f"/{one.site}{request.path_info}", sites[one.site]) for one in accounts]
    context = {"form": form, "found": found, "is_one_tenants": bool(accounts) and not form.is_bound}
    return render(request, "leasing/payment_who.html", context, status=400 if request.method == "POST" else 200)


def _worth_asking(accounts: list[Payable]) -> list[Payable]:
    """The accounts of a tenant that still run or owe something; else the last one."""
    return [one for one in accounts if one.is_running or one.owed] or accounts[:1]


def _may_reverse(request: SiteRequest, payment: Payment) -> bool:
    rights = rights_on(request, payment.site_id)
    if _MANAGE in rights:
        return True
    is_own = payment.recorded_by_id == request.user.pk and payment.method in dict(PAYMENT_METHODS)
    return _RECORD in rights and is_own and _recorded_on(payment) == payment.site.today()


def _recorded_on(payment: Payment) -> dt.date:
    return payment.recorded_at.astimezone(zoneinfo.ZoneInfo(payment.site.timezone)).date()


def _message(receipt: Receipt, tenant: Tenant) -> str:
    """The address that opens WhatsApp with the tenant's message written, in the tenant's language."""
    with translation.override(tenant.language or "fr"):
        return whatsapp_of(receipt, tenant.phone)


def _parts_of(payment: Payment) -> list[Part]:
    shares = Allocation.objects.filter(site=payment.site, payment=payment).select_related("instalment")
    return [
        Part(
            Asked(row.pk, row.kind, row.label, row.period, row.due_date, row.amount),
            share.amount,
            row.amount - row.paid_amount,
        )
        for share in shares.order_by("instalment__due_date", "instalment__period")
        for row in [share.instalment]
    ]


def _contracts(request: SiteRequest) -> QuerySet[Contract]:
    rows = Contract.objects.filter(site__in=request.site_codes)
    return rows.select_related("site", "tenant", "property")


def _payments(request: SiteRequest) -> QuerySet[Payment]:
    rows = Payment.objects.filter(site__in=request.site_codes)
    return rows.select_related("site", "contract__tenant", "contract__property", "contract__site", "recorded_by")


def _as_id(text: str | None) -> UUID | None:
    """An id from the address or the form. Raises Http404 for what is none."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
