from django.urls import path

from sites_app import api

app_name = "sites_api"
urlpatterns = [path("", api.sites, name="sites")]
