"""Addresses that refuse in every way there is, for pages and for programs."""

import errno

from django.core import exceptions
from django.db import DataError, OperationalError
from django.http import Http404, HttpResponse
from django.urls import include, path
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.exceptions import NotAcceptable, Throttled, UnsupportedMediaType
from rest_framework.response import Response

from akig import views
from changes.refusals import IdempotencyConflict, RuleBroken
from sites_app.permissions import needs

# Made when asked, in the language of who asks.
REASONS = {
    "not-found": lambda: Http404("No Contract matches the given query."),
    "forbidden": lambda: exceptions.PermissionDenied("Only a manager may do this."),
    "bad": lambda: exceptions.BadRequest("The end is before the start."),
    "suspicious": lambda: exceptions.SuspiciousOperation("secret detail"),
    "large": lambda: exceptions.RequestDataTooBig("too big"),
    "broken": lambda: RuntimeError("half-way"),
    "database": lambda: OperationalError("connection refused"),
    "disk": lambda: OSError(errno.ENOSPC, "No space left on device", "/var/secret detail"),
    "invalid": lambda: exceptions.ValidationError({"amount": ["Too much."], "__all__": ["Not on a Sunday."]}),
    "busy": lambda: Throttled(wait=11.2),
    "type": lambda: UnsupportedMediaType("text/plain"),
    "form": lambda: NotAcceptable(),
    "rule": lambda: RuleBroken("amount", "largest_cash_payment", "No more than 10 000 000 GNF in cash."),
    "key": lambda: IdempotencyConflict("key", "This key was already used for another payment."),
    "nul": lambda: DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes"),
}


@needs(None)
def page(request, reason):
    raise REASONS[reason]()


@needs(None)
def fine(request):
    return HttpResponse("fine")


@api_view(["GET"])
def refuse(request, reason):
    raise REASONS[reason]()


class SoldLine(serializers.Serializer):
    amount = serializers.IntegerField(min_value=1)


class SoldOrder(serializers.Serializer):
    day = serializers.DateField()
    lines = SoldLine(many=True)

    def validate(self, attrs):
        raise serializers.ValidationError("Not on a Sunday.")


@api_view(["POST"])
def order(request):
    SoldOrder(data=request.data).is_valid(raise_exception=True)
    return Response({})


urlpatterns = [
    path("", views.home, name="home"),
    path("page/<str:reason>", page),
    path("fine/", fine, name="fine"),
    path("api/refuse/<str:reason>", refuse),
    path("api/order", order),
    path("accounts/", include("accounts.urls")),
    path("sites/", include("sites_app.urls")),
]

handler400 = "akig.views.bad_request"
handler403 = "akig.views.forbidden"
handler404 = "akig.views.not_found"
handler500 = "akig.views.server_error"
