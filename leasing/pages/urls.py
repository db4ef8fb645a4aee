"""The pages of the portfolio, each by its address in full."""

from django.urls import path

from leasing.pages import receipt_views, views
from leasing.pages.search import search

app_name = "leasing"
urlpatterns = [
    path("search/", search, name="search"),
    path("tenants/<uuid:pk>/", views.tenant, name="tenant"),
    path("receipts/<uuid:pk>/", receipt_views.receipt, name="receipt"),
    path("payments/<uuid:pk>/receipt/", receipt_views.issue_receipt, name="issue_receipt"),
    path("instalments/<uuid:pk>/quittance/", receipt_views.issue_quittance, name="issue_quittance"),
]
