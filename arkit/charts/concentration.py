"""A picture of how few customers owe how much."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from arkit.charts.aged import latest_rows
from arkit.charts.look import (
    INK,
    PAST_DUE,
    fill,
    new_figure,
    safe_names,
    sentence,
    shown,
    unit_of,
    within,
)
from arkit.money import text, to_major, to_minor

#: The shares at which the curve is marked, and more customers than this are spread by their logarithm.
MARKS, MOST_LINEAR = (0.5, 0.8, 0.95), 60
#: More customers than this have so many powers of ten that fewer of each are named.
MOST_NAMED = 1000
#: Points that are enough for a smooth curve, whatever the number of customers.
MOST_POINTS = 500


def pareto_of_debtors(aged: pd.DataFrame, *, names: pd.Series | None = None, past_due: bool = True) -> go.Figure:
    """How few customers owe how much: customers by size, the largest first, and their share so far, one panel per currency.

    Marked are the customers who together owe half, 80 % and 95 %. Of several days the latest; before credits. With more than 60
    customers the axis is logarithmic, and of the long tail only some customers have a point.

    Parameters
    ----------
    past_due
        What is past due; False: all that is open.

    Examples
    --------
    >>> from arkit.charts import as_table
    >>> levels = [[pd.Timestamp("2026-10-31")], ["C1", "C2"], ["EUR"]]
    >>> index = pd.MultiIndex.from_product(levels, names=["as_of", "customer_id", "currency"])
    >>> aged = pd.DataFrame({"credit": 0.0, "current": 0.0, "over 30": [25.0, 75.0], "total": [25.0, 75.0]}, index=index)
    >>> as_table(pareto_of_debtors(aged))[["customer_id", "x", "y"]].to_numpy().tolist()
    [['C2', 1, 0.75], ['C1', 2, 1.0]]
    """
    customers, when = latest_rows(aged)
    owed = customers["past_due"] if past_due else customers["total"] - customers["credit"]
    owing = customers.assign(owed=owed).loc[owed.gt(0)]
    what = "past due" if past_due else "open"
    if owing.empty:
        return sentence(f"nothing is {'open' if customers.empty else what}{when}")
    currencies, left_out = shown(owing["currency"])
    parts = [_ranked(owing.loc[owing["currency"].eq(currency)]) for currency in currencies]
    said = "; ".join(_in_words(part, currency) for currency, part in zip(currencies, parts, strict=True))
    figure = new_figure(
        f"How few customers owe how much of what is {what}",
        f"Customers by what is {what}{when}{within(currencies)}, before credits, the largest first, and their share so far. "
        f"{said[0].upper()}{said[1:]}.{left_out}",
        [300 if len(currencies) == 1 else 190] * len(currencies),
    )
    for row, (currency, part) in enumerate(zip(currencies, parts, strict=True), 1):
        many = len(part) > MOST_LINEAR
        even = {"range": [0, len(part) * 1.03], "dtick": max(1, round(len(part) / 10))}
        axis = {"type": "log", "tickvals": _counts(len(part)), "tickformat": ","} if many else even
        y = {"title_text": f"share of {unit_of(currency)}", "tickformat": ".0%", "range": [0, 1.15]}
        fill(figure, row, [_curve(part, currency, names)], x=axis | {"showgrid": True}, y=y)
        _label(figure, row, part, logarithmic=many)
    figure.update_layout(showlegend=False)
    return figure.update_xaxes(title_text="customers, the largest first", row=len(currencies))


def _ranked(part: pd.DataFrame) -> pd.DataFrame:
    """One currency's customers, the largest first, each with its place and the exact share up to it."""
    ranked = part.sort_values(["owed", "customer_id"], ascending=[False, True], ignore_index=True)
    minor = to_minor(ranked["owed"], ranked["currency"])
    return ranked.assign(place=np.arange(1, len(ranked) + 1), so_far=minor.cumsum(), share=minor.cumsum() / minor.sum())


def _marked(part: pd.DataFrame) -> pd.DataFrame:
    """The customers at which each marked share is reached."""
    places = sorted({int(part["share"].ge(mark - 1e-12).to_numpy().argmax()) for mark in MARKS})
    return part.iloc[places]


def _in_words(part: pd.DataFrame, currency: str) -> str:
    """How many customers owe half, as part of a sentence."""
    half = _marked(part).iloc[0]
    who = "one customer owes" if half["place"] == 1 else f"{half['place']:,} customers owe"
    return f"{who} {half['share']:.0%} of the {unit_of(currency)}, out of {len(part):,}"


def _curve(part: pd.DataFrame, currency: str, names: pd.Series | None) -> go.Scatter:
    """The share up to each customer, with a point where a marked share is reached."""
    places = np.unique(np.geomspace(1, len(part), MOST_POINTS).round().astype("int64")) - 1
    marks = _marked(part)
    drawn = part.iloc[np.union1d(places, marks.index)]
    so_far = to_major(drawn["so_far"].to_numpy(), drawn["currency"])
    facts = [
        (name, text(owed, currency), text(total, currency))
        for name, owed, total in zip(safe_names(drawn["customer_id"], names), drawn["owed"], so_far, strict=True)
    ]
    hover = "<b>%{x:,}. %{customdata[0]}</b><br>owes %{customdata[1]}<br>up to here: %{customdata[2]}, %{y:.1%}<extra></extra>"
    small = 5 if len(part) <= MOST_LINEAR else 0
    marker = {"size": np.where(drawn.index.isin(marks.index), 10, small), "color": PAST_DUE[3], "opacity": 1}
    about = {"name": "share so far", "meta": unit_of(currency), "customdata": facts, "hovertemplate": hover}
    place = {"x": drawn["place"], "y": drawn["share"], "ids": drawn["customer_id"], "mode": "lines+markers"}
    return go.Scatter(**about, **place, marker=marker, line={"color": PAST_DUE[3], "width": 2.5})


def _counts(customers: int) -> list[int]:
    """Numbers of customers to name on a logarithmic axis: so many for each power of ten that none covers another."""
    steps = (1, 2, 5) if customers <= MOST_NAMED else (1, 3)
    named = [step * 10**power for power in range(len(str(customers))) for step in steps]
    return [count for count in named if count <= customers]


def _label(figure: go.Figure, row: int, part: pd.DataFrame, *, logarithmic: bool) -> None:
    """How many customers owe a marked share, written beside the curve."""
    marks = _marked(part)
    for place, share in zip(marks["place"], marks["share"], strict=True):
        said = f"<b>{place:,}</b> customer{'s' if place != 1 else ''}: {share:.0%}"
        last = place > 0.8 * len(part) and not logarithmic
        at = {"x": np.log10(place) if logarithmic else place, "y": share, "xanchor": "right" if last else "left"}
        figure.add_annotation(
            text=said,
            **at,
            yanchor="bottom" if last else "top",
            xshift=4 if not last else 0,
            yshift=4 if last else -4,
            showarrow=False,
            font={"color": INK},
            row=row,
            col=1,
        )
