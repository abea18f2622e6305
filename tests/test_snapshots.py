"""Lists of open items, chained into history: what is known is said, and what is not known too."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arkit.history import profile
from arkit.ledger import Ledger

JAN, FEB, MAR = "2026-01-31", "2026-02-28", "2026-03-31"


def lists(*rows, **columns):
    """Open items from (list, document, open amount)."""
    table = pd.DataFrame(rows, columns=["as_of", "document_id", "open_amount"])
    return table.assign(
        **{"customer_id": "C1", "kind": "invoice", "issued": "2026-01-10", "due_date": "2026-02-09", "currency": "EUR"}
        | columns
    )


def told(documents):
    shown = documents[["document_id", "amount", "open_amount", "settled_after", "settled_on", "days_late"]].astype("object")
    return [tuple(None if pd.isna(v) else f"{v:%m-%d}" if hasattr(v, "month") else v for v in row) for row in shown.to_numpy()]


def test_what_a_later_list_no_longer_shows_was_settled_in_between():
    book = Ledger(snapshots=lists((JAN, "I1", 100.0), (JAN, "I2", 50.0), (FEB, "I2", 50.0), (MAR, "I2", 20.0)))
    assert told(book.at(JAN)) == [("I1", 100.0, 100.0, None, None, -9), ("I2", 50.0, 50.0, None, None, -9)]
    assert told(book.at(FEB)) == [("I2", 50.0, 50.0, None, None, 19), ("I1", 100.0, 0.0, "01-31", "02-28", 5)]
    assert told(book.at(MAR)) == [("I2", 50.0, 20.0, None, None, 50), ("I1", 100.0, 0.0, "01-31", "02-28", 5)]


def test_what_comes_back_is_open_again_and_was_settled_meanwhile():
    book = Ledger(snapshots=lists((JAN, "I1", 100.0), (FEB, "I2", 5.0), (MAR, "I1", 100.0)))
    assert told(book.at(FEB))[1] == ("I1", 100.0, 0.0, "01-31", "02-28", 5)
    assert told(book.at(MAR))[0] == ("I1", 100.0, 100.0, None, None, 50)


def test_what_a_list_shows_with_a_later_date_is_not_there_yet():
    book = Ledger(
        snapshots=pd.concat([lists((JAN, "I1", 100.0), (FEB, "I1", 60.0)), lists((JAN, "I2", 9.0), issued="2026-02-02")])
    )
    assert told(book.at(JAN)) == [("I1", 100.0, 100.0, None, None, -9)]
    assert told(book.at(FEB)) == [("I1", 100.0, 60.0, None, None, 19), ("I2", 9.0, 0.0, "01-31", "02-28", 5)]


def test_a_stated_day_of_settlement_stays_as_stated():
    first = lists((JAN, "I1", 0.0)).assign(settled_on="2026-01-20", amount=100.0)
    book = Ledger(snapshots=pd.concat([first, lists((FEB, "I2", 5.0))]))
    assert told(book.at(FEB))[1] == ("I1", 100.0, 0.0, None, "01-20", -20)


def test_nothing_is_concluded_about_a_company_that_a_later_list_does_not_hold():
    book = Ledger(
        snapshots=pd.concat(
            [lists((JAN, "I1", 100.0), (MAR, "I3", 1.0), entity="north"), lists((FEB, "I2", 5.0), entity="south")]
        )
    )
    assert [row[0] for row in told(book.at(FEB))] == ["I2"]
    assert told(book.at(MAR))[1] == ("I1", 100.0, 0.0, "01-31", "03-31", 20)


def test_nothing_is_concluded_about_items_without_a_number():
    unnumbered = lists((JAN, "payment jan.csv:7", -30.0), (JAN, "I1", 5.0)).assign(source="jan.csv:7")
    unnumbered["kind"] = ["payment", "invoice"]
    book = Ledger(snapshots=pd.concat([unnumbered, lists((FEB, "I2", 5.0))]))
    assert [row[0] for row in told(book.at(FEB))] == ["I2", "I1"]


def test_postings_know_better_than_a_list_that_no_longer_shows_a_document():
    posted = pd.DataFrame(
        {"customer_id": "C1", "document_id": "I1", "kind": ["invoice", "payment"], "currency": "EUR",
         "date": ["2026-02-10", "2026-02-20"], "due_date": ["2026-02-15", None], "amount": [100.0, -100.0]}
    )  # fmt: skip
    book = Ledger(posted, snapshots=lists((JAN, "I1", 100.0), (FEB, "I2", 5.0)))
    assert told(book.at(FEB))[0] == ("I1", 100.0, 0.0, None, "02-20", 5)


def test_invoices_that_vanished_tell_how_the_customer_pays():
    rows = [(JAN, f"I{n}", 100.0) for n in range(5)]
    book = Ledger(snapshots=lists(*rows, (FEB, "I9", 100.0)))
    profiles = profile(book.at(FEB))
    assert profiles.loc[0, ["n_settled", "norm_low", "norm_high"]].tolist() == [5, 5.0, 5.0]


months = st.lists(st.sets(st.sampled_from(["I1", "I2", "I3", "I4"]), min_size=1), min_size=1, max_size=5)


@given(months)
def test_each_list_keeps_its_total_and_no_document_is_lost(shown):
    days = [f"2026-{month + 1:02d}-15" for month in range(len(shown))]
    rows = [(day, name, 10.0) for day, names in zip(days, shown, strict=True) for name in sorted(names)]
    book = Ledger(snapshots=lists(*rows))
    for number, day in enumerate(days):
        documents = book.at(day)
        assert documents["open_amount"].sum() == 10.0 * len(shown[number])
        assert set(documents["document_id"]) == set().union(*shown[: number + 1])
        assert documents["settled_on"].isna().eq(~documents["settled"]).all()


@pytest.mark.parametrize("day", [JAN, FEB])
def test_a_later_list_changes_no_earlier_day(day):
    first = lists((JAN, "I1", 100.0), (FEB, "I2", 5.0))
    later = pd.concat([first, lists((MAR, "I3", 5.0))])
    pd.testing.assert_frame_equal(Ledger(snapshots=first).at(day), Ledger(snapshots=later).at(day))


def test_the_last_instalment_left_is_the_one_of_its_due_day():
    rows = pd.DataFrame(
        {
            "as_of": [JAN, JAN, FEB],
            "customer_id": "C1",
            "document_id": "I1",
            "kind": "invoice",
            "issued": "2026-01-02",
            "due_date": ["2026-01-20", "2026-03-20", "2026-03-20"],
            "amount": [50.0, 50.0, 50.0],
            "open_amount": [50.0, 50.0, 50.0],
            "currency": "EUR",
            "instalment": ["first", "second", ""],
        }
    )
    documents = Ledger(snapshots=rows).at(FEB)
    assert documents[["instalment", "settled"]].sort_values("instalment").to_numpy().tolist() == [
        ["first", True],
        ["second", False],
    ]
