"""The bytes of a file as rows of cells, before anything is understood.

CSV cells stay text. Cells of a workbook keep their kind: dates and numbers that Excel stores as such are used as they are.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

import pandas as pd

from arkit.importers import markup, plaintext, workbooks

TEXT_FILES = (".csv", ".txt", ".tsv", ".iif")
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
#: Rows in which the headings are looked for.
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
        return [*self._top[index]] if index < len(self._top) else [as_text(value) for value in self.cells.iloc[index]]

    @cached_property
    def _top(self) -> list[list[str]]:
        """The rows that are looked at again and again while the headings are looked for."""
        return [list(map(as_text, row)) for row in self.cells.head(TOP + 1).itertuples(index=False, name=None)]


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
        raise plaintext.refused(
            path.name, "a file that can be read", str(error), "check the path and who may read it"
        ) from error
    digest = hashlib.sha256(content).hexdigest()
    for reader, shown in ((workbooks, "workbook"), (markup, "a web page or XML in place of a workbook")):
        if reader.is_one(content):
            sheets = reader.read(path.name, content)
            named = {title: f"{path.name} [{title}]" if len(sheets) > 1 else path.name for title in sheets}
            return [Sheet(named[title], digest, cells, f"{shown}, sheet '{title}'", True) for title, cells in sheets.items()]
    cells, how = plaintext.read(path.name, content)
    return [Sheet(path.name, digest, cells, how, False)]


def as_text(value: object) -> str:
    """A cell as a person reads it: whole numbers without '.0', days as 2026-10-31."""
    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, float):
        return "" if value != value else str(int(value)) if value.is_integer() else repr(value)  # noqa: PLR0124 - NaN
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time().isoformat() == "00:00:00" else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)
