import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.money import DECIMALS, NO_CURRENCY, decimals, plain, text, texts, to_major, to_minor, totals, units

CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "KWD", "CLF", NO_CURRENCY])
QUICK = settings(max_examples=50, deadline=None, derandomize=True)


@pytest.mark.parametrize(
    ("currency", "places"),
    [("EUR", 2), ("USD", 2), ("JPY", 0), ("KRW", 0), ("CLP", 0), ("KWD", 3), ("TND", 3), ("CLF", 4), (NO_CURRENCY, 2), ("", 2)],
)
def test_a_currency_has_the_decimals_of_iso_4217(currency, places):
    assert decimals(currency) == places


def test_only_the_currencies_that_do_not_have_two_decimals_are_listed():
    assert set(DECIMALS.values()) == {0, 3, 4}
    assert all(len(code) == 3 and code.isupper() for code in DECIMALS)


def test_minor_units_per_major_unit_are_looked_up_per_row():
    assert units(pd.Series(["EUR", "JPY", "KWD", "EUR", "CLF"])).tolist() == [100, 1, 1000, 100, 10_000]
    assert units(pd.Series([], dtype="str")).tolist() == []


def test_major_units_become_whole_minor_units_even_where_floats_are_short():
    amounts, currency = [0.29, 1.15, 1.1, -19.99, 1500.0, 1.234], ["EUR", "EUR", "USD", "USD", "JPY", "KWD"]
    minor = to_minor(pd.Series(amounts), pd.Series(currency))
    assert minor.dtype == np.int64
    assert minor.tolist() == [29, 115, 110, -1999, 1500, 1234]


@QUICK
@given(st.lists(st.tuples(st.integers(-(10**13), 10**13), CURRENCIES), max_size=8))
def test_minor_units_survive_the_way_to_major_units_and_back(rows):
    minor, currency = [row[0] for row in rows], pd.Series([row[1] for row in rows], dtype="str")
    major = to_major(np.array(minor, dtype="int64"), currency)
    assert to_minor(pd.Series(major), currency).tolist() == minor


@QUICK
@given(st.lists(st.tuples(st.integers(-(10**11), 10**11), CURRENCIES), max_size=30))
def test_totals_are_the_exact_sum_of_each_currency_in_any_order(rows):
    frame = pd.DataFrame(rows, columns=["minor", "currency"]).astype({"minor": "int64", "currency": "str"})
    frame["open_amount"] = to_major(frame["minor"].to_numpy(), frame["currency"])
    exact = {
        currency: sum(minor for minor, code in rows if code == currency) / 10 ** decimals(currency) for _, currency in rows
    }
    assert totals(frame).to_dict() == exact
    assert totals(frame[::-1]).to_dict() == exact


def test_ten_dimes_are_one_and_never_two_currencies_together():
    frame = pd.DataFrame({"open_amount": [0.1] * 10 + [0.1, 0.2], "currency": ["EUR"] * 10 + ["USD"] * 2})
    assert totals(frame).to_dict() == {"EUR": 1.0, "USD": 0.3}


def test_totals_can_be_of_any_money_column_and_carry_its_name():
    total = totals(pd.DataFrame({"at_stake": [1.5, 2.5], "currency": "EUR"}), "at_stake")
    assert (total.name, total.index.name, total.to_dict()) == ("at_stake", "currency", {"EUR": 4.0})


def test_totals_of_nothing_are_no_rows():
    nothing = pd.DataFrame({"open_amount": pd.Series(dtype="float64"), "currency": pd.Series(dtype="str")})
    assert totals(nothing).to_dict() == {}


@pytest.mark.parametrize(
    ("amount", "currency", "words", "machine"),
    [
        (-1234.5, "EUR", "-1,234.50 EUR", "-1234.50"),
        (1_000_000, "JPY", "1,000,000 JPY", "1000000"),
        (1.5, "KWD", "1.500 KWD", "1.500"),
        (12, NO_CURRENCY, "12.00", "12.00"),
        (0, "EUR", "0.00 EUR", "0.00"),
        (-0.0, "EUR", "0.00 EUR", "0.00"),
        (-0.4, "JPY", "0 JPY", "0"),
    ],
)
def test_an_amount_is_written_with_the_decimals_of_its_currency(amount, currency, words, machine):
    assert text(amount, currency) == words
    assert plain(amount, currency) == machine


def test_a_column_of_amounts_is_written_row_by_row_on_its_own_index():
    said = texts(pd.Series([1.0, 2.0], index=[7, 9]), pd.Series(["EUR", "JPY"], index=[7, 9]))
    assert said.to_dict() == {7: "1.00 EUR", 9: "2 JPY"}
