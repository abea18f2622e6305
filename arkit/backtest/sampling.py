"""How far a figure could be off by chance: customers drawn again and again, with putting back (the bootstrap, Efron 1979).

Customers are drawn and not invoices, for invoices of one customer are paid alike, and the same invoice stands open on several
month-ends.
"""

import numpy as np

#: How often customers are drawn, at most how many draws at once, and how many customers it takes for a range to mean anything.
DRAWS, AT_ONCE, FEWEST = 1000, 100, 8
#: The range leaves out this share on either side: 95 % lie between.
OUTSIDE = 0.025


def drawn_sums(parts: np.ndarray, seed: int = 0) -> np.ndarray:
    """Sums over customers drawn with putting back: one row per draw, one column per column of ``parts`` (a row per customer).

    The same seed draws the same customers, so that figures of one customer base can be compared draw by draw.

    Examples
    --------
    >>> sums = drawn_sums(np.ones((50, 1)))
    >>> sums.shape, bool((sums == 50).all())
    ((1000, 1), True)
    """
    customers = len(parts)
    if not customers:
        return np.zeros((DRAWS, parts.shape[1]))
    rng = np.random.default_rng(seed)
    share = np.full(customers, 1 / customers)
    return np.vstack([rng.multinomial(customers, share, size=AT_ONCE) @ parts for _ in range(DRAWS // AT_ONCE)])


def between(values: np.ndarray, customers: np.ndarray | int) -> tuple[np.ndarray, np.ndarray]:
    """The range that 95 % of the draws lie in, per column; missing where there are too few customers.

    Examples
    --------
    >>> [bound.tolist() for bound in between(np.linspace(0, 1, 1001)[:, None], 20)]
    [[0.025], [0.975]]
    >>> between(np.zeros((10, 1)), 3)[0]
    array([nan])
    """
    # a draw without anybody of a group says nothing about it
    told = np.isfinite(values).any(axis=0)
    low, high = np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    if told.any():
        low[told], high[told] = np.nanquantile(values[:, told], [OUTSIDE, 1 - OUTSIDE], axis=0)
    enough = np.broadcast_to(np.asarray(customers) >= FEWEST, low.shape)
    return np.where(enough, low, np.nan), np.where(enough, high, np.nan)


def wilson(hits: np.ndarray, of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The range of a share by counting alone, 95 % (Wilson 1927); missing where nothing was counted.

    Examples
    --------
    >>> [round(float(bound), 3) for bound in wilson(np.array(3.0), np.array(10.0))]
    [0.108, 0.603]
    """
    z, n = 1.959964, np.where(np.asarray(of) > 0, of, np.nan)
    share = hits / n
    middle, half = share + z**2 / (2 * n), z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return np.clip((middle - half) / (1 + z**2 / n), 0, 1), np.clip((middle + half) / (1 + z**2 / n), 0, 1)


def newcombe(
    one: tuple[np.ndarray, np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """The range of a difference of two shares, each given with its own range (Newcombe 1998, method 10).

    For shares of nothing or all, which no drawing moves.

    Examples
    --------
    >>> [round(float(bound), 2) for bound in newcombe((0.0, 0.0, 0.28), (0.5, 0.24, 0.76))]
    [-0.76, -0.12]
    """
    (value, low, high), (value_2, low_2, high_2) = one, other
    difference = value - value_2
    return difference - np.hypot(value - low, high_2 - value_2), difference + np.hypot(high - value, value_2 - low_2)
