"""What is left of a document and too small to ask for: one rule for all rooms."""

import numpy as np
import pandas as pd

from arkit.money import to_minor
from arkit.policy import DEFAULT, Policy

#: What a share of an amount may lose as a float, in minor units.
LOST = 1e-3


def is_remainder(left: pd.Series, amount: pd.Series, currency: pd.Series, policy: Policy = DEFAULT) -> pd.Series:
    """Whether what is left of each document is nothing, or too small to ask for.

    Too small is less than ``contact.small``, in major units of any currency, and no more than ``history.remainder_share`` of
    the document.

    Parameters
    ----------
    left, amount
        What is left and what the document was for, in minor units.

    Examples
    --------
    >>> left, amount = pd.Series([0, 2499, 2499, 2500]), pd.Series([10_000, 100_000, 10_000, 100_000])
    >>> is_remainder(left, amount, pd.Series(["EUR"] * 4)).tolist()
    [True, True, False, False]
    """
    small = to_minor(pd.Series(policy.contact.small, index=left.index, dtype="float64"), currency)
    within = left.to_numpy() <= policy.history.remainder_share * amount.to_numpy() + LOST
    return left.le(0) | pd.Series(np.asarray(left.to_numpy() < small) & within, index=left.index)
