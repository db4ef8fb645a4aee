"""How much may be searched for at once: each word is looked for in each of several columns of each row."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MOST_WORDS = 10
MOST_CHARACTERS = 100


def refuse_long_search(text: str) -> None:
    """A validator of search boxes, for forms and for the API.

    Raises:
        ValidationError: there are more words or characters than anybody looks for.
    """
    if len(text) > MOST_CHARACTERS or len(text.split()) > MOST_WORDS:
        limits = {"words": MOST_WORDS, "characters": MOST_CHARACTERS}
        raise ValidationError(
            _("Search for at most %(words)d words and %(characters)d characters.") % limits, code="long_search"
        )


class SearchField(forms.CharField):
    """The search box of a list's filter: words that may be left out."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=gettext_lazy("Search"),
            required=False,
            max_length=80,
            validators=[refuse_long_search],
            widget=forms.TextInput(attrs={"type": "search"}),
            **kwargs,
        )
