"""The pages of retention, below retention/."""

from django.urls import path

from retention.pages import list_views, model_views, not_scored, tenant_views

app_name = "retention"
urlpatterns = [
    path("", list_views.scores, name="list"),
    path("not-scored/", not_scored.not_scored, name="not_scored"),
    path("not-scored/", not_scored.not_scored, name="not_scored"),
    path("analyse/", list_views.analyse_now, name="analyse"),
    path("tasks/", list_views.make_tasks, name="make_tasks"),
    path("tenants/<uuid:pk>/", tenant_views.tenant, name="tenant"),
    path("tenants/<uuid:pk>/held/", tenant_views.held, name="held"),
    path("tenants/<uuid:pk>/objection/", tenant_views.objection, name="objection"),
    path("tenants/<uuid:pk>/preferences/", tenant_views.preferences, name="preferences"),
    path("model/", model_views.model, name="model"),
    path("model/observed-from/", model_views.observed_from, name="observed_from"),
]
