"""From one list of actions to the next: who is new, escalated, eased, cleared or unchanged, and why."""

from pathlib import Path

import numpy as np
import pandas as pd

from arkit.errors import ArkitError, DayRefused
from arkit.ladder import STERNNESS
from arkit.money import texts
from arkit.tables import ACTIONS, CHANGES

ACCOUNT = ["customer_id", "currency"]
#: What is carried over of each list.
OF_EACH = ["as_of", "name", "action", "rule", "at_stake", "oldest_days_late", "blocked_by", "reason", "documents"]


def moved(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """What changed from one list to the next, one row per customer and currency on either, shape `CHANGES`.

    ``new``: nothing was past due before; ``cleared``: nothing is now. Where something was and is, ``escalated`` and ``eased``
    go by how stern the action is (waiting, holding and selling the invoice least, court most), ``unchanged`` is the same or one
    just as stern; a debt that was handed over and is left to the agency is as stern as that. Accounts with nothing past due on
    both days are left out. Rows stand as the later list has them, cleared ones last, the largest first.

    Raises
    ------
    DayRefused
        If the second list is not of a later day than the first.

    Examples
    --------
    >>> from arkit.tables import ACTIONS
    >>> row = ACTIONS.blank() | {
    ...     "as_of": "2026-09-30", "customer_id": "C1", "name": "Miller", "currency": "EUR", "action": "reminder",
    ...     "rule": "reminder", "at_stake": 500.0, "oldest_days_late": 20, "reason": "500.00 EUR past due, oldest 20 days"}
    >>> later = row | {"as_of": "2026-10-31", "action": "call", "rule": "long-overdue", "oldest_days_late": 51}
    >>> moved(pd.DataFrame([row]), pd.DataFrame([later]))[["was", "action", "change", "why"]].iloc[0].tolist()
    ['reminder', 'call', 'escalated', 'oldest 20 to 51 days late; rule long-overdue instead of reminder']
    """
    before, after = ACTIONS.conform(before), ACTIONS.conform(after)
    _must_follow(before, after)
    both = after[[*ACCOUNT, *OF_EACH, "priority"]].merge(
        before[[*ACCOUNT, *OF_EACH]], on=ACCOUNT, how="outer", suffixes=("", "_before")
    )
    owed, owed_before = (both[name].fillna(0).gt(0) for name in ("at_stake", "at_stake_before"))
    both = both[owed | owed_before].reset_index(drop=True)
    owed, owed_before = (both[name].fillna(0).gt(0) for name in ("at_stake", "at_stake_before"))
    stern, stern_before = (_sternness(both, which) for which in ("", "_before"))
    change = np.select(
        [~owed_before, ~owed, stern.gt(stern_before), stern.lt(stern_before)],
        ["new", "cleared", "escalated", "eased"],
        "unchanged",
    )
    moved = both.assign(
        change=change,
        why=_why(both, change),
        name=both["name"].fillna(both["name_before"]),
        as_of=after["as_of"].max() if len(after) else before["as_of"].max(),
        since=before["as_of"].max(),
        was=both["action_before"].fillna(""),
        action=both["action"].fillna(""),
        at_stake=both["at_stake"].fillna(0.0),
        at_stake_before=both["at_stake_before"].fillna(0.0),
        last=~owed,
    )
    ordered = moved.sort_values(
        ["last", "priority", "at_stake_before", *ACCOUNT], ascending=[True, True, False, True, True], ignore_index=True
    )
    return CHANGES.conform(ordered[CHANGES.names])


def _sternness(both: pd.DataFrame, which: str) -> pd.Series:
    """How stern the action of a list is; a debt that was handed over is with the agency, though nobody asks for it any more."""
    handed_over = both[f"blocked_by{which}"].fillna("").str.contains("handed_over")
    return both[f"action{which}"].map(STERNNESS).fillna(0).mask(handed_over, STERNNESS["agency"])


def read_list(folder: str | Path) -> pd.DataFrame:
    """The list that a month left in its folder, ``tables/actions.csv``, shape `ACTIONS`.

    Raises
    ------
    ArkitError
        If the folder holds no such month.
    """
    path = Path(folder) / "tables" / "actions.csv"
    text = [column.name for column in ACTIONS.columns if column.holds == "text"]
    empty = {name: "" for name in ACTIONS.names if name not in text}
    try:
        table = pd.read_csv(path, dtype=dict.fromkeys(text, "str"), keep_default_na=False, na_values=empty)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise ArkitError(
            f"'{folder}' holds no month to compare with.",
            expected="a folder that arkit month has written, with tables/actions.csv in it",
            got=str(error),
            fix="name the folder of last month's report",
        ) from error
    plain = {name: table[name].str.replace(r"^'(?=[=+\-@\t\r])", "", regex=True) for name in text if name in table}
    return ACTIONS.conform(table.assign(**plain))


def _must_follow(before: pd.DataFrame, after: pd.DataFrame) -> None:
    if len(before) and len(after) and before["as_of"].max() >= after["as_of"].min():
        raise DayRefused(
            "the lists to compare are not in order.",
            expected=f"a list of a later day than {before['as_of'].max():%Y-%m-%d}",
            got=f"one of {after['as_of'].min():%Y-%m-%d}",
            fix="give the earlier list first",
        )


def _why(both: pd.DataFrame, change: np.ndarray) -> pd.Series:
    """What differs, in words: amount, age, what stands in the way, and the rule."""
    amounts = [texts(both[name].fillna(0), both["currency"]) for name in ("at_stake_before", "at_stake")]
    ages = [both[name].fillna(0).astype("int64").astype("str") for name in ("oldest_days_late_before", "oldest_days_late")]
    rules = [both[name].fillna("none") for name in ("rule_before", "rule")]
    blocks = [both[name].fillna("").str.replace("_", " ") for name in ("blocked_by_before", "blocked_by")]
    parts = [
        (amounts[0].ne(amounts[1]), amounts[0] + " to " + amounts[1] + " past due"),
        (ages[0].ne(ages[1]), "oldest " + ages[0] + " to " + ages[1] + " days late"),
        (blocks[0].ne(blocks[1]) & blocks[1].ne(""), "in the way now: " + blocks[1]),
        (blocks[0].ne(blocks[1]) & blocks[1].eq(""), "no longer in the way: " + blocks[0]),
        (rules[0].ne(rules[1]), "rule " + rules[1] + " instead of " + rules[0]),
    ]
    said = pd.Series("", index=both.index, dtype="str")
    for differs, words in parts:
        said = said.where(~differs, said + np.where(said.eq(""), "", "; ") + words)
    said = said.where(said.ne(""), "nothing has changed")
    is_new, cleared = change == "new", change == "cleared"
    said = said.mask(is_new, both["reason"])
    return said.mask(cleared, amounts[0] + " were past due on the last list; nothing is now")
