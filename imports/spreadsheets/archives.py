"""Zip archives, and those that call themselves workbooks: what is in them is counted before it is unpacked."""

import re
import zipfile
from typing import IO, Any

from imports.spreadsheets.limits import BeyondLimit, Limits

_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# A text of so many characters is longer in XML: &#x1F600; is one of them.
_LONGEST_ESCAPE = 12
# Beyond ASCII, XML has a NUL or nothing between these letters.
_DECLARES = re.compile(rb"<\0?!\0?D\0?O\0?C\0?T\0?Y\0?P\0?E")
_OVERLAP = 32


def open_archive(source: IO[bytes], limits: Limits) -> "CountedArchive":
    """An archive whose members are within the limits. Raises BeyondLimit."""
    try:
        archive = CountedArchive(source, limits)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise BeyondLimit("damaged") from error
    archive.check()
    return archive


class CountedArchive(zipfile.ZipFile):
    """A ZipFile that gives out no member beyond its limits.

    zipfile itself never gives more of a member than its declared size and compares the checksum at the end: counting
    what is declared is enough.
    """

    def __init__(self, source: IO[bytes], limits: Limits) -> None:
        self.limits = limits
        super().__init__(source)

    def check(self) -> None:
        """Raises BeyondLimit for what the list of members says."""
        members, limits = self.infolist(), self.limits
        if len(members) > limits.members:
            raise BeyondLimit("members", limit=limits.members)
        if any(member.flag_bits & 1 for member in members):
            raise BeyondLimit("locked")
        if any(member.compress_type not in _METHODS for member in members):
            raise BeyondLimit("method")
        names: set[str] = set()
        for member in members:
            if member.filename in names:
                raise BeyondLimit("twice", name=member.filename)
            names.add(member.filename)
            if member.file_size > limits.member_bytes:
                raise BeyondLimit("unpacked", limit=limits.member_bytes)
        unpacked = sum(member.file_size for member in members)
        packed = sum(member.compress_size for member in members)
        if unpacked > limits.unpacked_bytes:
            raise BeyondLimit("unpacked", limit=limits.unpacked_bytes)
        if unpacked > max(limits.small_bytes, packed * limits.ratio):
            raise BeyondLimit("ratio", limit=limits.ratio)

    def open(self, name: Any, mode: Any = "r", *args: Any, **options: Any) -> Any:
        return super().open(name, mode, *args, **options)


class XmlArchive(CountedArchive):
    """The parts of a workbook: XML without declarations of its own and without endless texts."""

    def open(self, name: Any, mode: Any = "r", *args: Any, **options: Any) -> Any:
        return _XmlPart(super().open(name, mode, *args, **options), self.limits)

    def read(self, name: Any, pwd: bytes | None = None) -> bytes:
        if self.getinfo(str(name)).file_size > self.limits.part_bytes:
            raise BeyondLimit("unpacked", limit=self.limits.part_bytes)
        with self.open(name) as part:
            return bytes(part.read())


class _XmlPart:
    """What an XML parser reads from; stops before a text would be built that is longer than any cell may be."""

    def __init__(self, part: IO[bytes], limits: Limits) -> None:
        self._part, self._limits = part, limits
        self._since_tag, self._tail = 0, b""

    def read(self, size: int = -1) -> bytes:
        piece = self._part.read(size)
        if _DECLARES.search(self._tail + piece):
            raise BeyondLimit("declares")
        self._tail = piece[-_OVERLAP:]
        if size >= 0:
            self._measure(piece)
        return piece

    def _measure(self, piece: bytes) -> None:
        first = piece.find(b"<")
        self._since_tag += len(piece) if first < 0 else first
        if self._since_tag > self._limits.cell_characters * _LONGEST_ESCAPE:
            raise BeyondLimit("cell", limit=self._limits.cell_characters)
        if first >= 0:
            self._since_tag = len(piece) - piece.rfind(b"<")

    def close(self) -> None:
        self._part.close()

    def __enter__(self) -> "_XmlPart":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
