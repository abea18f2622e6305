"""The backtest in sentences, written from its numbers: what is a finding, what is within chance, and what nobody can tell."""

from typing import Any

import pandas as pd

from arkit.backtest.judging import DIFFERENCE, FLAGGED, HINDSIGHT, MEDIAN, ORDER_NAMES, REST
from arkit.backtest.replaying import IDLE
from arkit.backtest.result import Backtest
from arkit.backtest.sampling import FEWEST
from arkit.errors import counted, some
from arkit.money import NO_CURRENCY, text, totals

#: What no backtest can show, said in every report.
NO_PROOF = (
    "That money came after somebody was asked does not prove that the asking brought it: nobody knows what would have come "
    "without. And these lists were not the ones that were worked on then."
)
#: The horizon that sentences speak about first, and the one for orders.
FIRST, LATER = 30, 60
#: Sentences are written for so many currencies; the tables hold all.
CURRENCIES = 3


def sentences(found: Backtest) -> list[str]:
    """The findings, one sentence or two each, most asked for first; the last says what none of it proves.

    Examples
    --------
    >>> from arkit.backtest import replay
    >>> from arkit.sample import sample_ledger
    >>> told = sentences(replay(sample_ledger(customers=14, months=12), "2026-10-31", months=3))
    >>> told[0].split(", each")[0]
    '3 month-ends from 2026-07-31 to 2026-09-30'
    >>> told[-1] == NO_PROOF
    True
    """
    first, last = found.days[0], found.days[-1]
    span = f"on {first:%Y-%m-%d}" if len(found.days) == 1 else f"from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    opening = f"{counted(len(found.days), 'month-end')} {span}, each with what was known that evening; "
    told = [opening + f"what came is looked at until {found.until:%Y-%m-%d}. {_on_the_list(found)}"]
    if not len(found.replays) or not found.replays["at_stake"].gt(0).any():
        return [*told, "Nothing was past due on any of them, so there was nobody to ask.", NO_PROOF]
    if not found.stability["on_list"].any():
        told.append(_nobody(found))
    else:
        told += [*_later(found), *_orders(found)]
    return [*told, *_lost(found), *_stable(found), *_chances(found), NO_PROOF]


def report(found: Backtest) -> str:
    """The backtest as text to read: the sentences, then the tables they are written from."""
    lines = [f"Backtest until {found.until:%Y-%m-%d}", ""]
    lines += [f"- {sentence}" for sentence in sentences(found)]
    if found.remarks:
        lines += ["", "To know before", *(f"- {remark}" for remark in found.remarks)]
    lines += _table_of_groups(found) + _table_of_orders(found) + _table_of_losses(found)
    return "\n".join(lines + _table_of_lists(found) + _table_of_chances(found))


def _on_the_list(found: Backtest) -> str:
    """What being on the list means, and how much of it is work that had just been done."""
    rows = found.replays[found.replays["flagged"] & found.replays["at_stake"].gt(0)]
    worked = rows["action"].isin(IDLE).mean() if len(rows) else 0
    told = f" ({worked:.0%} of those on it)" if worked else ""
    return f"On the list means: somebody was to act, or had just been in touch, or a day that was set had not passed{told}."


def _nobody(found: Backtest) -> str:
    stakes = found.replays.loc[found.replays["at_stake"].gt(0)]
    typical = [text(rows["at_stake"].median(), str(currency)) for currency, rows in stakes.groupby("currency")]
    rules = [f"{rule} ({n:,})" for rule, n in stakes["rule"].value_counts().items()]
    return (
        f"The policy asked nobody on any of them, though {counted(len(stakes), 'account')} stood past due (half of them with "
        f"at most {some(typical)}). The rules that decided: {some(rules, 4)}. Without anybody flagged there is nothing to "
        "compare; amounts in the policy may be too large for this business."
    )


def _cell(table: pd.DataFrame, **of: Any) -> Any:  # noqa: ANN401 - one row of a table
    """The one row of a table with these values; None where there is none."""
    rows = table
    for name, value in of.items():
        rows = rows[rows[name].eq(value)]
    return next(rows.itertuples(), None)


def _later(found: Backtest) -> list[str]:
    """Were the flagged later than the rest, by invoices, by money and by days."""
    table = found.comparisons
    told = [_compared(table, "unpaid", "", "invoices past due")]
    for currency in _currencies(found):
        money = "" if currency == NO_CURRENCY else f"{currency} "
        told.append(_compared(table, "unpaid money", currency, f"the {money}past due"))
    on, off = (_cell(table, measure=MEDIAN, group=group) for group in (FLAGGED, REST))
    if on and off and on.documents and off.documents:
        told.append(
            f"Half of the flagged invoices were settled after {_days(on)}, half of those left alone after {_days(off)} "
            f"(of what could be followed for {on.days} days)."
        )
    return [line for line in told if line]


def _compared(table: pd.DataFrame, measure: str, currency: str, what: str) -> str:
    """One measure of flagged and rest, and whether the difference is more than chance."""
    were = "was" if measure == "unpaid money" else "were"
    on, off, gap = (
        _cell(table, measure=measure, currency=currency, days=FIRST, group=group) for group in (FLAGGED, REST, DIFFERENCE)
    )
    if not on or not off or not on.documents or not off.documents:
        return ""
    return (
        f"Of {what} with customers on the list {_share(on)} {were} still unpaid {FIRST} days later, with customers left "
        f"alone {_share(off)}: {_verdict(gap)}"
    )


def _verdict(gap: Any) -> str:  # noqa: ANN401 - one row of a table
    """What a difference is worth."""
    points = f"{100 * gap.value:+.0f} points"
    if pd.isna(gap.low):
        return f"{points}, of fewer than {FEWEST} customers, which is no finding either way."
    between = f"{points} (95 % range {100 * gap.low:+.0f} to {100 * gap.high:+.0f})"
    if round(gap.low, 2) > 0:
        return f"{between}, more than chance: the list names those who pay later."
    if round(gap.high, 2) < 0:
        return f"{between}, more than chance, and the wrong way round: the list names those who pay sooner."
    return f"{between}, which chance alone can give: no finding."


def _orders(found: Backtest) -> list[str]:
    """The list against the plain orders, at equally many contacts."""
    told = []
    for currency in _currencies(found):
        rows = found.order_totals[found.order_totals["currency"].eq(currency)]
        # the later one, unless everything was paid by then
        told_by = rows.loc[rows["order"].eq(HINDSIGHT) & rows["unpaid"].gt(0) & rows["days"].le(LATER), "days"]
        days = int(told_by.max()) if len(told_by) else FIRST
        rows = rows[rows["days"].eq(days)].set_index("order")
        if not len(rows) or not rows.loc["policy", "contacts"]:
            continue
        if not len(told_by):
            told.append(
                f"Nothing past due {_of(currency)}was still unpaid {days} days later, whomever one would have contacted."
            )
            continue
        amount = {name: text(rows.loc[name, "unpaid"], currency) for name in rows.index}  # pyright: ignore[reportArgumentType]
        told.append(
            f"With equally many contacts ({rows.loc['policy', 'contacts']:,}), the list reached {amount['policy']} that was "
            f"still unpaid {days} days later, oldest first {amount['oldest first']}, largest first {amount['largest first']}; "
            f"the most that could be reached was {amount[HINDSIGHT]}. "
            + " ".join(_order_verdict(name, rows.loc[name].to_dict(), currency) for name in ORDER_NAMES[1:])
        )
        held = {name: counted(int(rows.loc[name, "held"]), "time") for name in ORDER_NAMES[1:]}  # pyright: ignore[reportArgumentType]
        vain = {name: int(rows.loc[name, "in_vain"]) for name in ORDER_NAMES}  # pyright: ignore[reportArgumentType]
        told.append(
            f"Of these contacts {vain['policy']:,} on the list, {vain['oldest first']:,} oldest first and "
            f"{vain['largest first']:,} largest first went to accounts that owed nothing of it {days} days later. Oldest "
            f"first would have written {held['oldest first']}, and largest first {held['largest first']}, over "
            "a dispute, a promise or another reason to hold."
        )
    return told


def _of(currency: str) -> str:
    return "" if currency == NO_CURRENCY else f"in {currency} "


def _order_verdict(name: str, row: dict[Any, Any], currency: str) -> str:
    """Whether a plain order did better than the list."""
    less = float(row["less_policy"])
    who = name.capitalize()
    if round(less, 2) == 0:
        return f"{who} reached as much."
    how = f"{who} reached {text(abs(less), currency)} {'more' if less > 0 else 'less'}"
    if pd.isna(row["less_low"]):
        return f"{how}, of too few customers to call it a finding."
    if row["less_low"] > 0:
        return f"{how}, more than chance: by this measure the plain order was better here."
    return f"{how}, more than chance." if row["less_high"] < 0 else f"{how}, which chance alone can give."


def _lost(found: Backtest) -> list[str]:
    """How much of what was lost was flagged, when and with which step."""
    means = f"Lost means written off, or more than {found.lost_after_days} days past due, paid in the end or not. "
    if not len(found.losses):
        seen = (found.until - found.days[0]).days > found.lost_after_days
        why = "was lost" if seen else "can be called lost: too few days are known"
        return [f"{means}Nothing that fell due after {found.days[0]:%Y-%m-%d} {why}."]
    amounts = " and ".join(text(amount, str(currency)) for currency, amount in totals(found.losses, "amount").items())
    told = [f"{means}{counted(len(found.losses), 'invoice')} that fell due after {found.days[0]:%Y-%m-%d} were: {amounts}."]
    for currency in _currencies(found):
        rows = found.earliness[found.earliness["currency"].eq(currency)].set_index(["order", "by"])["share"]
        if not len(rows):
            continue
        early, soon, ever = (
            [f"{rows.get((order, by), 0):.0%}" for order in ORDER_NAMES]
            for by in ("before it was past due", "up to 30 days past due", "at any time")
        )
        money = "of that money" if currency == NO_CURRENCY else f"of that in {currency}"
        told.append(
            f"The list had {early[0]} {money} before it was past due, {soon[0]} by 30 days past due, {ever[0]} at some time; "
            f"oldest first {early[1]}, {soon[1]} and {ever[1]}, largest first {early[2]}, {soon[2]} and {ever[2]}."
        )
    flagged = found.losses[found.losses["flagged_on"].notna()]
    if len(flagged):
        steps = [f"{str(action).replace('_', ' ')} {n:,}" for action, n in flagged["first_action"].value_counts().items()]
        told.append(
            f"Half of those it had were on it at least {flagged['days_before'].median():.0f} days, and "
            f"{counted(int(flagged['lists_before'].median()), 'list')}, before they counted as lost; first step then: "
            f"{', '.join(steps)}."
        )
    return [*told, *_rates_of_loss(found.comparisons)]


def _rates_of_loss(table: pd.DataFrame) -> list[str]:
    on, off, gap = (_cell(table, measure="lost later", group=group) for group in (FLAGGED, REST, DIFFERENCE))
    if not on or not off or not on.documents or not off.documents:
        return []
    return [
        f"Of invoices at most 30 days past due with customers on the list {_share(on)} were lost later, with customers left "
        f"alone {_share(off)}: {_verdict(gap).replace('pay later', 'do not pay').replace('pay sooner', 'do pay')}"
    ]


def _stable(found: Backtest) -> list[str]:
    """Do customers come and go."""
    rows = found.stability.iloc[1:]
    if not rows["on_list"].any():
        return []
    before = found.stability["on_list"].iloc[:-1].sum()
    flips, chances = rows["back_and_forth"].iloc[1:].sum(), rows["past_due"].iloc[1:].sum()
    share = f" ({flips / chances:.0%} of accounts past due)" if chances else ""
    flipped = f"{counted(int(flips), 'time')} an account went back and forth within three lists{share}" if flips else ""
    left = f"{rows['dropped'].sum() / before:.0%} of those on a list were left alone on the next though still past due"
    none, size = int(found.stability["on_list"].eq(0).sum()), found.stability["on_list"].mean()
    parts = [
        f"A list had {size:.0f} accounts on average" if size >= 10 else f"A list had {size:.1f} accounts on average",
        f"{rows['stayed'].sum() / rows['on_list'].sum():.0%} of them on the list before",
        left if before else "",
        flipped or "none went back and forth within three lists",
        f"{counted(none, 'list')} of {len(found.stability)} had nobody on it" if none else "",
    ]
    return ["; ".join(part for part in parts if part) + "."]


def _chances(found: Backtest) -> list[str]:
    """Is a stated 30 % really 30 %."""
    rows = found.calibrations[found.calibrations["days"].eq(FIRST)]
    if not len(rows):
        return []
    near = rows.iloc[int((rows["said"] - 0.3).abs().to_numpy().argmin())]
    inside = rows["said"].between(rows["came_low"], rows["came_high"])
    worst = rows.iloc[int((rows["said"] - rows["came"]).abs().to_numpy().argmax())]
    return [
        f"Of the chances to be paid within {FIRST} days, the tenth nearest to 30 % said {near['said']:.0%} and "
        f"{near['came']:.0%} came (95 % range {near['came_low']:.0%} to {near['came_high']:.0%}); in {int(inside.sum())} of "
        f"{len(rows)} tenths what was said lies in the range of what came. Farthest off: said {worst['said']:.0%}, "
        f"came {worst['came']:.0%}."
    ]


def _currencies(found: Backtest) -> list[str]:
    """Those that most accounts are in."""
    stakes = found.replays.loc[found.replays["at_stake"].gt(0), "currency"]
    counts = stakes.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return [*map(str, counts.index[:CURRENCIES])]


def _share(row: Any) -> str:  # noqa: ANN401 - one row of a table
    if pd.isna(row.value):
        return "an unknown share"
    return f"{row.value:.0%}" + ("" if pd.isna(row.low) else f" ({row.low:.0%} to {row.high:.0%})")


def _days(row: Any) -> str:  # noqa: ANN401 - one row of a table
    if pd.isna(row.value):
        return f"more than {row.days} days"
    low, high = (f"{bound:.0f}" if pd.notna(bound) else f"over {row.days}" for bound in (row.low, row.high))
    known = pd.notna(row.low) or (pd.notna(row.high) and row.customers >= FEWEST)
    return counted(round(row.value), "day") + (f" ({low} to {high})" if known else "")


def _table_of_groups(found: Backtest) -> list[str]:
    """What was decided, and what of it was still unpaid later."""
    rows = found.comparisons[found.comparisons["measure"].eq("unpaid")]
    if not len(rows):
        return []
    wide = rows.set_index(["group", "days"])[["documents", "value", "low", "high"]]
    lines = ["", "Still unpaid, of invoices past due on the month-ends, by what was decided (95 % range)"]
    lines.append(
        f"  {'':<26}{'invoices':>9}" + "".join(f"{f'after {days} days':>22}" for days in sorted(rows["days"].unique()))
    )
    for group in rows["group"].unique():
        mine = wide.loc[group]
        cells = [_percent(mine.loc[days]) for days in sorted(rows["days"].unique())]
        lines.append(
            f"  {str(group).replace('_', ' '):<26}{int(mine['documents'].iloc[0]):>9,}"
            + "".join(f"{cell:>22}" for cell in cells)
        )
    return lines


def _percent(row: pd.Series) -> str:
    if pd.isna(row["value"]):
        return "-"
    known = pd.notna(row["low"])
    return f"{100 * row['value']:.0f} %" + (f" ({100 * row['low']:.0f} to {100 * row['high']:.0f})" if known else " (too few)")


def _table_of_orders(found: Backtest) -> list[str]:
    """The orders side by side."""
    lines: list[str] = []
    for currency in _currencies(found):
        rows = found.order_totals[found.order_totals["currency"].eq(currency)]
        if not len(rows):
            continue
        unit = "amounts" if currency == NO_CURRENCY else currency
        lines += ["", f"{unit}: reached by equally many contacts, month-ends added up, and still unpaid later"]
        lines.append(
            f"  {'':<20}{'days':>5}{'contacts':>10}{'in vain':>9}{'held':>6}{'past due':>18}{'unpaid later':>18}{'of best':>9}"
        )
        for row in rows.to_dict("records"):
            amounts = [text(row[name], currency) for name in ("reached", "unpaid")]
            best = "-" if pd.isna(row["of_best"]) else f"{row['of_best']:.0%}"
            counts = f"{row['days']:>5}{row['contacts']:>10,}{row['in_vain']:>9,}{row['held']:>6,}"
            lines.append(f"  {row['order']:<20}{counts}{amounts[0]:>18}{amounts[1]:>18}{best:>9}")
    return lines


def _table_of_losses(found: Backtest) -> list[str]:
    """How early each order had what was lost."""
    lines: list[str] = []
    for currency in _currencies(found):
        rows = found.earliness[found.earliness["currency"].eq(currency)]
        if not len(rows):
            continue
        unit = "Money" if currency == NO_CURRENCY else currency
        lines += ["", f"{unit} lost, {text(rows['lost'].iloc[0], currency)}: the share that each order had on its list by then"]
        wide = rows.set_index(["by", "order"])["share"].unstack("order")[[*ORDER_NAMES]]
        lines.append(f"  {'':<26}" + "".join(f"{name:>16}" for name in wide))
        for by in rows["by"].unique():
            lines.append(f"  {by:<26}" + "".join(f"{share:>16.0%}" for share in wide.loc[by]))
    return lines


def _table_of_lists(found: Backtest) -> list[str]:
    """Each list: how many, and who came and went."""
    lines = ["", "Accounts from list to list"]
    names = ("past_due", "on_list", "stayed", "new", "cleared", "dropped", "back_and_forth")
    lines.append(f"  {'':<12}" + "".join(f"{name.replace('_', ' '):>16}" for name in names))
    for row in found.stability.to_dict("records"):
        lines.append(f"  {row['as_of']:%Y-%m-%d}  " + "".join(f"{row[name]:>16,}" for name in names))
    return lines


def _table_of_chances(found: Backtest) -> list[str]:
    """Chances said and shares that came."""
    rows = found.calibrations[found.calibrations["days"].eq(FIRST)]
    if not len(rows):
        return []
    lines = ["", f"Chances to be paid within {FIRST} days, by tenths: said, came (95 % range)"]
    told = "  {said:>5.0%} {came:>5.0%}  ({came_low:.0%} to {came_high:.0%})"
    return lines + [told.format_map({str(name): value for name, value in row.items()}) for row in rows.to_dict("records")]
