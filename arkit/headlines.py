"""The month in a few sentences, written from its numbers."""

import pandas as pd
from babel.dates import format_date

from arkit.ladder import IDLE, STERNNESS
from arkit.money import decimals, text, to_minor
from arkit.tables import ACTIONS, CHANGES

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
#: So many customers are named as those who owe most of what is past due.
TOP = 3
CALLS, FIRM = ("call", "contact_ap"), STERNNESS["firm_notice"]


def owed(items: pd.DataFrame, names: pd.Series | None = None) -> list[str]:
    """What is past due, against the day before and among whom: a sentence or two per currency, the largest first.

    Parameters
    ----------
    items
        What was open on the day and on an earlier one, as ``ledger.open_items`` returns it; the earlier may be left out.
    names
        The name of each customer, by its number.

    Examples
    --------
    >>> row = {"customer_id": "C1", "currency": "EUR", "open_amount": 100.0, "days_late": 5}
    >>> days = [{"as_of": pd.Timestamp("2026-09-30")}, {"as_of": pd.Timestamp("2026-10-31"), "open_amount": 150.0}]
    >>> owed(pd.DataFrame([row | day for day in days]), pd.Series({"C1": "Miller"}))
    ['150.00 EUR is past due, all that is open, up 50 % since 30 September 2026. All of it is owed by Miller.']
    """
    if not len(items):
        return ["Nothing is open."]
    minor = pd.Series(to_minor(items["open_amount"], items["currency"]), index=items.index)
    late = minor.where(items["days_late"].gt(0) & minor.gt(0), 0)
    rows = items[["as_of", "customer_id", "currency"]].assign(billed=minor.clip(lower=0), late=late)
    now, before = rows[rows["as_of"].eq(rows["as_of"].max())], rows[rows["as_of"].lt(rows["as_of"].max())]
    day = before["as_of"].max()
    before = before[before["as_of"].eq(day)].groupby("currency")["late"].sum()
    sums = now.groupby("currency")[["late", "billed"]].sum()
    size = sums["late"] / 10 ** sums.index.to_series().map(decimals)
    by_currency = sums.loc[size.sort_values(ascending=False, kind="stable").index]
    said = []
    for currency, late_now, billed in by_currency.itertuples(name=None):
        if not late_now:
            said.append(f"Nothing is past due in {currency}{_since(0, int(before.get(currency, 0)), currency, day)}.")
            continue
        share = "all that is open" if late_now == billed else f"{_share(late_now / billed)} of what is open"
        first = f"{_amount(late_now, currency)} is past due, {share}"
        then = _since(late_now, int(before.get(currency, 0)), currency, day)
        said.append(f"{first}{then}. {_who(now[now['currency'].eq(currency)], late_now, names)}")
    return said


def to_do(actions: pd.DataFrame, changes: pd.DataFrame | None = None) -> list[str]:
    """Whom to contact and what moved since the last list, in two sentences.

    Examples
    --------
    >>> import arkit as ar
    >>> documents = ar.sample_ledger().at("2026-10-31")
    >>> to_do(ar.recommend(documents, ar.score(ar.profile(documents))))[0].split(", for")[0]
    '33 customers are to be contacted'
    """
    asked = ACTIONS.conform(actions)
    asked = asked[~asked["action"].isin(IDLE)]
    minor = asked.assign(minor=to_minor(asked["ask_for"].fillna(0), asked["currency"]))
    amounts = minor.groupby("currency")["minor"].sum().sort_values(ascending=False, kind="stable")
    whom = asked["customer_id"].nunique()
    if not whom:
        said = ["Nobody is to be contacted."]
    else:
        money = " and ".join(_amount(amount, str(currency)) for currency, amount in amounts.items() if amount)
        calls = asked.loc[asked["action"].isin(CALLS), "customer_id"].nunique()
        firm = asked.loc[asked["action"].map(STERNNESS).ge(FIRM) & asked["action"].ne("review"), "customer_id"].nunique()
        parts = [f"{_number(calls)} by phone"] * (calls > 0) + [f"{_number(firm)} in firm terms or by others"] * (firm > 0)
        said = [
            f"{_number(whom).capitalize()} customer{'s are' if whom > 1 else ' is'} to be contacted"
            + (f", for {money}" if money else "")
            + (f"; {' and '.join(parts)}" if parts else "")
            + "."
        ]
    counts = CHANGES.conform(changes)["change"].value_counts()
    moved = [f"{counts[change]:,} {change}" for change in ("new", "escalated", "eased", "cleared") if change in counts]
    return said + ([f"Since the last list: {', '.join(moved)}."] if moved else [])


def _amount(minor: int, currency: str) -> str:
    return text(minor / 10 ** decimals(currency), currency)


def _share(share: float) -> str:
    return f"{share * 100:,.0f} %"


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else f"{count:,}"


def _since(late: int, before: int, currency: str, day: pd.Timestamp) -> str:
    """How that compares with the day before, as the end of a sentence."""
    if pd.isna(day):
        return ""
    on = format_date(day, "d MMMM y", locale="en")
    if late == before:
        return f", as on {on}" if late else ""
    if not before or not late:
        return f"; on {on} it was {_amount(before, currency) if before else 'nothing'}"
    change = late / before - 1
    return f", {'up' if change > 0 else 'down'} {_share(abs(change))} since {on}"


def _who(rows: pd.DataFrame, late: int, names: pd.Series | None) -> str:
    """Among whom it is: the few who owe the most of it, by name, and their share."""
    each = rows.groupby("customer_id")["late"].sum().sort_values(ascending=False, kind="stable")
    top = each[each.gt(0)].head(TOP)
    known = [str(name if names is None else names.get(name, name)) for name in top.index]
    between = "; " if any("," in name for name in known) else ", "
    who = " and ".join([between.join(known[:-1]), known[-1]] if len(known) > 1 else known)
    share = top.sum() / late
    if share == 1:
        return f"All of it is owed by {who}."
    return f"{_number(len(top)).capitalize()} customers owe {_share(share)} of it: {who}."
