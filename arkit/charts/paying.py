"""Pictures of how customers pay: how late, and what their scores are worth beside what they owe."""

import html
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from arkit.charts.aged import latest_rows
from arkit.charts.look import (
    CURRENT,
    INK,
    MEANS,
    MUTED,
    PAST_DUE,
    THIN,
    across_months,
    amount_axis,
    fill,
    in_words,
    iso,
    name_axes,
    new_figure,
    safe_currencies,
    safe_names,
    sentence,
    shown,
    unit_of,
    when,
    within,
)
from arkit.money import text, to_minor
from arkit.tables import DOCUMENTS

#: Points that a browser still draws and moves at once.
MOST_POINTS = 1000
#: What is looked at of each invoice.
LOOKED_AT = ("currency", "issued", "due_date", "open_amount", "settled", "settled_on", "days_late", "paid_amount")


def days_late_through_months(documents: pd.DataFrame, *, months: int = 24) -> go.Figure:
    """How late invoices are paid and how late the unpaid ones are, one point per month; ``documents`` are those of one day.

    Above: invoices settled by money, in the month of the day that settled them: their median, the range from 10 % to 90 %,
    and the mean weighted by the money received, a line per currency. Below: invoices past due and not settled at the end of
    each month, late up to then. The two belong together, for what is paid looks the better the longer the worst stay
    unpaid. Both are facts of their month: what was paid later only tells that an invoice was still open.

    Parameters
    ----------
    months
        How many months to show, up to that of the day; none before the first settlement.
    """
    table = DOCUMENTS.conform(documents)
    as_of = table["as_of"].max()
    kept = table["kind"].eq("invoice") & table["amount"].gt(0) & table["as_of"].eq(as_of)
    invoices = table[[*LOOKED_AT]].loc[kept]
    by_money = invoices["settled"] & invoices["settled_on"].notna() & invoices["paid_amount"].gt(0)
    if not by_money.any():
        return sentence(f"no invoice is known to be settled by money{when([as_of])}")
    first = min(invoices["settled_on"].where(by_money).min() + pd.offsets.MonthEnd(0), as_of)
    ends = pd.date_range(first, as_of, freq="ME", unit="s").union(pd.DatetimeIndex([as_of]))[-months:]
    shown_now = by_money & invoices["settled_on"].ge(ends[0].replace(day=1))
    paid = invoices[["currency", "settled_on", "days_late", "paid_amount"]].loc[shown_now]
    if paid.empty:
        return sentence(f"no invoice is known to be settled by money{when([ends[0].replace(day=1), as_of])}")
    month = (paid["settled_on"] + pd.offsets.MonthEnd(0)).clip(upper=as_of)
    paid = paid.assign(month=month, currency=safe_currencies(paid["currency"]))
    currencies, left_out = shown(paid["currency"], "Without a mean, with fewer invoices")
    figure = new_figure(
        "How late invoices are paid",
        f"As known{when([as_of])}. Above: {len(paid):,} invoices settled by money, by the month that settled them. Below: "
        f"invoices past due and not settled at the end of each month, days late up to then.{left_out}",
        [260, 120],
    )
    sums = _weighted_by_money(paid)
    means = [_mean_line(sums, currency, ends).update(line=line) for currency, line in zip(currencies, MEANS, strict=False)]
    fill(figure, 1, [*_range_and_median(paid, ends), *means], y={"title_text": "days late when paid"})
    fill(figure, 2, [_unpaid_line(invoices, ends)], y={"title_text": "days late, not paid", "rangemode": "tozero", "nticks": 4})
    return name_axes(across_months(figure, ends), x="month until")


def scores_by_exposure(
    scores: pd.DataFrame,
    aged: pd.DataFrame,
    *,
    names: pd.Series | None = None,
    actions: pd.DataFrame | None = None,
    low: float = 50,
    top: int = 8,
) -> go.Figure:
    """Every customer's score against its balance, one point each, one panel per currency; of several days the latest.

    Money and doubt meet at the top left. The customers above the horizontal line together owe half of what all shown owe;
    left of the vertical line the score is below ``low``.

    Parameters
    ----------
    actions
        The list of whom to contact: each corner then says how many accounts get which action, and the hover names it.
    low, top
        Where the vertical line stands, and how many of the customers left of it are named, those that owe most.
    """
    customers, when = latest_rows(aged)
    known = scores.loc[scores["as_of"].eq(scores["as_of"].max())].set_index("customer_id")["score"]
    owing = customers.loc[customers["total"].gt(0)].assign(score=lambda rows: rows["customer_id"].map(known))
    scored = owing.dropna(subset="score").sort_values("total", ascending=False)
    if scored.empty:
        return sentence(f"no customer with a score owes anything{when}")
    currencies, left_out = shown(scored["currency"])
    unscored = f" Without a score and not shown: {len(owing) - len(scored):,}." if len(owing) > len(scored) else ""
    figure = new_figure(
        "Where money and doubt meet",
        f"Balances{when}{within(currencies)}, against scores (0 pays last, 100 pays first), of the customers that owe, at most "
        f"the {MOST_POINTS:,} that owe most. The darker a point, the more of it is past due; those on or above the level line "
        f"owe half of what is shown.{unscored}{left_out}",
        [400 if len(currencies) == 1 else 260] * len(currencies),
    )
    for row, currency in enumerate(currencies, 1):
        part = scored.loc[scored["currency"].eq(currency)].head(MOST_POINTS)
        part = part.assign(action=_actions_of(part, currency, actions))
        fill(figure, row, [_points(currency, part, names)], y=amount_axis(currency) | _decades(part["total"]))
        half = part["total"].cumsum().ge(part["total"].sum() / 2).to_numpy().argmax()
        place: dict[str, Any] = {"row": row, "col": 1, "line": {"color": MUTED, "width": 1, "dash": "dot"}}
        figure.add_vline(low, **place).add_hline(part["total"].iloc[half], **place)
        _name_worst(figure, row, part.loc[part["score"].lt(low)].head(top), names)
        if actions is not None:
            _corners(figure, row, part, low, float(part["total"].iloc[half]))
    figure.update_layout(showlegend=False, margin_r=240).update_xaxes(range=[-3, 103], zeroline=False)
    return figure.update_xaxes(title_text="score, 0 to 100", row=len(currencies))


def _range_and_median(paid: pd.DataFrame, ends: pd.DatetimeIndex) -> list[go.Scatter]:
    """Per month: days late of the invoices paid in it, from 10 % to 90 % as a thick line, and their median."""
    days = paid.groupby("month")["days_late"]
    spread = days.quantile(np.array([0.1, 0.5, 0.9])).unstack().set_axis(["low", "median", "high"], axis=1)
    facts = spread.assign(n=days.size()).reindex(ends)
    ends_of_range = facts[["low", "high"]].assign(gap=np.nan).to_numpy().ravel()
    thick = go.Scatter(name="paid: 10 % to 90 %", meta="paid", x=np.repeat(iso(ends), 3), y=ends_of_range, mode="lines")
    says = "10 % to 90 %: %{customdata[1]:,.1f} to %{customdata[2]:,.1f}<br>invoices: %{customdata[3]:,}"
    median = _line("paid: median", "paid", facts["median"], says, facts[["low", "high", "n"]])
    return [
        thick.update(line={"width": 12, "color": "#fbe3b5"}, hoverinfo="skip"),
        median.update(line={"color": INK, "width": 2.5}),
    ]


def _weighted_by_money(paid: pd.DataFrame) -> pd.DataFrame:
    """Per currency and month: the money received in minor units, and its days late times it."""
    weight = pd.Series(to_minor(paid["paid_amount"], paid["currency"]), index=paid.index)
    parts = pd.DataFrame({"days": weight * paid["days_late"], "weight": weight})
    return parts.groupby([paid["currency"], paid["month"]]).sum()


def _mean_line(sums: pd.DataFrame, currency: str, ends: pd.DatetimeIndex) -> go.Scatter:
    """Per month: mean days late, weighted by the money received in one currency; amounts of several cannot be added."""
    part: Any = sums.xs(currency, level="currency").reindex(ends)
    name = f"paid: mean by amount, {unit_of(currency)}" if sums.index.unique("currency").size > 1 else "paid: mean by amount"
    return _line(name, "paid", part["days"] / part["weight"], "weighted by the money received", part)


def _unpaid_line(invoices: pd.DataFrame, ends: pd.DatetimeIndex) -> go.Scatter:
    """Per month: how late the invoices were that were past due and not settled at its end."""
    known = invoices.loc[invoices["open_amount"].gt(0) | invoices["settled_on"].notna(), ["due_date", "issued"]]
    until = invoices["settled_on"].where(invoices["settled"], ends[-1] + pd.Timedelta(days=1)).loc[known.index]
    late = until.gt(known["due_date"]) & until.gt(ends[0])  # the others are past due at the end of no month shown
    due, issued, until = (_days(days[late]) for days in (known["due_date"], known["issued"], until))
    counted = [end - due[(issued <= end) & (due < end) & (until > end)] for end in _days(ends)]
    medians = [np.median(days) if len(days) else np.nan for days in counted]
    facts = pd.DataFrame({"median": medians, "n": [len(days) for days in counted]}, index=ends)
    line = _line("not paid: median so far", "not paid", facts["median"], "invoices: %{customdata[1]:,}", facts[["n"]])
    return line.update(line={"color": PAST_DUE[2], "width": 2.5})


def _days(days: pd.Series | pd.DatetimeIndex) -> np.ndarray:
    """Days as whole numbers, which a loop over months compares at once."""
    return days.to_numpy().astype("datetime64[D]").astype("int64")


def _line(name: str, panel: str, y: pd.Series, says: str, facts: pd.DataFrame) -> go.Scatter:
    """One point per month, marked and joined; ``facts`` are what the hover may say besides, from ``customdata[1]`` on."""
    ends = pd.DatetimeIndex(y.index)
    data = [(in_words(end), *row) for end, row in zip(ends, facts.to_numpy().tolist(), strict=True)]
    hover = f"<b>month to %{{customdata[0]}}</b><br>{name}: %{{y:,.1f}} days late<br>{says}<extra></extra>"
    look = {"mode": "lines+markers", "marker": {"size": 5}}
    return go.Scatter(name=name, meta=panel, x=iso(ends), y=y, customdata=data, hovertemplate=hover, **look)


def _points(currency: str, customers: pd.DataFrame, names: pd.Series | None) -> go.Scatter:
    """One currency's customers, the larger the higher, the darker the more of it is past due."""
    share = customers["past_due"] / (customers["total"] - customers["credit"])
    rows = zip(safe_names(customers["customer_id"], names), customers["total"], share, customers["action"], strict=True)
    facts = [
        (name, text(total, currency), f"{late:.0%}", action and f"<br>action: {action}") for name, total, late, action in rows
    ]
    says = (
        "<b>%{customdata[0]}</b><br>balance: %{customdata[1]}<br>score: %{x:.0f}<br>past due: %{customdata[2]}%{customdata[3]}"
        "<extra></extra>"
    )
    marker = {"size": 11, "color": share, "colorscale": [CURRENT, *PAST_DUE], "cmin": 0, "cmax": 1, "line": THIN}
    place = {"x": customers["score"], "y": customers["total"], "ids": customers["customer_id"], "customdata": facts}
    return go.Scatter(name="customers", meta=unit_of(currency), mode="markers", marker=marker, hovertemplate=says, **place)


def _name_worst(figure: go.Figure, row: int, worst: pd.DataFrame, names: pd.Series | None) -> None:
    """Numbers beside the points of some customers and their names at the side, where they cannot cover each other."""
    for i, (score, total) in enumerate(zip(worst["score"], worst["total"], strict=True), 1):
        point = {"x": score, "y": np.log10(total), "xshift": 12, "showarrow": False}
        figure.add_annotation(text=f"<b>{i}</b>", **point, row=row, col=1)
    key = "<br>".join(f"<b>{i}</b>  {name}" for i, name in enumerate(safe_names(worst["customer_id"], names, 30), 1))
    axis = "" if row == 1 else str(row)
    place = {"x": 1.02, "y": 1, "xref": f"x{axis} domain", "yref": f"y{axis} domain", "xanchor": "left", "yanchor": "top"}
    figure.add_annotation(text=key, align="left", showarrow=False, **place)


def _actions_of(customers: pd.DataFrame, currency: str, actions: pd.DataFrame | None) -> pd.Series:
    """The action of each customer's account in one currency, as words; empty without a list."""
    if actions is None:
        return pd.Series("", index=customers.index)
    mine = actions.loc[safe_currencies(actions["currency"]).eq(currency)].drop_duplicates("customer_id")
    known = mine.set_index("customer_id")["action"].str.replace("_", " ").map(html.escape)
    return customers["customer_id"].map(known).fillna("")


def _decades(amounts: pd.Series) -> dict[str, Any]:
    """A logarithmic axis that names 1, 2 and 5 of each power of ten, or the powers alone where they are many."""
    first, last = np.floor(np.log10(amounts.min())), np.ceil(np.log10(amounts.max()))
    powers = 10.0 ** np.arange(first, last + 1)
    named = powers if len(powers) > 4 else np.outer(powers, [1, 2, 5]).ravel()
    return {"type": "log", "tickvals": named}


def _corners(figure: go.Figure, row: int, customers: pd.DataFrame, low: float, half: float) -> None:
    """What each corner holds: how many customers, their share of the money, and the actions most of them get."""
    doubtful, large = customers["score"].lt(low), customers["total"].ge(half)
    axis = "" if row == 1 else str(row)
    for left in (True, False):
        for above in (True, False):
            part = customers.loc[doubtful.eq(left) & large.eq(above)]
            counts = part.loc[part["action"].ne(""), "action"].value_counts().head(3)
            said = ", ".join(f"{action} {n:,}" for action, n in counts.items())
            share = part["total"].sum() / customers["total"].sum()
            who = f"{len(part):,} customer{'s' if len(part) != 1 else ''}"
            words = f"{who}, {share:.0%} of the money<br>{said}" if len(part) else "nobody"
            place = {"x": 0.005 if left else 0.995, "y": 1.0 if above else 0.0, "align": "left" if left else "right"}
            place |= {"xanchor": "left" if left else "right", "yanchor": "top" if above else "bottom"}
            place |= {"xref": f"x{axis} domain", "yref": f"y{axis} domain", "bgcolor": "rgba(255, 255, 255, 0.7)"}
            figure.add_annotation(text=words, showarrow=False, font={"size": 11, "color": MUTED}, **place)
    low_end, high_end = np.log10(customers["total"].min()), np.log10(customers["total"].max())
    room = 0.22 * max(high_end - low_end, 0.5)
    figure.update_yaxes(range=[low_end - room, high_end + room], row=row, col=1)
