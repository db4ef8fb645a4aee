"""Text in the cell of a spreadsheet that no program runs as a formula, and the way back. Pure.

Which program opens a file, and with which separator, is not known: a text is looked at where any of them begins a cell.
An apostrophe in front is what people type for the same purpose.
"""

import re

# Also as a keyboard for Chinese or Japanese writes them. A % or | begins no formula of any program.
_RUNS = "=+\\-@＝＋－＠﹦﹢﹣﹫"
# What a program leaves out before it looks: white space, NUL, marks that are not seen.
_SKIPPED = "\\s\x00-\x1f\x7f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_ERRORS = "#(?:N/A|NAME\\?|NULL!|NUM!|REF!|VALUE!|DIV/0!|GETTING_DATA)[" + _SKIPPED + "]*$"
_NUMBER = re.compile(r"[+-]?\d[\d .,\u00a0\u202f]*")

_DANGEROUS = f"(?=[{_SKIPPED}']*(?:[{_RUNS}]|{_ERRORS}))"
_FRONT = re.compile(f"^(?:{_DANGEROUS}|(?='*[\t\r\n]))", re.IGNORECASE)
_FRONT_MARKED = re.compile(f"^'(?:{_DANGEROUS}|(?='*[\t\r\n]))", re.IGNORECASE)
# A comma in a text ends the cell for a program that takes it for the separator, whatever the quotation marks say.
_INSIDE = re.compile(f"([;,\t|\r\n][{_SKIPPED}\"]*)(?='*[{_RUNS}])")
_INSIDE_MARKED = re.compile(f"([;,\t|\r\n][{_SKIPPED}\"]*)'(?='*[{_RUNS}])")
_PART = re.compile("[^;,\t|\r\n]*")


def harmless(text: str) -> str:
    """The text with an apostrophe wherever a spreadsheet would begin a formula; numbers and phones stay as they are."""
    if _NUMBER.fullmatch(text):
        return text
    inside = _INSIDE.sub(lambda found: found[1] if _is_number_at(text, found.end()) else f"{found[1]}'", text)
    return f"'{inside}" if _FRONT.match(text) else inside


def as_written(text: str) -> str:
    """What `harmless` was given: its apostrophes off."""
    if "'" not in text:
        return text
    return _INSIDE_MARKED.sub(r"\1", _FRONT_MARKED.sub("", text))


def _is_number_at(text: str, place: int) -> bool:
    part = _PART.match(text, place)
    return part is not None and _NUMBER.fullmatch(part[0].strip()) is not None
