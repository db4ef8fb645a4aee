"""What the installed apps declare, gathered once in the order of INSTALLED_APPS, and handed down to the lower rooms."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from django.apps import apps
from django.urls import URLResolver, include, path
from django.utils.module_loading import module_has_submodule

from screens import consequences, panels, timeline
from screens.declarations import Address, Daily, Declaration, Entry, Hourly
from sites_app import access, resolve


@cache
def declarations() -> Mapping[str, Declaration]:
    """By app: the DECLARATION of each `declares.py`."""
    return {
        app.name: import_module(f"{app.name}.declares").DECLARATION
        for app in apps.get_app_configs()
        if module_has_submodule(app.module, "declares")
    }


def hand_down() -> None:
    """Tell the rooms that may not import upward what was declared for them."""
    declared = declarations().values()
    access.grant(one.rights for one in declared)
    resolve.open_without_site(f"/{part.prefix}" for one in declared for part in one.includes if not part.needs_site)
    panels.declare(panel for one in declared for panel in one.panels)
    timeline.declare(source for one in declared for source in one.timeline)
    consequences.declare(consequence for one in declared for consequence in one.consequences)


def menu() -> tuple[Entry, ...]:
    """In the order of their places."""
    entries = (entry for one in declarations().values() for entry in one.menu)
    return tuple(sorted(entries, key=lambda entry: entry.place))


def schedule() -> tuple[Daily | Hourly, ...]:
    """Every job that runs by the clock."""
    return tuple(job for one in declarations().values() for job in one.jobs)


def addresses() -> dict[str, Address]:
    """The permission table: every named address outside the administration."""
    return {name: row for one in declarations().values() for name, row in one.addresses.items()}


def includes() -> list[URLResolver]:
    """The addresses of all apps."""
    return [path(part.prefix, include(part.module)) for one in declarations().values() for part in one.includes]


def places_in_the_administration() -> dict[str, int]:
    """By app label; a lower number stands further up."""
    return {label: place for one in declarations().values() for label, place in one.administration.items()}
