"""The pages of the portfolio, each by its address in full."""

from django.urls import path

from leasing.pages import cash_views, contact_views, payment_views, receipt_views, views
from leasing.pages.arrears import arrears
from leasing.pages.search import search

app_name = "leasing"
urlpatterns = [
    path("search/", search, name="search"),
    path("tenants/<uuid:pk>/", views.tenant, name="tenant"),
    path("receipts/<uuid:pk>/", receipt_views.receipt, name="receipt"),
    path("payments/<uuid:pk>/receipt/", receipt_views.issue_receipt, name="issue_receipt"),
    path("instalments/<uuid:pk>/quittance/", receipt_views.issue_quittance, name="issue_quittance"),
    path("payments/new/", payment_views.record, name="record_payment"),
    path("payments/day/", cash_views.cash_day, name="cash_day"),
    path("arrears/", arrears, name="arrears"),
    path("payments/<uuid:pk>/", payment_views.payment, name="payment"),
    path("payments/<uuid:pk>/reverse/", payment_views.reverse_payment, name="reverse_payment"),
    path("contracts/<uuid:pk>/refund/", payment_views.refund, name="refund"),
    path("tenants/<uuid:pk>/contact/", contact_views.contact, name="contact"),
    path("contacts/<uuid:pk>/note/", contact_views.describe, name="describe_contact"),
    path("contacts/<uuid:pk>/undo/", contact_views.undo, name="undo_contact"),
    path("contracts/<uuid:pk>/", views.contract, name="contract"),
    path("properties/<uuid:pk>/", views.home, name="property"),
]
