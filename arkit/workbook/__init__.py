"""The workbook that collectors work from, out and back in: lists to act on, and what they filled in as notes."""

from arkit.workbook.reading import Entered, read_workbook
from arkit.workbook.writing import write_workbook

__all__ = ["Entered", "read_workbook", "write_workbook"]
