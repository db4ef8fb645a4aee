"""The public address of a paper: short, for it stands in a QR code. No site in it."""

from django.urls import path

from leasing.pages import check_views

app_name = "receipts"
urlpatterns = [
    path("<str:token>/", check_views.check_receipt, name="check"),
]
