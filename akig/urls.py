"""Every address. A site's code in front of a path is taken off by SiteMiddleware before this is read."""

from django.contrib import admin
from django.urls import include, path

from accounts.views import SignIn
from akig import views
from tasks.offline_views import service_worker

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("service-worker.js", service_worker, name="service_worker"),
    path("accounts/", include("accounts.urls")),
    path("sites/", include("sites_app.urls")),
    path("leasing/", include("leasing.urls")),
    path("tasks/", include("tasks.urls")),
    path("kpi/", include("kpi.pages.urls")),
    path("api/tasks/", include("tasks.api_urls")),
    path("api/kpi/", include("kpi.api_urls")),
    path("admin/login/", SignIn.as_view()),  # one way in: one lockout, one end of the session
    path("admin/", admin.site.urls),
]

handler400 = "akig.views.bad_request"
handler403 = "akig.views.forbidden"
handler404 = "akig.views.not_found"
handler500 = "akig.views.server_error"
