"""Pictures of forecasts: the cash of the weeks ahead, and whether what was said is what came."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from arkit.charts.look import (
    CREDIT,
    INK,
    MUTED,
    PAST_DUE,
    amount_axis,
    fill,
    in_words,
    iso,
    new_figure,
    safe_currencies,
    sentence,
    shown,
    unit_of,
    when,
    within,
)
from arkit.money import text
from arkit.tables import CALIBRATION, CASH

#: What cash is expected from, how it is called, its colour, and the same colour for its range.
SOURCES = {
    "backlog": ("from what is open now", CREDIT, "rgba(47, 102, 144, 0.18)"),
    "flow": ("from invoices still to be written", PAST_DUE[1], "rgba(238, 155, 75, 0.22)"),
}
#: How each way of counting is called, its suffix in the table, and its look.
COUNTED = {
    "documents": ("", {"color": INK, "width": 2.5}),
    "money": ("_amount", {"color": PAST_DUE[2], "width": 2, "dash": "dash"}),
}
#: More weeks than this are not all named, or their names cover each other on paper.
MOST_TICKS = 8


def cash_forecast(cash: pd.DataFrame) -> go.Figure:
    """The cash expected week by week, one panel per currency; ``cash`` is what `arkit.forecast.cash_forecast` returns.

    A line with its range for what is open now, another for invoices still to be written, and above them their sum.
    The week is named by its last day. Less than a range comes in about one of ten such weeks, and more in another one.

    Examples
    --------
    >>> day = pd.Timestamp("2026-10-31")
    >>> cash = pd.DataFrame({"as_of": day, "currency": "EUR", "week": [1, 2], "from_date": day,
    ...     "to_date": pd.to_datetime(["2026-11-07", "2026-11-14"]), "backlog": [900.0, 400.0], "backlog_low": [700.0, 200.0],
    ...     "backlog_high": [1100.0, 600.0]})
    >>> cash_forecast(cash).data[1].y.tolist()
    [900.0, 400.0]
    """
    table = CASH.conform(cash)
    if table.empty:
        return sentence("nothing is known that cash could be forecast from")
    table = table.assign(currency=safe_currencies(table["currency"]))
    table = table[table.groupby("currency")[["backlog", "flow"]].transform("sum").sum(axis=1).gt(0)]
    if table.empty:
        return sentence(f"no cash is expected{when(cash['as_of'].unique()[:1])}")
    currencies, left_out = shown(table["currency"])
    as_of, weeks = table["as_of"].max(), table["week"].max()
    flow = table["flow"].notna().any()
    figure = new_figure(
        "Cash expected, week by week",
        f"As seen{when([as_of])}, for {weeks} weeks{within(currencies)}. A band holds in about four of five weeks. What is "
        f"open now {'and what is still to be billed stand apart' if flow else 'only; what is still to be billed is not in it'}."
        f"{left_out}",
        [280 if len(currencies) == 1 else 190] * len(currencies),
    )
    for row, currency in enumerate(currencies, 1):
        part = table.loc[table["currency"].eq(currency)].sort_values("week")
        traces = [_sum_of_both(part, currency)] if part["flow"].notna().any() else []
        traces += [trace for name in SOURCES if part[name].notna().any() for trace in _fan(part, name, currency)]
        fill(figure, row, traces, y=amount_axis(currency) | {"rangemode": "tozero"})
    named = table.drop_duplicates("to_date").sort_values("to_date")["to_date"]
    marked = named.iloc[:: 1 + len(named) // MOST_TICKS]
    ticks = {
        "type": "category",
        "tickvals": iso(marked),
        "ticktext": [f"{day.day} {in_words(day).split()[1][:3]}" for day in marked],
    }
    figure.update_xaxes(ticks | {"categoryorder": "array", "categoryarray": iso(named)})
    figure.update_layout(legend={"tracegroupgap": 0})
    return figure.update_xaxes(title_text="week until", row=len(currencies))


def _fan(part: pd.DataFrame, name: str, currency: str) -> list[go.Scatter]:
    """One source of cash in one currency: its range as a band, and the expected amount as a line."""
    label, colour, pale = SOURCES[name]
    low, high = part[f"{name}_low"], part[f"{name}_high"]
    weeks = iso(part["to_date"])
    band: dict[str, Any] = {"x": [*weeks, *weeks[::-1]], "y": [*high, *low[::-1]], "fill": "toself", "mode": "lines"}
    about: dict[str, Any] = {"meta": unit_of(currency), "legendgroup": name}
    return [
        go.Scatter(name=f"{label}: range", **about, **band, fillcolor=pale, line={"width": 0}, hoverinfo="skip"),
        _line(part, part[name], f"{label}<br>range: %{{customdata[2]}} to %{{customdata[3]}}", (low, high)).update(
            name=label, **about, line={"color": colour, "width": 1.5}
        ),
    ]


def _sum_of_both(part: pd.DataFrame, currency: str) -> go.Scatter:
    both = part["backlog"] + part["flow"].fillna(0)
    look = {"color": INK, "width": 2.5}
    return _line(part, both, "together", ()).update(name="together", meta=unit_of(currency), line=look)


def _line(part: pd.DataFrame, amounts: pd.Series, says: str, others: tuple[pd.Series, ...]) -> go.Scatter:
    """A point per week; the amounts, and others the hover names, as texts."""
    currency = part["currency"].iloc[0]
    texts = [[text(amount, currency) for amount in column] for column in (amounts, *others)]
    days = [f"{in_words(first)} to {in_words(last)}" for first, last in zip(part["from_date"], part["to_date"], strict=True)]
    hover = f"<b>%{{customdata[0]}}</b><br>%{{customdata[1]}} {says}<extra></extra>"
    facts = list(zip(days, *texts, strict=True))
    marks: dict[str, Any] = {"mode": "lines+markers", "marker": {"size": 5}}
    return go.Scatter(x=iso(part["to_date"]), y=amounts, customdata=facts, hovertemplate=hover, **marks)


def calibration(deciles: pd.DataFrame, *, horizon: int = 30) -> go.Figure:
    """Whether what was said is what came: a point for each tenth of the chances, from the lowest to the highest.

    On the straight line chances are right; above it more came than was said, below it less. One line counts documents, the
    other money. ``deciles`` is that of the card which `arkit.forecast.evaluate` returns.

    Parameters
    ----------
    horizon
        Paid within so many days.
    """
    table = CALIBRATION.conform(deciles)
    part = table.loc[table["horizon"].eq(horizon)].sort_values("decile")
    if part.empty:
        return sentence(f"no forecast for {horizon} days has been tested")
    figure = new_figure(
        f"Said and came: paid within {horizon} days",
        f"Each point is a tenth of {part['n'].sum():,} forecasts, by their chance, on days whose answer is known by now. On "
        "the line as much came as was said; above it more, below it less.",
        [360],
    )
    right = go.Scatter(name="said is what came", meta="share", x=[0, 1], y=[0, 1], mode="lines", hoverinfo="skip")
    traces = [right.update(line={"color": MUTED, "width": 1, "dash": "dot"})]
    for label, (suffix, look) in COUNTED.items():
        said, came = part[f"said{suffix}"], part[f"came{suffix}"]
        hover = (
            f"<b>tenth %{{customdata[0]}}, in {label}</b><br>said %{{x:.0%}}, came %{{y:.0%}}<br>%{{customdata[1]:,}} forecasts"
        )
        facts = part[["decile", "n"]].to_numpy().tolist()
        line = go.Scatter(name=f"in {label}", meta="share", x=said, y=came, customdata=facts, mode="lines+markers")
        traces.append(line.update(hovertemplate=f"{hover}<extra></extra>", line=look, marker={"size": 7}))
    axis = {"range": [-0.03, 1.03], "tickformat": ".0%", "zeroline": False}
    fill(figure, 1, traces, x=axis | {"title_text": "said", "showgrid": True}, y=axis | {"title_text": "came"})
    return figure
