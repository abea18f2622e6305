"""How far the sheets of an old binary workbook (.xls) reach, before a reader fills memory with what they claim.

Such a file is a container of sectors, chained through a table, and in it a stream of records. Only what costs memory is
looked at: where cells are, what a sheet says of its size, and how long the shared strings are that cells point to. The
layouts are those of [MS-CFB] and [MS-XLS].
"""

import struct
from collections.abc import Iterator

import numpy as np

from arkit.importers.extent import Extent

#: The streams that may hold the workbook, in the order in which readers look for them.
STREAMS = ("Workbook", "Book", "WORKBOOK", "BOOK")
#: The end of a chain of sectors, and the first of the numbers that name no sector.
_END, _NO_SECTOR = 0xFFFFFFFE, 0xFFFFFFFA
#: Sectors of the table of small streams; readers set memory aside by that number.
_MOST_SMALL = 4_096
#: Streams shorter than this lie in small sectors, of so many bytes.
_SHORT, _SMALL = 4_096, 64
#: Cells that a sheet may claim to have, filled or not; readers set memory aside by it.
MOST_CLAIMED = 28_000_000
#: Length of a record that says the size of a sheet, from the version of 1997 on.
_LONG = 14
#: Records: the end of a stream, encryption, a sheet, shared strings, what continues a record, the size of a sheet.
_EOF, _BOF, _FILEPASS, _SHEET, _STRINGS, _CONTINUED, _SIZE = 0x0A, 0x0809, 0x2F, 0x85, 0xFC, 0x3C, 0x0200
#: Records of a cell, or of several cells beside each other.
_CELL = frozenset({0x0203, 0x0204, 0x00D6, 0x0205, 0x027E, 0x00FD, 0x0006, 0x00BD})
_SHARED, _SEVERAL = 0x00FD, 0x00BD
#: Records that hold a text themselves, and where in them its length stands; the last is the text of a formula.
_TEXT_AT = {0x0204: 6, 0x00D6: 6, 0x0207: 0}
#: Records that open and close a part within a part, such as a chart in a sheet.
_DEEPER = {_BOF: 1, _EOF: -1}


class Locked(ValueError):
    """The workbook is behind a password."""


def extent(content: bytes) -> Extent:
    """What a workbook would take; nothing for a container that holds none.

    Raises
    ------
    ValueError
        If the container is damaged, or its parts run in circles; `Locked` if the workbook is behind a password.
    """
    try:
        stream = _Container(content).stream(STREAMS)
        return _extent(stream) if stream else Extent()
    except (struct.error, IndexError) as error:
        raise ValueError("one that is damaged") from error


class _Container:
    """The container: a header, sectors of one size, and a table that says which sector follows which."""

    def __init__(self, content: bytes) -> None:
        shift, small = struct.unpack_from("<HH", content, 30)
        if shift not in (9, 12) or small != 6:
            raise ValueError("one that is damaged")
        self.content, self.size = content, 1 << shift
        self.most = len(content) // self.size + 1
        tables, first_directory = struct.unpack_from("<II", content, 44)
        small_table, small_tables, more = struct.unpack_from("<III", content, 60)
        if tables > self.most or small_tables > min(self.most, _MOST_SMALL):
            raise ValueError("one whose header claims more than the file holds")
        listed = [*struct.unpack_from("<109I", content, 76)]
        turns = 0
        while more < _NO_SECTOR:
            listed += _numbers(self._sector(more))
            more = listed.pop()
            turns += 1
            self._must_end(turns)
        listed = [number for number in listed if number < _NO_SECTOR]
        self._must_end(len(set(listed)) if len(set(listed)) == len(listed) else self.most + 1)
        self.next = [following for number in listed for following in _numbers(self._sector(number))]
        directory = self._chain(first_directory)
        self.entries = [self._entry(directory[at : at + 128]) for at in range(0, len(directory) - 127, 128)]
        self.small: list[int] = []
        self.small_sectors = b""
        if small_tables and self.entries:
            self.small_sectors = self._chain(self.entries[0][1], self.entries[0][2])
            self.small = _numbers(self._chain(small_table, small_tables * self.size))

    def stream(self, names: tuple[str, ...]) -> bytes:
        """The first of some streams that is there, empty if none is."""
        for name in names:
            for entry, start, length in self.entries:
                if entry == name:
                    return self._small_chain(start, length) if length < _SHORT else self._chain(start, length)
        return b""

    def _entry(self, raw: bytes) -> tuple[str, int, int]:
        name = raw[:64].decode("utf-16-le", "replace").split("\0")[0]
        start, length = struct.unpack_from("<II" if self.size == 512 else "<IQ", raw, 116)
        return name, start, length

    def _sector(self, number: int) -> bytes:
        return self.content[(number + 1) * self.size : (number + 2) * self.size]

    def _chain(self, start: int, length: int | None = None) -> bytes:
        """The sectors from one on to the end of their chain, or until they hold so many bytes."""
        numbers = _chained(start, self.next, len(self.next) + 1 if length is None else -(-length // self.size))
        return b"".join(map(self._sector, numbers))[:length]

    def _small_chain(self, start: int, length: int) -> bytes:
        numbers = _chained(start, self.small, -(-length // _SMALL))
        return b"".join(self.small_sectors[number * _SMALL : (number + 1) * _SMALL] for number in numbers)[:length]

    def _must_end(self, turns: int) -> None:
        if turns > self.most:
            raise ValueError("one whose parts run in circles")


def _numbers(raw: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4]))


def _chained(start: int, following: list[int], most: int) -> list[int]:
    """The numbers of sectors from one on, up to the end of the chain or to so many of them.

    Raises
    ------
    ValueError
        If they run in circles.
    """
    numbers: list[int] = []
    while start != _END and len(numbers) < most:
        numbers.append(start)
        start = following[start]
        if len(numbers) > len(following):
            raise ValueError("one whose parts run in circles")
    return numbers


def _records(stream: bytes, at: int = 0) -> Iterator[tuple[int, int, int]]:
    """The records from a place on: their kind, where their data begins, and its length."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, at + 4, length
        at += 4 + length


def _extent(stream: bytes) -> Extent:
    """What the workbook of a stream would take; a sheet that is listed several times is read as often."""
    sheets: list[int] = []
    lengths = np.zeros(0, dtype="int64")
    for kind, at, length in _records(stream):
        if kind == _FILEPASS and stream[at : at + 2] != b"\0\0":
            raise Locked
        if kind == _SHEET:
            sheets.append(struct.unpack_from("<I", stream, at)[0])
        elif kind == _STRINGS:
            lengths = np.array(_lengths(stream, at, length), dtype="int64")
        elif kind == _EOF:
            break
    known: dict[int, tuple[int, int, int]] = {}
    found = Extent()
    for start in sheets:
        if start not in known:
            known[start] = _sheet(stream, start, lengths)
        found = found.with_sheet(*known[start])
    return found


def _sheet(stream: bytes, start: int, lengths: np.ndarray) -> tuple[int, int, int]:
    """Rows and columns up to the last cell of a sheet, or as it claims where that is too much, and the characters shown."""
    rows = columns = text = depth = 0
    shared: list[int] = []
    for kind, at, length in _records(stream, start):
        if kind in _CELL:
            row, column = struct.unpack_from("<HH", stream, at)
            if kind == _SHARED:
                shared.append(struct.unpack_from("<I", stream, at + 6)[0])
            elif kind == _SEVERAL:
                column = max(column, struct.unpack_from("<H", stream, at + length - 2)[0])
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        elif kind == _SIZE:
            rows, columns = max((rows, columns), _claimed(stream, at, length), key=_product)
        elif kind in _DEEPER:
            depth += _DEEPER[kind]
            if depth <= 0:
                break
        if kind in _TEXT_AT:
            text += struct.unpack_from("<H", stream, at + _TEXT_AT[kind])[0]
    shown = np.array(shared, dtype="int64")
    return rows, columns, text + int(lengths[shown[shown < len(lengths)]].sum())


def _product(pair: tuple[int, int]) -> int:
    return pair[0] * pair[1]


def _claimed(stream: bytes, at: int, length: int) -> tuple[int, int]:
    """Rows and columns that a sheet says it has, where that is more than any has."""
    _, rows, _, columns = struct.unpack_from("<IIHH" if length >= _LONG else "<HHHH", stream, at)
    return (rows, columns) if rows * columns > MOST_CLAIMED else (0, 0)


def _lengths(stream: bytes, at: int, length: int) -> list[int]:
    """The characters of each shared string; a string may go on in the record behind, after a byte of flags."""
    end, at = at + length, at + 8
    lengths: list[int] = []

    def further() -> tuple[int, int]:
        kind, more = struct.unpack_from("<HH", stream, end) if end + 4 < len(stream) else (0, 0)
        if kind != _CONTINUED:
            raise ValueError("one whose texts end too early")
        return end + 4, end + 4 + more

    while at < end or stream[end : end + 2] == _CONTINUED.to_bytes(2, "little"):
        if at >= end:
            at, end = further()
            continue
        characters, flags = struct.unpack_from("<HB", stream, at)
        at += 3
        behind = 4 * struct.unpack_from("<H", stream, at)[0] if flags & 8 else 0
        at += 2 * bool(flags & 8)
        behind += struct.unpack_from("<I", stream, at)[0] if flags & 4 else 0
        at += 4 * bool(flags & 4)
        lengths.append(characters)
        wide = 1 + (flags & 1)
        while characters > (end - at) // wide:
            characters -= max(0, (end - at) // wide)
            at, end = further()
            wide = 1 + (stream[at] & 1)
            at += 1
        at += characters * wide
        while behind > end - at:
            behind -= end - at
            at, end = further()
        at += behind
    return lengths
