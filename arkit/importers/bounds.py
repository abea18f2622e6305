"""What a workbook would do to memory, told before it is read: how large it unpacks, how far it reaches, what it repeats."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from arkit.errors import ImportRefused
from arkit.importers import oldbook, opendocument
from arkit.importers.extent import Extent
from arkit.importers.plaintext import refused

#: The most that a workbook may unpack to; a small file that grows beyond it is an attack or a mistake.
MOST_UNPACKED = 1 << 30
#: The most cells that the sheets of a workbook may span, blank ones too.
MOST_CELLS = 28_000_000
#: The most cells they may span, and the most characters these may hold, where the file has less than a byte for each.
FEW_CELLS, FEW_TEXT = 2_000_000, 1 << 27
PIECE = 1 << 22

#: Cells far to the right, cells far down, and all cells: the first two are looked for in every sheet, for they are few.
_FAR = re.compile(rb"""r=["']([A-Za-z]{2,})\d""")
_DEEP = re.compile(rb"""r=["'][A-Za-z]*(\d{6,})["']""")
_CELLS = re.compile(rb"""r=["'][A-Za-z]*(\d+)["']""")
#: Columns from which on the rows of every cell are looked at.
WIDE = 200
#: A formula whose value nobody saved, or that says 0, as some systems write until Excel has calculated; one that says 'str'
#: has a text for its value, and that may be empty.
_UNSAVED = re.compile(
    rb'<(?:\w+:)?c (?![^>]*t="str")[^>]*>\s*<(?:\w+:)?f(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)'
    rb"\s*(?:<(?:\w+:)?v>\s*(?:0(?:\.0+)?)?\s*</(?:\w+:)?v>|<(?:\w+:)?v\s*/>)?\s*</(?:\w+:)?c>"
)
#: A cell that shows a shared text, and its number; the end of such a text; a sheet in the list of them.
_SHARED = re.compile(rb"""\bt=["']s["'][^>]*>\s*<(?:\w+:)?v>\s*(\d+)""")
_SHARED_END = re.compile(rb"</(?:\w+:)?si\s*>")
_LISTED = re.compile(rb"<(?:\w+:)?sheet\s")


def look_through(name: str, content: bytes) -> bool:
    """Whether a packed workbook holds formulas without values.

    Raises
    ------
    ImportRefused
        If it is cut off, protected, a binary workbook, or takes far more memory than its size tells.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            found = _Contents(name, len(content))
            for item in packed.infolist():
                found.look_at(packed, item)
            if found.binary:
                raise refused(name, "a workbook of XML", "a binary one (.xlsb)", "save it as .xlsx or CSV")
            if found.listed > max(1, held := len(found.sheets) + found.charts):
                raise _too_large(name, f"one that lists {found.listed:,} sheets and holds {held:,}")
            shared = _shared_text(packed, found)
            must_be_bounded(name, found.extent._replace(text=found.extent.text + shared), found.unpacked)
    except ImportRefused:
        raise
    except (
        zipfile.BadZipFile,
        ValueError,
        NotImplementedError,
        EOFError,
        struct.error,
        zlib.error,
        OSError,
        RuntimeError,
    ) as error:
        if "password" in str(error) or "encrypted" in str(error):
            raise protected(name) from error
        raise refused(name, "a whole workbook", "the file ends too early", "export or copy it again") from error
    return found.formulas


def look_into(name: str, content: bytes) -> None:
    """Refuse an old binary workbook that is damaged, protected, or takes far more memory than its size tells."""
    try:
        extent = oldbook.extent(content)
    except ValueError as error:
        if isinstance(error, oldbook.Locked) or "EncryptedPackage".encode("utf-16-le") in content:
            raise protected(name) from error
        raise refused(name, "a workbook", str(error), "open it in Excel and save it as .xlsx or CSV") from error
    must_be_bounded(name, extent, len(content))


def protected(name: str) -> ImportRefused:
    """The refusal of a workbook behind a password."""
    return refused(name, "a workbook without password", "one that is protected", "save it without password")


def must_be_bounded(name: str, extent: Extent, size: int) -> None:
    """Refuse a workbook whose sheets span more cells than memory should hold, or far more than its bytes can fill."""
    spans = f"a sheet that spans {extent.rows:,} rows and {extent.columns:,} columns"
    if extent.cells > max(FEW_CELLS, size):
        raise refused(
            name,
            "cells that lie together",
            f"{spans} and is nearly blank or repeats itself",
            "delete the rows below and the columns beside the list, and save it again",
        )
    if extent.cells > MOST_CELLS:
        raise _too_large(name, spans)
    if extent.text > max(FEW_TEXT, size):
        raise _too_large(name, f"cells that repeat long texts: {extent.text:,} characters in all")


@dataclass(eq=False)
class _Contents:
    """What the files inside a workbook are, as far as they were looked at."""

    name: str
    size: int
    unpacked: int = 0
    formulas: bool = False
    binary: bool = False
    extent: Extent = field(default_factory=Extent)
    #: How many sheets the workbook lists, how many of cells there are not, the files of the others, and those of shared texts.
    listed: int = 0
    charts: int = 0
    sheets: list[zipfile.ZipInfo] = field(default_factory=list)
    texts: list[zipfile.ZipInfo] = field(default_factory=list)
    #: Cells that show a shared text, and the length of the longest of these.
    shared: int = 0
    longest: int = 0

    def look_at(self, packed: zipfile.ZipFile, item: zipfile.ZipInfo) -> None:
        """Unpack one of the files, piece by piece."""
        far = _Far()
        is_sheet, behind = False, 0
        self.binary |= item.filename.lower() == "xl/workbook.bin"
        for piece in _pieces(packed, item):
            self.unpacked += len(piece)
            if self.unpacked > MOST_UNPACKED:
                raise _too_large(self.name, f"{self.size:,} bytes that unpack to more than {MOST_UNPACKED:,}")
            is_sheet = is_sheet or b"sheetData" in piece
            if is_sheet:
                self.formulas = far.look_at(piece) or self.formulas
                self.shared += piece.count(b't="s"') + piece.count(b"t='s'")
            else:
                self.listed += len(_LISTED.findall(piece)) if b"sheets" in piece else 0
                behind = self._longest(item, piece, behind)
        if item.filename == "content.xml":
            self.extent = opendocument.extent(_pieces(packed, item, overlap=0))
        elif not is_sheet:
            self.charts += "sheets/" in item.filename and item.filename.endswith(".xml")
        else:
            self.sheets.append(item)
            self.extent = self.extent.with_sheet(*_span(packed, item, far), 0)

    def _longest(self, item: zipfile.ZipInfo, piece: bytes, behind: int) -> int:
        """Note how long shared texts are, the last one before ending ``behind`` the piece; what of this is not ended yet."""
        if b"si" not in piece or len(ends := _SHARED_END.split(piece)) == 1:
            return behind + len(piece)
        self.texts += [item] if item not in self.texts else []
        self.longest = max(self.longest, behind + len(ends[0]), *map(len, ends[1:]))
        return len(ends[-1])


@dataclass(eq=False)
class _Far:
    """The farthest of those cells of a sheet that lie far apart."""

    rows: int = 0
    columns: int = 26

    def look_at(self, piece: bytes) -> bool:
        """Note the cells of a piece of a sheet; whether it holds formulas without values."""
        has_formulas, reaches_far = _at_a_glance(piece)
        if reaches_far:
            self.columns = max([self.columns, *map(_column, {far.upper() for far in _FAR.findall(piece)})])
            self.rows = max([self.rows, *map(int, _DEEP.findall(piece))])
        return has_formulas and bool(_UNSAVED.search(piece))


def _shared_text(packed: zipfile.ZipFile, found: _Contents) -> int:
    """The characters that cells show of shared texts, worked out only where there could be too many."""
    if found.longest * found.shared <= FEW_TEXT:
        return 0
    whole = b"".join(piece for item in found.texts for piece in _pieces(packed, item, overlap=0))
    lengths = np.array([*map(len, _SHARED_END.split(whole))], dtype="int64")
    text = 0
    for item in found.sheets:
        for piece in _pieces(packed, item):
            shown = np.array([int(number[:9]) for number in _SHARED.findall(piece)], dtype="int64")
            text += int(lengths[shown[shown < len(lengths)]].sum())
    return text


def _span(packed: zipfile.ZipFile, item: zipfile.ZipInfo, far: _Far) -> tuple[int, int]:
    """Rows and columns that a sheet spans, as far as its cells lie far apart."""
    rows = (int(row) for piece in _pieces(packed, item) for row in _CELLS.findall(piece)) if far.columns > WIDE else ()
    return max([far.rows, *rows]), far.columns


def _at_a_glance(piece: bytes) -> tuple[bool, bool]:
    """Whether a piece of a sheet can hold formulas, and cells beyond column Z or row 99,999: most hold neither.

    A formula begins with '<f' or ':f'. Behind 'r=' and a quote, a cell far to the right has a second letter, and one far
    down six digits after at most one letter.
    """
    signs = np.frombuffer(piece, dtype="uint8")
    names = np.flatnonzero(signs[1:] == ord("f"))
    places = np.flatnonzero(signs[:-9] == ord("=")) + 1
    places = places[signs[places - 2] == ord("r")]
    sixth, seventh = signs[places + 6], signs[places + 7]
    digit = [(sign >= ord("0")) & (sign <= ord("9")) for sign in (sixth, seventh)]
    far = (signs[places + 2] >= ord("A")) | digit[1] | (digit[0] & (signs[places + 1] <= ord("9")))
    return bool(np.isin(signs[names], [ord("<"), ord(":")]).any()), bool(far.any())


def _pieces(packed: zipfile.ZipFile, item: zipfile.ZipInfo, overlap: int = 64) -> Iterator[bytes]:
    """A packed file, unpacked piece by piece; pieces overlap a little, so that nothing is cut in two."""
    rest = b""
    item.file_size = MOST_UNPACKED + PIECE + 1  # what the directory says of it need not be true
    with packed.open(item) as file:
        while piece := file.read(PIECE):
            yield rest + piece
            rest = piece[-overlap:] if overlap else b""


def _column(letters: bytes) -> int:
    """The number of a column by its letters: A is 1, AA is 27."""
    number = 0
    for letter in letters[:9]:
        number = number * 26 + letter - 64
    return number


def _too_large(name: str, got: str) -> ImportRefused:
    return refused(name, "a workbook that unpacks to at most 1 GiB", got, "export it as CSV")
