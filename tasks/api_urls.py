from django.urls import path

from tasks import api, api_changes

app_name = "tasks_api"
urlpatterns = [
    path("today/<str:agent_id>", api.today, name="today"),
    path("<uuid:pk>", api_changes.change, name="change"),
]
