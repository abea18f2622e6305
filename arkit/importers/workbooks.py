"""Workbooks as rows of cells: what Excel stored, kept as it is, and what would harm kept out."""

import io
import itertools
import math
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from arkit.errors import ImportRefused, some
from arkit.importers import opendocument
from arkit.importers.plaintext import refused

PACKED, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: The most that a workbook may unpack to; a small file that grows beyond it is an attack or a mistake.
MOST_UNPACKED = 1 << 30
#: The most cells a sheet may span, blank ones too.
MOST_CELLS = 28_000_000
#: The most cells a sheet may span that takes up less than a byte for each.
FEW_CELLS = 2_000_000
#: The most cells that a formula may add up.
MOST_SUMMED = 2_000_000
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
#: A plain sum: numbers, cells and SUM(...) with plus or minus between them.
_CELL = r"\$?[A-Z]{1,3}\$?\d{1,7}"
_RANGE = rf"{_CELL}(?:\s*:\s*{_CELL})?"
_TERM = re.compile(rf"\s*([-+]?)\s*(?:SUM\(\s*({_RANGE}(?:\s*,\s*{_RANGE})*)\s*\)|({_CELL})|(\d+(?:\.\d+)?))\s*")
_CORNERS = re.compile(rf"({_CELL})(?:\s*:\s*({_CELL}))?")


def is_one(content: bytes) -> bool:
    """Whether a file is a workbook, whatever its name says."""
    return content.startswith((PACKED, OLD))


def read(name: str, content: bytes) -> dict[str, pd.DataFrame]:
    """The cells of each sheet that holds anything, by its title: text, numbers, days and flags as stored, no text if blank.

    Raises
    ------
    ImportRefused
        If it is damaged, protected, too large, empty, or holds formulas whose values nobody saved.
    """
    formulas = _looked_through(name, content) if content.startswith(PACKED) else False
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = {title: book.get_sheet_by_name(title).to_python(skip_empty_area=False) for title in book.sheet_names}
    except PasswordError as error:
        raise _protected(name) from error
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        if content.startswith(OLD) and "EncryptedPackage".encode("utf-16-le") in content:
            raise _protected(name) from error
        raise refused(name, "a workbook", f"{error}", "open it in Excel and save it as .xlsx or CSV") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the reader's own word for a workbook it never thought of
            raise
        raise refused(name, "a workbook", "one that is damaged", "open it in Excel and save it as .xlsx or CSV") from error
    if formulas:
        rows = _with_sums(name, content, rows)
    filled = {title: frame for title, cells in rows.items() if (frame := _frame(cells)) is not None}
    if not filled:
        raise refused(name, "rows of data", "a workbook whose sheets are all empty", "export it again")
    return filled


def _frame(rows: list[list[Any]]) -> pd.DataFrame | None:
    """Rows of one length as columns; None if nothing is in them."""
    if all(cell == "" for row in rows for cell in row):
        return None
    cells = np.empty((len(rows), len(rows[0])), dtype="object", order="F")
    cells[:] = rows
    return pd.DataFrame(cells, dtype="object", copy=False)


def _protected(name: str) -> ImportRefused:
    return refused(name, "a workbook without password", "one that is protected", "save it without password")


def _looked_through(name: str, content: bytes) -> bool:
    """Whether a packed workbook holds formulas without values; refused if it is cut off or far larger than it looks."""
    formulas, unpacked = False, 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for item in packed.infolist():
                columns, last, before = 26, 0, unpacked
                for piece in _pieces(packed, item):
                    unpacked += len(piece)
                    if unpacked > MOST_UNPACKED:
                        raise _too_large(name, f"{len(content):,} bytes that unpack to more than {MOST_UNPACKED:,}")
                    if item.filename.endswith(".xml") and "sheets/" in item.filename:
                        has_formulas, reaches_far = _at_a_glance(piece)
                        formulas = formulas or (has_formulas and bool(_UNSAVED.search(piece)))
                        if reaches_far:
                            columns = max([columns, *map(_column, {far.upper() for far in _FAR.findall(piece)})])
                            last = max([last, *map(int, _DEEP.findall(piece))])
                _must_lie_together(name, *_span(packed, item, last, columns), unpacked - before)
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
            raise _protected(name) from error
        raise refused(name, "a whole workbook", "the file ends too early", "export or copy it again") from error
    return formulas


def _span(packed: zipfile.ZipFile, item: zipfile.ZipInfo, last: int, columns: int) -> tuple[int, int]:
    """Rows and columns that a sheet spans; ``last`` and ``columns`` are the farthest of its cells that lie far apart."""
    if item.filename == "content.xml":
        return opendocument.span(_pieces(packed, item, overlap=0))
    rows = (int(row) for piece in _pieces(packed, item) for row in _CELLS.findall(piece)) if columns > WIDE else ()
    return max([last, *rows]), columns


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


def _must_lie_together(name: str, last: int, columns: int, size: int) -> None:
    """Refuse a sheet that spans more cells than memory should hold, or far more than its bytes can fill."""
    if last * columns > max(FEW_CELLS, size):
        raise refused(
            name,
            "cells that lie together",
            f"a sheet that spans {last:,} rows and {columns:,} columns and is nearly blank or repeats itself",
            "delete the rows below and the columns beside the list, and save it again",
        )
    if last * columns > MOST_CELLS:
        raise _too_large(name, f"a sheet of {last:,} rows and {columns:,} columns")


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


def _with_sums(name: str, content: bytes, rows: dict[str, list[list[Any]]]) -> dict[str, list[list[Any]]]:
    """Rows in which formulas whose value nobody saved are worked out, if they are plain sums; refused if they are not."""
    import openpyxl  # noqa: PLC0415 - opens slowly, and only workbooks with such formulas need it

    try:
        with warnings.catch_warnings(action="ignore"):  # of styles and checks that are of no use here
            book = openpyxl.load_workbook(io.BytesIO(content))
    except (ValueError, KeyError, TypeError, AttributeError, OSError, zipfile.BadZipFile, SyntaxError) as error:
        raise refused(name, "a workbook whose formulas can be read", f"{error}", "save it as CSV") from error
    for sheet in book.worksheets:
        cells = rows.get(sheet.title, [])
        formulas = {
            (row, column): str(getattr(cell.value, "text", cell.value)).removeprefix("=")
            for row, line in enumerate(sheet.iter_rows())
            for column, cell in enumerate(line)
            if cell.data_type == "f" and _at(cells, row, column) in ("", None, 0)
        }
        _widen(cells, formulas)
        sums = _Sums(cells, formulas)
        worked_out = {place: sums.of(place) for place in formulas}
        left = [
            f"{_letters(column)}{row + 1} ={formulas[row, column]}"
            for (row, column), sum_ in worked_out.items()
            if sum_ is None and _at(cells, row, column) != 0
        ]
        if left:
            raise refused(
                name,
                "values saved beside the formulas, or formulas that are plain sums",
                some(left),
                "open it in Excel, let it calculate, and save it, or save it as CSV",
            )
        for (row, column), sum_ in worked_out.items():
            if sum_ is not None:
                cells[row][column] = sum_
    return rows


def _widen(cells: list[list[Any]], places: Iterable[tuple[int, int]]) -> None:
    """Make room for places beyond the last cell that holds a value."""
    bottom = max([len(cells), *(row + 1 for row, _ in places)])
    width = max([*map(len, cells[:1]), *(column + 1 for _, column in places)], default=0)
    for line in cells:
        line.extend([""] * (width - len(line)))
    cells += [[""] * width for _ in range(bottom - len(cells))]


def _at(cells: list[list[Any]], row: int, column: int) -> object:
    return cells[row][column] if row < len(cells) and column < len(cells[row]) else None


def _letters(column: int) -> str:
    """The letters of a column, the first being 0."""
    return (_letters(column // 26 - 1) if column >= 26 else "") + chr(65 + column % 26)


class _Sums:
    """The values of formulas that are plain sums of cells and of each other."""

    def __init__(self, cells: list[list[Any]], formulas: dict[tuple[int, int], str]) -> None:
        self.cells, self.formulas = cells, formulas
        self.known: dict[tuple[int, int], float | None] = {}

    def of(self, place: tuple[int, int]) -> float | None:
        """The value of a formula, None if it is no plain sum, or one that adds up itself."""
        way = {place: self._formulas_in(place)}  # from one formula to the next, without a limit to their number
        while way and place not in self.known:
            last = next(reversed(way))
            other = next((other for other in way[last] if other not in self.known), None)
            if other is None:
                del way[last]
                self.known[last] = self._sum(self.formulas[last])
            elif other in way:
                self.known[other] = None
            else:
                way[other] = self._formulas_in(other)
        return self.known[place]

    def _formulas_in(self, place: tuple[int, int]) -> Iterator[tuple[int, int]]:
        formula = self.formulas[place]
        yield from (other for term in _TERM.finditer(formula) for other in self._places(term) if other in self.formulas)

    def _sum(self, formula: str) -> float | None:
        total, at = 0.0, 0
        while at < len(formula):
            term = _TERM.match(formula, at)
            if not term or (at and not term[1]):
                return None
            values = [float(term[4])] if term[4] else [self._value(place, bool(term[2])) for place in self._places(term)]
            if len(values) > MOST_SUMMED or any(value is None for value in values):
                return None
            total += math.fsum(filter(None, values)) * (-1 if term[1] == "-" else 1)
            at = term.end()
        return round(total, 6) if at else None

    def _value(self, place: tuple[int, int], in_sum: bool) -> float | None:
        """What a cell adds: SUM passes over texts and flags, plus and minus do not, and days are no numbers to either."""
        if place in self.formulas:
            return self.known[place]
        value = _at(self.cells, *place)
        if isinstance(value, (bool, str)) and value != "":
            return 0.0 if in_sum else None
        return 0.0 if value in ("", None) else float(value) if isinstance(value, (int, float)) else None

    def _places(self, term: re.Match[str]) -> Iterator[tuple[int, int]]:
        """The cells of a term such as SUM(B6:B9,D4), each as (row, column) from 0, as far as the sheet goes."""
        width = len(self.cells[0]) if self.cells else 0
        for first, last in _CORNERS.findall(term[2] or term[3] or ""):
            (top, bottom), (left, right) = map(sorted, zip(_place(first), _place(last or first), strict=True))
            rows, columns = range(top, min(bottom + 1, len(self.cells))), range(left, min(right + 1, width))
            yield from itertools.islice(itertools.product(rows, columns), MOST_SUMMED + 1)


def _place(cell: str) -> tuple[int, int]:
    letters, row = re.sub(r"[$0-9]", "", cell), re.sub(r"[$A-Z]", "", cell)
    return int(row) - 1, _column(letters.encode()) - 1
