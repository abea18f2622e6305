"""The arithmetic of receivables: numbers in, numbers out; `arkit.measures` and others ask it with a ledger's own figures.

Each function takes single numbers or whole columns of them. What cannot be divided is missing (nan), never nought.
"""

from typing import Any

import numpy as np
import pandas as pd

from arkit.errors import TableRefused, some

#: A number, or a column of numbers.
Numbers = Any
#: Rates are taken as whole millionths a year, a year as 365 days.
MILLION, YEAR = 1_000_000, 365


def dso(receivables: Numbers, sales: Numbers, days: Numbers) -> Numbers:
    """Days sales outstanding, balance method: receivables / sales x days; missing where nothing was sold.

    With the part that is not past due it is the best possible DSO, with the past-due part the average days delinquent; the
    two add up to the DSO.

    Examples
    --------
    >>> f"{dso(500_000, 620_000, 90):.1f} = {dso(330_000, 620_000, 90):.1f} + {dso(170_000, 620_000, 90):.1f}"
    '72.6 = 47.9 + 24.7'
    """
    return ratio(receivables, sales) * np.asarray(days)


def count_back(receivables: Numbers, sales: Numbers, days: Numbers) -> Numbers:
    """Days sales outstanding, count-back method; missing where the receivables exceed all sales that are known.

    The newest month's sales are taken off the receivables and its days counted, then the month before, and so on; the
    last month counts with the share of its sales that is needed. Of no receivables it is 0, of a credit balance missing.

    Parameters
    ----------
    sales, days
        Per month, newest first; for a column of receivables one row of sales each.

    Examples
    --------
    >>> f"{count_back(212_000, [100_000, 80_000, 70_000], [30, 30, 30]):.1f}"
    '73.7'
    >>> f"{count_back(500_000, [240_000, 200_000], [31, 28]):.1f}"
    'nan'
    """
    parts = count_back_parts(receivables, sales, days)
    found = parts["whole_days"].to_numpy() + ratio(parts["rest"], parts["of_sales"]) * parts["of_days"].to_numpy()
    found = np.where(np.atleast_1d(receivables) == 0, 0.0, found)
    return found[0] if np.ndim(receivables) == 0 else found


def count_back_parts(receivables: Numbers, sales: Numbers, days: Numbers) -> pd.DataFrame:
    """What `count_back` adds up, one row per receivable: whole days, and the rest with the month that covers it.

    Columns ``whole_days``, ``rest``, ``of_sales`` and ``of_days``; missing where no month covers the rest.
    """
    owed = np.atleast_1d(np.asarray(receivables, dtype="float64"))
    sold = np.atleast_2d(np.asarray(sales, dtype="float64"))
    length = np.asarray(days, dtype="float64")
    reached = np.cumsum(sold, axis=1)
    covers = (reached >= owed[:, None]) & (owed[:, None] > 0)
    known = covers.any(axis=1)
    at = np.where(known, covers.argmax(axis=1) if sold.shape[1] else 0, 0)
    if not sold.shape[1]:
        return pd.DataFrame(np.nan, index=range(len(owed)), columns=["whole_days", "rest", "of_sales", "of_days"])
    rows = np.arange(len(owed))
    parts = {
        "whole_days": (np.cumsum(length) - length)[at],
        "rest": owed - (reached[rows, at] - sold[rows, at]),
        "of_sales": sold[rows, at],
        "of_days": length[at],
    }
    return pd.DataFrame({name: np.where(known, value, np.nan) for name, value in parts.items()})


def cei(
    begin: Numbers, sales: Numbers, end_total: Numbers, end_current: Numbers, *, written_off: Numbers = 0, months: Numbers = 1
) -> Numbers:
    """Collection effectiveness index in percent; 100 when nothing past due is left, missing where nothing was to be had.

    (begin + sales - written off - end total) / (begin + sales - end current). ``begin`` and ``end`` are the two ends of the
    time in which ``sales`` were made. With ``months`` above 1 the sales are divided by it, a variant in print whose flow
    does not reconcile (creditguru.com shows 55.9 % that way, where the whole sales give 79.6 %).

    Examples
    --------
    >>> f"{cei(450_000, 620_000, 500_000, 330_000):.1f}"
    '77.0'
    >>> f"{cei(6_200, 10_890, 6_340, 3_590):.1f}, {cei(6_200, 10_890, 6_340, 3_590, months=3):.1f}"
    '79.6, 55.9'
    """
    available = np.asarray(begin) + np.asarray(sales) / np.asarray(months)
    return 100 * ratio(available - np.asarray(written_off) - np.asarray(end_total), available - np.asarray(end_current))


def turnover(sales: Numbers, begin: Numbers, end: Numbers) -> Numbers:
    """How often the average of two balances was sold: sales / ((begin + end) / 2), per period of the sales.

    Examples
    --------
    >>> f"{turnover(620_000, 450_000, 500_000):.3f}"
    '1.305'
    """
    return ratio(sales, (np.asarray(begin) + np.asarray(end)) / 2)


def weighted_mean(values: Numbers, weights: Numbers) -> float:
    """Sum of value x weight over the sum of weights; missing where they sum to nothing.

    Examples
    --------
    >>> f"{weighted_mean([5, 10], [10, 100]):.2f}"
    '9.55'
    """
    value, weight = np.asarray(values, dtype="float64"), np.asarray(weights, dtype="float64")
    return float(ratio((value * weight).sum(), weight.sum()))


def dbt_from_buckets(
    days_1_30: Numbers, days_31_60: Numbers, days_61_90: Numbers, over_90: Numbers, balance: Numbers
) -> Numbers:
    """Days beyond terms of an aged balance: 15, 45, 75 and 105 days for the four past-due buckets, over all that is owed.

    The figure of Experian's business reports (bci2experian.com, understanding DBT).

    Examples
    --------
    >>> f"{dbt_from_buckets(20_000, 10_000, 6_000, 4_000, 100_000):.1f}"
    '16.2'
    """
    days = 15 * np.asarray(days_1_30) + 45 * np.asarray(days_31_60) + 75 * np.asarray(days_61_90) + 105 * np.asarray(over_90)
    return ratio(days, balance)


def gini(amounts: Numbers, *, small_sample: bool = False) -> float:
    """How unequal amounts are: 0 all alike, near 1 all in one; missing where nothing is owed.

    Sorted ascending: 2 x sum(i x amount) / (n x sum) - (n + 1) / n; ``small_sample`` multiplies by n / (n - 1). Amounts below
    nought have no place in it.

    Raises
    ------
    TableRefused
        If an amount is negative.

    Examples
    --------
    >>> f"{gini([10, 20, 30, 40, 100]):.2f}, {gini([10, 20, 30, 40, 100], small_sample=True):.2f}"
    '0.40, 0.50'
    """
    ordered = np.sort(_owed(amounts))
    number = len(ordered)
    ranked = (np.arange(1, number + 1) * ordered).sum()
    found = gini_of_sums(number, ordered.sum(), ranked)
    return float(found * ratio(number, number - 1) if small_sample else found)


def gini_of_sums(number: Numbers, total: Numbers, ranked: Numbers) -> Numbers:
    """`gini` from its sums: how many amounts, their sum, and the sum of each times its place in ascending order."""
    number = np.asarray(number, dtype="float64")
    return np.clip(2 * ratio(ranked, number * np.asarray(total)) - ratio(number + 1, number), 0, 1)


def hhi(amounts: Numbers) -> float:
    """Herfindahl-Hirschman index, the sum of squared shares: 1 / n when all are alike, 1 when one holds everything.

    Examples
    --------
    >>> f"{hhi([10, 20, 30, 40, 100]):.3f}"
    '0.325'
    """
    owed = _owed(amounts)
    return float(ratio((owed**2).sum(), owed.sum() ** 2))


def top_share(amounts: Numbers, most: int) -> float:
    """What the largest few hold of the whole, 0 to 1.

    Examples
    --------
    >>> f"{top_share([10, 20, 30, 40, 100], 2):.2f}"
    '0.70'
    """
    owed = np.sort(_owed(amounts))
    return float(ratio(owed[::-1][:most].sum(), owed.sum()))


def eventual(matrix: pd.DataFrame) -> pd.DataFrame:
    """Where each state ends in the long run, from the one-step chances of an absorbing Markov chain.

    Rows are the states that something can still leave, columns every state it can be in next; those that are columns
    only absorb (paid, written off). The result has the same rows, the absorbing states as columns, and is
    ``(I - Q)^-1 R``. One step is not the end: what stays open this month may still be lost later. (The use for accounts
    receivable is that of Cyert, Davidson and Thompson, 1962.)

    Raises
    ------
    TableRefused
        If a row is no set of chances, or never ends.

    Examples
    --------
    >>> chances = pd.DataFrame(
    ...     {"paid": [0.5, 0.5], "bad": [0.0, 0.2], "1-30": [0.25, 0.05], "31-60": [0.25, 0.25]}, index=["1-30", "31-60"])
    >>> (100 * eventual(chances)["bad"]).round(2).to_dict()
    {'1-30': 9.09, '31-60': 27.27}
    """
    chances = matrix.astype("float64")
    stays = [state for state in chances.index if state in chances.columns]
    ends = [state for state in chances.columns if state not in chances.index]
    wrong = chances.index[~np.isclose(chances.sum(axis=1), 1) | chances.lt(0).any(axis=1)]
    _must_be_chances([str(state) for state in wrong], chances)
    moves = chances.reindex(columns=chances.index, fill_value=0.0).to_numpy()
    left = np.eye(len(chances)) - moves
    endless = _endless(moves, chances[ends].to_numpy().sum(axis=1))
    if endless.any():
        raise TableRefused(
            "some states never end.",
            expected=f"from every state a way to one of {some(list(map(str, ends)), 6) or '(no absorbing state)'}",
            got=some([str(state) for state in np.asarray(stays or chances.index)[endless]]),
            fix="add months in which it was paid or given up, or let that state count as lost",
        )
    found = np.linalg.solve(left, chances[ends].to_numpy()) if len(chances) else np.empty((0, len(ends)))
    return pd.DataFrame(np.clip(found, 0, 1), index=chances.index, columns=pd.Index(ends))


def losses_from_waterfall(amounts: Numbers) -> np.ndarray:
    """Loss rate of each stage of a waterfall: what is finally unpaid over what came in; of the last stage 1.

    Examples
    --------
    >>> (100 * losses_from_waterfall([100_000, 50_000, 23_000, 8_000, 2_000])).round(1).tolist()
    [2.0, 4.0, 8.7, 25.0, 100.0]
    """
    entered = np.asarray(amounts, dtype="float64")
    return ratio(np.full(len(entered), entered[-1] if len(entered) else 0.0), entered)


def losses_from_rolls(rolls: Numbers) -> np.ndarray:
    """Loss rate of each bucket from its roll rate into the next: the product of all that are left; of the last bucket 1.

    Examples
    --------
    >>> (100 * losses_from_rolls([0.5, 0.46, 8 / 23, 0.25])).round(1).tolist()
    [2.0, 4.0, 8.7, 25.0, 100.0]
    """
    rates = np.asarray(rolls, dtype="float64")
    return np.append(np.cumprod(rates[::-1])[::-1], 1.0)


def age_to_age(triangle: pd.DataFrame) -> pd.Series:
    """How cumulative cash grows from one month since invoice to the next: sum over sum, of cohorts where both are known.

    Rows are cohorts, columns months since invoice, cells cumulative cash, missing where not yet known. The factor of a
    column leads to the next one (chain ladder; Friedland, Estimating Unpaid Claims, 2010).

    Examples
    --------
    >>> cash = pd.DataFrame([[600, 900, 970, 990], [640, 950, 1020, None], [580, 870, None, None], [700, None, None, None]])
    >>> age_to_age(cash).round(4).tolist()
    [1.4945, 1.0757, 1.0206]
    """
    cells = triangle.astype("float64").to_numpy()
    both = ~np.isnan(cells[:, 1:]) & ~np.isnan(cells[:, :-1])
    later, sooner = (np.where(both, part, 0).sum(axis=0) for part in (cells[:, 1:], cells[:, :-1]))
    return pd.Series(ratio(later, sooner), index=triangle.columns[:-1])


def ultimate(triangle: pd.DataFrame, billed: pd.Series) -> pd.Series:
    """Cash each cohort will have brought in the end: what is known last, grown by `age_to_age`, at most what was billed.

    Parameters
    ----------
    billed
        Per cohort, credit notes taken off.

    Examples
    --------
    >>> cash = pd.DataFrame([[600, 900, 970, 990], [640, 950, 1020, None], [580, 870, None, None], [700, None, None, None]])
    >>> (ultimate(cash, pd.Series([1000, 1060, 980, 1150])) - [990, 1020, 870, 700]).round(1).tolist()
    [0.0, 21.0, 85.1, 448.5]
    """
    cells = triangle.astype("float64")
    growth = np.append(np.cumprod(age_to_age(triangle).to_numpy()[::-1])[::-1], 1.0)
    known = cells.notna().to_numpy()
    last = cells.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
    found = np.where(known.any(axis=1), cells.to_numpy()[np.arange(len(cells)), last] * growth[last], np.nan)
    return pd.Series(np.minimum(found, billed.to_numpy("float64")), index=triangle.index)


def allowance(balances: Numbers, rates: Numbers) -> Numbers:
    """What a provision matrix sets aside per bucket: balance x rate, rates not rounded before.

    Examples
    --------
    >>> rates = losses_from_waterfall([100_000, 50_000, 23_000, 8_000, 2_000])
    >>> allowance([300_000, 140_000, 60_000, 23_000, 5_000], rates).round().tolist()
    [6000.0, 5600.0, 5217.0, 5750.0, 5000.0]
    """
    return np.asarray(balances, dtype="float64") * np.asarray(rates, dtype="float64")


def simple(minor: np.ndarray, rate: float, days: np.ndarray | int, *, year: int = YEAR) -> np.ndarray:
    """Simple interest, ``amount x rate x days / year``, rounded half up once, in minor units.

    With the rate that money costs, it is also what waiting for a debt costs.

    Examples
    --------
    >>> simple(np.array([500_000, 10_000_000]), 0.1225, 101).tolist()
    [16949, 338973]
    >>> simple(np.array([10_000_000]), 0.10, 60).tolist()
    [164384]
    """
    exact = np.asarray(minor, dtype="int64").astype("object")
    product, divisor = exact * round(rate * MILLION) * days, MILLION * year
    return ((2 * product + divisor) // (2 * divisor)).astype("int64")


def level_payment(amount: Numbers, rate: Numbers, months: Numbers) -> Numbers:
    """The equal monthly payment that clears an amount with interest: ``A i / (1 - (1 + i)^-n)``, i a twelfth of the rate.

    Examples
    --------
    >>> f"{level_payment(9000, 0.0, 6):.2f}, {level_payment(9000, 0.10, 6):.2f}"
    '1500.00, 1544.05'
    """
    amount, months = np.asarray(amount, dtype="float64"), np.asarray(months, dtype="float64")
    i = np.asarray(rate, dtype="float64") / 12
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(i > 0, amount * i / (1 - (1 + i) ** -months), amount / months)[()]


def plan_value(down: Numbers, instalment: Numbers, months: Numbers, rate: Numbers, kept: Numbers = 1.0) -> Numbers:
    """What a payment plan is worth today: money now and equal instalments a month apart, at ``rate`` a year, ``kept`` each.

    ``down + instalment x sum of (kept / (1 + rate / 12))^k`` for k = 1 to ``months``: each instalment comes with the chance
    ``kept`` once all before it came.

    Examples
    --------
    >>> round(plan_value(3000, 1500, 6, 0.10)), round(plan_value(3000, 1500, 6, 0.10, 0.95))
    (11743, 10344)
    """
    each = np.asarray(kept, dtype="float64") / (1 + np.asarray(rate, dtype="float64") / 12)
    months = np.asarray(months, dtype="float64")
    with np.errstate(invalid="ignore", divide="ignore"):
        whole = np.where(np.isclose(each, 1), months, each * (1 - each**months) / (1 - each))
    return (np.asarray(down, dtype="float64") + np.asarray(instalment, dtype="float64") * whole)[()]


def advance_cost(fee: Numbers, advance: Numbers, days: Numbers) -> Numbers:
    """What money advanced costs per year, as a share: fee / advance x 365 / days; missing where it is none, or for no time.

    Examples
    --------
    >>> f"{advance_cost(375, 8500, 45):.3f}"
    '0.358'
    """
    return ratio(fee, advance) * ratio(YEAR, days)


def ratio(part: Numbers, whole: Numbers) -> Numbers:
    """One number over another, missing unless the latter is above nought.

    Examples
    --------
    >>> f"{ratio(1, 4)} {ratio(1, 0)}"
    '0.25 nan'
    """
    top, bottom = np.asarray(part, dtype="float64"), np.asarray(whole, dtype="float64")
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan)[()]


def _owed(amounts: Numbers) -> np.ndarray:
    owed = np.asarray(amounts, dtype="float64")
    if (owed < 0).any():
        raise TableRefused(
            "some amounts are below nought.",
            expected="what is owed: credits taken off per customer, or left out",
            got=some([f"{amount:,.2f}" for amount in owed[owed < 0]]),
            fix="leave customers in credit out, and say how many they are",
        )
    return owed


def _must_be_chances(wrong: list[str], chances: pd.DataFrame) -> None:
    if wrong:
        row = chances.loc[chances.index.astype("str") == wrong[0]].iloc[0]
        raise TableRefused(
            f"{len(wrong)} rows are no sets of chances.",
            expected="in each row shares of 0 or more that add up to 1",
            got=f"{some(wrong)}; the first adds up to {row.sum():.4f}",
            fix="divide each row by its sum, or leave out states in which nothing was ever seen",
        )


def _endless(moves: np.ndarray, absorbed: np.ndarray) -> np.ndarray:
    """Which states have no way to an absorbing one, however long."""
    ending = absorbed > 0
    for _ in range(len(moves)):
        ending = ending | (moves[:, ending] > 0).any(axis=1)
    return ~ending
