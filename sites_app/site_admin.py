"""The base of every admin of a site's rows: scoped by the request, rights by role, the site never a field."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import NestedObjects
from django.contrib.auth import get_user_model
from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.forms import RangeWidget
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.forms.utils import ErrorDict
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumber_field.modelfields import PhoneNumberField
from unfold.admin import TabularInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSingleDateWidget, UnfoldAdminTextInputWidget

from accounts.models import Actor
from changes.history import history_of
from screens import formats
from screens.admin_tables import TableAdmin
from sites_app.models import Site
from sites_app.request import SiteRequest, as_site_request


class SiteForm(forms.ModelForm):
    """A row of the request's site. Every rule of the table is asked, also those about its site and its fixed fields."""

    # SiteModelAdmin.get_form sets both on the form's class.
    site: Site = None  # type: ignore[assignment]  # in "all my sites", where every form only shows
    by: Actor = None
    _errors: ErrorDict

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding and hasattr(self.instance, "site_id"):
            self.instance.site = self.site

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # the stubs leave it out
        # Django's own form leaves out every rule that names a column it does not show: the database would then answer
        # with an error page instead of a sentence.
        try:
            self.instance.validate_constraints(exclude={name for name in self._errors if name != NON_FIELD_ERRORS})
        except ValidationError as error:
            self.refuse(error)

    def refuse(self, error: ValidationError) -> None:
        """Show an error, once, beside its field; above the form when the form does not show that field."""
        by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
        for name, errors in by_field.items():
            shown = name if name in self.fields else NON_FIELD_ERRORS
            said = self._errors.get(shown, ())
            for one in errors:
                if not set(one.messages) & set(said):
                    self.add_error(None if shown == NON_FIELD_ERRORS else shown, one)


class ActionForm(SiteForm):
    """A form whose row is written by an action, which knows more rules than the table: its refusal is the form's."""

    refusals: tuple[type[Exception], ...] = (ValidationError,)

    def act(self) -> models.Model:
        """Do it with `cleaned_data`, as `by` on `site`; return the row."""
        raise NotImplementedError

    def refused(self, error: Exception) -> None:
        if not isinstance(error, ValidationError):
            raise error
        self.refuse(error)

    def _post_clean(self) -> None:
        if self._errors:
            return
        try:
            with transaction.atomic():
                self.instance = self.act()
        except self.refusals as error:
            self.refused(error)

    def save(self, commit: bool = True) -> models.Model:
        self.save_m2m = lambda: None  # type: ignore[method-assign]  # what the administration calls afterwards
        return self.instance


class DaysWidget(RangeWidget):
    """A range of days: two dates, each with its calendar."""

    template_name = "admin/days.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        first = UnfoldAdminSingleDateWidget(attrs={"aria-label": gettext_lazy("First day")})
        after = UnfoldAdminSingleDateWidget(attrs={"aria-label": gettext_lazy("First day that no longer counts")})
        super(RangeWidget, self).__init__([first, after], attrs)


class OfSiteFilter(admin.SimpleListFilter):
    """In "all my sites": the rows of one of them. Not named "site": that word in an address chooses the site."""

    title = gettext_lazy("site")
    parameter_name = "of"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        asked = as_site_request(request)
        return [(access.code, access.name) for access in asked.accessible_sites if access.code in asked.site_codes]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        return queryset.filter(site=self.value()) if self.value() in as_site_request(request).site_codes else queryset


class SiteModelAdmin(TableAdmin):
    """Subclass it for each table whose rows belong to a site, and say which rights it takes.

    In "all my sites", on a site that takes no changes, and without `change_permission` it only shows.
    """

    view_permission: str
    change_permission: str
    add_permission = ""  # in place of `change_permission`, for what more people may write down
    site_path = "site"  # from the table to its site
    may_add = may_change = may_delete = True
    icon = "table_rows"  # of Material Symbols, in the menu

    form = SiteForm
    formfield_overrides = {
        PhoneNumberField: {"widget": UnfoldAdminTextInputWidget},
        DateRangeField: {"widget": DaysWidget},
        models.JSONField: {"widget": UnfoldAdminTextInputWidget},
    }
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count every choice of every filter
    view_on_site = False
    change_form_outer_after_template = "admin/site_history.html"

    # --- rights -------------------------------------------------------------------------------------------------

    def takes_changes(self, request: SiteRequest) -> bool:
        """One site is chosen, and it may be written to now."""
        return request.site_access is not None and request.site_access.may_write

    def may_write(self, request: SiteRequest) -> bool:
        return self.takes_changes(request) and self.change_permission in request.site_permissions

    def has_view_permission(self, request: SiteRequest, obj: Any = None) -> bool:
        return self.view_permission in request.site_permissions

    def has_add_permission(self, request: SiteRequest) -> bool:
        right = self.add_permission or self.change_permission
        return self.may_add and self.takes_changes(request) and right in request.site_permissions

    def has_change_permission(self, request: SiteRequest, obj: Any = None) -> bool:
        return self.may_change and self.may_write(request)

    def has_delete_permission(self, request: SiteRequest, obj: Any = None) -> bool:
        return self.may_delete and self.may_write(request)

    def has_module_permission(self, request: SiteRequest) -> bool:
        return self.has_view_permission(request)

    # --- rows ---------------------------------------------------------------------------------------------------

    def get_queryset(self, request: SiteRequest) -> models.QuerySet:
        return super().get_queryset(request).filter(**{f"{self.site_path}__in": request.site_codes})

    def choice_label(self, obj: Any) -> str:
        """What a choice of this row, and its page's title, say."""
        return str(obj)

    def formfield_for_foreignkey(self, db_field: Any, request: SiteRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        other = self.admin_site._registry.get(db_field.related_model)
        if field is not None and isinstance(other, SiteModelAdmin):
            field.queryset = other.get_queryset(request)
            field.label_from_instance = other.choice_label
        elif field is not None and db_field.related_model is get_user_model():
            field.queryset = field.queryset.filter(memberships__site__in=request.site_codes, is_active=True)
        return field

    # --- one site or all of them ----------------------------------------------------------------------------------

    def _shows_site(self, request: SiteRequest) -> bool:
        return request.site is None and self.site_path == "site"

    def get_list_display(self, request: SiteRequest) -> Sequence[Any]:
        first, *others = super().get_list_display(request)
        return [first, "site_name", *others] if self._shows_site(request) else [first, *others]

    def get_list_select_related(self, request: SiteRequest) -> Sequence[str]:
        related = list(super().get_list_select_related(request) or [])
        return ["site", *related] if self.site_path == "site" else related

    def get_list_filter(self, request: SiteRequest) -> Sequence[Any]:
        filters = list(super().get_list_filter(request))
        return [OfSiteFilter, *filters] if self._shows_site(request) else filters

    def get_fieldsets(self, request: SiteRequest, obj: Any = None) -> Any:
        fieldsets = list(super().get_fieldsets(request, obj))
        return [(None, {"fields": ["site_name"]}), *fieldsets] if self._shows_site(request) else fieldsets

    @display(description=gettext_lazy("site"), ordering="site")
    def site_name(self, obj: Any) -> str:
        return obj.site.name

    def get_form(self, request: SiteRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if self._shows_site(request):
            kwargs["fields"] = []  # nothing is filled in there, and "site_name" is no column
        form = super().get_form(request, obj, change=change, **kwargs)
        form.site, form.by = request.site, request.user
        return form

    def save_model(self, request: SiteRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        if isinstance(form, ActionForm):
            return  # its action has saved the row
        if not change:
            obj.save()
            return
        # Only what the form changed: the rest may have been changed by somebody else since the page was opened.
        columns = {field.name: field for field in self.opts.concrete_fields}
        changed = [name for name in form.changed_data if name in columns]
        if changed:
            obj.save(update_fields=[*changed, *(n for n, f in columns.items() if getattr(f, "auto_now", False))])

    # --- pages --------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        urls = super().get_urls()
        for pattern in urls:
            # SiteMiddleware reads it: "all my sites" are then those where the person has this right.
            pattern.callback.site_permission = self.view_permission
        return urls

    def changeform_view(
        self,
        request: SiteRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context: dict[str, Any] = {"show_history": False}
        if object_id is not None:
            obj = self.get_object(request, object_id)
            if obj is not None and self.has_view_or_change_permission(request, obj):
                context |= {"subtitle": self.choice_label(obj), "history": history_of(obj)}
        try:
            return super().changeform_view(request, object_id, form_url, context | (extra_context or {}))
        except IntegrityError:
            # The form asked every rule; somebody else wrote in the meantime.
            messages.error(request, _("Somebody else has just changed this. Nothing was saved; check and try again."))
            return HttpResponseRedirect(request.get_full_path())

    def history_view(self, request: SiteRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The history stands on the row's own page."""
        obj = self.get_object(request, object_id)
        if obj is None or not self.has_view_or_change_permission(request, obj):
            raise Http404
        return HttpResponseRedirect(self.page_of(obj) + "#history")

    def page_of(self, obj: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])

    def row_or_404(self, request: SiteRequest, object_id: str, *, allowed: bool) -> Any:
        """The row that a page of its own is about; 404 for one of another site too, 403 without the right."""
        if not allowed:
            raise PermissionDenied
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        return obj

    def ask(
        self, request: SiteRequest, obj: Any, *, title: str, sentence: str, button: str, form: forms.Form | None = None
    ) -> TemplateResponse:
        """The page between a button and what it does: what will happen, and what has to be said for it."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": obj,
            "title": title,
            "sentence": sentence,
            "button": button,
            "form": form,
            "media": self.media + form.media if form else self.media,
            "back": self.page_of(obj),
        }
        return TemplateResponse(request, "admin/ask.html", context)

    def done(self, request: SiteRequest, obj: Any, sentence: str) -> HttpResponse:
        messages.success(request, sentence)
        return HttpResponseRedirect(self.page_of(obj))

    def _get_obj_does_not_exist_redirect(self, request: SiteRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404

    def get_deleted_objects(self, objs: Any, request: SiteRequest) -> tuple[Any, Any, Any, Any]:
        to_delete, counts, lacking, protected = super().get_deleted_objects(objs, request)
        if not protected:
            return to_delete, counts, lacking, protected
        # It cannot be deleted, whoever asks: how many rows of which table hang on it says why.
        found = NestedObjects(using=objs[0]._state.db)
        found.collect(objs)
        tables = Counter(capfirst(str(row._meta.verbose_name_plural)) for row in found.protected)
        return to_delete, counts, set(), [f"{table}: {formats.number(number)}" for table, number in tables.items()]

    # --- what Django would write into its own log ------------------------------------------------------------------
    # One table for all sites, with the names of their rows. The database's triggers write a better one.

    def log_addition(self, request: SiteRequest, obj: Any, message: Any) -> None:
        pass

    def log_change(self, request: SiteRequest, obj: Any, message: Any) -> None:
        pass

    def log_deletions(self, request: SiteRequest, queryset: Any) -> None:
        pass


class ShownAdmin(SiteModelAdmin):
    """Rows that AKIG writes by itself, or that are changed on pages of their own: here they are only shown."""

    may_add = may_change = may_delete = False


class GlobalAdmin(SiteModelAdmin):
    """Rows that belong to no site: only superusers change them, standing on any one site."""

    site_path = ""

    def takes_changes(self, request: SiteRequest) -> bool:
        return request.user.is_superuser and request.site is not None

    def get_queryset(self, request: SiteRequest) -> models.QuerySet:
        return TableAdmin.get_queryset(self, request)


class ReadOnlyInline(TabularInline):
    """Rows that hang on the page's row and are changed elsewhere."""

    extra = 0
    can_delete = False
    tab = True
    hide_title = True

    def has_view_permission(self, request: SiteRequest, obj: Any = None) -> bool:
        return True  # whoever sees the page's row

    def has_add_permission(self, request: SiteRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: SiteRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: SiteRequest, obj: Any = None) -> bool:
        return False
