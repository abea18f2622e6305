"""The numbers of pictures as tables: every point once, columns named by the axes, words where the picture has words."""

import pandas as pd
import plotly.graph_objects as go
import pytest

from arkit import charts
from arkit.charts.look import name_axes, new_figure

DAY = "2026-10-31"
BUCKETS = ["credit", "current", "over 30"]


@pytest.fixture(scope="module")
def aged():
    index = pd.MultiIndex.from_tuples(
        [(pd.Timestamp(DAY), "C1", "EUR"), (pd.Timestamp(DAY), "C2", "EUR"), (pd.Timestamp(DAY), "C3", "JPY")],
        names=["as_of", "customer_id", "currency"],
    )
    rows = pd.DataFrame([[-5.0, 10.0, 20.5], [0.0, 0.0, 4.0], [0.0, 0.0, 700.0]], index=index, columns=BUCKETS)
    return rows.assign(total=rows.sum(axis=1))


def test_there_is_a_table_per_panel_with_columns_named_by_its_axes(aged):
    tables = charts.as_tables(charts.aging_by_bucket(aged))
    assert {name: [*table] for name, table in tables.items()} == {
        "EUR": ["days past due", "EUR"], "JPY": ["days past due", "JPY"],
    }  # fmt: skip
    assert tables["EUR"].to_dict("split")["data"] == [["credit", -5.0], ["current", 10.0], ["over 30", 24.5]]


def test_rows_say_what_x_and_y_are(aged):
    table = charts.as_table(charts.aging_by_bucket(aged))
    assert table.groupby("panel")[["x_is", "y_is"]].first().to_dict("index") == {
        "EUR": {"x_is": "days past due", "y_is": "EUR"}, "JPY": {"x_is": "days past due", "y_is": "JPY"},
    }  # fmt: skip


def test_customers_stand_with_their_whole_names_and_all_others_as_they_are_called(aged):
    names = pd.Series({"C1": "A & B " + "very " * 10 + "long"})
    table = charts.as_tables(charts.top_debtors(aged, names=names, top=1))["EUR"]
    assert [*table] == ["series", "customer", "EUR"]
    assert set(table["customer"]) == {"A & B " + "very " * 10 + "long", "all others (1)"}


def test_points_that_are_customers_are_named_where_no_axis_names_them(aged):
    table = charts.as_tables(charts.pareto_of_debtors(aged, names=pd.Series({"C1": "Orbit"})))["EUR"]
    assert [*table] == ["customer", "customers, the largest first", "share of EUR, %"]
    assert table["customer"].tolist() == ["Orbit", "C2"]
    assert table["share of EUR, %"].tolist() == pytest.approx([100 * 20.5 / 24.5, 100])


def test_fields_and_streams_have_their_value_under_its_own_name():
    moved = pd.DataFrame({"group": "", "currency": "EUR", "level": "document", "state": "current", "to": ["paid", "1-30"],
                          "opening": 100.0, "moved": [75.0, 25.0], "rate": [0.75, 0.25], "steps": 12})  # fmt: skip
    table = charts.as_tables(charts.roll_rates(moved))["EUR"]
    assert table.to_dict("split")["data"] == [["still open", "1-30", "current", 25.0], ["ended", "paid", "current", 75.0]]
    assert [*table] == ["series", "a month later", "bucket", "share, %"]
    row = {"as_of": DAY, "since": "2026-09-30", "customer_id": "C1", "name": "A", "currency": "EUR", "change": "escalated",
           "was": "reminder", "action": "call", "at_stake_before": 5.0, "at_stake": 5.0, "why": ""}  # fmt: skip
    streams = charts.as_tables(charts.actions_moved(pd.DataFrame([row])))["accounts"]
    assert streams.to_dict("list") == {"action before": ["reminder"], "action now": ["call"], "accounts": [1]}


def test_a_number_stands_for_the_nearest_tick_and_days_stay_days():
    figure = go.Figure(go.Scatter(name="a", meta="p", x=["2026-09-30", DAY], y=[0.2, 0.9]))
    figure.update_yaxes(tickvals=[0, 1], ticktext=["Trade   <b>+3</b>", "A &amp; B"], title_text="group")
    figure.update_xaxes(tickvals=["2026-09-30", DAY], ticktext=["Sep<br>2026", "Oct<br>2026"], title_text="month until")
    assert charts.as_tables(figure)["p"].to_dict("list") == {
        "month until": ["2026-09-30", DAY], "group": ["Trade", "A & B"],
    }  # fmt: skip


def test_axes_of_one_name_and_panels_of_one_name_stay_apart():
    figure = new_figure("t", "s", [100, 100])
    for row, y in enumerate(([1.0], [2.0]), 1):
        figure.add_trace(go.Scatter(name="n", meta="EUR", x=[5.0], y=y), row=row, col=1)
    name_axes(figure, x="EUR", y="EUR", y2="days")
    tables = charts.as_tables(figure)
    assert [*tables] == ["EUR", "EUR, days"]
    assert [*tables["EUR"]] == ["EUR", "EUR (2)"]
    assert [*tables["EUR, days"]] == ["EUR", "days"]


def test_a_sentence_has_no_tables():
    assert (
        charts.as_tables(charts.actions_by_variant(pd.DataFrame(columns=["variant", "currency", "action", "at_stake"]))) == {}
    )
