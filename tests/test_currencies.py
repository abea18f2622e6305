"""Amounts in the home currency: only at stated rates, rounded once, and the difference named."""

import pandas as pd
import pytest

from arkit.aging import age
from arkit.currencies import in_home, realised, revalue
from arkit.errors import TableRefused
from arkit.ledger import Ledger


def ledger(*rows):
    names = ["document_id", "kind", "date", "amount", "currency", "rate"]
    return Ledger(pd.DataFrame(rows, columns=names).assign(customer_id="C1", due_date=None))


BOTH = (("A", "invoice", "2026-01-10", 100.0, "USD", 80.0), ("B", "invoice", "2026-01-12", 100.0, "INR", None))


def test_two_currencies_add_up_in_the_home_currency_only():
    documents = ledger(*BOTH).at("2026-01-31")
    assert age(in_home(documents, "INR"))["total"].tolist() == [8100.0]
    assert sorted(age(documents)["total"]) == [100.0, 100.0]


def test_the_rate_of_the_day_may_be_said_per_currency_or_be_the_last_known():
    documents = ledger(*BOTH).at("2026-01-31")
    table = pd.DataFrame({"currency": "USD", "date": ["2026-02-01", "2026-01-15", "2026-01-31"], "rate": [1.0, 70.0, 75.0]})
    assert in_home(documents, "INR", {"USD": 75})["open_amount"].tolist() == [7500.0, 100.0]
    assert in_home(documents, "INR", table)["open_amount"].tolist() == [7500.0, 100.0]


def test_the_revaluation_difference_is_that_of_each_open_document():
    book = ledger(*BOTH, ("A", "payment", "2026-01-20", -40.0, "USD", 79.0))
    found = revalue(book.at("2026-01-31"), "INR", {"USD": 75})
    assert found[["document_id", "booked", "valued", "difference"]].to_numpy().tolist() == [
        ["A", 4800.0, 4500.0, -300.0],
        ["B", 100.0, 100.0, 0.0],
    ]


def test_what_a_settled_document_brought_less_is_realised():
    book = ledger(*BOTH, ("A", "payment", "2026-04-01", -100.0, "USD", 75.0))
    assert realised(book.entries, "INR")[["document_id", "difference"]].to_numpy().tolist() == [["A", -500.0]]
    assert len(realised(book.until("2026-03-31").entries, "INR")) == 0


@pytest.mark.parametrize(
    ("amount", "rate", "home", "value"),
    [
        (2.675, 100.0, "EUR", 267.5),
        (1.0, 2.675, "EUR", 2.68),
        (-1.0, 2.675, "EUR", -2.68),
        (1.0, 149.5, "JPY", 150.0),
        (3.0, 0.30751, "KWD", 0.923),
    ],
)
def test_amounts_are_rounded_once_halves_away_from_zero(amount, rate, home, value):
    documents = pd.DataFrame({"amount": [amount], "open_amount": [amount], "currency": ["BHD"], "rate": [rate]})
    assert in_home(documents, home)["open_amount"].tolist() == [value]


def test_a_currency_without_a_rate_is_refused_by_name():
    documents = ledger(*BOTH).at("2026-01-31")
    with pytest.raises(TableRefused, match=r"(?s)^1 rows have no rate into INR\..*got: USD \(1 rows\)\n  fix: state a rate"):
        in_home(documents, "INR", {"EUR": 90.0})
    with pytest.raises(TableRefused, match=r"(?s)^1 rows have no rate into EUR\..*expected: a rate booked with them.*INR"):
        in_home(documents, "EUR")


def test_nothing_open_gives_no_rows():
    assert len(revalue(ledger(*BOTH).at("2026-01-01"), "INR", {})) == 0
