"""Parts of a page that apps above its own declare."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from screens.declarations import Panel

_declared: list[Panel] = []


@dataclass(frozen=True)
class ShownPanel:
    """`{% include panel.template with panel=panel.content %}`"""

    template: str
    content: Any


def declare(panels: Iterable[Panel]) -> None:
    """Hand down what the installed apps declare, in place of what was declared before."""
    _declared[:] = sorted(panels, key=lambda panel: panel.place)


def panels_of(page: str, request: HttpRequest, subject: Any, rights: Collection[str]) -> list[ShownPanel]:
    """What the reader may see of a page, in order. `rights` are theirs where the subject is."""
    allowed = [p for p in _declared if p.page == page and (p.permission is None or p.permission in rights)]
    read = [ShownPanel(panel.template, panel.read(request, subject)) for panel in allowed]
    return [shown for shown in read if shown.content is not None]
