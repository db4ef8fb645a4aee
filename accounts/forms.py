import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordResetForm
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, User

log = logging.getLogger(__name__)

# Mail leaves after the answer: a slow mail server, or a cache that is away, would tell who has an account. One thread
# keeps the order.
_outgoing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="accounts-mail")
_SECONDS_BETWEEN_RESET_MAILS = 60


class SignInForm(AuthenticationForm):
    # One sentence for a wrong name, a wrong password and a disabled account.
    error_messages = {
        "invalid_login": _("The user name or the password is incorrect. Check both and try again."),
        "inactive": _("The user name or the password is incorrect. Check both and try again."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        username = forms.CharField(
            label=_("User name or e-mail"), max_length=254, widget=self.fields["username"].widget
        )
        username.widget.attrs["spellcheck"] = "false"
        self.fields["username"] = username


class ResetRequestForm(PasswordResetForm):
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def send_mail(
        self,
        subject_template_name: str,
        email_template_name: str,
        context: dict[str, Any],
        from_email: str | None,
        to_email: str,
        html_email_template_name: str | None = None,
    ) -> None:
        user: User = context["user"]
        with translation.override(user.preferred_language or translation.get_language()):
            # Never the address that the request was sent to: whoever sends it chooses that.
            context["public_url"] = settings.PUBLIC_URL
            subject = render_to_string(subject_template_name, context).strip()
            body = render_to_string(email_template_name, context)
        _outgoing.submit(_send, EmailMessage(subject, body, from_email, [to_email]), user.pk)


def _send(message: EmailMessage, user_id: int) -> None:
    try:
        # Nobody's mailbox is filled by somebody who keeps pressing the button.
        if cache.add(f"accounts.reset_mail.{user_id}", True, _SECONDS_BETWEEN_RESET_MAILS):
            message.send()
    except Exception as error:
        log.error("The password mail for user %s was not sent (%s)", user_id, type(error).__name__)


class ProfileForm(forms.ModelForm):
    current_password = forms.CharField(
        label=_("Your password"),
        help_text=_("Only needed to change the e-mail address."),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    class Meta:
        model = User
        fields = ["full_name", "phone", "preferred_language", "email"]
        labels = {"email": _("E-mail address")}
        help_texts = {"preferred_language": ""}
        widgets = {
            "full_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].widget.attrs["autocomplete"] = "tel"
        languages = cast("forms.ChoiceField", self.fields["preferred_language"])
        languages.choices = [
            ("", _("Language of the site")),
            # Each by its own name: one finds one's language also when the page is in another.
            *((code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES),
        ]

    def clean(self) -> dict[str, Any]:
        super().clean()
        # Whoever holds the mailbox can reset the password: an unattended screen must not be enough.
        password = self.cleaned_data.get("current_password", "")
        if "email" in self.changed_data and not self.instance.check_password(password):
            raise ValidationError({"current_password": _("Enter your password to change the e-mail address.")})
        return self.cleaned_data


class TokenForm(forms.ModelForm):
    days = forms.IntegerField(
        label=_("Days"),
        help_text=_("How long it works: a year at most. A new password ends it at once."),
        min_value=1,
        max_value=ApiToken.LONGEST_DAYS,
        initial=ApiToken.USUAL_DAYS,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )

    class Meta:
        model = ApiToken
        fields = ["name"]
        help_texts = {"name": _("What will use it, for example “Monthly spreadsheet”.")}
