"""Discounts taken in time, late, or too much; the ledger grants none by itself."""

import pandas as pd
import pytest

from arkit.discounts import short_paid
from arkit.ledger import Ledger


def book(paid_on="2026-04-09", paid=950.0, terms="5/10 net 30", currency="EUR", **more):
    rows = {"customer_id": "C1", "document_id": "I1", "kind": ["invoice", "payment"], "currency": currency}
    rows |= {"date": ["2026-03-31", paid_on], "terms": [terms, ""], "amount": [1000.0, -paid]}
    return Ledger(pd.DataFrame(rows | more)).at("2026-06-30")


def told(found):
    return [tuple(row) for row in found[["taken", "granted", "left"]].to_numpy()]


def test_terms_in_words_give_the_due_date_and_the_discount():
    document = book().iloc[0]
    assert (f"{document['due_date']:%m-%d}", document["due_basis"]) == ("04-30", "terms")
    assert (f"{document['discount_until']:%m-%d}", document["discount"]) == ("04-10", 50.0)
    assert document["open_amount"] == 50.0


def test_a_stated_due_date_and_days_of_terms_come_before_words():
    assert book(due_date=["2026-05-15", None]).loc[0, ["due_basis"]].tolist() == ["stated"]
    assert f"{book(terms_days=[10, None]).loc[0, 'due_date']:%m-%d}" == "04-10"


@pytest.mark.parametrize("words", ["", "as agreed", "net 30 after delivery"])
def test_words_that_are_not_understood_give_nothing(words):
    document = book(terms=words).iloc[0]
    assert (document["due_basis"], pd.isna(document["discount_until"]), pd.isna(document["discount"])) == (
        "issue date",
        True,
        True,
    )
    assert len(short_paid(book(terms=words))) == 0


@pytest.mark.parametrize(
    ("paid_on", "paid", "options", "expected"),
    [
        ("2026-04-10", 950.0, {}, ("in time", 50.0, 0.0)),
        ("2026-04-11", 950.0, {}, ("late", 0.0, 50.0)),
        ("2026-04-11", 950.0, {"tolerance_days": 1}, ("in time", 50.0, 0.0)),
        ("2026-05-11", 950.0, {"grant": "force"}, ("late", 50.0, 0.0)),
        ("2026-04-10", 950.0, {"grant": "never"}, ("in time", 0.0, 50.0)),
        ("2026-04-10", 949.5, {}, ("too little", 0.0, 50.5)),
        ("2026-04-10", 949.5, {"tolerance": 0.5}, ("in time", 50.5, 0.0)),
        ("2026-04-10", 980.0, {}, ("in time", 20.0, 0.0)),
    ],
)
def test_a_short_payment_is_a_discount_only_in_time_and_within_it(paid_on, paid, options, expected):
    assert told(short_paid(book(paid_on, paid), **options)) == [expected]


def test_what_is_paid_in_full_or_not_at_all_is_not_listed():
    assert len(short_paid(book(paid=1000.0))) == 0
    assert len(short_paid(book().assign(last_paid_on=pd.NaT))) == 0


def test_discounts_have_the_decimals_of_their_currency():
    document = book(paid=950.0, terms="2.5/10 net 30", currency="JPY")
    assert document.loc[0, "discount"] == 25.0
    assert told(short_paid(document)) == [("too little", 0.0, 50.0)]
