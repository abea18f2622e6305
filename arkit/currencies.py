"""What is owed in one currency: at the rates it was booked at, and at those of the day.

Currencies are never added without stated rates. A rate is units of the home currency for one unit of another.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from arkit.errors import TableRefused, some
from arkit.money import decimals, to_major, to_minor, units

Rates = Mapping[str, float] | pd.DataFrame


def in_home(documents: pd.DataFrame, home: str, rates: Rates | None = None) -> pd.DataFrame:
    """The documents with ``amount``, ``open_amount`` and ``currency`` in the home currency, so that they may be added.

    Each amount is rounded once, to the minor unit of ``home``.

    Parameters
    ----------
    rates
        Per currency, ``{"USD": 0.92}``, or a table with ``currency``, ``date`` and ``rate``, of which the last up to each
        document's ``as_of`` counts. Without it: the rate each document was booked at.

    Raises
    ------
    TableRefused
        If an open document has no rate.

    Examples
    --------
    >>> documents = pd.DataFrame({
    ...     "as_of": pd.Timestamp("2026-10-31"), "document_id": ["A", "B"], "currency": ["USD", "INR"], "rate": [80.0, 1.0],
    ...     "amount": [100.0, 100.0], "open_amount": [100.0, 50.0]})
    >>> in_home(documents, "INR")["open_amount"].tolist()
    [8000.0, 50.0]
    """
    rate = _rates(documents, home, rates)
    money = {name: _times(documents[name], documents["currency"], rate, home) for name in ("amount", "open_amount")}
    return documents.assign(**{name: to_major(minor, _all(home, documents)) for name, minor in money.items()}, currency=home)


def revalue(documents: pd.DataFrame, home: str, rates: Rates) -> pd.DataFrame:
    """Open documents at the day's rates beside those they were booked at: the revaluation difference of each.

    One row per open document: ``as_of``, ``customer_id``, ``document_id``, ``currency``, ``open_amount``, ``booked_rate``,
    ``rate``, and in the home currency ``booked``, ``valued`` and ``difference`` (plus: worth more than booked). Each amount
    is rounded once, so the rows add up to their total, not to the total at the rate.

    Examples
    --------
    >>> documents = pd.DataFrame({
    ...     "as_of": pd.Timestamp("2026-10-31"), "customer_id": "C1", "document_id": ["A"], "currency": ["USD"],
    ...     "rate": [80.0], "amount": [100.0], "open_amount": [100.0]})
    >>> revalue(documents, "INR", {"USD": 75.0})["difference"].tolist()
    [-500.0]
    """
    is_open = documents[documents["open_amount"].ne(0)]
    booked_rate, rate = _rates(is_open, home, None), _rates(is_open, home, rates)
    booked, valued = (_times(is_open["open_amount"], is_open["currency"], one, home) for one in (booked_rate, rate))
    code = _all(home, is_open)
    told = is_open[["as_of", "customer_id", "document_id", "currency", "open_amount"]].reset_index(drop=True)
    return told.assign(
        booked_rate=booked_rate.to_numpy(),
        rate=rate.to_numpy(),
        booked=to_major(booked, code),
        valued=to_major(valued, code),
        difference=to_major(valued - booked, code),
    )


def realised(entries: pd.DataFrame, home: str) -> pd.DataFrame:
    """What exchange rates brought or cost on documents that are settled: their postings, each at its own rate, added up.

    One row per settled document, ``entity``, ``customer_id``, ``currency``, ``document_id``, and its ``difference`` in the
    home currency (plus: more was received than booked).

    Examples
    --------
    >>> entries = pd.DataFrame({
    ...     "entity": "", "customer_id": "C1", "document_id": "A", "currency": "USD", "amount": [100.0, -100.0],
    ...     "rate": [80.0, 75.0]})
    >>> realised(entries, "INR")["difference"].tolist()
    [-500.0]
    """
    key = ["entity", "customer_id", "currency", "document_id"]
    minor = to_minor(entries["amount"], entries["currency"])
    at_rate = _times(entries["amount"], entries["currency"], _rates(entries, home, None), home)
    sums = entries[key].assign(minor=minor, at_rate=at_rate).groupby(key, sort=False).sum().reset_index()
    settled = sums[sums["minor"].eq(0)].reset_index(drop=True)
    return settled[key].assign(difference=to_major(-settled["at_rate"].to_numpy(), _all(home, settled)))


def _rates(rows: pd.DataFrame, home: str, rates: Rates | None) -> pd.Series:
    """The rate of each row: as booked, as stated, or the last stated up to its day; 1 for the home currency."""
    if rates is None:
        rate = rows["rate"] if "rate" in rows else pd.Series(np.nan, index=rows.index)
    elif isinstance(rates, pd.DataFrame):
        known = rates[["currency", "date", "rate"]].astype({"date": "datetime64[s]"}).sort_values("date")
        asked = rows[["currency", "as_of"]].assign(place=np.arange(len(rows))).sort_values("as_of")
        found = pd.merge_asof(asked, known, left_on="as_of", right_on="date", by="currency").sort_values("place")
        rate = pd.Series(found["rate"].to_numpy(), index=rows.index)
    else:
        rate = rows["currency"].map(dict(rates)).astype("float64")
    rate = rate.where(rows["currency"].ne(home), 1.0)
    lacking = rows["currency"][~rate.gt(0)]
    if len(lacking):
        where = "booked with them" if rates is None else "stated for their currency up to that day"
        raise TableRefused(
            f"{len(lacking):,} rows have no rate into {home}.",
            expected=f"a rate {where}",
            got=some([f"{code} ({count} rows)" for code, count in lacking.value_counts().items()]),
            fix="state a rate for each of these currencies: rates={'USD': 0.92}",
        )
    return rate


def _times(amount: pd.Series, currency: pd.Series, rate: pd.Series, home: str) -> np.ndarray:
    """Amounts at a rate in minor units of the home currency, each rounded once, halves away from zero."""
    minor = to_minor(amount, currency) / units(currency) * rate.to_numpy() * 10 ** decimals(home)
    return (np.sign(minor) * np.floor(np.abs(minor) + 0.5 + 1e-9)).astype("int64")  # 2.675 x 100 is 267.4999999


def _all(home: str, rows: pd.DataFrame) -> pd.Series:
    return pd.Series(home, index=range(len(rows)), dtype="str")
