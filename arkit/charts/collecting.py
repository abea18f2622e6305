"""Pictures of how cash comes in by month of invoice, and of what each way of collecting would bring."""

import html
import textwrap
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from babel.dates import format_date
from plotly.colors import sample_colorscale

from arkit.charts.look import (
    CREDIT,
    FEWEST_BARS,
    INK,
    MUTED,
    PAPER,
    PAST_DUE,
    THIN,
    amount_axis,
    fill,
    in_words,
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
)
from arkit.money import text, to_major, to_minor
from arkit.tables import COHORTS, PROJECTIONS, ROUTES

#: What the open signs are.
AT_THE_RIGHT = " At the right: what is expected in the end, of months so old that usually half has come."
#: Months since that take the whole width, and months of invoice that a legend names.
FULL, MOST_NAMED = 7, 5
#: Shares below this are so near to the axis that a name below them would be cut.
ABOVE_AXIS = 0.1
#: Lines that each of several panels has room for even if it needs fewer.
FEWEST_LINES = 4
#: Each way of collecting: its sign and colour, told apart by the sign where colours cannot.
WAYS = {
    "wait": ("circle-open", MUTED),
    "remind": ("circle", CREDIT),
    "plan": ("square", "#4f8a5b"),
    "factoring": ("diamond", PAST_DUE[1]),
    "agency": ("triangle-up", PAST_DUE[2]),
    "court": ("cross", PAST_DUE[4]),
}


def cohort_curves(cohorts: pd.DataFrame, projections: pd.DataFrame | None = None, *, last: int = 12) -> go.Figure:
    """How the cash of each month's invoices comes in: a line per month of invoice, one panel per currency, newer ones darker.

    Lines that end before the right side are named at their end; the legend names some of the others, for newer is darker.

    A line is the share of what was billed that had come in by the end of each month since; months not yet over are left out.
    The thick grey line is all months older than those shown. Open signs at the right are what is expected in the end, of months
    so old that usually at least half has come; of younger ones the first payments tell too little.

    Parameters
    ----------
    projections
        What `arkit.cohorts.project` returns, for the signs at the right.
    last
        How many months of invoice have a line of their own.
    """
    table = COHORTS.conform(cohorts)
    known = table.loc[table["complete"] & table["billed"].gt(0)].assign(currency=lambda rows: safe_currencies(rows["currency"]))
    as_of = table["as_of"].max()
    if known.empty:
        return sentence(f"no month of invoices is over{when([as_of])}")
    currencies, left_out = shown(known.drop_duplicates(["currency", "cohort"])["currency"], "Left out, with fewer months")
    months = int(known["months_since"].max())
    every = sorted(known["cohort"].unique())
    newest = every[-last:]
    expected = _expected(projections)
    shades = dict(zip(newest, map(str, sample_colorscale(PAST_DUE, np.linspace(0, 1, len(newest)))), strict=True))
    shown_months = min(months, max(6, _settled_by(known)))
    ends = {currency: _ends(known.loc[known["currency"].eq(currency)], expected, newest) for currency in currencies}
    in_the_end = any(map(len, ends.values()))
    grey = f" Thick and grey: all months before {in_words(newest[0]).split(' ', 1)[1]} together." if len(every) > last else ""
    figure = new_figure(
        "How the cash of each month's invoices comes in",
        f"Share of what was billed in a month that had come in, by months since{within(currencies)}; as known{when([as_of])}. "
        f"The newer the month, the darker.{grey}{AT_THE_RIGHT if in_the_end else ''}{left_out}",
        [320 if len(currencies) == 1 else 220] * len(currencies),
    )
    for row, currency in enumerate(currencies, 1):
        part = known.loc[known["currency"].eq(currency) & known["months_since"].le(shown_months)]
        older = part.loc[~part["cohort"].isin(newest)]
        lines = [_older(older, currency)] if len(older) else []
        mine = expected.loc[expected["currency"].eq(currency)].set_index("cohort")
        for cohort, rows in part.loc[part["cohort"].isin(newest)].groupby("cohort"):
            lines.append(_curve(rows.sort_values("months_since"), mine, shades[cohort], until=shown_months))
        lines += [_in_the_end(ends[currency], shades, shown_months + 1)] if len(ends[currency]) else []
        fill(figure, row, lines, y={"title_text": f"share of {unit_of(currency)}", "tickformat": ".0%", "rangemode": "tozero"})
    ticks = list(range(shown_months + 1))
    labels = [*map(str, ticks)]
    if in_the_end:
        ticks, labels = [*ticks, shown_months + 1], [*labels, "in the end"]
    figure.update_xaxes(tickvals=ticks, ticktext=labels, range=[-0.2, ticks[-1] + 0.5], zeroline=False)
    figure.update_xaxes(title_text="months since the month of invoice", row=len(currencies))
    kept = {f"{cohort:%Y-%m}" for cohort in newest[::-1][:: max(1, -(-len(newest) // MOST_NAMED))]}
    shaded = {f"{cohort:%Y-%m}" for cohort in newest} - kept
    figure.for_each_trace(lambda trace: trace.update(showlegend=False) if trace.name in shaded else trace)
    narrowed(figure, len(ticks), FULL)
    return figure.update_layout(legend={"title": {"text": "month of invoice"}, "tracegroupgap": 0})


def routes_side_by_side(routes: pd.DataFrame, *, names: pd.Series | None = None, top: int = 12) -> go.Figure:
    """What each way of collecting is expected to bring, for the accounts with most at stake: a line each, a sign per way.

    A sign is the money expected in hand, costs taken off; the largest one ringed is the best way that is allowed. Ways that are
    not allowed are pale. The bar at the right is what is owed. ``routes`` are what `arkit.routes.weigh` returns.
    A single account has a bar for each way instead, with its chance and its days behind it.

    Parameters
    ----------
    top
        How many accounts of a currency have a line; the subtitle says what the others come to.
    """
    table = ROUTES.conform(routes)
    table = table.loc[table["amount"].gt(0)].assign(currency=lambda rows: safe_currencies(rows["currency"]))
    as_of = table["as_of"].max()
    if table.empty:
        return sentence(f"nothing is past due that a way could be weighed for{when([as_of])}")
    if len(table) == table["route"].nunique():
        return _one_account(table, names)
    currencies, left_out = shown(table.drop_duplicates(["customer_id", "currency"])["currency"])
    largest = {currency: _accounts(table.loc[table["currency"].eq(currency)]) for currency in currencies}
    figure = new_figure(
        "What each way of collecting would bring",
        f"Expected money in hand{when([as_of])}{within(currencies)}, costs taken off, for those with most at stake; ringed: "
        f"the best way allowed; pale: not allowed; bar: what is owed.{_the_others(largest, top)}{left_out}",
        [30 * max(min(len(accounts), top), _fewest(currencies)) for accounts in largest.values()],
    )
    for row, (currency, accounts) in enumerate(largest.items(), 1):
        chosen = [*map(str, accounts.index[:top])]
        part = table.loc[table["currency"].eq(currency) & table["customer_id"].isin(chosen)]
        labels = zip(safe_names(chosen, names, 30), short_amounts(accounts[chosen], currency), strict=True)
        y = {"type": "category", "categoryorder": "array", "categoryarray": chosen[::-1], "tickvals": chosen}
        y |= {
            "ticktext": [f"{name}   <b>{amount}</b>" for name, amount in labels],
            "range": _places(len(chosen), _fewest(currencies)),
        }
        fill(figure, row, _signs(part, currency, names), x=amount_axis(currency) | {"showgrid": True}, y=y)
    return name_axes(figure.update_layout(legend={"title": {"text": "way"}}), y="customer")


def _one_account(ways: pd.DataFrame, names: pd.Series | None) -> go.Figure:
    """What each way would bring from one account: a bar each, the best allowed on top and those not allowed below."""
    ways = ways.sort_values(["eligible", "net"], ascending=False, kind="stable")
    currency, owed = str(ways["currency"].iloc[0]), float(ways["amount"].iloc[0])
    best = ways["eligible"] & ways["rank"].eq(1)
    who = safe_names(ways["customer_id"].head(1), names, 60)[0]
    figure = new_figure(
        "What each way of collecting would bring",
        f"{who}: expected money in hand{when([ways['as_of'].max()])}{within([currency])}, costs taken off; at the right, its "
        f"chance and days. Dark: the best way allowed; hatched: not allowed. The line is what is owed, {text(owed, currency)}.",
        [30 * len(ways)],
    )
    pattern = {"shape": np.where(ways["eligible"], "", "/"), "fgcolor": "#aab4be", "fillmode": "overlay"}
    hover = [f"<b>{way}</b><br>{_wrapped(why)}<extra></extra>" for way, why in zip(ways["route"], ways["why"], strict=True)]
    bars = go.Bar(
        name="in hand", meta=unit_of(currency), orientation="h", x=ways["net"], y=ways["route"], textposition="auto",
        text=[text(net, currency) for net in ways["net"]], insidetextfont={"color": np.where(best, PAPER, INK)},
        marker={"color": np.select([best, ways["eligible"]], [CREDIT, "#a9c1d4"], PAPER), "pattern": pattern, "line": THIN},
        hovertemplate=hover, insidetextanchor="end",
    )  # fmt: skip
    low, high = min(ways["net"].min(), 0), max(ways["net"].max(), owed)
    room = 0.05 * (high - low)
    x = amount_axis(currency) | {"showgrid": True, "range": [low - (room if low else 0), high + room]}
    fill(figure, 1, [bars], x=x, y={"type": "category", "autorange": "reversed", "showgrid": False})
    figure.add_vline(owed, line={"color": INK, "width": 1.5, "dash": "dot"})
    place = {"x": 1.01, "xref": "paper", "xanchor": "left", "showarrow": False}
    for way, chance, days, allowed in zip(ways["route"], ways["chance"], ways["days"], ways["eligible"], strict=True):
        ink = {"color": INK if allowed else MUTED}
        figure.add_annotation(text=f"{chance:.0%}, {days:,} days", y=way, yref="y", font=ink, **place)
    return name_axes(figure.update_layout(showlegend=False, margin_r=120), y="way")


def _fewest(currencies: list[str]) -> int:
    """Lines that a panel has room for even if it needs fewer; a single one has the legend beside it."""
    return FEWEST_BARS if len(currencies) == 1 else FEWEST_LINES


def _places(lines: int, fewest: int) -> list[float]:
    """The range of a category axis with room for the fewest lines, the first one on top."""
    return [lines - 0.5 - max(lines, fewest), lines - 0.5]


def _expected(projections: pd.DataFrame | None) -> pd.DataFrame:
    """What is expected in the end as a share of what was billed."""
    table = PROJECTIONS.conform(projections)
    table = table.loc[table["ultimate"].notna() & table["billed"].gt(0)]
    return table.assign(share=table["ultimate"] / table["billed"], currency=safe_currencies(table["currency"]))


def _ends(known: pd.DataFrame, expected: pd.DataFrame, newest: list[Any]) -> pd.DataFrame:
    """What is expected in the end of one currency's months that have a line and are old enough to tell."""
    mine = expected.loc[expected["currency"].eq(known["currency"].iloc[0])].set_index("cohort")
    return mine.loc[mine.index.isin(_telling(known).intersection(newest))]


def _telling(known: pd.DataFrame) -> pd.Index:
    """The months of invoice of one currency so old that usually at least half of what was billed has come."""
    usual = known.groupby("months_since")["share"].median()
    age = known.groupby("cohort")["months_since"].max()
    half = usual.index[usual.ge(0.5)]
    return age.index[age.ge(half.min())] if len(half) else age.index[:0]


def _settled_by(known: pd.DataFrame) -> int:
    """The month after which hardly anything more came in; later ones would only be a flat line."""
    by = known.groupby("months_since")["share"].median()
    still = by.diff().gt(0.005)
    return int(by.index[still][-1]) + 1 if still.any() else int(by.index[-1])


def _curve(rows: pd.DataFrame, expected: pd.DataFrame, colour: str, *, until: int) -> go.Scatter:
    """One month of invoice: its share in hand by months since, with its name where the line ends before the last month."""
    cohort, currency = rows["cohort"].iloc[0], str(rows["currency"].iloc[0])
    end = f"<br>expected in the end: {expected['share'][cohort]:.1%}" if cohort in expected.index else ""
    facts = [
        (text(cash, currency), text(billed, currency)) for cash, billed in zip(rows["collected"], rows["billed"], strict=True)
    ]
    hover = (
        f"<b>invoices of {in_words(cohort).split(' ', 1)[1]}</b><br>%{{x}} months since: %{{y:.1%}}<br>in hand: "
        f"%{{customdata[0]}}<br>billed: %{{customdata[1]}}{end}<extra></extra>"
    )
    about = {"name": f"{cohort:%Y-%m}", "legendgroup": f"{cohort:%Y-%m}", "meta": unit_of(currency)}
    look = {"marker": {"size": 5}, "line": {"color": colour, "width": 2}, "mode": "lines+markers"}
    if rows["months_since"].iloc[-1] < until:
        look["mode"] += "+text"
        name = f" {format_date(cohort, 'MMM', locale='en')}"
        look |= {
            "text": [""] * (len(rows) - 1) + [name],
            "textposition": "bottom right",
            "textfont": {"color": colour, "size": 11},
        }
    return go.Scatter(x=rows["months_since"], y=rows["share"], customdata=facts, hovertemplate=hover, **about, **look)


def _older(rows: pd.DataFrame, currency: str) -> go.Scatter:
    """All older months together: the cash of those that are old enough, over what they billed."""
    minor = rows.assign(cash=to_minor(rows["collected"], rows["currency"]), of=to_minor(rows["billed"], rows["currency"]))
    sums = minor.groupby("months_since")[["cash", "of"]].sum()
    hover = "<b>all older months together</b><br>%{x} months since: %{y:.1%}<extra></extra>"
    look = {"mode": "lines", "line": {"color": "#b4bec8", "width": 8}}
    return go.Scatter(
        name="older", meta=unit_of(currency), x=sums.index, y=sums["cash"] / sums["of"], hovertemplate=hover, **look
    )


def _in_the_end(ends: pd.DataFrame, shades: dict[Any, str], place: int) -> go.Scatter:
    """What is expected in the end of each month of invoice."""
    facts = [
        (in_words(cohort).split(" ", 1)[1], text(ultimate, str(code)), text(more, str(code)))
        for cohort, ultimate, more, code in zip(ends.index, ends["ultimate"], ends["expected"], ends["currency"], strict=True)
    ]
    hover = (
        "<b>invoices of %{customdata[0]}</b><br>expected in the end: %{y:.1%}<br>%{customdata[1]}, of it still to come: "
        "%{customdata[2]}<extra></extra>"
    )
    colours = [shades[cohort] for cohort in ends.index]
    marker = {"symbol": "circle-open", "size": 9, "color": colours, "line": {"width": 2}}
    about = {"name": "expected in the end", "meta": unit_of(str(ends["currency"].iloc[0])), "mode": "markers"}
    return go.Scatter(x=[place] * len(ends), y=ends["share"], customdata=facts, hovertemplate=hover, marker=marker, **about)


def _accounts(part: pd.DataFrame) -> pd.Series:
    """What is at stake on each account of one currency, the largest first."""
    amounts = part.drop_duplicates("customer_id").set_index("customer_id")["amount"]
    return amounts.sort_index().sort_values(ascending=False, kind="stable")


def _the_others(largest: dict[str, pd.Series], top: int) -> str:
    """How many accounts have no line, and what they come to."""
    said = []
    for currency, accounts in largest.items():
        others = accounts.iloc[top:]
        codes = pd.Series(currency, index=others.index)
        total = to_major(to_minor(others, codes).sum(keepdims=True), codes.head(1))[0] if len(others) else 0
        said += [f"{len(others):,} others with {text(total, currency)}"] if len(others) else []
    return f" Not shown: {'; '.join(said)}." if said else ""


def _signs(part: pd.DataFrame, currency: str, names: pd.Series | None) -> list[go.Scatter | go.Bar]:
    """One currency's accounts: what is owed as a bar, and a sign for each way."""
    owed = part.drop_duplicates("customer_id")
    bar = go.Bar(
        name="owed", meta=unit_of(currency), orientation="h", x=owed["amount"], y=owed["customer_id"], ids=owed["customer_id"],
        customdata=_named(owed, names),
        width=0.55, marker={"color": "#eef2f5", "line": {"color": "#aab4be", "width": 0.7}}, hoverinfo="skip",
    )  # fmt: skip
    best = part.loc[part["eligible"] & part["rank"].eq(1)]
    ring = {"symbol": "circle-open", "size": 20, "color": INK, "line": {"width": 2}}
    rings = go.Scatter(
        name="best allowed", meta=unit_of(currency), x=best["net"], y=best["customer_id"], mode="markers", marker=ring,
        hoverinfo="skip", ids=best["customer_id"], customdata=_named(best, names),
    )  # fmt: skip
    ways = [
        _way(part.loc[part["route"].eq(way)], way, currency, names)
        for way in [*WAYS, *sorted(set(part["route"]) - set(WAYS))]
        if part["route"].eq(way).any()
    ]
    return [bar, *ways, rings]


def _named(rows: pd.DataFrame, names: pd.Series | None) -> list[list[str]]:
    """The names of accounts, as points carry them."""
    return [[name] for name in safe_names(rows["customer_id"], names)]


def _way(rows: pd.DataFrame, way: str, currency: str, names: pd.Series | None) -> go.Scatter:
    """One way for each account; what it rests on in the hover."""
    symbol, colour = WAYS.get(way, ("star", INK))
    facts = [
        (name, text(row["net"], currency), text(row["amount"], currency), f"{row['chance']:.0%}", row["days"],
         text(row["cost"], currency), "" if row["eligible"] else "<br><b>not allowed</b>", _wrapped(str(row["why"])))
        for name, row in zip(safe_names(rows["customer_id"], names), rows.to_dict("records"), strict=True)
    ]  # fmt: skip
    hover = (
        f"<b>{way}: %{{customdata[0]}}</b>%{{customdata[6]}}<br>in hand: %{{customdata[1]}} of %{{customdata[2]}}<br>chance: "
        "%{customdata[3]}, in %{customdata[4]:,} days, for %{customdata[5]}<br>%{customdata[7]}<extra></extra>"
    )
    marker = {"symbol": symbol, "size": 11, "color": colour, "opacity": np.where(rows["eligible"], 1.0, 0.3)}
    marker |= {
        "line": {"width": 1.5 if symbol.endswith("open") else 0.5, "color": colour if symbol.endswith("open") else PAPER}
    }
    place = {"x": rows["net"], "y": rows["customer_id"], "ids": rows["customer_id"], "mode": "markers"}
    return go.Scatter(name=way, meta=unit_of(currency), customdata=facts, hovertemplate=hover, marker=marker, **place)


def _wrapped(words: str) -> str:
    """A sentence as lines of a hover, made safe."""
    return "<br>".join(html.escape(line) for line in textwrap.wrap(words, 70))
