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
#: The most cells a row may hold, and rows a sheet; an index beyond it is a mistake.
WIDEST = 16_384
LONGEST = 1_048_576


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
    tables = _spreadsheet(name, content) if _XML.match(content[:4000].removeprefix(b"\xef\xbb\xbf")) else _page(content)
    frames = {title: pd.DataFrame(_even(rows), dtype="object").replace({"": None}) for title, rows in tables.items() if rows}
    filled = {title: frame for title, frame in frames.items() if frame.notna().any(axis=None)}
    if not filled:
        raise refused(name, "rows of data", "a page without a table", "export it as CSV or XLSX")
    return filled


def _even(rows: list[list[Any]]) -> list[list[Any]]:
    """Rows of one length, blanks behind the shorter ones."""
    width = max(map(len, rows))
    return [row + [None] * (width - len(row)) for row in rows]


def _spreadsheet(name: str, content: bytes) -> dict[str, list[list[Any]]]:
    """The tables of an XML Spreadsheet of 2003."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise refused(name, "a plain XML spreadsheet", "one that defines entities", "export it as CSV or XLSX")
    try:
        root = ET.fromstring(content)
    except ET.ParseError as error:
        raise refused(name, "a whole XML spreadsheet", str(error), "export it again, as CSV or XLSX") from error
    return {
        sheet.get(f"{_SPREADSHEET}Name", f"table {number}"): _xml_rows(sheet)
        for number, sheet in enumerate(root.iter(f"{_SPREADSHEET}Worksheet"), 1)
    }


def _xml_rows(sheet: ET.Element) -> list[list[Any]]:
    """The rows of a sheet; where one says its number, blank rows stand in for those left out before it."""
    rows: list[list[Any]] = []
    for row in sheet.iter(f"{_SPREADSHEET}Row"):
        at = row.get(f"{_SPREADSHEET}Index", "")
        if at.isdigit() and len(rows) < int(at) - 1 < LONGEST:
            rows += [[] for _ in range(int(at) - 1 - len(rows))]
        rows.append(_xml_row(row))
    return rows


def _xml_row(row: ET.Element) -> list[Any]:
    cells: list[Any] = []
    for cell in row.iter(f"{_SPREADSHEET}Cell"):
        at = cell.get(f"{_SPREADSHEET}Index", "")
        if at.isdigit() and len(cells) < int(at) - 1 < WIDEST:
            cells += [None] * (int(at) - 1 - len(cells))
        data = cell.find(f"{_SPREADSHEET}Data")
        cells.append(None if data is None else _stored("".join(data.itertext()), data.get(f"{_SPREADSHEET}Type", "")))
    return cells


def _stored(text: str, kind: str) -> object:
    """A cell as its kind says: a number, a day, or text."""
    try:
        if kind == "Number":
            return float(text)
        if kind == "DateTime":
            return pd.Timestamp(text).to_pydatetime()
    except ValueError:
        pass
    return text.strip()


def _page(content: bytes) -> dict[str, list[list[Any]]]:
    """The rows of all tables of a web page, one under the other, for reports print their titles in tables of their own."""
    said = re.search(rb"charset=[\"']?([\w-]+)", content[:4000])
    encodings = [said[1].decode("ascii")] if said else []
    for encoding in [*encodings, "utf-8", "cp1252", "latin-1"]:
        try:
            text = content.decode(encoding)
            break
        except (UnicodeDecodeError, LookupError):
            continue
    else:
        raise AssertionError("Latin-1 decodes anything")
    reader = _Tables()
    reader.feed(text)
    return {"table": reader.rows}


class _Tables(HTMLParser):
    """Gathers the rows of tables; a cell that spans columns stands in the first of them."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[Any]] = []
        self.cell: list[str] | None = None
        self.span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._close()
            self.rows.append([])
        elif tag in ("td", "th"):
            self._close()
            span = dict(attrs).get("colspan") or "1"
            self.cell, self.span = [], min(int(span), WIDEST) if span.isdigit() else 1
        elif tag == "br" and self.cell is not None:
            self.cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._close()

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)

    def _close(self) -> None:
        if self.cell is not None:
            text = " ".join("".join(self.cell).replace("\u00a0", " ").split())
            self.rows = self.rows or [[]]
            self.rows[-1] += [text, *[None] * (self.span - 1)]
            self.cell = None
