"""Cash expected week by week: from what is open, and apart from it from invoices not yet written."""

import numpy as np
import pandas as pd
from scipy.interpolate import PchipInterpolator

from arkit.forecast.lives import NEVER, Lives
from arkit.forecast.steps import HORIZONS
from arkit.ledger import Ledger
from arkit.money import to_major, to_minor
from arkit.netting import net_of_credits
from arkit.policy import DEFAULT, Policy
from arkit.tables import CASH, DOCUMENTS, FORECASTS

#: Weeks of billing that the normal flow is taken from, and the days within which an invoice is followed.
BILLED_WEEKS, FOLLOWED = 26, 365
#: A range that holds in four of five weeks reaches so many standard deviations to each side.
REACH = 1.2816
KEY = ["customer_id", "document_id", "instalment", "currency", "entity"]


def cash_forecast(
    forecasts: pd.DataFrame,
    documents: pd.DataFrame,
    ledger: Ledger | None = None,
    *,
    weeks: int = 12,
    spread: float = 1.0,
    policy: Policy = DEFAULT,
) -> pd.DataFrame:
    """Cash expected in each of the next weeks, one row per currency and week, shape `CASH`.

    ``backlog`` is open amount x chance of being paid in that week, credits not yet applied taken off the oldest first;
    between two horizons the money goes on smoothly, and money paid in parts counts when the last part comes. ``flow`` is
    from invoices that are still to be written: what the ledger billed a week over the last 26 weeks, and how soon such
    money came in; without a ledger it is missing. A range holds in about four of five weeks if the variance is ``spread``
    times that of documents that pay independently of each other (`PaymentForecast.spread_`). Where no document has a chance
    there are no rows.

    Raises
    ------
    TableRefused
        If one of the two tables is another.

    Examples
    --------
    >>> day = pd.Timestamp("2026-10-31")
    >>> documents = pd.DataFrame({"as_of": day, "customer_id": "C1", "document_id": ["A", "B"], "kind": "invoice",
    ...     "issued": day, "due_date": day, "amount": 100.0, "open_amount": 100.0, "currency": "EUR", "settled": False,
    ...     "settled_on": pd.NaT, "days_late": 0})
    >>> forecasts = documents[["as_of", "customer_id", "document_id", "currency"]].assign(
    ...     p_7=0.5, p_14=0.8, p_30=0.9, p_60=1.0, p_90=1.0, expected_date=day, low_date=day, high_date=day, basis="")
    >>> cash_forecast(forecasts, documents, weeks=2)["backlog"].tolist()
    [100.0, 60.0]
    """
    DOCUMENTS.must_have(documents)
    forecasts = FORECASTS.conform(forecasts)
    if not len(documents) or (len(forecasts) and forecasts["p_7"].isna().all()):
        return CASH.empty()
    as_of = pd.Timestamp(documents["as_of"].max())
    ends = 7 * np.arange(1, weeks + 1)
    backlog = _backlog(forecasts, documents, ends, spread)
    flow = None if ledger is None else _flow(Lives.of_ledger(ledger.until(as_of), policy), as_of, ends)
    rows = [_rows(str(currency), as_of, ends, pair, flow) for currency, pair in backlog.items()]
    return CASH.conform(pd.concat(rows, ignore_index=True)) if rows else CASH.empty()


def _backlog(forecasts: pd.DataFrame, documents: pd.DataFrame, ends: np.ndarray, spread: float) -> dict[object, tuple]:
    """Expected amounts and their standard deviations per week and currency, in minor units."""
    known = documents.reindex(columns=list(dict.fromkeys([*documents.columns, *KEY])))
    known = known.assign(net=net_of_credits(documents), **{name: known[name].astype("str").fillna("") for name in KEY})
    chances = [f"p_{horizon}" for horizon in HORIZONS]
    both = known[[*KEY, "net"]].merge(forecasts[[*KEY, *chances]].dropna(), on=KEY)
    whole = np.column_stack([np.zeros(len(both)), both[chances].to_numpy()])
    days = np.array([0, *HORIZONS])
    part, net = np.diff(_straight(whole, days, np.r_[0, ends]), axis=1), both["net"].to_numpy("float64")
    nothing = (np.zeros(len(ends)), np.zeros(len(ends)))
    found: dict[object, tuple] = dict.fromkeys(known["currency"].unique(), nothing)
    for currency, rows in both.groupby("currency").indices.items():
        mean = np.diff(smooth(net[rows] @ whole[rows], days, np.r_[0, ends]))
        variance = spread * (net[rows] ** 2) @ (part[rows] * (1 - part[rows]))
        found[currency] = (mean, np.sqrt(variance))
    return found


def _straight(whole: np.ndarray, days: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """The chance of each document by each end, straight between horizons and level after the last."""
    place = np.clip(np.searchsorted(days, ends), 1, len(days) - 1)
    part = np.minimum((ends - days[place - 1]) / np.diff(days)[place - 1], 1.0)
    return whole[:, place - 1] + (whole[:, place] - whole[:, place - 1]) * part


def smooth(summed: np.ndarray, days: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """What has come by each of ``ends`` of what has come by some ``days``, without corners; level after the last.

    The cubics never fall and never go beyond the points they are drawn through (Fritsch and Butland 1984). They are drawn
    through the money of all documents: between two horizons little is known of a single one.

    Examples
    --------
    >>> smooth(np.array([0.0, 70.0, 140.0]), np.array([0, 7, 14]), np.array([7, 10, 14, 21])).round().tolist()
    [70.0, 100.0, 140.0, 140.0]
    """
    return PchipInterpolator(days, summed)(np.minimum(ends, days[-1]))


def _flow(lives: Lives, as_of: pd.Timestamp, ends: np.ndarray) -> dict[str, tuple]:
    """Amounts from invoices not yet written, and their standard deviations, per week and currency, in minor units."""
    end = int((as_of - pd.Timestamp(0)).days)
    documents, states = lives.documents, lives.states
    first = np.searchsorted(states["document"].to_numpy(), np.arange(len(documents)))
    amount = pd.Series(states["amount"].to_numpy()[first])
    minor = to_minor(amount, documents["currency"]).astype("float64")
    issued, paid_on = documents["issued"].to_numpy(), lives.outcomes()["paid_on"].to_numpy()[first]
    found = {}
    for currency, rows in documents.groupby("currency").indices.items():
        week = (end - issued[rows]) // 7
        span = int(min(BILLED_WEEKS, (end - issued[rows].min()) // 7))
        if span < 4:
            continue
        billed = np.bincount(week[week < span], weights=minor[rows][week < span], minlength=span)
        curve = np.r_[0, _paid_within(issued[rows], paid_on[rows], minor[rows], end, ends - 3.5)]
        # money of week w comes from invoices of the weeks up to it, each written in the middle of its week on average
        share = np.array([curve[w + 1] for w in range(len(ends))])
        found[str(currency)] = (billed.mean() * share, billed.std(ddof=1) * np.sqrt(np.cumsum(np.diff(curve) ** 2)))
    return found


def _paid_within(issued: np.ndarray, paid_on: np.ndarray, worth: np.ndarray, end: int, days: np.ndarray) -> np.ndarray:
    """Share of billed money in hand so many days after the invoice, by Kaplan and Meier, each invoice at its amount."""
    came = paid_on < NEVER
    took = np.clip(np.where(came, paid_on, end) - issued, 0, FOLLOWED)
    came &= paid_on - issued <= FOLLOWED
    events = np.bincount(took[came], weights=worth[came], minlength=FOLLOWED + 1)
    leaves = np.bincount(took, weights=worth, minlength=FOLLOWED + 1)
    at_risk = np.cumsum(leaves[::-1])[::-1]
    stays = np.cumprod(1 - np.divide(events, at_risk, out=np.zeros_like(events), where=at_risk > 0))
    return np.interp(days, np.arange(FOLLOWED + 1), 1 - stays)


def _rows(currency: str, as_of: pd.Timestamp, ends: np.ndarray, backlog: tuple, flow: dict[str, tuple] | None) -> pd.DataFrame:
    table = pd.DataFrame({"as_of": as_of, "currency": currency, "week": np.arange(1, len(ends) + 1)})
    table["from_date"] = as_of + pd.to_timedelta(ends - 6, unit="D")
    table["to_date"] = as_of + pd.to_timedelta(ends, unit="D")
    nothing = (np.zeros(len(ends)), np.zeros(len(ends)))
    parts = {"backlog": backlog} | ({} if flow is None else {"flow": flow.get(currency, nothing)})
    for name, (mean, deviation) in parts.items():
        for column, value in (
            (name, mean),
            (f"{name}_low", np.maximum(mean - REACH * deviation, 0)),
            (f"{name}_high", mean + REACH * deviation),
        ):
            table[column] = to_major(np.rint(value), table["currency"])
    return table
