"""Pictures of a policy tried on the past, and of policies side by side."""

import html
import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from arkit.charts.look import (
    CURRENT,
    MUTED,
    PAPER,
    PAST_DUE,
    THIN,
    amount_axis,
    amounts_across,
    fill,
    name_axes,
    new_figure,
    safe_currencies,
    sentence,
    shown,
    unit_of,
    when,
    within,
)
from arkit.ladder import IDLE
from arkit.money import decimals, text
from arkit.tables import ACTIONS_IN_ORDER, VARIANTS

#: Groups and orders of a backtest, told apart by dashes, patterns and signs where colours cannot.
GROUPS = {
    "flagged": {"color": "#9c2f35", "dash": "solid", "symbol": "circle", "aside": -0.8},
    "left alone": {"color": "#2f6690", "dash": "dash", "symbol": "diamond-open", "aside": 0.8},
}
ORDERS = {"policy": ("#1f2933", ""), "oldest first": ("#ee9b4b", "/"), "largest first": ("#2f6690", "x")}
#: What a person decides is neither mild nor stern.
REVIEW = "#7f93a6"
HINDSIGHT = "best in hindsight"
#: The line of the most that can be reached.
BEST = {"width": 2, "color": MUTED}
FROM_ZERO = {"rangemode": "tozero"}
CURVES = {
    "hours": {"line": {"color": "#2f6690", "width": 2.5}, "marker": {"size": 8}},
    "left alone": {"line": {"color": "#9c2f35", "width": 2.5, "dash": "dash"}, "marker": {"size": 8, "symbol": "diamond"}},
}


def unpaid_after_days(comparisons: pd.DataFrame) -> go.Figure:
    """How much was still unpaid some days after a month-end: customers on the list beside those left alone.

    ``comparisons`` are those of a backtest. The first panel counts invoices, the others money, one per currency. Bars are the
    range that chance allows; where they are absent there were too few customers to tell.
    """
    rows = comparisons.loc[comparisons["measure"].isin(["unpaid", "unpaid money"]) & comparisons["group"].isin([*GROUPS])]
    rows = rows.loc[rows["value"].notna()]
    rows = rows.assign(currency=safe_currencies(rows["currency"]))
    if rows.empty:
        return sentence("nothing past due was followed for long enough")
    currencies, left_out = shown(rows.loc[rows["measure"].eq("unpaid money"), "currency"])
    figure = new_figure(
        "Were those on the list later than the rest?",
        "Of what was past due on the month-ends, the share still unpaid (or written off) some days later. Bars: 95 % range, by "
        f"drawing customers again and again; none where fewer than 8 customers tell.{left_out}",
        [260, *[180] * len(currencies)],
    )
    for row, currency in enumerate(["", *currencies], 1):
        part = rows.loc[rows["currency"].eq(currency)]
        panel = f"share of {unit_of(currency)}" if currency else "share of invoices"
        lines = [_shares_line(part, group, panel) for group in GROUPS if part["group"].eq(group).any()]
        fill(figure, row, lines, y={"title_text": panel, "tickformat": ".0%", "range": [-0.03, 1.03]})
    days = sorted(rows["days"].unique())
    figure.update_xaxes(tickvals=days, range=[min(days) - 12, max(days) + 12])
    return figure.update_xaxes(title_text="days after the month-end", row=1 + len(currencies))


def reached_by_order(totals: pd.DataFrame) -> go.Figure:
    """What each order of contacting reached that was still unpaid some days later, with equally many contacts.

    ``totals`` are the ``order_totals`` of a backtest; one panel per currency. The line above the bars is the most that so many
    contacts can reach, known only afterwards. What counts is unpaid money on several month-ends, each time it was reached.
    """
    rows = totals.assign(currency=safe_currencies(totals["currency"]))
    if rows.empty:
        return sentence("nothing past due was followed for long enough")
    counts = rows.loc[rows["order"].eq("policy"), ["currency", "contacts"]]
    currencies, left_out = shown(counts.loc[counts.index.repeat(counts["contacts"] + 1), "currency"])
    figure = new_figure(
        "Does the list reach what stays unpaid?",
        f"Money on the accounts contacted that was still unpaid some days later, month-ends added up{within(currencies)}; each "
        f"order with as many contacts as the list. Lines: the most that could be reached.{left_out}",
        [300 if len(currencies) == 1 else 200] * len(currencies),
    )
    for row, currency in enumerate(currencies, 1):
        part = rows.loc[rows["currency"].eq(currency)]
        bars = [_bars_of_order(part.loc[part["order"].eq(order)], order, currency) for order in ORDERS]
        best = part.loc[part["order"].eq(HINDSIGHT)]
        fill(figure, row, [*bars, _best(best, currency)], y=amount_axis(currency) | FROM_ZERO)
        for place, most in enumerate(best["unpaid"]):  # over each group of bars, however wide the picture is
            figure.add_shape(type="line", x0=place - 0.38, x1=place + 0.38, y0=most, y1=most, line=BEST, row=row, col=1)
    figure.update_xaxes(type="category").update_layout(barmode="group")
    return figure.update_xaxes(title_text="days after the month-end", row=len(currencies))


def actions_by_variant(actions: pd.DataFrame) -> go.Figure:
    """What is past due by the action that each of several policies takes, one stacked bar per policy, one panel per currency.

    ``actions`` are those of policies side by side. Bars are equally long, for what is past due does not depend on the policy;
    the hatched part is left alone.
    """
    rows = actions.loc[actions["at_stake"].gt(0)].assign(currency=lambda part: safe_currencies(part["currency"]))
    if rows.empty:
        return sentence("nothing is past due")
    currencies, left_out = shown(rows["currency"])
    variants = [*map(str, rows["variant"].unique())]
    ticks = ["<br>".join(map(html.escape, textwrap.wrap(name, 40))) for name in variants]
    figure = new_figure(
        "What would be done with what is past due",
        f"Amounts past due{when([rows['as_of'].max()])}{within(currencies)}, by action and policy, milder actions on the left. "
        f"Hatched: left alone. Review: a person decides.{left_out}",
        [max(34, 16 * max(tick.count("<br>") + 1 for tick in ticks) + 14) * max(len(variants), 3)] * len(currencies),
    )
    colours = dict.fromkeys(IDLE, CURRENT) | _sterner(ACTIONS_IN_ORDER[1:-1]) | {"review": REVIEW}
    taken = [action for action in colours if rows["action"].eq(action).any()]
    for row, currency in enumerate(currencies, 1):
        part = rows.loc[rows["currency"].eq(currency)]
        bars = [_bars_of_action(part.loc[part["action"].eq(action)], action, currency, colours[action]) for action in taken]
        y = {"type": "category", "showgrid": False, "tickvals": variants, "ticktext": ticks, "autorange": "reversed"}
        fill(figure, row, bars, x=amounts_across(currency), y=y)
    figure.update_layout(barmode="stack", legend={"title": {"text": "action"}, "traceorder": "normal"})
    return name_axes(figure, y="policy")


def hours_and_money(variants: pd.DataFrame) -> go.Figure:
    """What each of several policies costs in hours and leaves alone in money, from one value of a key to the next.

    Above: hours of work, the accounts contacted in the hover. Below, a panel per currency: what is past due and left alone.
    Where the hours jump and the money does not, the threshold is cheap to move. ``variants`` are those of policies side by
    side, in their order.

    Examples
    --------
    >>> from arkit.charts import as_table
    >>> rows = {"as_of": "2026-10-31", "variant": ["5", "10"], "changes": "", "currency": "EUR", "accounts": 9,
    ...     "contacts": [6, 4], "moved": 0, "asked_for": [90.0, 70.0], "left_alone": [10.0, 30.0], "hours": [2.0, 1.5],
    ...     "cost": 0.0}
    >>> as_table(hours_and_money(pd.DataFrame(rows)))[["panel", "x", "y"]].to_numpy().tolist()
    [['hours', '5', 2.0], ['hours', '10', 1.5], ['EUR', '5', 10.0], ['EUR', '10', 30.0]]
    """
    table = VARIANTS.conform(variants).assign(currency=safe_currencies(variants["currency"]))
    if table.empty:
        return sentence("no policy has anything to decide")
    names = [*map(str, table["variant"].unique())]
    currencies, left_out = shown(table.loc[table.index.repeat(table["accounts"] + 1), "currency"])
    figure = new_figure(
        "What each policy costs, and what it leaves alone",
        f"Above: hours of work, all currencies together. Below: what is past due and nobody asks for"
        f"{when([table['as_of'].max()])}{within(currencies)}.{left_out}",
        [160, *[150] * len(currencies)],
    )
    work = table.groupby("variant", sort=False)[["hours", "contacts", "cost"]].sum().loc[names]
    facts = work[["contacts", "cost"]].to_numpy().tolist()
    hover = "<b>%{x}</b><br>hours: %{y:,.1f}<br>accounts contacted: %{customdata[0]:,}<br>their cost: %{customdata[1]:,.0f}"
    hours = go.Scatter(name="hours", meta="hours", x=names, y=work["hours"], customdata=facts, mode="lines+markers")
    fill(
        figure,
        1,
        [hours.update(hovertemplate=f"{hover}<extra></extra>", **CURVES["hours"])],
        y={"title_text": "hours", "tickformat": ","} | FROM_ZERO,
    )
    for row, currency in enumerate(currencies, 2):
        part = table.loc[table["currency"].eq(currency)]
        fill(figure, row, [_left_alone(part, currency)], y=amount_axis(currency) | FROM_ZERO | {"nticks": 4})
    ticks = ["<br>".join(map(html.escape, textwrap.wrap(name, 24))) for name in names]
    axis = {"type": "category", "categoryorder": "array", "categoryarray": names, "tickvals": names, "ticktext": ticks}
    figure.update_xaxes(axis).update_xaxes(title_text=_key_of(table), row=1 + len(currencies))
    return name_axes(figure, x="policy")


def _key_of(variants: pd.DataFrame) -> str:
    """The key that these policies set differently, if it is one; nothing else at the axis says what its values are."""
    changed = variants["changes"].loc[variants["changes"].ne("")].str.split("; ").explode()
    keys = changed.str.split(" ").str[0].unique()
    return html.escape(str(keys[0])) if len(keys) == 1 else ""


def _left_alone(part: pd.DataFrame, currency: str) -> go.Scatter:
    """What each policy leaves alone in one currency."""
    facts = [
        (text(left, currency), text(asked, currency), moved, html.escape(changes))
        for left, asked, moved, changes in zip(
            part["left_alone"], part["asked_for"], part["moved"], part["changes"], strict=True
        )
    ]
    hover = (
        "<b>%{x}</b><br>left alone: %{customdata[0]}<br>asked for: %{customdata[1]}<br>accounts that move: "
        "%{customdata[2]:,}<br>%{customdata[3]}<extra></extra>"
    )
    place = {"x": part["variant"], "y": part["left_alone"], "mode": "lines+markers", "meta": unit_of(currency)}
    return go.Scatter(name="left alone", customdata=facts, hovertemplate=hover, **place, **CURVES["left alone"])


def _shares_line(part: pd.DataFrame, group: str, panel: str) -> go.Scatter:
    """One group's shares after some days, with their ranges; set a little aside so that bars do not cover each other."""
    rows, look = part.loc[part["group"].eq(group)].sort_values("days"), GROUPS[group]
    shares = rows[["low", "high"]].isna().any(axis=1)
    said = [f"{low:.0%} to {high:.0%}" for low, high in zip(rows["low"], rows["high"], strict=True)]
    facts = [
        (days, "too few customers to tell" if few else words, invoices, customers)
        for days, few, words, invoices, customers in zip(
            rows["days"], shares, said, rows["documents"], rows["customers"], strict=True
        )
    ]
    hover = (
        f"<b>{group}, %{{customdata[0]}} days later</b><br>unpaid: %{{y:.0%}}<br>95 % range: %{{customdata[1]}}<br>"
        "invoices: %{customdata[2]:,}<br>customers: %{customdata[3]:,}<extra></extra>"
    )
    bars = {"array": (rows["high"] - rows["value"]).fillna(0), "arrayminus": (rows["value"] - rows["low"]).fillna(0)}
    return go.Scatter(
        name=group,
        meta=panel,
        x=rows["days"] + look["aside"],
        y=rows["value"],
        customdata=facts,
        hovertemplate=hover,
        mode="lines+markers",
        marker={"size": 9, "symbol": look["symbol"], "color": look["color"]},
        line={"color": look["color"], "dash": look["dash"], "width": 2},
        error_y={"type": "data", "symmetric": False, "thickness": 1.5, "width": 6, "color": look["color"], **bars},
    )


def _bars_of_order(rows: pd.DataFrame, order: str, currency: str) -> go.Bar:
    """What one order reached of what was still unpaid, by days; contacts and what was owed in the hover."""
    colour, pattern = ORDERS[order]
    facts = [
        (text(row["reached"], currency), row["contacts"], row["in_vain"], row["held"], text(row["unpaid"], currency))
        for row in rows.to_dict("records")
    ]
    hover = (
        f"<b>{order}, %{{x}} days later</b><br>still unpaid: %{{customdata[4]}}<br>past due when contacted: %{{customdata[0]}}"
        "<br>contacts: %{customdata[1]:,}<br>of them nothing left unpaid: %{customdata[2]:,}"
        "<br>of them to be held: %{customdata[3]:,}<extra></extra>"
    )
    marker = {"color": colour, "pattern": {"shape": pattern, "fgcolor": PAPER, "fillmode": "overlay"}, "line": THIN}
    days = rows["days"].astype("str")
    return go.Bar(
        name=order, meta=unit_of(currency), x=days, y=rows["unpaid"], marker=marker, customdata=facts, hovertemplate=hover
    )


def _sterner(actions: Sequence[str]) -> dict[str, str]:
    """A colour for each action, the later in the ladder the darker."""
    return dict(zip(actions, map(str, sample_colorscale(PAST_DUE, np.linspace(0, 1, len(actions)))), strict=True))


def _best(rows: pd.DataFrame, currency: str) -> go.Scatter:
    """The most that equally many contacts can reach, as a line over each group of bars."""
    says = f"<b>the most that so many contacts can reach</b><br>%{{y:,.{decimals(currency)}f}}<extra></extra>"
    marker = {"symbol": "line-ew", "size": 24, "line": BEST}
    place = {"x": rows["days"].astype("str"), "y": rows["unpaid"], "meta": unit_of(currency), "mode": "markers"}
    return go.Scatter(name=HINDSIGHT, marker=marker, hovertemplate=says, **place)


def _bars_of_action(rows: pd.DataFrame, action: str, currency: str, colour: str) -> go.Bar:
    """One action's amounts, a piece of each policy's bar."""
    said = action.replace("_", " ")
    facts = [
        (html.escape(str(row["variant"])), row["accounts"], text(row["at_stake"], currency)) for row in rows.to_dict("records")
    ]
    hover = (
        f"<b>{said}</b><br>%{{customdata[0]}}<br>past due: %{{customdata[2]}}<br>accounts: %{{customdata[1]:,}}<extra></extra>"
    )
    hatch = {"none": "/", "hold": "x"}.get(action, "")
    marker = {"color": colour, "pattern": {"shape": hatch, "fgcolor": "#aab4be", "fillmode": "overlay"}, "line": THIN}
    place = {"x": rows["at_stake"], "y": rows["variant"], "orientation": "h", "meta": unit_of(currency)}
    return go.Bar(name=said, marker=marker, customdata=facts, hovertemplate=hover, **place)
