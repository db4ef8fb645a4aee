"""An API of two lines, under an address that needs no site, to see who the API thinks is calling."""

from django.urls import include, path
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response


@api_view(["GET", "POST"])
def whoami(request: Request) -> Response:
    return Response({"user": request.user.username, "by_token": request.auth is not None})


urlpatterns = [
    path("accounts/whoami", whoami),
    path("", include("akig.urls")),
]
