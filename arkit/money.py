"""Money, exact to the minor unit of its currency.

Tables that people see carry major units as ``float64``, the nearest to the exact amount. Every sum, every comparison with
zero and every allocation is done in ``int64`` minor units (cents, yen, fils) and converted back once, at the end.
"""

import numpy as np
import pandas as pd

#: The code that ISO 4217 keeps for "no currency"; used where an export does not say.
NO_CURRENCY = "XXX"

#: Decimals of the currencies that do not have two (ISO 4217, list one, 2026-01-01).
DECIMALS = (
    dict.fromkeys(
        ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"],
        0,
    )
    | dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3)
    | dict.fromkeys(["CLF", "UYW"], 4)
)


def decimals(currency: str) -> int:
    """Decimals of one currency.

    Examples
    --------
    >>> decimals("EUR"), decimals("JPY"), decimals("KWD")
    (2, 0, 3)
    """
    return DECIMALS.get(currency, 2)


def units(currency: pd.Series) -> np.ndarray:
    """Minor units in one major unit, per row: 100 for EUR, 1 for JPY, 1000 for KWD."""
    codes, names = pd.factorize(currency)
    return np.array([10 ** decimals(str(name)) for name in names] or [100], dtype="int64")[codes]


def to_minor(amount: pd.Series, currency: pd.Series) -> np.ndarray:
    """Major units as exact ``int64`` minor units; the amounts must not be missing.

    Examples
    --------
    >>> to_minor(pd.Series([0.1, 1500.0, 1.234]), pd.Series(["EUR", "JPY", "KWD"])).tolist()
    [10, 1500, 1234]
    """
    return np.rint(amount.to_numpy("float64") * units(currency)).astype("int64")


def to_major(minor: np.ndarray, currency: pd.Series) -> np.ndarray:
    """Minor units as ``float64`` major units, each the nearest to the exact amount."""
    return np.asarray(minor, dtype="int64") / units(currency)


def text(amount: float, currency: str) -> str:
    """An amount as words: thousands separators, the currency's decimals, its code unless unknown.

    Examples
    --------
    >>> text(-1234.5, "EUR"), text(1500, "JPY"), text(12, "XXX")
    ('-1,234.50 EUR', '1,500 JPY', '12.00')
    """
    number = f"{amount:z,.{decimals(currency)}f}"
    return number if currency == NO_CURRENCY else f"{number} {currency}"


def texts(amount: pd.Series, currency: pd.Series) -> pd.Series:
    """`text` for a whole column."""
    pairs = zip(amount.tolist(), currency.to_numpy("object").tolist(), strict=True)
    return pd.Series([text(a, c) for a, c in pairs], index=amount.index, dtype="str")


def plain(amount: float, currency: str) -> str:
    """An amount for machines: no separators, the currency's decimals.

    Examples
    --------
    >>> plain(1400, "USD"), plain(-100, "JPY")
    ('1400.00', '-100')
    """
    return f"{amount:z.{decimals(currency)}f}"


def totals(frame: pd.DataFrame, column: str = "open_amount") -> pd.Series:
    """Exact sum of a money column per currency: index ``currency``, major units.

    Examples
    --------
    >>> totals(pd.DataFrame({"open_amount": [0.1] * 10, "currency": "EUR"})).to_dict()
    {'EUR': 1.0}
    """
    minor = pd.Series(to_minor(frame[column], frame["currency"]), index=frame["currency"].to_numpy())
    exact = minor.groupby(level=0).sum().rename_axis("currency")
    return pd.Series(to_major(exact.to_numpy(), exact.index.to_series()), index=exact.index, name=column)
