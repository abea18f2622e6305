"""Timings of deciding about a large book, beside the same rules by hand in numpy, printed as ratios.

A million invoices of 20,000 customers: blocks, facts, every rule of the ladder, reasons, and the order of the list.
Nothing here is a test.
"""

import operator
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from arkit.actions import decide, recommend, try_rules
from arkit.blocks import blocked
from arkit.facts import facts
from arkit.history import profile
from arkit.ladder import FLAG_FACTS, comparisons
from arkit.policy import DEFAULT
from arkit.sample import sample_ledger
from arkit.scores import score

CUSTOMERS, MONTHS, DAY = 20_000, 46, "2026-10-31"
SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq}


def by_hand(found: pd.DataFrame) -> np.ndarray:
    """The place of the first rule that holds, as one would write it by hand: a mask for each rule, and `numpy.select`."""
    masks = []
    for rule in DEFAULT.ladder:
        mask = pd.Series(True, index=found.index)
        for fact, condition in rule.when.items():
            if fact in FLAG_FACTS:
                mask &= found[fact].eq(condition == "yes")
            else:
                for sign, bound in comparisons(condition, DEFAULT.value):
                    mask &= SIGNS[sign](found[fact], bound)
        masks.append(mask.to_numpy(bool))
    return np.select(masks, np.arange(len(masks)), len(masks))


def timed(name: str, work: Callable[[], Any], beside: float = 0.0) -> tuple[Any, float]:
    """What some work brings, and its seconds, printed."""
    start = time.perf_counter()
    brought = work()
    took = time.perf_counter() - start
    print(f"{name:<60}{took:8.2f} s" + (f"   {took / beside:5.1f} x" if beside else ""), flush=True)
    return brought, took


def main(customers: int = CUSTOMERS) -> None:
    """All timings, one line each."""
    ledger = sample_ledger(customers, MONTHS)
    documents, _ = timed("ledger.at", lambda: ledger.at(DAY))
    print(f"{len(documents):,} documents of {documents['customer_id'].nunique():,} customers, {len(ledger.notes):,} notes")
    profiles, _ = timed("profile", lambda: profile(documents, notes=ledger.notes))
    scores, _ = timed("score", lambda: score(profiles))
    more = {"profiles": profiles, "customers": ledger.customers}
    blocks, _ = timed("blocked", lambda: blocked(documents, ledger.notes, **more))
    found, _ = timed("facts", lambda: facts(documents, blocks, scores, ledger.notes, **more))
    _, plain = timed(f"{len(DEFAULT.ladder)} rules by hand, numpy.select: the action alone", lambda: by_hand(found))
    timed("try_rules: which rules hold, and how far off the others are", lambda: try_rules(found), plain)
    timed("decide: with reasons, runner-up and what would change it", lambda: decide(found), plain)
    timed("recommend, everything", lambda: recommend(documents, scores, ledger.notes, **more))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
