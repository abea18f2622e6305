import itertools

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arkit.importers.matching import MOST, apply
from arkit.ledger import Ledger


def postings(rows):
    """Postings out of (kind, document, day of January, amount); a payment without a document is loose."""
    frame = pd.DataFrame(rows, columns=["kind", "document_id", "day", "amount"])
    own = "payment " + pd.Series(range(len(frame))).astype("str")
    return pd.DataFrame(
        {
            "customer_id": "Acme", "entity": "", "currency": "EUR", "kind": frame["kind"], "source": "july.csv:1",
            "document_id": frame["document_id"].mask(frame["document_id"].eq(""), own),
            "date": pd.to_datetime("2026-01-" + frame["day"].astype("str").str.zfill(2)).astype("datetime64[s]"),
            "amount": frame["amount"].astype("float64"), "loose": frame["document_id"].eq(""),
        }
    )  # fmt: skip


def left(entries, how="certain"):
    """What is open per document once loose payments are put to invoices."""
    applied, _ = apply(entries, how=how)
    documents = Ledger(applied).at("2026-12-31")
    return documents[documents["open_amount"].ne(0)].set_index("document_id")["open_amount"].to_dict()


TWO = [("invoice", "A", 1, 100.0), ("invoice", "B", 2, 60.5)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([*TWO, ("payment", "", 9, -100.0)], {"B": 60.5}),
        ([*TWO, ("payment", "", 9, -160.5)], {}),
        ([*TWO, ("payment", "", 9, -100.0), ("payment", "", 10, -60.5)], {}),
        ([*TWO, ("payment", "", 9, -50.0)], {"A": 100.0, "B": 60.5, "payment 2": -50.0}),
        # 100 is A, or C and D: nothing is proven
        (
            [*TWO, ("invoice", "C", 3, 40.0), ("invoice", "D", 4, 60.0), ("payment", "", 9, -100.0)],
            {"A": 100.0, "B": 60.5, "C": 40.0, "D": 60.0, "payment 4": -100.0},
        ),
        # two invoices of one amount: which of them is not known
        (
            [("invoice", "A", 1, 5.0), ("invoice", "B", 2, 5.0), ("payment", "", 9, -5.0)],
            {"A": 5.0, "B": 5.0, "payment 2": -5.0},
        ),
        # an invoice of a later day cannot have been paid
        ([("invoice", "A", 20, 5.0), ("payment", "", 9, -5.0)], {"A": 5.0, "payment 1": -5.0}),
        # a part payment that names its invoice leaves the rest to be found
        ([("invoice", "A", 1, 100.0), ("payment", "A", 5, -40.0), ("payment", "", 9, -60.0)], {}),
        ([*TWO, ("payment", "", 9, 0.0)], {"A": 100.0, "B": 60.5}),
    ],
)
def test_a_payment_is_matched_where_one_set_of_invoices_adds_up_to_it(rows, expected):
    assert left(postings(rows)) == expected


def test_with_too_many_invoices_nothing_is_proven():
    many = [("invoice", f"I{number}", 1, 1000.0 + 2**number) for number in range(MOST + 1)]
    assert len(left(postings([*many, ("payment", "", 9, -1001.0)]))) == MOST + 2


def test_what_was_matched_is_told_apart_from_what_was_not():
    _, done = apply(postings([*TWO, ("payment", "", 9, -100.0), ("payment", "", 10, -7.0)]))
    assert done.to_dict() == {2: True, 3: False}


def test_the_oldest_first_is_a_choice_and_leaves_what_is_too_much():
    rows = [*TWO, ("payment", "", 9, -130.0), ("payment", "", 10, -50.0)]
    assert left(postings(rows), "oldest") == {"payment 3": -19.5}
    assert left(postings(rows), "credit") == {"A": 100.0, "B": 60.5, "payment 2": -130.0, "payment 3": -50.0}
    assert left(postings([*TWO, ("payment", "", 9, -130.0)]), "oldest") == {"B": 30.5}


@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=6),
    st.lists(st.integers(1, 120), min_size=1, max_size=3),
)
def test_a_single_payment_agrees_with_trying_every_set(invoices, payments):
    rows = [("invoice", f"I{number}", 1, amount) for number, amount in enumerate(invoices)]
    paid = payments[0]
    sets = [
        chosen
        for size in range(1, len(invoices) + 1)
        for chosen in itertools.combinations(range(len(invoices)), size)
        if sum(invoices[number] for number in chosen) == paid
    ]
    _, done = apply(postings([*rows, ("payment", "", 9, -paid)]))
    assert done.tolist() == [len(sets) == 1]


@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=6),
    st.lists(st.integers(1, 120), min_size=1, max_size=4),
    st.sampled_from(["certain", "oldest", "credit"]),
)
def test_the_balance_of_the_customer_never_changes(invoices, payments, how):
    rows = [("invoice", f"I{number}", 1, amount) for number, amount in enumerate(invoices)]
    rows += [("payment", "", 9, -amount) for amount in payments]
    entries = postings(rows)
    applied, done = apply(entries, how=how)
    assert applied["amount"].sum() == entries["amount"].sum()
    assert len(done) == len(payments)
    if how == "oldest":
        owed = sum(invoices) - sum(payments)
        assert sum(amount for amount in left(entries, how).values() if amount > 0) == max(0, owed)
