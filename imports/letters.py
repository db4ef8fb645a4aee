"""Which letters the bytes of a file are. French words tell: a wrong guess makes of é what none of them has. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

SINGLE_BYTE = ("cp1252", "cp850", "mac_roman")
"""Windows, MS-DOS, old Macintosh; where two of them fit equally well, neither is taken."""

_PIECE = 1 << 20
_MOST_WORDS = 100_000
# With the letter or digit before it, and the one behind: what stands beside a word says whether it is one.
_WORD = re.compile(rb"[0-9]?[A-Za-z'\x80-\xff]*[\x80-\xff][A-Za-z'\x80-\xff]*[0-9]?")
_MULTIBYTE = re.compile(rb"[\xc3\xc5][\x80-\xbf]|\xe2\x80[\x90-\xbf]")

_FRENCH = set("éèêëàâîïôûùüçœ")
_FOREIGN = set("áíóúãõñäöåìòæÿ")
_AFTER = set("»”…™®©²³ªº")
_BEFORE = set("«“„¿¡")
_BESIDE = set("\u00a0°€£§½¼¾·•×±÷–—‰¢¥µ")


@dataclass(frozen=True)
class Unclear(Exception):
    """No encoding is surely that of these bytes; `line`, where one can be named, is of a word that no one wrote."""

    line: int = 0
    mixed: bool = False


def single_byte_encoding(content: bytes) -> str:
    """The encoding in which each word could be French. Raises Unclear."""
    sound = dict.fromkeys(SINGLE_BYTE, 0)
    misfits: dict[str, int] = {}
    seen: set[bytes] = set()
    for word, place in _words(content):
        if word in seen:
            continue
        if len(seen) == _MOST_WORDS:
            raise Unclear
        seen.add(word)
        for encoding in list(sound):
            likely = _likely(word, encoding)
            if likely is None:
                del sound[encoding]
                misfits[encoding] = place
            else:
                sound[encoding] += likely
        if not sound:
            break
    if not sound:
        raise Unclear(*_where(content, max(misfits.values())))
    best = max(sound, key=lambda encoding: sound[encoding])
    others = [encoding for encoding in sound if encoding != best and not _same(seen, best, encoding)]
    # A word that is as good in two encodings, such as CÔTE and CÈTE, is no proof of either.
    if any(sound[other] >= sound[best] for other in others):
        raise Unclear
    return best


def _words(content: bytes) -> Iterator[tuple[bytes, int]]:
    for found in _WORD.finditer(content):
        yield found[0], found.start()


def _same(words: set[bytes], one: str, other: str) -> bool:
    return all(word.decode(one) == word.decode(other) for word in words)


def _where(content: bytes, place: int) -> tuple[int, bool]:
    """The line to name, and whether it is in another encoding than the rest: some lines are UTF-8, and some are not."""
    if _MULTIBYTE.search(content):
        line = _first_line_that_is_not_utf8(content)
        if line:
            return line, True
    return _line_at(content, place), False


def _first_line_that_is_not_utf8(content: bytes) -> int:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return _line_at(content, error.start)
    return 0


def _line_at(content: bytes, place: int) -> int:
    before = content[:place].replace(b"\r\n", b"\n")
    return 1 + before.count(b"\n") + before.count(b"\r")


def _likely(word: bytes, encoding: str) -> int | None:
    """How many of its letters are those of a French word; None if nobody writes such a word."""
    try:
        text = word.decode(encoding)
    except UnicodeDecodeError:
        return None
    likely = 0
    for place, character in enumerate(text):
        if character.isascii():
            continue
        before, behind = text[place - 1 : place], text[place + 1 : place + 2]
        kind = _kind(character)
        if kind == "letter":
            fits = _letter_fits(text, place, before, behind)
            alone = not before.isalpha() and not behind.isalpha()
            likely += fits and character.lower() in _FRENCH and not alone
        elif character == "’":
            fits = not behind.isdigit()
            likely += before.isalpha() and behind.isalpha()
        elif kind == "after":
            fits = not behind.isalpha()
        elif kind == "before":
            fits = not before.isalpha()
        elif kind == "beside":
            fits = not (before.islower() and behind.islower())
        else:
            fits = character == "‘" and not behind.isdigit()
        if not fits:
            return None
    return likely


@lru_cache(maxsize=512)
def _kind(character: str) -> str:
    if character.lower() in _FRENCH | _FOREIGN:
        return "letter"
    for kind, characters in (("after", _AFTER), ("before", _BEFORE), ("beside", _BESIDE)):
        if character in characters:
            return kind
    return ""


def _letter_fits(text: str, place: int, before: str, behind: str) -> bool:
    character = text[place]
    if character.lower() in _FOREIGN and any(beside.isalpha() and not beside.isascii() for beside in (before, behind)):
        return False
    if before.isdigit() or behind.isdigit():
        # 2è, 1É: a letter of an ordinal; nothing else stands between digits.
        return before.isdigit() and character in "èé" and not behind.isdigit()
    if character.isupper():
        # ÉCOLE, École, d'État: not cÔte, and no Ç before anything but a, o and u.
        if before.islower():
            return False
        if before.isupper() and behind.islower():
            return False
        return character != "Ç" or _plain(behind) in {"A", "O", "U", "a", "o", "u"}
    if before.isupper() and (behind.isupper() or (not behind.isalpha() and place > 1 and text[place - 2].isupper())):
        return False
    return character != "ç" or _plain(behind) in {"a", "o", "u"}


def _plain(character: str) -> str:
    return unicodedata.normalize("NFD", character)[:1]


# --- UTF-8 that was read as something else, and saved as UTF-8 again ------------------------------------------------

_DAMAGED = re.compile("[^\\W\\d_][‚„ƒ†‡ˆ‰‹]|[\u2500-\u259f][^\\W\\d_]|[^\\W\\d_][\u2500-\u259f]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]+")
# What UTF-8's first bytes of é, œ, ’ and their like look like where they were read as another encoding.
_UNDONE = _FRENCH | _FOREIGN | set("’‘“”«»…–—°€©¨ª§\u00a0\u202f\ufeff")
_LEADS = {"cp1252": "ÃÂÅâï", "mac_roman": "√¬≈‚Ôâ", "cp850": "├┬┼Ôï"}


def encoded_twice(content: bytes) -> str:
    """The encoding in which UTF-8 was read before it was saved as UTF-8 again; "" when it is UTF-8 once.

    Raises Unclear where only some of it is, or where letters were lost that cannot be found again.
    """
    counts = dict.fromkeys(SINGLE_BYTE, 0)
    once, first, damaged = False, "", ""
    for text in _decoded(content):
        for found in _BEYOND_ASCII.finditer(text):
            encoding = next((name for name in SINGLE_BYTE if _undone(found[0], name) is not None), "")
            if encoding:
                counts[encoding] += 1
                first = first or found[0]
            else:
                once = once or any(character.lower() in _FRENCH for character in found[0])
        if not damaged and (found_damage := _DAMAGED.search(text)):
            damaged = found_damage[0]
    found_in = [name for name in SINGLE_BYTE if counts[name]]
    if not found_in:
        if damaged:
            raise Unclear(_line_of_text(content, damaged))
        return ""
    if once or len(found_in) > 1:
        raise Unclear(_line_of_text(content, first), mixed=True)
    return found_in[0]


def undo(content: bytes, encoding: str) -> bytes:
    """The bytes as they were before they were read in that encoding."""
    return b"".join(_bytes_of(text, encoding) for text in _decoded(content))


def _decoded(content: bytes) -> Iterator[str]:
    """The text of UTF-8, in pieces that end with a line."""
    start = 0
    while start < len(content):
        stop = content.find(b"\n", start + _PIECE) + 1 or len(content)
        yield content[start:stop].decode("utf-8-sig" if not start else "utf-8")
        start = stop


def _undone(run: str, encoding: str) -> str | None:
    if not any(lead in run for lead in _LEADS[encoding]):
        return None
    try:
        text = _bytes_of(run, encoding).decode()
    except UnicodeError:
        return None
    plausible = all(
        c.lower() in _FRENCH | _FOREIGN or c in "’‘“”«»…–—°€\u00a0\u202f\ufeff" or _is_left(c) for c in text
    )
    return text if plausible else None


def _is_left(character: str) -> bool:
    # Encoded three times, or more: what is left is undone next.
    return character in "ÃÂÅâï©¨ª§"


def _bytes_of(text: str, encoding: str) -> bytes:
    if encoding != "cp1252":
        return text.encode(encoding)
    # Five bytes are nothing in Windows' table, and programs let them pass as they are.
    return b"".join(
        character.encode("latin-1") if "\x80" <= character <= "\x9f" else character.encode("cp1252")
        for character in text
    )


def _line_of_text(content: bytes, text: str) -> int:
    return _line_at(content, max(0, content.find(text.encode())))
