"""Timings of the workbook beside plain writes of the same cells, in turns, printed as ratios.

Some 20,000 rows on the lists and 64,000 open items, with drop-downs, links, styles and totals; and the lists read back, empty
and with a tenth of their rows filled in. Nothing here is a test.
"""

import io
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import openpyxl
import xlsxwriter
from python_calamine import CalamineWorkbook

from arkit.actions import recommend
from arkit.aging import age
from arkit.blocks import blocked
from arkit.history import profile
from arkit.sample import sample_ledger
from arkit.scores import score
from arkit.workbook import read_workbook, write_workbook

CUSTOMERS, MONTHS, DAY, TURNS = 20_000, 8, "2026-10-31", 3
Cells = dict[str, list[list[Any]]]


def cells_of(path: Path) -> Cells:
    """Every cell of a workbook, by sheet and row."""
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def without_blanks(cells: Cells) -> Cells:
    """The cells, None where nothing stands, which no writer writes."""
    return {name: [[None if value == "" else value for value in row] for row in rows] for name, rows in cells.items()}


def by_openpyxl(cells: Cells) -> None:
    """The same values, without any style: what openpyxl takes at the least."""
    book = openpyxl.Workbook()
    for name, rows in cells.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(io.BytesIO())


def by_xlsxwriter(cells: Cells) -> None:
    """The same values, without any style: what XlsxWriter takes at the least."""
    book = xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    for name, rows in cells.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()


def filled_in(path: Path, target: Path) -> None:
    """A copy of the lists in which every tenth row has an outcome and its day."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        headings = {str(cell.value): number for number, cell in enumerate(sheet[1], 1)}
        if {"Outcome", "Done on", "Comment"} <= {*headings}:
            for row in range(2, sheet.max_row, 10):
                for heading, entry in (("Outcome", "other"), ("Done on", "2026-11-03"), ("Comment", "asked twice")):
                    sheet.cell(row, headings[heading], entry)
    book.save(target)


def in_turns(turns: int, ways: dict[str, Callable[[], Any]]) -> None:
    """Each way in turns; the medians of seconds that passed and of those of the processor, beside the first way's."""
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(turns):
        for name, work in ways.items():
            start = time.perf_counter(), time.process_time()
            work()
            took[name].append((time.perf_counter() - start[0], time.process_time() - start[1]))
    least = median(processor for _, processor in took[next(iter(ways))])
    for name, times in took.items():
        passed, processor = (median(column) for column in zip(*times, strict=True))
        print(f"{name:<60}{passed:8.2f} s{processor:8.2f} s of processor{processor / least:8.2f} x", flush=True)


def tables_of(customers: int, months: int) -> dict[str, Any]:
    """The tables of a month of a made-up company."""
    ledger = sample_ledger(customers, months)
    documents = ledger.at(DAY)
    profiles = profile(documents, notes=ledger.notes)
    scores = score(profiles)
    more: dict[str, Any] = {"profiles": profiles, "customers": ledger.customers}
    tables: dict[str, Any] = {"documents": documents, "scores": scores}
    tables["actions"] = recommend(documents, scores, ledger.notes, **more)
    tables |= {"aged": age(documents), "customers": ledger.customers, "notes": ledger.notes}
    return tables | {"blocks": blocked(documents, ledger.notes, **more)}


def main(customers: int = CUSTOMERS, months: int = MONTHS, turns: int = TURNS) -> None:
    """All timings, one line each."""
    tables = tables_of(customers, months)
    print(f"{len(tables['actions']):,} rows on the lists, {tables['documents']['open_amount'].ne(0).sum():,} open items")
    with tempfile.TemporaryDirectory() as folder:
        path, again, filled = (Path(folder) / name for name in ("actions.xlsx", "again.xlsx", "filled.xlsx"))
        # first written once to know its cells
        write_workbook(path, **tables)
        print(f"most memory until here: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
        cells = without_blanks(cells_of(path))
        ways: dict[str, Callable[[], Any]] = {
            "the same cells by openpyxl, plain": lambda: by_openpyxl(cells),
            "the same cells by XlsxWriter, plain": lambda: by_xlsxwriter(cells),
            "write_workbook, all of it": lambda: (again.unlink(missing_ok=True), write_workbook(again, **tables)),
        }
        in_turns(turns, ways)
        filled_in(path, filled)
        for name, lists in (("nothing filled in", path), ("every tenth row filled in", filled)):
            read: dict[str, Callable[[], Any]] = {
                f"all cells by calamine, {name}": lambda lists=lists: cells_of(lists),
                f"read_workbook, {name}": lambda lists=lists: read_workbook(lists),
            }
            in_turns(turns, read)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
