"""A few addresses to try the middleware on, without any domain app."""

from django.http import HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import include, path, reverse

from sites_app.models import SiteClosingDay
from sites_app.permissions import needs


def _database_sites():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('akig.sites', true), current_setting('transaction_read_only')")
        return cursor.fetchone()


@needs(None)
def where(request):
    sites, read_only = _database_sites()
    return JsonResponse(
        {
            "site": request.site and request.site.code,
            "codes": list(request.site_codes),
            "permissions": sorted(request.site_permissions),
            "database": sites,
            "read_only": read_only,
            "link": reverse("where"),
            "path": request.path,
        }
    )


@needs("kpi.view_kpi")
def managers(request):
    return JsonResponse({"codes": list(request.site_codes)})


def _write(reason):
    SiteClosingDay.objects.create(site_id="GN_CONAKRY", day="2026-12-24", reason=reason)


@needs(None)
def write(request):
    _write("written")
    return HttpResponse("written")


@needs(None)
def write_and_fail(request):
    _write("then failed")
    raise RuntimeError("half-way")


@needs(None)
def write_and_fail_in_the_template(request):
    _write("then the template failed")
    return TemplateResponse(request, "no-such-template.html")


def about_me(request):
    return JsonResponse({"site": request.site and request.site.code, "codes": list(request.site_codes)})


urlpatterns = [
    path("", where, name="home"),
    path("where/", where, name="where"),
    path("managers/", managers, name="managers"),
    path("write/", write, name="write"),
    path("fail/", write_and_fail, name="fail"),
    path("fail-late/", write_and_fail_in_the_template, name="fail-late"),
    path("api/where", where, name="api-where"),
    path("accounts/me/", about_me, name="me"),
    path("accounts/", include("accounts.urls")),
    path("sites/", include("sites_app.urls")),
]


def _plain(view):
    def handler(request, exception=None):
        return HttpResponse(str(exception), status=view, content_type="text/plain")

    return handler


handler400, handler403, handler404 = _plain(400), _plain(403), _plain(404)


def handler500(request):
    return HttpResponse("failed", status=500)
