"""Timings of the month, each beside the plain-library way in the same run, printed as ratios.

Machines differ and are noisy: the ratios are what to compare, and each is the median of several runs. Nothing here is a test.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

import arkit as ar

RUNS = 3
SAMPLE = Path(__file__).parents[1] / "data" / "sample"


def seconds(work: Callable[[], object], runs: int = RUNS) -> float:
    """Median wall time of some runs."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def python(code: str) -> Callable[[], object]:
    """A fresh interpreter that runs a line."""
    return lambda: subprocess.run([sys.executable, "-c", code], check=True)


def plain_aging(documents: pd.DataFrame) -> pd.DataFrame:
    """Aging as one would write it by hand in pandas: float sums, no credit column."""
    days = (documents["as_of"] - documents["due_date"]).dt.days
    bucket = pd.cut(days, [-10_000, 0, 30, 60, 90, 120, 10_000])
    return documents.assign(bucket=bucket).pivot_table(
        index=["customer_id", "currency"], columns="bucket", values="open_amount", aggfunc="sum", observed=False
    )


def plain_balances(entries: pd.DataFrame, day: str) -> pd.DataFrame:
    """Open amount per document as one would write it by hand: a filter and a float sum."""
    known = entries[entries["date"] <= pd.Timestamp(day)]
    return known.groupby(["customer_id", "currency", "document_id"])[["amount"]].sum()


def report(name: str, ours: float, theirs: float | None = None, beside: str = "") -> None:
    """One line: ours, theirs and the ratio."""
    ratio = f"   {theirs:8.2f} s   {ours / theirs:5.1f} x   {beside}" if theirs else ""
    print(f"{name:<52}{ours:8.2f} s{ratio}")


def main() -> None:
    """All timings, one line each."""
    print(f"{'':<52}{'arkit':>10}   {'plain':>10}   {'ratio':>7}")
    report("import arkit", seconds(python("import arkit")), seconds(python("import pandas")), "import pandas")
    report(
        "import arkit, first step taken",
        seconds(python("import arkit; arkit.age")),
        seconds(python("import pandas")),
        "import pandas",
    )
    with tempfile.TemporaryDirectory() as folder:
        month = [sys.executable, "-m", "arkit.cli", "month", str(SAMPLE), "--as-of", "2026-10-31", "--replace", "--out"]
        out = str(Path(folder) / "out")
        report(
            "arkit month on data/sample", seconds(lambda: subprocess.run([*month, out], check=True, stdout=subprocess.DEVNULL))
        )
        report(
            "ar.load on data/sample",
            seconds(lambda: ar.load(SAMPLE)),
            seconds(lambda: [pd.read_csv(f, dtype=str) for f in SAMPLE.glob("*.csv")]),
            "read_csv to text",
        )
    ledger = ar.sample_ledger(customers=2_000, months=24)
    size = f"{len(ledger.entries):,} postings"
    report(
        f"ledger.at, {size}",
        seconds(lambda: ledger.at("2026-06-30")),
        seconds(lambda: plain_balances(ledger.entries, "2026-06-30")),
        "groupby sum",
    )
    days = ledger.month_ends("2026-10-31", 24)
    report(
        f"measure, {len(days)} month-ends",
        seconds(lambda: ar.measure(ledger, days)),
        seconds(lambda: [ledger.at(day) for day in days]),
        "ledger.at for each day, nothing measured",
    )
    documents = ledger.at("2026-06-30")
    report(
        f"age, {len(documents):,} documents",
        seconds(lambda: ar.age(documents)),
        seconds(lambda: plain_aging(documents)),
        "cut and pivot_table",
    )
    profiles = ar.profile(documents, notes=ledger.notes)
    scores = ar.score(profiles)
    report(f"profile, {len(profiles):,} customers", seconds(lambda: ar.profile(documents, notes=ledger.notes)))
    report("score", seconds(lambda: ar.score(profiles)))
    report(
        "recommend",
        seconds(lambda: ar.recommend(documents, scores, ledger.notes, profiles=profiles, customers=ledger.customers)),
    )


if __name__ == "__main__":
    main()
