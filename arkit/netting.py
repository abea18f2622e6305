"""Credit not yet applied, taken off what a customer owes before anybody asks for it."""

import pandas as pd

from arkit.money import to_minor
from arkit.tables import BLOCKS

#: Credits of one customer pay documents of the same currency only.
ACCOUNT = ["as_of", "customer_id", "currency"]
#: What tells an account from all others, and a document.
OF_ACCOUNT = ["customer_id", "currency"]
OF_DOCUMENT = ["entity", "customer_id", "currency", "document_id", "instalment"]


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


def named_in(documents: pd.DataFrame, blocks: pd.DataFrame | None) -> pd.Series:
    """Which documents a table in the shape `BLOCKS` names, themselves or with their whole account; credit is no block here.

    Only ``customer_id`` and ``document_id`` are needed; what else tells documents apart counts where both tables have it.

    Examples
    --------
    >>> documents = pd.DataFrame({"customer_id": ["C1", "C1", "C2"], "document_id": ["A", "B", "C"]})
    >>> named_in(documents, pd.DataFrame({"customer_id": ["C1", "C2"], "document_id": ["B", ""]})).tolist()
    [False, True, True]
    """
    if blocks is None or not len(blocks):
        return pd.Series(False, index=documents.index)
    BLOCKS.must_have(blocks, "customer_id", "document_id")
    about = _without_credit(blocks)
    whole = about[about["document_id"].eq("")]
    return _in(documents, about, OF_DOCUMENT) | _in(documents, whole, OF_ACCOUNT)


def to_ask_for(documents: pd.DataFrame, blocks: pd.DataFrame | None = None) -> pd.Series:
    """What of each document is past due once credits have paid the oldest, less what is blocked: minor units, else 0.

    Parameters
    ----------
    blocks
        Shape `BLOCKS`: of a document its ``amount`` is taken off, or all of it where none is given.

    Examples
    --------
    >>> documents = pd.DataFrame({
    ...     "as_of": pd.Timestamp("2026-10-31"), "customer_id": "C1", "currency": "EUR", "document_id": ["A", "B", "CN"],
    ...     "due_date": pd.to_datetime(["2026-09-30", "2026-11-15", "2026-10-20"]), "open_amount": [100.0, 50.0, -20.0],
    ...     "days_late": [31, -15, 11]})
    >>> to_ask_for(documents).tolist()
    [8000, 0, 0]
    """
    left = net_of_credits(documents).where(documents["days_late"].gt(0), 0)
    if blocks is None or not len(blocks):
        return left
    if "amount" not in blocks:
        return left.where(~named_in(documents, blocks), 0)
    about = _without_credit(blocks)
    parts = about["document_id"].ne("") & about["amount"].notna()
    left = left.where(~named_in(documents, about[~parts]), 0)
    some = about[parts]
    keys = [name for name in OF_DOCUMENT if name in some and name in documents]
    minor = pd.Series(to_minor(some["amount"], some["currency"]), index=some.index)
    held = minor.groupby([some[name] for name in keys]).sum()
    taken = held.reindex(pd.MultiIndex.from_frame(documents[keys])).fillna(0).astype("int64").to_numpy()
    return (left - taken).clip(lower=0)


def _without_credit(blocks: pd.DataFrame) -> pd.DataFrame:
    """Credit covers what it covers, which `net_of_credits` has taken off already."""
    return blocks[blocks["kind"].ne("credit")] if "kind" in blocks else blocks


def _in(documents: pd.DataFrame, about: pd.DataFrame, names: list[str]) -> pd.Series:
    """Whether each document stands in a table, by the names both have."""
    keys = [name for name in names if name in about and name in documents]
    places = [pd.MultiIndex.from_arrays([table[name] for name in keys]) for table in (documents, about)]
    return pd.Series(places[0].isin(places[1]), index=documents.index)
