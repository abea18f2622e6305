"""The bytes of a file as rows of cells, before anything is understood.

CSV cells stay text. Cells of a workbook keep their kind: dates and numbers that Excel stores as such are used as they are.
"""

import csv
import hashlib
import io
import itertools
import struct
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from arkit.errors import ImportRefused
from arkit.importers.framed import cut

TEXT_FILES = (".csv", ".txt", ".tsv")
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
SEPARATORS = (",", ";", "\t", "|")
#: The most that a workbook may unpack to; a small file that grows beyond it is an attack or a mistake.
MOST_UNPACKED = 1 << 30
#: Rows in which separator and header are looked for.
TOP = 30
#: Characters that hold them.
TOP_CHARACTERS = 1 << 20


@dataclass(frozen=True, eq=False)
class Sheet:
    """Rows of cells: ``cells`` has one row per row of the file (row 1 is index 0), everything text or what Excel stored."""

    file: str
    sha256: str
    cells: pd.DataFrame
    how: str
    native: bool

    def row(self, index: int) -> list[str]:
        """One row as text, trailing blanks kept."""
        return [as_text(value) for value in self.cells.iloc[index]]


def read_sheets(path: Path) -> list[Sheet]:
    """All sheets of a file that hold anything; a CSV file is one sheet.

    Raises
    ------
    ImportRefused
        If the file is empty, is no table, is damaged or protected, or unpacks to more than arkit reads.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _refused(path.name, "a file that can be read", str(error), "check the path and who may read it") from error
    digest = hashlib.sha256(content).hexdigest()
    if content[:4] == b"PK\x03\x04" or content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        sheets = _workbook(path.name, content)
        named = {title: f"{path.name} [{title}]" if len(sheets) > 1 else path.name for title in sheets}
        return [Sheet(named[title], digest, cells, f"workbook, sheet '{title}'", True) for title, cells in sheets.items()]
    text, encoding = _decoded(path.name, content)
    if not text.strip():
        raise _refused(path.name, "rows of data", "an empty file", "export it again")
    framed = cut(text)
    if framed:
        cells = pd.DataFrame(framed, dtype="str")
        return [Sheet(path.name, digest, cells, f"text, {encoding}, columns of fixed width", False)]
    cells, separator = _separated(path.name, text)
    shown = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "pipe"}[separator]
    return [Sheet(path.name, digest, cells, f"text, {encoding}, separated by {shown}", False)]


def as_text(value: object) -> str:
    """A cell as a person reads it: whole numbers without '.0', days as 2026-10-31."""
    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, float):
        return "" if value != value else str(int(value)) if value.is_integer() else repr(value)  # noqa: PLR0124 - NaN
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time().isoformat() == "00:00:00" else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)


def _refused(name: str, expected: str, got: str, fix: str) -> ImportRefused:
    return ImportRefused(f"'{name}' cannot be read.", expected=expected, got=got, fix=fix)


def _workbook(name: str, content: bytes) -> dict[str, pd.DataFrame]:
    """Sheets of a workbook that hold anything."""
    if content[:2] == b"PK":
        _must_unpack(name, content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [(title, book.get_sheet_by_name(title).to_python(skip_empty_area=False)) for title in book.sheet_names]
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        got = f"{error} (a password, or not a workbook)"
        raise _refused(name, "a workbook without password", got, "save it without password as .xlsx or CSV") from error
    blank = {"": None}
    frames = {title: pd.DataFrame(rows, dtype="object").replace(blank) for title, rows in sheets}
    filled = {title: frame for title, frame in frames.items() if frame.notna().any(axis=None)}
    if not filled:
        raise _refused(name, "rows of data", "a workbook whose sheets are all empty", "export it again")
    return filled


def _must_unpack(name: str, content: bytes) -> None:
    """Refuse a packed workbook that is cut off, or far larger than it looks."""
    try:
        unpacked = sum(item.file_size for item in zipfile.ZipFile(io.BytesIO(content)).infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise _refused(name, "a whole workbook", "the file ends too early", "export or copy it again") from error
    if unpacked > MOST_UNPACKED:
        got = f"{len(content):,} bytes that unpack to {unpacked:,}"
        raise _refused(name, "a workbook that unpacks to at most 1 GiB", got, "export it as CSV")


def _decoded(name: str, content: bytes) -> tuple[str, str]:
    """The text of a file and the encoding that proves itself: a byte order mark, valid UTF-8, else Windows Western."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return content.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError as error:
            raise _refused(name, "text in UTF-16", str(error), "export it again as UTF-8") from error
    if b"\x00" in content:
        raise _refused(name, "a CSV file or a workbook", "neither: it holds binary data", "export it as CSV or XLSX")
    for encoding, shown in (("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252"), ("latin-1", "Latin-1")):
        try:
            return content.decode(encoding), shown
        except UnicodeDecodeError:
            continue
    raise AssertionError("Latin-1 decodes anything")


def _separated(name: str, text: str) -> tuple[pd.DataFrame, str]:
    """Cells of a text file, split at the separator that cuts most of its first rows into the same number of fields."""
    votes = {mark: _votes(text, mark) for mark in SEPARATORS}
    separator = max(votes, key=lambda mark: votes[mark])
    if not any(votes[separator]):
        got = f"one column: {text.strip().splitlines()[0][:60]!r}"
        raise _refused(name, "columns separated by comma, semicolon, tab or pipe", got, "export it as CSV")
    try:
        try:
            return _cut(text, separator, max(map(len, _rows(text[:TOP_CHARACTERS], separator, 2 * TOP)))), separator
        except pd.errors.ParserError:  # a row further down is wider
            return _cut(text, separator, max(map(len, _rows(text, separator)))), separator
    except (csv.Error, pd.errors.ParserError) as error:
        raise _refused(name, "quotes that are closed", str(error), "export it again; a quote may be missing") from error


def _votes(text: str, separator: str) -> tuple[int, int]:
    """How many of the first rows a separator cuts into the same number of fields, and into how many."""
    try:
        widths = Counter(map(len, _rows(text[:TOP_CHARACTERS], separator, 2 * TOP)))
    except csv.Error:
        return (0, 0)
    return max(((count, width) for width, count in widths.items() if width > 1), default=(0, 0))


def _rows(text: str, separator: str, most: int | None = None) -> Iterator[list[str]]:
    return itertools.islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), most)


def _cut(text: str, separator: str, width: int) -> pd.DataFrame:
    """Text as rows of ``width`` cells; shorter rows are filled up with blanks."""
    cells = pd.read_csv(
        io.StringIO(text, newline=""),
        sep=separator,
        header=None,
        names=range(width),
        dtype=str,
        keep_default_na=False,
        skip_blank_lines=False,
    )
    return cells.fillna("")
