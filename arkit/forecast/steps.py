"""The time ahead cut into steps: what may decide whether money comes in a step, and curves put together from steps."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from arkit.forecast.known import FACTS, Known, day_of_month, weekday
from arkit.forecast.lives import NEVER

#: Days ahead at which steps end; the first step begins at 0. Everything a forecast promises a chance for is among them.
EDGES = np.array(
    [*range(8), 9, 11, 14, 17, 20, 23, 26, 30, 35, 40, 45, 52, 60, 67, 75, 90, 105, 120, 150, 180, 240, 300, 365], dtype="int64"
)  # fmt: skip
STEPS = len(EDGES) - 1
HORIZONS = (7, 14, 30, 60, 90)
#: What is known about a step, before the facts of the document.
OF_STEP = (
    "ahead", "width", "late_then", "to_usual", "to_usual_spreads", "to_recent", "to_expected", "to_expected_spreads",
    "age_then", "month_habit", "week_habit",
)  # fmt: skip
NAMES = [*OF_STEP, *FACTS]
#: Documents whose steps are laid out at once, so that memory stays bounded.
CHUNK = 2_000


def lay_out(known: Known, row: np.ndarray, step: np.ndarray) -> np.ndarray:
    """One row per document and step, the columns of `NAMES`, ``float32``."""
    facts = known.facts
    start, end = EDGES[step], EDGES[step + 1]
    middle = (start + 1 + end) / 2
    value = {
        name: facts[name].to_numpy()[row] for name in ("late_mean", "late_spread", "late_recent", "late_expected", "age_days")
    }
    late_then = facts["days_past_due"].to_numpy()[row] + middle
    monthly, weekly = _habits(known, row, step)
    of_step = (
        middle,
        end - start,
        late_then,
        late_then - value["late_mean"],
        (late_then - value["late_mean"]) / np.maximum(value["late_spread"], 2),
        late_then - value["late_recent"],
        late_then - value["late_expected"],
        (late_then - value["late_expected"]) / np.maximum(value["late_spread"], 2),
        value["age_days"] + middle,
        monthly,
        weekly,
    )
    table = np.empty((len(row), len(NAMES)), dtype="float32")
    for place, values in enumerate(of_step):
        table[:, place] = values
    table[:, len(of_step) :] = facts.to_numpy("float32")[row]
    return table


def _habits(known: Known, row: np.ndarray, step: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How well the days of each step suit the customer: the mean of its habits over them."""
    monthly, weekly = np.ones(len(row), "float32"), np.ones(len(row), "float32")
    for number in np.unique(step):
        here = np.flatnonzero(step == number)
        ahead = np.arange(int(EDGES[number]) + 1, int(EDGES[number + 1]) + 1)[:31]
        days = known.day[row[here], None] + ahead[None, :]
        monthly[here] = np.take_along_axis(known.monthly[row[here]], day_of_month(days) - 1, 1).mean(axis=1)
        weekly[here] = np.take_along_axis(known.weekly[row[here]], weekday(days), 1).mean(axis=1)
    return monthly, weekly


def followed(known: Known, end: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The steps whose outcome is known on the day ``end``: row of ``known``, step, and whether the money came in it.

    A step counts only if it was over by then. A document stays in until it is paid; one that ended otherwise stays in
    unpaid, so that a chance means paid, not merely gone.
    """
    ahead = days_to_money(known, end)
    whole = np.searchsorted(EDGES[1:], end - known.day, side="right")
    came = np.searchsorted(EDGES[1:], ahead, side="left")
    count = np.minimum(whole, np.minimum(came + 1, STEPS))
    row = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row, step, step == came[row]


def days_to_money(known: Known, end: int) -> np.ndarray:
    """Days from each row's day until its money was in, as known on the day ``end``; `NEVER` or more where it was not."""
    paid_on = known.lives.outcomes()["paid_on"].to_numpy()[known.state]
    return np.where(paid_on <= end, paid_on - known.day, NEVER)


def curves_of(known: Known, hazard: Callable[[np.ndarray], np.ndarray], steps: int = STEPS) -> np.ndarray:
    """Chance of being paid by the end of each step, one row per document: 1 less the product of staying unpaid."""
    found = []
    for start in range(0, len(known.state), CHUNK):
        part = known.take(np.arange(start, min(start + CHUNK, len(known.state))))
        n = len(part.state)
        row, step = np.repeat(np.arange(n), steps), np.tile(np.arange(steps), n)
        stays = 1 - hazard(lay_out(part, row, step)).reshape(n, steps)
        found.append(1 - np.cumprod(stays, axis=1))
    return np.concatenate(found) if found else np.zeros((0, steps))


def chance(curves: np.ndarray, days: np.ndarray | int) -> np.ndarray:
    """The curves' value so many days ahead, straight between the ends of steps.

    Examples
    --------
    >>> even = np.linspace(0, 1, STEPS + 1)[None, 1:]
    >>> chance(even, 0).tolist()
    [0.0]
    """
    whole = np.hstack([np.zeros((len(curves), 1)), curves])
    ahead = np.clip(np.broadcast_to(days, len(curves)), 0, EDGES[whole.shape[1] - 1])
    place = np.clip(np.searchsorted(EDGES, ahead, side="left"), 1, whole.shape[1] - 1)
    rows = np.arange(len(curves))
    low, high = whole[rows, place - 1], whole[rows, place]
    return low + (high - low) * (ahead - EDGES[place - 1]) / (EDGES[place] - EDGES[place - 1])


def days_at(curves: np.ndarray, level: float) -> np.ndarray:
    """Days ahead by which each curve has reached a level, 1 or more; missing where it never does."""
    whole = np.hstack([np.zeros((len(curves), 1)), curves])
    place = (whole < level).sum(axis=1)
    reached = place < whole.shape[1]
    place = np.clip(place, 1, whole.shape[1] - 1)
    rows = np.arange(len(curves))
    low, high = whole[rows, place - 1], whole[rows, place]
    part = (level - low) / np.maximum(high - low, 1e-12)
    days = np.ceil(EDGES[place - 1] + (EDGES[place] - EDGES[place - 1]) * part - 1e-9)
    return np.where(reached, np.maximum(days, 1), np.nan)


def brier(chances: np.ndarray, paid: np.ndarray) -> float:
    """Mean squared distance of chances from what happened; missing without rows."""
    return float(np.mean((chances - paid) ** 2)) if len(paid) else float("nan")


def table_of(rows: list[dict[str, object]], columns: list[str]) -> pd.DataFrame:
    """A frame with these columns, of no rows too."""
    return pd.DataFrame(rows, columns=columns)
