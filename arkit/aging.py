"""How much of what is owed has waited how long."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from arkit.errors import PolicyRefused, TableRefused
from arkit.money import to_major, to_minor
from arkit.policy import DEFAULT, Policy


def bucket_names(edges: Sequence[int]) -> list[str]:
    """The names of the buckets that these edges make, youngest first.

    Examples
    --------
    >>> bucket_names([30, 60])
    ['current', '1-30', '31-60', 'over 60']
    """
    spans = [f"{low + 1}-{high}" for low, high in zip([0, *edges[:-1]], edges, strict=True)]
    return ["current", *spans, f"over {edges[-1]}"]


def age(
    documents: pd.DataFrame,
    policy: Policy = DEFAULT,
    *,
    by: str = "customer_id",
    edges: Sequence[int] | None = None,
    age_by: str | None = None,
) -> pd.DataFrame:
    """Open amounts by days past due, one row per day, ``by`` and currency, one column per bucket.

    Credit not yet applied stands in a column of its own and is never netted against a bucket. The due day itself is
    current, day 30 is in ``1-30``. The ``total`` column is the balance of the receivables account, exact to the minor unit.

    Parameters
    ----------
    by
        Column of ``documents`` to group by; ``currency`` gives the whole book. Documents without a value stand together.
    edges, age_by
        Last day of each bucket, and ``due_date`` or ``issue_date``; the policy's where not given.

    Raises
    ------
    TableRefused
        If ``documents`` has no column ``by``.
    PolicyRefused
        If the edges do not rise, or ``age_by`` is neither of the two.

    Examples
    --------
    >>> from arkit.sample import sample_ledger
    >>> aged = age(sample_ledger().at("2026-10-31"), edges=[30, 60, 90])
    >>> list(aged)
    ['credit', 'current', '1-30', '31-60', '61-90', 'over 90', 'total']
    """
    edges, age_by = list(policy.aging.edges if edges is None else edges), age_by or policy.aging.age_by
    _must_make_sense(documents, by, edges, age_by)
    is_open = documents.loc[documents["open_amount"].ne(0)]
    since = is_open["due_date" if age_by == "due_date" else "issued"]
    bucket = np.searchsorted([0, *edges], (is_open["as_of"] - since).dt.days, side="left")
    names = ["credit", *bucket_names(edges)]
    keys = list(dict.fromkeys(["as_of", by, "currency"]))
    exact = (
        is_open[keys]
        .assign(
            bucket=np.where(is_open["open_amount"] < 0, 0, bucket + 1),
            minor=to_minor(is_open["open_amount"], is_open["currency"]),
        )
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


def _must_make_sense(documents: pd.DataFrame, by: str, edges: list[int], age_by: str) -> None:
    if by not in documents.columns:
        raise TableRefused(
            f"the documents cannot be grouped by '{by}'.",
            expected="a column of the documents",
            got=f"'{by}'",
            fix=f"choose one of {', '.join(documents.columns)}",
        )
    if not edges or edges != sorted(set(edges)) or edges[0] < 1:
        raise PolicyRefused(
            "the buckets overlap.", expected="days in rising order", got=str(edges), fix="edges=[30, 60, 90, 120]"
        )
    if age_by not in ("due_date", "issue_date"):
        raise PolicyRefused(
            f"the age cannot be counted from '{age_by}'.",
            expected="due_date or issue_date",
            got=repr(age_by),
            fix="age_by='due_date'",
        )
