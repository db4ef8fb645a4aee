"""What the log shows: each record on one line, and nothing in it that a terminal would obey."""

import logging

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404

_LONGEST = 2_000
# Django logs some of them as errors: somebody tried what nobody may. Nothing of ours is broken.
_REFUSALS = (BadRequest, Http404, PermissionDenied, SuspiciousOperation)


def escaped(text: str) -> str:
    """`text` with all that cannot be printed, such as line ends, escape sequences and turned writing, spelt out.

    Spaces stay; a backslash of the text's own stays single, as what is logged is read by people.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


class LineFormatter(logging.Formatter):
    """One line a record, cut where it becomes endless. Only a fault of ours (an error) keeps its traceback.

    A refusal (403, 400) is logged by Django with the exception that said so: its name stands in the message already.
    The lines of a traceback begin with a bar, so that none of them passes for a record.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = escaped(self._line(record))
        if len(line) > _LONGEST:
            line = f"{line[:_LONGEST]}… ({len(line)} characters)"
        if record.levelno < logging.ERROR or not record.exc_info or isinstance(record.exc_info[1], _REFUSALS):
            return line
        trace = record.exc_text or self.formatException(record.exc_info)
        return "\n".join([line, *(f"    | {escaped(part)}" for part in trace.split("\n"))])

    def _line(self, record: logging.LogRecord) -> str:
        record.message = record.getMessage()
        record.asctime = self.formatTime(record, self.datefmt)
        return self.formatMessage(record)
