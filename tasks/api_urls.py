from django.urls import URLPattern

app_name = "tasks_api"
urlpatterns: list[URLPattern] = []
