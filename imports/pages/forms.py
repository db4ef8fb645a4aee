"""What people send to the pages of the import."""

import datetime as dt
from pathlib import Path
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.sources import ENDINGS, MAX_BYTES, MAX_FILES
from leasing.months import month_after

_LONGEST_NAME = 120
ONE_BY_ONE = 100
"""So many rows that look like recorded payments are answered row by row; more of them all in one."""


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more spreadsheets; `clean` returns them as (name, uploaded file)."""

    widget = FilesInput(attrs={"accept": ",".join(ENDINGS)})

    def clean(self, data: Any, initial: Any = None) -> list[tuple[str, Any]]:
        files = [(file.name[-_LONGEST_NAME:], file) for file in data or ()]
        if not files:
            raise ValidationError(_("Choose at least one file."))
        if len(files) > MAX_FILES:
            raise ValidationError(_("At most %(limit)d files at once.") % {"limit": MAX_FILES})
        if sum(file.size for _name, file in files) > MAX_BYTES:
            raise ValidationError(too_large())
        wrong = [_wrong(name, file) for name, file in files]
        if any(wrong):
            raise ValidationError([reason for reason in wrong if reason])
        return files


def too_large() -> str:
    return _("The files come to more than %(limit)d MB: send them in parts.") % {"limit": MAX_BYTES // 1024 // 1024}


def _wrong(name: str, file: Any) -> str:
    if Path(name).suffix.lower() not in ENDINGS:
        return _("“%(name)s” is not a CSV, XLSX, XLS, ODS or zip file.") % {"name": name}
    if not file.size:
        return _("“%(name)s” is empty.") % {"name": name}
    return ""


class ImportForm(forms.Form):
    _errors: ErrorDict
    files = FilesField(  # type: ignore[assignment]  # a field: Django takes it off the class again
        label=gettext_lazy("Files"), help_text=gettext_lazy("CSV, XLSX, XLS, ODS or zip, at most 50 MB in all.")
    )
    history = forms.ChoiceField(
        label=gettext_lazy("From when on are your payments complete?"),
        choices=[
            ("all", gettext_lazy("From the first one in the files")),
            ("day", gettext_lazy("From a day on")),
            ("next_month", gettext_lazy("Only from next month on")),
        ],
        widget=forms.RadioSelect,
        initial="all",
        required=False,
        help_text=gettext_lazy(
            "Rents from before are not asked for, and payments from before are not taken. What a tenant owed on that"
            " day, or had ahead, is the opening balance in the file of contracts."
        ),
    )
    history_day = forms.DateField(
        label=gettext_lazy("Complete from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    dry_run = forms.BooleanField(
        label=gettext_lazy("Check only"),
        required=False,
        help_text=gettext_lazy("Says what would be imported, and changes nothing."),
    )

    def __init__(self, *args: Any, body_too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._body_too_large = body_too_large

    def clean(self) -> dict[str, Any]:
        if self._body_too_large and "files" in self.errors:
            # The files were thrown away on their way in: that none was chosen is not what is wrong.
            del self._errors["files"]
            self.add_error("files", too_large())
        no_day = "history_day" not in self.errors and not self.cleaned_data.get("history_day")
        if self.cleaned_data.get("history") == "day" and no_day:
            self.add_error("history_day", _("Say from which day on."))
        return self.cleaned_data

    def history_from(self, today: dt.date) -> dt.date | None:
        """The day from which on the payments are complete, None for all that the files say. Of a valid form."""
        if self.cleaned_data["history"] == "day":
            return self.cleaned_data["history_day"]
        return month_after(today, 1) if self.cleaned_data["history"] == "next_month" else None


class AnswerForm(forms.Form):
    """What rows are that look like recorded payments. `held`: how many there are."""

    answer = forms.ChoiceField(choices=[("same", ""), ("other", ""), ("chosen", "")])
    same_row = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args: Any, held: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._one_by_one = held <= ONE_BY_ONE
        self.fields["same_row"].choices = [(str(place), "") for place in range(held if self._one_by_one else 0)]  # type: ignore[attr-defined]

    def clean_answer(self) -> str:
        if self.cleaned_data["answer"] == "chosen" and not self._one_by_one:
            raise ValidationError(_("These are too many to be answered one by one."))
        return self.cleaned_data["answer"]

    def same(self) -> bool | list[int]:
        """Whether all rows are the same money, or the places of those that are. Of a valid form."""
        if self.cleaned_data["answer"] == "chosen":
            return self.cleaned_data["same_row"]
        return self.cleaned_data["answer"] == "same"
