"""The pages of the portfolio, each by its address in full."""

from django.urls import path

from leasing.pages import views
from leasing.pages.search import search

app_name = "leasing"
urlpatterns = [
    path("search/", search, name="search"),
    path("tenants/<uuid:pk>/", views.tenant, name="tenant"),
]
