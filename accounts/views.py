"""Signing in and out, one's own profile, tokens and language. Thin: Django's views do the work."""

import math
from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.urls import reverse_lazy
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import choose_language, issue_token, revoke_token
from accounts.address_lock import address_opens_at, remember_browser
from accounts.forms import ProfileForm, ResetRequestForm, SignInForm, TokenForm
from accounts.lockout import forget_failures, locked_until
from accounts.models import User
from accounts.request import PersonRequest


class SignIn(auth.LoginView):
    template_name = "accounts/login.html"
    authentication_form = SignInForm

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        # Absolute: a session that is used all day still ends.
        self.request.session.set_expiry(timedelta(seconds=settings.SESSION_COOKIE_AGE))
        remember_browser(self.request, response, form.get_user())
        return response


@method_decorator(login_not_required, name="dispatch")
class SignOut(auth.LogoutView):
    """For the signed-out too: their session may have ended while the page with the button was open."""


def locked_out(
    request: PersonRequest,
    original_response: HttpResponse | None = None,
    credentials: dict | None = None,
) -> HttpResponse:
    """Too many failures: says for how long and what to do. Called by django-axes in place of the answer."""
    now = timezone.now()
    pair_until = locked_until(request, credentials, now)
    until = pair_until or address_opens_at(request, credentials, now) or now
    seconds = max(1, math.ceil((until - now).total_seconds()))
    minutes = math.ceil(seconds / 60)
    if pair_until:
        sentence = ngettext(
            "Too many failed attempts. This account is locked here for %(minutes)s minute.",
            "Too many failed attempts. This account is locked here for %(minutes)s minutes.",
            minutes,
        ) % {"minutes": minutes}
    else:
        sentence = ngettext(
            "Too many failed attempts from your network. Sign-in is closed there for %(minutes)s minute.",
            "Too many failed attempts from your network. Sign-in is closed there for %(minutes)s minutes.",
            minutes,
        ) % {"minutes": minutes}
    context = {"sentence": sentence, "until": until, "whole_address": not pair_until}
    response = render(request, "accounts/locked.html", context, status=429)
    response.headers["Retry-After"] = str(seconds)
    add_never_cache_headers(response)
    return response


class ChangePassword(auth.PasswordChangeView):
    template_name = "accounts/password_change.html"
    success_url = reverse_lazy("accounts:profile")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require_session(cast("PersonRequest", request))
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(
            self.request,
            _("Your password is changed. Your tokens have ended, and you are signed out everywhere else."),
        )
        return response


class RequestReset(auth.PasswordResetView):
    template_name = "accounts/password_reset.html"
    email_template_name = "accounts/password_reset_email.txt"
    subject_template_name = "accounts/password_reset_subject.txt"
    form_class = ResetRequestForm
    success_url = reverse_lazy("accounts:password_reset_sent")
    extra_email_context = {"hours": settings.PASSWORD_RESET_TIMEOUT // 3600}


class ResetSent(auth.PasswordResetDoneView):
    template_name = "accounts/password_reset_sent.html"
    extra_context = {"hours": settings.PASSWORD_RESET_TIMEOUT // 3600}


class ResetPassword(auth.PasswordResetConfirmView):
    template_name = "accounts/password_reset_confirm.html"
    success_url = reverse_lazy("accounts:login")

    def form_valid(self, form: "SetPasswordForm[User]") -> HttpResponse:
        response = super().form_valid(form)
        forget_failures(form.user)
        messages.success(self.request, _("Your new password is set. Sign in with it."))
        return response


def require_session(request: PersonRequest) -> None:
    """Raise PermissionDenied for a program with a token: what is done next would outlive the token."""
    if request.auth_token is not None:
        raise PermissionDenied(_("Not with a token: sign in with your password."))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: PersonRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        code = user.preferred_language or request.LANGUAGE_CODE
        with translation.override(code):
            messages.success(request, _("Your profile is saved."))
        response = redirect("accounts:profile")
        if user.preferred_language:
            _keep_language(response, code)
        return response
    return _profile_page(request, form, TokenForm())


def _profile_page(request: PersonRequest, form: ProfileForm, token_form: TokenForm) -> HttpResponse:
    if form.errors or token_form.errors:
        # A refused form must not change the name in the header or the language of the page.
        request.user.refresh_from_db()
    now = timezone.now()
    tokens = [
        {"token": token, "expired": token.is_expired(now)} for token in request.user.api_tokens.filter(revoked_at=None)
    ]
    context = {"form": form, "token_form": token_form, "tokens": tokens}
    return render(request, "accounts/profile.html", context)


@never_cache
@require_POST
def token_create(request: PersonRequest) -> HttpResponse:
    """Make a token, for a person who has signed in: one that was stolen shall not make itself another."""
    require_session(request)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _profile_page(request, ProfileForm(instance=request.user), form)
    token, raw = issue_token(
        user=request.user,
        name=form.cleaned_data["name"],
        days=form.cleaned_data["days"],
        now=timezone.now(),
    )
    # Shown in this very answer: a redirect would have to keep the token somewhere.
    return render(request, "accounts/token_created.html", {"token": token, "raw": raw}, status=201)


@require_http_methods(["GET", "HEAD", "POST"])
def token_revoke(request: PersonRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(request.user.api_tokens.filter(revoked_at=None), pk=pk)
    if request.method == "POST":
        revoke_token(token=token, now=timezone.now())
        messages.success(request, _("The token “%(name)s” no longer works.") % {"name": token.name})
        return redirect("accounts:profile")
    return render(request, "accounts/token_revoke.html", {"token": token})


@login_not_required
@require_POST
def language(request: PersonRequest) -> HttpResponse:
    """Keep the choice and go back to the same page. An unknown code changes nothing."""
    response = HttpResponseRedirect(_same_page(request))
    code = request.POST.get("language", "")
    if code in dict(settings.LANGUAGES):
        _keep_language(response, code)
        if request.user.is_authenticated:
            choose_language(user=request.user, code=code)
    return response


def _same_page(request: PersonRequest) -> str:
    for page in (request.POST.get("next"), request.headers.get("Referer")):
        # Whatever is neither an address from "/" on nor a whole one would lead below this one.
        if (page or "").startswith(("/", "http")) and url_has_allowed_host_and_scheme(
            page, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return page or ""
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def _keep_language(response: HttpResponse, code: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
