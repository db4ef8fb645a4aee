"""Bringing an agency's spreadsheets in, and taking them out again."""

from django.urls import path

from imports.pages import views

app_name = "imports"
urlpatterns = [
    path("import/", views.upload, name="import"),
    path("import/template.xlsx", views.template, name="template"),
    path("import/<uuid:pk>/", views.import_run, name="import_run"),
    path("import/<uuid:pk>/answer/", views.import_answer, name="import_answer"),
    path("import/<uuid:pk>/report.csv", views.import_report, name="import_report"),
    path("export/all.zip", views.export_everything, name="export_all"),
    path("export/<slug:table>.<slug:kind>", views.export_table, name="export"),
]
