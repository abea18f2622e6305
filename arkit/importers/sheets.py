"""The bytes of a file as rows of cells, before anything is understood.

CSV cells stay text. Cells of a workbook keep their kind: dates and numbers that Excel stores as such are used as they are.
"""

import csv
import hashlib
import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from arkit.errors import ImportRefused

TEXT_FILES = (".csv", ".txt", ".tsv")
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
SEPARATORS = (",", ";", "\t", "|")
#: The most that a workbook may unpack to; a small file that grows beyond it is an attack or a mistake.
MOST_UNPACKED = 1 << 30
#: Rows in which separator and header are looked for.
TOP = 30


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
    if not content.strip():
        raise _refused(path.name, "rows of data", "an empty file", "export it again")
    digest = hashlib.sha256(content).hexdigest()
    if content[:4] == b"PK\x03\x04" or content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return [
            Sheet(path.name, digest, cells, f"workbook, sheet '{name}'", True) for name, cells in _workbook(path.name, content)
        ]
    text, encoding = _decoded(path.name, content)
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


def _workbook(name: str, content: bytes) -> list[tuple[str, pd.DataFrame]]:
    """Sheets of a workbook that hold anything."""
    if content[:2] == b"PK":
        try:
            unpacked = sum(item.file_size for item in zipfile.ZipFile(io.BytesIO(content)).infolist())
        except zipfile.BadZipFile as error:
            raise _refused(name, "a whole workbook", "the file ends too early", "export or copy it again") from error
        if unpacked > MOST_UNPACKED:
            got = f"{len(content):,} bytes that unpack to {unpacked:,}"
            raise _refused(name, "a workbook that unpacks to at most 1 GiB", got, "export it as CSV")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [(title, book.get_sheet_by_name(title).to_python(skip_empty_area=False)) for title in book.sheet_names]
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        got = f"{error} (a password, or not a workbook)"
        raise _refused(name, "a workbook without password", got, "save it without password as .xlsx or CSV") from error
    frames = [
        (title, pd.DataFrame([[None if cell == "" else cell for cell in row] for row in rows], dtype="object"))
        for title, rows in sheets
    ]
    filled = [(title, frame) for title, frame in frames if frame.notna().any(axis=None)]
    if not filled:
        raise _refused(name, "rows of data", "a workbook whose sheets are all empty", "export it again")
    return filled


def _decoded(name: str, content: bytes) -> tuple[str, str]:
    """The text of a file and the encoding that proves itself: a byte order mark, valid UTF-8, else Windows Western."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return content.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError as error:
            raise _refused(name, "text in UTF-16", str(error), "export it again as UTF-8") from error
    if b"\x00" in content[:4096]:
        raise _refused(name, "a CSV file or a workbook", "neither: it holds binary data", "export it as CSV or XLSX")
    for encoding, shown in (("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252"), ("latin-1", "Latin-1")):
        try:
            return content.decode(encoding), shown
        except UnicodeDecodeError:
            continue
    raise AssertionError("Latin-1 decodes anything")


def _separated(name: str, text: str) -> tuple[pd.DataFrame, str]:
    """Cells of a text file, split at the separator that cuts its first rows into the most equal fields."""
    top = text.splitlines()[: TOP * 2]
    widths = {mark: sorted(len(row) for row in csv.reader(top, delimiter=mark) if row) for mark in SEPARATORS}
    separator = max(
        SEPARATORS, key=lambda mark: (widths[mark].count(widths[mark][-1]) if widths[mark][-1] > 1 else 0, widths[mark][-1])
    )
    if widths[separator][-1] < 2:
        raise _refused(
            name, "columns separated by comma, semicolon, tab or pipe", f"one column: {top[0][:60]!r}", "export it as CSV"
        )
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator)) if _ragged(text, separator) else None
        if rows is None:
            frame = pd.read_csv(
                io.StringIO(text), sep=separator, header=None, dtype=str, keep_default_na=False, skip_blank_lines=False
            )
            return frame, separator
    except (csv.Error, pd.errors.ParserError) as error:
        raise _refused(name, "the same columns in every row", str(error), "export it again; a quote may be missing") from error
    return pd.DataFrame(rows, dtype="str").fillna(""), separator


def _ragged(text: str, separator: str) -> bool:
    """Whether the first row has fewer fields than some later one near the top, so that the fast reader would stumble."""
    rows = [len(row) for row in csv.reader(text.splitlines()[: TOP * 2], delimiter=separator)]
    return max(rows) != rows[0]
