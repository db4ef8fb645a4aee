"""What follows in apps above from a change that was made on a page of a lower app: at once, in the same transaction."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest

from screens.declarations import Consequence

_declared: list[Consequence] = []


def declare(consequences: Iterable[Consequence]) -> None:
    """Hand down what the installed apps declare, in place of what was declared before."""
    _declared[:] = consequences


def follow(change: str, request: HttpRequest, subject: Any) -> list[str]:
    """Have everything follow from a change; what there is to say of it, in the reader's language."""
    return [sentence for one in _declared if one.change == change for sentence in one.follow(request, subject)]
