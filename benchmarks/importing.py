"""Reading large exports, beside what merely parsing the same file costs, in the same run and in turns.

A flat CSV of a million rows and 15 columns against ``read_csv(dtype=str)``; a workbook of 100,000 rows against calamine's
bare read. The ratio is what counts. Nothing here is a test.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
from python_calamine import CalamineWorkbook

import arkit as ar

ROWS, LINES, RUNS, SEED = 1_000_000, 100_000, 5, 1


def invoices(rows: int) -> pd.DataFrame:
    """A list of invoices with the day they were paid, as an accounting system writes it."""
    draw = np.random.default_rng(SEED)
    customer = draw.integers(0, 20_000, rows)
    issued = pd.Timestamp("2022-01-01") + pd.to_timedelta(draw.integers(0, 1_500, rows), unit="D")
    terms = draw.choice([14, 30, 45, 60], rows)
    paid = draw.random(rows) < 0.9
    settled = issued + pd.to_timedelta(terms + draw.integers(-5, 60, rows), unit="D")
    number = pd.Series(range(rows)).astype("str").str.zfill(7)
    return pd.DataFrame(
        {
            "Customer ID": "C" + pd.Series(customer).astype("str").str.zfill(6),
            "Customer Name": "Customer " + pd.Series(customer).astype("str") + " Ltd",
            "Invoice Number": "INV-" + number,
            "Type": "Invoice",
            "Invoice Date": issued,
            "Due Date": issued + pd.to_timedelta(terms, unit="D"),
            "Amount": np.round(np.exp(draw.normal(6, 1.2, rows)), 2),
            "Payment Date": pd.Series(settled).where(paid),
            "Currency": "EUR",
            "Terms": "Net " + pd.Series(terms).astype("str"),
            "Salesperson": draw.choice(["Ann", "Bob", "Cid", "Dee"], rows),
            "PO Number": "PO" + number,
            "Status": np.where(paid, "Paid", "Open"),
            "Region": draw.choice(["North", "South", "East", "West"], rows),
            "Comment": "",
        }
    )


def workbook(frame: pd.DataFrame, file: Path) -> None:
    """The list as a workbook with days and numbers stored as such."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Invoices")
    sheet.append(list(frame))
    for row in frame.astype("object").where(frame.notna(), None).itertuples(index=False, name=None):
        sheet.append([cell.to_pydatetime() if isinstance(cell, pd.Timestamp) else cell for cell in row])
    book.save(file)


def beside(name: str, ours: Callable[[], object], theirs: Callable[[], object], what: str) -> None:
    """Both in turns; the first turn, in which memory is claimed, is left out."""
    taken: list[tuple[float, float]] = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        theirs()
        middle = time.perf_counter()
        ours()
        taken.append((time.perf_counter() - middle, middle - start))
    mine, plain = (statistics.median(column) for column in zip(*taken[1:], strict=True))
    print(f"{name:<46}{mine:8.2f} s {plain:8.2f} s {mine / plain:7.2f} x   {what}")


def main() -> None:
    """Both comparisons, a line each."""
    ar.load(Path(__file__).parents[1] / "data" / "sample")  # rooms are open before the clock runs
    print(f"{'':<46}{'arkit':>10} {'plain':>10} {'ratio':>9}")
    with tempfile.TemporaryDirectory() as folder:
        text, book = Path(folder) / "invoices.csv", Path(folder) / "invoices.xlsx"
        invoices(ROWS).to_csv(text, index=False, date_format="%d/%m/%Y")
        workbook(invoices(LINES), book)
        beside(
            f"ar.load, CSV of {ROWS:,} rows", lambda: ar.load(text), lambda: pd.read_csv(text, dtype=str), "read_csv(dtype=str)"
        )
        beside(
            f"ar.load, workbook of {LINES:,} rows",
            lambda: ar.load(book),
            lambda: CalamineWorkbook.from_path(book).get_sheet_by_index(0).to_python(),
            "calamine alone",
        )
        beside(
            "ar.load and .at(day), the same CSV",
            lambda: ar.load(text).at("2026-01-31"),
            lambda: pd.read_csv(text, dtype=str),
            "read_csv(dtype=str)",
        )


if __name__ == "__main__":
    main()
