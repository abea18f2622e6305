"""Postings and what they add up to: exact for any day, alone or among many, in instalments or whole."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arkit.ledger import Ledger
from arkit.money import to_minor
from arkit.tables import KINDS

DAYS = [f"2026-{month:02d}-{day:02d}" for month in range(1, 5) for day in (1, 15, 28)]
INSTALMENTS = [("1/3", "2026-02-10", 30.0), ("2/3", "2026-03-10", 50.0), ("3/3", "2026-04-10", 20.0)]


def entries(*rows):
    columns = ["document_id", "kind", "date", "due_date", "amount", "instalment", "currency", "customer_id"]
    table = pd.DataFrame([[*row, *["", "EUR", "C1"][len(row) - 5 :]] for row in rows], columns=columns)
    return table.astype({"amount": "float64"})


def in_parts(*lowering):
    created = [("I1", "invoice", "2026-01-10", due, amount, part) for part, due, amount in INSTALMENTS]
    return Ledger(entries(*created, *lowering))


def left(ledger, day):
    documents = ledger.at(day)
    return dict(zip(documents["instalment"], documents["open_amount"], strict=True))


def pays(date, amount, part="", kind="payment"):
    return ("I1", kind, date, None, -amount, part)


posting = st.tuples(
    st.sampled_from(["I1", "I2", "I3"]),
    st.sampled_from([*KINDS, "invoice", "payment"]),
    st.sampled_from(DAYS),
    st.sampled_from([None, *DAYS]),
    st.integers(-500, 500).map(lambda units: units * 5 / 4),
    st.sampled_from(["", "", "1/2", "2/2"]),
    st.sampled_from(["EUR", "JPY", "KWD"]),
    st.sampled_from(["C1", "C2"]),
)


def total(documents):
    minor = pd.Series(to_minor(documents["open_amount"], documents["currency"]), index=documents.index)
    return minor.groupby([documents["customer_id"], documents["document_id"], documents["currency"]]).sum()


@given(st.lists(posting, max_size=14), st.lists(st.sampled_from(DAYS), min_size=1, max_size=5))
def test_many_days_in_one_pass_are_the_same_as_each_alone(rows, days):
    ledger = Ledger(entries(*rows))
    together = ledger.open_items(days)
    alone = [ledger.at(day) for day in sorted(set(days))]
    alone = pd.concat([documents[documents["open_amount"].ne(0)] for documents in alone], ignore_index=True)
    key = ["as_of", "entity", "customer_id", "currency", "document_id", "instalment"]
    pd.testing.assert_frame_equal(
        together.sort_values(key, ignore_index=True), alone.sort_values(key, ignore_index=True), check_exact=True
    )


@given(st.lists(posting, max_size=14), st.sampled_from(DAYS))
def test_instalments_change_no_total_of_a_document(rows, day):
    whole = entries(*rows).assign(instalment="")
    parts, one = Ledger(entries(*rows)).at(day), Ledger(whole).at(day)
    pd.testing.assert_series_equal(total(parts), total(one))


@given(st.lists(posting, max_size=10), posting, st.sampled_from(DAYS))
def test_a_later_posting_changes_no_earlier_day(rows, later, day):
    before = Ledger(entries(*rows)).at(day)
    after = Ledger(entries(*rows, (*later[:2], "2026-05-01", *later[3:]))).at(day)
    pd.testing.assert_frame_equal(before, after)


@given(st.lists(posting, min_size=1, max_size=10), st.randoms(use_true_random=False), st.sampled_from(DAYS))
def test_the_order_of_rows_changes_no_total(rows, random, day):
    shuffled = random.sample(rows, len(rows))
    pd.testing.assert_series_equal(total(Ledger(entries(*rows)).at(day)), total(Ledger(entries(*shuffled)).at(day)))


def test_each_instalment_has_its_own_due_date_and_age():
    documents = in_parts().at("2026-03-12")
    assert documents["days_late"].tolist() == [30, 2, -29]
    assert documents["amount"].tolist() == [30.0, 50.0, 20.0]


@pytest.mark.parametrize(
    ("paid", "open_amounts"),
    [
        (10.0, [20.0, 50.0, 20.0]),
        (30.0, [0.0, 50.0, 20.0]),
        (40.0, [0.0, 40.0, 20.0]),
        (100.0, [0.0, 0.0, 0.0]),
        (110.0, [0.0, 0.0, -10.0]),
    ],
)
def test_what_names_no_instalment_pays_the_oldest_due_first(paid, open_amounts):
    assert [*left(in_parts(pays("2026-02-01", paid)), "2026-02-01").values()] == open_amounts


def test_what_names_an_instalment_stands_on_it_and_the_rest_flows_around_it():
    assert left(in_parts(pays("2026-02-01", 50.0, "2/3")), "2026-02-01") == {"1/3": 30.0, "2/3": 0.0, "3/3": 20.0}
    both = in_parts(pays("2026-02-01", 50.0, "2/3"), pays("2026-02-02", 40.0))
    assert left(both, "2026-02-02") == {"1/3": 0.0, "2/3": 0.0, "3/3": 10.0}


def test_a_name_that_no_instalment_has_is_no_instalment():
    assert left(in_parts(pays("2026-02-01", 40.0, "7/9")), "2026-02-01") == {"1/3": 0.0, "2/3": 40.0, "3/3": 20.0}


def test_a_returned_payment_reopens_what_was_paid_last():
    ledger = in_parts(pays("2026-02-01", 90.0), ("I1", "return", "2026-02-20", None, 40.0, ""))
    assert [*left(ledger, "2026-02-19").values()] == [0.0, 0.0, 10.0]
    assert [*left(ledger, "2026-02-20").values()] == [0.0, 30.0, 20.0]
    assert ledger.at("2026-02-20").loc[1, ["settled", "bounced", "paid_amount"]].tolist() == [False, 1, 20.0]


def test_an_instalment_is_settled_on_the_day_of_the_payment_that_reached_it():
    documents = in_parts(pays("2026-02-01", 25.0), pays("2026-02-14", 40.0)).at("2026-03-31")
    assert documents["settled_on"].tolist()[0] == pd.Timestamp("2026-02-14")
    assert documents["days_late"].tolist() == [4, 21, -10]
    assert documents["payments"].tolist() == [2, 1, 0]


def test_an_instalment_billed_later_does_not_exist_before_and_takes_over_what_was_overpaid():
    ledger = Ledger(
        entries(
            ("I1", "invoice", "2026-01-10", "2026-02-10", 30.0, "1"),
            pays("2026-01-20", 45.0),
            ("I1", "invoice", "2026-02-01", "2026-03-10", 50.0, "2"),
        )
    )
    assert left(ledger, "2026-01-31") == {"1": -15.0}
    assert left(ledger, "2026-02-01") == {"1": 0.0, "2": 35.0}


def test_before_the_invoice_its_payment_stands_alone_on_every_day_asked():
    ledger = Ledger(entries(pays("2026-01-05", 40.0), ("I1", "invoice", "2026-01-10", "2026-02-10", 100.0)))
    items = ledger.open_items(["2026-01-07", "2026-01-31"])
    assert items[["kind", "open_amount"]].to_numpy().tolist() == [["payment", -40.0], ["invoice", 60.0]]


def test_no_days_and_no_postings_give_no_rows():
    assert len(in_parts().open_items([])) == 0
    assert len(Ledger().open_items(["2026-01-31"])) == 0
