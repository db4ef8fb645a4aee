"""Files that cannot be read at all: which, where, and the sentence that says why."""

import unicodedata

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from imports.spreadsheets.limits import MB, BeyondLimit

_LONGEST_NAME = 120
_IN_MEGABYTES = {"unpacked", "memory", "text"}
_SENTENCES = {
    "cell": gettext_noop("A cell holds more than %(limit)d characters."),
    "columns": gettext_noop("A cell stands beyond the %(limit)d columns that are read: empty it."),
    "damaged": gettext_noop("This file is damaged."),
    "declares": gettext_noop("It declares words of its own in its XML, which no spreadsheet program does."),
    "line": gettext_noop("A line is longer than %(limit)d characters."),
    "lines": gettext_noop("More than %(limit)d lines, empty ones counted."),
    "locked": gettext_noop("This file is locked with a password."),
    "members": gettext_noop("More than %(limit)d files are packed in it."),
    "memory": gettext_noop("Reading it needs more than %(limit)d MB of memory: send it in parts."),
    "method": gettext_noop("It is packed in a way that is not read: make an ordinary zip of it."),
    "no_workbook": gettext_noop(
        "This is no workbook, whatever its ending says: open it in a spreadsheet program and save it as .xlsx."
    ),
    "nested": gettext_noop("A zip in a zip is not read."),
    "ratio": gettext_noop("This file unpacks to more than %(limit)d times its size."),
    "rows": gettext_noop("More than %(limit)d rows: send it in parts."),
    "sheets": gettext_noop("More than %(limit)d sheets."),
    "text": gettext_noop("Its cells hold more than %(limit)d MB of text: send it in parts."),
    "time": gettext_noop("Reading it takes more than %(limit)d seconds: send it in parts."),
    "twice": gettext_noop("Two files packed in it have one name: %(name)s."),
    "unpacked": gettext_noop("This file unpacks to more than %(limit)d MB."),
}


class UnreadableSource(ValueError):
    """A file that cannot be read as a table at all; the message says which and why."""

    def __init__(self, source: str, reason: str, line: int = 0) -> None:
        self.source, self.reason, self.line = source, reason, line
        super().__init__(f"{source}: {reason}")


def shown(name: str) -> str:
    """A name of somebody else's as it can be shown: one line, not too long, what cannot be seen written out."""
    cut = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME // 2]}…{name[-_LONGEST_NAME // 2 + 1 :]}"
    return "".join(c if _is_seen(c) else c.encode("unicode_escape").decode() for c in cut)


def _is_seen(character: str) -> bool:
    # Control, format (the turning of the direction of writing), surrogates, ends of lines and paragraphs.
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def refused_source(source: str, why: str, limit: int, line: int = 0) -> UnreadableSource:
    """The refusal of a file, or of a sheet, that breaks a limit."""
    return of_refusal(source, BeyondLimit(why, limit=limit, line=line))


def of_refusal(source: str, refused: BeyondLimit) -> UnreadableSource:
    """What the child said of a file, for the person who sent it."""
    limit = refused.limit
    if refused.why in _IN_MEGABYTES:
        limit = max(1, limit // MB)
    where = f"{source} · {shown(refused.sheet)}" if refused.sheet else source
    sentence = _(_SENTENCES.get(refused.why, _SENTENCES["damaged"]))
    return UnreadableSource(where, sentence % {"limit": limit, "name": shown(refused.name)}, refused.line)
