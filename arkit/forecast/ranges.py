"""How wide ranges must be: where on its curve each outcome of a block of time fell, and so which quantiles to say."""

import numpy as np
import pandas as pd

from arkit.forecast.known import Known
from arkit.forecast.lives import NEVER
from arkit.forecast.steps import chance, days_to_money

#: The quantiles behind the earliest, the expected and the latest date, and how far outcomes may move each.
Levels = tuple[float, float, float]
LEVELS: Levels = (0.1, 0.5, 0.9)
BOUNDS = ((0.02, 0.3), (0.35, 0.65), (0.7, 0.98))
#: How many stages there are before and after the due day, and within how many days of it a document is near.
STAGES, NEAR_DAYS = 3, 14
#: Rows of a stage below which its quantiles stay as they are.
FEW_ROWS = 100
#: Documents at which the expected date is moved half as far as the outcomes say.
HALF_MOVED = 300
#: What `placed` tells of each row.
PLACED = {"day": "int64", "stage": "int64", "document": "uint64", "came": "bool", "after": "float64", "before": "float64"}
#: What names a document.
NAMES = ["customer_id", "document_id", "instalment", "currency", "entity"]


def stage_of(known: Known) -> np.ndarray:
    """Where each document stands: 0 far from its due day, 1 near it, 2 past due; ranges of each are put right apart."""
    return np.searchsorted([-NEAR_DAYS, 0], known.facts["days_past_due"].to_numpy(), side="left")


def placed(curves: np.ndarray, known: Known, end: int) -> pd.DataFrame:
    """Where what is known on the day ``end`` fell on the curves said before, one row per row of ``known``.

    ``came`` tells whether the money was in; ``after`` is the chance that was said of its being in by the day it came, or by
    ``end`` where it did not come, ``before`` that by the day before. ``document`` is a number that stays a document's own.
    """
    ahead = days_to_money(known, end)
    came = ahead < NEVER
    seen = np.where(came, ahead, end - known.day)
    document = pd.util.hash_pandas_object(known.lives.documents[NAMES].astype("str"), index=False).to_numpy()
    after, before = chance(curves, seen), chance(curves, seen - 1)
    about = (known.day, stage_of(known), document[known.lives.states["document"].to_numpy()[known.state]])
    return pd.DataFrame(dict(zip(PLACED, (*about, came, after, before), strict=True))).astype(PLACED)


def levels_of(block: pd.DataFrame) -> tuple[Levels, ...]:
    """The quantiles of the curves that 10, 50 and 90 % of a block came before, within bounds, one triple per stage.

    Nothing is known of a stage with too few rows: its quantiles are 10, 50 and 90 % of the curves.
    """
    return tuple(_levels(block[block["stage"] == number]) for number in range(STAGES))


def _levels(rows: pd.DataFrame) -> Levels:
    if len(rows) < FEW_ROWS:
        return LEVELS
    came, after, before = (rows[name].to_numpy() for name in ("came", "after", "before"))
    # dates are whole days: one comes before the earliest if the chance by it is below, after the latest if that by the day
    # before it is above
    low, middle, high = (
        float(np.clip(_quantile(value, came, level), *bounds))
        for value, level, bounds in zip((after, (after + before) / 2, before), LEVELS, BOUNDS, strict=True)
    )
    documents = rows["document"].nunique()
    return low, LEVELS[1] + (middle - LEVELS[1]) * documents / (documents + HALF_MOVED), high


def _quantile(values: np.ndarray, known: np.ndarray, level: float) -> float:
    """The value below which the share ``level`` lies, where of some only a lower bound is known (Kaplan and Meier)."""
    order = np.argsort(values, kind="stable")
    at_risk = np.arange(len(values), 0, -1)
    below = 1 - np.cumprod(1 - known[order] / at_risk)
    place = int(np.searchsorted(below, level))
    return float(values[order][min(place, len(values) - 1)])
