"""Credit not yet applied, taken off what a customer owes before anybody asks for it."""

import pandas as pd

from arkit.money import to_minor

#: Credits of one customer pay documents of the same currency only.
ACCOUNT = ["as_of", "customer_id", "currency"]


def net_of_credits(documents: pd.DataFrame) -> pd.Series:
    """What each document leaves to be asked for once its customer's credits have paid the oldest first, in minor units.

    Credits themselves, and what they cover, leave 0. Exact: ``int64`` running sums per customer and currency.

    Examples
    --------
    >>> documents = pd.DataFrame({
    ...     "as_of": pd.Timestamp("2026-10-31"), "customer_id": "C1", "currency": "EUR", "document_id": ["A", "B", "CN"],
    ...     "due_date": pd.to_datetime(["2026-09-30", "2026-10-15", "2026-10-20"]), "open_amount": [100.0, 50.0, -120.0]})
    >>> net_of_credits(documents).tolist()
    [0, 3000, 0]
    """
    ordered = documents.sort_values(["due_date", "document_id"], kind="stable")
    minor = pd.Series(to_minor(ordered["open_amount"], ordered["currency"]), index=ordered.index)
    account = [ordered[name] for name in ACCOUNT]
    owed = minor.clip(lower=0)
    credit = -minor.clip(upper=0).groupby(account).transform("sum")
    left = (owed.groupby(account).cumsum() - credit).clip(lower=0)
    return left.where(left < owed, owed).reindex(documents.index)


def named_in(documents: pd.DataFrame, blocked: pd.DataFrame | None) -> pd.Series:
    """Which documents a table like that of `arkit.notes.blocked` names, itself or with its whole account.

    Examples
    --------
    >>> documents = pd.DataFrame({"customer_id": ["C1", "C1", "C2"], "document_id": ["A", "B", "C"]})
    >>> named_in(documents, pd.DataFrame({"customer_id": ["C1", "C2"], "document_id": ["B", ""]})).tolist()
    [False, True, True]
    """
    if blocked is None or not len(blocked):
        return pd.Series(False, index=documents.index)
    one = ["customer_id", "document_id"]
    single = pd.MultiIndex.from_frame(documents[one]).isin(pd.MultiIndex.from_frame(blocked[one]))
    return documents["customer_id"].isin(blocked.loc[blocked["document_id"].eq(""), "customer_id"]) | single


def to_ask_for(documents: pd.DataFrame, blocked: pd.DataFrame | None = None) -> pd.Series:
    """What of each document is past due once credits have paid the oldest, and nobody blocks it: minor units, else 0.

    Examples
    --------
    >>> documents = pd.DataFrame({
    ...     "as_of": pd.Timestamp("2026-10-31"), "customer_id": "C1", "currency": "EUR", "document_id": ["A", "B", "CN"],
    ...     "due_date": pd.to_datetime(["2026-09-30", "2026-11-15", "2026-10-20"]), "open_amount": [100.0, 50.0, -20.0],
    ...     "days_late": [31, -15, 11]})
    >>> to_ask_for(documents).tolist()
    [8000, 0, 0]
    """
    return net_of_credits(documents).where(documents["days_late"].gt(0) & ~named_in(documents, blocked), 0)
