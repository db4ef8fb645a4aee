"""The pages of the portfolio: bringing an agency's spreadsheets in, and taking them out again."""

from django.urls import URLPattern

app_name = "leasing"
urlpatterns: list[URLPattern] = []
