"""The book with a million postings, beside plain pandas writing and reading the same table as Parquet, printed as ratios.

A first import, the same export a month later with some new and some corrected, and reading everything back. Nothing here is
a test.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from arkit.book import Book
from arkit.ledger import Ledger

POSTINGS, SEED = 1_000_000, 1


def export(postings: int) -> Ledger:
    """So many postings, a list of invoices and one of payments, as two files would bring them."""
    draw = np.random.default_rng(SEED)
    n = postings * 3 // 5
    day = pd.Timestamp("2024-01-01").as_unit("s") + pd.to_timedelta(np.sort(draw.integers(0, 900, n)), unit="D")
    number = "INV-" + pd.Series(range(n)).astype("str").str.zfill(7)
    row = pd.Series(range(2, n + 2)).astype("str")
    bills = pd.DataFrame(
        {
            "customer_id": "C" + pd.Series(draw.integers(0, 20_000, n)).astype("str").str.zfill(5),
            "document_id": number, "kind": "invoice", "date": day, "due_date": day + pd.Timedelta(days=30),
            "amount": np.rint(np.exp(draw.normal(6, 1.2, n)) * 100) / 100, "currency": "EUR", "source": "invoices.csv:" + row,
        }
    )  # fmt: skip
    paid = bills.head(postings - n).copy()
    paid = paid.assign(
        kind="payment", date=paid["date"] + pd.Timedelta(days=40), due_date=np.datetime64("NaT"), amount=-paid["amount"]
    )
    paid["source"] = "payments.csv:" + row.head(len(paid))
    return Ledger(pd.concat([bills, paid], ignore_index=True))


def timed(name: str, work: Callable[[], Any], beside: float = 0.0) -> tuple[Any, float]:
    """What some work brings, and its seconds of processor, printed beside those that passed."""
    start, used = time.perf_counter(), time.process_time()
    brought = work()
    passed, took = time.perf_counter() - start, time.process_time() - used
    print(f"{name:<58}{passed:8.2f} s {took:8.2f} s" + (f"  {took / beside:5.1f} x" if beside else ""), flush=True)
    return brought, took


def main(postings: int = POSTINGS) -> None:
    """All timings, one line each."""
    ledger = export(postings)
    print(f"{postings:,} postings{'':<40}{'passed':>18}{'processor':>11}")
    with tempfile.TemporaryDirectory() as folder:
        plain, book = Path(folder) / "plain.parquet", Book.open(Path(folder) / "book")
        _, written = timed("to_parquet", lambda: ledger.entries.to_parquet(plain, compression="zstd"))
        _, read = timed("read_parquet", lambda: pd.read_parquet(plain))
        timed("book.add, everything is new", lambda: book.add(ledger), written)
        last = ledger.entries["date"].max() - pd.Timedelta(days=30)
        grown = ledger.entries.assign(amount=ledger.entries["amount"].mask(ledger.entries.index == 5, 1.0))
        grown = pd.concat([grown, grown[grown["date"].gt(last)].assign(document_id=lambda rows: rows["document_id"] + "-2")])
        later = Ledger(grown.reset_index(drop=True))
        added, _ = timed("book.add, the same a month later", lambda: book.add(later), written)
        print(f"  {added.files['new'].sum():,} new, {added.files['known'].sum():,} known, {len(added.changes):,} corrected")
        known, _ = timed("book.ledger", book.ledger, read)
        timed("book.check", book.check, read)
        size = sum(path.stat().st_size for path in book.folder.iterdir())
        print(f"  {len(known.entries):,} postings stand; {size / 1e6:.0f} MB beside {plain.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
