"""Buckets of days past due: their names, and which of them a number of days falls into."""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def names_by_days(edges: Sequence[int]) -> list[str]:
    """The names of the buckets that these edges make, youngest first.

    Examples
    --------
    >>> names_by_days([30, 60])
    ['current', '1-30', '31-60', 'over 60']
    """
    spans = [f"{low + 1}-{high}" for low, high in zip([0, *edges[:-1]], edges, strict=True)]
    return ["current", *spans, f"over {edges[-1]}"]


def bucket_of(days: pd.Series, edges: Sequence[int]) -> np.ndarray:
    """For each number of days past due the place of its bucket in `names_by_days`; the due day itself is current.

    Examples
    --------
    >>> bucket_of(pd.Series([-3, 0, 1, 30, 31, 400]), [30, 60]).tolist()
    [0, 0, 1, 1, 2, 3]
    """
    return np.searchsorted([0, *edges], days, side="left")
