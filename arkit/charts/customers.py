"""Pictures of one customer: everything that happened, and on which days its money comes."""

import html
import math
import textwrap
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from babel.dates import format_date

from arkit.charts.look import (
    CREDIT,
    CURRENT,
    INK,
    MUTED,
    PAPER,
    PAST_DUE,
    by_count,
    fill,
    in_words,
    iso,
    name_axes,
    new_figure,
    safe_names,
    sentence,
    when,
)
from arkit.errors import counted
from arkit.money import text, to_major, to_minor
from arkit.tables import DOCUMENTS, ENTRIES, NOTES

#: What was said and paid, one lane each: the kinds of notes in it, its sign and colour.
LANES = {
    "paid": ((), "triangle-up", "#3d7a4a"),
    "asked": (
        ("nudge", "reminder", "resend", "letter", "call", "contact_ap", "firm_notice", "final_demand", "mediation"),
        "circle",
        INK,
    ),
    "promised": (("promise", "plan"), "diamond", CREDIT),
    "disputed": (("dispute", "credit_pending", "hold"), "x", PAST_DUE[3]),
    "other": (("insolvency", "reported", "supply_stopped", "handed_over", "other"), "square", MUTED),
}
#: Days from which on an axis of time names months; in fewer the same month would stand at several ticks.
MONTHS_NAMED_FROM = 200
#: Payments on one day from which a field of the calendar is as dark as it gets, where no day has more.
FEWEST_DARK = 3
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def customer_timeline(
    documents: pd.DataFrame,
    customer_id: str,
    *,
    entries: pd.DataFrame | None = None,
    notes: pd.DataFrame | None = None,
    names: pd.Series | None = None,
    top: int = 30,
) -> go.Figure:
    """One customer in time: its invoices as bars from issue to payment, and below what was paid, asked, promised and disputed.

    An invoice is pale until its due day and warm after it, dark where it is still open. Shown are those still open, the longest
    past due before the others, and after them the newest, at most ``top``. ``documents`` are those of one day.

    Parameters
    ----------
    entries
        The ledger's postings, for every single payment; without them the last payment of each document.
    notes
        What was said: contacts, promises (a line up to their day), disputes.
    """
    table = DOCUMENTS.conform(documents)
    as_of = table["as_of"].max()
    mine = table.loc[table["customer_id"].eq(customer_id) & table["as_of"].eq(as_of)]
    invoices = mine.loc[mine["kind"].eq("invoice") & mine["amount"].gt(0)]
    who = safe_names([customer_id], names, 60)[0]
    if invoices.empty:
        return sentence(f"no invoice of {who} is known{when([as_of])}")
    chosen = _chosen(invoices, top)
    left_out = _left_out(invoices, chosen)
    said = NOTES.conform(notes)
    said = said.loc[said["customer_id"].eq(customer_id) & said["date"].le(as_of) & said["date"].ge(chosen["issued"].min())]
    paid = _payments(mine, entries, customer_id, as_of)
    paid = paid.loc[paid["date"].ge(chosen["issued"].min())]
    lanes = [lane for lane, (kinds, _, _) in LANES.items() if (len(paid) if lane == "paid" else said["kind"].isin(kinds).any())]
    figure = new_figure(
        who,
        f"Its {len(chosen):,} invoices{when([as_of])} that are open or newest: pale until the due day, red when late; the ring "
        f"is the due day. {_owes(mine)}{left_out}" + (" Below: what was paid, asked, promised and disputed." if lanes else ""),
        [max(150, 15 * len(chosen)), *([30 + 28 * len(lanes)] if lanes else [])],
    )
    y = {"showgrid": False, "tickvals": [*range(len(chosen))], "ticktext": safe_names(chosen["document_id"], None, 18)}
    fill(
        figure,
        1,
        _bars_of_invoices(chosen, as_of),
        y=y | {"range": [len(chosen) - 0.4, -0.6], "tickfont": {"size": 10}, "zeroline": False},
    )
    if lanes:
        marks = [_lane(paid, said, lane, as_of) for lane in lanes]
        ladder = {"type": "category", "categoryorder": "array", "categoryarray": lanes[::-1], "range": [-0.6, len(lanes) - 0.4]}
        fill(figure, 2, [trace for traces in marks for trace in traces], y=ladder | {"showgrid": True})
    first, last = chosen["issued"].min(), max([as_of, chosen["due_date"].max(), *said["until"].dropna()])
    axis = {"type": "date", "range": [f"{first - pd.Timedelta(days=5):%Y-%m-%d}", f"{last + pd.Timedelta(days=5):%Y-%m-%d}"]}
    form = "%b<br>%Y" if (last - first).days > MONTHS_NAMED_FROM else "%-d %b<br>%Y"
    figure.update_xaxes(axis | {"showgrid": True, "tickformat": form})
    now: dict[str, Any] = {"row": "all", "col": 1, "line": {"color": MUTED, "width": 1, "dash": "dot"}}
    figure.add_vline(f"{as_of:%Y-%m-%d}", **now)
    return name_axes(figure.update_layout(legend={"traceorder": "normal"}), x="day", y="invoice", y2="what happened")


def paying_days(
    entries: pd.DataFrame,
    *,
    as_of: pd.Timestamp | str,
    customer_id: str | None = None,
    months: int = 24,
    names: pd.Series | None = None,
) -> go.Figure:
    """On which days money comes: a calendar of months by day, the darker the more payments, and below their weekdays.

    A customer that pays on the 20th is a dark column. Payments are counted, for amounts of several currencies cannot be added;
    amounts are in the hover. ``entries`` are the ledger's postings.

    Parameters
    ----------
    as_of
        Payments up to this day.
    customer_id
        One customer; without it the whole book.
    """
    table = ENTRIES.conform(entries)
    day = pd.Timestamp(as_of)
    counts = table["kind"].eq("payment") & table["amount"].lt(0) & table["date"].le(day)
    paid = table[["customer_id", "date", "currency", "amount"]].loc[counts]
    paid = paid if customer_id is None else paid.loc[paid["customer_id"].eq(customer_id)]
    ends = pd.date_range(end=day + pd.offsets.MonthEnd(0), periods=months, freq="ME")
    paid = paid.loc[paid["date"].gt(ends[0] - pd.offsets.MonthBegin(1) - pd.Timedelta(days=1))]
    who = "" if customer_id is None else f"{safe_names([customer_id], names, 60)[0]}: "
    if paid.empty:
        return sentence(f"{who}no payment is known in {months} months up to {in_words(day)}")
    ends = ends[ends >= paid["date"].min() + pd.offsets.MonthEnd(0)]
    figure = new_figure(
        f"{who}on which days money comes" if who else "On which days money comes",
        f"{counted(len(paid), 'payment')} of {counted(len(ends), 'month')} up to {in_words(day)}, by day of the month, and "
        "below by weekday. A field is the number of payments on that day.",
        [max(40, 17 * len(ends)), 90],
    )
    labels = [format_date(end, "MMM y", locale="en") for end in ends]
    y = {"type": "category", "categoryorder": "array", "categoryarray": iso(ends)[::-1], "showgrid": False}
    fill(figure, 1, [_calendar(paid, ends, day)], y=y | {"tickvals": iso(ends), "ticktext": labels, "tickfont": {"size": 10}})
    fill(figure, 2, [_weekdays(paid)], y={"title_text": "payments", "nticks": 4, "tickformat": ","})
    figure.update_xaxes(
        tickvals=[*range(1, 32)], range=[0.5, 31.5], tickfont={"size": 10}, title_text="day of the month", row=1
    )
    return name_axes(figure.update_layout(showlegend=False), y="month until", x2="weekday", y2="payments")


def _chosen(invoices: pd.DataFrame, top: int) -> pd.DataFrame:
    """The open invoices, the longest past due before the others, then the newest; in the order they were issued."""
    ranked = invoices.assign(settled_=invoices["open_amount"].le(0)).sort_values(
        ["settled_", "issued", "document_id", "instalment"], ascending=[True, False, True, True]
    )
    is_open = ranked.loc[~ranked["settled_"]].sort_values(["due_date", "document_id"])
    kept = pd.concat([is_open, ranked.loc[ranked["settled_"]]]).head(top)
    return kept.drop(columns="settled_").sort_values(["issued", "document_id", "instalment"], ignore_index=True)


def _left_out(invoices: pd.DataFrame, chosen: pd.DataFrame) -> str:
    """How many invoices there was no room for: open ones, and of the settled ones those that are older than what is drawn."""
    settled = int(invoices["open_amount"].le(0).sum()) - int(chosen["open_amount"].le(0).sum())
    still = len(invoices) - len(chosen) - settled
    counts = {"open, past due less long or not due yet": still, "older ones, settled": settled}
    words = [f"{n:,} {which}" for which, n in counts.items() if n]
    return f" Not shown: {' and '.join(words)}." if words else ""


def _owes(mine: pd.DataFrame) -> str:
    """What is open and past due, per currency, as a sentence."""
    words = []
    for currency in by_count(mine.loc[mine["open_amount"].ne(0), "currency"]):
        rows = mine.loc[mine["currency"].eq(currency)]
        minor = to_minor(rows["open_amount"], rows["currency"])
        late = np.where((minor > 0) & rows["days_late"].gt(0), minor, 0)
        codes = pd.Series([currency, currency])
        total, overdue = to_major(np.array([minor.sum(), late.sum()]), codes)
        words += [f"open {text(total, currency)}, past due {text(overdue, currency)}"]
    return f"O{html.escape('; '.join(words))[1:]}." if words else "Nothing is open."


def _bars_of_invoices(chosen: pd.DataFrame, as_of: pd.Timestamp) -> list[go.Scatter]:
    """Each invoice as a line: until due, late, and the due day as a ring."""
    end = chosen["settled_on"].where(chosen["settled"], as_of).fillna(as_of)
    due, place = chosen["due_date"], np.arange(len(chosen), dtype="float64")
    early, late = end.where(end.lt(due), due), end.gt(due)
    facts = [
        (number, text(amount, code), _state(left, code, days, settled=settled), in_words(issued), in_words(day_due))
        for number, amount, code, left, settled, days, issued, day_due in zip(
            safe_names(chosen["document_id"], None), chosen["amount"], chosen["currency"].astype("str"), chosen["open_amount"],
            chosen["settled"], chosen["days_late"], chosen["issued"], due, strict=True,
        )
    ]  # fmt: skip
    says = "issued %{customdata[3]}, due %{customdata[4]}<br>%{customdata[2]}<extra></extra>"
    hover = f"<b>%{{customdata[0]}}: %{{customdata[1]}}</b><br>{says}"

    def line(name: str, start: pd.Series, stop: pd.Series, rows: np.ndarray, look: dict[str, Any]) -> go.Scatter:
        kept = np.flatnonzero(rows)
        x = [day for i in kept for day in (f"{start.iloc[i]:%Y-%m-%d}", f"{stop.iloc[i]:%Y-%m-%d}", None)]
        data = [facts[i] for i in kept for _ in range(3)]
        return go.Scatter(
            name=name,
            meta="invoices",
            x=x,
            y=np.repeat(place[kept], 3),
            mode="lines",
            line=look,
            customdata=data,
            hovertemplate=hover,
        )

    every = np.ones(len(chosen), dtype=bool)
    paid_late = (late & chosen["settled"]).to_numpy()
    still = (late & ~chosen["settled"]).to_numpy()
    ring = {"symbol": "circle", "size": 7, "color": PAPER, "line": {"width": 1.5, "color": INK}}
    return [
        line("until due", chosen["issued"], early, every, {"width": 8, "color": "#cfd8e0"}),
        line("late, then paid", due, end, paid_late, {"width": 8, "color": PAST_DUE[1]}),
        line("late and open", due, end, still, {"width": 8, "color": PAST_DUE[3]}),
        go.Scatter(
            name="due day",
            meta="invoices",
            x=iso(due),
            y=place,
            mode="markers",
            marker=ring,
            customdata=facts,
            hovertemplate=hover,
        ),
    ]


def _state(open_amount: float, currency: str, days: int, *, settled: bool) -> str:
    """What became of an invoice, in words."""
    late = f"{days:,} days late" if days > 0 else "in time" if days == 0 else f"{-days:,} days early"
    if settled:
        return f"settled, {late}"
    return f"open: {text(open_amount, currency)}, " + (late if days > 0 else "not yet due")


def _payments(mine: pd.DataFrame, entries: pd.DataFrame | None, customer_id: str, as_of: pd.Timestamp) -> pd.DataFrame:
    """Payments by day and currency: day, how much, for which documents."""
    if entries is None:
        known = mine.loc[mine["last_paid_on"].notna() & mine["paid_amount"].gt(0)]
        rows = known[["document_id", "currency"]].assign(date=known["last_paid_on"], paid=known["paid_amount"])
    else:
        posted = ENTRIES.conform(entries.loc[entries["customer_id"].eq(customer_id)])
        posted = posted.loc[posted["kind"].eq("payment") & posted["date"].le(as_of) & posted["amount"].lt(0)]
        rows = posted[["document_id", "currency", "date"]].assign(paid=-posted["amount"])
    minor = rows.assign(paid=to_minor(rows["paid"], rows["currency"]))
    days = minor.groupby(["date", "currency"]).agg(
        paid=("paid", "sum"), documents=("document_id", lambda ids: ", ".join(ids.head(6)))
    )
    days = days.reset_index()
    return days.assign(paid=to_major(days["paid"].to_numpy(), days["currency"]))


def _lane(paid: pd.DataFrame, said: pd.DataFrame, lane: str, as_of: pd.Timestamp) -> list[go.Scatter]:
    """One lane of signs; promises and disputes are lines up to their day."""
    kinds, symbol, colour = LANES[lane]
    look = {"symbol": symbol, "size": 10, "color": colour, "line": {"width": 1, "color": PAPER}}
    about = {"name": lane, "meta": "what happened", "hovertemplate": "%{customdata}<extra></extra>"}
    if lane == "paid":
        facts = [
            f"<b>paid on {in_words(day)}</b><br>{text(amount, str(currency))}<br>for {safe_names([numbers], None)[0]}"
            for day, amount, currency, numbers in zip(
                paid["date"], paid["paid"], paid["currency"], paid["documents"], strict=True
            )
        ]
        days = iso(paid["date"])
        return [go.Scatter(x=days, y=[lane] * len(paid), mode="markers", marker=look, customdata=facts, **about)]
    rows = said.loc[said["kind"].isin(kinds)].sort_values("date")
    facts = [_said(row) for row in rows.to_dict("records")]
    signs = go.Scatter(x=iso(rows["date"]), y=[lane] * len(rows), mode="markers", marker=look, customdata=facts, **about)
    lasting = rows.loc[rows["until"].notna()] if lane == "promised" else rows.iloc[:0]
    if lasting.empty:
        return [signs]
    x = [day for first, last in zip(lasting["date"], lasting["until"], strict=True) for day in (*iso([first, last]), None)]
    line = go.Scatter(
        name=f"{lane}: until", meta="what happened", x=x, y=[lane] * len(x), mode="lines", line={"color": colour, "width": 3},
        opacity=0.5, hoverinfo="skip",
    )  # fmt: skip
    return [line, signs]


def _said(row: dict[Any, Any]) -> str:
    """A note in words."""
    amount = f" {row['amount']:,.2f}" if pd.notna(row["amount"]) else ""
    until = f" until {in_words(row['until'])}" if pd.notna(row["until"]) else ""
    lines = [
        f"<b>{row['kind'].replace('_', ' ')}{amount}{until}</b>",
        f"{in_words(row['date'])} {html.escape(row['by'])}".strip(),
    ]
    lines += [html.escape(", ".join(filter(None, [row["document_id"], row["outcome"], row["reason"]])))]
    lines += [html.escape(line) for line in textwrap.wrap(row["text"], 60)]
    return "<br>".join(filter(None, lines))


def _calendar(paid: pd.DataFrame, ends: pd.DatetimeIndex, as_of: pd.Timestamp) -> go.Heatmap:
    """How many payments came on each day; days that do not exist, and those after the day, are gaps."""
    minor = paid.assign(minor=-to_minor(paid["amount"], paid["currency"]))
    counts = paid.groupby("date").size()
    sums = minor.groupby(["date", "currency"])["minor"].sum().reset_index()
    sums["said"] = [
        text(amount, html.escape(str(currency)))
        for amount, currency in zip(to_major(sums["minor"].to_numpy(), sums["currency"]), sums["currency"], strict=True)
    ]
    said = sums.groupby("date")["said"].agg("<br>".join)
    grid, hover = [], []
    for end in ends:
        days = pd.date_range(end.replace(day=1), periods=31)
        real = (days <= end) & (days <= as_of)
        n = counts.reindex(days).fillna(0)
        grid.append(np.where(real, n, np.nan))
        hover.append([
            f"<b>{WEEKDAYS[day.day_of_week]} {in_words(day)}</b><br>payments: {int(count):,}<br>{said.get(day, '')}"
            for day, count in zip(days, n, strict=True)
        ])  # fmt: skip
    most = max(counts.max(), 1)
    darkest = max(most, FEWEST_DARK)  # a single payment is no more than that
    scale = [[0, "#f3f6f8"], [0.0001, CURRENT], [0.25, PAST_DUE[0]], [0.6, PAST_DUE[2]], [1, PAST_DUE[4]]]
    bar = {
        "title": {"text": "payments", "font": {"color": MUTED, "size": 12}, "side": "right"},
        "thickness": 12,
        "outlinewidth": 0,
        "dtick": math.ceil(most / 6),  # counts are whole: no tick between them
        "tickformat": ",d",
        "len": 0.6,
        "y": 1,
        "yanchor": "top",
    }
    return go.Heatmap(
        name="payments", meta="payments", x=[*range(1, 32)], y=iso(ends), z=np.array(grid), customdata=hover, zmin=0,
        zmax=darkest, hovertemplate="%{customdata}<extra></extra>", hoverongaps=False, xgap=1, ygap=1, colorscale=scale,
        colorbar=bar, showscale=bool(most > 1),
    )  # fmt: skip


def _weekdays(paid: pd.DataFrame) -> go.Bar:
    """How many payments came on each weekday."""
    counts = paid["date"].dt.day_of_week.value_counts().reindex(range(7), fill_value=0)
    share = counts / counts.sum()
    hover = "<b>%{x}</b><br>payments: %{y:,}, %{customdata:.0%}<extra></extra>"
    look = {
        "marker": {"color": PAST_DUE[1]},
        "text": [f"{part:.0%}" for part in share],
        "textposition": "outside",
        "cliponaxis": False,
    }
    return go.Bar(
        name="weekdays",
        meta="weekdays",
        x=[*WEEKDAYS],
        y=counts.to_numpy(),
        customdata=share.to_numpy(),
        hovertemplate=hover,
        **look,
    )
