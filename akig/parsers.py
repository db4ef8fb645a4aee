from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.parsers import JSONParser

_LONGEST_NAME = 60


class JsonParser(JSONParser):
    """Answers 400 to JSON that nests so deep that Python's reader gives up, and to text that cannot be kept.

    Half a pair of characters and the NUL are refused here, for every field of every call: the database has neither.
    """

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            sent = super().parse(*args, **kwargs)
            unfit = next(_unfit(sent), None)
        except RecursionError as error:
            raise exceptions.ParseError(_("The JSON document is nested too deep.")) from error
        if unfit is not None:
            sentence = _("This text has a character that cannot be kept.")
            raise exceptions.ValidationError({unfit: [sentence]} if unfit else [sentence])
        return sent


def _unfit(sent: Any, field: str = "") -> Iterator[str]:
    """The path of each text that cannot be kept, "lines.2.note"; "" for the whole."""
    if isinstance(sent, str):
        if "\0" in sent or not _is_whole(sent):
            yield field
    elif isinstance(sent, dict):
        for name, value in sent.items():
            path = f"{field}.{name}".lstrip(".")
            if "\0" in name or not _is_whole(name):
                yield path.encode("unicode_escape").decode()[:_LONGEST_NAME]
            yield from _unfit(value, path)
    elif isinstance(sent, list):
        for position, value in enumerate(sent):
            yield from _unfit(value, f"{field}.{position}".lstrip("."))


def _is_whole(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)
