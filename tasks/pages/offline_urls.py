from django.urls import path

from tasks.pages.offline_views import service_worker

urlpatterns = [path("", service_worker, name="service_worker")]
