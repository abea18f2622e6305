"""Timings of the workbook beside a plain openpyxl write of the same cells, printed as ratios.

20,000 rows on the lists and 100,000 open items, with drop-downs, links, styles and totals; and the lists read back.
Nothing here is a test.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
from python_calamine import CalamineWorkbook

from arkit.actions import recommend
from arkit.aging import age
from arkit.blocks import blocked
from arkit.history import profile
from arkit.sample import sample_ledger
from arkit.scores import score
from arkit.workbook import read_workbook, write_workbook

CUSTOMERS, MONTHS, DAY = 20_000, 6, "2026-10-31"


def plain(source: Path, target: Path) -> None:
    """The same values as `source` holds, cell by cell, without any style: what openpyxl takes at the least."""
    book = CalamineWorkbook.from_path(source)
    copy = openpyxl.Workbook()
    for name in book.sheet_names:
        sheet = copy.create_sheet(name)
        for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False):
            sheet.append([None if value == "" else value for value in row])
    copy.save(target)


def timed(name: str, work: Callable[[], Any], beside: float = 0.0) -> tuple[Any, float]:
    """What some work brings, and its seconds, printed."""
    start = time.perf_counter()
    brought = work()
    took = time.perf_counter() - start
    print(f"{name:<60}{took:8.2f} s" + (f"   {took / beside:5.2f} x" if beside else ""), flush=True)
    return brought, took


def main(customers: int = CUSTOMERS) -> None:
    """All timings, one line each."""
    ledger = sample_ledger(customers, MONTHS)
    documents = ledger.at(DAY)
    profiles = profile(documents, notes=ledger.notes)
    scores = score(profiles)
    more: dict[str, Any] = {"profiles": profiles, "customers": ledger.customers}
    tables: dict[str, Any] = {"documents": documents, "scores": scores}
    tables["actions"] = recommend(documents, scores, ledger.notes, **more)
    tables |= {"aged": age(documents), "customers": ledger.customers, "notes": ledger.notes}
    tables["blocks"] = blocked(documents, ledger.notes, **more)
    is_open = documents["open_amount"].ne(0)
    print(f"{len(tables['actions']):,} rows on the lists, {is_open.sum():,} open items")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "actions.xlsx"
        # first written once to know its cells, then both ways
        write_workbook(path, **tables)
        _, least = timed("the same cells by openpyxl, plain", lambda: plain(path, Path(folder) / "plain.xlsx"))
        path.unlink()
        timed("write_workbook, all of it", lambda: write_workbook(path, **tables), least)
        _, raw = timed("all cells by calamine", lambda: _cells(path))
        timed("read_workbook", lambda: read_workbook(path), raw)


def _cells(path: Path) -> list:
    book = CalamineWorkbook.from_path(path)
    return [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
