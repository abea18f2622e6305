"""One number and its reasons per customer, every point traceable to the policy."""

import re

import numpy as np
import pandas as pd

from arkit.policy import DEFAULT, Policy
from arkit.tables import SCORES

#: How each ingredient is said; {x} is the customer's own number, {n} how many invoices, {book} the number it counts as.
WORDS = {
    "timing": "{x} days beyond terms over {n} invoices, counts as {book}",
    "late_share": "{x} of {n} late",
    "overdue_share": "{x} % of the open balance past due",
    "trend": "{x} days later than before",
    "breaks_norm": "{x} days beyond its own norm",
    "part_paid": "{x} invoices paid in parts",
    "promises_broken": "{x} promises broken",
}


def score(profiles: pd.DataFrame, policy: Policy = DEFAULT) -> pd.DataFrame:
    """How surely each customer pays on time, one row per customer, shape `SCORES`.

    100 plus the points of every ingredient, never below 0. Timing is worth what the policy's knots say for the shrunk days
    beyond terms (a PAYDEX-style index); each other ingredient costs a share of its most points, up to the figure at
    which the policy says it is reached. The columns ``points_<ingredient>`` carry every point, and ``points_floor`` what
    was given back at 0, so that 100 and the points always add up to the score.

    ``confidence`` is the credibility of the customer's own history: 0 means the score is the book's, not the customer's.

    Examples
    --------
    >>> from arkit.history import profile
    >>> from arkit.sample import sample_ledger
    >>> scores = score(profile(sample_ledger().at("2026-10-31")))
    >>> points = scores.filter(like="points_").sum(axis=1)
    >>> bool((scores["score"] - 100 - points).abs().max() < 1e-9)
    True
    """
    if not len(profiles):
        return SCORES.empty()
    weights, numbers = policy.score, _numbers(profiles)
    points = pd.DataFrame(
        {
            "timing": _timing(profiles["days_late_shrunk"].fillna(0), policy) - 100,
            "late_share": -weights.late_share * profiles["late_share"].fillna(0),
            "overdue_share": -weights.overdue_share * profiles["overdue_share"].fillna(0),
            "trend": -weights.trend * _reached(profiles["trend_days"], weights.trend_days),
            "breaks_norm": -weights.breaks_norm * _reached(profiles["breaks_norm_days"], weights.breaks_norm_days),
            "part_paid": -weights.part_paid * _reached(profiles["part_paid"], weights.part_paid_count),
            "promises_broken": -weights.promises_broken * _reached(profiles["promises_broken"], weights.promises_broken_count),
        },
        index=profiles.index,
    ).round(1)
    raw = 100 + points.sum(axis=1)
    reached = raw.clip(lower=0).round(1)
    scored = profiles[["as_of", "customer_id", "n"]].assign(
        score=reached,
        grade=_grade(reached, policy),
        reasons=_reasons(points, numbers, profiles),
        confidence=profiles["credibility"].round(2),
    )
    return SCORES.conform(scored.join(points.assign(floor=reached - raw).add_prefix("points_")))


def _numbers(profiles: pd.DataFrame) -> pd.DataFrame:
    """The number each ingredient goes by, as it is said in a reason."""
    return pd.DataFrame(
        {
            "timing": profiles["days_late_weighted"],
            "late_share": profiles["n_late"],
            "overdue_share": profiles["overdue_share"] * 100,
            "trend": profiles["trend_days"],
            "breaks_norm": profiles["breaks_norm_days"],
            "part_paid": profiles["part_paid"],
            "promises_broken": profiles["promises_broken"],
        }
    ).fillna(0)


def _timing(days: pd.Series, policy: Policy) -> np.ndarray:
    """Points for days beyond terms, straight lines between the knots."""
    knots = np.array(policy.score.knots)
    return np.asarray(np.interp(days.to_numpy("float64"), knots[:, 0], knots[:, 1]))


def _reached(value: pd.Series, full: float) -> pd.Series:
    """How much of an ingredient's most points is reached, 0 to 1; nothing where the number is unknown."""
    return (value.astype("float64") / full).clip(0, 1).fillna(0)


def _grade(reached: pd.Series, policy: Policy) -> np.ndarray:
    bounds = sorted(policy.score.grades)
    return np.array([letter for _, letter in bounds])[np.searchsorted([low for low, _ in bounds], reached, side="right") - 1]


def _reasons(points: pd.DataFrame, numbers: pd.DataFrame, profiles: pd.DataFrame, most: int = 3) -> pd.Series:
    """The ingredients that cost the most, in words with their numbers and points."""
    said = pd.DataFrame({name: _phrase(str(name), numbers[name], points[name], profiles) for name in points})
    order = np.argsort(points.to_numpy(), axis=1, kind="stable")[:, :most]
    chosen = np.take_along_axis(said.to_numpy(dtype=object), order, axis=1)
    joined = pd.Series("", index=points.index, dtype="str")
    for column in chosen.T:
        phrase = pd.Series(column, index=points.index, dtype="str")
        joined = joined + np.where(joined.ne("") & phrase.ne(""), "; ", "") + phrase
    return joined


def _phrase(name: str, number: pd.Series, points: pd.Series, profiles: pd.DataFrame) -> pd.Series:
    """One ingredient said for every customer: '8 of 10 late (-8.0)'; empty where it costs less than half a point.

    Where a customer has no history, the book's stands in, and that is said.
    """
    fill = {"{x}": _whole(number), "{n}": _whole(profiles["n"]), "{book}": _whole(profiles["days_late_shrunk"])}
    words = pd.Series("", index=points.index, dtype="str")
    for part in re.split(r"(\{\w+\})", WORDS[name]):
        words = words + fill.get(part, part)
    if name in ("timing", "late_share"):
        stranger = "nothing paid or past due yet, counts as the book: " + fill["{book}"] + " days beyond terms"
        words = words.where(profiles["n"].gt(0), stranger if name == "timing" else "late as often as the book")
    return (words + " (" + points.map("{:+.1f}".format) + ")").astype("str").where(points.le(-0.5), "")


def _whole(number: pd.Series) -> pd.Series:
    """Whole numbers in words."""
    return number.fillna(0).round().astype("int64").astype("str")
