"""What the past says about the policy: were the flagged later, how does it compare with plain orders, what was lost."""

import numpy as np
import pandas as pd

from arkit.backtest.replaying import ACCOUNT, DOCUMENT, HORIZONS, IN_HAND, Past
from arkit.backtest.sampling import FEWEST, between, drawn_sums, newcombe, wilson
from arkit.money import to_major, to_minor, units
from arkit.tables import ACTIONS_IN_ORDER, COMPARISONS, EARLINESS, LOSSES, ORDER_TOTALS, ORDERS, STABILITY

MEDIAN = "median days until settled"
FLAGGED, REST, DIFFERENCE = "flagged", "left alone", "flagged less left alone"
#: The orders compared, the policy's own first, and the one that is known only afterwards.
ORDER_NAMES, HINDSIGHT = ("policy", "oldest first", "largest first"), "best in hindsight"
#: Days past due by which one asks how much of later losses was flagged; the first is: not yet due.
STAGES = (0, 30, 60, 90)
DAY = ["as_of", "currency"]


def comparisons(past: Past) -> pd.DataFrame:
    """Were the flagged later than the rest, shape `COMPARISONS`: invoices past due on the month-ends, by what was decided."""
    late = past.items[past.items["days_late"].gt(0)]
    if not len(late):
        return COMPARISONS.empty()
    customer, names = pd.factorize(late["customer_id"])
    actions = [action for action in (IN_HAND, *ACTIONS_IN_ORDER) if late["action"].eq(action).any()]
    groups = {FLAGGED: late["flagged"], REST: ~late["flagged"]} | {action: late["action"].eq(action) for action in actions}
    measures = [*_shares(late), *_money_shares(late)]
    cells = [(*measure, group, of) for measure in measures for group, of in groups.items()]
    parts = np.zeros((len(names), 2 * len(cells)))
    rows = []
    for place, (measure, currency, days, asked, hits, of, group, mine) in enumerate(cells):
        here = (asked & mine).to_numpy()
        pair = [np.bincount(customer[here], column.to_numpy("float64")[here], len(names)) for column in (hits, of)]
        parts[:, 2 * place : 2 * place + 2] = np.column_stack(pair)
        rows.append((measure, currency, days, group, int(here.sum()), len(np.unique(customer[here]))))
    table = pd.DataFrame(rows, columns=["measure", "currency", "days", "group", "documents", "customers"])
    value, draws = _ratios(parts.sum(axis=0)[None, :])[0], _ratios(drawn_sums(parts))
    medians = _medians(late, customer, names, groups)
    return COMPARISONS.conform(pd.concat([_with_differences(table, value, draws), medians], ignore_index=True))


def picked(past: Past) -> pd.DataFrame:
    """Every account with something past due on a month-end, and whether each order would have contacted it; minor units.

    The plain orders get as many contacts in each currency as the policy's list has accounts there with something past due.
    """
    rows = past.lists[past.lists["at_stake"].gt(0)].reset_index(drop=True)
    left = [f"left_{days}" for days in HORIZONS]
    late = past.items[past.items["days_late"].gt(0)]
    later = late.groupby(["as_of", *ACCOUNT], as_index=False)[left].sum()
    rows = rows.assign(stake=to_minor(rows["at_stake"], rows["currency"]))
    rows = (
        rows.merge(later, on=["as_of", *ACCOUNT], how="left")
        .fillna(dict.fromkeys(left, 0))
        .astype(dict.fromkeys(left, "int64"))
    )
    known = past.items.groupby("as_of")[[f"known_{days}" for days in HORIZONS]].first()
    rows = rows.merge(known.reset_index(), on="as_of", how="left")
    room = rows.groupby(DAY)["flagged"].transform("sum")
    by = {"oldest first": ["oldest_days_late", "stake"], "largest first": ["stake", "oldest_days_late"]}
    by |= {f"best_{days}": [f"left_{days}", "stake"] for days in HORIZONS}
    return rows.assign(policy=rows["flagged"], **{name: _top(rows, columns, room) for name, columns in by.items()})


def orders(past: Past) -> pd.DataFrame:
    """What each order would have reached with as many contacts as the policy's list had, shape `ORDERS`."""
    picks = picked(past)
    if not len(picks):
        return ORDERS.empty()
    by, found = picks.groupby(DAY), []
    for order in ORDER_NAMES:
        mine = picks[order]
        held = mine & picks["action"].eq("hold")
        sums = {"contacts": mine.astype("int64"), "held": held.astype("int64"), "reached": picks["stake"].where(mine, 0)}
        sums |= {"held_amount": picks["stake"].where(held, 0)}
        sums |= {f"unpaid_{days}": picks[f"left_{days}"].where(mine, 0) for days in HORIZONS}
        rows = pd.DataFrame(sums).groupby([picks[name] for name in DAY]).sum()
        found.append(rows.assign(order=order, accounts=by.size(), past_due=by["stake"].sum()))
    rows = pd.concat(found).reset_index()
    for name in ("past_due", "reached", "held_amount", *[f"unpaid_{days}" for days in HORIZONS]):
        rows[name] = to_major(rows[name].to_numpy(), rows["currency"])
    for days in HORIZONS:
        known = rows["as_of"].map(picks.groupby("as_of")[f"known_{days}"].first()).astype("bool")
        rows[f"unpaid_{days}"] = rows[f"unpaid_{days}"].where(known)
    return ORDERS.conform(rows)


def order_totals(past: Past) -> pd.DataFrame:
    """The orders over all month-ends that have an answer, shape `ORDER_TOTALS`, each against the policy's list."""
    picks = picked(past)
    customer, names = pd.factorize(picks["customer_id"])
    found = [
        _one_total(picks[here & picks[f"known_{days}"]], customer[here & picks[f"known_{days}"]], len(names), currency, days)
        for currency, here in ((code, picks["currency"].eq(code).to_numpy()) for code in sorted(picks["currency"].unique()))
        for days in HORIZONS
        if (here & picks[f"known_{days}"]).any()
    ]
    return ORDER_TOTALS.conform(pd.concat(found, ignore_index=True)) if found else ORDER_TOTALS.empty()


def losses(past: Past) -> pd.DataFrame:
    """Invoices that fell due after the first month-end and were lost, shape `LOSSES`: when each order first had them."""
    rows = past.items[past.items["lost_on"].gt(past.items["as_of"]) & past.items["due_date"].ge(past.days[0])]
    picks = picked(past)[["as_of", *ACCOUNT, *ORDER_NAMES[1:]]]
    rows = rows.merge(picks, on=["as_of", *ACCOUNT], how="left").sort_values(["as_of", *DOCUMENT], kind="stable")
    last = rows.drop_duplicates(DOCUMENT, keep="last")
    first = {
        order: rows[rows[column].astype("boolean").fillna(value=False).astype("bool")].drop_duplicates(DOCUMENT)
        for order, column in zip(ORDER_NAMES, ("flagged", *ORDER_NAMES[1:]), strict=True)
    }
    table = last[[*DOCUMENT, "lost_on", "how", "action"]].rename(columns={"action": "last_action"})
    table = table.assign(amount=to_major(last["open"].to_numpy(), last["currency"]), due_date=last["due_date"])
    own = first["policy"][[*DOCUMENT, "as_of", "action", "days_late"]]
    table = table.merge(own.rename(columns={"as_of": "flagged_on", "action": "first_action"}), on=DOCUMENT, how="left")
    for order, column in zip(ORDER_NAMES[1:], ("oldest_first_on", "largest_first_on"), strict=True):
        theirs = first[order][[*DOCUMENT, "as_of"]].rename(columns={"as_of": column})
        table = table.merge(theirs, on=DOCUMENT, how="left")
    days = np.array(past.days, dtype="datetime64[s]")
    lists = [
        np.searchsorted(days, table[name].fillna(table["lost_on"]).to_numpy("datetime64[s]"))
        for name in ("lost_on", "flagged_on")
    ]
    table = table.assign(
        as_of=past.until,
        days_before=(table["lost_on"] - table["flagged_on"]).dt.days,
        lists_before=np.where(table["flagged_on"].notna(), lists[0] - lists[1], 0),
        days_late_then=table["days_late"],
    )
    return LOSSES.conform(
        table[[name for name in LOSSES.names if name in table]].sort_values(["lost_on", *DOCUMENT[1:4]], ignore_index=True)
    )


def earliness(lost: pd.DataFrame) -> pd.DataFrame:
    """How much of what was lost each order had on its list, and by which age, shape `EARLINESS`; a row per currency."""
    found = []
    for order, column in zip(ORDER_NAMES, ("flagged_on", "oldest_first_on", "largest_first_on"), strict=True):
        age = (lost[column] - lost["due_date"]).dt.days
        for stage in (*STAGES, None):
            mine = age.notna() if stage is None else age.le(stage)
            rows = lost.assign(minor=to_minor(lost["amount"], lost["currency"]), mine=mine)
            rows = rows.assign(seen=rows["minor"].where(mine, 0))
            sums = rows.groupby("currency").agg(
                documents=("mine", "sum"), of=("mine", "size"), seen=("seen", "sum"), minor=("minor", "sum")
            )
            sums = sums.reset_index()
            by = "at any time" if stage is None else f"up to {stage} days past due" if stage else "before it was past due"
            found.append(
                sums.assign(
                    order=order,
                    by=by,
                    amount=to_major(sums["seen"].to_numpy(), sums["currency"]),
                    lost=to_major(sums["minor"].to_numpy(), sums["currency"]),
                    share=sums["seen"] / sums["minor"].where(sums["minor"].gt(0)),
                )
            )
    return EARLINESS.conform(pd.concat(found, ignore_index=True).drop(columns=["seen", "minor"]))


def stability(past: Past) -> pd.DataFrame:
    """Who comes and goes from list to list, shape `STABILITY`; accounts with something past due only."""
    rows = past.lists[past.lists["at_stake"].gt(0)]
    state = rows.assign(state=1 + rows["flagged"].astype("int64")).set_index([*ACCOUNT, "as_of"])["state"].unstack("as_of")
    state = state.reindex(columns=past.days).fillna(0).to_numpy("int64")
    # before the first list there is nothing to compare with
    before, earlier = (np.hstack([np.full((len(state), back), -1), state[:, :-back]]) for back in (1, 2))
    before, earlier = before[:, : state.shape[1]], earlier[:, : state.shape[1]]
    flipped = ((earlier == 2) & (before == 1) & (state == 2)) | ((earlier == 1) & (before == 2) & (state == 1))
    counts = {
        "past_due": state > 0,
        "on_list": state == 2,
        "stayed": (state == 2) & (before == 2),
        "new": (state == 2) & np.isin(before, [0, 1]),
        "cleared": (state == 0) & (before == 2),
        "dropped": (state == 1) & (before == 2),
        "back_and_forth": flipped,
    }
    table = pd.DataFrame({name: hit.sum(axis=0) for name, hit in counts.items()})
    return STABILITY.conform(table.assign(as_of=past.days))


#: A measure: its name, currency, days, whom it asks, and per row what counts and out of what.
Measure = tuple[str, str, int, pd.Series, pd.Series, pd.Series]


def _shares(late: pd.DataFrame) -> list[Measure]:
    """Shares of invoices, all currencies together: still unpaid after some days, and lost in the end."""
    one = pd.Series(1, index=late.index)
    found = [("unpaid", "", days, late[f"known_{days}"], late[f"unpaid_{days}"], one) for days in HORIZONS]
    # an invoice on several month-ends is lost once
    once = late["end_known"].fillna(value=False).astype("bool") & (late["lost_on"].isna() | late["lost_on"].gt(late["as_of"]))
    return [*found, ("lost later", "", 0, once & late["days_late"].le(30), late["lost_on"].notna(), one)]


def _money_shares(late: pd.DataFrame) -> list[Measure]:
    """Shares of the money of each currency that are still unpaid after some days."""
    return [
        ("unpaid money", str(code), days, late["currency"].eq(code) & late[f"known_{days}"], late[f"left_{days}"], late["open"])
        for code in sorted(late["currency"].unique())
        for days in HORIZONS
    ]


def _ratios(sums: np.ndarray) -> np.ndarray:
    """Every first column by the next one; missing where that is nothing."""
    hits, of = sums[:, ::2], sums[:, 1::2]
    return np.divide(hits, of, out=np.full(hits.shape, np.nan), where=of > 0)


def _with_differences(table: pd.DataFrame, value: np.ndarray, draws: np.ndarray) -> pd.DataFrame:
    """The rows with value and range, and for each measure the flagged less the rest, drawn together."""
    customers = table["customers"].to_numpy()
    low, high = between(draws, customers)
    if table["measure"].ne(MEDIAN).all():
        # where nothing or everything came no draw differs: then as for as many customers counted
        all_or_none = (value == 0) | (value == 1)
        counted = wilson(value * customers, np.where(customers >= FEWEST, customers, 0))
        low, high = (np.where(all_or_none, by_count, bound) for by_count, bound in zip(counted, (low, high), strict=True))
    table = table.assign(value=value, low=low, high=high)
    one, other = (np.flatnonzero(table["group"].eq(group)) for group in (FLAGGED, REST))
    both = table.iloc[one].reset_index(drop=True)
    fewest = np.minimum(both["customers"], table["customers"].to_numpy()[other])
    apart = between(draws[:, one] - draws[:, other], fewest)
    if table["measure"].ne(MEDIAN).all():
        sides = [tuple(table[name].to_numpy()[place] for name in ("value", "low", "high")) for place in (one, other)]
        stiff = np.isin(value[one], [0, 1]) | np.isin(value[other], [0, 1])
        apart = tuple(np.where(stiff, by_count, bound) for by_count, bound in zip(newcombe(*sides), apart, strict=True))
    difference = both.assign(
        group=DIFFERENCE,
        value=value[one] - value[other],
        documents=both["documents"] + table["documents"].to_numpy()[other],
        customers=fewest,
        low=apart[0],
        high=apart[1],
    )
    return pd.concat([table, difference], ignore_index=True)


def _medians(late: pd.DataFrame, customer: np.ndarray, names: pd.Index, groups: dict[str, pd.Series]) -> pd.DataFrame:
    """Median days until settled, of what was followed for the longest horizon; missing where half and more took longer."""
    longest = HORIZONS[-1]
    days = (late["done_on"] - late["as_of"]).dt.days.clip(lower=1).fillna(longest + 1).clip(upper=longest + 1).astype("int64")
    rows, draws = [], []
    for group, of in groups.items():
        here = (of & late[f"known_{longest}"]).to_numpy()
        counts = np.zeros((len(names), longest + 2))
        np.add.at(counts, (customer[here], days.to_numpy()[here]), 1)
        rows.append((group, int(here.sum()), len(np.unique(customer[here])), _middle(counts.sum(axis=0)[None, :])[0]))
        draws.append(_middle(drawn_sums(counts)))
    table = pd.DataFrame(rows, columns=["group", "documents", "customers", "value"])
    table = table.assign(measure=MEDIAN, currency="", days=longest)
    table = _with_differences(table, table["value"].to_numpy(), np.column_stack(draws))
    return table.assign(**{name: table[name].where(table[name].abs().le(longest)) for name in ("value", "low", "high")})


def _middle(counts: np.ndarray) -> np.ndarray:
    """Per row of counts by days the day by which half is reached; missing where there is nothing."""
    running = counts.cumsum(axis=1)
    whole = running[:, -1:]
    return np.where(whole[:, 0] > 0, (running >= whole / 2).argmax(axis=1), np.nan)


def _top(rows: pd.DataFrame, columns: list[str], room: pd.Series) -> pd.Series:
    """Whether a row is among the first of its day and currency, as many as there is room for, largest first."""
    ordered = rows.sort_values([*columns, "customer_id"], ascending=[False] * len(columns) + [True], kind="stable")
    return (ordered.groupby(DAY).cumcount() < room.reindex(ordered.index)).reindex(rows.index)


def _one_total(picks: pd.DataFrame, customer: np.ndarray, customers: int, currency: str, days: int) -> pd.DataFrame:
    """All orders in one currency, looked at some days later."""
    masks = {order: picks[order].to_numpy() for order in ORDER_NAMES} | {HINDSIGHT: picks[f"best_{days}"].to_numpy()}
    left, stake = picks[f"left_{days}"].to_numpy(), picks["stake"].to_numpy()
    parts = np.column_stack([np.bincount(customer[mine], left[mine], customers) for mine in masks.values()])
    parts = parts[np.unique(customer)]
    own, draws = parts.sum(axis=0), drawn_sums(parts)
    low, high = between(draws - draws[:, :1], len(parts))
    unit = int(units(pd.Series([currency]))[0])
    return pd.DataFrame(
        {
            "currency": currency,
            "order": [*masks],
            "days": days,
            "month_ends": picks["as_of"].nunique(),
            "contacts": [int(mine.sum()) for mine in masks.values()],
            "in_vain": [int((mine & (left <= 0)).sum()) for mine in masks.values()],
            "held": [int((mine & picks["action"].eq("hold").to_numpy()).sum()) for mine in masks.values()],
            "reached": [int(stake[mine].sum()) / unit for mine in masks.values()],
            "unpaid": [int(left[mine].sum()) / unit for mine in masks.values()],
            "of_best": own / own[-1] if own[-1] else np.nan,
            "less_policy": (own - own[0]) / unit,
            "less_low": np.where(np.isin([*masks], ORDER_NAMES[1:]), low / unit, np.nan),
            "less_high": np.where(np.isin([*masks], ORDER_NAMES[1:]), high / unit, np.nan),
        }
    )
