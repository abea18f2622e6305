"""How much the sheets of a workbook hold and how far they reach, before a reader fills memory with them."""

from typing import NamedTuple


class Extent(NamedTuple):
    """What a workbook would take: of all its sheets together, and of the one that spans most cells."""

    #: Rows and columns, up to the last filled one, of the sheet that spans most cells.
    rows: int = 0
    columns: int = 0
    #: Cells that all sheets span, blank ones too.
    cells: int = 0
    #: Characters in all cells, counted as often as they are shown.
    text: int = 0

    def with_sheet(self, rows: int, columns: int, text: int) -> "Extent":
        """The extent with one more sheet."""
        widest = (rows, columns) if rows * columns > self.rows * self.columns else (self.rows, self.columns)
        return Extent(*widest, self.cells + rows * columns, self.text + text)
