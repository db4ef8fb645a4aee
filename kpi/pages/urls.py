from django.urls import path

from kpi.pages import rows_views, views

app_name = "kpi"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("print/", views.printed, name="print"),
    path("report.<slug:kind>", views.report_as_file, name="report"),
    path("subscription/", views.subscription, name="subscription"),
    # Last: any word may be a key.
    path("<slug:key>/", rows_views.indicator, name="indicator"),
    path("<slug:key>/rows.<slug:kind>", rows_views.rows_as_file, name="rows"),
]
