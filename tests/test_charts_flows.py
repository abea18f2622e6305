"""Pictures of what moves from month to month, of cash by month of invoice, of ways and policies: their sums are the tables'."""

import json

import pandas as pd
import plotly.graph_objects as go
import pytest

from arkit import charts
from arkit.changes import moved
from arkit.charts import look
from arkit.cohorts import project, trace
from arkit.errors import TableRefused
from arkit.migration import migrate
from arkit.money import to_minor
from arkit.sample import sample_ledger

DAY = "2026-10-31"


@pytest.fixture(scope="module")
def book():
    return sample_ledger(customers=25, months=14)


@pytest.fixture(scope="module")
def moves(book):
    return migrate(book, book.month_ends(DAY, 13))


def subtitle(figure):
    return figure.layout.title.subtitle.text.replace("<br>", " ").replace("\N{NO-BREAK SPACE}", " ")


# roll rates


def test_every_row_of_roll_rates_is_the_tables_and_adds_up_to_everything(moves):
    fields = charts.as_table(charts.roll_rates(moves))
    expected = moves.set_index(["currency", "state", "to"])["rate"]
    found = fields.set_index(["panel", "y", "x"])["value"]
    assert found.sort_index().to_dict() == pytest.approx(expected[expected.gt(0)].sort_index().to_dict())
    assert fields.groupby(["panel", "y"])["value"].sum().to_numpy() == pytest.approx(1)


def test_buckets_stand_by_age_and_what_ends_stands_last(moves):
    figure = charts.roll_rates(moves)
    across = [*figure.data[0].x]
    assert across[:3] == ["current", "1-30", "31-60"]
    assert across.index("over 120") > across.index("91-120")
    assert across[-1] in ("credited", "written off")


def test_groups_are_added_together_to_the_cent(book, moves):
    split = migrate(book, book.month_ends(DAY, 13), by="segment")
    assert len(split["group"].unique()) > 1
    whole, parts = (charts.as_table(charts.roll_rates(table)) for table in (moves, split))
    pd.testing.assert_frame_equal(whole, parts, check_exact=False, atol=1e-12)
    opening = [
        text for figure in (charts.roll_rates(moves), charts.roll_rates(split)) for text in [figure.layout.yaxis.ticktext]
    ]
    assert opening[0] == opening[1]


def test_a_field_says_amounts_and_small_shares_are_not_nought(moves):
    figure = charts.roll_rates(moves)
    row = moves[moves["currency"].eq(figure.data[0].meta) & moves["state"].eq("current") & moves["to"].eq("1-30")].iloc[0]
    place = figure.data[0].customdata[0][list(figure.data[0].x).index("1-30")]
    assert place == (
        f"<b>current, a month later in 1-30: {row['rate']:.1%}</b><br>{row['moved']:,.2f} EUR of {row['opening']:,.2f} EUR"
    )
    tiny = moves[moves["rate"].between(0, 0.005, inclusive="neither")]
    texts = {text for found in figure.data if found.name == look.LABELS for text in found.text}
    assert ("<1%" in texts) == bool(len(tiny))


# actions


def lists(*rows, day):
    table = pd.DataFrame(rows, columns=["customer_id", "currency", "action", "at_stake"])
    blank = dict.fromkeys(["rule", "reason", "runner_up", "would_change", "documents", "contact", "next_step"], "")
    days = {"as_of": pd.Timestamp(day), "due_by": pd.NaT, "blocked_until": pd.NaT}
    numbers = {"oldest_days_late": 9, "balance": 0.0, "blocked_amount": 0.0, "score": 50.0}
    return table.assign(name="N " + table["customer_id"], priority=range(1, len(table) + 1), **blank, **days, **numbers)


@pytest.fixture
def changes():
    before = lists(("C1", "EUR", "reminder", 50), ("C2", "EUR", "reminder", 70), ("C3", "JPY", "call", 700), day="2026-09-30")
    after = lists(
        ("C1", "EUR", "call", 50), ("C2", "EUR", "reminder", 70), ("C3", "JPY", "none", 0), ("C4", "EUR", "nudge", 5.5), day=DAY
    )
    return moved(before, after)


def test_streams_hold_every_account_once(changes):
    streams = charts.as_table(charts.actions_moved(changes))
    assert streams[["x", "y", "value"]].sort_values(["x", "y"]).to_numpy().tolist() == [
        ["call", "nothing past due", 1], ["nothing past due", "nudge", 1], ["reminder", "call", 1], ["reminder", "reminder", 1],
    ]  # fmt: skip
    assert streams["value"].sum() == len(changes)


def test_the_subtitle_counts_the_changes_and_a_stream_names_its_customers(changes):
    figure = charts.actions_moved(changes)
    assert "1 new, 1 escalated, 1 unchanged, 1 cleared." in subtitle(figure)
    assert "from 30 September 2026 to 31 October 2026" in subtitle(figure)
    said = {tuple(facts) for facts in figure.data[0].link.customdata}
    assert ("escalated", "50.00 EUR", "N C1") in said
    assert ("cleared", "0 JPY", "N C3") in said


def test_milder_actions_stand_above_sterner_ones(changes):
    node = charts.actions_moved(changes).data[0].node
    right = [name for name, x in zip(node.customdata, node.x, strict=True) if x > 0.5]
    assert right == ["nothing past due", "nudge", "reminder", "call"]
    places = [y for y, x in zip(node.y, node.x, strict=True) if x > 0.5]
    assert places == sorted(places)


def test_each_action_has_its_name_and_accounts_outside_of_the_streams_at_its_own_height(changes):
    figure = charts.actions_moved(changes)
    node, layout = figure.data[0].node, figure.layout
    named = {(a.x, a.text): a.y for a in layout.annotations if "2026" not in a.text}
    assert len(named) == len(node.customdata)
    for said, x, y in zip(node.customdata, node.x, node.y, strict=True):
        (height,) = [at for (side, text), at in named.items() if side == round(x) and text.startswith(f"{said} <b>")]
        assert height == pytest.approx(1 - y, abs=0.002)
    assert {a.xanchor for a in layout.annotations if a.x == 0 and (0, a.text) in named} == {"right"}
    assert min(layout.margin.l, layout.margin.r) >= 150  # "nothing past due" and a number have room


def test_a_stream_of_many_names_the_largest_and_counts_the_rest():
    before = lists(*[(f"C{i}", "EUR", "reminder", 10 + i) for i in range(9)], day="2026-09-30")
    after = lists(*[(f"C{i}", "EUR", "call", 10 + i) for i in range(9)], day=DAY)
    link = charts.actions_moved(moved(before, after)).data[0].link
    assert link.customdata[0][2] == "<br>".join([*(f"N C{i}" for i in (8, 7, 6, 5, 4, 3)), "and 3 more"])


# cohorts


def test_a_line_is_the_share_in_hand_of_each_month_that_is_over(book):
    cohorts = trace(book, DAY)
    table = charts.as_table(charts.cohort_curves(cohorts, last=3))
    known = cohorts[cohorts["complete"]]
    newest = f"{known['cohort'].max():%Y-%m}"
    mine = table[table["trace"].eq(newest) & table["panel"].eq("EUR")].set_index("x")["y"]
    rows = known[known["cohort"].eq(known["cohort"].max()) & known["currency"].eq("EUR")].set_index("months_since")["share"]
    assert mine.to_dict() == pytest.approx(rows.to_dict())
    assert set(table["trace"]) == {"older", "2026-08", "2026-09", "2026-10"}


def test_older_months_are_their_cash_over_what_they_billed(book):
    cohorts = trace(book, DAY)
    old = cohorts[cohorts["complete"] & cohorts["currency"].eq("EUR") & cohorts["cohort"].lt("2026-08-31")]
    sums = old[old["months_since"].eq(1)][["collected", "billed"]].sum()
    table = charts.as_table(charts.cohort_curves(cohorts, last=3)).query("trace == 'older' and panel == 'EUR' and x == 1")
    assert table["y"].tolist() == pytest.approx([sums["collected"] / sums["billed"]])


def test_only_months_old_enough_to_tell_say_what_is_expected_in_the_end(book):
    cohorts = trace(book, DAY)
    figure = charts.cohort_curves(cohorts, project(cohorts), last=4)
    signs = charts.as_table(figure).query("trace == 'expected in the end' and panel == 'EUR'")
    usual = cohorts[cohorts["complete"] & cohorts["currency"].eq("EUR")].groupby("months_since")["share"].median()
    young = usual.index[usual.ge(0.5)].min()
    assert young > 0
    assert len(signs) == 4 - young
    assert figure.layout.xaxis.ticktext[-1] == "in the end"
    assert "in the end" not in charts.cohort_curves(cohorts).layout.xaxis.ticktext


# ways


def ways(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "currency", "route", "amount", "net", "eligible", "rank"])
    return table.assign(as_of=pd.Timestamp(DAY), chance=0.5, basis="prior", days=60, cost=1.5, why="a & b; c")


def test_each_way_is_a_sign_at_what_it_brings_and_the_best_allowed_is_ringed():
    figure = charts.routes_side_by_side(
        ways(
            ("C1", "EUR", "wait", 100, 40, True, 2), ("C1", "EUR", "court", 100, 70, False, 3),
            ("C1", "EUR", "plan", 100, 60, True, 1), ("C2", "EUR", "wait", 900, 800, True, 1),
        ),
        names=pd.Series({"C2": "Orbit"}),
    )  # fmt: skip
    table = charts.as_table(figure).set_index(["trace", "customer_id"])["x"].to_dict()
    assert table == {
        ("owed", "C1"): 100, ("owed", "C2"): 900, ("wait", "C1"): 40, ("wait", "C2"): 800, ("plan", "C1"): 60,
        ("court", "C1"): 70,
        ("best allowed", "C1"): 60, ("best allowed", "C2"): 800,
    }  # fmt: skip
    assert figure.layout.yaxis.ticktext == ("Orbit   <b>900.00</b>", "C1   <b>100.00</b>")
    court = next(found for found in figure.data if found.name == "court")
    assert list(court.marker.opacity) == [0.3]
    assert "not allowed" in court.customdata[0][6]
    assert court.customdata[0][7] == "a &amp; b; c"


def test_accounts_without_a_line_are_counted_and_added_up_to_the_cent():
    rows = [(f"C{i}", "EUR", "wait", 0.1 + i, 0.0, True, 1) for i in range(5)]
    assert "Not shown: 3 others with 3.30 EUR." in subtitle(charts.routes_side_by_side(ways(*rows), top=2))


# policies


def test_hours_of_all_currencies_are_added_and_money_is_not():
    rows = [
        (variant, currency, hours, left) for variant, hours, left in (("a", 2, 10), ("b", 1, 30)) for currency in ("EUR", "JPY")
    ]
    table = pd.DataFrame(rows, columns=["variant", "currency", "hours", "left_alone"])
    table = table.assign(as_of=pd.Timestamp(DAY), changes="x 1 -> 2", accounts=9, contacts=4, moved=1, asked_for=5.0, cost=8.0)
    points = charts.as_table(charts.hours_and_money(table)).set_index(["panel", "x"])["y"].to_dict()
    assert points == {
        ("hours", "a"): 4, ("hours", "b"): 2, ("EUR", "a"): 10, ("EUR", "b"): 30, ("JPY", "a"): 10, ("JPY", "b"): 30,
    }  # fmt: skip


# scores with the list beside them


def test_each_corner_counts_customers_money_and_actions():
    index = pd.MultiIndex.from_product(
        [[pd.Timestamp(DAY)], ["C1", "C2", "C3"], ["EUR"]], names=["as_of", "customer_id", "currency"]
    )
    aged = pd.DataFrame(
        {"credit": 0.0, "current": 0.0, "over 30": [60.0, 30.0, 10.0], "total": [60.0, 30.0, 10.0]}, index=index
    )
    scores = pd.DataFrame({"as_of": pd.Timestamp(DAY), "customer_id": ["C1", "C2", "C3"], "score": [20.0, 80.0, 80.0]})
    actions = lists(("C1", "EUR", "firm_notice", 60), ("C2", "EUR", "none", 30), day=DAY)
    figure = charts.scores_by_exposure(scores, aged, actions=actions)
    said = [note.text for note in figure.layout.annotations if "money" in note.text or note.text == "nobody"]
    assert said == [
        "1 customer<br>60% of the money<br>firm notice 1",
        "nobody",
        "nobody",
        "2 customers<br>40% of the money<br>none 1",
    ]
    assert [facts[3] for facts in figure.data[0].customdata] == ["<br>action: firm notice", "<br>action: none", ""]


def test_the_ways_of_a_single_account_are_bars_with_the_best_allowed_on_top_and_what_is_not_allowed_below():
    rows = [("wait", 40, True, 2), ("plan", 80, True, 1), ("court", 90, False, 3)]
    rows = [("C1", "EUR", way, 100, net, eligible, rank) for way, net, eligible, rank in rows]
    figure = charts.routes_side_by_side(ways(*rows), names=pd.Series({"C1": "A & B"}))
    assert charts.as_table(figure)[["y", "x"]].to_numpy().tolist() == [["plan", 80], ["wait", 40], ["court", 90]]
    assert figure.layout.yaxis.autorange == "reversed"
    assert subtitle(figure).startswith("A &amp; B: expected money in hand")
    assert subtitle(figure).endswith("The line is what is owed, 100.00 EUR.")
    assert figure.layout.shapes[0].x0 == 100
    assert [bool(shape) for shape in figure.data[0].marker.pattern.shape] == [False, False, True]


def test_a_line_of_cash_is_named_at_its_end_and_the_legend_is_short(book):
    cohorts = trace(book, DAY)
    figure = charts.cohort_curves(cohorts, project(cohorts))
    lines = [line for line in figure.data if line.mode == "lines+markers+text"]
    assert [line.text[-1] for line in lines if line.meta == lines[0].meta][-1] == " Oct"
    assert all(not any(line.text[:-1]) for line in lines)
    named = [line.name for line in figure.data if line.showlegend is not False]
    assert len([name for name in named if name[:2] == "20"]) <= 5
    assert "2026-10" in named


# all of them


def test_every_picture_shares_the_look_and_can_be_kept(book, moves, changes):
    cohorts = trace(book, DAY)
    figures = [
        charts.roll_rates(moves), charts.actions_moved(changes), charts.cohort_curves(cohorts, project(cohorts)),
        charts.routes_side_by_side(ways(("C1", "EUR", "wait", 100, 40, True, 1))),
    ]  # fmt: skip
    for figure in figures:
        assert figure.layout.template == look.LOOK
        assert isinstance(go.Figure(json.loads(figure.to_json())), go.Figure)
        assert len(charts.as_table(figure))


def test_empty_tables_give_sentences(moves, changes):
    nothing = [
        charts.roll_rates(moves.iloc[:0]), charts.actions_moved(changes.iloc[:0]),
        charts.cohort_curves(trace(sample_ledger(), "2000-01-31")), charts.routes_side_by_side(ways().iloc[:0]),
    ]  # fmt: skip
    assert [figure.layout.annotations[0].text for figure in nothing] == [
        "nothing was open that could have moved on", "nothing is or was past due", "no month of invoices is over",
        "nothing is past due that a way could be weighed for",
    ]  # fmt: skip
    assert all(charts.as_table(figure).empty for figure in nothing)


@pytest.mark.parametrize("picture", [charts.roll_rates, charts.actions_moved, charts.cohort_curves, charts.routes_side_by_side])
def test_tables_of_another_shape_are_refused(picture):
    with pytest.raises(TableRefused, match=r"the table '(migrations|changes|cohorts|routes)' lacks "):
        picture(pd.DataFrame({"x": [1]}))


def test_opening_amounts_are_what_was_open_on_the_days_before(book, moves):
    days = book.month_ends(DAY, 13)[:-1]
    items = book.open_items(days)
    items = items[items["open_amount"].gt(0) & items["currency"].eq("EUR")]
    rows = moves[moves["currency"].eq("EUR")].drop_duplicates("state")
    assert to_minor(rows["opening"], rows["currency"]).sum() == to_minor(items["open_amount"], items["currency"]).sum()
