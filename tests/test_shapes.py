import datetime

import numpy as np
import pandas as pd
import pytest

from arkit.errors import TableRefused
from arkit.money import NO_CURRENCY
from arkit.shapes import DTYPES, look_up
from arkit.tables import ALL, CUSTOMERS, ENTRIES, REJECTS


def posting(**changed):
    given = {"customer_id": "C1", "document_id": "1", "kind": "invoice", "date": "2026-01-10", "amount": 5.0, "currency": "EUR"}
    return pd.DataFrame({name: [value] for name, value in (given | changed).items()})


def customer(**changed):
    return pd.DataFrame({name: [value] for name, value in ({"customer_id": "C1", "name": "One"} | changed).items()})


def test_a_conformed_table_has_every_declared_column_typed_and_in_order():
    table = ENTRIES.conform(posting())
    assert list(table) == ENTRIES.names
    assert table.dtypes.astype("str").tolist() == [str(pd.Series(dtype=DTYPES[c.holds]).dtype) for c in ENTRIES.columns]


def test_columns_not_declared_follow_unchanged():
    table = ENTRIES.conform(posting(colour="blue", weight=1.25))
    assert list(table) == [*ENTRIES.names, "colour", "weight"]
    assert table[["colour", "weight"]].to_dict("records") == [{"colour": "blue", "weight": 1.25}]


def test_conforming_twice_changes_nothing_and_the_frame_handed_in_stays_as_it_was():
    given = posting(terms_days=None)
    before = given.copy()
    once = ENTRIES.conform(given)
    pd.testing.assert_frame_equal(ENTRIES.conform(once), once)
    pd.testing.assert_frame_equal(given, before)


@pytest.mark.parametrize(
    ("name", "value", "becomes"),
    [
        ("reference", None, ""),
        ("currency", "", NO_CURRENCY),
        ("date", pd.Timestamp("2026-01-10 17:30"), pd.Timestamp("2026-01-10")),
        ("due_date", pd.NaT, pd.NaT),
    ],
)
def test_a_gap_in_a_table_that_has_its_shape_already_is_put_right_as_in_any_other(name, value, becomes):
    table = ENTRIES.conform(pd.concat([posting(), posting(document_id="2")], ignore_index=True))
    table[name] = pd.Series([table[name].iloc[0], value], dtype=table[name].dtype)
    (_, found) = ENTRIES.conform(table)[name]
    assert found is becomes or found == becomes


def test_columns_in_another_order_or_named_by_numbers_come_in_order_and_as_text():
    table = ENTRIES.conform(posting()).assign(**{"more": 1}).rename(columns={"more": 7})
    assert [*ENTRIES.conform(table)] == [*ENTRIES.names, "7"]
    assert [*ENTRIES.conform(table[[*table.columns[::-1]]])] == [*ENTRIES.names, "7"]


def test_a_conformed_table_can_be_changed_and_the_one_handed_in_stays():
    given, nothing = ENTRIES.conform(posting()), ENTRIES.empty()
    again = ENTRIES.conform(given)
    again["amount"], nothing["amount"] = 0.0, "x"
    assert given["amount"].iloc[0] != 0
    assert ENTRIES.empty()["amount"].dtype == "float64"


def test_the_index_is_kept_even_where_it_repeats():
    table = ENTRIES.conform(pd.concat([posting(), posting(document_id="2")]))
    assert table.index.tolist() == [0, 0]
    assert table["document_id"].tolist() == ["1", "2"]


@pytest.mark.parametrize("table", ALL, ids=lambda table: table.name)
def test_no_table_is_an_empty_table_of_that_shape(table):
    pd.testing.assert_frame_equal(table.conform(None), table.empty())
    pd.testing.assert_frame_equal(table.conform(pd.DataFrame(columns=table.names)), table.empty(), check_index_type=False)


def test_columns_that_may_be_absent_are_filled_with_what_says_nothing():
    (row,) = CUSTOMERS.conform(customer()).to_dict("records")
    assert (row["email"], row["strategic"]) == ("", False)
    assert np.isnan(row["terms_days"])
    assert pd.isna(row["since"])


def test_missing_values_become_what_says_nothing_too():
    table = CUSTOMERS.conform(customer(name=None, strategic=None, since=None, credit_limit=None))
    assert table[["name", "strategic"]].to_dict("records") == [{"name": "", "strategic": False}]
    assert table[["since", "credit_limit"]].isna().all(axis=None)


@pytest.mark.parametrize("said", [None, "", float("nan")])
def test_a_currency_that_is_not_said_is_the_code_for_none(said):
    assert ENTRIES.conform(posting(currency=said))["currency"].tolist() == [NO_CURRENCY]


def test_leading_zeros_of_a_number_that_is_text_are_kept():
    assert ENTRIES.conform(posting(customer_id="00042"))["customer_id"].tolist() == ["00042"]


@pytest.mark.parametrize("absent", ["customer_id", "document_id", "kind", "date", "amount", "currency"])
def test_a_table_without_a_column_it_must_have_is_refused_by_name(absent):
    with pytest.raises(TableRefused, match=rf"^the table 'entries' lacks {absent}\.\n  expected: one row per posting"):
        ENTRIES.conform(posting().drop(columns=absent))


def test_the_refusal_lists_what_was_handed_over():
    with pytest.raises(TableRefused, match=r"got: the columns a, b\n  fix: rename, add or drop columns"):
        ENTRIES.conform(pd.DataFrame(columns=["a", "b"]))
    with pytest.raises(TableRefused, match=r"got: the columns \(none\)"):
        ENTRIES.conform(pd.DataFrame())


def test_two_columns_of_one_name_are_refused():
    twice = pd.concat([posting(), posting()[["amount"]]], axis=1)
    with pytest.raises(TableRefused, match=r"^the table 'entries' has amount more than once\."):
        ENTRIES.conform(twice)


@pytest.mark.parametrize(
    ("day", "read"),
    [
        ("2026-01-02", "2026-01-02"),
        ("2026-1-2", "2026-01-02"),
        ("2026/01/02", "2026-01-02"),
        ("2026-01-02T23:59:59", "2026-01-02"),
        ("2026-01-02T23:30:00+09:00", "2026-01-02"),
        (20260102, "2026-01-02"),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (datetime.datetime(2026, 1, 2, 23, 59, tzinfo=datetime.UTC), "2026-01-02"),
        (pd.Timestamp("2026-01-02 23:30", tz="Asia/Tokyo"), "2026-01-02"),
        ("9999-12-31", "9999-12-31"),
    ],
)
def test_a_day_is_the_day_of_the_calendar_without_its_time(day, read):
    assert ENTRIES.conform(posting(date=day))["date"].tolist() == [pd.Timestamp(read)]


@pytest.mark.parametrize("day", ["01/02/2026", "31.12.2026", "2026-02-30", "2026", "2026-01", 46023, 46023.0, "soon"])
def test_a_day_that_could_be_another_or_none_is_refused_and_never_guessed(day):
    with pytest.raises(TableRefused, match=rf"(?s)'date' of the table 'entries'.*got: '{day}' is not a day like 2026-10-31"):
        ENTRIES.conform(posting(date=day))


@pytest.mark.parametrize("blank", [None, "", pd.NaT, float("nan")])
def test_a_day_may_be_missing(blank):
    assert ENTRIES.conform(posting(due_date=blank))["due_date"].isna().all()


def test_an_amount_that_is_no_number_is_refused_with_the_meaning_of_the_column():
    with pytest.raises(TableRefused, match=r"(?s)expected: money: signed: plus raises what is owed.*got: .*'1,000\.00'"):
        ENTRIES.conform(posting(amount="1,000.00"))


@pytest.mark.parametrize(("flag", "read"), [(True, True), (False, False), (1, True), (0.0, False), (None, False)])
def test_a_flag_is_true_or_false(flag, read):
    assert CUSTOMERS.conform(customer(do_not_contact=flag))["do_not_contact"].tolist() == [read]


@pytest.mark.parametrize("flag", ["no", "False", "", 2])
def test_words_are_no_flag_for_any_word_would_count_as_yes(flag):
    with pytest.raises(
        TableRefused, match=rf"(?s)'do_not_contact'.*expected: flag: nobody writes.*got: '{flag}' is not a flag"
    ):
        CUSTOMERS.conform(customer(do_not_contact=flag))


@pytest.mark.parametrize(("count", "read"), [(3, 3), (3.0, 3), ("3", 3), (None, 0), (2**53 + 1, 2**53 + 1)])
def test_a_count_is_a_whole_number(count, read):
    rows = pd.DataFrame({"file": ["a.csv"], "row": [count], "reason": [""], "values": [""]})
    assert REJECTS.conform(rows)["row"].tolist() == [read]


@pytest.mark.parametrize("count", [1.5, float("inf"), "1.5"])
def test_a_count_is_never_cut_to_a_whole_number(count):
    rows = pd.DataFrame({"file": ["a.csv"], "row": [count], "reason": [""], "values": [""]})
    with pytest.raises(TableRefused, match=rf"(?s)'row' of the table 'rejects'.*'{count}' is not a count"):
        REJECTS.conform(rows)


def test_looking_up_keeps_the_kind_of_value_even_where_nothing_is_known():
    nobody = pd.Series([], index=pd.Index([], dtype="str"), dtype="str")
    found = look_up(pd.Series(["a"], index=[7]), nobody)
    assert (found.dtype, found.index.tolist(), found.isna().tolist()) == ("str", [7], [True])
