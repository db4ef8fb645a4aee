"""An agent's day as text messages of 160 characters, in letters that every telephone has."""

import unicodedata
from collections.abc import Mapping

from tasks import words
from tasks.queries import Manifesto, RankedTask

SMS_CHARACTERS = 160
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The basic characters of GSM 03.38: one place each. Any other makes the whole message one of 70 characters."""
_NEAREST: Mapping[str, str] = {
    "’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "−": "-", "…": "...",
    "œ": "oe", "Œ": "OE", "ɓ": "b", "Ɓ": "B", "ɗ": "d", "Ɗ": "D", "ŋ": "n", "Ŋ": "N", "ɲ": "ny", "Ɲ": "Ny", "ƴ": "y",
    "Ƴ": "Y", "ɛ": "e", "Ɛ": "E", "ɔ": "o", "Ɔ": "O", "[": "(", "]": ")", "{": "(", "}": ")", "~": "-", "\\": "/",
    "|": "/", "^": "", "€": "EUR", "·": "-",
}  # fmt: skip
_LEAST_NAME = 8


def sms_of(m: Manifesto) -> list[str]:
    """One text message for each of the three first tasks: what, who, how much, the number to call.

    Where 160 characters are too few the reason goes first, then the end of the name. Amount and number stay whole.
    """
    return [_sms(task, f"{rank}/{len(m.top)}") for rank, task in enumerate(m.top, 1)]


def gsm(text: str) -> str:
    """The text in GSM's basic characters, each of the others by its nearest; spaces of every kind are one space."""
    return " ".join("".join(_in_gsm(character) for character in unicodedata.normalize("NFC", text)).split())


def _in_gsm(character: str) -> str:
    if character.isspace():
        return " "
    if character in _GSM:
        return character
    if character in _NEAREST:
        return _NEAREST[character]
    plain = [c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c)]
    return "".join(c if c in _GSM else _NEAREST.get(c, "?") for c in plain)


def _sms(task: RankedTask, place: str) -> str:
    what = gsm(words.subject_of(task))
    name = gsm(task.tenant_name)
    fixed = [gsm(part) for part in (words.amount_of(task), task.tenant_phone) if part]
    short = _joined(place, what, name, fixed)
    if len(short) > SMS_CHARACTERS:
        over = len(short) - SMS_CHARACTERS
        if name and len(name) - over >= _LEAST_NAME:
            name = _cut(name, len(name) - over)
        else:
            name = _cut(name, _LEAST_NAME)
            what = _cut(what, len(what) - (len(_joined(place, what, name, fixed)) - SMS_CHARACTERS))
        return _joined(place, what, name, fixed)
    reason = gsm(words.reasons_of(task, limit=1)[0])
    whole = f"{short} {reason}"
    return whole if len(whole) <= SMS_CHARACTERS else short


def _joined(place: str, what: str, name: str, fixed: list[str]) -> str:
    return f"{place} {', '.join(part for part in (what, name, *fixed) if part)}."


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: max(0, length - 1)].rstrip(' ,')}."
