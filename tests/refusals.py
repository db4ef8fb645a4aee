"""Addresses that refuse in every way there is, for pages and for programs."""

from django.core import exceptions
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.urls import include, path
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.exceptions import NotAcceptable, Throttled, UnsupportedMediaType
from rest_framework.response import Response

from akig import views
from sites_app.permissions import needs

REASONS = {
    "not-found": Http404("No Contract matches the given query."),
    "forbidden": exceptions.PermissionDenied("Only a manager may do this."),
    "bad": exceptions.BadRequest("The end is before the start."),
    "suspicious": exceptions.SuspiciousOperation("secret detail"),
    "large": exceptions.RequestDataTooBig("too big"),
    "broken": RuntimeError("half-way"),
    "database": OperationalError("connection refused"),
    "invalid": exceptions.ValidationError({"amount": ["Too much."], "__all__": ["Not on a Sunday."]}),
    "busy": Throttled(wait=11.2),
    "type": UnsupportedMediaType("text/plain"),
    "form": NotAcceptable(),
}


@needs(None)
def page(request, reason):
    raise REASONS[reason]


@needs(None)
def fine(request):
    return HttpResponse("fine")


@api_view(["GET"])
def refuse(request, reason):
    raise REASONS[reason]


class Line(serializers.Serializer):
    amount = serializers.IntegerField(min_value=1)


class Order(serializers.Serializer):
    day = serializers.DateField()
    lines = Line(many=True)

    def validate(self, attrs):
        raise serializers.ValidationError("Not on a Sunday.")


@api_view(["POST"])
def order(request):
    Order(data=request.data).is_valid(raise_exception=True)
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
