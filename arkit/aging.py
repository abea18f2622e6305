"""How much of what is owed has waited how long."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from arkit.buckets import names_by_days
from arkit.errors import PolicyRefused, TableRefused
from arkit.money import to_major, to_minor
from arkit.netting import net_of_credits
from arkit.policy import DEFAULT, Policy

#: Buckets by the calendar: what fell due in the month of ``as_of`` is less than a month old, whatever the day.
MONTHS = ("current", "< 1 month", "1 month", "2 months", "3 months", "older")


def bucket_names(edges: Sequence[int] | str) -> list[str]:
    """The names of the buckets that these edges make, youngest first.

    Examples
    --------
    >>> bucket_names([30, 60])
    ['current', '1-30', '31-60', 'over 60']
    """
    if isinstance(edges, str):
        return [*MONTHS]
    return names_by_days(edges)


def age(
    documents: pd.DataFrame,
    policy: Policy = DEFAULT,
    *,
    by: str | Sequence[str] = "customer_id",
    edges: Sequence[int] | str | None = None,
    age_by: str | None = None,
    credit: str | None = None,
    customers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What is open by how long it is past due: a row per ``as_of``, group and currency, a column per bucket.

    The columns are ``credit`` (not yet applied, negative), ``current``, the buckets, and ``total``. Amounts are in the
    currency of the row and add up exactly, to the minor unit: the columns to the total, the rows to the ledger. The due day
    itself is current and every other day falls into exactly one bucket. Documents of several days make a trend.

    Parameters
    ----------
    by
        A column of the documents, or of the customers where those are given, or several: ``customer_id``, ``salesperson``,
        ``segment``, ``entity``, ``currency``, ``["customer_id", "document_id"]``.
    edges, age_by, credit
        Last day of each bucket, or ``"months"`` for calendar months as Xero prints them; ``due_date`` or ``issue_date``;
        credit ``apart`` in its own column, or ``netted``: it pays the customer's oldest documents first, and only what is
        left of it stands apart. The policy's where not given.
    customers
        The ledger's customers, to group by what is known of them.

    Raises
    ------
    TableRefused
        If neither table has a column ``by``.
    PolicyRefused
        If the edges do not rise, or ``age_by`` or ``credit`` is none of the two.

    Examples
    --------
    >>> from arkit.sample import sample_ledger
    >>> aged = age(sample_ledger().at("2026-10-31"), edges=[30, 60, 90])
    >>> list(aged)
    ['credit', 'current', '1-30', '31-60', '61-90', 'over 90', 'total']
    """
    edges = (policy.aging.edges if policy.aging.buckets == "days" else "months") if edges is None else edges
    age_by, credit = age_by or policy.aging.age_by, credit or policy.aging.credit
    _must_make_sense(edges, age_by, credit)
    groups = [by] if isinstance(by, str) else list(by)
    documents = _with_groups(documents, customers, groups)
    minor = _netted(documents) if credit == "netted" else to_minor(documents["open_amount"], documents["currency"])
    is_open = documents.assign(minor=minor)[minor != 0]
    names = ["credit", *bucket_names(edges)]
    bucket = _bucket(is_open["as_of"], is_open["due_date" if age_by == "due_date" else "issued"], edges)
    keys = list(dict.fromkeys(["as_of", *groups, "currency"]))
    exact = (
        is_open[keys]
        .assign(bucket=np.where(is_open["minor"] < 0, 0, bucket + 1), minor=is_open["minor"])
        .groupby([*keys, "bucket"], observed=True, dropna=False)["minor"]
        .sum()
        .unstack(fill_value=0)
        .reindex(columns=range(len(names)), fill_value=0)
    )
    exact[len(names)] = exact.sum(axis=1)
    currency = exact.index.get_level_values("currency").to_series()
    return pd.DataFrame(
        {name: to_major(exact[i].to_numpy(), currency) for i, name in enumerate([*names, "total"])}, index=exact.index
    )


def _bucket(as_of: pd.Series, since: pd.Series, edges: Sequence[int] | str) -> np.ndarray:
    """The number of the bucket of each document; 0 is current."""
    days = (as_of - since).dt.days
    if not isinstance(edges, str):
        return np.searchsorted([0, *edges], days, side="left")
    months = (as_of.dt.year - since.dt.year) * 12 + as_of.dt.month - since.dt.month
    return np.where(days <= 0, 0, np.minimum(months + 1, len(MONTHS) - 1))


def _netted(documents: pd.DataFrame) -> np.ndarray:
    """What is open in minor units once credits have paid the oldest documents first, oldest credit first."""
    turned = documents.assign(open_amount=-documents["open_amount"])
    return (net_of_credits(documents) - net_of_credits(turned)).to_numpy()


def _with_groups(documents: pd.DataFrame, customers: pd.DataFrame | None, groups: list[str]) -> pd.DataFrame:
    """The documents with every column to group by, those that only customers have looked up there."""
    for name in groups:
        if name not in documents and customers is not None and name in customers:
            known = customers.drop_duplicates("customer_id").set_index("customer_id")[name]
            documents = documents.assign(**{name: documents["customer_id"].map(known)})
        if name not in documents:
            raise TableRefused(
                f"the documents cannot be grouped by '{name}'.",
                expected="a column of the documents, or of the customers handed over as customers=",
                got=f"'{name}'",
                fix=f"choose one of {', '.join(documents.columns)}",
            )
    return documents


def _must_make_sense(edges: Sequence[int] | str, age_by: str, credit: str) -> None:
    rising = edges == "months" if isinstance(edges, str) else bool(edges) and list(edges) == sorted(set(edges)) and edges[0] > 0
    if not rising:
        raise PolicyRefused(
            "the buckets overlap.",
            expected="days in rising order, or 'months'",
            got=str(edges if isinstance(edges, str) else list(edges)),
            fix="edges=[30, 60, 90, 120]",
        )
    if age_by not in ("due_date", "issue_date"):
        raise PolicyRefused(
            f"the age cannot be counted from '{age_by}'.",
            expected="due_date or issue_date",
            got=repr(age_by),
            fix="age_by='due_date'",
        )
    if credit not in ("apart", "netted"):
        raise PolicyRefused(f"credit cannot be '{credit}'.", expected="apart or netted", got=repr(credit), fix="credit='apart'")
