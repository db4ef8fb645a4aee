"""Whether what the apps declare fits together: one owner for each thing, and no name of something that is not there."""

from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from celery import current_app
from django.apps import apps
from django.contrib import admin
from django.core.checks import Error, Tags, register
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse
from django.utils.module_loading import module_has_submodule

from akig import declared
from screens.declarations import ANYONE, MEMBER, PERSON, Declaration, Entry, Panel, TimelineSource
from sites_app.models import Role


@register(Tags.urls)
def declarations_fit_together(app_configs: Any, **kwargs: Any) -> list[Error]:
    """One error for each thing that is declared twice, for nothing, or by a name that nothing has."""
    sentences = [*_declared_twice(), *_rights(), *_pages(), *_jobs()]
    return [Error(sentence, id="akig.E003") for sentence in sentences]


def _declared_twice() -> Iterator[str]:
    owners: dict[tuple[str, Any], list[str]] = defaultdict(list)
    for app, declaration in declared.declarations().items():
        for thing in _things(declaration):
            owners[thing].append(app)
    for (kind, name), declaring in owners.items():
        if len(declaring) > 1:
            yield f"The {kind} {name} is declared twice: by {' and '.join(declaring)}."


def _things(declaration: Declaration) -> Iterator[tuple[str, Any]]:
    yield from (("right", right) for rights in declaration.rights.values() for right in rights)
    yield from (("menu entry", entry.url_name) for entry in declaration.menu)
    yield from (("job", job.job) for job in declaration.jobs)
    yield from (("address", name) for name in declaration.addresses)
    yield from (("module of addresses", part.module) for part in declaration.includes)
    yield from (("panel", f"{panel.template} of {panel.page}") for panel in declaration.panels)
    yield from (("time line source", f"{source.name} of {source.subject}") for source in declaration.timeline)
    yield from (("place of the app label", label) for label in declaration.administration)


def _rights() -> Iterator[str]:
    granted: set[str] = set()
    for app, declaration in declared.declarations().items():
        for role, rights in declaration.rights.items():
            granted.update(rights)
            if role not in Role.values:
                yield f"{app} grants rights to {role}, which is no role."
    asked = set(_asked_by_views())
    yield from (f"No view asks for the right {right}." for right in sorted(granted - asked))
    asked |= set(_asked_by_declarations())
    yield from (f"The right {right} is asked for, and no app grants it." for right in sorted(asked - granted))


def _asked_by_views() -> Iterator[str]:
    for view in _views(get_resolver().url_patterns):
        if right := getattr(view, "site_permission", None):
            yield right
    for tables in admin.site._registry.values():
        for name in ("view_permission", "change_permission", "add_permission"):
            if right := getattr(tables, name, ""):
                yield right


def _views(patterns: list[Any]) -> Iterator[Any]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern.callback
        else:
            yield from _views(pattern.url_patterns)


def _asked_by_declarations() -> Iterator[str]:
    for declaration in declared.declarations().values():
        rows = declaration.addresses.values()
        yield from (row.who for row in rows if row.who not in (ANYONE, PERSON, MEMBER))
        things: tuple[Entry | Panel | TimelineSource, ...] = (
            *declaration.menu,
            *declaration.panels,
            *declaration.timeline,
        )
        yield from (thing.permission for thing in things if thing.permission)
        yield from (entry.unless for entry in declaration.menu if entry.unless)


def _pages() -> Iterator[str]:
    for app, declaration in declared.declarations().items():
        if any(part.prefix == "" and not part.needs_site for part in declaration.includes):
            yield f"{app} says of addresses without a beginning that they need no site: that is all of them."
        for entry in declaration.menu:
            try:
                reverse(entry.url_name)
            except NoReverseMatch:
                yield f"{app} has a menu entry for {entry.url_name}, which is no page."
        for panel in declaration.panels:
            if panel.page not in declared.addresses():
                yield f"{app} has a panel for {panel.page}, which is no page."


def _jobs() -> Iterator[str]:
    # The worker's own way to find them would run the checks again.
    for app in apps.get_app_configs():
        if module_has_submodule(app.module, "jobs"):
            import_module(f"{app.name}.jobs")
    for job in declared.schedule():
        if job.job not in current_app.tasks:
            yield f"The worker does not know the job {job.job}."
