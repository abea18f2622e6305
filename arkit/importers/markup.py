"""Tables that a system wrote as a web page or as XML and named like a workbook."""

import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pandas as pd

from arkit.importers.plaintext import refused

_PAGE = re.compile(rb"\s*(?:<!doctype html|<html|<head|<body|<table|<meta)", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml[^>]*\?>.{0,400}?<(?:\w+:)?Workbook\b", re.DOTALL)
_SPREADSHEET = "{urn:schemas-microsoft-com:office:spreadsheet}"
#: The most cells a row may hold, and rows a sheet; an index beyond it is a mistake. The most cells of both together.
WIDEST = 16_384
LONGEST = 1_048_576
MOST_CELLS = 28_000_000


def is_one(content: bytes) -> bool:
    """Whether a file is such a table, whatever its name says."""
    top = content[:4000].removeprefix(b"\xef\xbb\xbf")
    return bool(_PAGE.match(top) or _XML.match(top))


def read(name: str, content: bytes) -> dict[str, pd.DataFrame]:
    """The cells of each table that holds anything, as `workbooks.read` gives them.

    Raises
    ------
    ImportRefused
        If it is damaged or holds no table.
    """
    tables = _spreadsheet(name, content) if _XML.match(content[:4000].removeprefix(b"\xef\xbb\xbf")) else _page(name, content)
    frames = {title: pd.DataFrame(_even(rows), dtype="object") for title, rows in tables.items() if rows}
    filled = {title: frame for title, frame in frames.items() if (frame != "").any(axis=None)}
    if not filled:
        raise refused(name, "rows of data", "a page without a table", "export it as CSV or XLSX")
    return filled


def _even(rows: list[list[Any]]) -> list[list[Any]]:
    """Rows of one length, blanks behind the shorter ones."""
    width = max(map(len, rows))
    return [row + [""] * (width - len(row)) for row in rows]


def _spreadsheet(name: str, content: bytes) -> dict[str, list[list[Any]]]:
    """The tables of an XML Spreadsheet of 2003."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise refused(name, "a plain XML spreadsheet", "one that defines entities", "export it as CSV or XLSX")
    try:
        root = ET.fromstring(content)
    except (ET.ParseError, LookupError, ValueError) as error:  # the last two for an encoding that nobody knows
        raise refused(name, "a whole XML spreadsheet", str(error), "export it again, as CSV or XLSX") from error
    tables: dict[str, list[list[Any]]] = {}
    for number, sheet in enumerate(root.iter(f"{_SPREADSHEET}Worksheet"), 1):
        title = sheet.get(f"{_SPREADSHEET}Name", f"table {number}")
        tables[f"{title} ({number})" if title in tables else title] = _xml_rows(name, sheet)
    return tables


def _must_fit(name: str, rows: int, width: int) -> None:
    """Refuse a table that blanks between its cells would make too large."""
    if rows * width > MOST_CELLS:
        got = f"one of {rows:,} rows and {width:,} columns"
        raise refused(name, f"a table of at most {MOST_CELLS:,} cells", got, "export it as CSV")


def _number(text: str | None, most: int) -> int:
    """A number that an attribute says, 0 if it says none, or more than can be meant."""
    number = int(text[:9]) if text and text.isdecimal() else 0
    return number if number <= most else 0


def _xml_rows(name: str, sheet: ET.Element) -> list[list[Any]]:
    """The rows of a sheet; where one says its number, blank rows stand in for those left out before it."""
    rows: list[list[Any]] = []
    width = 0
    for row in sheet.iter(f"{_SPREADSHEET}Row"):
        at = _number(row.get(f"{_SPREADSHEET}Index"), LONGEST)
        rows += [[] for _ in range(at - 1 - len(rows))]
        rows.append(_xml_row(row))
        width = max(width, len(rows[-1]))
        _must_fit(name, len(rows), width)
    return rows


def _xml_row(row: ET.Element) -> list[Any]:
    cells: list[Any] = []
    for cell in row.iter(f"{_SPREADSHEET}Cell"):
        at = _number(cell.get(f"{_SPREADSHEET}Index"), WIDEST)
        cells += [""] * (at - 1 - len(cells))
        data = cell.find(f"{_SPREADSHEET}Data")
        cells.append("" if data is None else _stored("".join(data.itertext()), data.get(f"{_SPREADSHEET}Type", "")))
        cells += [""] * min(_number(cell.get(f"{_SPREADSHEET}MergeAcross"), WIDEST), WIDEST - len(cells))
    return cells


def _stored(text: str, kind: str) -> object:
    """A cell as its kind says: a number, a day, or text."""
    try:
        if kind == "Number":
            return float(text)
        if kind == "DateTime":
            return pd.Timestamp(text).tz_localize(None).to_pydatetime()
        if kind == "Boolean":
            return bool(float(text))
    except ValueError:
        pass
    return text.strip()


def _page(name: str, content: bytes) -> dict[str, list[list[Any]]]:
    """The rows of all tables of a web page, one under the other, for reports print their titles in tables of their own."""
    said = re.search(rb"charset=[\"']?([\w-]+)", content[:4000])
    encodings = [said[1].decode("ascii")] if said else []
    for encoding in [*encodings, "utf-8", "cp1252", "latin-1"]:
        try:
            text = content.decode(encoding)
            break
        except (UnicodeError, LookupError):
            continue
    else:
        raise AssertionError("Latin-1 decodes anything")
    reader = _Tables(name)
    reader.feed(text)
    reader.close()
    if reader.depth > 0:
        raise refused(name, "a whole page", "one that ends within a table", "export it again, as CSV or XLSX")
    return {"table": reader.rows}


class _Tables(HTMLParser):
    """Gathers the rows of tables; a cell that spans columns stands in the first of them."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.width, self.depth = name, 0, 0
        self.rows: list[list[Any]] = []
        self.cell: list[str] | None = None
        self.span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.depth += tag == "table"
        if tag == "tr":
            self._close()
            self.rows.append([])
        elif tag in ("td", "th"):
            self._close()
            self.cell, self.span = [], _number(dict(attrs).get("colspan"), WIDEST) or 1
        elif tag in ("br", "p", "div") and self.cell is not None:
            self.cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.depth = 0 if tag == "html" else self.depth - (tag == "table")
        if tag in ("td", "th", "tr", "table", "html"):
            self._close()

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)

    def _close(self) -> None:
        if self.cell is not None:
            text = " ".join("".join(self.cell).replace("\u00a0", " ").split())
            self.rows = self.rows or [[]]
            self.rows[-1] += [text, *[""] * (self.span - 1)]
            self.width = max(self.width, len(self.rows[-1]))
            _must_fit(self.name, len(self.rows), self.width)
            self.cell = None
