from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", views.SignOut.as_view(), name="logout"),
    path("language/", views.language, name="language"),
    path("password/", views.ChangePassword.as_view(), name="password_change"),
    path("password/reset/", views.RequestReset.as_view(), name="password_reset"),
    path("password/reset/sent/", views.ResetSent.as_view(), name="password_reset_sent"),
    path("password/reset/<uidb64>/<token>/", views.ResetPassword.as_view(), name="password_reset_confirm"),
    path("profile/", views.profile, name="profile"),
    path("tokens/", views.token_create, name="token_create"),
    path("tokens/<int:pk>/revoke/", views.token_revoke, name="token_revoke"),
]
