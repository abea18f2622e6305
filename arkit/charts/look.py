"""What all pictures share: colours, the template, panels per currency, axes, and how days, amounts and names are said."""

import html
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from babel.dates import format_date
from plotly.colors import sample_colorscale
from plotly.subplots import make_subplots

from arkit.errors import some
from arkit.money import NO_CURRENCY, decimals

INK, MUTED, GRID, PAPER = "#1f2933", "#52606d", "#dde3e9", "#ffffff"
#: Lightness falls from bucket to bucket, so that the order also survives a grey print and any colour blindness.
CURRENT, PAST_DUE = "#e8edf2", ["#f9cf83", "#ee9b4b", "#d1603a", "#9c2f35", "#4a1228"]
#: Credit is neither older nor younger than anything: another hue, hatched.
CREDIT = "#2f6690"

AXIS = {
    "automargin": True,
    "gridcolor": GRID,
    "tickangle": 0,
    "ticks": "",
    "title": {"font": {"size": 12, "color": MUTED}, "standoff": 12},
    "zerolinecolor": MUTED,
    "zerolinewidth": 1,
}
#: The shared look: the one place that decides about fonts, lines and distances.
LOOK = go.layout.Template(
    layout={
        "font": {"family": "Inter, Segoe UI, Helvetica Neue, Arial, DejaVu Sans, sans-serif", "size": 12, "color": INK},
        "title": {
            "font": {"size": 18, "color": INK},
            "subtitle": {"font": {"size": 12, "color": MUTED}},
            "x": 0, "xanchor": "left", "y": 1, "yanchor": "top", "yref": "container", "pad": {"l": 16, "t": 16},
        },
        "margin": {"l": 16, "r": 16, "b": 16},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "legend": {"x": 1.01, "y": 1, "yanchor": "top", "title": {"font": {"size": 12, "color": MUTED}}},
        "hoverlabel": {"align": "left", "bgcolor": PAPER, "bordercolor": MUTED, "font": {"color": INK}},
        "bargap": 0.3,
        # plotly's own "Share chart" button would send names and amounts to its maker's servers
        "modebar": {"remove": ["sendChartToCloud", "select", "lasso", "zoomin", "zoomout", "autoscale"]},
        "xaxis": AXIS | {"showgrid": False},
        "yaxis": AXIS | {"showgrid": True, "ticklabelstandoff": 4},
    }
)  # fmt: skip

THIN = {"color": "#aab4be", "width": 0.7}
#: Places for bars that a picture has even if it needs fewer, so that none grows fat and the legend has room.
FEWEST_BARS = 7
#: The least part of the width that panels of few places have.
NARROWEST = 0.35
#: Panels that one picture can carry where every panel is a picture in itself.
MOST_PANELS = 3
#: The name of traces that only write on fields what the fields hold.
LABELS = "labels"
#: One look per mean, told apart by dashes where colours cannot.
MEANS = ({"color": "#9c2f35", "dash": "dot"}, {"color": "#2f6690", "dash": "dash"}, {"color": "#7b6d8d", "dash": "dashdot"})


def new_figure(title: str, subtitle: str, heights: Sequence[int]) -> go.Figure:
    """An empty figure of one panel per height (in pixels), in which titles and axes have their room."""
    lines, gap = textwrap.wrap(subtitle.replace(" %", "\N{NO-BREAK SPACE}%"), 100), 62
    drawn, top, bottom = sum(heights) + gap * (len(heights) - 1), 62 + 17 * len(lines), 70
    figure = make_subplots(rows=len(heights), row_heights=[*heights], vertical_spacing=gap / drawn if len(heights) > 1 else 0)
    words = {"text": f"<b>{title}</b>", "subtitle": {"text": "<br>".join(lines)}}
    return figure.update_layout(template=LOOK, title=words, height=top + drawn + bottom, margin={"t": top, "b": bottom})


def fill(
    figure: go.Figure,
    row: int,
    traces: Sequence[go.Bar | go.Scatter | go.Heatmap],
    x: dict[str, Any] | None = None,
    y: dict[str, Any] | None = None,
) -> None:
    """Puts traces and what is special about their axes into one panel; the legend names each trace once."""
    drawn: Any = figure.data
    known = {trace.name for trace in drawn}
    for trace in traces:
        figure.add_trace(trace.update(showlegend=trace.name not in (known | {LABELS})), row=row, col=1)
    figure.update_xaxes(x or {}, row=row, col=1).update_yaxes(y or {}, row=row, col=1)


def write_on(fields: Any, texts: Any, scale: Sequence[Sequence[Any]]) -> go.Scatter:  # noqa: ANN401 - a heatmap, rows of texts
    """The texts of a heatmap's fields, each dark or light, whichever can be read on the colour of its field."""
    across, down, low, high = list(fields.x), list(fields.y), fields.zmin, fields.zmax
    share = np.nan_to_num((np.ravel(fields.z) - low) / (high - low)).clip(0, 1)
    painted = sample_colorscale([list(step) for step in scale], share.tolist(), colortype="tuple")
    light = np.array(painted) @ [0.2126, 0.7152, 0.0722] < 0.5
    place = {"x": across * len(down), "y": [label for label in down for _ in across], "text": np.ravel(texts)}
    ink = {"color": np.where(light, PAPER, INK), "size": 11}
    return go.Scatter(name=LABELS, meta=fields.meta, mode="text", textfont=ink, hoverinfo="skip", **place)


def sentence(words: str) -> go.Figure:
    """A figure that says why there is no picture."""
    figure = go.Figure(layout={"template": LOOK, "height": 120, "margin": {"t": 16}})
    figure.update_xaxes(visible=False).update_yaxes(visible=False)
    return figure.add_annotation(text=words, x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False, font={"size": 15})


def name_axes(figure: go.Figure, **names: str) -> go.Figure:
    """Says for a picture's tables what its axes are, whatever their titles: ``x`` or ``y`` for all of them, ``y2`` for one."""
    return figure.update_layout(meta={**(figure.layout.meta or {}), **names})


def by_count(currencies: pd.Series) -> list[str]:
    """Currencies, that of most rows first."""
    counts = currencies.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return [*map(str, counts.index)]


def shown(currencies: pd.Series, otherwise: str = "Left out, with fewer customers") -> tuple[list[str], str]:
    """The currencies that are drawn, and a sentence on those that are not."""
    ordered = by_count(currencies)
    left_out = [unit_of(currency) for currency in ordered[MOST_PANELS:]]
    return ordered[:MOST_PANELS], f" {otherwise}: {some(left_out, 12)}." if left_out else ""


def narrowed(figure: go.Figure, places: int, full: int) -> go.Figure:
    """Panels only as wide as few places need, with the legend beside them: ``full`` of them take the whole width."""
    share = max(NARROWEST, places / full)
    return figure if share >= 1 else figure.update_xaxes(domain=[0, share]).update_layout(legend_x=share + 0.01)


def amount_axis(currency: str) -> dict[str, Any]:
    """An axis of amounts."""
    return {"title_text": unit_of(currency), "tickformat": ",", "nticks": 7}


def month_axis(days: pd.DatetimeIndex) -> dict[str, Any]:
    """An axis with these days in order, evenly spaced; at most 14 are named, the last of them always."""
    named = days[:: -max(1, -(-len(days) // 14))][::-1]
    return {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": iso(days),
        "range": [-0.6, len(days) - 0.4],
        "tickvals": iso(named),
        "ticktext": [
            f"{'' if day.is_month_end else f'{day.day} '}{format_date(day, 'MMM', locale='en')}<br>{day.year}" for day in named
        ],
    }


def across_months(figure: go.Figure, days: pd.DatetimeIndex) -> go.Figure:
    """All panels with these days in order below them; few days make narrow panels, not fat bars or empty places."""
    return narrowed(figure.update_xaxes(month_axis(days)), len(days), FEWEST_BARS)


def iso(days: Iterable[pd.Timestamp]) -> list[str]:
    """Days as 2026-10-31."""
    return [f"{day:%Y-%m-%d}" for day in days]


def in_words(day: pd.Timestamp) -> str:
    """A day in words, in English whatever the machine speaks."""
    return format_date(day, "d MMMM y", locale="en")


def when(days: Iterable[pd.Timestamp]) -> str:
    """On one day, or from the first to the last of several, as the end of a phrase; nothing where no day is known."""
    known = [in_words(day) for day in days if not pd.isna(day)]
    return "" if not known else f" on {known[0]}" if len(known) == 1 else f" from {known[0]} to {known[-1]}"


def within(currencies: Sequence[str]) -> str:
    """The currencies as the end of a phrase; nothing where the export stated none."""
    stated = [currency for currency in currencies if currency != NO_CURRENCY]
    return f", in {' and '.join(filter(None, [', '.join(stated[:-1]), stated[-1]]))}" if stated else ""


def unit_of(currency: str) -> str:
    """What stands at an axis of amounts."""
    return "amount" if currency == NO_CURRENCY else currency


def short_amounts(amounts: pd.Series, currency: str) -> list[str]:
    """Amounts short enough to stand in the picture: whole units, unless all are small."""
    places = 0 if amounts.abs().max() >= 1000 else decimals(currency)
    return [f"{amount:,.{places}f}" for amount in amounts]


def safe_currencies(currencies: pd.Series) -> pd.Series:
    """Currencies as text that plotly cannot read as HTML; a million rows of sound ones cost nothing."""
    safe = {code: html.escape(str(code)) for code in currencies.unique()}
    return currencies.replace({code: said for code, said in safe.items() if code != said})


def safe_names(customers: Iterable[Any], names: pd.Series | None, most: int = 200) -> list[str]:
    """The customers' names, or their numbers, shortened and made safe: plotly reads text as HTML, and dollars as formulas.

    Where several of them would read the same, each has its number behind the name.
    """
    asked = list(customers)
    known = {} if names is None else names[names.index.isin(asked)].dropna().to_dict()
    said = [" ".join(str(known.get(customer) or customer).split()) for customer in asked]
    short = [name if len(name) <= most else f"{name[: most - 1].rstrip()}…" for name in said]
    same = Counter(dict(zip(asked, short, strict=True)).values())
    short = [f"{name} ({who})" if same[name] > 1 else name for who, name in zip(asked, short, strict=True)]
    return [html.escape(name, quote=False).replace("$", "&#36;") for name in short]
