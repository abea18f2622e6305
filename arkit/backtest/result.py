"""The backtest as a whole: all its tables, and what they leave in a folder."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from arkit.backtest.calibration import calibrate
from arkit.backtest.judging import comparisons, earliness, losses, order_totals, orders, stability
from arkit.backtest.replaying import Past, look_back
from arkit.errors import ForecastRefused, OutputRefused
from arkit.ledger import Ledger
from arkit.policy import DEFAULT, Policy
from arkit.tables import CALIBRATIONS, REPLAYS
from arkit.views import write_csv

#: The tables of a backtest, in the order in which they are read.
TABLES = ("comparisons", "order_totals", "orders", "earliness", "losses", "stability", "calibrations", "replays")


@dataclass(frozen=True)
class Backtest:
    """The month-ends replayed, and what the past says about the policy; each table in the shape of its name.

    ``until`` is the last day that is looked at, ``days`` the month-ends, ``lost_after_days`` what counts as lost,
    ``remarks`` what to know before one believes any of it.
    """

    until: pd.Timestamp
    days: list[pd.Timestamp]
    lost_after_days: int
    replays: pd.DataFrame
    comparisons: pd.DataFrame
    orders: pd.DataFrame
    order_totals: pd.DataFrame
    losses: pd.DataFrame
    earliness: pd.DataFrame
    stability: pd.DataFrame
    calibrations: pd.DataFrame
    remarks: list[str]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, for JSON; the lists themselves are in ``replays``."""
        plain = {name: _plain(getattr(self, name)) for name in TABLES}
        days = {"until": f"{self.until:%Y-%m-%d}", "days": [f"{day:%Y-%m-%d}" for day in self.days]}
        return days | {"lost_after_days": self.lost_after_days, "remarks": self.remarks} | plain


def _plain(table: pd.DataFrame) -> list[dict[Any, Any]]:
    """The rows of a table as JSON holds them: days as 2026-10-31, nothing for what is missing."""
    days = {str(name): table[name].dt.strftime("%Y-%m-%d") for name in table.select_dtypes("datetime")}
    told = table.assign(**days).astype("object")
    return told.where(table.notna(), None).to_dict("records")


def replay(
    ledger: Ledger, until: str | pd.Timestamp, *, months: int | None = None, policy: Policy = DEFAULT, origins: int = 0
) -> Backtest:
    """The policy tried on the month-ends before a day, each with only what was known then.

    For every month-end the list is made as it would have been made that evening: postings and notes dated later do not
    exist, nor outcomes of promises and disputes that have no day of their own. What came by ``until`` is the answer. Written
    off counts as unpaid, credited as settled. That payment followed an action does not prove that the action worked.

    Parameters
    ----------
    months
        How many month-ends, the policy's ``backtest.months`` if left out. Where lists of open items were read, their days.
    origins
        From how many past days forecasts are made to see whether their chances hold; each takes its time, 0 leaves it out.

    Raises
    ------
    DayRefused
        If there is no month-end with 30 days after it, or nothing was ever settled.

    Examples
    --------
    >>> from arkit.sample import sample_ledger
    >>> found = replay(sample_ledger(customers=14, months=12), "2026-10-31", months=3)
    >>> [f"{day:%Y-%m-%d}" for day in found.days]
    ['2026-07-31', '2026-08-31', '2026-09-30']
    """
    past = look_back(ledger, until, months, policy)
    if not origins:
        return judge(past, policy)
    try:
        return judge(past, policy, calibrate(ledger, past.until, policy, origins))
    except ForecastRefused as refusal:
        told = f"Whether chances hold was not tried: {refusal.what} ({refusal.expected})"
        return judge(dataclasses.replace(past, remarks=[*past.remarks, told]), policy)


def judge(past: Past, policy: Policy = DEFAULT, calibrations: pd.DataFrame | None = None) -> Backtest:
    """What month-ends that were replayed say about the policy."""
    lost = losses(past)
    return Backtest(
        until=past.until,
        days=past.days,
        lost_after_days=policy.backtest.lost_after_days,
        replays=REPLAYS.conform(past.lists),
        comparisons=comparisons(past),
        orders=orders(past),
        order_totals=order_totals(past),
        losses=lost,
        earliness=earliness(lost),
        stability=stability(past),
        calibrations=CALIBRATIONS.conform(calibrations),
        remarks=past.remarks,
    )


def must_be_new(folder: str | Path) -> Path:
    """The folder, if nothing is in it yet.

    Raises
    ------
    OutputRefused
        If the folder already holds something.
    """
    target = Path(folder)
    inside = sorted(path.name for path in target.iterdir()) if target.is_dir() else [target.name] if target.exists() else []
    if inside:
        raise OutputRefused(
            f"'{target}' already holds something.",
            expected="a folder that does not exist yet, or an empty one",
            got=", ".join(inside[:3]),
            fix="choose another folder",
        )
    return target


def write_backtest(folder: str | Path, found: Backtest, words: str) -> Path:
    """The folder, with the report as ``backtest.txt``, all of it as ``backtest.json``, and ``tables/*.csv``.

    Raises
    ------
    OutputRefused
        If the folder already holds something.
    """
    target = must_be_new(folder)
    (target / "tables").mkdir(parents=True)
    (target / "backtest.txt").write_text(words + "\n", "utf-8")
    (target / "backtest.json").write_text(json.dumps(found.to_dict(), indent=2) + "\n", "utf-8")
    for name in TABLES:
        write_csv(getattr(found, name), target / "tables" / f"{name}.csv")
    return target
