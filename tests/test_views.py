import re

import pandas as pd
import pytest
from pandas.io.formats.style import Styler

from arkit.views import searchable, styled


def shown(table, **options):
    """What a reader sees: headings and rows of cells, tags taken away."""
    html = styled(table, **options).to_html()
    head, _, body = html.partition("<tbody>")
    headings = re.findall(r"<th [^>]*>(.*?)</th>", head)
    rows = [re.findall(r"<td [^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)]
    return headings, rows


def rules(table):
    """The style of each cell of the first row, by column."""
    html = styled(table).to_html()
    blocks = re.findall(r"((?:#T_\w+_row\d+_col\d+,?\s*)+)\{(.*?)\}", html, re.DOTALL)
    return {int(n): body for cells, body in blocks for n in re.findall(r"_row0_col(\d+)", cells)}


def test_amounts_carry_separators_and_the_decimals_of_their_rows_currency():
    table = pd.DataFrame({"open_amount": [1234567.5, -1500.0, 1.5, 2.0], "currency": ["EUR", "JPY", "KWD", "XXX"]})
    headings, rows = shown(table)
    assert headings == ["open amount", "currency"]
    assert [amount for amount, _ in rows] == ["1,234,567.50", "-1,500", "1.500", "2.00"]


def test_amounts_without_a_currency_beside_them_have_two_decimals():
    assert shown(pd.DataFrame({"31-60": [1234.5], "total": [1.0]})) == (["31-60", "total"], [["1,234.50", "1.00"]])


def test_the_index_of_a_table_becomes_columns_and_its_currency_counts():
    index = pd.MultiIndex.from_tuples([(pd.Timestamp("2026-10-31"), "C1", "JPY")], names=["as_of", "customer_id", "currency"])
    assert shown(pd.DataFrame({"total": [1500.0]}, index=index)) == (
        ["as of", "customer id", "currency", "total"],
        [["2026-10-31", "C1", "JPY", "1,500"]],
    )


def test_an_index_without_a_name_is_not_shown():
    assert shown(pd.DataFrame({"name": ["A"]}, index=[17])) == (["name"], [["A"]])


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("late_share", 0.256, "26%"),
        ("credibility", 0.5, "50%"),
        ("score", 61.6, "62"),
        ("norm_low", -0.3, "0"),
        ("amount", -0.001, "0.00"),
        ("days_late", 1234, "1,234"),
        ("due_date", pd.Timestamp("2026-10-31"), "2026-10-31"),
        ("settled", True, "yes"),
        ("settled", False, ""),
        ("amount", float("nan"), ""),
        ("score", float("nan"), ""),
        ("late_share", float("nan"), ""),
        ("due_date", pd.NaT, ""),
        ("reason", None, ""),
        ("name", "Ann", "Ann"),
        (2026, 7, "7"),
    ],
)
def test_each_sort_of_value_is_said_as_people_read_it(name, value, words):
    assert shown(pd.DataFrame({name: [value]}))[1] == [[words]]


def test_what_comes_from_data_is_escaped_in_cells_and_in_headings():
    html = styled(pd.DataFrame({"name": ["<script>alert('x')</script> & Co"], "<b>bold</b>": ["x"]})).to_html()
    assert "<script>" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; Co" in html
    assert "&lt;b&gt;bold&lt;/b&gt;" in html


def test_numbers_stand_on_the_right_words_on_the_left_and_long_words_have_room():
    style = rules(pd.DataFrame({"name": ["A"], "open_amount": [1.0], "n": [1], "reason": ["why"], "settled": [True]}))
    assert ["right" in style[i] for i in range(5)] == [False, True, True, False, False]
    assert ["nowrap" in style[i] for i in range(5)] == [False, True, True, False, False]
    assert ["min-width" in style[i] for i in range(5)] == [False, False, False, True, False]


def test_what_carries_no_currency_shows_none():
    table = pd.DataFrame({"currency": ["XXX", "EUR"], "name": ["XXX", "A"], "open_amount": [1.5, 2.0]})
    assert shown(table)[1] == [["", "XXX", "1.50"], ["EUR", "A", "2.00"]]


def test_a_long_table_shows_its_first_rows_and_says_how_many_more_there_are():
    table = pd.DataFrame({"n": range(1205)})
    assert [row for (row,) in shown(table, most=2)[1]] == ["0", "1"]
    assert "1,203 more rows; the tables of a month hold them all" in styled(table, most=2).to_html()
    assert len(shown(table)[1]) == 200


def test_a_table_that_is_shown_whole_has_no_caption():
    assert "<caption>" not in styled(pd.DataFrame({"n": range(3)}), most=3).to_html()


def test_an_empty_table_shows_its_headings():
    empty = pd.DataFrame({"customer_id": pd.Series(dtype="str"), "open_amount": pd.Series(dtype="float64")})
    assert shown(empty) == (["customer id", "open amount"], [])
    assert "no rows" in styled(empty).to_html()
    assert isinstance(styled(pd.DataFrame()), Styler)


def test_a_heading_stands_on_the_side_of_its_column():
    page = styled(pd.DataFrame({"name": ["A"], "open_amount": [1.0], "why": ["so"]})).to_html()
    blocks = re.findall(r"((?:#T_\w+_level0_col\d+,?\s*)+)\{\s*text-align: (left|right)", page)
    assert {int(n): side for cells, side in blocks for n in re.findall(r"_col(\d+)", cells)} == {
        0: "left",
        1: "right",
        2: "left",
    }


def test_the_table_handed_in_stays_as_it_was():
    table = pd.DataFrame({"open_amount": [1.0], "currency": ["EUR"]})
    before = table.copy()
    styled(table)
    pd.testing.assert_frame_equal(table, before)


def test_totals_are_exact_per_currency_over_all_rows_shown_or_not():
    table = pd.DataFrame({
        "name": ["A", "B", "C", "D"], "open_amount": [0.1, 0.2, 1500.0, float("nan")], "currency": ["EUR", "EUR", "JPY", "EUR"]
    })  # fmt: skip
    assert shown(table, most=1, totals=["open_amount"])[1] == [
        ["A", "0.10", "EUR"],
        ["total", "0.30", "EUR"],
        ["total", "1,500", "JPY"],
    ]
    assert "font-weight: bold" in styled(table, totals=["open_amount"]).to_html()


def test_bars_are_as_long_as_a_number_is_large_beside_those_of_its_currency():
    table = pd.DataFrame({"open_amount": [50.0, 100.0, 9.0, float("nan")], "currency": ["EUR", "EUR", "JPY", "EUR"]})
    html = styled(table, bars=["open_amount"]).to_html()
    assert re.findall(r"linear-gradient\(to left, #f9dcae ([0-9.]+)%", html) == ["50.0", "100.0", "0.0"]
    assert re.search(r"row1_col0, #T_\w+_row2_col0 \{[^}]*100.0%", html)


def test_an_empty_table_has_no_totals():
    empty = pd.DataFrame({"name": pd.Series(dtype="str"), "open_amount": pd.Series(dtype="float64")})
    assert shown(empty, totals=["open_amount"], bars=["open_amount"]) == (["name", "open amount"], [])


def test_a_searchable_table_looks_the_same_and_fetches_nothing():
    table = pd.DataFrame({"name": ["<b>A</b>"] * 30, "open_amount": [1234.5] * 30, "currency": "EUR"})
    html = searchable(table, most=20)._repr_html_()
    assert html.count("1,234.50") == 40  # once to be searched, once for readers without scripts
    assert "<b>A" not in html
    assert "&lt;b&gt;A&lt;/b&gt;" in html
    assert "10 more rows" in html
    assert not re.findall(r"(?:src|href)=\"https?:", html)
    assert "unpkg" not in html
