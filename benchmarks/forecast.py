"""Timings of the forecast on a million invoices: features over 24 past days, and training on a sample of what was open.

Beside the features stands what one would write by hand in pandas for six of them, on the same days. Nothing here is a test.
"""

import resource
import sys
import time

import numpy as np
import pandas as pd

from arkit.forecast import PaymentForecast, features
from arkit.ledger import Ledger

DAYS = 1_000
#: Days a model is kept before it is asked.
KEPT = 90


def ledger_of(invoices: int) -> Ledger:
    """So many invoices of fifty a customer over a thousand days, each paid late by its customer's habit, some never."""
    rng = np.random.default_rng(1)
    who = rng.integers(0, max(invoices // 50, 1), invoices)
    issued = rng.integers(0, DAYS, invoices)
    late = np.rint(rng.normal(10, 12, invoices // 50 + 1)[who] + rng.normal(0, 6, invoices)).astype("int64")
    paid = np.maximum(issued + 30 + late, issued + 1)
    keep = (paid < DAYS) & (rng.random(invoices) > 0.05)
    day = pd.Timestamp("2024-01-01").to_datetime64().astype("datetime64[D]")
    names = pd.DataFrame({"customer_id": pd.Series(who).astype("str"), "document_id": pd.RangeIndex(invoices).astype("str")})
    amount = np.rint(np.exp(rng.normal(6, 1, invoices)) * 100) / 100
    bills = names.assign(kind="invoice", date=day + issued, due_date=day + issued + 30, amount=amount, currency="EUR")
    money = names.assign(kind="payment", date=day + paid, due_date=np.datetime64("NaT", "D"), amount=-amount, currency="EUR")[
        keep
    ]
    return Ledger(pd.concat([bills, money], ignore_index=True))


def by_hand(entries: pd.DataFrame, days: list[pd.Timestamp]) -> pd.DataFrame:
    """Six features as one would write them in pandas: a merge, and a filter and two groupbys for each day."""
    bills = entries[entries["kind"].eq("invoice")].set_index("document_id")
    paid_on = entries[entries["kind"].eq("payment")].set_index("document_id")["date"].reindex(bills.index)
    bills = bills.assign(paid_on=paid_on, late=(paid_on - bills["due_date"]).dt.days)
    found = []
    for day in days:
        known = bills[bills["date"].le(day)]
        settled = known[known["paid_on"].le(day)].groupby("customer_id")["late"].agg(["size", "mean", "std"])
        waits = known[~known["paid_on"].le(day)]
        owed = waits.groupby("customer_id")["amount"].agg(["size", "sum"]).add_prefix("open_")
        found.append(
            waits[["customer_id", "due_date"]].join(settled, on="customer_id").join(owed, on="customer_id").assign(as_of=day)
        )
    return pd.concat(found)


def clock() -> tuple[float, float]:
    """The time of the day and of the processor; on a machine with neighbours the first says little."""
    return time.perf_counter(), time.process_time()


def seconds(name: str, start: tuple[float, float]) -> None:
    """One line: what was done, how long it took, of that the processor, and the most memory so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_048_576
    took, worked = (now - then for now, then in zip(clock(), start, strict=True))
    print(f"{name:<70}{took:8.1f} s, processor {worked:6.1f} s   peak {peak:5.2f} GB", flush=True)


def main() -> None:
    """All timings, one line each."""
    invoices = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    start = clock()
    ledger = ledger_of(invoices)
    seconds(f"a ledger of {invoices:,} invoices and {len(ledger.entries):,} postings", start)
    last = ledger.entries["date"].max()
    days = ledger.month_ends(last, 24)
    start = clock()
    table = by_hand(ledger.entries, days)
    seconds(f"six features by hand, {len(table):,} rows", start)
    del table
    start = clock()
    table = features(ledger, days)
    seconds(f"features, {table.shape[1] - 6} facts over {len(days)} days, {len(table):,} rows", start)
    del table
    start = clock()
    model = PaymentForecast().fit(ledger, last - pd.Timedelta(days=KEPT))
    seconds(f"fit: {model.card_['method']}, a sample of {model.card_['sampled']:.1%}", start)
    start = clock()
    model.follow(ledger, last)
    seconds(f"follow for {KEPT} days", start)
    start = clock()
    forecasts = model.predict(ledger.at(last))
    seconds(f"predict, {len(forecasts):,} open documents", start)


if __name__ == "__main__":
    main()
