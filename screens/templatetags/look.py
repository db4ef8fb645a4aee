"""Small pieces of the look that a template cannot say by itself."""

from django import template
from django.forms import BoundField

register = template.Library()

_MESSAGE_ICONS = {"success": "check", "warning": "warning", "error": "warning"}


@register.filter
def message_icon(level_tag: str) -> str:
    """The picture of a message: colour alone says nothing to many people."""
    return _MESSAGE_ICONS.get(level_tag, "info")


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether the field is one box to tick: its label then stands beside it, not above."""
    return field.widget_type == "checkbox"
