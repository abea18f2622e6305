"""Pictures: tables in, one plotly Figure out; nothing is shown or saved.

The subtitle of every picture names the day, the currency and what is counted. Currencies never share an axis of amounts:
each has a panel of its own. `as_table` gives the points of any picture as rows.
"""

import html
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.colors import sample_colorscale
from plotly.subplots import make_subplots

from arkit.errors import TableRefused, some
from arkit.money import NO_CURRENCY, decimals, text, to_major, to_minor
from arkit.tables import ACTIONS_IN_ORDER, DOCUMENTS

INK, MUTED, GRID, PAPER = "#1f2933", "#52606d", "#dde3e9", "#ffffff"
#: Lightness falls from bucket to bucket, so that the order also survives a grey print and any colour blindness.
CURRENT, PAST_DUE = "#e8edf2", ["#f9cf83", "#ee9b4b", "#d1603a", "#9c2f35", "#4a1228"]
#: Credit is neither older nor younger than anything: another hue, hatched.
CREDIT = "#2f6690"

AXIS = {
    "automargin": True,
    "gridcolor": GRID,
    "tickangle": 0,
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
        "yaxis": AXIS | {"showgrid": True},
    }
)  # fmt: skip

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
#: One look per mean, told apart by dashes where colours cannot.
MEANS = ({"color": "#9c2f35", "dash": "dot"}, {"color": "#2f6690", "dash": "dash"}, {"color": "#7b6d8d", "dash": "dashdot"})
#: The measures of days, what they are called in a legend, and their lines.
OUTSTANDING = {
    "dso": ("DSO, by balance", {"color": INK, "width": 2.5}),
    "dso_count_back": ("DSO, by count-back", {"color": PAST_DUE[2], "width": 2.5}),
    "best_possible_dso": ("best possible DSO", {"color": CREDIT, "width": 2, "dash": "dash"}),
}
THIN = {"color": "#aab4be", "width": 0.7}
#: Places for bars that a picture has even if it needs fewer, so that none grows fat and the legend has room.
FEWEST_BARS = 7
#: Panels that one picture can carry where every panel is a picture in itself.
MOST_PANELS = 3
#: Groups and orders of a backtest, told apart by dashes, patterns and signs where colours cannot.
GROUPS = {
    "flagged": {"color": "#9c2f35", "dash": "solid", "symbol": "circle", "aside": -0.8},
    "left alone": {"color": "#2f6690", "dash": "dash", "symbol": "diamond-open", "aside": 0.8},
}
ORDERS = {"policy": ("#1f2933", ""), "oldest first": ("#ee9b4b", "/"), "largest first": ("#2f6690", "x")}
HINDSIGHT = "best in hindsight"
FROM_ZERO = {"rangemode": "tozero"}
#: Points that a browser still draws and moves at once.
MOST_POINTS = 1000


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
    >>> levels = [[pd.Timestamp("2026-10-31")], ["C1"], ["EUR"]]
    >>> index = pd.MultiIndex.from_product(levels, names=["as_of", "customer_id", "currency"])
    >>> aged = pd.DataFrame({"credit": -5.0, "current": 100.0, "over 30": 20.0, "total": 115.0}, index=index)
    >>> as_table(aging_by_bucket(aged))[["x", "y"]].to_dict("records")
    [{'x': 'credit', 'y': -5.0}, {'x': 'current', 'y': 100.0}, {'x': 'over 30', 'y': 20.0}]
    """
    customers, when = _latest(aged)
    if customers.empty:
        return _sentence(f"nothing is open{when}")
    currencies, sums = _by_count(customers["currency"]), _sums(customers, ["currency"]).set_index("currency")
    balances = ", ".join(text(sums["total"][currency], currency).replace(" ", "\N{NO-BREAK SPACE}") for currency in currencies)
    figure = _figure(
        "What is open, by how long it has waited",
        f"Open amounts{when} by days past due; credit not yet applied is below zero. Balance: {balances}.",
        [300 if len(currencies) == 1 else 190] * len(currencies),
    )
    for row, currency in enumerate(currencies, 1):
        amounts = pd.Series({bucket: sums[bucket][currency] for bucket in _buckets(sums)})
        bars = _bars_of_buckets(currency, amounts, customers.loc[customers["currency"].eq(currency)], names)
        _fill(figure, row, bars, y=_amount_axis(currency) | {"range": _room_for_labels(amounts)})
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
    known = _known(aged)
    days = _days(aged) if days is None else pd.DatetimeIndex(list(days))
    if known.empty:
        return _sentence(f"nothing is open{_when(days)}")
    currencies, left_out = _shown(known["currency"])
    figure = _figure(
        "How old the open amounts are, month by month",
        f"{'Shares of what is open before credits' if share else 'Open amounts'}{_when(days)} by days past due{_in(currencies)}"
        f"{'.' if share else '; credit not yet applied is below zero.'}{left_out}",
        [320 if len(currencies) == 1 else 200] * len(currencies),
    )
    sums = _sums(known, ["as_of", "currency"])
    for row, currency in enumerate(currencies, 1):
        part = sums.loc[sums["currency"].eq(currency)].set_index("as_of").drop(columns="currency").reindex(days, fill_value=0.0)
        axis = {"title_text": f"share in {_unit(currency)}", "tickformat": ".0%"} if share else _amount_axis(currency)
        _fill(figure, row, _bars_of_months(currency, part, share=share), y=axis)
    figure.update_layout(barmode="relative", legend={"title": {"text": "days past due"}, "traceorder": "reversed"})
    return figure.update_xaxes(_month_axis(days))


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
    customers, when = _latest(aged)
    late = customers.loc[customers["past_due"].gt(0)]
    if late.empty:
        return _sentence(f"nothing is {'open' if customers.empty else 'past due'}{when}")
    currencies, left_out = _shown(late["currency"])
    parts = [_largest(customers.loc[customers["currency"].eq(currency)], top) for currency in currencies]
    figure = _figure(
        "Who owes the most past due",
        f"Open amounts{when} by days past due{_in(currencies)}. The figure behind each name is what is past due, before "
        f"credits.{left_out}",
        [24 * max(len(part), FEWEST_BARS) for part in parts],
    )
    for row, (currency, part) in enumerate(zip(currencies, parts, strict=True), 1):
        labels = zip(_named(part.index, names, 30), _labels(part["past_due"], currency), strict=True)
        ticks = [f"{name}   <b>{amount}</b>" for name, amount in labels]
        y = {"type": "category", "showgrid": False, "tickvals": list(part.index), "ticktext": ticks}
        bars = _bars_of_customers(currency, part, _named(part.index, names))
        places = {"range": [max(len(part), FEWEST_BARS) - 0.5, -0.5]}
        _fill(figure, row, bars, x=_amount_axis(currency) | {"showgrid": True}, y=y | places)
        if len(part) < customers["currency"].eq(currency).sum():
            _cut_last_bar(figure, row, currency, part)
    return figure.update_layout(barmode="relative", legend={"title": {"text": "days past due"}, "traceorder": "normal"})


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
    invoices = DOCUMENTS.conform(documents).query("kind == 'invoice' and amount > 0 and as_of == as_of.max()")
    as_of = invoices["as_of"].max()
    paid = invoices.loc[invoices["settled"] & invoices["settled_on"].notna() & invoices["paid_amount"].gt(0)]
    if paid.empty:
        return _sentence(f"no invoice is known to be settled by money{_when([as_of])}")
    month = (paid["settled_on"] + pd.offsets.MonthEnd(0)).clip(upper=as_of)
    paid = paid.assign(month=month, currency=paid["currency"].map(html.escape))
    ends = pd.date_range(paid["month"].min(), as_of, freq="ME", unit="s").union(pd.DatetimeIndex([as_of]))[-months:]
    paid = paid.loc[paid["month"].isin(ends)]
    currencies, left_out = _shown(paid["currency"], "Without a mean, with fewer invoices")
    figure = _figure(
        "How late invoices are paid",
        f"As known{_when([as_of])}. Above: {len(paid):,} invoices settled by money, by the month that settled them. Below: "
        f"invoices past due and not settled at the end of each month, days late up to then.{left_out}",
        [260, 120],
    )
    means = [_mean_line(paid, currency, ends).update(line=line) for currency, line in zip(currencies, MEANS, strict=False)]
    _fill(figure, 1, [*_range_and_median(paid, ends), *means], y={"title_text": "days late when paid"})
    _fill(
        figure, 2, [_unpaid_line(invoices, ends)], y={"title_text": "days late, not paid", "rangemode": "tozero", "nticks": 4}
    )
    return figure.update_xaxes(_month_axis(ends))


def measures_through_months(measures: pd.DataFrame) -> go.Figure:
    """Days sales outstanding and collection effectiveness, one point per day; ``measures`` of the whole book on several days.

    A panel per currency shows the DSO, by balance and by count-back, above the best possible one: the distance is what is
    paid late. The last panel shows the effectiveness of each month, a line per currency. What is not known is a gap.
    """
    book = measures.loc[measures["by"].eq("") & measures["value"].notna()]
    days = pd.DatetimeIndex(measures["as_of"].unique()).sort_values()
    drawn = book.loc[book["measure"].isin([*OUTSTANDING, "cei_month"])].assign(currency=book["currency"].map(html.escape))
    if drawn.empty:
        return _sentence(f"no DSO and no effectiveness is known{_when(days)}")
    currencies, left_out = _shown(drawn["currency"])
    figure = _figure(
        "How many days of sales are outstanding, and how much was collected",
        f"Month by month{_when(days)}. Above: days sales outstanding{_in(currencies)}; the best possible is of what is "
        f"not past due. Below: collection effectiveness of each month, 100 % when nothing past due is left.{left_out}",
        [*[240 if len(currencies) == 1 else 180] * len(currencies), 140],
    )
    for row, currency in enumerate(currencies, 1):
        part = drawn.loc[drawn["currency"].eq(currency)]
        lines = [
            _measured(part, days, name=name, label=label, panel=currency, look=look)
            for name, (label, look) in OUTSTANDING.items()
        ]
        unit = "days" if currency == NO_CURRENCY else f"days, {currency}"
        _fill(figure, row, lines, y={"title_text": unit, "rangemode": "tozero"})
    below = [
        _measured(
            drawn.loc[drawn["currency"].eq(currency)],
            days,
            name="cei_month",
            label=f"effectiveness, {_unit(currency)}",
            panel="%",
            look=look,
        )
        for currency, look in zip(currencies, MEANS, strict=False)
    ]
    _fill(figure, len(currencies) + 1, below, y={"title_text": "%", "nticks": 4})
    return figure.update_xaxes(_month_axis(days))


def scores_by_exposure(
    scores: pd.DataFrame, aged: pd.DataFrame, *, names: pd.Series | None = None, low: float = 50, top: int = 8
) -> go.Figure:
    """Every customer's score against its balance, one point each, one panel per currency; of several days the latest.

    Money and doubt meet at the top left. The customers above the horizontal line together owe half of what all shown owe;
    left of the vertical line the score is below ``low``.

    Parameters
    ----------
    low, top
        Where the vertical line stands, and how many of the customers left of it are named, those that owe most.
    """
    customers, when = _latest(aged)
    known = scores.loc[scores["as_of"].eq(scores["as_of"].max())].set_index("customer_id")["score"]
    owing = customers.loc[customers["total"].gt(0)].assign(score=lambda rows: rows["customer_id"].map(known))
    scored = owing.dropna(subset="score").sort_values("total", ascending=False)
    if scored.empty:
        return _sentence(f"no customer with a score owes anything{when}")
    currencies, left_out = _shown(scored["currency"])
    unscored = f" Without a score and not shown: {len(owing) - len(scored):,}." if len(owing) > len(scored) else ""
    figure = _figure(
        "Where money and doubt meet",
        f"Balances{when}{_in(currencies)}, against scores (0 pays last, 100 pays first), of the customers that owe, at most "
        f"the {MOST_POINTS:,} that owe most. The darker a point, the more of it is past due; those on or above the level line "
        f"owe half of what is shown.{unscored}{left_out}",
        [400 if len(currencies) == 1 else 260] * len(currencies),
    )
    for row, currency in enumerate(currencies, 1):
        part = scored.loc[scored["currency"].eq(currency)].head(MOST_POINTS)
        _fill(figure, row, [_points(currency, part, names)], y=_amount_axis(currency) | {"type": "log", "dtick": 1})
        half = part["total"].cumsum().ge(part["total"].sum() / 2).to_numpy().argmax()
        place: dict[str, Any] = {"row": row, "col": 1, "line": {"color": MUTED, "width": 1, "dash": "dot"}}
        figure.add_vline(low, **place).add_hline(part["total"].iloc[half], **place)
        _name_worst(figure, row, part.loc[part["score"].lt(low)].head(top), names)
    figure.update_layout(showlegend=False, margin_r=240).update_xaxes(range=[-3, 103], zeroline=False)
    return figure.update_xaxes(title_text="score, 0 to 100", row=len(currencies))


def unpaid_after_days(comparisons: pd.DataFrame) -> go.Figure:
    """How much was still unpaid some days after a month-end: customers on the list beside those left alone.

    ``comparisons`` are those of a backtest. The first panel counts invoices, the others money, one per currency. Bars are the
    range that chance allows; where they are absent there were too few customers to tell.
    """
    rows = comparisons.loc[comparisons["measure"].isin(["unpaid", "unpaid money"]) & comparisons["group"].isin([*GROUPS])]
    rows = rows.loc[rows["value"].notna()].assign(currency=rows["currency"].map(html.escape))
    if rows.empty:
        return _sentence("nothing past due was followed for long enough")
    currencies, left_out = _shown(rows.loc[rows["measure"].eq("unpaid money"), "currency"])
    figure = _figure(
        "Were those on the list later than the rest?",
        "Of what was past due on the month-ends, the share still unpaid (or written off) some days later. Bars: 95 % range, by "
        f"drawing customers again and again; none where fewer than 8 customers tell.{left_out}",
        [260, *[180] * len(currencies)],
    )
    for row, currency in enumerate(["", *currencies], 1):
        part = rows.loc[rows["currency"].eq(currency)]
        panel = f"share of {_unit(currency)}" if currency else "share of invoices"
        lines = [_shares_line(part, group, panel) for group in GROUPS if part["group"].eq(group).any()]
        _fill(figure, row, lines, y={"title_text": panel, "tickformat": ".0%", "range": [-0.03, 1.03]})
    days = sorted(rows["days"].unique())
    figure.update_xaxes(tickvals=days, range=[min(days) - 12, max(days) + 12])
    return figure.update_xaxes(title_text="days after the month-end", row=1 + len(currencies))


def reached_by_order(totals: pd.DataFrame) -> go.Figure:
    """What each order of contacting reached that was still unpaid some days later, with equally many contacts.

    ``totals`` are the ``order_totals`` of a backtest; one panel per currency. The line above the bars is the most that so many
    contacts can reach, known only afterwards. What counts is unpaid money on several month-ends, each time it was reached.
    """
    rows = totals.assign(currency=totals["currency"].map(html.escape))
    if rows.empty:
        return _sentence("nothing past due was followed for long enough")
    counts = rows.loc[rows["order"].eq("policy"), ["currency", "contacts"]]
    currencies, left_out = _shown(counts.loc[counts.index.repeat(counts["contacts"] + 1), "currency"])
    figure = _figure(
        "Does the list reach what stays unpaid?",
        f"Money on the accounts contacted that was still unpaid some days later, month-ends added up{_in(currencies)}; each "
        f"order with as many contacts as the list. Lines: the most that could be reached.{left_out}",
        [300 if len(currencies) == 1 else 200] * len(currencies),
    )
    for row, currency in enumerate(currencies, 1):
        part = rows.loc[rows["currency"].eq(currency)]
        bars = [_bars_of_order(part.loc[part["order"].eq(order)], order, currency) for order in ORDERS]
        _fill(
            figure, row, [*bars, _best(part.loc[part["order"].eq(HINDSIGHT)], currency)], y=_amount_axis(currency) | FROM_ZERO
        )
    figure.update_xaxes(type="category").update_layout(barmode="group")
    return figure.update_xaxes(title_text="days after the month-end", row=len(currencies))


def actions_by_variant(actions: pd.DataFrame) -> go.Figure:
    """What is past due by the action that each of several policies takes, one stacked bar per policy, one panel per currency.

    ``actions`` are those of policies side by side. Bars are equally long, for what is past due does not depend on the policy;
    the hatched part is left alone.
    """
    rows = actions.loc[actions["at_stake"].gt(0)].assign(currency=lambda part: part["currency"].map(html.escape))
    if rows.empty:
        return _sentence("nothing is past due")
    currencies, left_out = _shown(rows["currency"])
    variants = [*map(str, rows["variant"].unique())]
    ticks = ["<br>".join(map(html.escape, textwrap.wrap(name, 40))) for name in variants]
    figure = _figure(
        "What would be done with what is past due",
        f"Amounts past due{_when([rows['as_of'].max()])}{_in(currencies)}, by action and policy, milder actions on the left. "
        f"Hatched: left alone.{left_out}",
        [max(34, 16 * max(tick.count("<br>") + 1 for tick in ticks) + 14) * max(len(variants), 3)] * len(currencies),
    )
    colours = dict.fromkeys(("none", "hold"), CURRENT) | _sterner(ACTIONS_IN_ORDER[1:-1])
    taken = [action for action in colours if rows["action"].eq(action).any()]
    for row, currency in enumerate(currencies, 1):
        part = rows.loc[rows["currency"].eq(currency)]
        bars = [_bars_of_action(part.loc[part["action"].eq(action)], action, currency, colours[action]) for action in taken]
        y = {"type": "category", "showgrid": False, "tickvals": variants, "ticktext": ticks, "autorange": "reversed"}
        _fill(figure, row, bars, x=_amount_axis(currency) | {"showgrid": True}, y=y)
    return figure.update_layout(barmode="stack", legend={"title": {"text": "action"}, "traceorder": "normal"})


def as_table(figure: go.Figure) -> pd.DataFrame:
    """The points of any picture of this room, one row each: panel, trace, x, y, and the customer where a point is one."""
    traces: Any = figure.data
    rows = [
        pd.DataFrame({"panel": trace.meta, "trace": trace.name, "x": list(trace.x), "y": list(trace.y)}).assign(
            customer_id="" if trace.ids is None else list(trace.ids)
        )
        for trace in traces
    ]
    empty = pd.DataFrame(columns=["panel", "trace", "x", "y", "customer_id"])
    return pd.concat(rows).dropna().reset_index(drop=True) if rows else empty


def _bars_of_buckets(currency: str, amounts: pd.Series, customers: pd.DataFrame, names: pd.Series | None) -> list[go.Bar]:
    """One currency's buckets, each with its amount on it; share and largest customer are in the hover."""
    bars = _bars([*map(str, amounts.index)], currency)
    sizes, gross = customers.set_index("customer_id")[[*bars]].abs(), amounts.drop("credit").sum()
    rows = zip(bars.items(), amounts, _labels(amounts, currency), _named(sizes.idxmax(), names), strict=True)
    for (bucket, bar), amount, label, largest in rows:
        says = f"<b>{_bucket(bucket)}: {text(amount, currency)}</b>{_share(amount, gross)}"
        most = f"<br>customers: {sizes[bucket].gt(0).sum():,}<br>the largest: {largest}, {text(sizes[bucket].max(), currency)}"
        bar.update(x=[bucket], y=[amount], text=[label], textposition="outside", cliponaxis=False)
        bar.update(customdata=[says + most if amount else says], hovertemplate="%{customdata}<extra></extra>")
    return [*bars.values()]


def _bars_of_months(currency: str, sums: pd.DataFrame, *, share: bool) -> list[go.Bar]:
    """One currency's buckets on each day, stacked, in amounts or as shares of what is open before credits."""
    bars, days = _bars(_buckets(sums), currency), pd.DatetimeIndex(sums.index)
    gross = sums["total"] - sums["credit"]
    drawn = sums[[*bars]].div(gross.where(gross.gt(0)), axis=0) if share else sums[[*bars]]
    says = "%{customdata[1]}%{customdata[2]}<br>balance: %{customdata[3]}<extra></extra>"
    for bucket, bar in bars.items():
        rows = zip(days, sums[bucket], gross, sums["total"], strict=True)
        facts = [
            (_day(day), text(amount, currency), _share(amount, of), text(total, currency)) for day, amount, of, total in rows
        ]
        bar.update(x=_iso(days), y=drawn[bucket], customdata=facts)
        bar.update(hovertemplate=f"<b>%{{customdata[0]}}</b><br>{_bucket(bucket)}: {says}")
    return [bar for bucket, bar in bars.items() if bucket != "credit" or (sums["credit"].any() and not share)]


def _bars_of_customers(currency: str, sums: pd.DataFrame, names: list[str]) -> list[go.Bar]:
    """One currency's customers, their buckets stacked from the oldest on, credit to the left of zero."""
    bars = _bars(_buckets(sums), currency)
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


def _range_and_median(paid: pd.DataFrame, ends: pd.DatetimeIndex) -> list[go.Scatter]:
    """Per month: days late of the invoices paid in it, from 10 % to 90 % as a thick line, and their median."""
    days = paid.groupby("month")["days_late"]
    facts = pd.DataFrame({"low": days.quantile(0.1), "high": days.quantile(0.9), "median": days.median(), "n": days.size()})
    facts = facts.reindex(ends)
    ends_of_range = facts[["low", "high"]].assign(gap=np.nan).to_numpy().ravel()
    thick = go.Scatter(name="paid: 10 % to 90 %", meta="paid", x=np.repeat(_iso(ends), 3), y=ends_of_range, mode="lines")
    says = "10 % to 90 %: %{customdata[1]:,.1f} to %{customdata[2]:,.1f}<br>invoices: %{customdata[3]:,}"
    median = _line("paid: median", "paid", facts["median"], says, facts[["low", "high", "n"]])
    return [
        thick.update(line={"width": 14, "color": PAST_DUE[0]}, hoverinfo="skip"),
        median.update(line={"color": INK, "width": 2.5}),
    ]


def _mean_line(paid: pd.DataFrame, currency: str, ends: pd.DatetimeIndex) -> go.Scatter:
    """Per month: mean days late, weighted by the money received in one currency; amounts of several cannot be added."""
    part = paid.loc[paid["currency"].eq(currency)]
    weight = pd.Series(to_minor(part["paid_amount"], part["currency"]), index=part.index)
    sums = pd.DataFrame({"days": weight * part["days_late"], "weight": weight}).groupby(part["month"]).sum()
    name = f"paid: mean by amount, {_unit(currency)}" if len(part) < len(paid) else "paid: mean by amount"
    mean = (sums["days"] / sums["weight"]).reindex(ends)
    return _line(name, "paid", mean, "weighted by the money received", sums.reindex(ends))


def _unpaid_line(invoices: pd.DataFrame, ends: pd.DatetimeIndex) -> go.Scatter:
    """Per month: how late the invoices were that were past due and not settled at its end."""
    known = invoices.loc[invoices["open_amount"].gt(0) | invoices["settled_on"].notna()]
    until = known["settled_on"].where(known["settled"], ends[-1] + pd.Timedelta(days=1))
    late = [
        (end - known["due_date"]).dt.days[known["issued"].le(end) & known["due_date"].lt(end) & until.gt(end)] for end in ends
    ]
    facts = pd.DataFrame({"median": [days.median() for days in late], "n": [len(days) for days in late]}, index=ends)
    line = _line("not paid: median so far", "not paid", facts["median"], "invoices: %{customdata[1]:,}", facts[["n"]])
    return line.update(line={"color": PAST_DUE[2], "width": 2.5})


def _line(name: str, panel: str, y: pd.Series, says: str, facts: pd.DataFrame) -> go.Scatter:
    """One point per month, marked and joined; ``facts`` are what the hover may say besides, from ``customdata[1]`` on."""
    ends = pd.DatetimeIndex(y.index)
    data = [(_day(end), *row) for end, row in zip(ends, facts.to_numpy().tolist(), strict=True)]
    hover = f"<b>month to %{{customdata[0]}}</b><br>{name}: %{{y:,.1f}} days late<br>{says}<extra></extra>"
    look = {"mode": "lines+markers", "marker": {"size": 5}}
    return go.Scatter(name=name, meta=panel, x=_iso(ends), y=y, customdata=data, hovertemplate=hover, **look)


def _measured(part: pd.DataFrame, days: pd.DatetimeIndex, *, name: str, label: str, panel: str, look: Any) -> go.Scatter:  # noqa: ANN401
    """One measure on each day; its inputs are in the hover."""
    rows = part.loc[part["measure"].eq(name)].set_index("as_of")[["value", "shown", "inputs"]].reindex(days)
    facts = [
        (_day(day), shown, html.escape(str(inputs)).replace("; ", "<br>"))
        for day, shown, inputs in zip(days, rows["shown"], rows["inputs"], strict=True)
    ]
    says = f"<b>%{{customdata[0]}}</b><br>{label}: %{{customdata[1]}}<br>%{{customdata[2]}}<extra></extra>"
    place = {"x": _iso(days), "y": rows["value"], "customdata": facts, "meta": _unit(panel)}
    marks = {"mode": "lines+markers", "marker": {"size": 5}, "line": look}
    return go.Scatter(name=label, hovertemplate=says, **place, **marks)


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
        name=order, meta=_unit(currency), x=days, y=rows["unpaid"], marker=marker, customdata=facts, hovertemplate=hover
    )


def _sterner(actions: Sequence[str]) -> dict[str, str]:
    """A colour for each action, the later in the ladder the darker."""
    return dict(zip(actions, map(str, sample_colorscale(PAST_DUE, np.linspace(0, 1, len(actions)))), strict=True))


def _best(rows: pd.DataFrame, currency: str) -> go.Scatter:
    """The most that equally many contacts can reach, as a line over each group of bars."""
    says = f"<b>the most that so many contacts can reach</b><br>%{{y:,.{decimals(currency)}f}}<extra></extra>"
    marker = {"symbol": "line-ew", "size": 90, "line": {"width": 2, "color": MUTED}}
    place = {"x": rows["days"].astype("str"), "y": rows["unpaid"], "meta": _unit(currency), "mode": "markers"}
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
    marker = {"color": colour, "pattern": {"shape": hatch, "fgcolor": MUTED}, "line": THIN}
    place = {"x": rows["at_stake"], "y": rows["variant"], "orientation": "h", "meta": _unit(currency)}
    return go.Bar(name=said, marker=marker, customdata=facts, hovertemplate=hover, **place)


def _points(currency: str, customers: pd.DataFrame, names: pd.Series | None) -> go.Scatter:
    """One currency's customers, the larger the higher, the darker the more of it is past due."""
    share = customers["past_due"] / (customers["total"] - customers["credit"])
    facts = [
        (name, text(total, currency), f"{late:.0%}")
        for name, total, late in zip(_named(customers["customer_id"], names), customers["total"], share, strict=True)
    ]
    says = (
        "<b>%{customdata[0]}</b><br>balance: %{customdata[1]}<br>score: %{x:.0f}<br>past due: %{customdata[2]}<extra></extra>"
    )
    marker = {"size": 11, "color": share, "colorscale": [CURRENT, *PAST_DUE], "cmin": 0, "cmax": 1, "line": THIN}
    place = {"x": customers["score"], "y": customers["total"], "ids": customers["customer_id"], "customdata": facts}
    return go.Scatter(name="customers", meta=_unit(currency), mode="markers", marker=marker, hovertemplate=says, **place)


def _name_worst(figure: go.Figure, row: int, worst: pd.DataFrame, names: pd.Series | None) -> None:
    """Numbers beside the points of some customers and their names at the side, where they cannot cover each other."""
    for i, (score, total) in enumerate(zip(worst["score"], worst["total"], strict=True), 1):
        point = {"x": score, "y": np.log10(total), "xshift": 12, "showarrow": False}
        figure.add_annotation(text=f"<b>{i}</b>", **point, row=row, col=1)
    key = "<br>".join(f"<b>{i}</b>  {name}" for i, name in enumerate(_named(worst["customer_id"], names, 30), 1))
    axis = "" if row == 1 else str(row)
    place = {"x": 1.02, "y": 1, "xref": f"x{axis} domain", "yref": f"y{axis} domain", "xanchor": "left", "yanchor": "top"}
    figure.add_annotation(text=key, align="left", showarrow=False, **place)


def _known(aged: pd.DataFrame, *levels: str) -> pd.DataFrame:
    """The rows of an aging table in which something is open, as plain columns, with what is past due.

    Raises
    ------
    TableRefused
        If it is no aging table, or its days were aged with different buckets.
    """
    absent = [name for name in ("as_of", *levels, "currency") if name not in aged.index.names]
    absent += [name for name in ("credit", "current", "total") if name not in aged.columns]
    if absent:
        raise TableRefused(
            f"this aging table lacks {some(absent)}.",
            expected=f"rows by {', '.join(['as_of', *levels, 'currency'])}; columns credit, current, the other buckets, total",
            got=f"rows by {some([*map(str, aged.index.names)])}; columns {some([*map(str, aged.columns)], 8)}",
            fix="hand over what age(documents) returns, or several of them concatenated",
        )
    if aged.isna().to_numpy().any():
        raise TableRefused(
            "the days of this aging table do not have the same buckets.",
            expected="an amount in every bucket on every day",
            got=f"nothing on some days in {some([*map(str, aged.columns[aged.isna().any()])])}",
            fix="age every day with the same edges",
        )
    rows = aged.loc[aged.ne(0).any(axis=1)].reset_index()
    past_due = to_minor(rows["total"] - rows["credit"] - rows["current"], rows["currency"])
    return rows.assign(past_due=to_major(past_due, rows["currency"]), currency=rows["currency"].map(html.escape))


def _latest(aged: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The customers with something open on the latest day, and that day as the end of a phrase."""
    known, days = _known(aged, "customer_id"), _days(aged)
    return known.loc[known["as_of"].isin(days[-1:])], _when(days[-1:])


def _days(aged: pd.DataFrame) -> pd.DatetimeIndex:
    """The days of an aging table in order; of one without rows the day that its index still knows, if it knows just one."""
    index: Any = aged.index
    if len(aged):
        return pd.DatetimeIndex(index.unique("as_of")).sort_values()
    known = pd.DatetimeIndex(index.levels[index.names.index("as_of")])
    return known if len(known) == 1 else known[:0]


def _buckets(aged: pd.DataFrame) -> list[str]:
    """The columns from credit to the oldest bucket; the first two are credit and current, the others are past due."""
    return [*map(str, aged.loc[:, "credit":"total"].columns[:-1])]


def _sums(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Exact sums of all amounts, one row per ``by`` in order of appearance; the currency must be one of them."""
    amounts = [*_buckets(rows), "total", "past_due"]
    minor = rows[by].assign(**{name: to_minor(rows[name], rows["currency"]) for name in amounts})
    exact = minor.groupby(by, sort=False)[amounts].sum().reset_index()
    return exact.assign(**{name: to_major(exact[name].to_numpy(), exact["currency"]) for name in amounts})


def _largest(customers: pd.DataFrame, top: int) -> pd.DataFrame:
    """One currency's customers with most past due, one row each, and as a last row all its others."""
    ranked = customers.sort_values(["past_due", "total", "customer_id"], ascending=[False, False, True])
    others = ranked["past_due"].le(0) | (np.arange(len(ranked)) >= top)
    named = ranked["customer_id"].mask(others, f"all others ({others.sum():,})")
    return _sums(ranked.assign(customer_id=named), ["customer_id", "currency"]).set_index("customer_id")


def _by_count(currencies: pd.Series) -> list[str]:
    """Currencies, that of most rows first."""
    counts = currencies.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return [*map(str, counts.index)]


def _shown(currencies: pd.Series, otherwise: str = "Left out, with fewer customers") -> tuple[list[str], str]:
    """The currencies that are drawn, and a sentence on those that are not."""
    ordered = _by_count(currencies)
    left_out = [_unit(currency) for currency in ordered[MOST_PANELS:]]
    return ordered[:MOST_PANELS], f" {otherwise}: {some(left_out, 12)}." if left_out else ""


def _figure(title: str, subtitle: str, heights: Sequence[int]) -> go.Figure:
    """An empty figure of one panel per height (in pixels), in which titles and axes have their room."""
    lines, gap = textwrap.wrap(subtitle, 100), 62
    drawn, top, bottom = sum(heights) + gap * (len(heights) - 1), 62 + 17 * len(lines), 70
    figure = make_subplots(rows=len(heights), row_heights=[*heights], vertical_spacing=gap / drawn if len(heights) > 1 else 0)
    words = {"text": f"<b>{title}</b>", "subtitle": {"text": "<br>".join(lines)}}
    return figure.update_layout(template=LOOK, title=words, height=top + drawn + bottom, margin={"t": top, "b": bottom})


def _fill(
    figure: go.Figure,
    row: int,
    traces: Sequence[go.Bar | go.Scatter],
    x: dict[str, Any] | None = None,
    y: dict[str, Any] | None = None,
) -> None:
    """Puts traces and what is special about their axes into one panel; the legend names each trace once."""
    drawn: Any = figure.data
    known = {trace.name for trace in drawn}
    for trace in traces:
        figure.add_trace(trace.update(showlegend=trace.name not in known), row=row, col=1)
    figure.update_xaxes(x or {}, row=row, col=1).update_yaxes(y or {}, row=row, col=1)


def _sentence(words: str) -> go.Figure:
    """A figure that says why there is no picture."""
    figure = go.Figure(layout={"template": LOOK, "height": 120, "margin": {"t": 16}})
    figure.update_xaxes(visible=False).update_yaxes(visible=False)
    return figure.add_annotation(text=words, x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False, font={"size": 15})


def _bars(buckets: list[str], currency: str) -> dict[str, go.Bar]:
    """One trace per bucket in its colour, still without amounts."""
    colours = [CREDIT, CURRENT, *sample_colorscale(PAST_DUE, np.linspace(0, 1, len(buckets) - 2))]
    bars = {
        bucket: go.Bar(name=bucket, legendgroup=bucket, meta=_unit(currency), marker={"color": colour})
        for bucket, colour in zip(buckets, colours, strict=True)
    }
    bars["credit"].update(marker={"pattern": {"shape": "/"}, "line": THIN})
    bars["current"].update(marker={"line": THIN})
    return bars


def _amount_axis(currency: str) -> dict[str, Any]:
    """An axis of amounts."""
    return {"title_text": _unit(currency), "tickformat": ",", "nticks": 7}


def _room_for_labels(amounts: pd.Series) -> list[float]:
    """The range of an axis that leaves room for a label above and below the bars."""
    low, high = min(amounts.min(), 0), max(amounts.max(), 0)
    room = 0.14 * (high - low)
    return [low - room if low else 0, high + room]


def _month_axis(days: pd.DatetimeIndex) -> dict[str, Any]:
    """An axis with these days in order, evenly spaced; at most 14 are named, the last of them always."""
    named = days[:: -max(1, -(-len(days) // 14))][::-1]
    return {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": _iso(days),
        "range": [-0.6, max(len(days), FEWEST_BARS) - 0.4],
        "tickvals": _iso(named),
        "ticktext": [f"{'' if day.is_month_end else f'{day.day} '}{MONTHS[day.month - 1][:3]}<br>{day.year}" for day in named],
    }


def _iso(days: pd.DatetimeIndex) -> list[str]:
    """Days as 2026-10-31."""
    return [f"{day:%Y-%m-%d}" for day in days]


def _day(day: pd.Timestamp) -> str:
    """A day in words, in English whatever the machine speaks."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _when(days: Iterable[pd.Timestamp]) -> str:
    """On one day, or from the first to the last of several, as the end of a phrase; nothing where no day is known."""
    known = [_day(day) for day in days if not pd.isna(day)]
    return "" if not known else f" on {known[0]}" if len(known) == 1 else f" from {known[0]} to {known[-1]}"


def _in(currencies: Sequence[str]) -> str:
    """The currencies as the end of a phrase; nothing where the export stated none."""
    stated = [currency for currency in currencies if currency != NO_CURRENCY]
    return f", in {' and '.join(filter(None, [', '.join(stated[:-1]), stated[-1]]))}" if stated else ""


def _unit(currency: str) -> str:
    """What stands at an axis of amounts."""
    return "amount" if currency == NO_CURRENCY else currency


def _bucket(bucket: str) -> str:
    """A bucket as it is said in a hover."""
    return f"{bucket} days" if bucket[-1].isdigit() else bucket


def _share(amount: float, of: float) -> str:
    """A share as a line of a hover; none where there is nothing to share."""
    return f"<br>{amount / of:.1%} of what is open before credits" if of else ""


def _labels(amounts: pd.Series, currency: str) -> list[str]:
    """Amounts short enough to stand in the picture: whole units, unless all are small."""
    places = 0 if amounts.abs().max() >= 1000 else decimals(currency)
    return [f"{amount:,.{places}f}" for amount in amounts]


def _named(customers: Iterable[Any], names: pd.Series | None, most: int = 200) -> list[str]:
    """The customers' names, or their numbers, shortened and made safe: plotly reads text as HTML, and dollars as formulas."""
    known = {} if names is None else names.dropna().to_dict()
    said = [" ".join(str(known.get(customer) or customer).split()) for customer in customers]
    short = [name if len(name) <= most else f"{name[: most - 1].rstrip()}…" for name in said]
    return [html.escape(name, quote=False).replace("$", "&#36;") for name in short]
