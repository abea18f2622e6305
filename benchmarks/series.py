"""Aging on 24 month-ends of a million postings: one pass, beside 24 calls of ``at`` and beside DuckDB doing the same in SQL.

All three start from data in memory, arranged once (arkit by document, DuckDB as a table), and their results are compared to
the cent before the clock runs. DuckDB is no dependency: ``pip install duckdb`` to have its line. Nothing here is a test.
"""

import statistics
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd

import arkit as ar

DOCUMENTS, MONTHS, RUNS, SEED = 450_000, 24, 5, 1
DAY = "2026-10-31"
SQL = """
with documents as (
    select customer_id, document_id, min(due_date) as due_date from entries group by all
), open as (
    select m.as_of, e.customer_id, e.document_id, sum(e.cents) as cents
    from entries e join months m on e.date <= m.as_of
    group by all having sum(e.cents) <> 0
)
select as_of,
    sum(case when cents < 0 then cents else 0 end) as credit,
    sum(case when cents > 0 and late <= 0 then cents else 0 end) as current,
    sum(case when cents > 0 and late between 1 and 30 then cents else 0 end) as "1-30",
    sum(case when cents > 0 and late between 31 and 60 then cents else 0 end) as "31-60",
    sum(case when cents > 0 and late between 61 and 90 then cents else 0 end) as "61-90",
    sum(case when cents > 0 and late between 91 and 120 then cents else 0 end) as "91-120",
    sum(case when cents > 0 and late > 120 then cents else 0 end) as "over 120",
    sum(cents) as total
from (
    select o.as_of, o.cents, date_diff('day', d.due_date, o.as_of) as late
    from open o join documents d using (customer_id, document_id)
)
group by as_of order by as_of
"""


def postings(documents: int) -> pd.DataFrame:
    """Invoices of 34 months, nearly all paid, a quarter of them in two parts, in no order."""
    draw = np.random.default_rng(SEED)
    issued = pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 1_034, documents), unit="D"))
    cents = np.round(np.exp(draw.normal(10.5, 1, documents))).astype("int64")
    paid, parted = draw.random(documents) < 0.97, draw.random(documents) < 0.25
    days = draw.integers(5, 90, documents)
    first = np.where(parted, cents // 2, cents)
    invoice = pd.DataFrame(
        {
            "customer_id": "C" + pd.Series(draw.integers(0, 20_000, documents)).astype("str").str.zfill(6),
            "document_id": "INV-" + pd.Series(range(documents)).astype("str").str.zfill(7),
            "kind": "invoice",
            "date": issued,
            "due_date": issued + pd.Timedelta(days=30),
            "cents": cents,
        }
    )
    blank = pd.Series(pd.NaT, index=invoice.index)
    payment = invoice.assign(kind="payment", date=issued + pd.to_timedelta(days, unit="D"), due_date=blank, cents=-first)[paid]
    rest = invoice.assign(
        kind="payment", date=issued + pd.to_timedelta(days + 20, unit="D"), due_date=blank, cents=first - cents
    )[paid & parted]
    entries = pd.concat([invoice, payment, rest], ignore_index=True).sample(frac=1, random_state=SEED, ignore_index=True)
    return entries.assign(amount=entries["cents"] / 100, currency="EUR")


def in_duckdb(entries: pd.DataFrame, days: list[pd.Timestamp]) -> Callable[[], pd.DataFrame] | None:
    """The same aging in SQL, or None where DuckDB is not installed."""
    if find_spec("duckdb") is None:
        return None
    base: Any = import_module("duckdb").connect()
    base.register("frame", entries[["customer_id", "document_id", "date", "due_date", "cents"]])
    base.execute("create table entries as select * replace (date::date as date, due_date::date as due_date) from frame")
    base.register("ends", pd.DataFrame({"as_of": days}))
    base.execute("create table months as select as_of::date as as_of from ends")
    return lambda: base.execute(SQL).df()


def main() -> None:
    """Three lines: one pass, 24 calls, SQL."""
    entries = postings(DOCUMENTS)
    ledger = ar.Ledger(entries.drop(columns="cents"))
    days = ledger.month_ends(DAY, MONTHS)
    ways: dict[str, Callable[[], pd.DataFrame] | None] = {
        "one pass: age(ledger.open_items(days))": lambda: ar.age(ledger.open_items(days), by="currency"),
        f"{MONTHS} calls: age(ledger.at(day)) for each": lambda: pd.concat(
            [ar.age(ledger.at(day), by="currency") for day in days]
        ),
        "DuckDB, in SQL": in_duckdb(entries, days),
    }
    print(f"{len(entries):,} postings, {MONTHS} month-ends, median of {RUNS}")
    known = {name: way for name, way in ways.items() if way}
    found = {name: way() for name, way in known.items()}
    exact = {
        name: np.rint(table.iloc[:, -8:].to_numpy("float64") * (1 if "SQL" in name else 100)) for name, table in found.items()
    }
    first, *others = exact.values()
    if not all(np.array_equal(first, other) for other in others):
        raise SystemExit("the ways do not agree")
    taken: dict[str, list[float]] = {name: [] for name in known}
    for _ in range(RUNS):
        for name, way in known.items():
            start = time.perf_counter()
            way()
            taken[name].append(time.perf_counter() - start)
    base, *_ = (statistics.median(times) for times in taken.values())
    for name, times in taken.items():
        print(f"{name:<44}{statistics.median(times):8.2f} s {statistics.median(times) / base:7.1f} x")
    if len(known) < len(ways):
        print("DuckDB is not installed: pip install duckdb")


if __name__ == "__main__":
    main()
