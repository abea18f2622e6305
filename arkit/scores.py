"""One number and its reasons per customer, every point traceable to the policy."""

import re

import numpy as np
import pandas as pd

from arkit.policy import DEFAULT, Policy
from arkit.tables import POINTS, PROFILES, SCORES

#: How each ingredient is said; {x} is the customer's own number, {n} how many invoices, {book} the number it counts as.
WORDS = {
    "timing": "{x} days beyond terms over {n} invoices, counts as {book}",
    "late_share": "{x} of {n} late",
    "overdue_share": "{x} % of the open balance past due",
    "trend": "lately {x} days later than in all",
    "beyond_pace": "the oldest open invoice {x} days beyond its own pace",
    "part_paid": "{x} invoices paid in parts",
    "promises_broken": "{x} promises broken",
    "bounced": "{x} payments bounced",
}
#: The profile's columns that differ once something is done about them.
PACES = ("days_late_shrunk", "days_late_recent")
#: What of a profile is judged.
JUDGED = (
    "as_of", "customer_id", "n", "n_settled", "n_late", "late_share", "days_late_shrunk", "days_late_recent",
    "overdue_share", "oldest_days_late", "part_paid", "promises_broken", "bounced",
)  # fmt: skip


def score(profiles: pd.DataFrame, policy: Policy = DEFAULT) -> pd.DataFrame:
    """How surely each customer pays on time, one row per customer, shape `SCORES`.

    100 plus the points of every ingredient, never below 0. Timing is worth what the policy's knots say for the shrunk days
    beyond terms (a PAYDEX-style index); the trend, what they say for the pace, which recent invoices move if they are later;
    each other ingredient costs a share of its most points, up to the figure at which the policy says it is reached. What is
    past due within the customer's own pace costs nothing: slow but steady is quiet, and one who stops is heard. The
    columns ``points_<ingredient>`` carry every point, and ``points_floor`` what was given back at 0, so that 100 and the
    points always add up to the score; `points` gives the same as a long table. A dispute is not lateness and costs nothing.

    With the book held fixed, an invoice past its due day that is paid later never raises the score; one more that is paid by
    its due day, and no later than the customer's own mean, never lowers it. (The published knots reward paying early, so one
    who always pays three weeks early comes down by paying on the day.) Nothing ever paid: never above what the knots
    say for the oldest invoice past due, at most 120 days.

    ``would_lift`` says what two steps would bring, by scoring again: all that is past due paid today, and some more invoices
    (``history.lift_invoices``) paid on their due day.

    ``confidence`` is the credibility of the customer's own history: 0 means the score is the book's, not the customer's.

    Raises
    ------
    TableRefused
        If the table is no table of profiles.

    Examples
    --------
    >>> from arkit.history import profile
    >>> from arkit.sample import sample_ledger
    >>> scores = score(profile(sample_ledger().at("2026-10-31")))
    >>> points = scores.filter(like="points_").sum(axis=1)
    >>> bool((scores["score"] - 100 - points).abs().max() < 1e-9)
    True
    """
    PROFILES.must_have(profiles, *JUDGED)
    if not len(profiles):
        return SCORES.empty()
    tenths = _tenths(profiles, policy)
    costs = tenths / 10
    reached = (1000 + tenths.sum(axis=1)) / 10
    scored = profiles[["as_of", "customer_id", "n"]].assign(
        score=reached,
        grade=_grade(reached, policy),
        reasons=_reasons(costs.drop(columns="floor"), _numbers(profiles, policy), profiles),
        would_lift=_would_lift(tenths, profiles, policy),
        habit=profiles["habit"],
        confidence=profiles["credibility"].round(2),
    )
    return SCORES.conform(scored.join(costs.add_prefix("points_")))


def points(profiles: pd.DataFrame, policy: Policy = DEFAULT) -> pd.DataFrame:
    """Where every point of every score comes from, one row per customer and ingredient, shape `POINTS`.

    100 and the points of a customer add up to its score, to the tenth.

    Raises
    ------
    TableRefused
        If the table is no table of profiles.

    Examples
    --------
    >>> from arkit.history import profile
    >>> from arkit.sample import sample_ledger
    >>> points(profile(sample_ledger().at("2026-10-31")))["ingredient"].unique().tolist()[:3]
    ['timing', 'late_share', 'overdue_share']
    """
    PROFILES.must_have(profiles, *JUDGED)
    if not len(profiles):
        return POINTS.empty()
    of = pd.Index(profiles["customer_id"], name="customer_id")
    costs = (_tenths(profiles, policy) / 10).set_axis(of)
    values = _numbers(profiles, policy).assign(timing=profiles["days_late_shrunk"], late_share=profiles["late_share"] * 100)
    long = costs.melt(var_name="ingredient", value_name="points", ignore_index=False)
    value = values.assign(floor=np.nan)[costs.columns].set_axis(of).melt(value_name="value")["value"]
    long = long.reset_index().assign(value=value, as_of=profiles["as_of"].iloc[0])
    return POINTS.conform(long.sort_values("customer_id", kind="stable", ignore_index=True))


def _tenths(profiles: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The points of every ingredient in whole tenths, and the ``floor`` given back at 0.

    It is the running sums that are rounded, so that the sum is the rounded sum, whatever the parts.
    """
    weights, numbers = policy.score, _numbers(profiles, policy)
    pace, shrunk = _pace(profiles, policy), profiles["days_late_shrunk"].fillna(0)
    exact = pd.DataFrame(
        {
            "timing": _worth(shrunk, policy) - 100,
            "late_share": -weights.late_share * profiles["late_share"].fillna(0),
            "overdue_share": -weights.overdue_share * profiles["overdue_share"].fillna(0) * _unusual(profiles, numbers, policy),
            "trend": _worth(pace, policy) - _worth(shrunk, policy),
            "beyond_pace": -weights.beyond_pace
            * _reached(numbers["beyond_pace"] - weights.beyond_pace_after, weights.beyond_pace_days),
            "part_paid": -weights.part_paid * _reached(profiles["part_paid"], weights.part_paid_count),
            "promises_broken": -weights.promises_broken * _reached(profiles["promises_broken"], weights.promises_broken_count),
            "bounced": -weights.bounced * _reached(profiles["bounced"], weights.bounced_count),
        },
        index=profiles.index,
    )
    running = np.rint(np.cumsum(exact.to_numpy(), axis=1).round(7) * 10).astype("int64")
    tenths = pd.DataFrame(np.diff(running, axis=1, prepend=0), index=exact.index, columns=exact.columns)
    return tenths.assign(floor=np.maximum(-1000 - running[:, -1], 0))


def _pace(profiles: pd.DataFrame, policy: Policy) -> pd.Series:
    """The days judged: the shrunk mean, moved part of the way to recent invoices where those are later."""
    shrunk, recent = profiles["days_late_shrunk"].fillna(0), profiles["days_late_recent"]
    return shrunk + policy.score.trend * (recent - shrunk).clip(0, policy.score.trend_days).fillna(0)


def _unusual(profiles: pd.DataFrame, numbers: pd.DataFrame, policy: Policy) -> pd.Series:
    """How far what is past due is beyond the customer's own pace, 0 to 1; before the first payment there is no pace."""
    beyond = _reached(numbers["beyond_pace"], policy.score.overdue_share_days)
    return beyond.where(profiles["n_settled"].gt(0), 1.0)


def _numbers(profiles: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The number each ingredient goes by, as it is said in a reason."""
    return pd.DataFrame(
        {
            "timing": profiles["days_late_weighted"],
            "late_share": profiles["n_late"],
            "overdue_share": profiles["overdue_share"] * 100,
            "trend": (profiles["days_late_recent"] - profiles["days_late_shrunk"]).clip(lower=0),
            "beyond_pace": (profiles["oldest_days_late"] - _pace(profiles, policy).clip(lower=0)).clip(lower=0),
            "part_paid": profiles["part_paid"],
            "promises_broken": profiles["promises_broken"],
            "bounced": profiles["bounced"],
        }
    ).fillna(0)


def _worth(days: pd.Series, policy: Policy) -> np.ndarray:
    """Points for days beyond terms, straight lines between the knots."""
    knots = np.array(policy.score.knots)
    return np.asarray(np.interp(days.to_numpy("float64"), knots[:, 0], knots[:, 1]))


def _reached(value: pd.Series, full: float) -> pd.Series:
    """How much of an ingredient's most points is reached, 0 to 1; nothing where the number is unknown."""
    return (value.astype("float64") / full).clip(0, 1).fillna(0)


def _would_lift(tenths: pd.DataFrame, profiles: pd.DataFrame, policy: Policy) -> pd.Series:
    """What paying all that is past due, and some more on the day, would bring; each by scoring the profile it would give."""
    more, n = policy.history.lift_invoices, profiles["n"] + policy.history.late_prior
    paid = profiles.assign(**{name: profiles[f"{name}_if_paid"] for name in PACES}, overdue_share=0.0, oldest_days_late=0.0)
    prompt = profiles.assign(
        **{name: profiles[f"{name}_if_prompt"] for name in PACES},
        late_share=profiles["late_share"] * n / (n + more),
        n_settled=profiles["n_settled"] + more,
    )
    past_due = profiles["n_past_due"]
    lifts = [
        ("paying the " + past_due.astype("str") + " invoices past due", paid, past_due.gt(0)),
        (pd.Series(f"{more} more invoices paid on their due day", index=profiles.index), prompt, profiles["n"].ge(0)),
    ]
    said = pd.Series("", index=profiles.index, dtype="str")
    for step, after, applies in lifts:
        gain = (_tenths(after, policy).sum(axis=1) - tenths.sum(axis=1)) / 10
        words = step.str.replace("the 1 invoices", "the invoice") + ": " + gain.map("{:+.1f}".format)
        told = words.where(applies & gain.ge(0.5), "")
        said = said + np.where(said.ne("") & told.ne(""), "; ", "") + told
    return said


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
    words = words.str.replace(r"\b1 (invoice|promise|payment|day)s\b", r"1 \1", regex=True)
    if name == "timing":
        unpaid = (
            "no payment known, the oldest of " + fill["{n}"] + " past due " + fill["{x}"] + " days beyond terms, counts as "
        )
        words = words.where(profiles["n_settled"].gt(0), unpaid + fill["{book}"])
    if name in ("timing", "late_share"):
        stranger = "nothing paid or past due yet, counts as the book: " + fill["{book}"] + " days beyond terms"
        words = words.where(profiles["n"].gt(0), stranger if name == "timing" else "late as often as the book")
    return (words + " (" + points.map("{:+.1f}".format) + ")").astype("str").where(points.le(-0.5), "")


def _whole(number: pd.Series) -> pd.Series:
    """Whole numbers in words."""
    return number.fillna(0).round().astype("int64").astype("str")
