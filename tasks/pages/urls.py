from django.urls import path

from tasks.pages import board_views, views

app_name = "tasks"
urlpatterns = [
    path("", board_views.board, name="board"),
    path("today/", views.today, name="today"),
    path("round/", views.round_sheet, name="round"),
    path("undo/", views.undo, name="undo"),
    path("new/", board_views.new, name="new"),
    path("give/", board_views.give, name="give"),
    path("take-back/", board_views.take_back, name="take-back"),
    path("absent/", board_views.absent, name="absent"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/wait/", views.wait, name="wait"),
    path("<uuid:pk>/<slug:verb>/", views.change, name="change"),
]
