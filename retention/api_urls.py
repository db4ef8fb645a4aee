from django.urls import path

from retention import api

app_name = "retention_api"
urlpatterns = [
    path("analyze", api.analyze, name="analyze"),
    path("scores", api.scores, name="scores"),
]
