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
