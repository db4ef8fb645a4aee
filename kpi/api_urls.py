from django.urls import path

from kpi import api

app_name = "kpi_api"
urlpatterns = [
    path("metrics", api.metrics, name="metrics"),
    path("report", api.report, name="report"),
]
