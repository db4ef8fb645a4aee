"""What every table of the administration refuses: what its address, its search or its ticks cannot mean."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import IGNORED_PARAMS, SEARCH_VAR, ChangeList, ChangeListSearchForm
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import BadRequest, FieldError, ValidationError
from django.db import DataError, models
from django.http import HttpRequest
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from screens.lists.search import refuse_long_search

# What Django and the database say of a filter that there is not, and of a value that a column cannot have: words for a
# number, a day after the year 9999.
IMPOSSIBLE = (
    IncorrectLookupParameters, DisallowedModelAdminLookup, FieldError, ValidationError, ValueError, TypeError,
    IndexError, OverflowError, DataError,
)  # fmt: skip
# An expression can be made to compute for hours, and can be wrong; of a range an address has only one end.
_NOT_OFFERED = {"regex", "iregex", "range"}
_LONGEST_NAME = 60
_MOST_NAMES = 5


class SearchForm(ChangeListSearchForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[SEARCH_VAR].validators.append(refuse_long_search)


class RowList(ChangeList):
    """A table's list. Of an address that cannot be the answer is a 400 that names its parameters."""

    search_form_class = SearchForm

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        try:
            super().__init__(request, *args, **kwargs)
        except IMPOSSIBLE as error:
            filters = [name for name in request.GET if name not in IGNORED_PARAMS]
            raise impossible(filters or request.GET) from error


class RowChoice(AutocompleteSelect):
    """A chosen row that cannot be is shown as no choice: the form says beside the field what is wrong with it."""

    def optgroups(self, name: str, value: Sequence[str], attrs: dict[str, Any] | None = None) -> Any:
        try:
            return super().optgroups(name, value, attrs)
        except (ValidationError, ValueError, OverflowError):
            return super().optgroups(name, [], attrs)


class TableAdmin(ModelAdmin):  # type: ignore[misc]  # unfold has no types
    """What every admin of ours is made of, in place of unfold's own class."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RowList

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        if _NOT_OFFERED & set(lookup.split("__")):
            return False
        return bool(super().lookup_allowed(lookup, value, request))

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        try:
            refuse_long_search(search_term)
        except ValidationError as error:
            # The list's form has said so itself; this is a choice that is searched as one types.
            raise BadRequest(error.message) from error
        found: tuple[models.QuerySet[Any], bool] = super().get_search_results(request, queryset, search_term)
        return found

    def response_action(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> Any:
        try:
            for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.to_python(key)
        except ValidationError as error:
            raise impossible([ACTION_CHECKBOX_NAME]) from error
        return super().response_action(request, queryset)

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if "widget" not in kwargs and db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = RowChoice(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def impossible(names: Iterable[str]) -> BadRequest:
    """The refusal that names parameters of an address or fields of a form."""
    shown = [name[:_LONGEST_NAME] for name in names][:_MOST_NAMES]
    return BadRequest(_("Something here cannot be: %(names)s.") % {"names": ", ".join(shown)})
