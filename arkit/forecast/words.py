"""What moved a document's chance, in words: each group of facts replaced by what is typical, and the difference told."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from arkit.forecast.known import Known

#: Facts that tell one thing together, and are replaced together.
GROUPS: dict[str, tuple[str, ...]] = {
    "age": ("days_past_due", "age_days", "terms_days", "due_weekday", "due_day", "due_to_month_end"),
    "usual": (
        "late_mean", "late_recent", "late_share", "late_so_far", "late_expected", "late_spread", "n", "tenure_days",
        "since_paid", "issued_recent",
    ),
    "owes": ("open_others", "open_to_usual", "late_others", "late_amount_share", "oldest_late"),
    "dispute": ("disputed", "disputed_days"),
    "promise": ("promised_in", "promise_broken"),
    "bounced": ("bounced", "bounced_customer"),
    "parts": ("paid_share", "payments"),
    "amount": ("amount_to_book", "amount_to_usual"),
    "sent": ("electronic", "electronic_new"),
    "habit": (),
}  # fmt: skip
#: Told are so many reasons, none that moves the chance by less.
MOST, LEAST = 3, 0.01
#: Of the recent payments so many were for invoices sent the other way.
HALF = 0.5


def typical(known: Known, group: str, facts: pd.Series) -> Known:
    """The same documents with one group of facts as it typically is."""
    changed = known.facts.assign(**{name: np.float32(facts[name]) for name in GROUPS[group]})
    changed["beyond_usual"] = changed["days_past_due"] - changed["late_mean"]
    changed["late_trend"] = changed["late_recent"] - changed["late_mean"]
    monthly, weekly = known.monthly, known.weekly
    if group == "habit":
        monthly, weekly = np.ones_like(monthly), np.ones_like(weekly)
    return Known(known.lives, known.state, known.day, changed, monthly, weekly)


def reasons(known: Known, chances: Callable[[Known], np.ndarray], facts: pd.Series) -> tuple[pd.Series, pd.DataFrame]:
    """Per row the reasons in words, and per row and group by how much it moved the chance."""
    whole = chances(known)
    moved = pd.DataFrame({group: whole - chances(typical(known, group, facts)) for group in GROUPS})
    told = pd.DataFrame({group: said(known) for group, said in WORDS.items()})
    moved = moved.where(told.map(len).gt(0), 0.0)
    order = np.argsort(-moved.abs().to_numpy(), axis=1, kind="stable")[:, :MOST]
    lines = pd.Series("", index=moved.index, dtype="str")
    rows = np.arange(len(moved))
    for place in range(min(MOST, order.shape[1])):
        by = moved.to_numpy()[rows, order[:, place]]
        text = pd.Series(told.to_numpy()[rows, order[:, place]], dtype="str")
        points = pd.Series(np.rint(100 * by).astype("int64")).map("{:+d} points: ".format).astype("str")
        line = (points + text).where(np.abs(by) >= LEAST, "")
        lines = lines + np.where(lines.ne("") & line.ne(""), "; ", "") + line
    return lines.replace("", "as is typical for the book"), moved


def _numbers(values: pd.Series) -> pd.Series:
    return values.round().fillna(0).astype("int64").abs().astype("str")


def _days(values: pd.Series) -> pd.Series:
    whole = _numbers(values)
    return whole + np.where(whole.eq("1"), " day", " days")


def _age(known: Known) -> pd.Series:
    late = known.facts["days_past_due"]
    words = np.select([late > 0, late == 0], [_days(late) + " past due", "due today"], "due in " + _days(late))
    return pd.Series(words, dtype="str")


def _usual(known: Known) -> pd.Series:
    facts = known.facts
    mean, n = facts["late_mean"].round(), facts["n"].round()
    how = np.select([mean > 0, mean < 0], [_days(mean) + " late", _days(mean) + " early"], "on the due day")
    of = _numbers(n) + np.where(n.eq(1), " invoice paid", " invoices paid")
    trend = (facts["late_recent"] - facts["late_mean"]).round()
    shift = [", lately " + _days(trend) + " later", ", lately " + _days(trend) + " earlier"]
    lately = np.select([trend >= 2, trend <= -2], shift, "")
    words = np.where(n.gt(0), "usually pays " + pd.Series(how, dtype="str") + " (" + of + ")" + lately, "has paid nothing yet")
    return pd.Series(words, dtype="str")


def _owes(known: Known) -> pd.Series:
    n, late, oldest = known.facts["open_others"], known.facts["late_others"], known.facts["oldest_late"]
    some = _numbers(n) + " other open"
    words = some + ", " + _numbers(late) + " of them past due, oldest " + _days(oldest)
    return pd.Series(np.select([late > 0, n > 0], [words, some + ", none past due"], "nothing else is open"), dtype="str")


def _dispute(known: Known) -> pd.Series:
    since = known.facts["disputed_days"]
    return pd.Series(np.where(known.facts["disputed"].gt(0), "in dispute for " + _days(since), "not in dispute"), dtype="str")


def _promise(known: Known) -> pd.Series:
    ahead, past = known.facts["promised_in"], known.facts["promise_broken"]
    words = np.select(
        [ahead.notna(), past.notna()],
        ["promised in " + _days(ahead), "a promised day passed " + _days(past) + " ago"],
        "nothing is promised",
    )
    return pd.Series(words, dtype="str")


def _bounced(known: Known) -> pd.Series:
    n = known.facts["bounced_customer"]
    return pd.Series(np.where(n > 0, _numbers(n) + " returned unpaid before", "no payment was ever returned"), dtype="str")


def _parts(known: Known) -> pd.Series:
    share = known.facts["paid_share"]
    return pd.Series(np.where(share > 0, _numbers(100 * share) + " % of it is paid", "no part is paid"), dtype="str")


def _amount(known: Known) -> pd.Series:
    times = np.exp(known.facts["amount_to_usual"].to_numpy("float64"))
    return pd.Series(times, dtype="float64").map("{:.1f} times the customer's usual amount".format).astype("str")


def _sent(known: Known) -> pd.Series:
    electronic, new = known.facts["electronic"].gt(0), known.facts["electronic_new"]
    way = np.where(electronic, "sent by mail or as data", "sent on paper")
    unusual = np.where(new.abs() >= HALF, ", the recent ones mostly were not", "")
    return pd.Series(way, dtype="str") + unusual


def _habit(known: Known) -> pd.Series:
    if not len(known.state):
        return pd.Series([], dtype="str")
    day, share = known.monthly.argmax(axis=1) + 1, known.monthly.max(axis=1)
    around = pd.Series(day).map("often pays around day {} of the month".format)
    return pd.Series(np.where(share >= 3, around, "pays on certain days of week and month"), dtype="str")


WORDS: dict[str, Callable[[Known], pd.Series]] = {
    "age": _age, "usual": _usual, "owes": _owes, "dispute": _dispute, "promise": _promise,
    "bounced": _bounced, "parts": _parts, "amount": _amount, "sent": _sent, "habit": _habit,
}  # fmt: skip
