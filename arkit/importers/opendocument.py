"""How far the sheets of an OpenDocument workbook reach, before a reader fills memory with what they merely repeat."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.parsers import expat

from arkit.importers.extent import Extent

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
#: What a cell that holds something says, the names of these without that of their space.
_FILLED = ("value-type", "value", "date-value", "string-value", "boolean-value", "formula")


def extent(pieces: Iterable[bytes]) -> Extent:
    """What the sheets of a workbook would take, each from its first to its last filled row and column.

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
    parser.CharacterDataHandler = sheet.says
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error
    return sheet.all


@dataclass(eq=False)
class _Sheet:
    """The sheet that is read just now: how far it is filled, and what those before it take."""

    all: Extent = field(default_factory=Extent)
    rows: int = 0
    last_row: int = 0
    last_column: int = 0
    column: int = 0
    filled: int = 0
    #: How often the cell at hand is repeated, and how many characters it and its row hold so far.
    times: int = 0
    in_cell: int = 0
    in_row: int = 0
    text: int = 0
    repeated: list[int] = field(default_factory=list)

    def begins(self, name: str, said: dict[str, str]) -> None:
        if name == f"{_TABLE}table":
            self.rows = self.last_row = self.last_column = self.text = 0
        elif name == f"{_TABLE}table-row":
            self.column = self.filled = self.in_row = 0
            self.repeated.append(_number(said.get(f"{_TABLE}number-rows-repeated")))
        elif name in _CELLS:
            self.times = _number(said.get(f"{_TABLE}number-columns-repeated"))
            self.column += self.times
            words = {word.rpartition(" ")[2]: value for word, value in said.items()}
            self.in_cell = len(words.get("string-value", ""))
            if any(word in words for word in _FILLED):
                self.filled = self.column

    def says(self, text: str) -> None:
        self.in_cell += len(text) if self.times else 0

    def ends(self, name: str) -> None:
        if name in _CELLS:
            self.in_row += self.in_cell * self.times
            self.times = self.in_cell = 0
        elif name == f"{_TABLE}table-row" and self.repeated:
            times = self.repeated.pop()
            self.rows += times
            self.text += self.in_row * times
            self.last_row = self.rows if self.filled else self.last_row
            self.last_column = max(self.last_column, self.filled)
        elif name == f"{_TABLE}table":
            self.all = self.all.with_sheet(self.last_row, self.last_column, self.text)


def _number(said: str | None) -> int:
    """How often something is repeated, once where that is not said or is no number."""
    return int(said[:12]) if said and said.isdecimal() else 1
