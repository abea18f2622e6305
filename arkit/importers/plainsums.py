"""Formulas of a workbook whose values nobody saved: worked out if they are plain sums, refused if they are not."""

import io
import itertools
import math
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from arkit.errors import some
from arkit.importers.plaintext import refused

#: The most cells that a formula may add up.
MOST_SUMMED = 2_000_000
#: A plain sum: numbers, cells and SUM(...) with plus or minus between them.
_CELL = r"\$?[A-Z]{1,3}\$?\d{1,7}"
_RANGE = rf"{_CELL}(?:\s*:\s*{_CELL})?"
_TERM = re.compile(rf"\s*([-+]?)\s*(?:SUM\(\s*({_RANGE}(?:\s*,\s*{_RANGE})*)\s*\)|({_CELL})|(\d+(?:\.\d+)?))\s*")
_CORNERS = re.compile(rf"({_CELL})(?:\s*:\s*({_CELL}))?")


def with_sums(name: str, content: bytes, rows: dict[str, list[list[Any]]]) -> dict[str, list[list[Any]]]:
    """The rows of each sheet with formulas whose value nobody saved worked out.

    Raises
    ------
    ImportRefused
        If one of them is no plain sum.
    """
    import openpyxl  # noqa: PLC0415 - opens slowly, and only workbooks with such formulas need it

    try:
        with warnings.catch_warnings(action="ignore"):  # of styles and checks that are of no use here
            book = openpyxl.load_workbook(io.BytesIO(content))
    except (ValueError, KeyError, TypeError, AttributeError, OSError, zipfile.BadZipFile, SyntaxError) as error:
        raise refused(name, "a workbook whose formulas can be read", f"{error}", "save it as CSV") from error
    for sheet in book.worksheets:
        cells = rows.get(sheet.title, [])
        formulas = {
            (row, column): str(getattr(cell.value, "text", cell.value)).removeprefix("=")
            for row, line in enumerate(sheet.iter_rows())
            for column, cell in enumerate(line)
            if cell.data_type == "f" and _at(cells, row, column) in ("", None, 0)
        }
        _widen(cells, formulas)
        sums = _Sums(cells, formulas)
        worked_out = {place: sums.of(place) for place in formulas}
        left = [
            f"{_letters(column)}{row + 1} ={formulas[row, column]}"
            for (row, column), sum_ in worked_out.items()
            if sum_ is None and _at(cells, row, column) != 0
        ]
        if left:
            raise refused(
                name,
                "values saved beside the formulas, or formulas that are plain sums",
                some(left),
                "open it in Excel, let it calculate, and save it, or save it as CSV",
            )
        for (row, column), sum_ in worked_out.items():
            if sum_ is not None:
                cells[row][column] = sum_
    return rows


def _widen(cells: list[list[Any]], places: Iterable[tuple[int, int]]) -> None:
    """Make room for places beyond the last cell that holds a value."""
    bottom = max([len(cells), *(row + 1 for row, _ in places)])
    width = max([*map(len, cells[:1]), *(column + 1 for _, column in places)], default=0)
    for line in cells:
        line.extend([""] * (width - len(line)))
    cells += [[""] * width for _ in range(bottom - len(cells))]


def _at(cells: list[list[Any]], row: int, column: int) -> object:
    return cells[row][column] if row < len(cells) and column < len(cells[row]) else None


def _letters(column: int) -> str:
    """The letters of a column, the first being 0."""
    return (_letters(column // 26 - 1) if column >= 26 else "") + chr(65 + column % 26)


class _Sums:
    """The values of formulas that are plain sums of cells and of each other."""

    def __init__(self, cells: list[list[Any]], formulas: dict[tuple[int, int], str]) -> None:
        self.cells, self.formulas = cells, formulas
        self.known: dict[tuple[int, int], float | None] = {}

    def of(self, place: tuple[int, int]) -> float | None:
        """The value of a formula, None if it is no plain sum, or one that adds up itself."""
        way = {place: self._formulas_in(place)}  # from one formula to the next, without a limit to their number
        while way and place not in self.known:
            last = next(reversed(way))
            other = next((other for other in way[last] if other not in self.known), None)
            if other is None:
                del way[last]
                self.known[last] = self._sum(self.formulas[last])
            elif other in way:
                self.known[other] = None
            else:
                way[other] = self._formulas_in(other)
        return self.known[place]

    def _formulas_in(self, place: tuple[int, int]) -> Iterator[tuple[int, int]]:
        formula = self.formulas[place]
        yield from (other for term in _TERM.finditer(formula) for other in self._places(term) if other in self.formulas)

    def _sum(self, formula: str) -> float | None:
        total, at = 0.0, 0
        while at < len(formula):
            term = _TERM.match(formula, at)
            if not term or (at and not term[1]):
                return None
            values = [float(term[4])] if term[4] else [self._value(place, bool(term[2])) for place in self._places(term)]
            if len(values) > MOST_SUMMED or any(value is None for value in values):
                return None
            total += math.fsum(filter(None, values)) * (-1 if term[1] == "-" else 1)
            at = term.end()
        return round(total, 6) if at else None

    def _value(self, place: tuple[int, int], in_sum: bool) -> float | None:
        """What a cell adds: SUM passes over texts and flags, plus and minus do not, and days are no numbers to either."""
        if place in self.formulas:
            return self.known[place]
        value = _at(self.cells, *place)
        if isinstance(value, (bool, str)) and value != "":
            return 0.0 if in_sum else None
        return 0.0 if value in ("", None) else float(value) if isinstance(value, (int, float)) else None

    def _places(self, term: re.Match[str]) -> Iterator[tuple[int, int]]:
        """The cells of a term such as SUM(B6:B9,D4), each as (row, column) from 0, as far as the sheet goes."""
        width = len(self.cells[0]) if self.cells else 0
        for first, last in _CORNERS.findall(term[2] or term[3] or ""):
            (top, bottom), (left, right) = map(sorted, zip(_place(first), _place(last or first), strict=True))
            rows, columns = range(top, min(bottom + 1, len(self.cells))), range(left, min(right + 1, width))
            yield from itertools.islice(itertools.product(rows, columns), MOST_SUMMED + 1)


def _place(cell: str) -> tuple[int, int]:
    letters, row = re.sub(r"[$0-9]", "", cell), re.sub(r"[$A-Z]", "", cell)
    return int(row) - 1, _column(letters) - 1


def _column(letters: str) -> int:
    """The number of a column by its letters: A is 1, AA is 27."""
    number = 0
    for letter in letters[:9]:
        number = number * 26 + ord(letter) - 64
    return number
