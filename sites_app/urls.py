from django.urls import path

from sites_app import views

app_name = "sites_app"
urlpatterns = [
    path("", views.choose, name="choose"),
    path("select/", views.select, name="select"),
]
