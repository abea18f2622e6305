"""Pictures of measures through the months."""

import html
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from arkit.charts.look import (
    CREDIT,
    INK,
    MEANS,
    PAST_DUE,
    across_months,
    fill,
    in_words,
    iso,
    name_axes,
    new_figure,
    safe_currencies,
    sentence,
    shown,
    unit_of,
    when,
    within,
)
from arkit.money import NO_CURRENCY

#: The measures of days, what they are called in a legend, and their lines.
OUTSTANDING = {
    "dso": ("DSO, by balance", {"color": INK, "width": 2.5}),
    "dso_count_back": ("DSO, by count-back", {"color": PAST_DUE[2], "width": 2.5}),
    "best_possible_dso": ("best possible DSO", {"color": CREDIT, "width": 2, "dash": "dash"}),
    "average_days_delinquent": ("days delinquent (ADD)", {"color": PAST_DUE[1], "width": 2, "dash": "dot"}),
}
#: The formulas in short; the table of measures has them in full.
FORMULAS = (
    "DSO = receivables / sales x days; the best possible leaves out what is past due; ADD is their difference. "
    "Effectiveness = (begin + sales - written off - end) / (begin + sales - end not past due)."
)


def measures_through_months(measures: pd.DataFrame) -> go.Figure:
    """Days sales outstanding and collection effectiveness, one point per day; ``measures`` of the whole book on several days.

    A panel per currency shows the DSO, by balance and by count-back, above the best possible one, and their distance, the
    average days delinquent (ADD): what is paid late. The last panel shows the effectiveness of each month, a line per currency.
    What is not known is a gap.
    """
    book = measures.loc[measures["by"].eq("") & measures["value"].notna()]
    days = pd.DatetimeIndex(measures["as_of"].unique()).sort_values()
    drawn = book.loc[book["measure"].isin([*OUTSTANDING, "cei_month"])]
    drawn = drawn.assign(currency=safe_currencies(drawn["currency"]))
    if drawn.empty:
        return sentence(f"no DSO and no effectiveness is known{when(days)}")
    currencies, left_out = shown(drawn["currency"])
    figure = new_figure(
        "Days of sales outstanding, and how much was collected",
        f"Month by month{when(days)}. Above: days sales outstanding{within(currencies)}. Below: collection effectiveness of "
        f"each month, 100 % when nothing past due is left. {FORMULAS}{left_out}",
        [*[240 if len(currencies) == 1 else 180] * len(currencies), 140],
    )
    for row, currency in enumerate(currencies, 1):
        part = drawn.loc[drawn["currency"].eq(currency)]
        lines = [
            _measured(part, days, name=name, label=label, panel=currency, look=look)
            for name, (label, look) in OUTSTANDING.items()
            if part["measure"].eq(name).any()
        ]
        unit = "days" if currency == NO_CURRENCY else f"days, {currency}"
        fill(figure, row, lines, y={"title_text": unit, "rangemode": "tozero"})
    below = [
        _measured(
            drawn.loc[drawn["currency"].eq(currency)],
            days,
            name="cei_month",
            label=f"effectiveness, {unit_of(currency)}",
            panel="%",
            look=look,
        )
        for currency, look in zip(currencies, MEANS, strict=False)
        if (drawn["currency"].eq(currency) & drawn["measure"].eq("cei_month")).any()
    ]
    fill(figure, len(currencies) + 1, below, y={"title_text": "%", "nticks": 4})
    return name_axes(across_months(figure, days), x="month until")


def _measured(part: pd.DataFrame, days: pd.DatetimeIndex, *, name: str, label: str, panel: str, look: Any) -> go.Scatter:  # noqa: ANN401
    """One measure on each day; its inputs are in the hover."""
    rows = part.loc[part["measure"].eq(name)].set_index("as_of")[["value", "shown", "inputs"]].reindex(days)
    facts = [
        (in_words(day), shown, html.escape(str(inputs)).replace("; ", "<br>"))
        for day, shown, inputs in zip(days, rows["shown"], rows["inputs"], strict=True)
    ]
    says = f"<b>%{{customdata[0]}}</b><br>{label}: %{{customdata[1]}}<br>%{{customdata[2]}}<extra></extra>"
    place = {"x": iso(days), "y": rows["value"], "customdata": facts, "meta": unit_of(panel)}
    marks = {"mode": "lines+markers", "marker": {"size": 5}, "line": look}
    return go.Scatter(name=label, hovertemplate=says, **place, **marks)
