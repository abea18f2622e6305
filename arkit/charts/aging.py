"""Pictures of how much of what is owed has waited how long, and of who owes it."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from arkit.charts.aged import buckets_of, days_of, exact_sums, known_rows, latest_rows
from arkit.charts.look import (
    CREDIT,
    CURRENT,
    FEWEST_BARS,
    PAPER,
    PAST_DUE,
    THIN,
    across_months,
    amount_axis,
    by_count,
    fill,
    in_words,
    iso,
    name_axes,
    new_figure,
    safe_names,
    sentence,
    short_amounts,
    shown,
    unit_of,
    when,
    within,
)
from arkit.money import decimals, text


def aging_by_bucket(aged: pd.DataFrame, *, names: pd.Series | None = None) -> go.Figure:
    """One day's aging, one bar per bucket, one panel per currency; of several days the latest.

    Credit not yet applied is a bar of its own below zero. Shares are of what is open before credits, so that they add up
    to 100 % and stay shares where credits are large.

    Parameters
    ----------
    names
        ``customer_id`` to name, for the largest customer of a bucket in the hover.

    Examples
    --------
    >>> from arkit.charts import as_table
    >>> levels = [[pd.Timestamp("2026-10-31")], ["C1"], ["EUR"]]
    >>> index = pd.MultiIndex.from_product(levels, names=["as_of", "customer_id", "currency"])
    >>> aged = pd.DataFrame({"credit": -5.0, "current": 100.0, "over 30": 20.0, "total": 115.0}, index=index)
    >>> as_table(aging_by_bucket(aged))[["x", "y"]].to_dict("records")
    [{'x': 'credit', 'y': -5.0}, {'x': 'current', 'y': 100.0}, {'x': 'over 30', 'y': 20.0}]
    """
    customers, when = latest_rows(aged)
    if customers.empty:
        return sentence(f"nothing is open{when}")
    currencies, sums = by_count(customers["currency"]), exact_sums(customers, ["currency"]).set_index("currency")
    balances = ", ".join(text(sums["total"][currency], currency).replace(" ", "\N{NO-BREAK SPACE}") for currency in currencies)
    figure = new_figure(
        "What is open, by how long it has waited",
        f"Open amounts{when} by days past due; credit not yet applied is below zero. Balance: {balances}.",
        [300 if len(currencies) == 1 else 190] * len(currencies),
    )
    for row, currency in enumerate(currencies, 1):
        amounts = pd.Series({bucket: sums[bucket][currency] for bucket in buckets_of(sums)})
        bars = _bars_of_buckets(currency, amounts, customers.loc[customers["currency"].eq(currency)], names)
        fill(figure, row, bars, y=amount_axis(currency) | {"range": _room_for_labels(amounts)})
    figure.update_layout(showlegend=False).update_xaxes(type="category")
    return figure.update_xaxes(title_text="days past due", row=len(currencies))


def aging_through_months(aged: pd.DataFrame, *, days: Iterable[pd.Timestamp] | None = None, share: bool = False) -> go.Figure:
    """The aging of several days, one stacked bar per day, one panel per currency; ``aged`` is theirs, concatenated.

    The currency of the most customers comes first, and those beyond the third are left out, which the subtitle says.
    (Without rates, no amount in one currency is larger than an amount in another.)

    Parameters
    ----------
    days
        All days to show; on those that ``aged`` does not have, nothing was open.
    share
        Each bucket as a share of what is open before credits, instead of amounts; credits are then left out.
    """
    known = known_rows(aged)
    days = days_of(aged) if days is None else pd.DatetimeIndex(list(days))
    if known.empty:
        return sentence(f"nothing is open{when(days)}")
    currencies, left_out = shown(known["currency"])
    figure = new_figure(
        "How old the open amounts are, month by month",
        f"{'Shares of what is open before credits' if share else 'Open amounts'}{when(days)} by days past due"
        f"{within(currencies)}{'.' if share else '; credit not yet applied is below zero.'}{left_out}",
        [320 if len(currencies) == 1 else 200] * len(currencies),
    )
    sums = exact_sums(known, ["as_of", "currency"])
    for row, currency in enumerate(currencies, 1):
        part = sums.loc[sums["currency"].eq(currency)].set_index("as_of").drop(columns="currency").reindex(days, fill_value=0.0)
        axis = {"title_text": f"share in {unit_of(currency)}", "tickformat": ".0%"} if share else amount_axis(currency)
        fill(figure, row, _bars_of_months(currency, part, share=share), y=axis)
    figure.update_layout(barmode="relative", legend={"title": {"text": "days past due"}, "traceorder": "reversed"})
    return name_axes(across_months(figure, days), x="month until")


def top_debtors(aged: pd.DataFrame, *, names: pd.Series | None = None, top: int = 15) -> go.Figure:
    """The customers with the largest amounts past due, one bar each, one panel per currency; of several days the latest.

    The oldest bucket starts at zero and what is not yet due comes last, so that the order can be seen. The customers not
    shown share the last bar; where it would make the others too small to read it is cut, and says what it stands for.

    Parameters
    ----------
    names
        ``customer_id`` to name; without it customers go by their number.
    top
        How many customers have a bar of their own.
    """
    customers, when = latest_rows(aged)
    late = customers.loc[customers["past_due"].gt(0)]
    if late.empty:
        return sentence(f"nothing is {'open' if customers.empty else 'past due'}{when}")
    currencies, left_out = shown(late["currency"])
    parts = [_largest(customers.loc[customers["currency"].eq(currency)], top) for currency in currencies]
    figure = new_figure(
        "Who owes the most past due",
        f"Open amounts{when} by days past due{within(currencies)}. The figure behind each name is what is past due, before "
        f"credits.{left_out}",
        [24 * max(len(part), FEWEST_BARS) for part in parts],
    )
    for row, (currency, part) in enumerate(zip(currencies, parts, strict=True), 1):
        labels = zip(safe_names(part.index, names, 30), short_amounts(part["past_due"], currency), strict=True)
        ticks = [f"{name}   <b>{amount}</b>" for name, amount in labels]
        y = {"type": "category", "showgrid": False, "tickvals": list(part.index), "ticktext": ticks}
        bars = _bars_of_customers(currency, part, safe_names(part.index, names))
        places = {"range": [max(len(part), FEWEST_BARS) - 0.5, -0.5]}
        fill(figure, row, bars, x=amount_axis(currency) | {"showgrid": True}, y=y | places)
        if len(part) < customers["currency"].eq(currency).sum():
            _cut_last_bar(figure, row, currency, part)
    figure.update_layout(barmode="relative", legend={"title": {"text": "days past due"}, "traceorder": "normal"})
    return name_axes(figure, y="customer")


def _bars_of_buckets(currency: str, amounts: pd.Series, customers: pd.DataFrame, names: pd.Series | None) -> list[go.Bar]:
    """One currency's buckets, each with its amount on it; share and largest customer are in the hover."""
    bars = _bars([*map(str, amounts.index)], currency)
    sizes, gross = customers.set_index("customer_id")[[*bars]].abs(), amounts.drop("credit").sum()
    rows = zip(bars.items(), amounts, short_amounts(amounts, currency), safe_names(sizes.idxmax(), names), strict=True)
    for (bucket, bar), amount, label, largest in rows:
        says = f"<b>{_bucket(bucket)}: {text(amount, currency)}</b>{_share(amount, gross)}"
        most = f"<br>customers: {sizes[bucket].gt(0).sum():,}<br>the largest: {largest}, {text(sizes[bucket].max(), currency)}"
        bar.update(x=[bucket], y=[amount], text=[label], textposition="outside", cliponaxis=False)
        bar.update(customdata=[says + most if amount else says], hovertemplate="%{customdata}<extra></extra>")
    return [*bars.values()]


def _bars_of_months(currency: str, sums: pd.DataFrame, *, share: bool) -> list[go.Bar]:
    """One currency's buckets on each day, stacked, in amounts or as shares of what is open before credits."""
    bars, days = _bars(buckets_of(sums), currency), pd.DatetimeIndex(sums.index)
    gross = sums["total"] - sums["credit"]
    drawn = sums[[*bars]].div(gross.where(gross.gt(0)), axis=0) if share else sums[[*bars]]
    says = "%{customdata[1]}%{customdata[2]}<br>balance: %{customdata[3]}<extra></extra>"
    for bucket, bar in bars.items():
        rows = zip(days, sums[bucket], gross, sums["total"], strict=True)
        facts = [
            (in_words(day), text(amount, currency), _share(amount, of), text(total, currency))
            for day, amount, of, total in rows
        ]
        bar.update(x=iso(days), y=drawn[bucket], customdata=facts)
        bar.update(hovertemplate=f"<b>%{{customdata[0]}}</b><br>{_bucket(bucket)}: {says}")
    return [bar for bucket, bar in bars.items() if bucket != "credit" or (sums["credit"].any() and not share)]


def _bars_of_customers(currency: str, sums: pd.DataFrame, names: list[str]) -> list[go.Bar]:
    """One currency's customers, their buckets stacked from the oldest on, credit to the left of zero."""
    bars = _bars(buckets_of(sums), currency)
    late = sums[[*bars][:1:-1]].gt(0)
    oldest = late.idxmax(axis=1).where(late.any(axis=1), "nothing past due")
    rows = zip(names, oldest, sums["past_due"], sums["total"], strict=True)
    facts = [(name, _bucket(bucket), text(past_due, currency), text(total, currency)) for name, bucket, past_due, total in rows]
    says = "<br>oldest: %{customdata[1]}<br>past due: %{customdata[2]}<br>balance: %{customdata[3]}<extra></extra>"
    for bucket, bar in bars.items():
        bar.update(orientation="h", x=sums[bucket], y=sums.index, ids=sums.index, customdata=facts)
        amount = f"{_bucket(bucket)}: %{{x:,.{decimals(currency)}f}}"
        bar.update(hovertemplate=f"<b>%{{customdata[0]}}</b><br>{amount}{says}")
    return [bar for bucket, bar in [*bars.items()][::-1] if bucket != "credit" or sums["credit"].any()]


def _cut_last_bar(figure: go.Figure, row: int, currency: str, sums: pd.DataFrame) -> None:
    """Where the bar of all others is far longer than any customer's: the axis fits the customers, and that bar says so."""
    right, left = sums["total"] - sums["credit"], sums["credit"]
    widest = right.iloc[:-1].max()
    if right.iloc[-1] > 1.5 * widest:
        figure.update_xaxes(range=[1.1 * left.iloc[:-1].min(), 1.25 * widest], row=row, col=1)
        credit = f", {text(left.iloc[-1], currency)} credit" if left.iloc[-1] else ""
        place = {"x": 1.25 * widest, "xanchor": "right", "y": sums.index[-1], "bgcolor": PAPER, "showarrow": False}
        figure.add_annotation(text=f" cut: {text(right.iloc[-1], currency)} open{credit} ", **place, row=row, col=1)


def _largest(customers: pd.DataFrame, top: int) -> pd.DataFrame:
    """One currency's customers with most past due, one row each, and as a last row all its others."""
    ranked = customers.sort_values(["past_due", "total", "customer_id"], ascending=[False, False, True])
    others = ranked["past_due"].le(0) | (np.arange(len(ranked)) >= top)
    named = ranked["customer_id"].mask(others, f"all others ({others.sum():,})")
    return exact_sums(ranked.assign(customer_id=named), ["customer_id", "currency"]).set_index("customer_id")


def _bars(buckets: list[str], currency: str) -> dict[str, go.Bar]:
    """One trace per bucket in its colour, still without amounts."""
    colours = [CREDIT, CURRENT, *sample_colorscale(PAST_DUE, np.linspace(0, 1, len(buckets) - 2))]
    bars = {
        bucket: go.Bar(name=bucket, legendgroup=bucket, meta=unit_of(currency), marker={"color": colour})
        for bucket, colour in zip(buckets, colours, strict=True)
    }
    bars["credit"].update(marker={"pattern": {"shape": "/"}, "line": THIN})
    bars["current"].update(marker={"line": THIN})
    return bars


def _room_for_labels(amounts: pd.Series) -> list[float]:
    """The range of an axis that leaves room for a label above and below the bars."""
    low, high = min(amounts.min(), 0), max(amounts.max(), 0)
    room = 0.14 * (high - low)
    return [low - room if low else 0, high + room]


def _bucket(bucket: str) -> str:
    """A bucket as it is said in a hover."""
    return f"{bucket} days" if bucket[-1].isdigit() else bucket


def _share(amount: float, of: float) -> str:
    """A share as a line of a hover; none where there is nothing to share."""
    return f"<br>{amount / of:.1%} of what is open before credits" if of else ""
