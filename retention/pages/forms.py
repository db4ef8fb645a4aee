"""What one writes down of a tenant's wishes, and from which day on ends are on record."""

from django import forms
from django.utils.translation import gettext_lazy

from leasing.models import Interaction

_Day = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
_LONGEST_NOTE = 200


class NotScoredForm(forms.Form):
    """A tenant does not want to be scored."""

    since = forms.DateField(label=gettext_lazy("Said on"), widget=_Day)
    note = forms.CharField(label=gettext_lazy("What they said (optional)"), required=False, max_length=_LONGEST_NOTE)


class PreferencesForm(forms.Form):
    """By which channels a tenant wants to hear of offers."""

    since = forms.DateField(label=gettext_lazy("Said on"), widget=_Day)
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("They may be told of offers by"),
        required=False,
        choices=Interaction.Channel.choices,
        widget=forms.CheckboxSelectMultiple,
    )


class ObservedFromForm(forms.Form):
    """From which day on the ends of tenancies are on record."""

    day = forms.DateField(label=gettext_lazy("Ends of tenancies are on record from"), widget=_Day)
