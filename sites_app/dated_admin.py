"""The administration of rows that are valid from one day up to another, such as a rule or a target."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from changes.history import readable_days
from sites_app.request import SiteRequest
from sites_app.site_admin import SiteForm, SiteModelAdmin


def has_begun(row: Any) -> bool:
    return row.valid.lower is None or row.valid.lower <= row.site.today()


def is_over(row: Any) -> bool:
    return row.valid.upper is not None and row.valid.upper <= row.site.today()


class DatedForm(SiteForm):
    """Both days empty: always."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "valid" in self.fields:
            self.fields["valid"].required = False

    def clean_valid(self) -> DateRange:
        days = self.cleaned_data["valid"] or DateRange(None, None)
        if days.isempty or (days.lower is not None and days.lower == days.upper):
            raise ValidationError(_("The second day comes after the first: it is the first one that no longer counts."))
        return days


class DatedAdmin(SiteModelAdmin):
    form = DatedForm

    def has_delete_permission(self, request: SiteRequest, obj: Any = None) -> bool:
        # What was valid once explains what was done and reported then; a row that has not begun may be a slip.
        return not (obj and has_begun(obj)) and super().has_delete_permission(request, obj)

    @display(description=gettext_lazy("valid"), ordering="valid")
    def days(self, row: Any) -> str:
        return readable_days(row.valid)
