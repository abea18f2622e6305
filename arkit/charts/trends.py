"""Pictures of who is getting later: groups beside their own past, and customers month by month."""

import html
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from arkit.charts.look import (
    CREDIT,
    CURRENT,
    MUTED,
    PAST_DUE,
    fill,
    in_words,
    iso,
    month_axis,
    name_axes,
    narrowed,
    new_figure,
    safe_names,
    sentence,
    when,
    write_on,
)
from arkit.errors import counted
from arkit.money import to_minor
from arkit.shapes import look_up
from arkit.tables import DOCUMENTS

#: What is looked at of each invoice.
TELLING = ("customer_id", "document_id", "due_date", "amount", "currency", "open_amount", "days_late")

#: How the two spans of time are called, where they stand beside a group's line, and their colours.
SPANS = {"before": (-0.2, CREDIT), "recently": (0.2, PAST_DUE[3])}
#: Days late at which a field is as dark as it gets; what is early is cool.
DARKEST, COOLEST = 60.0, -15.0
#: The scale beside the fields, in words.
SCALE = {
    COOLEST: f"{-COOLEST:.0f} or more early",
    0.0: "in time",
    DARKEST / 2: f"{DARKEST / 2:.0f} days late",
    DARKEST: f"{DARKEST:.0f} or more",
}
#: Months beside each other that take the whole width.
FULL = 8


def days_late_by_group(
    documents: pd.DataFrame,
    groups: pd.Series,
    *,
    recent_days: int = 180,
    needs: int = 5,
    top: int = 12,
    by_money: bool = False,
) -> go.Figure:
    """How late the invoices of each group are, recently beside before: two lines per group, worst change on top.

    The thick part holds the middle half of the invoices, the thin one those from 10 % to 90 %, the mark is the median. An
    invoice that waits for money counts as late so far, so that what is recent can only become later. ``documents`` are those
    of one day.

    Parameters
    ----------
    groups
        ``customer_id`` to the name of its group: a column of the customers (segment, country, salesperson), or their names;
        the column's name stands in the title.
    recent_days
        What fell due within so many days counts as recent, what fell due in the three times as many before them as before.
    needs
        Groups with fewer invoices in either span have no line, and the subtitle says how many they are.
    top
        How many groups have lines; the subtitle says how many more there are.
    by_money
        The change times the group's share of the money decides who is on top: where groups are customers, a small one whose
        days jump about then does not stand over a large one that slips.
    """
    invoices, as_of = _telling(documents, 4 * recent_days)
    too_few = f"too few invoices fell due to compare with before{when([as_of])}"
    if invoices.empty:
        return sentence(too_few)
    recent = invoices["due_date"].gt(as_of - pd.Timedelta(days=recent_days))
    customer, known_customers = pd.factorize(invoices["customer_id"])
    group, names = _numbered(known_customers, groups)
    known = invoices[["open_amount", "days_late"]].assign(customer=customer, group=group[customer], recent=recent)
    share = _weights(invoices).groupby(known["group"]).sum() / len(invoices)
    facts = _spread(known, names)
    enough = facts["n"].unstack().reindex(columns=[*SPANS]).ge(needs).all(axis=1)
    told = facts.loc[enough.index[enough]]
    if told.empty:
        return sentence(too_few)
    drift = _ranked(told["median"].unstack(), share.set_axis(names[share.index]) if by_money else None)
    few = len(names) - len(drift)
    chosen = [*map(str, drift.index[:top])]
    left = [f"Not shown, further down: {len(drift) - top:,}." if len(drift) > top else ""]
    left += [f"Not shown, with fewer than {needs} invoices in either span: {few:,}." if few else ""]
    by = {"name": "customer", "": "group"}.get(called := str(groups.name or ""), called.replace("_", " "))
    figure = new_figure(
        f"Who is getting later, by {html.escape(by)}",
        f"Days late of invoices that fell due in the {recent_days} days{_until(as_of)} (recently), and in the "
        f"{3 * recent_days} days before those; unpaid ones late so far. Mark: median; thick: the middle half; thin: 10 % to "
        f"90 %. {_order(by_money=by_money)} {' '.join(filter(None, left))}".strip(),
        [max(160, 44 * len(chosen))],
    )
    places = {name: len(chosen) - 1 - i for i, name in enumerate(chosen)}
    ticks = _labels(safe_names(chosen, None, 30), drift.loc[chosen])
    for name, (aside, colour) in SPANS.items():
        part: Any = told.xs(name, level="span").loc[chosen]
        fill(figure, 1, _lines_of_span(part, name, part.index.map(places) - aside, colour))
    figure.update_yaxes(tickvals=[*places.values()], ticktext=ticks, range=[-0.6, len(chosen) - 0.4])
    figure.update_yaxes(showgrid=False, zeroline=False)
    figure.update_xaxes(title_text="days late", showgrid=True, zeroline=True)
    return name_axes(figure.update_layout(legend={"traceorder": "reversed"}), y=by)


def lateness_by_month(
    documents: pd.DataFrame, *, names: pd.Series | None = None, months: int = 12, needs: int = 6, top: int = 20
) -> go.Figure:
    """Customers by month: how late their invoices that fell due in it were, on average; who slowed the book most is on top.

    A field is the plain mean of days late; unpaid invoices count as late so far, so that the last months can only become
    darker. Customers stand in the order of how many days later the newer half of the months is than the older half, times
    their share of the money: what they added to the days of the whole book. An amount counts beside the mean of its currency,
    so that currencies are not added. The last line is all other customers together. ``documents`` are those of one day.

    Parameters
    ----------
    months
        How many months, up to that of the day.
    needs
        Customers with fewer invoices in these months, or none in either half of them, are among the others.
    top
        How many customers have a line of their own.
    """
    invoices, as_of = _telling(documents, 31 * (months + 1))
    month = invoices["due_date"] + pd.offsets.MonthEnd(0)
    month = month.where(month.le(as_of), as_of)
    ends = pd.date_range(as_of - pd.DateOffset(months=months), as_of, freq="ME", unit="s").union(pd.DatetimeIndex([as_of]))
    ends = ends[-months:]
    known = invoices.assign(month=month).loc[month.isin(ends)]
    if known.empty:
        return sentence(f"no invoice fell due in these months{when([as_of])}")
    ends = ends[ends >= known["month"].min()]
    chosen = _got_later(known, ends, needs, top)
    known = known.reset_index(drop=True)
    named = known.assign(who=known["customer_id"].where(known["customer_id"].isin(chosen.index), "all others"))
    others = known["customer_id"].nunique() - len(chosen)
    lines = [*map(str, chosen.index), *(["all others"] if others else [])]
    figure = new_figure(
        "Who pays later, month by month",
        f"Mean days late of the invoices that fell due in each month{_until(as_of)}, unpaid ones late so far: the "
        f"newest months may still get darker.{_ordered(ends) if len(chosen) else ''}",
        [max(60, 24 * len(lines))],
    )
    ticks = _labels(safe_names(chosen.index, names, 30), chosen)
    ticks += [f"all others ({others:,})"] if others else []
    y = {"type": "category", "categoryorder": "array", "categoryarray": lines[::-1], "showgrid": False}
    fill(figure, 1, _months_of(named, lines, ends, ticks), y=y | {"tickvals": lines, "ticktext": ticks})
    axis = month_axis(ends) | {"range": [-0.5, len(ends) - 0.5]}
    figure.update_layout(showlegend=False).update_xaxes(axis, title_text="month in which invoices fell due")
    narrowed(figure, len(ends), FULL)
    figure.update_traces(colorbar_x=figure.layout.legend.x or 1.01, selector={"type": "heatmap"})
    return name_axes(figure, y="customer")


def _telling(documents: pd.DataFrame, days: int) -> tuple[pd.DataFrame, pd.Timestamp]:
    """The invoices that fell due in so many days up to the latest one and say how late money comes; and that day.

    Those are settled by money, or open and past due.
    """
    table = DOCUMENTS.conform(documents)
    as_of = table["as_of"].max()
    invoices = table["kind"].eq("invoice") & table["amount"].gt(0) & table["as_of"].eq(as_of)
    fell_due = table["due_date"].le(as_of) & table["due_date"].gt(as_of - pd.Timedelta(days=days))
    paid = table["settled"] & table["settled_on"].notna() & table["paid_amount"].gt(0)
    waits = table["open_amount"].gt(0) & table["days_late"].gt(0)
    return table[[*TELLING]].loc[invoices & fell_due & (paid | waits)], as_of


def _weights(invoices: pd.DataFrame) -> pd.Series:
    """The amount of each invoice beside the mean one of its currency, so that those of several currencies can be compared."""
    minor = pd.Series(to_minor(invoices["amount"], invoices["currency"]), index=invoices.index)
    return minor / minor.groupby(invoices["currency"]).transform("mean")


def _ranked(days: pd.DataFrame, share: pd.Series | None) -> pd.DataFrame:
    """How many days later each got and its share of the money; those on top that added most, or that changed most."""
    ranked = pd.DataFrame({"change": days["recently"] - days["before"], "share": share}).loc[days.index]
    key = ranked["change"] if share is None else ranked["change"] * ranked["share"]
    return ranked.loc[key.sort_values(ascending=False, kind="stable").index]


def _labels(names: list[str], ranked: pd.DataFrame) -> list[str]:
    """Names with the days they got later behind them, and their share of the money where that decides."""
    shares = ranked["share"].astype("float64")
    said = shares.map(lambda share: "" if pd.isna(share) else f", {share:.0%}" if share > 0.095 else f", {share:.1%}")
    return [f"{name}   <b>{days:+.0f}{share}</b>" for name, days, share in zip(names, ranked["change"], said, strict=True)]


def _order(*, by_money: bool) -> str:
    """What decides who is on top."""
    if not by_money:
        return "Worst change on top."
    return (
        "Behind each name: days later, and the share of the money. On top: who added most days to the book, change times share."
    )


def _ordered(ends: pd.DatetimeIndex) -> str:
    """What stands behind each name of customers by month, and what decides who is on top."""
    half = len(ends) // 2
    last = f"last {counted(half, 'month')}" if half > 1 else "last month"
    return (
        f" Behind each name: by how many days the {last} came later than those before, and the share of the "
        "money. On top: who added most days to the book, change times share."
    )


def _until(as_of: pd.Timestamp) -> str:
    """The day up to which is looked, as the end of a phrase."""
    return f" to {in_words(as_of)}"


def _numbered(customers: pd.Index, groups: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """The group of each customer as a number, and the names that the numbers stand for, in order."""
    said = look_up(pd.Series(customers, dtype="str"), groups.astype("str")).fillna("").replace("", "(none)")
    return pd.factorize(said, sort=True)


def _spread(known: pd.DataFrame, names: pd.Index) -> pd.DataFrame:
    """Days late of each group and span: how many invoices, of them unpaid, and where they lie."""
    by = ["group", "recent"]
    days = known.groupby(by)["days_late"]
    shares = {"low": 0.1, "quarter": 0.25, "median": 0.5, "three_quarters": 0.75, "high": 0.9}
    spread = days.quantile(np.array([*shares.values()])).unstack().set_axis([*shares], axis=1)
    unpaid = known["open_amount"].gt(0).groupby([known[name] for name in by]).sum()
    customers = known.drop_duplicates([*by, "customer"]).groupby(by).size()
    facts = spread.assign(n=days.size(), unpaid=unpaid, customers=customers)
    named = [names[facts.index.get_level_values("group")], np.where(facts.index.get_level_values("recent"), *[*SPANS][::-1])]
    return facts.set_axis(pd.MultiIndex.from_arrays(named, names=["group", "span"]))


def _lines_of_span(part: pd.DataFrame, name: str, y: Any, colour: str) -> list[go.Scatter]:  # noqa: ANN401 - an index
    """One span of every group: the range as a thin line, the middle half as a thick one, the median as a mark."""
    place = np.asarray(y, dtype="float64")

    def ranged(low: str, high: str, width: float, label: str) -> go.Scatter:
        ends = part[[low, high]].assign(gap=np.nan).to_numpy().ravel()
        line = {"width": width, "color": colour}
        look = {"mode": "lines", "line": line, "opacity": 0.55 if width > 2 else 1, "hoverinfo": "skip", "legendgroup": name}
        return go.Scatter(name=f"{name}: {label}", meta="days late", x=ends, y=np.repeat(place, 3), **look)

    facts = part[["low", "quarter", "three_quarters", "high", "n", "unpaid", "customers"]].round(1)
    hover = (
        "<b>%{customdata[7]}, " + name + "</b><br>median: %{x:,.1f} days late<br>middle half: %{customdata[1]:,.0f} to "
        "%{customdata[2]:,.0f}<br>10 % to 90 %: %{customdata[0]:,.0f} to %{customdata[3]:,.0f}<br>invoices: "
        "%{customdata[4]:,}, of them unpaid: %{customdata[5]:,}<br>customers: %{customdata[6]:,}<extra></extra>"
    )
    data = [(*row, said) for row, said in zip(facts.to_numpy().tolist(), safe_names(part.index, None), strict=True)]
    marker = {"size": 10, "symbol": "circle" if name == "recently" else "diamond-open", "color": colour, "line": {"width": 2}}
    median = go.Scatter(
        name=f"{name}: median", meta="days late", x=part["median"], y=place, ids=part.index.astype("str"), mode="markers",
        marker=marker, customdata=data, hovertemplate=hover, legendgroup=name,
    )  # fmt: skip
    return [ranged("low", "high", 1.5, "10 % to 90 %"), ranged("quarter", "three_quarters", 9, "middle half"), median]


def _got_later(known: pd.DataFrame, ends: pd.DatetimeIndex, needs: int, top: int) -> pd.DataFrame:
    """How many days later the newer half of the months is, of the customers that slowed the book most, and their shares."""
    recent = known["month"].ge(ends[-max(1, len(ends) // 2)])
    span = pd.Series(np.where(recent, "recently", "before"), index=known.index)
    days = known.groupby(["customer_id", span])["days_late"].mean().unstack().reindex(columns=[*SPANS])
    enough = known.groupby("customer_id").size().ge(needs)
    share = _weights(known).groupby(known["customer_id"]).sum() / len(known)
    return _ranked(days[enough.reindex(days.index)].dropna(), share).head(top)


def _months_of(
    named: pd.DataFrame, lines: list[str], ends: pd.DatetimeIndex, ticks: list[str]
) -> list[go.Heatmap | go.Scatter]:
    """A field per line and month; the hover says how many invoices it is, what they come to, and which is the latest."""
    by = ["who", "month"]
    fields = named.assign(unpaid=named["open_amount"].gt(0)).groupby(by)
    cells = fields.agg(mean=("days_late", "mean"), n=("days_late", "size"), open=("unpaid", "sum"))
    latest = fields["days_late"].idxmax()
    worst = named.loc[latest, ["document_id", "days_late"]].set_axis(latest.index)
    cells = cells.join(worst)
    cells["said"] = [
        f"{n:,} invoice{'s' if n != 1 else ''}, of them unpaid: {unpaid:,}<br>the latest: {number}, {days:,} days"
        for n, unpaid, number, days in zip(
            cells["n"], cells["open"], safe_names(cells["document_id"], None), cells["days_late"], strict=True
        )
    ]
    grid: Any = cells.unstack().reindex(index=lines)
    mean, said = (grid[name].reindex(columns=ends) for name in ("mean", "said"))
    who = [tick.split("   <b>")[0] for tick in ticks]
    hover = [
        [
            ""
            if pd.isna(value)
            else f"<b>{name}</b><br>fell due in the month to {in_words(end)}: {value:,.1f} days late<br>{words}"
            for end, value, words in zip(ends, values, lines_said, strict=True)
        ]
        for name, values, lines_said in zip(who, mean.to_numpy(), said.to_numpy(), strict=True)
    ]
    zero = -COOLEST / (DARKEST - COOLEST)
    steps = [(0, "#8fb3cf"), (zero, CURRENT), *zip(np.linspace(zero, 1, 6)[1:], PAST_DUE, strict=True)]
    scale = [[float(place), colour] for place, colour in steps]
    bar = {
        "tickvals": [*SCALE],
        "ticktext": [*SCALE.values()],
        "tickfont": {"color": MUTED},
        "thickness": 12,
        "outlinewidth": 0,
    }
    bar |= {"lenmode": "pixels", "len": min(150, 24 * len(lines) + 80), "y": 1, "yanchor": "top", "ypad": 0}
    texts = mean.map(lambda value: "" if pd.isna(value) else f"{value:z.0f}")
    fields = go.Heatmap(
        name="mean days late", meta="days late", x=iso(ends), y=lines, ids=lines, z=mean.to_numpy(), customdata=hover,
        hovertemplate="%{customdata}<extra></extra>", hoverongaps=False, xgap=2, ygap=2, zmin=COOLEST, zmax=DARKEST,
        colorscale=scale, colorbar=bar,
    )  # fmt: skip
    return [fields, write_on(fields, texts.to_numpy(), scale)]
