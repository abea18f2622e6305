"""What a picture shows, as rows: for export, for readers who do not see it, and for whoever wants the numbers."""

import base64
import html
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from arkit.charts.look import LABELS

#: A day as axes of months have it; it says more than what is written at its tick.
DAY = r"\d{4}-\d\d-\d\d"
#: The columns of `as_table`, besides ``value``.
COLUMNS = ("panel", "trace", "x", "y", "customer_id", "x_is", "y_is")


def as_table(figure: go.Figure) -> pd.DataFrame:
    """What any picture of this room shows, as rows with the same columns for each of them; `as_tables` has it in words.

    One row per point: ``panel`` (the currency or unit), ``trace`` (what the legend calls it), ``x``, ``y``, ``customer_id``
    where a point is a customer, and ``x_is``, ``y_is``: what stands at the axes, a currency for example. A field of a heatmap
    or a stream of a flow has a ``value`` too; streams go from ``x`` to ``y``.

    Examples
    --------
    >>> figure = go.Figure(go.Bar(name="current", meta="EUR", x=["A", "B"], y=[1.0, 2.0]))
    >>> as_table(figure.update_yaxes(title_text="EUR"))[["x", "y", "y_is"]].to_numpy().tolist()
    [['A', 1.0, 'EUR'], ['B', 2.0, 'EUR']]
    """
    points = _all_points(figure, _placed)
    return points.reindex(columns=[name for name in (*COLUMNS[:4], "value", *COLUMNS[4:]) if name in (*COLUMNS, *points)])


def as_tables(figure: go.Figure) -> dict[str, pd.DataFrame]:
    """What a picture shows as people read it: one table per panel, its columns named as the axes, by the name of the panel.

    Where an axis writes words in place of what is drawn (a customer's name, a group), the words stand in the table; a share in
    per cent is a number out of 100. ``series`` is what the legend calls a point, where there are several.

    Examples
    --------
    >>> figure = go.Figure(go.Bar(name="current", meta="EUR", x=["C1", "C2"], y=[0.5, 0.25]))
    >>> figure = figure.update_xaxes(title_text="customer", tickvals=["C1", "C2"], ticktext=["Orbit", "A &amp; B"])
    >>> figure = figure.update_yaxes(title_text="share of EUR", tickformat=".0%")
    >>> as_tables(figure)["EUR"].to_dict("list")
    {'customer': ['Orbit', 'A & B'], 'share of EUR, %': [50.0, 25.0]}
    """
    points = _all_points(figure, _said)
    if points.empty:
        return {}
    told: dict[str, pd.DataFrame] = {}
    points = points.assign(panel=points["panel"].fillna("").astype("str"))
    for (panel, x_is, y_is), rows in points.groupby(["panel", "x_head", "y_head"], sort=False):
        name = html.unescape(str(panel))
        told[name if name not in told else f"{name}, {y_is}"] = _in_words(rows, str(x_is), str(y_is))
    return told


def _in_words(rows: pd.DataFrame, x_is: str, y_is: str) -> pd.DataFrame:
    """One panel's points under readable headings."""
    columns: list[tuple[str, pd.Series]] = []
    series, places = rows["trace"].fillna("").map(html.unescape), [(x_is, rows["x_said"]), (y_is, rows["y_said"])]
    if series.ne(series.iloc[0]).any() and not any(series.eq(place).all() for _, place in places):
        columns.append(("series", series))
    if rows["who"].ne("").any() and "customer" not in (x_is, y_is) and not rows["labelled"].any():
        columns.append(("customer", rows["who"]))
    columns += sorted(places, key=lambda place: pd.api.types.is_numeric_dtype(place[1].infer_objects()))  # words before numbers
    if "value" in rows and rows["value"].notna().any():
        columns.append((str(rows["value_is"].iloc[0]), rows["value_said"]))
    heads = pd.Series([name for name, _ in columns])
    again = heads.groupby(heads).cumcount()
    heads = heads.where(again.eq(0), heads + " (" + (again + 1).astype("str") + ")")
    return (
        pd.concat([column.infer_objects() for _, column in columns], axis=1).set_axis([*heads], axis=1).reset_index(drop=True)
    )


def _all_points(figure: go.Figure, told: Callable[[go.Figure, Any, pd.DataFrame], pd.DataFrame]) -> pd.DataFrame:
    """The points of all traces, with what is told of them."""
    traces: Any = figure.data
    rows = [told(figure, trace, _points(trace)) for trace in traces if trace.name != LABELS]
    known = [part for part in rows if len(part)]
    return pd.concat(known, ignore_index=True) if known else pd.DataFrame(columns=[*COLUMNS])


def _points(trace: Any) -> pd.DataFrame:  # noqa: ANN401 - any trace of plotly
    """The points of one trace, those that are not drawn left out."""
    about: dict[str, Any] = {"panel": trace.meta, "trace": trace.name}
    if trace.type == "heatmap":
        across, down = _values(trace.x), _values(trace.y)
        values = np.ravel(np.asarray(_values(trace.z), dtype="float64"))
        fields = {"x": across * len(down), "y": [label for label in down for _ in across], "value": values}
        return _known(pd.DataFrame(about | fields).assign(customer_id=_keys(trace, len(across))))
    if trace.type == "sankey":
        label = _values(trace.node.customdata)
        streams = {"x": [label[i] for i in _values(trace.link.source)], "y": [label[i] for i in _values(trace.link.target)]}
        return pd.DataFrame(about | streams | {"value": _values(trace.link.value)}).assign(customer_id="")
    points = pd.DataFrame(about | {"x": _values(trace.x), "y": _values(trace.y)})
    return _known(points.assign(customer_id=_keys(trace, 1), who=_names(trace)))


def _known(points: pd.DataFrame) -> pd.DataFrame:
    """The points that are drawn: those with a place, and a value if they are fields."""
    return points.dropna(subset=[name for name in ("x", "y", "value") if name in points], ignore_index=True)


def _keys(trace: Any, each: int) -> str | list[str]:  # noqa: ANN401 - any trace of plotly
    """The customers that points are, each ``each`` times; empty where they are none."""
    return "" if trace.ids is None else [key for key in _values(trace.ids) for _ in range(each)]


def _names(trace: Any) -> str | list[str]:  # noqa: ANN401 - any trace of plotly
    """The names of the customers that points are: what their hover begins with, else their numbers."""
    if trace.ids is None:
        return ""
    facts = [None] * len(trace.ids) if trace.customdata is None else list(trace.customdata)
    first = [fact[0] if isinstance(fact, (list, tuple, np.ndarray)) and len(fact) else None for fact in facts]
    return [html.unescape(said) if isinstance(said, str) else key for said, key in zip(first, trace.ids, strict=True)]


def _values(kept: Any) -> list[Any]:  # noqa: ANN401 - a column, or what a notebook keeps of one
    """A column of a trace; a figure that was kept in a notebook has its numbers as bytes."""
    if not isinstance(kept, dict):
        return list(kept)
    numbers = np.frombuffer(base64.b64decode(kept["bdata"]), dtype=kept["dtype"])
    shape = kept.get("shape")
    return list(numbers.reshape([int(n) for n in str(shape).split(",")]) if shape else numbers)


def _placed(figure: go.Figure, trace: Any, points: pd.DataFrame) -> pd.DataFrame:  # noqa: ANN401 - any trace of plotly
    """Points with what their axes are called."""
    return points.assign(**{f"{letter}_is": _called(figure, letter, _axis_of(trace, letter)) for letter in ("x", "y")})


def _axis_of(trace: Any, letter: str) -> str:  # noqa: ANN401 - any trace of plotly
    """Which axis a trace stands on, ``x2`` for example."""
    return (None if trace.type == "sankey" else trace[f"{letter}axis"]) or letter


def _said(figure: go.Figure, trace: Any, points: pd.DataFrame) -> pd.DataFrame:  # noqa: ANN401 - any trace of plotly
    """Points with what their axes are called, and what these write in place of a value."""
    who = points["who"] if "who" in points else points["customer_id"]
    told: dict[str, Any] = {"who": who, "labelled": False}
    for letter in ("x", "y"):
        axis = _axis_of(trace, letter)
        layout = figure.layout[f"{letter}axis{axis[1:]}"]
        name, said = _called(figure, letter, axis), points[letter]
        if layout.tickvals is not None and layout.ticktext is not None and len(points):
            said = _at_ticks(points[letter], layout)
            told["labelled"] |= bool(said.ne(points[letter].astype("str")).any())
        elif str(layout.tickformat or "").endswith("%"):
            name, said = f"{name}, %", 100 * points[letter]
        if name == "customer" and trace.ids is not None and "value" not in points:
            said = who
        told |= {f"{letter}_said": said, f"{letter}_head": name}
    points = points.assign(**told)
    return _valued(trace, points) if "value" in points else points


def _valued(trace: Any, points: pd.DataFrame) -> pd.DataFrame:  # noqa: ANN401 - any trace of plotly
    """What the values of a heatmap or a flow are."""
    if trace.type == "sankey":
        return points.assign(value_is=trace.meta, value_said=points["value"])
    bar = trace.colorbar
    name = bar.title.text or trace.name
    share = str(bar.tickformat or "").endswith("%")
    return points.assign(value_is=f"{name}, %" if share else name, value_said=points["value"] * (100 if share else 1))


def _called(figure: go.Figure, letter: str, axis: str) -> str:
    """What an axis is: as `look.name_axes` says, by its own title, or by that of the panels beside it."""
    named = figure.layout.meta if isinstance(figure.layout.meta, dict) else {}
    panels: Any = figure.select_xaxes() if letter == "x" else figure.select_yaxes()
    titles = [str(panel.title.text) for panel in panels if panel.title.text]
    own = figure.layout[f"{letter}axis{axis[1:]}"].title.text
    said = named.get(axis) or named.get(letter) or own or next(iter(titles), letter)
    return html.unescape(re.sub(r"<[^>]*>", " ", str(said)))


def _at_ticks(values: pd.Series, layout: Any) -> pd.Series:  # noqa: ANN401 - an axis of plotly
    """What stands at the tick of each value, or at the nearest one of a number; days stay days."""
    words = [re.sub(r"\s*<b>.*?</b>", "", str(text)).replace("<br>", " ") for text in layout.ticktext]
    words = [html.unescape(text).strip() for text in words]
    if pd.api.types.is_numeric_dtype(values):
        nearest = np.abs(values.to_numpy("float64")[:, None] - np.asarray(layout.tickvals, dtype="float64")).argmin(axis=1)
        return pd.Series([words[place] for place in nearest], index=values.index)
    text = values.astype("str")
    if text.str.fullmatch(DAY).all():
        return text
    return text.map(dict(zip(map(str, layout.tickvals), words, strict=True))).fillna(text)
