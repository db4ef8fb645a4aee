from django.urls import path

from retention import api
from retention.campaigns import api as campaigns_api

app_name = "retention_api"
urlpatterns = [
    path("analyze", api.analyze, name="analyze"),
    path("scores", api.scores, name="scores"),
    path("campaigns", campaigns_api.campaigns, name="campaigns"),
    path("campaigns/<uuid:pk>", campaigns_api.campaign, name="campaign"),
]
