"""Pictures of where money and actions go from one month to the next."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from arkit.charts.look import (
    CREDIT,
    CURRENT,
    MUTED,
    PAPER,
    PAST_DUE,
    fill,
    name_axes,
    narrowed,
    new_figure,
    safe_currencies,
    safe_names,
    sentence,
    short_amounts,
    shown,
    unit_of,
    when,
    within,
    write_on,
)
from arkit.money import text, to_major, to_minor
from arkit.tables import ACTIONS_IN_ORDER, CHANGES, MIGRATIONS

#: Where money ends; everything else is a bucket, in which it stays open.
ENDS = ("paid", "credited", "written off")
#: The side of a flow on which nothing is past due, before or now.
NOTHING = "nothing past due"
#: Streams by what changed, sterner ones warm, milder ones cool, and none of them by colour alone: each names it in its hover.
STREAMS = {
    "new": "rgba(238, 155, 75, 0.55)",
    "escalated": "rgba(156, 47, 53, 0.55)",
    "unchanged": "rgba(82, 96, 109, 0.30)",
    "eased": "rgba(47, 102, 144, 0.45)",
    "cleared": "rgba(47, 102, 144, 0.20)",
}
#: What a field of roll rates is; the bar itself is not drawn.
WHAT = {"title": {"text": "share"}, "tickformat": ".0%"}
#: Fields beside each other that take the whole width.
FULL = 7
#: The gap between two actions of a flow, in pixels, and how many customers a hover names.
NODE_GAP, MOST_NAMED = 16, 6


def roll_rates(migrations: pd.DataFrame) -> go.Figure:
    """Where open money goes within a month, one panel per currency: a row per bucket, a field per place it goes to.

    Left, what stays open, the warmer the larger the share; right, what ends: paid, credited, written off. The shares of a row
    add up to 100 %. Behind a bucket stands what was in it, all months together. Groups are added together; of balances
    compared, which follow no document, there is one field per row.

    Examples
    --------
    >>> from arkit.charts import as_table
    >>> moved = pd.DataFrame({"group": "", "currency": "EUR", "level": "document", "state": "current", "to": ["paid", "1-30"],
    ...     "opening": 100.0, "moved": [75.0, 25.0], "rate": [0.75, 0.25], "steps": 12})
    >>> as_table(roll_rates(moved))[["x", "y", "value"]].to_dict("records")
    [{'x': '1-30', 'y': 'current', 'value': 0.25}, {'x': 'paid', 'y': 'current', 'value': 0.75}]
    """
    table = MIGRATIONS.conform(migrations)
    table = table.loc[table["opening"].gt(0)].assign(currency=lambda rows: safe_currencies(rows["currency"]))
    if table.empty:
        return sentence("nothing was open that could have moved on")
    sums = _all_groups(table)
    currencies, left_out = shown(sums["currency"], "Left out")
    steps = int(table["steps"].max())
    figure = new_figure(
        "Where open money goes within a month",
        f"Of what was in each bucket (behind its name), the share that was there a month later, or had been paid, credited or "
        f"written off by then; {steps:,} month{'s' if steps != 1 else ''} added together{within(currencies)}.{left_out}",
        [max(76, 38 * table["state"].nunique())] * len(currencies),
    )
    columns = _in_order({*sums["state"], *sums["to"]})
    for row, currency in enumerate(currencies, 1):
        part = sums.loc[sums["currency"].eq(currency)]
        states = _in_order(part["state"])
        opening = part.drop_duplicates("state").set_index("state")["opening"].reindex(states)
        ticks = [f"{state}   <b>{amount}</b>" for state, amount in zip(states, short_amounts(opening, currency), strict=True)]
        y = {"type": "category", "categoryarray": states[::-1], "categoryorder": "array", "showgrid": False}
        y |= {"tickvals": states, "ticktext": ticks, "title_text": unit_of(currency)}
        fill(figure, row, [trace for ends in (False, True) for trace in _fields(part, states, columns, ends=ends)], y=y)
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=columns).update_layout(showlegend=False)
    narrowed(figure, len(columns), FULL)
    return name_axes(figure.update_xaxes(title_text="a month later", row=len(currencies)), y="bucket")


def actions_moved(changes: pd.DataFrame) -> go.Figure:
    """How accounts moved from action to action since the last list: each stream as wide as the accounts in it.

    On the left the actions of the list before, on the right those of now, the sterner the lower; accounts of all currencies are
    counted together, amounts are in the hover. ``changes`` are what `arkit.changes.moved` returns.

    Examples
    --------
    >>> from arkit.charts import as_table
    >>> row = {"as_of": "2026-10-31", "since": "2026-09-30", "customer_id": "C1", "name": "A", "currency": "EUR",
    ...     "change": "escalated", "was": "reminder", "action": "call", "at_stake_before": 5.0, "at_stake": 5.0, "why": ""}
    >>> as_table(actions_moved(pd.DataFrame([row])))[["trace", "x", "y", "value"]].to_numpy().tolist()
    [['actions', 'reminder', 'call', 1]]
    """
    table = CHANGES.conform(changes)
    days = [*table["since"].dropna().unique()[:1], *table["as_of"].dropna().unique()[:1]]
    if table.empty:
        return sentence(f"nothing is or was past due{when(days)}")
    table = table.assign(
        before=table["was"].where(table["change"].ne("new"), NOTHING),
        now=table["action"].where(table["change"].ne("cleared"), NOTHING),
    )
    counts = table["change"].value_counts().reindex([*STREAMS]).dropna().astype("int64")
    streams = _streams(table)
    figure = new_figure(
        "What changed since the last list",
        f"Accounts by their action{when(days)}, sterner actions below. {_counted(counts)} Red streams go to a sterner action, "
        "orange ones are new, blue ones ease or are cleared, grey ones are unchanged.",
        [height := max(240, 30 * max(len({*table["before"]}), len({*table["now"]})))],
    )
    figure.update_xaxes(visible=False).update_yaxes(visible=False)
    columns = [_column(streams, side, height) for side in ("before", "now")]
    figure.add_trace(_sankey(streams, *columns))
    for x, column, day in zip((0, 1), columns, (days[0], days[-1]), strict=True):
        _name_beside(figure, x, column, when([day]).strip())
    return name_axes(figure.update_layout(margin={"l": 170, "r": 170}), x="action before", y="action now")


def _all_groups(table: pd.DataFrame) -> pd.DataFrame:
    """Groups added together, exact to the minor unit: what was in a bucket is counted once for each of them."""
    keys = ["currency", "state", "to"]
    minor = table.assign(**{name: to_minor(table[name], table["currency"]) for name in ("opening", "moved")})
    moved = minor.groupby(keys, sort=False)["moved"].sum()
    once = minor.drop_duplicates(["group", "currency", "level", "state"])
    opening = once.groupby(["currency", "state"])["opening"].sum().rename("opening")
    sums = moved.reset_index().merge(opening.reset_index(), on=["currency", "state"])
    rate = sums["moved"] / sums["opening"]
    major = {name: to_major(sums[name].to_numpy(), sums["currency"]) for name in ("opening", "moved")}
    return sums.assign(rate=rate, **major)


def _in_order(states: Any) -> list[str]:  # noqa: ANN401 - any series or set of texts
    """Buckets from the youngest to the oldest, then where money ends."""
    said = {str(state) for state in states}

    def place(state: str) -> tuple[int, int]:
        digits = "".join(sign if sign.isdigit() else " " for sign in state).split()
        return (0 if state == "current" else 2 if not digits else 1, int(digits[0]) if digits else 0)

    buckets = sorted((state for state in said if state not in ENDS), key=place)
    return [*buckets, *(end for end in ENDS if end in said)]


def _fields(part: pd.DataFrame, states: list[str], columns: list[str], *, ends: bool) -> list[go.Heatmap | go.Scatter]:
    """One currency's shares: those that stay open, or those that end; the other places are gaps."""
    currency, table = str(part["currency"].iloc[0]), part.set_index(["state", "to"])
    rate = table["rate"].unstack().reindex(index=states, columns=columns)
    rate = rate.loc[:, [column for column in columns if (column in ENDS) == ends]].reindex(columns=columns)
    facts = [[_field(table, state, to, currency) for to in columns] for state in states]
    labels = rate.map(lambda share: "" if pd.isna(share) else "<1%" if 0 < share < 0.005 else f"{share:.0%}")
    colours = [PAPER, "#cfdfeb", "#8fb3cf", CREDIT] if ends else [CURRENT, *PAST_DUE[:4]]
    scale = [[float(place), colour] for place, colour in zip(np.linspace(0, 1, len(colours)), colours, strict=True)]
    look = {"colorscale": scale, "zmin": 0, "zmax": 1, "showscale": False, "xgap": 2, "ygap": 2, "hoverongaps": False}
    fields = go.Heatmap(
        name="ended" if ends else "still open", meta=unit_of(currency), x=columns, y=states, z=rate.to_numpy(),
        customdata=facts, hovertemplate="%{customdata}<extra></extra>", colorbar=WHAT, **look,
    )  # fmt: skip
    return [fields, write_on(fields, labels.to_numpy(), scale)]


def _field(table: pd.DataFrame, state: str, to: str, currency: str) -> str:
    """What one field says when pointed at."""
    if (state, to) not in table.index:
        return ""
    row: Any = table.loc[(state, to)]
    where = to if to in ENDS else f"in {to}"
    return (
        f"<b>{state}, a month later {where}: {row['rate']:.1%}</b><br>{text(row['moved'], currency)} of "
        f"{text(row['opening'], currency)}"
    )


def _streams(table: pd.DataFrame) -> pd.DataFrame:
    """How many accounts went from one action to another, with whom and how much in words."""
    keys = ["before", "now", "change"]
    amounts = table.assign(minor=to_minor(table["at_stake"], table["currency"]))
    largest = table.sort_values("at_stake", ascending=False)
    sums = amounts.groupby([*keys, "currency"], sort=False)["minor"].sum().reset_index()
    sums["said"] = [
        text(amount, str(currency))
        for amount, currency in zip(to_major(sums["minor"].to_numpy(), sums["currency"]), sums["currency"], strict=True)
    ]
    said = sums.groupby(keys, sort=False)["said"].agg(", ".join)
    named = largest.groupby(keys, sort=False)["name"].agg(
        lambda names: "<br>".join(safe_names(names.head(MOST_NAMED), None, 40))
    )
    streams = pd.DataFrame({"accounts": amounts.groupby(keys, sort=False).size(), "said": said, "named": named}).reset_index()
    more = (streams["accounts"] - MOST_NAMED).map(lambda n: f"<br>and {n:,} more" if n > 0 else "")
    return streams.assign(named=streams["named"] + more)


def _sankey(streams: pd.DataFrame, left: pd.DataFrame, right: pd.DataFrame) -> go.Sankey:
    """The streams between two columns of actions, each where its column says; their names are written beside them."""
    both = pd.concat([left, right])
    source = streams["before"].map({name: i for i, name in enumerate(left.index)})
    target = streams["now"].map({name: i + len(left) for i, name in enumerate(right.index)})
    hover = (
        "<b>%{customdata[0]}: %{source.customdata} to %{target.customdata}</b><br>accounts: %{value:,}<br>past due now: "
        "%{customdata[1]}<br>%{customdata[2]}<extra></extra>"
    )
    links = {
        "source": source, "target": target, "value": streams["accounts"], "hovertemplate": hover,
        "color": streams["change"].map(STREAMS), "customdata": streams[["change", "said", "named"]].to_numpy(),
    }  # fmt: skip
    places = {
        "label": [""] * len(both), "customdata": both["said"].to_numpy(),
        "x": [0.001] * len(left) + [0.999] * len(right), "y": both["centre"].clip(0.001, 0.999),
        "color": MUTED, "pad": NODE_GAP, "thickness": 14, "line": {"width": 0},
        "hovertemplate": "<b>%{customdata}</b><br>accounts: %{value:,}<extra></extra>",
    }  # fmt: skip
    return go.Sankey(name="actions", meta="accounts", arrangement="fixed", valueformat=",", link=links, node=places)


def _column(streams: pd.DataFrame, side: str, height: int) -> pd.DataFrame:
    """The actions of one side, milder ones first: name, accounts, and where the middle stands, from 0 at the top to 1."""
    sums = streams.groupby(side)["accounts"].sum()
    known = [name for name in (NOTHING, *ACTIONS_IN_ORDER) if name in sums.index]
    accounts = sums.reindex([*known, *sums.index.difference(known)])
    most = max(streams["before"].nunique(), streams["now"].nunique())
    gap = NODE_GAP / height
    sizes = accounts / accounts.sum() * (1 - gap * (most - 1))
    centre = (sizes + gap).cumsum() - gap - sizes / 2
    return pd.DataFrame({"said": accounts.index.str.replace("_", " "), "accounts": accounts, "centre": centre})


def _name_beside(figure: go.Figure, x: int, column: pd.DataFrame, head: str) -> None:
    """The day over a column of actions, and outside of it, where no stream runs, the name of each and its accounts."""
    inwards, outwards = ("left", "right") if x == 0 else ("right", "left")
    place = {"x": x, "xref": "paper", "yref": "paper", "showarrow": False}
    figure.add_annotation(text=f"<b>{head}</b>", y=1, xanchor=inwards, yanchor="bottom", font={"color": MUTED}, **place)
    place |= {"xanchor": outwards, "yanchor": "middle", "xshift": 8 * (2 * x - 1)}
    for said, accounts, centre in zip(column["said"], column["accounts"], column["centre"], strict=True):
        figure.add_annotation(text=f"{said} <b>{accounts:,}</b>", y=1 - centre, **place)


def _counted(counts: pd.Series) -> str:
    """How many accounts changed how, as a sentence."""
    said = [f"{count:,} {change}" for change, count in counts.items()]
    return f"{', '.join(said)}."
