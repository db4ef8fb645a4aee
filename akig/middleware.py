"""What is answered before anything asks the database, the cache or the settings who is calling."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound

from akig import views

GetResponse = Callable[[HttpRequest], HttpResponseBase]
HEALTH: dict[str, Callable[[HttpRequest], HttpResponse]] = {"/healthz": views.healthz, "/readyz": views.readyz}


def health_first(get_response: GetResponse) -> GetResponse:
    """Health answers whoever asks: a probe knows no allowed host and speaks no HTTPS. It stands first."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        view = HEALTH.get(request.path_info)
        return view(request) if view else get_response(request)

    return answer


def no_other_files(get_response: GetResponse) -> GetResponse:
    """No page lies among the files. It stands after WhiteNoise, which serves those that there are."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(settings.STATIC_URL):
            return HttpResponseNotFound()
        return get_response(request)

    return answer
