"""GET /api/contracts, /tenants, /properties and /payments, and POST /api/payments."""

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import JSONObject
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from changes.bodies import KEY, KEY_PARAMETER
from changes.refusals import RuleBroken, not_on_this_site
from leasing import api_examples as examples
from leasing.actions import record_payment
from leasing.api_filters import ContractFilters, PaymentFilters, PortfolioFilters, PropertyFilters, TenantFilters
from leasing.models import Allocation, Contract, Deposit, Payment, Property, Receipt, RentStep, Tenant
from leasing.serializers import ContractDocument, NewPayment, PaymentDocument, PropertyDocument, TenantDocument
from sites_app.lists import page_document, page_of
from sites_app.parameters import QueryParameters
from sites_app.permissions import needs
from sites_app.request import as_site_request, one_site

_VIEW, _RECORD = "leasing.view_portfolio", "leasing.record_payment"
# The arguments of the action, as the client knows them.
_NAMES = {
    "contract": "contractId",
    "external_reference": "externalReference",
    "received_on": "receivedOn",
    "idempotency_key": KEY,
}


@extend_schema(
    summary="Contracts",
    parameters=[ContractFilters],
    responses=page_document(ContractDocument, "ContractsPage"),
    examples=[OpenApiExample("One contract", examples.CONTRACTS_EXAMPLE)],
)
@needs(_VIEW)
@api_view(["GET"])
def contracts(request: Request) -> Response:
    """Contracts of the site, or of all one's sites."""
    this = {"site": OuterRef("site"), "contract": OuterRef("pk")}
    rows = (
        Contract.objects.filter(site__in=_sites(request))
        .select_related("site", "property", "tenant")
        .annotate(rent_changes=ArraySubquery(_rent_changes(**this)), deposit=Subquery(_deposit(**this)))
    )
    return _listed(request, rows, ContractFilters, ContractDocument)


@extend_schema(
    summary="Tenants",
    parameters=[TenantFilters],
    responses=page_document(TenantDocument, "TenantsPage"),
    examples=[OpenApiExample("One tenant", examples.TENANTS_EXAMPLE)],
)
@needs(_VIEW)
@api_view(["GET"])
def tenants(request: Request) -> Response:
    """The people and companies who rent, or once rented."""
    return _listed(request, Tenant.objects.filter(site__in=_sites(request)), TenantFilters, TenantDocument)


@extend_schema(
    summary="Properties",
    parameters=[PropertyFilters],
    responses=page_document(PropertyDocument, "PropertiesPage"),
    examples=[OpenApiExample("One property", examples.PROPERTIES_EXAMPLE)],
)
@needs(_VIEW)
@api_view(["GET"])
def properties(request: Request) -> Response:
    """What can be let, each unit by itself."""
    rows = Property.objects.filter(site__in=_sites(request)).select_related("site", "owner")
    return _listed(request, rows, PropertyFilters, PropertyDocument)


@extend_schema(
    methods=["GET"],
    summary="Payments",
    parameters=[PaymentFilters],
    responses=page_document(PaymentDocument, "PaymentsPage"),
    examples=[OpenApiExample("One payment", examples.PAYMENTS_EXAMPLE)],
    description="Money received, the newest first, each payment with what it pays; reversed ones too, and what AKIG "
    "writes down itself: balances brought forward, credits, refunds, deposits kept for arrears.",
)
@extend_schema(
    methods=["POST"],
    summary="Record a payment",
    parameters=[KEY_PARAMETER],
    request=NewPayment,
    responses={201: PaymentDocument},
    examples=[
        OpenApiExample("In cash", examples.NEW_PAYMENT_EXAMPLE, request_only=True),
        OpenApiExample("What it pays", examples.PAYMENT_EXAMPLE, response_only=True, status_codes=["201"]),
    ],
    description="Write down money received. It pays what the contract's account owes, the oldest first, then months to "
    "come; what is left stays on account. It is made once for its key: sent again, the answer is that payment.",
)
@needs(_VIEW)
@api_view(["GET", "POST"])
def payments(request: Request) -> Response:
    """Read payments, or record one."""
    if request.method == "POST":
        return _recorded(request)
    return _listed(request, _with_what_they_pay(request), PaymentFilters, PaymentDocument)


def _recorded(request: Request) -> Response:
    site_request = as_site_request(request)
    site = one_site(site_request)
    if _RECORD not in site_request.site_permissions:
        raise PermissionDenied
    QueryParameters(data=request.query_params).is_valid(raise_exception=True)
    key = request.headers.get(KEY, "").strip()
    body = NewPayment(data=request.data, context={"key": key})
    body.is_valid(raise_exception=True)
    asked = body.validated_data
    contract = Contract.objects.filter(site=site, pk=asked["contractId"]).first()
    if contract is None:
        raise not_on_this_site("contractId")
    try:
        payment = record_payment(
            contract=contract,
            amount=asked["amount"],
            method=asked["method"],
            provider=asked["provider"],
            external_reference=asked["externalReference"],
            received_on=asked["receivedOn"],
            by=site_request.user,
            idempotency_key=key,
            today=site.today(),
        )
    except RuleBroken as refusal:
        refusal.field = _NAMES.get(refusal.field, refusal.field)
        raise
    return Response(PaymentDocument(_with_what_they_pay(request).get(pk=payment.pk)).data, status=201)


def _rent_changes(**of: OuterRef) -> QuerySet:
    changes = RentStep.objects.filter(**of).order_by("from_month")
    return changes.values(change=JSONObject(from_month="from_month", monthly_rent="monthly_rent"))


def _deposit(**of: OuterRef) -> QuerySet:
    document = JSONObject(
        state="state",
        agreed="agreed",
        received="received",
        refundedAmount="refunded_amount",
        keptForArrears="kept_for_arrears",
        settledOn="settled_on",
    )
    return Deposit.objects.filter(**of).order_by().values(document=document)


def _sites(request: Request) -> tuple[str, ...]:
    return as_site_request(request).site_codes


def _with_what_they_pay(request: Request) -> QuerySet:
    rows = Payment.objects.filter(site__in=_sites(request)).select_related("site", "contract__tenant")
    shares = Allocation.objects.select_related("instalment").order_by("instalment__period")
    papers = Receipt.objects.filter(site=OuterRef("site"), payment=OuterRef("pk")).order_by().values("number")
    return rows.annotate(receipt_number=Subquery(papers)).prefetch_related(Prefetch("allocations", shares), "reversals")


def _listed(
    request: Request,
    rows: QuerySet,
    filters: type[PortfolioFilters],
    document: type[serializers.Serializer],
) -> Response:
    asked = filters(data=request.query_params)
    asked.is_valid(raise_exception=True)
    values = asked.validated_data
    return Response(page_of(request, asked.narrowed(rows), values, document, filters.columns))
