from django.urls import path

from leasing import api

app_name = "leasing_api"
urlpatterns = [
    path("contracts", api.contracts, name="contracts"),
    path("tenants", api.tenants, name="tenants"),
    path("properties", api.properties, name="properties"),
    path("payments", api.payments, name="payments"),
]
