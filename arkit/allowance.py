"""What to set aside for losses: a provision matrix, by the ledger's own loss rates or by published examples."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from arkit import formulas
from arkit.errors import TableRefused
from arkit.money import to_major, to_minor, units
from arkit.tables import ALLOWANCES, LOSS_RATES

#: The published examples, each with its source and the day it was seen.
PRESETS_FILE = Path(__file__).with_name("allowance.toml")
DAYS = re.compile(r"(\d+)-(\d+)|over (\d+)")


@dataclass(frozen=True)
class Preset:
    """A published provision matrix: the last day of each bucket but the open one, and a rate for each, current first."""

    name: str
    title: str
    age_by: str
    edges: tuple[int, ...]
    rates: tuple[float, ...]
    as_of: str
    source: str
    note: str = ""


@cache
def presets() -> dict[str, Preset]:
    """The published examples by name. They are illustrations, no market norms: a ledger's own rates are better.

    Examples
    --------
    >>> presets()["ifrs9_b5_5_35"].rates
    (0.01, 0.02, 0.03, 0.2)
    """
    told = tomllib.loads(PRESETS_FILE.read_text("utf-8"))["preset"]
    listed = [Preset(**one | {"edges": tuple(one["edges"]), "rates": tuple(one["rates"])}) for one in told]
    return {preset.name: preset for preset in listed}


def provide(
    aged: pd.DataFrame,
    rates: pd.DataFrame | str,
    *,
    forward: float = 1.0,
    credit: str = "left out",
    apart: dict[str, float] | None = None,
) -> pd.DataFrame:
    """What to set aside, one row per row of the aging and bucket, shape `ALLOWANCES`; rates are not rounded before.

    What is disputed or assessed one by one is taken out by ageing the documents without it, or named in ``apart``.

    Parameters
    ----------
    aged
        What `arkit.age` returns: by currency for the whole book, by segment for a matrix of each segment, by customer.
    rates
        Loss rates, shape `LOSS_RATES`, those of the group of each row if there are any, else those of the whole book; or the
        name of one of `presets`.
    forward
        What past losses are multiplied by for what is expected, 1.1 for a tenth more; no rate goes above 1.
    credit
        ``left out``: buckets as they stand; ``netted``: credit not yet applied pays the oldest buckets of its row first.
    apart
        Groups of the aging, customers usually, that are assessed one by one, and the rate for all of each.

    Raises
    ------
    TableRefused
        If the table is no aging, there is no such preset, its buckets cannot be told from those of the aging, or ``credit`` is
        neither.

    Examples
    --------
    >>> index = pd.MultiIndex.from_tuples([("2026-10-31", "EUR")], names=["as_of", "currency"])
    >>> owed = {"credit": 0.0, "current": 15000, "1-30": 7500, "31-60": 4000, "61-90": 2500, "over 90": 1000, "total": 30000}
    >>> aged = pd.DataFrame(owed, index=index)
    >>> provide(aged, "ifrs9_ie12")["allowance"].sum().item()
    580.0
    """
    if credit not in ("left out", "netted"):
        raise TableRefused(
            f"credit cannot be '{credit}'.", expected="left out or netted", got=repr(credit), fix="credit='netted'"
        )
    if not {"as_of", "currency"} <= {*aged.index.names} or not {"credit", "total"} <= {*aged.columns}:
        raise TableRefused(
            "this is no aging.",
            expected="the rows by as_of and currency, the buckets between the columns credit and total",
            got=f"the columns {', '.join(map(str, aged.columns)) or '(none)'}",
            fix="hand over what arkit.age(documents) returns",
        )
    names = [*map(str, aged.loc[:, "credit":"total"].columns[1:-1])]
    level = next((str(name) for name in aged.index.names if name not in ("as_of", "currency")), None)
    keys = aged.index.to_frame(index=False)
    group = keys[level].astype("str").fillna("") if level else pd.Series("", index=keys.index)
    rows = keys[["as_of", "currency"]].assign(group=group)
    open_now = _netted(aged, names, rows["currency"]) if credit == "netted" else aged[names].reset_index(drop=True)
    long = open_now.assign(place=range(len(rows))).melt("place", names, "bucket", "balance").sort_values("place", kind="stable")
    long = (
        rows.loc[long["place"]]
        .reset_index(drop=True)
        .assign(bucket=long["bucket"].to_numpy(), balance=long["balance"].to_numpy())
    )
    told = _rates_of(long, rates, names)
    alone = long["group"].map(apart or {}).astype("float64")
    rate = (told["loss_rate"] * forward).clip(0, 1).where(alone.isna(), alone)
    basis = told["basis"] + (f"; x {forward:g}" if forward != 1 else "")
    whole = np.rint(formulas.allowance(long["balance"], rate) * units(long["currency"]))
    allowance = to_major(np.nan_to_num(whole).astype("int64"), long["currency"])
    return ALLOWANCES.conform(
        long.assign(
            rate=rate,
            allowance=np.where(rate.isna() & long["balance"].ne(0), np.nan, allowance),
            basis=basis.where(alone.isna(), "assessed apart"),
        )
    )


def _netted(aged: pd.DataFrame, names: list[str], currency: pd.Series) -> pd.DataFrame:
    """The buckets once the credit of each row has paid the oldest of them first."""
    minor = np.column_stack([to_minor(aged[name].reset_index(drop=True), currency) for name in names[::-1]])
    left = -to_minor(aged["credit"].reset_index(drop=True), currency)[:, None]
    owed = np.clip(np.cumsum(minor, axis=1) - left, 0, None)
    still = np.minimum(np.diff(owed, axis=1, prepend=0), minor)
    return pd.DataFrame({name: to_major(still[:, i], currency) for i, name in enumerate(names[::-1])})[names]


def _rates_of(long: pd.DataFrame, rates: pd.DataFrame | str, names: list[str]) -> pd.DataFrame:
    """The rate and its basis for every row: its group's, else the whole book's."""
    if isinstance(rates, str):
        preset = _preset(rates)
        of = {name: _rate_of(preset, name) for name in names}
        return pd.DataFrame({"loss_rate": long["bucket"].map(of), "basis": f"{preset.title} ({preset.source}, {preset.as_of})"})
    told = LOSS_RATES.conform(rates)[["group", "currency", "bucket", "loss_rate", "basis"]]
    own = long.merge(told, on=["group", "currency", "bucket"], how="left")
    book = long.drop(columns="group").merge(
        told[told["group"].eq("")].drop(columns="group"), on=["currency", "bucket"], how="left"
    )
    found = own[["loss_rate", "basis"]].where(own["basis"].notna(), book[["loss_rate", "basis"]])
    return found.assign(basis=found["basis"].fillna("no rate is known"))


def _preset(name: str) -> Preset:
    if name not in presets():
        raise TableRefused(
            f"there is no example '{name}'.",
            expected=f"one of {', '.join(presets())}",
            got=repr(name),
            fix="name one of these, or hand over rates of your own",
        )
    return presets()[name]


def _rate_of(preset: Preset, bucket: str) -> float:
    """The rate of the preset's bucket in which one of the aging lies whole."""
    found = DAYS.fullmatch(bucket)
    low, high = (0, 0) if not found else (int(found[1] or int(found[3]) + 1), float(found[2] or "inf"))
    bounds = [0, *preset.edges, float("inf")]
    place = next((i for i, end in enumerate(bounds) if low <= end), -1)
    if (not found and bucket != "current") or high > bounds[place]:
        raise TableRefused(
            f"the example '{preset.name}' has no rate for '{bucket}'.",
            expected=f"buckets within those that end at {', '.join(map(str, preset.edges))} days",
            got=bucket,
            fix=f"age with edges={list(preset.edges)}, age_by='{preset.age_by}'",
        )
    return preset.rates[place]
