"""What one sends from the page of a tenant."""

import re
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from leasing.models import Interaction
from leasing.stories.tenant import Contact

LONGEST_KEY, LONGEST_NOTE = 80, 2000
_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_id(text: str) -> bool:
    """Whether it is an id as addresses have them."""
    return _ID.fullmatch(text) is not None


def key_of_a_form() -> str:
    """A new one for each form that is shown: what is sent twice counts once."""
    return uuid.uuid4().hex


class ContactForm(forms.Form):
    """A press on one of four buttons: each button is a channel."""

    key = forms.CharField(max_length=LONGEST_KEY)
    channel = forms.ChoiceField(choices=Interaction.Channel.choices)


class ContactNoteForm(forms.Form):
    """What there is to say about a contact that was noted a moment ago."""

    note = forms.CharField(
        label=gettext_lazy("What was said (optional)"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    is_inbound = forms.BooleanField(label=gettext_lazy("It was the tenant who got in touch"), required=False)

    @classmethod
    def of(cls, contact: Contact) -> "ContactNoteForm":
        """As the contact stands now."""
        return cls(initial={"note": contact.note, "is_inbound": contact.is_inbound})

    def asked(self) -> dict[str, Any]:
        """The arguments of the action that come from the form."""
        direction = Interaction.Direction
        return {
            "note": self.cleaned_data["note"],
            "direction": direction.INBOUND if self.cleaned_data["is_inbound"] else direction.OUTBOUND,
        }
