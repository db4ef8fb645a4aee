"""Words of django-unfold, which brings no catalogs: listed here, so that ours hold them."""

from django.utils.translation import gettext_noop

WORDS = (
    gettext_noop("Apply Filters"),
    gettext_noop("By %(filter_title)s"),
    gettext_noop("Cancel"),
    gettext_noop("Dark"),
    gettext_noop("False"),
    gettext_noop("General"),
    gettext_noop("Light"),
    gettext_noop("More actions"),
    gettext_noop("Next"),
    gettext_noop("No results found"),
    gettext_noop("Previous"),
    gettext_noop("Reset filters"),
    gettext_noop("Run"),
    gettext_noop("Select action"),
    gettext_noop("Select action to run"),
    gettext_noop("Select all rows"),
    gettext_noop("Select record"),
    gettext_noop("Select value"),
    gettext_noop("System"),
    gettext_noop("This page yielded into no results. Create a new item or reset your filters."),
    gettext_noop("Toggle password visibility"),
    gettext_noop("True"),
    gettext_noop("Type to search"),
    gettext_noop("Value"),
)
