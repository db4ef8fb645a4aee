"""The pages of the portfolio, each by its address in full."""

from django.urls import include, path

from leasing.pages import views
from leasing.urls import urlpatterns as files_in_and_out

app_name = "leasing"
urlpatterns = [
    path("tenants/<uuid:pk>/", views.tenant, name="tenant"),
    path("leasing/", include(files_in_and_out)),
]
