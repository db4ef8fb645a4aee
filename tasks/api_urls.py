from django.urls import path

from tasks import api

app_name = "tasks_api"
urlpatterns = [
    path("today/<str:agent_id>", api.today, name="today"),
]
