"""Pictures of who pays later, of one customer, and of how few owe how much: what is drawn is what the tables say."""

import json

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit import charts
from arkit.charts import look
from arkit.errors import TableRefused
from arkit.ledger import Ledger

DAY = pd.Timestamp("2026-10-31")


def posted(number, due, paid_on=None, *, customer="C1", amount=100.0, currency="EUR"):
    """Postings of one invoice, issued 30 days before it is due."""
    due = pd.Timestamp(due)
    row = {"customer_id": customer, "document_id": number, "currency": currency, "kind": "invoice", "amount": amount}
    rows = [row | {"date": due - pd.Timedelta(days=30), "due_date": due}]
    return rows + ([row | {"kind": "payment", "date": pd.Timestamp(paid_on), "amount": -amount}] if paid_on else [])


def ledger(*invoices, notes=None):
    return Ledger(pd.DataFrame([row for invoice in invoices for row in invoice]), notes=notes)


def history(customer, recent, before, n=6):
    """A customer whose invoices of the last months were paid so many days late, and those of the year before so many."""
    ends = [*pd.date_range(end="2026-10-10", periods=n, freq="20D"), *pd.date_range(end="2026-04-10", periods=n, freq="20D")]
    lates = [recent] * n + [before] * n
    return [
        posted(f"{customer}-{i}", due, due + pd.Timedelta(days=late), customer=customer)
        for i, (due, late) in enumerate(zip(ends, lates, strict=True))
    ]


#: Due days and days of payment of a customer that became 40 days later.
JUMPS = [
    (due, pd.Timestamp(due) + pd.Timedelta(days=late))
    for late, ends in ((40, "2026-09-10"), (0, "2026-04-10"))
    for due in pd.date_range(end=ends, periods=6, freq="20D")
]


def subtitle(figure):
    return figure.layout.title.subtitle.text.replace("<br>", " ").replace("\N{NO-BREAK SPACE}", " ")


def points(figure, trace):
    return charts.as_table(figure).query("trace == @trace")


# groups beside their own past


def test_a_group_that_got_later_stands_on_top_with_its_change_and_both_medians():
    book = ledger(*history("C1", 2, 0), *history("C2", 15, 3))
    figure = charts.days_late_by_group(book.at(DAY), pd.Series({"C1": "Trade", "C2": "Retail"}))
    assert figure.layout.yaxis.ticktext == ("Retail   <b>+12</b>", "Trade   <b>+2</b>")
    assert points(figure, "recently: median").set_index("customer_id")["x"].to_dict() == {"Retail": 15, "Trade": 2}
    assert points(figure, "before: median").set_index("customer_id")["x"].to_dict() == {"Retail": 3, "Trade": 0}


def test_the_lines_of_a_group_reach_over_its_middle_half_and_from_a_tenth_to_nine_tenths():
    due = pd.Timestamp("2026-10-01")
    spread = [posted(f"N{i}", due, due + pd.Timedelta(days=i)) for i in range(11)]
    early = [posted(f"O{i}", "2026-01-10", "2026-01-10") for i in range(5)]
    figure = charts.days_late_by_group(ledger(*spread, *early).at(DAY), pd.Series({"C1": "all"}))
    assert points(figure, "recently: 10 % to 90 %")["x"].tolist() == [1, 9]
    assert points(figure, "recently: middle half")["x"].tolist() == [2.5, 7.5]


def test_an_invoice_that_waits_counts_as_late_so_far_and_one_not_yet_due_not_at_all():
    waiting = [posted(f"W{i}", "2026-10-01") for i in range(5)]
    book = ledger(*history("C1", 0, 0, n=5), *waiting, posted("F", "2026-11-20"))
    recent = charts.days_late_by_group(book.at(DAY), pd.Series({"C1": "all"})).data[-1]
    assert [recent.name, recent.customdata[0][4], recent.customdata[0][5]] == ["recently: median", 10, 5]


def test_groups_too_small_to_compare_are_counted_and_not_drawn():
    book = ledger(*history("C1", 9, 0), *history("C2", 90, 0, n=2))
    figure = charts.days_late_by_group(book.at(DAY), pd.Series({"C1": "Trade"}))
    assert figure.layout.yaxis.ticktext == ("Trade   <b>+9</b>",)
    assert subtitle(figure).endswith("Not shown, with fewer than 5 invoices in either span: 1.")


def test_of_many_groups_the_worst_are_drawn_and_the_rest_are_counted():
    book = ledger(*[invoice for i in range(5) for invoice in history(f"C{i}", i, 0)])
    figure = charts.days_late_by_group(book.at(DAY), pd.Series({f"C{i}": f"G{i}" for i in range(5)}), top=2)
    assert [tick[:2] for tick in figure.layout.yaxis.ticktext] == ["G4", "G3"]
    assert subtitle(figure).endswith("Worst change on top. Not shown, further down: 3.")


def test_a_large_customer_that_slips_stands_over_a_small_one_that_jumps_where_money_decides():
    small = [posted(f"S{i}", due, paid, customer="C1", amount=1.0) for i, (due, paid) in enumerate(JUMPS)]
    book = ledger(*history("C2", 6, 0), *small)
    names = pd.Series({"C1": "Small", "C2": "Large"})
    assert charts.days_late_by_group(book.at(DAY), names).layout.yaxis.ticktext == ("Small   <b>+40</b>", "Large   <b>+6</b>")
    figure = charts.days_late_by_group(book.at(DAY), names, by_money=True)
    assert figure.layout.yaxis.ticktext == ("Large   <b>+6, 99%</b>", "Small   <b>+40, 1.0%</b>")
    assert "On top: who added most days to the book, change times share." in subtitle(figure)
    months = charts.lateness_by_month(book.at(DAY), names=names)
    assert months.layout.yaxis.ticktext == ("Large   <b>+6, 99%</b>", "Small   <b>+40, 1.0%</b>")
    assert "by how many days the last 5 months came later than those before, and the share of the money." in subtitle(months)


def test_the_share_of_a_customer_weighs_each_currency_by_its_own_amounts():
    yen = [posted(f"Y{i}", due, due, customer="C3", amount=10_000.0, currency="JPY") for i, (due, _) in enumerate(JUMPS)]
    figure = charts.lateness_by_month(ledger(*history("C1", 3, 0), *history("C2", 3, 0), *yen).at(DAY))
    assert figure.layout.yaxis.ticktext == ("C1   <b>+3, 33%</b>", "C2   <b>+3, 33%</b>", "C3   <b>+0, 33%</b>")


# customers by month


def test_a_field_is_the_mean_of_what_fell_due_in_its_month():
    book = ledger(
        posted("A", "2026-10-01", "2026-10-05"),
        posted("B", "2026-10-20", "2026-10-30"),
        posted("C", "2026-09-30", "2026-09-29"),
    )
    fields = charts.as_table(charts.lateness_by_month(book.at(DAY), needs=99))
    assert fields.set_index(["y", "x"])["value"].to_dict() == {
        ("all others", "2026-10-31"): 7.0, ("all others", "2026-09-30"): -1.0,
    }  # fmt: skip


def test_the_customer_that_got_later_most_is_on_top_and_the_others_share_the_last_line():
    book = ledger(*history("C1", 5, 0), *history("C2", 30, 0), *history("C3", 1, 0), posted("X", "2026-10-10", customer="C9"))
    figure = charts.lateness_by_month(book.at(DAY), names=pd.Series({"C2": "A & B"}), top=2)
    assert figure.layout.yaxis.ticktext == ("A &amp; B   <b>+28, 32%</b>", "C1   <b>+5, 32%</b>", "all others (2)")
    # of C2: (21 so far + 5 x 30) / 6 since May, less 0; 12 of 37 invoices of equal amounts
    assert figure.data[0].y == ("C2", "C1", "all others")
    assert set(charts.as_table(figure)["customer_id"]) == {"C2", "C1", "all others"}


def test_a_field_names_its_latest_invoice_and_how_many_are_unpaid():
    book = ledger(posted("PAID", "2026-10-01", "2026-10-05"), posted("OPEN", "2026-10-11"))
    figure = charts.lateness_by_month(book.at(DAY), needs=99)
    says = figure.data[0].customdata[0][list(figure.data[0].x).index("2026-10-31")]
    assert says.endswith("12.0 days late<br>2 invoices, of them unpaid: 1<br>the latest: OPEN, 20 days")


def test_the_text_on_a_dark_field_is_light_and_on_a_pale_one_dark():
    book = ledger(posted("A", "2026-08-01"), posted("B", "2026-10-01", "2026-10-01"))
    labels = charts.lateness_by_month(book.at(DAY), needs=99).data[1]
    ink = dict(zip(labels.text, labels.textfont.color, strict=True))
    assert (ink["91"], ink["0"]) == (look.PAPER, look.INK)


# how few owe how much


def aged(*amounts, currency="EUR"):
    ids = [f"C{i:05}" for i in range(len(amounts))]
    index = pd.MultiIndex.from_product([[DAY], ids, [currency]], names=["as_of", "customer_id", "currency"])
    table = pd.DataFrame({"credit": 0.0, "current": 10.0, "1-30": 0.0, "over 30": [float(a) for a in amounts]}, index=index)
    return table.assign(total=table.sum(axis=1))


def test_the_curve_is_the_share_of_the_largest_so_far():
    figure = charts.pareto_of_debtors(aged(10, 0, 60, 30))
    assert charts.as_table(figure)[["customer_id", "x", "y"]].to_numpy().tolist() == [
        ["C00002", 1, 0.6], ["C00003", 2, 0.9], ["C00000", 3, 1.0],
    ]  # fmt: skip
    assert [note.text for note in figure.layout.annotations] == [
        "<b>1</b> customer: 60%", "<b>2</b> customers: 90%", "<b>3</b> customers: 100%",
    ]  # fmt: skip
    assert "One customer owes 60% of the EUR, out of 3." in subtitle(figure)


def test_all_that_is_open_can_be_looked_at_too():
    table = charts.as_table(charts.pareto_of_debtors(aged(10, 0), past_due=False))
    assert table["y"].tolist() == pytest.approx([20 / 30, 1])


def test_of_many_customers_some_have_a_point_and_the_marks_are_exact():
    figure = charts.pareto_of_debtors(aged(*range(1, 5001)))
    curve = charts.as_table(figure)
    assert len(curve) <= 503
    assert figure.layout.xaxis.type == "log"
    marked = curve.loc[curve["x"].isin([1465, 2765])].set_index("x")["y"]
    owed = np.arange(5000, 0, -1)
    first = [int((owed.cumsum() / owed.sum() >= mark).argmax()) + 1 for mark in (0.5, 0.8)]
    assert first == [1465, 2765]
    assert marked.to_dict() == pytest.approx({n: owed[:n].sum() / owed.sum() for n in first})


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=80))
def test_the_curve_never_falls_and_ends_at_everything(cents):
    curve = charts.as_table(charts.pareto_of_debtors(aged(*[c / 100 for c in cents])))["y"]
    assert curve.is_monotonic_increasing
    assert curve.iloc[-1] == 1


# one customer


NOTES = pd.DataFrame([
    {"date": "2026-10-05", "customer_id": "C1", "document_id": "", "kind": "call", "amount": None, "until": None,
     "text": "will <pay>"},
    {"date": "2026-10-06", "customer_id": "C1", "document_id": "B", "kind": "promise", "amount": 9.0, "until": "2026-11-10",
     "text": ""},
    {"date": "2026-10-06", "customer_id": "C2", "document_id": "", "kind": "dispute", "amount": None, "until": None},
    {"date": "2026-11-06", "customer_id": "C1", "document_id": "", "kind": "dispute", "amount": None, "until": None},
])  # fmt: skip


def timeline(**options):
    book = ledger(
        posted("A", "2026-09-01", "2026-09-11"), posted("B", "2026-10-01"), posted("C", "2026-11-20"),
        posted("Z", "2026-09-01", customer="C2"), notes=NOTES,
    )  # fmt: skip
    return charts.customer_timeline(book.at(DAY), "C1", entries=book.entries, notes=book.notes, **options)


def test_an_invoice_is_a_line_to_its_due_day_and_on_to_the_day_it_was_paid_or_to_now():
    lines = charts.as_table(timeline())
    assert lines.query("trace == 'until due'")["x"].tolist() == [
        "2026-08-02", "2026-09-01", "2026-09-01", "2026-10-01", "2026-10-21", "2026-10-31",
    ]  # fmt: skip
    assert lines.query("trace == 'late, then paid'")["x"].tolist() == ["2026-09-01", "2026-09-11"]
    assert lines.query("trace == 'late and open'")["x"].tolist() == ["2026-10-01", "2026-10-31"]
    assert lines.query("trace == 'due day'")["x"].tolist() == ["2026-09-01", "2026-10-01", "2026-11-20"]


def test_what_was_paid_asked_and_promised_has_a_lane_each_and_what_is_later_or_of_others_none():
    figure = timeline()
    lanes = charts.as_table(figure).query("panel == 'what happened'")
    assert lanes.query("trace in ('paid', 'asked', 'promised')")[["trace", "x"]].to_numpy().tolist() == [
        ["paid", "2026-09-11"], ["asked", "2026-10-05"], ["promised", "2026-10-06"],
    ]  # fmt: skip
    assert lanes.query("trace == 'promised: until'")["x"].tolist() == ["2026-10-06", "2026-11-10"]
    assert "disputed" not in set(lanes["trace"])
    said = [text for trace in figure.data if trace.name == "asked" for text in trace.customdata]
    assert said == ["<b>call</b><br>5 October 2026<br>will &lt;pay&gt;"]


def test_the_timeline_says_what_is_open_and_in_what_state_each_invoice_is():
    figure = timeline(names=pd.Series({"C1": "A & B"}))
    assert figure.layout.title.text == "<b>A &amp; B</b>"
    assert "Open 200.00 EUR, past due 100.00 EUR." in subtitle(figure)
    assert [facts[2] for facts in figure.data[3].customdata] == [
        "settled, 10 days late", "open: 100.00 EUR, 30 days late", "open: 100.00 EUR, not yet due",
    ]  # fmt: skip


def test_a_short_time_names_days_and_a_long_one_months():
    assert timeline().layout.xaxis.tickformat == "%-d %b<br>%Y"
    book = ledger(posted("A", "2025-09-01", "2026-09-11"))
    assert charts.customer_timeline(book.at(DAY), "C1").layout.xaxis.tickformat == "%b<br>%Y"


def test_of_many_invoices_open_ones_come_before_the_newest():
    figure = timeline(top=2)
    assert figure.layout.yaxis.ticktext == ("B", "C")
    assert "Not shown: 1 older ones, settled." in subtitle(figure)


def test_open_invoices_there_is_no_room_for_do_not_pass_for_older_ones():
    assert "Not shown: 1 open, past due less long or not due yet and 1 older ones, settled." in subtitle(timeline(top=1))


def test_the_scale_of_payments_has_whole_numbers_once_each():
    book = ledger(posted("A", "2026-09-01", "2026-09-11"), posted("B", "2026-09-02", "2026-09-20"))
    scale = charts.paying_days(book.entries, as_of=DAY, customer_id="C1").data[0].colorbar
    assert (scale.dtick, scale.tickformat, scale.nticks) == (1, ",d", None)


def test_a_customer_nobody_knows_gives_a_sentence():
    book = ledger(posted("A", "2026-09-01"))
    figure = charts.customer_timeline(book.at(DAY), "<b>")
    assert figure.layout.annotations[0].text == "no invoice of &lt;b&gt; is known on 31 October 2026"


# paying days


def test_the_calendar_holds_every_payment_on_its_day():
    book = ledger(
        posted("A", "2026-09-01", "2026-09-20"), posted("B", "2026-09-01", "2026-10-20"),
        posted("C", "2026-09-01", "2026-10-20"), posted("D", "2026-09-01", "2026-11-05"),
        posted("E", "2026-09-01", "2026-10-21", customer="C2"),
    )  # fmt: skip
    figure = charts.paying_days(book.entries, as_of=DAY, customer_id="C1")
    fields = charts.as_table(figure).query("trace == 'payments' and value > 0")
    assert fields[["y", "x", "value"]].to_numpy().tolist() == [["2026-09-30", 20, 1], ["2026-10-31", 20, 2]]
    weekdays = charts.as_table(figure).query("trace == 'weekdays'").set_index("x")["y"]
    assert weekdays.to_dict() == {"Mon": 0, "Tue": 2, "Wed": 0, "Thu": 0, "Fri": 0, "Sat": 0, "Sun": 1}
    row = list(figure.data[0].y).index("2026-10-31")
    assert figure.data[0].customdata[row][19] == "<b>Tue 20 October 2026</b><br>payments: 2<br>200.00 EUR"


def test_the_whole_book_is_counted_without_a_customer_and_days_to_come_are_gaps():
    book = ledger(
        posted("A", "2026-09-01", "2026-10-02"), posted("E", "2026-09-01", "2026-10-02", customer="C2", currency="JPY")
    )
    figure = charts.paying_days(book.entries, as_of="2026-10-15")
    assert charts.as_table(figure).query("trace == 'payments'")["x"].max() == 15
    assert figure.data[0].z[0][1] == 2
    assert figure.data[0].customdata[0][1].endswith("100.00 EUR<br>100 JPY")


# all of them


def all_pictures(book, day=DAY):
    docs = book.at(day)
    return [
        charts.days_late_by_group(docs, pd.Series({"C1": "all"})),
        charts.lateness_by_month(docs),
        charts.customer_timeline(docs, "C1", entries=book.entries),
        charts.paying_days(book.entries, as_of=day),
        charts.pareto_of_debtors(aged(5, 7)),
    ]


def test_every_picture_shares_the_look_and_can_be_kept():
    for figure in all_pictures(ledger(*history("C1", 20, 0), posted("O", "2026-10-01"))):
        assert figure.layout.template == look.LOOK
        assert "31 October 2026" in subtitle(figure)
        assert isinstance(go.Figure(json.loads(figure.to_json())), go.Figure)
        assert len(charts.as_table(figure))


def test_where_nothing_is_known_a_sentence_stands_for_the_picture():
    early = ledger(posted("A", "2026-11-20"))
    said = [figure.layout.annotations[0].text for figure in all_pictures(early)[:2]]
    assert said == [
        "too few invoices fell due to compare with before on 31 October 2026",
        "no invoice fell due in these months on 31 October 2026",
    ]  # fmt: skip
    paid = charts.paying_days(early.entries, as_of=DAY, customer_id="C1").layout.annotations[0].text
    assert paid == "C1: no payment is known in 24 months up to 31 October 2026"
    assert charts.pareto_of_debtors(aged(0, 0)).layout.annotations[0].text == "nothing is past due on 31 October 2026"


def test_a_table_of_another_shape_is_refused():
    with pytest.raises(TableRefused, match=r"the table 'documents' lacks due_date\."):
        charts.lateness_by_month(ledger(posted("A", "2026-09-01")).at(DAY).drop(columns="due_date"))
