"""The pages of the portfolio, each by its address in full."""

from django.urls import path

from leasing.pages import views

app_name = "leasing"
urlpatterns = [
    path("tenants/<uuid:pk>/", views.tenant, name="tenant"),
]
