"""What an aging table holds, in the form pictures need; other tables are refused."""

from typing import Any

import pandas as pd

from arkit.charts.look import safe_currencies, when
from arkit.errors import TableRefused, some
from arkit.money import to_major, to_minor


def known_rows(aged: pd.DataFrame, *levels: str) -> pd.DataFrame:
    """The rows of an aging table in which something is open, as plain columns, with what is past due.

    Raises
    ------
    TableRefused
        If it is no aging table, or its days were aged with different buckets.
    """
    absent = [name for name in ("as_of", *levels, "currency") if name not in aged.index.names]
    absent += [name for name in ("credit", "current", "total") if name not in aged.columns]
    if absent:
        raise TableRefused(
            f"this aging table lacks {some(absent)}.",
            expected=f"rows by {', '.join(['as_of', *levels, 'currency'])}; columns credit, current, the other buckets, total",
            got=f"rows by {some([*map(str, aged.index.names)])}; columns {some([*map(str, aged.columns)], 8)}",
            fix="hand over what age(documents) returns, or several of them concatenated",
        )
    if aged.isna().to_numpy().any():
        raise TableRefused(
            "the days of this aging table do not have the same buckets.",
            expected="an amount in every bucket on every day",
            got=f"nothing on some days in {some([*map(str, aged.columns[aged.isna().any()])])}",
            fix="age every day with the same edges",
        )
    rows = aged.loc[aged.ne(0).any(axis=1)].reset_index()
    past_due = to_minor(rows["total"] - rows["credit"] - rows["current"], rows["currency"])
    return rows.assign(past_due=to_major(past_due, rows["currency"]), currency=safe_currencies(rows["currency"]))


def latest_rows(aged: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The customers with something open on the latest day, and that day as the end of a phrase."""
    known, days = known_rows(aged, "customer_id"), days_of(aged)
    return known.loc[known["as_of"].isin(days[-1:])], when(days[-1:])


def days_of(aged: pd.DataFrame) -> pd.DatetimeIndex:
    """The days of an aging table in order; of one without rows the day that its index still knows, if it knows just one."""
    index: Any = aged.index
    if len(aged):
        return pd.DatetimeIndex(index.unique("as_of")).sort_values()
    known = pd.DatetimeIndex(index.levels[index.names.index("as_of")])
    return known if len(known) == 1 else known[:0]


def buckets_of(aged: pd.DataFrame) -> list[str]:
    """The columns from credit to the oldest bucket; the first two are credit and current, the others are past due."""
    return [*map(str, aged.loc[:, "credit":"total"].columns[:-1])]


def exact_sums(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Exact sums of all amounts, one row per ``by`` in order of appearance; the currency must be one of them."""
    amounts = [*buckets_of(rows), "total", "past_due"]
    minor = rows[by].assign(**{name: to_minor(rows[name], rows["currency"]) for name in amounts})
    exact = minor.groupby(by, sort=False)[amounts].sum().reset_index()
    return exact.assign(**{name: to_major(exact[name].to_numpy(), exact["currency"]) for name in amounts})
