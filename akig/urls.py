"""Every address, those of the apps as they declare them. SiteMiddleware takes a site's code off before this is read.

Health is answered before any of this: akig/middleware.py.
"""

from django.contrib import admin
from django.urls import path

from accounts.views import SignIn
from akig import api, declared, views

urlpatterns = [
    path("", views.home, name="home"),
    *declared.includes(),
    path("api/schema", api.schema, name="api_schema"),
    path("api/schema/", api.schema),
    path("api/docs", api.docs, name="api_docs"),
    path("api/docs/", api.docs),
    path("admin/login/", SignIn.as_view()),  # one way in: one lockout, one end of the session
    path("admin/", admin.site.urls),
]

handler400 = "akig.views.bad_request"
handler403 = "akig.views.forbidden"
handler404 = "akig.views.not_found"
handler500 = "akig.views.server_error"
