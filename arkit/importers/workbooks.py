"""Workbooks as rows of cells: what Excel stored, kept as it is, and what would harm kept out."""

import io
import zipfile
from typing import Any

import numpy as np
import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from arkit.importers.bounds import look_into, look_through, protected
from arkit.importers.plainsums import with_sums
from arkit.importers.plaintext import refused

PACKED, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


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
    formulas = look_through(name, content) if content.startswith(PACKED) else look_into(name, content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = {title: book.get_sheet_by_name(title).to_python(skip_empty_area=False) for title in book.sheet_names}
    except PasswordError as error:
        raise protected(name) from error
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        if content.startswith(OLD) and "EncryptedPackage".encode("utf-16-le") in content:
            raise protected(name) from error
        raise refused(name, "a workbook", f"{error}", "open it in Excel and save it as .xlsx or CSV") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the reader's own word for a workbook it never thought of
            raise
        raise refused(name, "a workbook", "one that is damaged", "open it in Excel and save it as .xlsx or CSV") from error
    if formulas:
        rows = with_sums(name, content, rows)
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
