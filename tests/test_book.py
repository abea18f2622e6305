import os
import sqlite3
import subprocess
import sys
import threading
import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import arkit as ar
from arkit.book import Book, keeping, register, shelf
from arkit.book.customers import one_number
from arkit.errors import BookRefused, OutputRefused
from arkit.ledger import Ledger
from arkit.sample import write_sample
from arkit.tables import DOCUMENTS, NOTES

LAST = "2026-10-31"
DATED = {
    "invoices.csv": "Invoice Date",
    "credit_notes.csv": "Credit Note Date",
    "payments.csv": "Payment Date",
    "notes.csv": "Date",
}
MONTHS = ["2026-08-31", "2026-09-30", "2026-10-31"]
ENTRY = ["customer_id", "document_id", "kind", "date", "due_date", "amount", "currency"]


@pytest.fixture(scope="session")
def company(tmp_path_factory):
    """A made-up company small enough to be read often."""
    return [
        (path.name, pd.read_csv(path, dtype="str", keep_default_na=False))
        for path in write_sample(tmp_path_factory.mktemp("company"), customers=20, months=12)
    ]


def exports(company, folder, until, since="2000-01-01", change=None):
    """The files as an accounting system would have exported them on a day, from another day on."""
    folder.mkdir(parents=True)
    for name, everything in company:
        day = pd.to_datetime(everything[DATED.get(name, "Customer Since")], dayfirst=True)
        rows = everything[day.between(since, until) | (name not in DATED)]
        (change(name, rows) if change else rows).to_csv(folder / name, index=False)
    return folder


def without_source(documents):
    """Documents in a fixed order, without where they were read."""
    names = [name for name in DOCUMENTS.names if name != "source"]
    key = ["entity", "customer_id", "document_id", "instalment", "kind", "currency", "issued", "amount"]
    return documents[names].sort_values(key, ignore_index=True)


def same(one, other, day):
    pd.testing.assert_frame_equal(without_source(one.at(day)), without_source(other.at(day)), check_exact=True)


def postings(*rows):
    """Postings in a line each: document, kind, day, due day, amount, and the file they stand in."""
    table = [dict(zip(("document_id", "kind", "date", "due_date", "amount", "source"), row, strict=True)) for row in rows]
    return pd.DataFrame(table).assign(customer_id="C1", currency="EUR")


def invoices(*rows, source=""):
    """A ledger of invoices: number, day, due day, amount."""
    return Ledger(postings(*[(number, "invoice", day, due, amount, source) for number, day, due, amount in rows]))


JUNE = invoices(("I1", "2026-06-01", "2026-07-01", 100.0), ("I2", "2026-06-20", "2026-07-20", 50.0))


@pytest.fixture
def book(tmp_path):
    return Book.open(tmp_path / "book")


# -- it ties, to the cent ----------------------------------------------------------------------------------------------------


def test_after_each_month_the_book_equals_the_newest_full_export(book, tmp_path, company):
    for day in MONTHS:
        full = ar.load(exports(company, tmp_path / day, day), as_of=day)
        book.add(full, as_of=day)
        for asked in MONTHS[: MONTHS.index(day) + 1]:
            same(book.ledger(), full, asked)


def test_it_ties_with_an_invoice_redated_one_corrected_one_deleted_and_a_payment_taken_back(book, tmp_path, company):
    found = dict(company)["invoices.csv"]
    chosen = found[pd.to_datetime(found["Invoice Date"], dayfirst=True).between("2026-09-01", "2026-09-30")]["Invoice No."]
    redated, corrected, deleted = chosen.iloc[[0, 3, 6]]

    def later(name, rows):
        if name == "payments.csv":
            paid = rows["Invoice No."].isin([redated, corrected])
            return rows[
                ~rows["Invoice No."].eq(deleted) & (~paid | rows["Payment No."].ne(rows.loc[paid, "Payment No."].min()))
            ]
        if name != "invoices.csv":
            return rows[~rows.get("Applied To", pd.Series("", rows.index)).eq(deleted)] if name == "credit_notes.csv" else rows
        rows = rows[rows["Invoice No."].ne(deleted)].copy()
        rows.loc[rows["Invoice No."].eq(redated), "Invoice Date"] = "28/09/2026"
        rows.loc[rows["Invoice No."].eq(redated), "Due Date"] = "28/10/2026"
        rows.loc[rows["Invoice No."].eq(corrected), "Amount"] = "777.77"
        return rows

    book.add(ar.load(exports(company, tmp_path / "september", "2026-09-30"), as_of="2026-09-30"))
    before = book.ledger()
    october = ar.load(exports(company, tmp_path / "october", "2026-10-31", change=later), as_of="2026-10-31")
    assert (october.entries["document_id"].eq(deleted)).sum() == 0
    added = book.add(october, as_of="2026-10-31")
    same(book.ledger(), october, "2026-10-31")
    same(book.ledger(), october, "2026-09-30")
    same(book.ledger(as_known=1), before, "2026-09-30")
    invoice = added.changes[added.changes["kind"].eq("invoice")].set_index("document_id")
    assert invoice["change"].to_dict() == {redated: "corrected", corrected: "corrected", deleted: "no longer listed"}
    assert invoice.loc[corrected, "amount_now"] == 777.77
    assert invoice.loc[redated, "date_now"] == pd.Timestamp("2026-09-28")
    words = "\n".join(added.sentences())
    assert f"no longer listed: invoice {deleted} of " in words
    assert "to 777.77 EUR" in words or "to 777.77 GBP" in words
    assert not added.partial
    pd.testing.assert_frame_equal(book.changes(), added.changes)


def test_exports_of_some_months_each_that_overlap_add_up_to_the_whole(book, tmp_path, company):
    for since, until in (("2025-01-01", "2026-04-30"), ("2026-04-01", "2026-08-31"), ("2026-07-01", LAST)):
        folder = exports(company, tmp_path / until, until, since)
        added = book.add(ar.load(folder, as_of=until, unapplied="credit"))
        assert not added.partial
        assert not len(added.changes)
    whole = ar.load(exports(company, tmp_path / "whole", LAST), as_of=LAST, unapplied="credit")
    same(book.ledger(), whole, LAST)
    assert len(book.ledger().notes) == len(whole.notes)


def test_lists_of_open_items_become_history(book):
    for day, owed in (("2026-06-30", {"I1": 100.0, "I2": 50.0}), ("2026-07-31", {"I2": 20.0, "I3": 10.0})):
        rows = pd.DataFrame({"document_id": list(owed), "open_amount": list(owed.values())})
        rows = rows.assign(as_of=day, customer_id="C1", kind="invoice", issued="2026-06-01", currency="EUR")
        book.add(Ledger(snapshots=rows))
    july = book.ledger().at("2026-07-31").set_index("document_id")
    assert july["open_amount"].to_dict() == {"I1": 0.0, "I2": 20.0, "I3": 10.0}
    assert (july.loc["I1", "settled_after"], july.loc["I1", "settled_on"]) == (
        pd.Timestamp("2026-06-30"),
        pd.Timestamp("2026-07-31"),
    )
    assert book.ledger().at("2026-06-30")["open_amount"].sum() == 150.0


def test_a_list_of_the_same_day_made_anew_takes_the_place_of_the_first(book):
    def listed(owed):
        rows = pd.DataFrame({"document_id": list(owed), "open_amount": list(owed.values())})
        return Ledger(
            snapshots=rows.assign(as_of="2026-06-30", customer_id="C1", kind="invoice", issued="2026-06-01", currency="EUR")
        )

    book.add(listed({f"I{number}": 100.0 for number in range(12)}))
    added = book.add(listed({f"I{number}": 100.0 for number in range(1, 11)} | {"I11": 40.0}))
    assert added.changes.set_index("document_id")["change"].to_dict() == {"I0": "no longer listed", "I11": "corrected"}
    assert book.ledger().at("2026-06-30")["open_amount"].sum() == 1040.0


# -- the same again, corrected, gone -----------------------------------------------------------------------------------------


def test_a_file_read_before_adds_nothing_and_says_so(book, tmp_path, company):
    ledger = ar.load(exports(company, tmp_path / "exports", LAST), as_of=LAST)
    first, again = book.add(ledger), book.add(ledger)
    assert (first.number, again.number) == (1, 0)
    assert again.files["new"].sum() == 0
    assert "invoices.csv: read before, it adds nothing" in again.sentences()
    assert book.summary()["imports"] == 1


def test_a_posting_listed_twice_in_one_file_means_two_and_across_files_the_larger_count(book):
    def paid(times, source):
        return Ledger(postings(*[("I1", "payment", "2026-06-05", None, -10.0, f"{source}:{n}") for n in range(times)]))

    book.add(paid(2, "a.csv"))
    assert book.add(paid(1, "b.csv"), complete=False).number == 0
    assert len(book.ledger().entries) == 2
    book.add(paid(3, "c.csv"), complete=False)
    assert book.ledger().at("2026-06-30")["open_amount"].tolist() == [-30.0]


def test_a_corrected_document_counts_as_the_later_export_has_it_and_is_named(book):
    book.add(JUNE)
    added = book.add(invoices(("I1", "2026-06-02", "2026-07-02", 120.0), ("I3", "2026-07-05", "2026-08-05", 7.0)))
    assert book.ledger().entries["amount"].tolist() == [50.0, 120.0, 7.0]
    assert added.sentences()[1] == (
        "corrected: invoice I1 of C1, 100.00 EUR to 120.00 EUR, 2026-06-01 to 2026-06-02, 2026-07-01 to 2026-07-02"
    )


def test_what_a_row_says_of_its_settlement_goes_with_the_row(book):
    def listed(paid_on, amount):
        rows = [("I1", "invoice", "2026-06-01", "2026-07-01", 100.0, "a.csv:2")]
        rows += [("I1", "payment", paid_on, None, -amount, "a.csv:2")] if paid_on else []
        return Ledger(postings(*rows))

    book.add(listed("2026-06-20", 60.0))
    book.add(listed("2026-07-20", 100.0))
    assert book.ledger().at("2026-07-31")["open_amount"].tolist() == [0.0]
    assert book.ledger().at("2026-06-30")["open_amount"].tolist() == [100.0]
    book.add(listed(None, 0.0))
    assert book.ledger().at("2026-07-31")["open_amount"].tolist() == [100.0]


def test_an_export_of_part_of_its_days_takes_nothing_away_and_is_pointed_out(book):
    many = [(f"I{number}", "2026-06-01", "2026-07-01", 10.0) for number in range(20)]
    book.add(invoices(*many))
    added = book.add(invoices(*many[:3], ("J1", "2026-06-01", "2026-07-01", 5.0)))
    assert book.ledger().at("2026-06-30")["open_amount"].sum() == 205.0
    assert added.partial == (
        "'these rows' lists 3 of the 20 things known of 2026-06-01 to 2026-06-01: taken as part of them, the others stay as "
        "they were (say --complete yes if it lists them all)",
    )
    gone = book.add(invoices(*many[:3]), complete=True)
    assert len(gone.changes) == 18
    assert book.ledger().at("2026-06-30")["open_amount"].sum() == 30.0


def test_an_older_export_fills_gaps_and_brings_nothing_back(book):
    july = invoices(
        ("I1", "2026-06-01", "2026-07-01", 120.0), ("I2", "2026-06-20", "2026-07-20", 50.0), ("I4", "2026-07-20", None, 9.0)
    )
    book.add(july, as_of="2026-07-31")
    may = invoices(("I0", "2026-05-10", None, 4.0), ("I1", "2026-06-01", "2026-07-01", 100.0), ("I3", "2026-06-10", None, 3.0))
    added = book.add(may, as_of="2026-06-30")
    assert added.files[["new", "known", "passed_over"]].to_numpy().tolist() == [[1, 0, 2]]
    assert sorted(book.ledger().entries["amount"]) == [4.0, 9.0, 50.0, 120.0]
    assert added.sentences() == ["the ledger: 1 new, 0 known already, 2 corrected since by a later export"]


def test_past_lists_can_be_made_again_as_they_were_known(book):
    book.add(JUNE)
    book.add(invoices(("I1", "2026-06-01", "2026-07-01", 1.0)))
    book.record(pd.DataFrame({"date": ["2026-07-01"], "customer_id": "C1", "kind": "call", "outcome": "reached"}))
    book.add(invoices(("I9", "2026-07-10", "2026-08-01", 5.0)))
    assert [book.ledger(as_known=n).entries["amount"].sum() for n in (1, 2, 3)] == [150.0, 51.0, 56.0]
    assert [len(book.ledger(as_known=n).notes) for n in (1, 2, 3)] == [0, 0, 1]
    with pytest.raises(BookRefused) as refusal:
        book.ledger(as_known=4)
    assert str(refusal.value).split("\n") == [
        f"the book in '{book.folder}' has no import 4.",
        "  expected: a number from 1 to 3",
        "  got: 4",
        "  fix: arkit book FOLDER lists them",
    ]


def test_nothing_is_written_by_looking_at_what_would_be(book):
    book.add(JUNE)
    names = sorted(path.name for path in book.folder.iterdir())
    together = book.together(invoices(("I1", "2026-06-01", "2026-07-01", 1.0)), "2026-06-30")
    assert together.entries["amount"].tolist() == [50.0, 1.0]
    assert sorted(path.name for path in book.folder.iterdir()) == names
    assert book.ledger().entries["amount"].sum() == 150.0


def test_looking_into_a_book_that_is_not_there_makes_none(tmp_path):
    book = Book.open(tmp_path / "book")
    assert not len(book.ledger().entries)
    assert not book.exists
    assert not list(tmp_path.iterdir())


DAYS = pd.date_range("2026-01-01", periods=60, freq="D", unit="s")


@settings(max_examples=6)
@given(st.data())
def test_any_windows_in_any_order_give_the_same_as_the_whole_at_once(tmp_path_factory, data):
    rng = np.random.default_rng(data.draw(st.integers(0, 10_000)))
    n = data.draw(st.integers(1, 40))
    kind = np.where(rng.random(n) < 0.6, "invoice", "payment")
    number = np.where(kind == "invoice", np.arange(n), rng.integers(0, n, n))
    whole = pd.DataFrame({
        "customer_id": np.where(number % 2, "C1", "C2"), "document_id": [f"I{one}" for one in number], "kind": kind,
        "date": DAYS[rng.integers(0, 60, n)], "due_date": pd.NaT, "currency": "EUR",
        "amount": np.where(kind == "invoice", 1, -1) * np.rint(rng.random(n) * 1000) / 100,
    })  # fmt: skip
    cuts = sorted({0, 60, *data.draw(st.lists(st.integers(0, 60), max_size=2))})
    overlap = data.draw(st.integers(0, 15))
    windows = [(max(0, first - overlap), last) for first, last in pairwise(cuts)]
    order = data.draw(st.permutations([*windows, *data.draw(st.lists(st.sampled_from(windows), max_size=1))]))
    book = Book.open(tmp_path_factory.mktemp("book"))
    said = pd.DataFrame({"date": DAYS[:3], "customer_id": "C1", "kind": "call", "text": ["a", "b", "c"]})
    for first, last in order:
        book.add(Ledger(whole[(whole["date"] >= DAYS[first]) & (whole["date"] < DAYS[0] + pd.Timedelta(days=last))]))
        book.record(said.head(first % 4))
    book.record(said)
    same(book.ledger(), Ledger(whole), "2026-03-01")
    assert book.ledger().notes["text"].sort_values().tolist() == ["a", "b", "c"]
    assert not len(book.changes())


# -- customers ---------------------------------------------------------------------------------------------------------------


def test_the_newest_list_of_customers_counts_its_blanks_too_and_documents_only_fill_up(book, tmp_path):
    def month(name, customers, day):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "invoices.csv").write_text(
            f"Customer No.,Customer Name,Invoice No.,Invoice Date,Amount\nC1,Miller,{name},{day},5.00\n"
        )
        if customers:
            (folder / "customers.csv").write_text(f"Customer No.,Customer Name,Email,Segment,Do Not Contact\n{customers}\n")
        return ar.load(folder, currency="EUR")

    book.add(month("I1", "C1,Miller Ltd,a@b.example,Trade,Yes", "2026-06-30"))
    book.add(month("I2", "", "2026-07-30"))
    kept = book.ledger().customers.iloc[0]
    assert (kept["name"], kept["email"], kept["do_not_contact"]) == ("Miller", "a@b.example", True)
    book.add(month("I3", "C1,Miller & Son,,Trade,No", "2026-08-30"))
    kept = book.ledger().customers.iloc[0]
    assert (kept["name"], kept["email"], kept["do_not_contact"], kept["segment"]) == ("Miller & Son", "", False, "Trade")


def test_customers_that_a_file_says_are_one_are_one_in_all_months(book, tmp_path):
    first, then = tmp_path / "first", tmp_path / "then"
    for folder, rows in ((first, "C2,I1,2026-06-30,5.00\nC1,I2,2026-06-30,7.00\n"), (then, "C1,I3,2026-07-30,1.00\n")):
        folder.mkdir()
        (folder / "invoices.csv").write_text("Customer No.,Invoice No.,Invoice Date,Amount\n" + rows)
    (then / "aliases.csv").write_text("customer_id,name,same_as,same_as_name,why\nC2,b,C1,a,same\n")
    book.add(ar.load(first, currency="EUR"))
    book.add(ar.load(then, currency="EUR"))
    assert set(book.ledger().at("2026-07-31")["customer_id"]) == {"C1"}
    assert book.ledger().customers["customer_id"].tolist() == ["C1"]
    assert set(book.ledger(as_known=1).at("2026-06-30")["customer_id"]) == {"C1", "C2"}


def test_what_was_said_later_of_aliases_goes_first():
    older, newer = (pd.DataFrame({"customer_id": [one], "same_as": [other]}) for one, other in (("A", "B"), ("B", "A")))
    assert one_number([older, newer]).to_dict() == {"B": "A"}
    assert one_number([newer, pd.DataFrame({"customer_id": ["A"], "same_as": ["C"]})]).to_dict() == {"B": "C", "A": "C"}
