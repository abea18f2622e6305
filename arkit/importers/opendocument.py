"""How far the sheets of an OpenDocument workbook reach, before a reader fills memory with what they merely repeat."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.parsers import expat

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
#: What a cell that holds something says, the names of these without that of their space.
_FILLED = ("value-type", "value", "date-value", "string-value", "boolean-value", "formula")


def span(pieces: Iterable[bytes]) -> tuple[int, int]:
    """Rows and columns, from the first to the last filled one, of the sheet that spans most cells.

    A cell or row that is repeated counts as often; what is blank behind the last filled one does not count.

    Parameters
    ----------
    pieces
        The file ``content.xml`` of the workbook, cut anywhere.

    Raises
    ------
    ValueError
        If it is no XML.
    """
    sheet = _Sheet()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = sheet.begins
    parser.EndElementHandler = sheet.ends
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error
    return sheet.most


@dataclass(eq=False)
class _Sheet:
    """The sheet that is read just now: how far it is filled, and the largest so far."""

    most: tuple[int, int] = (0, 0)
    rows: int = 0
    last_row: int = 0
    last_column: int = 0
    column: int = 0
    filled: int = 0
    repeated: list[int] = field(default_factory=list)

    def begins(self, name: str, said: dict[str, str]) -> None:
        if name == f"{_TABLE}table":
            self.rows = self.last_row = self.last_column = 0
        elif name == f"{_TABLE}table-row":
            self.column = self.filled = 0
            self.repeated.append(_number(said.get(f"{_TABLE}number-rows-repeated")))
        elif name in _CELLS:
            self.column += _number(said.get(f"{_TABLE}number-columns-repeated"))
            if any(word.rpartition(" ")[2] in _FILLED for word in said):
                self.filled = self.column

    def ends(self, name: str) -> None:
        if name == f"{_TABLE}table-row" and self.repeated:
            self.rows += self.repeated.pop()
            self.last_row = self.rows if self.filled else self.last_row
            self.last_column = max(self.last_column, self.filled)
        elif name == f"{_TABLE}table":
            here = (self.last_row, self.last_column)
            self.most = max(self.most, here, key=lambda far: far[0] * far[1])


def _number(said: str | None) -> int:
    """How often something is repeated, once where that is not said or is no number."""
    return int(said[:12]) if said and said.isdecimal() else 1
