"""`{{ form }}` and `{{ form.name.as_field_group }}` look like AKIG everywhere."""

from functools import cached_property
from pathlib import Path

from django.conf import settings
from django.forms import renderers
from django.template.backends.django import DjangoTemplates

_OURS = Path(__file__).parent / "templates"
_DJANGOS = Path(renderers.__file__).parent / "templates"


class FormRenderer(renderers.DjangoTemplates):
    form_template_name = "components/form.html"
    field_template_name = "components/field.html"

    @cached_property
    def engine(self) -> DjangoTemplates:
        folders = [settings.BASE_DIR / "templates", _OURS, _DJANGOS]
        return DjangoTemplates({"APP_DIRS": True, "DIRS": folders, "NAME": "forms", "OPTIONS": {}})
