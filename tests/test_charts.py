"""Pictures: what is drawn is what the table says, of one day, one currency at a time."""

import json
from itertools import chain

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit import charts
from arkit.charts import look, paying, policies
from arkit.charts.measures import OUTSTANDING
from arkit.errors import TableRefused
from arkit.ledger import Ledger
from arkit.measures import measure
from arkit.sample import sample_ledger

DAY, BEFORE = pd.Timestamp("2026-10-31"), pd.Timestamp("2026-09-30")
BUCKETS = ["credit", "current", "1-30", "31-60", "over 60"]


def aging(*rows, buckets=BUCKETS):
    """An aging table of rows (day, customer, currency, amount per bucket ...)."""
    index = pd.MultiIndex.from_tuples([row[:3] for row in rows], names=["as_of", "customer_id", "currency"])
    amounts = pd.DataFrame([row[3:] for row in rows], index=index, columns=buckets, dtype="float64")
    return amounts.assign(total=amounts.sum(axis=1).round(2))


def subtitle(figure):
    return figure.layout.title.subtitle.text.replace("<br>", " ")


def drawn(figure, value, *by):
    return charts.as_table(figure).set_index(list(by))[value].to_dict()


@pytest.fixture(scope="module")
def two_currencies():
    return aging(
        (BEFORE, "C1", "EUR", 0, 500, 0, 0, 0),
        (DAY, "C1", "EUR", -30, 100, 20, 0, 0.1),
        (DAY, "C2", "EUR", 0, 0, 0, 5, 0.2),
        (DAY, "C3", "JPY", 0, 1500, 0, 0, 700),
    )


# one day


def test_the_bars_of_a_day_are_its_sums_per_currency_to_the_cent(two_currencies):
    figure = charts.aging_by_bucket(two_currencies)
    euro, yen = [-30, 100, 20, 5, 0.3], [0, 1500, 0, 0, 700]
    expected = {("EUR", b): a for b, a in zip(BUCKETS, euro, strict=True)} | {
        ("JPY", b): a for b, a in zip(BUCKETS, yen, strict=True)
    }
    assert drawn(figure, "y", "panel", "x") == expected


def test_a_day_says_its_date_its_balances_and_where_credit_is(two_currencies):
    assert subtitle(charts.aging_by_bucket(two_currencies)).replace("\N{NO-BREAK SPACE}", " ") == (
        "Open amounts on 31 October 2026 by days past due; credit not yet applied is below zero. Balance: 95.30 EUR, 2,200 JPY."
    )


def test_each_currency_has_an_axis_of_its_own_and_its_code_on_it(two_currencies):
    figure = charts.aging_by_bucket(two_currencies)
    assert [(axis.title.text, axis.tickformat) for axis in figure.select_yaxes()] == [("EUR", ","), ("JPY", ",")]
    assert {trace.yaxis for trace in figure.data if trace.meta == "JPY"} == {"y2"}


def test_a_bar_says_amount_share_and_largest_customer_in_its_hover(two_currencies):
    bar = charts.aging_by_bucket(two_currencies, names=pd.Series({"C1": "Orbit"})).data[1]
    assert bar.customdata[0] == (
        "<b>current: 100.00 EUR</b><br>79.8% of what is open before credits<br>customers: 1<br>the largest: Orbit, 100.00 EUR"
    )


def test_labels_are_whole_units_unless_all_amounts_are_small(two_currencies):
    texts = {(bar.meta, bar.name): bar.text[0] for bar in charts.aging_by_bucket(two_currencies).data}
    assert (texts["EUR", "current"], texts["JPY", "current"]) == ("100.00", "1,500")
    assert charts.aging_by_bucket(two_currencies * 1000).data[1].text == ("100,000",)


def test_a_day_of_credits_only_shows_no_share():
    figure = charts.aging_by_bucket(aging((DAY, "C1", "EUR", -30, 0, 0, 0, 0)))
    assert "of what is open" not in figure.data[0].customdata[0]
    assert figure.layout.yaxis.range[0] < -30


def test_an_unknown_currency_shows_no_code():
    figure = charts.aging_by_bucket(aging((DAY, "C1", "XXX", 0, 10, 0, 0, 0)))
    assert figure.layout.yaxis.title.text == "amount"
    assert "XXX" not in figure.to_json()


# several days


def test_months_stand_in_the_order_of_time_whatever_the_order_of_rows(two_currencies):
    figure = charts.aging_through_months(two_currencies.iloc[::-1])
    assert figure.layout.xaxis.categoryarray == ("2026-09-30", "2026-10-31")
    assert figure.layout.xaxis.ticktext == ("Sep<br>2026", "Oct")
    assert figure.data[0].x == ("2026-09-30", "2026-10-31")


def test_a_day_on_which_a_currency_owes_nothing_is_a_gap_not_another_day(two_currencies):
    yen = charts.as_table(charts.aging_through_months(two_currencies)).query("panel == 'JPY' and trace == 'current'")
    assert yen[["x", "y"]].to_numpy().tolist() == [["2026-09-30", 0.0], ["2026-10-31", 1500.0]]


def test_shares_are_of_what_is_open_before_credits_and_add_up_to_one(two_currencies):
    table = charts.as_table(charts.aging_through_months(two_currencies, share=True))
    assert "credit" not in set(table["trace"])
    euro = table.query("panel == 'EUR'")
    assert euro.groupby("x")["y"].sum().tolist() == pytest.approx([1, 1])
    assert euro.set_index(["x", "trace"])["y"]["2026-10-31", "current"] == pytest.approx(100 / 125.3)


def test_a_day_with_credits_only_has_no_shares(two_currencies):
    with_credit = pd.concat([aging((BEFORE, "C9", "JPY", -5, 0, 0, 0, 0)), two_currencies])
    table = charts.as_table(charts.aging_through_months(with_credit, share=True))
    assert table.query("panel == 'JPY'")["x"].unique().tolist() == ["2026-10-31"]


def test_three_currencies_of_most_customers_have_panels_and_the_others_are_named():
    rows = [(DAY, f"C{i}", code, 0, 1, 0, 0, 0) for code, n in zip("EDCBA", [1, 1, 2, 3, 1], strict=True) for i in range(n)]
    figure = charts.aging_through_months(aging(*rows))
    assert charts.as_table(figure)["panel"].unique().tolist() == ["B", "C", "A"]
    assert subtitle(figure).endswith("Left out, with fewer customers: D, E.")
    assert "in B, C and A;" in subtitle(figure)


def test_a_day_within_a_month_says_so_and_many_days_do_not_crowd_the_axis():
    days = [*pd.date_range(end="2026-09-30", periods=35, freq="ME"), pd.Timestamp("2026-10-15")]
    axis = charts.aging_through_months(aging(*[(day, "C1", "EUR", 0, 1, 0, 0, 0) for day in days])).layout.xaxis
    assert axis.ticktext[-1] == "15 Oct"
    assert [tick.partition("<br>")[2] for tick in axis.ticktext if "<br>" in tick] == ["2024", "2025", "2026"]
    assert len(axis.ticktext) <= 14
    assert axis.type == "category"


def test_the_whole_book_without_customers_can_be_drawn_through_the_months(two_currencies):
    book = two_currencies.groupby(level=["as_of", "currency"]).sum()
    assert drawn(charts.aging_through_months(book), "y", "panel", "x", "trace")["EUR", "2026-10-31", "current"] == 100


def test_the_legend_names_each_bucket_once(two_currencies):
    legend = [trace.name for trace in charts.aging_through_months(two_currencies).data if trace.showlegend]
    assert legend == BUCKETS


# customers


def test_debtors_are_ordered_by_what_is_past_due_and_all_others_come_last():
    figure = charts.top_debtors(
        aging(
            (DAY, "C1", "EUR", 0, 900, 10, 0, 0),
            (DAY, "C2", "EUR", 0, 0, 0, 0, 30),
            (DAY, "C3", "EUR", -5, 0, 20, 5, 0),
            (DAY, "C4", "EUR", 0, 70, 0, 0, 0),
        ),
        top=2,
    )
    assert figure.layout.yaxis.tickvals == ("C2", "C3", "all others (2)")
    assert figure.layout.yaxis.ticktext == (
        "C2   <b>30.00</b>",
        "C3   <b>25.00</b>",
        "all others (2)   <b>10.00</b>",
    )
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]
    assert [trace.name for trace in figure.data] == ["over 60", "31-60", "1-30", "current", "credit"]
    assert drawn(figure, "x", "customer_id", "trace")["all others (2)", "current"] == 970


def test_a_bar_of_all_others_that_dwarfs_the_customers_is_cut_and_says_what_it_stands_for():
    rows = [(DAY, f"C{i:04}", "EUR", 0, 0, 10, 0, 0) for i in range(1000)]
    figure = charts.top_debtors(aging(*rows, (DAY, "D1", "EUR", -7, 0, 1, 0, 0)), top=3)
    assert figure.layout.xaxis.range == (0, 12.5)
    assert figure.layout.annotations[0].text.strip() == "cut: 9,971.00 EUR open, -7.00 EUR credit"
    assert drawn(figure, "x", "customer_id", "trace")["all others (998)", "1-30"] == 9971


def test_a_customer_is_never_cut():
    figure = charts.top_debtors(aging((DAY, "C1", "EUR", 0, 0, 9, 0, 0), (DAY, "C2", "EUR", 0, 900, 1, 0, 0)))
    assert not figure.layout.annotations
    assert figure.layout.xaxis.range is None


def test_one_customer_is_one_bar_with_its_facts_in_the_hover():
    figure = charts.top_debtors(aging((DAY, "C1", "KWD", -1, 5, 0, 2.5, 0)), names=pd.Series({"C1": "Orbit"}))
    assert figure.layout.yaxis.tickvals == ("C1",)
    assert figure.data[0].customdata[0] == ["Orbit", "31-60 days", "2.500 KWD", "6.500 KWD"]
    assert "%{x:,.3f}" in figure.data[0].hovertemplate


def test_only_the_latest_day_is_ranked(two_currencies):
    later = aging((DAY, "C1", "EUR", 0, 0, 5, 0, 0))
    earlier = aging((BEFORE, "C2", "EUR", 0, 0, 500, 0, 0))
    assert charts.top_debtors(pd.concat([earlier, later])).layout.yaxis.tickvals == ("C1",)


def test_customers_of_the_same_name_keep_a_bar_each():
    rows = [(DAY, customer, "EUR", 0, 0, 5, 0, 0) for customer in ("C1", "C2")]
    figure = charts.top_debtors(aging(*rows), names=pd.Series({"C1": "Orbit", "C2": "Orbit"}))
    assert figure.layout.yaxis.tickvals == ("C1", "C2")
    assert [tick.split()[0] for tick in figure.layout.yaxis.ticktext] == ["Orbit", "Orbit"]


NAMES = {
    "<script>x</script>": "&lt;script&gt;x&lt;/script&gt;",
    "A & B <b>": "A &amp; B &lt;b&gt;",
    "A$AP $hop": "A&#36;AP &#36;hop",
    "two\nlines": "two lines",
    "": "C4",
    None: "C5",
    "N" * 31: "N" * 29 + "…",
}


def test_names_are_shown_as_they_are_written_and_cannot_become_markup():
    names = pd.Series({f"C{place}": name for place, name in enumerate(NAMES)}, dtype="str")
    table = aging(*[(DAY, customer, "EUR", 0, 0, 5, 0, 0) for customer in names.index])
    figure = charts.top_debtors(table, names=names)
    assert figure.layout.yaxis.ticktext == tuple(f"{shown}   <b>5.00</b>" for shown in NAMES.values())
    hovers = [facts[0] for facts in figure.data[0].customdata]
    hovers.append(charts.aging_by_bucket(table.iloc[:1], names=names).data[2].customdata[0])
    assert "&lt;script&gt;" in hovers[-1]
    assert "<script" not in "".join(hovers)


def test_a_name_cannot_fill_in_a_hover_template():
    figure = charts.aging_by_bucket(aging((DAY, "C1", "EUR", 0, 5, 0, 0, 0)), names=pd.Series({"C1": "100 %{y}"}))
    assert "100" not in figure.data[1].hovertemplate
    assert "100 %{y}" in figure.data[1].customdata[0]


def test_a_currency_cannot_become_markup():
    assert "<i>" not in charts.aging_by_bucket(aging((DAY, "C1", "<i>", 0, 5, 0, 0, 0))).to_json()


# days late


def invoice(number, due, amount, paid_on=None, *, currency="EUR", kind="payment"):
    """Postings of one invoice, issued 30 days before it is due."""
    issued = pd.Timestamp(due) - pd.Timedelta(days=30)
    posted = {"customer_id": "C1", "document_id": number, "kind": "invoice", "currency": currency, "date": issued}
    rows = [posted | {"due_date": pd.Timestamp(due), "amount": amount}]
    return rows + ([posted | {"kind": kind, "date": pd.Timestamp(paid_on), "amount": -amount}] if paid_on else [])


def documents(*invoices, day="2026-10-31"):
    return Ledger(pd.DataFrame(list(chain.from_iterable(invoices)))).at(day)


@pytest.fixture(scope="module")
def paid_and_unpaid():
    return [
        invoice("A", "2026-08-10", 100.0, "2026-08-20"),
        invoice("B", "2026-09-01", 100.0, "2026-09-01"),
        invoice("C", "2026-08-01", 300.0, "2026-09-10"),
        invoice("D", "2026-09-20", 50.0),
        invoice("E", "2026-07-01", 50.0, "2026-10-05", kind="write_off"),
    ]


@pytest.fixture(scope="module")
def late(paid_and_unpaid):
    """How late those invoices are paid, drawn once."""
    return charts.days_late_through_months(documents(*paid_and_unpaid))


def test_paid_invoices_count_in_the_month_that_settled_them(late):
    lines = drawn(late, "y", "trace", "x")
    assert (lines["paid: median", "2026-08-31"], lines["paid: median", "2026-09-30"]) == (10, 20)
    assert lines["paid: mean by amount", "2026-09-30"] == (0 * 100 + 40 * 300) / 400
    assert ("paid: median", "2026-10-31") not in lines


def test_the_range_reaches_from_a_tenth_to_nine_tenths(late):
    table = charts.as_table(late)
    september = table.query("trace == 'paid: 10 % to 90 %' and x == '2026-09-30'")
    assert september["y"].tolist() == pytest.approx([4, 36])


def test_unpaid_invoices_count_at_each_month_end_they_were_past_due_also_when_given_up_later(late):
    line = next(trace for trace in late.data if trace.meta == "not paid")
    assert [row[1] for row in line.customdata] == [2, 2, 1]
    # C and E at the end of August, D and E in September, D alone in October
    assert list(line.y) == [(30 + 61) / 2, (10 + 91) / 2, 41]


@pytest.mark.parametrize(
    ("more", "counted"),
    [
        (invoice("X", "2026-09-29", 10.0), 3),
        (invoice("X", "2026-09-30", 10.0), 2),
        (invoice("X", "2026-09-01", 10.0, "2026-09-30"), 2),
        (invoice("X", "2026-09-01", 10.0, "2026-10-01"), 3),
        ([row | {"date": pd.Timestamp("2026-10-02")} for row in invoice("X", "2026-09-01", 10.0)], 2),
    ],
    ids=["a day late", "due that day", "paid that day", "paid the day after", "issued later than due, and after that day"],
)
def test_what_counts_as_unpaid_at_the_end_of_september(paid_and_unpaid, more, counted):
    line = charts.days_late_through_months(documents(*paid_and_unpaid, more)).data[-1]
    assert dict(zip(line.x, (row[1] for row in line.customdata), strict=True))["2026-09-30"] == counted


def test_months_that_are_over_do_not_change_when_more_is_known(paid_and_unpaid):
    then, now = (
        charts.as_table(charts.days_late_through_months(documents(*paid_and_unpaid, day=day)))
        for day in ("2026-09-30", "2026-10-31")
    )
    pd.testing.assert_frame_equal(then, now.query("x <= '2026-09-30'").reset_index(drop=True))


def test_days_late_says_what_is_counted(late):
    assert subtitle(late) == (
        "As known on 31 October 2026. Above: 3 invoices settled by money, by the month that settled them. Below: invoices past "
        "due and not settled at the end of each month, days late up to then."
    )


def test_amounts_of_several_currencies_are_never_weighed_together():
    rows = [invoice("A", "2026-09-01", 100.0, "2026-09-11"), invoice("B", "2026-09-01", 9000.0, "2026-09-21", currency="JPY")]
    lines = drawn(charts.days_late_through_months(documents(*rows)), "y", "trace", "x")
    assert lines["paid: mean by amount, EUR", "2026-09-30"] == 10
    assert lines["paid: mean by amount, JPY", "2026-09-30"] == 20
    assert lines["paid: median", "2026-09-30"] == 15


def test_only_the_last_months_are_shown_and_the_running_one_ends_on_the_day(paid_and_unpaid):
    paid_in_october = invoice("X", "2026-10-01", 10.0, "2026-10-08")
    figure = charts.days_late_through_months(documents(*paid_and_unpaid, paid_in_october, day="2026-10-15"), months=2)
    assert figure.layout.xaxis.categoryarray == ("2026-09-30", "2026-10-15")
    assert subtitle(figure).startswith("As known on 15 October 2026. Above: 3 invoices")
    assert drawn(figure, "y", "trace", "x")["paid: median", "2026-10-15"] == 7


# scores


def scores(**by_customer):
    return pd.DataFrame({"as_of": DAY, "customer_id": list(by_customer), "score": list(by_customer.values())})


def test_every_customer_that_owes_and_has_a_score_is_a_point():
    table = aging(
        (DAY, "C1", "EUR", 0, 0, 60, 0, 20),
        (DAY, "C2", "EUR", 0, 300, 0, 0, 0),
        (DAY, "C3", "EUR", -9, 0, 0, 0, 0),
        (DAY, "C4", "EUR", 0, 5, 0, 0, 0),
    )
    figure = charts.scores_by_exposure(scores(C1=20.0, C2=90.0, C3=50.0), table, names=pd.Series({"C1": "A & B"}))
    assert charts.as_table(figure)[["customer_id", "x", "y"]].to_numpy().tolist() == [["C2", 90, 300], ["C1", 20, 80]]
    assert list(figure.data[0].marker.color) == [0, 1]
    assert "Without a score and not shown: 1." in subtitle(figure)
    assert [note.text for note in figure.layout.annotations] == ["<b>1</b>", "<b>1</b>  A &amp; B"]


def test_beyond_what_a_browser_draws_those_that_owe_least_are_left_out():
    owed = [(DAY, f"C{i}", "EUR", 0, float(i + 1), 0, 0, 0) for i in range(paying.MOST_POINTS + 5)]
    figure = charts.scores_by_exposure(scores(**{row[1]: 60.0 for row in owed}), aging(*owed))
    assert len(figure.data[0].x) == paying.MOST_POINTS
    assert min(figure.data[0].y) == 6


@pytest.mark.parametrize(("amounts", "named"), [
    ([20_000, 130_000], [1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6]), ([3, 90_000_000], [10.0**power for power in range(9)]),
])  # fmt: skip
def test_the_axis_of_balances_names_enough_of_them_to_be_read(amounts, named):
    owed = [(DAY, f"C{i}", "EUR", 0, float(amount), 0, 0, 0) for i, amount in enumerate(amounts)]
    axis = charts.scores_by_exposure(scores(**{row[1]: 60.0 for row in owed}), aging(*owed)).layout.yaxis
    assert list(axis.tickvals) == named
    assert axis.type == "log"


# all of them


def all_pictures(aged, docs):
    known = aged.index.get_level_values("customer_id").unique()
    return [
        charts.aging_by_bucket(aged),
        charts.aging_through_months(aged),
        charts.aging_through_months(aged, share=True),
        charts.top_debtors(aged),
        charts.days_late_through_months(docs),
        charts.scores_by_exposure(scores(**dict.fromkeys(known, 40.0)), aged),
    ]


def test_an_empty_table_gives_a_sentence(paid_and_unpaid):
    nothing = documents(*paid_and_unpaid)
    figures = all_pictures(aging((DAY, "C1", "EUR", 0, 1, 0, 0, 0)).iloc[:0], nothing.loc[nothing["open_amount"].gt(0)])
    assert [figure.layout.annotations[0].text for figure in figures] == [
        *["nothing is open on 31 October 2026"] * 4,
        "no invoice is known to be settled by money on 31 October 2026",
        "no customer with a score owes anything on 31 October 2026",
    ]
    assert all(charts.as_table(figure).empty for figure in figures)


def test_an_empty_table_names_no_day_it_may_not_be_about(two_currencies):
    nothing = two_currencies.loc[[BEFORE]].iloc[:0]
    unknown = nothing.reset_index().set_index(["as_of", "customer_id", "currency"])
    sentences = {charts.aging_by_bucket(table).layout.annotations[0].text for table in (nothing, unknown)}
    assert sentences == {"nothing is open"}


def test_a_table_of_zeros_still_names_its_day(two_currencies):
    assert charts.aging_by_bucket(two_currencies * 0).layout.annotations[0].text == "nothing is open on 31 October 2026"
    assert charts.top_debtors(two_currencies * 0).layout.annotations[0].text == "nothing is open on 31 October 2026"
    every = charts.aging_through_months(two_currencies * 0).layout.annotations[0].text
    assert every == "nothing is open from 30 September 2026 to 31 October 2026"


def test_nothing_past_due_is_said_and_not_drawn():
    figure = charts.top_debtors(aging((DAY, "C1", "EUR", 0, 5, 0, 0, 0)))
    assert figure.layout.annotations[0].text == "nothing is past due on 31 October 2026"


def test_every_picture_shares_one_look_changes_no_table_and_nothing_can_be_sent_to_a_server(two_currencies, paid_and_unpaid):
    docs = documents(*paid_and_unpaid)
    before = two_currencies.copy(), docs.copy()
    for figure in all_pictures(two_currencies, docs):
        assert figure.layout.template == look.LOOK
        assert "sendChartToCloud" in figure.layout.template.layout.modebar.remove
        assert figure.layout.title.text.startswith("<b>")
        assert "31 October 2026" in subtitle(figure)
        assert {trace.type for trace in figure.data} <= {"bar", "scatter"}
        assert isinstance(go.Figure(json.loads(figure.to_json())), go.Figure)
    pd.testing.assert_frame_equal(two_currencies, before[0])
    pd.testing.assert_frame_equal(docs, before[1])


def test_the_older_the_bucket_the_darker_its_colour():
    bars = charts.aging_by_bucket(aging((DAY, "C1", "EUR", *range(-1, 7)), buckets=[*"abcdefgh"]).rename(
        columns={"a": "credit", "b": "current"})).data  # fmt: skip
    late = [[int(part) for part in bar.marker.color[4:-1].split(",")] for bar in bars[2:]]
    current = [int(look.CURRENT[i : i + 2], 16) for i in (1, 3, 5)]
    lightness = np.array([current, *late]) @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(lightness) < -20).all()
    assert bars[0].marker.pattern.shape == "/"


@pytest.mark.parametrize(
    "picture", [charts.aging_by_bucket, charts.aging_through_months, charts.top_debtors], ids=lambda f: f.__name__
)
def test_days_aged_with_different_buckets_are_refused(picture, two_currencies):
    other = aging((BEFORE, "C1", "EUR", 0, 0, 5), buckets=["credit", "current", "over 30"])
    with pytest.raises(
        TableRefused, match=r"do not have the same buckets(.|\n)*got: nothing on some days in 1-30, 31-60, over 60"
    ):
        picture(pd.concat([two_currencies, other]))


def test_a_table_that_is_no_aging_is_refused(two_currencies):
    with pytest.raises(TableRefused, match=r"lacks customer_id\.(.|\n)*fix: hand over what age\(documents\) returns"):
        charts.top_debtors(two_currencies.groupby(level=["as_of", "currency"]).sum())
    with pytest.raises(TableRefused, match=r"lacks credit, total\."):
        charts.aging_through_months(two_currencies.drop(columns=["credit", "total"]))


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 10**9), st.integers(0, 10**9)), min_size=1, max_size=60))
def test_the_bars_of_debtors_add_up_to_the_book_to_the_cent(rows):
    owed = pd.DataFrame(rows, columns=["customer_id", "current", "over 30"]).groupby("customer_id").sum().astype("int64")
    cents = owed["over 30"].sum(), owed["current"].sum()
    table = aging(
        *[(DAY, f"C{c}", "EUR", 0, a / 100, b / 100) for c, a, b in owed.itertuples()], buckets=["credit", "current", "over 30"]
    )
    points = charts.as_table(charts.top_debtors(table, top=5))
    if len(points):
        sums = (points["x"] * 100).round().astype("int64").groupby(points["trace"]).sum()
        assert (sums["over 30"], sums["current"]) == cents


# measures through the months


@pytest.fixture(scope="module")
def measures():
    return measure(sample_ledger(customers=12, months=6), ["2026-08-31", "2026-09-30", "2026-10-31"])


def test_measures_have_a_panel_per_currency_and_a_gap_where_nothing_is_known(measures):
    points = charts.as_table(charts.measures_through_months(measures))
    known = measures[measures["measure"].isin([*OUTSTANDING, "cei_month"])]
    assert len(points) == known["value"].notna().sum()
    assert sorted(points["y"]) == sorted(known["value"].dropna())
    assert set(points["trace"]) >= {"DSO, by balance", "DSO, by count-back", "best possible DSO", "effectiveness, EUR"}


@pytest.mark.parametrize("known", [[], ["top_5_share"]])
def test_without_a_known_measure_a_sentence_stands_for_the_picture(measures, known):
    figure = charts.measures_through_months(measures.assign(value=measures["value"].where(measures["measure"].isin(known))))
    assert len(charts.as_table(figure)) == 0
    assert "no DSO and no effectiveness is known" in figure.layout.annotations[0].text


# the policy tried, and other policies


def compared(*rows):
    """Rows of a backtest's comparison: measure, currency, days, group, value, low, high."""
    table = pd.DataFrame(rows, columns=["measure", "currency", "days", "group", "value", "low", "high"])
    return table.assign(documents=40, customers=12)


def test_the_flagged_and_the_rest_stand_beside_each_other_with_their_ranges():
    figure = charts.unpaid_after_days(
        compared(
            ("unpaid", "", 30, "flagged", 0.6, 0.5, 0.8),
            ("unpaid", "", 60, "flagged", 0.4, np.nan, np.nan),
            ("unpaid", "", 30, "left alone", 0.2, 0.1, 0.25),
            ("unpaid money", "EUR", 30, "flagged", 0.7, 0.6, 0.9),
            ("unpaid", "", 30, "call", 0.9, 0.8, 1.0),
            ("lost later", "", 0, "flagged", 0.1, 0.0, 0.2),
        )
    )
    assert drawn(figure, "y", "panel", "trace", "x") == {
        ("share of invoices", "flagged", 29.2): 0.6,
        ("share of invoices", "flagged", 59.2): 0.4,
        ("share of invoices", "left alone", 30.8): 0.2,
        ("share of EUR", "flagged", 29.2): 0.7,
    }
    flagged = figure.data[0]
    np.testing.assert_allclose(flagged.error_y.array, [0.2, 0])
    np.testing.assert_allclose(flagged.error_y.arrayminus, [0.1, 0])
    assert [list(row) for row in flagged.customdata] == [[30, "50% to 80%", 40, 12], [60, "too few customers to tell", 40, 12]]
    assert {group["dash"] for group in policies.GROUPS.values()} == {"solid", "dash"}


def totals_of(*rows):
    """Rows of a backtest's orders: currency, days, order, unpaid."""
    table = pd.DataFrame(rows, columns=["currency", "days", "order", "unpaid"])
    return table.assign(contacts=9, in_vain=3, held=1, reached=5000.0)


def test_orders_are_bars_under_the_most_that_can_be_reached():
    orders = ("policy", "oldest first", "largest first", "best in hindsight")
    rows = [
        (currency, days, order, days + place)
        for currency in ("EUR", "JPY")
        for days in (30, 60)
        for place, order in enumerate(orders)
    ]
    figure = charts.reached_by_order(totals_of(*rows))
    assert drawn(figure, "y", "panel", "trace", "x") == {
        (currency, order, str(days)): unpaid for currency, days, order, unpaid in rows
    }
    assert [trace.type for trace in figure.data[:4]] == ["bar", "bar", "bar", "scatter"]
    assert list(figure.data[0].customdata[0]) == ["5,000.00 EUR", 9, 3, 1, "30.00 EUR"]
    assert len({trace.marker.pattern.shape for trace in figure.data[:3]}) == 3


def test_the_line_of_the_most_that_can_be_reached_spans_its_bars():
    rows = [("EUR", days, order, days) for days in (30, 60) for order in ("policy", "best in hindsight")]
    lines = charts.reached_by_order(totals_of(*rows)).layout.shapes
    assert [(line.x0, line.x1, line.y0) for line in lines] == [(-0.38, 0.38, 30), (0.62, 1.38, 60)]


def test_the_key_that_policies_set_stands_under_their_values():
    rows = {
        "as_of": DAY, "variant": ["as it is", "5"], "changes": ["", "contact.grace_days 3 -> 5"], "currency": "EUR",
        "accounts": 9, "contacts": 6, "moved": 0, "asked_for": 90.0, "left_alone": 10.0, "hours": 2.0, "cost": 0.0,
    }  # fmt: skip
    figure = charts.hours_and_money(pd.DataFrame(rows))
    assert [axis.title.text for axis in figure.select_xaxes()] == [None, "contact.grace_days"]


def test_customers_that_read_the_same_have_their_numbers_behind_their_names():
    names = pd.Series({"C1": "Orbit", "C2": "Orbit", "C3": "Ister"})
    assert look.safe_names(["C1", "C3", "C2", "C1"], names) == ["Orbit (C1)", "Ister", "Orbit (C2)", "Orbit (C1)"]
    assert look.safe_names(["C1", "C1"], names) == ["Orbit", "Orbit"]


def test_a_book_of_few_months_has_narrow_panels_and_its_legend_beside_them():
    short = charts.aging_through_months(aging(*[(DAY, "C1", "EUR", 0, 1, 0, 0, 0)]))
    assert short.layout.xaxis.domain == (0, look.NARROWEST)
    assert short.layout.legend.x == pytest.approx(look.NARROWEST + 0.01)
    days = pd.date_range(end="2026-10-31", periods=look.FEWEST_BARS, freq="ME")
    full = charts.aging_through_months(aging(*[(day, "C1", "EUR", 0, 1, 0, 0, 0) for day in days]))
    assert (full.layout.xaxis.domain, full.layout.legend.x) == ((0, 1), None)


def test_what_was_settled_long_before_the_months_shown_is_said_in_a_sentence():
    figure = charts.days_late_through_months(
        documents(invoice("A", "2019-01-05", 9.0, "2019-01-20"), invoice("B", "2026-10-01", 5.0))
    )
    assert figure.layout.annotations[0].text == (
        "no invoice is known to be settled by money from 1 November 2024 to 31 October 2026"
    )


def test_every_policy_is_one_bar_of_all_that_is_past_due_and_what_is_left_alone_is_hatched():
    rows = [
        ("as it is", "EUR", "none", 2, 30.0), ("as it is", "EUR", "call", 1, 70.0), ("as it is", "EUR", "agency", 0, 0.0),
        ("a < b", "EUR", "none", 1, 10.0), ("a < b", "EUR", "call", 1, 20.0), ("a < b", "EUR", "agency", 1, 70.0),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["variant", "currency", "action", "accounts", "at_stake"]).assign(as_of=DAY)
    figure = charts.actions_by_variant(table)
    points = charts.as_table(figure)
    assert points.groupby("y")["x"].sum().to_dict() == {"as it is": 100.0, "a < b": 100.0}
    assert points["trace"].drop_duplicates().tolist() == ["none", "call", "agency"]
    assert [bar.marker.pattern.shape for bar in figure.data] == ["/", "", ""]
    assert [*figure.layout.yaxis.ticktext] == ["as it is", "a &lt; b"]
    assert list(figure.data[0].customdata[1]) == ["a &lt; b", 1, "10.00 EUR"]


def test_a_policy_nobody_could_try_is_said_in_a_sentence():
    for figure in (
        charts.unpaid_after_days(compared()),
        charts.unpaid_after_days(compared(("unpaid", "", 30, "flagged", np.nan, np.nan, np.nan))),
        charts.reached_by_order(totals_of()),
        charts.actions_by_variant(pd.DataFrame(columns=["variant", "currency", "action", "at_stake", "as_of"])),
    ):
        assert not figure.data
        assert len(figure.layout.annotations) == 1


# forecasts


def cash_of(*rows):
    """A cash table of rows (currency, week, backlog and its range, flow and its range)."""
    names = ["backlog", "backlog_low", "backlog_high", "flow", "flow_low", "flow_high"]
    table = pd.DataFrame(rows, columns=["currency", "week", *names])
    last = DAY + pd.to_timedelta(7 * table["week"], unit="D")
    return table.assign(as_of=DAY, from_date=last - pd.Timedelta(days=6), to_date=last)


@pytest.fixture
def cash():
    return cash_of(
        ("EUR", 1, 900.0, 700.0, 1100.0, 10.0, 0.0, 30.0),
        ("EUR", 2, 400.5, 300.0, 500.0, 50.0, 40.0, 60.0),
        ("JPY", 1, 7000.0, 5000.0, 9000.0, 0.0, 0.0, 0.0),
        ("JPY", 2, 0.0, 0.0, 0.0, 100.0, 0.0, 300.0),
    )


def test_cash_is_drawn_by_week_and_currency_as_the_table_says(cash):
    figure = charts.cash_forecast(cash)
    points = charts.as_table(figure)
    expected = points[points["trace"].eq("from what is open now")].set_index(["panel", "x"])["y"].to_dict()
    assert expected == {
        ("EUR", "2026-11-07"): 900, ("EUR", "2026-11-14"): 400.5, ("JPY", "2026-11-07"): 7000, ("JPY", "2026-11-14"): 0,
    }  # fmt: skip
    both = points[points["trace"].eq("together") & points["panel"].eq("EUR")]
    assert both["y"].tolist() == [910, 450.5]
    assert [axis.title.text for axis in figure.select_yaxes()] == ["EUR", "JPY"]


def test_the_band_of_cash_is_its_range_and_the_hover_says_it_in_money(cash):
    figure = charts.cash_forecast(cash)
    band = next(trace for trace in figure.data if trace.name == "from what is open now: range")
    assert list(zip(band.x, band.y, strict=True)) == [
        ("2026-11-07", 1100), ("2026-11-14", 500), ("2026-11-14", 300), ("2026-11-07", 700),
    ]  # fmt: skip
    line = next(trace for trace in figure.data if trace.name == "from what is open now" and trace.meta == "JPY")
    assert tuple(line.customdata[0]) == ("1 November 2026 to 7 November 2026", "7,000 JPY", "5,000 JPY", "9,000 JPY")


def test_without_a_ledger_the_picture_says_that_what_is_still_to_be_billed_is_not_in_it(cash):
    figure = charts.cash_forecast(cash.drop(columns=["flow", "flow_low", "flow_high"]))
    assert "What is open now only; what is still to be billed is not in it." in subtitle(figure)
    assert {trace.name for trace in figure.data} == {"from what is open now: range", "from what is open now"}
    assert charts.cash_forecast(cash.iloc[:0]).layout.annotations[0].text == (
        "nothing is known that cash could be forecast from"
    )
    nothing = cash.assign(backlog=0.0, flow=0.0)
    assert charts.cash_forecast(nothing).layout.annotations[0].text == "no cash is expected on 31 October 2026"


def tenths():
    return pd.DataFrame(
        {
            "horizon": [30] * 3 + [7],
            "decile": [3, 1, 2, 1],
            "n": [10, 10, 11, 5],
            "said": [0.9, 0.1, 0.5, 0.3],
            "came": [0.8, 0.2, 0.5, 0.3],
            "said_amount": [0.95, 0.15, 0.55, 0.3],
            "came_amount": [0.7, 0.1, 0.6, 0.3],
        }
    )


def test_what_was_said_stands_beside_what_came_in_documents_and_in_money():
    figure = charts.calibration(tenths())
    points = charts.as_table(figure)
    drawn_at = {name: rows[["x", "y"]].to_numpy().tolist() for name, rows in points.groupby("trace")}
    assert drawn_at == {
        "in documents": [[0.1, 0.2], [0.5, 0.5], [0.9, 0.8]],
        "in money": [[0.15, 0.1], [0.55, 0.6], [0.95, 0.7]],
        "said is what came": [[0, 0], [1, 1]],
    }
    assert "Each point is a tenth of 31 forecasts" in subtitle(figure)
    assert "within 7 days" in charts.calibration(tenths(), horizon=7).layout.title.text
    assert charts.calibration(tenths(), horizon=60).layout.annotations[0].text == "no forecast for 60 days has been tested"


def test_pictures_of_forecasts_share_the_look_and_refuse_other_tables(cash):
    for figure in (charts.cash_forecast(cash), charts.calibration(tenths())):
        assert figure.layout.template == look.LOOK
        assert isinstance(go.Figure(json.loads(figure.to_json())), go.Figure)
    with pytest.raises(TableRefused, match=r"the table 'cash' lacks backlog\."):
        charts.cash_forecast(cash.drop(columns="backlog"))
    with pytest.raises(TableRefused, match=r"the table 'calibration' lacks said\."):
        charts.calibration(tenths().drop(columns="said"))
