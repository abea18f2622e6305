import os
import sqlite3
import subprocess
import sys
import threading
import zipfile
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import arkit as ar
from arkit.book import Book, register, shelf
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
    together, added = book.together(invoices(("I1", "2026-06-01", "2026-07-01", 1.0)), "2026-06-30")
    assert together.entries["amount"].tolist() == [50.0, 1.0]
    assert added.number == 0
    assert added.changes["change"].tolist() == ["corrected"]
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


# -- all or nothing ----------------------------------------------------------------------------------------------------------

#: Adds July to a book in another process, which is killed at the n-th step of a sort.
KILLED = """
import os, sys
from arkit.book import Book, register, shelf
from arkit.book import holdings, adding
from arkit.ledger import Ledger
import pandas as pd, sqlite3

folder, step, at = sys.argv[1], sys.argv[2], int(sys.argv[3])
seen = [0]

def dying(work, before):
    def do(*arguments, **named):
        seen[0] += 1
        if before and seen[0] == at:
            os._exit(9)
        found = work(*arguments, **named)
        if not before and seen[0] == at:
            os._exit(9)
        return found
    return do

if step == "written":
    shelf.pq.write_table = dying(shelf.pq.write_table, before=False)
elif step == "fsync":
    os.fsync = dying(os.fsync, before=True)
elif step == "named":
    shelf.keep = dying(shelf.keep, before=False)
elif step == "recorded":
    adding._kept = dying(adding._kept, before=False)
rows = pd.DataFrame({"document_id": ["I8", "I9"], "customer_id": "C1", "kind": "invoice", "date": "2026-07-05",
                     "amount": [7.0, 9.0], "currency": "EUR"})
Book.open(folder).add(Ledger(rows))
"""


@pytest.mark.parametrize(("step", "at"), [("written", 1), ("fsync", 1), ("named", 1), ("named", 2), ("recorded", 1)])
def test_a_process_killed_in_the_middle_leaves_the_book_as_it_was(book, step, at):
    book.add(JUNE)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(book.folder), step, str(at)], capture_output=True, check=False)
    assert killed.returncode == 9, killed.stderr.decode()
    assert not book.check()
    assert book.ledger().entries["amount"].tolist() == [100.0, 50.0]
    assert book.summary()["imports"] == 1
    left = shelf.unnamed(book.folder, set())
    book.add(invoices(("I8", "2026-07-05", None, 7.0)))
    assert book.ledger().entries["amount"].tolist() == [100.0, 50.0, 7.0]
    named = {path.name for path in shelf.unnamed(book.folder, set())}
    assert len(named) == 4, [path.name for path in left]
    assert all(name.endswith(".parquet") for name in named)


@pytest.mark.skipif(os.name != "posix", reason="only there a process can be given little room")
def test_a_full_disk_leaves_the_book_as_it_was_and_is_said(book):
    book.add(JUNE)
    code = (
        "import resource, signal, sys; import pandas as pd; from arkit.book import Book; from arkit.ledger import Ledger\n"
        "n = 60_000; rows = pd.DataFrame({'document_id': pd.Series(range(n)).astype('str'), 'customer_id': 'C1',"
        "'kind': 'invoice', 'date': '2026-07-05', 'amount': pd.Series(range(n)) / 7, 'currency': 'EUR'})\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "Book.open(sys.argv[1]).add(Ledger(rows))"
    )
    full = subprocess.run([sys.executable, "-c", code, str(book.folder)], capture_output=True, text=True, check=False)
    assert full.returncode == 1
    assert (
        f"BookRefused: the book in '{book.folder}' cannot be written.\n  expected: a folder that may be written" in full.stderr
    )
    assert "  got: [Errno 27] File too large\n  fix: make room or choose another folder" in full.stderr
    assert not book.check()
    assert book.ledger().entries["amount"].tolist() == [100.0, 50.0]
    assert len(list(book.folder.iterdir())) == 3


def test_who_comes_while_another_writes_waits_and_is_then_told(book, monkeypatch):
    book.add(JUNE)
    monkeypatch.setattr(register, "PATIENCE", 0.1)
    with register.writing(book.folder), pytest.raises(BookRefused) as refusal:
        book.add(invoices(("I8", "2026-07-05", None, 7.0)))
    assert str(refusal.value) == (
        f"somebody else is writing to the book in '{book.folder}'.\n"
        "  expected: to have it alone within 0.1 seconds\n"
        "  got: database is locked\n"
        "  fix: wait until the other arkit is done, then try again; nothing was changed"
    )


def test_two_at_once_both_get_in(book):
    parts = [invoices((f"I{number}", "2026-06-05", None, 10.0)) for number in range(4)]
    workers = [threading.Thread(target=book.add, args=(part,)) for part in parts]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(book.ledger().entries["document_id"]) == ["I0", "I1", "I2", "I3"]
    assert book.summary()["imports"] == 4
    assert not book.check()


def test_a_failing_step_leaves_no_file_behind(book, monkeypatch):
    book.add(JUNE)
    before = sorted(path.name for path in book.folder.iterdir())
    monkeypatch.setattr("arkit.book.lists.issue", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        book.keep_month(invoices(("I8", "2026-07-05", None, 7.0)), a_list("2026-07-31"), as_of="2026-07-31")
    assert sorted(path.name for path in book.folder.iterdir()) == before
    assert book.summary()["imports"] == 1


# -- versions and damage -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", range(1, len(register.STEPS)))
def test_a_book_of_an_older_arkit_is_brought_up_to_date(tmp_path, version):
    (tmp_path / "book").mkdir()
    connection = sqlite3.connect(tmp_path / "book" / register.NAME)
    for step in register.STEPS[:version]:
        connection.executescript(step)
    connection.execute(f"PRAGMA application_id = {register.MARK}")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.execute("INSERT INTO imports VALUES (1, '2026-06-30', '2026-06-20')")
    connection.commit()
    connection.close()
    book = Book.open(tmp_path / "book")
    assert book.add(JUNE, as_of="2026-07-31").number == 2
    book.issue(a_list("2026-06-30"))
    book.record(pd.DataFrame({"date": ["2026-07-01"], "customer_id": "C1", "kind": "call"}))
    assert book.summary()["imports"] == 2
    with register.reading(book.folder) as now:
        assert now.execute("PRAGMA user_version").fetchone() == (len(register.STEPS),)


def test_a_book_of_a_newer_arkit_is_refused(book):
    book.add(JUNE)
    with sqlite3.connect(book.folder / register.NAME) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(BookRefused) as refusal:
        Book.open(book.folder)
    assert str(refusal.value) == (
        f"the book in '{book.folder}' was written by a newer arkit.\n"
        f"  expected: a book of version {len(register.STEPS)} or less\n"
        "  got: version 99\n"
        "  fix: update arkit, then try again; the book is as it was"
    )


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.write_text("no database, but long enough to be looked at as one" * 9), "the register of the book"),
        (lambda path: sqlite3.connect(path).executescript("CREATE TABLE mine (x)").connection.close(), "is no book of arkit"),
    ],
)
def test_another_file_under_that_name_is_refused_and_left_alone(tmp_path, make, words):
    make(tmp_path / register.NAME)
    before = (tmp_path / register.NAME).read_bytes()
    with pytest.raises(BookRefused, match=words):
        Book.open(tmp_path)
    assert (tmp_path / register.NAME).read_bytes() == before


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "book").write_text("x")
    with pytest.raises(BookRefused, match="is no folder"):
        Book.open(tmp_path / "book")


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda path: path.unlink(), "0001-entries.parquet is missing"),
        (lambda path: path.write_bytes(path.read_bytes()[:-9] + b"123456789"), "0001-entries.parquet was changed"),
    ],
)
def test_a_damaged_book_is_found_by_the_check_and_refused_on_reading(book, tmp_path, harm, words):
    book.add(JUNE)
    harm(book.folder / "0001-entries.parquet")
    assert book.check() == [words]
    with pytest.raises(BookRefused) as refusal:
        book.ledger()
    assert str(refusal.value) == (
        f"the book in '{book.folder}' is damaged.\n"
        "  expected: 0001-entries.parquet as it was written, 2 rows of entries\n"
        f"  got: {words}\n"
        "  fix: put the file back from a copy of the book; arkit book FOLDER --check lists what else is wrong"
    )
    with pytest.raises(BookRefused, match="is damaged"):
        book.back_up(tmp_path / "copy.zip")
    assert not (tmp_path / "copy.zip").exists()


def test_a_copy_is_the_same_book(book, tmp_path):
    book.keep_month(JUNE, a_list("2026-06-30"), as_of="2026-06-30")
    book.record(pd.DataFrame({"date": ["2026-07-01"], "customer_id": "C1", "kind": "call"}))
    with zipfile.ZipFile(book.back_up(tmp_path / "copy.zip")) as archive:
        archive.extractall(tmp_path / "again")
    again = Book.open(tmp_path / "again")
    assert not again.check()
    assert again.summary() | {"bytes": 0} == book.summary() | {"bytes": 0}
    same(again.ledger(), book.ledger(), "2026-06-30")
    with pytest.raises(OutputRefused, match="is there already"):
        book.back_up(tmp_path / "copy.zip")


def test_the_export_holds_everything_and_what_was_superseded_too(book, tmp_path):
    book.add(JUNE)
    book.add(invoices(("I1", "2026-06-01", "2026-07-01", 1.0)))
    names = [path.stem for path in book.export(tmp_path / "out")]
    assert {"entries", "snapshots", "notes", "customers", "receipts", "rejects", "changes", "lists", "recorded"} <= set(names)
    entries = pd.read_csv(tmp_path / "out" / "entries.csv")
    assert entries[["import", "superseded", "amount"]].to_numpy().tolist() == [
        [1, True, 100.0],
        [1, False, 50.0],
        [2, False, 1.0],
    ]
    with pytest.raises(OutputRefused, match="is not empty"):
        book.export(tmp_path / "out")


# -- what people enter -------------------------------------------------------------------------------------------------------


def a_list(day, **changed):
    """A list of one account."""
    row = {"as_of": day, "priority": 1, "customer_id": "C1", "name": "Miller", "action": "reminder", "rule": "reminder"}
    row |= dict.fromkeys(["reason", "runner_up", "would_change", "documents", "contact", "next_step"], "")
    row |= {"at_stake": 150.0, "currency": "EUR", "oldest_days_late": 3, "due_by": None, "blocked_until": None}
    return pd.DataFrame([row | {"balance": 150.0, "blocked_amount": 0.0, "score": 50.0} | changed])


def entry(kind, outcome="", *, row="2026-06-30|C1|EUR", file="a.xlsx", **more):
    """A note that answers a row of a list."""
    return {
        "date": "2026-07-02", "customer_id": "C1", "kind": kind, "outcome": outcome, "row_id": row,
        "source": f"{file}:Actions:R7", "currency": "EUR", **more,
    }  # fmt: skip


def recorded(book, *entries, **named):
    """Status by kind of what is recorded."""
    found = book.record(pd.DataFrame(entries), **named)
    return dict(zip(found["kind"], found["status"], strict=True))


def test_reading_a_list_twice_records_it_once(book):
    both = entry("call", "reached"), entry("promise", until="2026-07-20", amount=60.0)
    assert recorded(book, *both) == {"call": "new", "promise": "new"}
    assert recorded(book, *both) == {"call": "known", "promise": "known"}
    notes = book.ledger().notes
    assert notes["kind"].tolist() == ["call", "promise"]
    assert notes["row_id"].eq("2026-06-30|C1|EUR").all()
    assert notes["until"].iloc[1] == pd.Timestamp("2026-07-20")


def test_a_changed_entry_of_the_same_file_is_a_correction_and_the_old_one_is_kept_as_history(book):
    recorded(book, entry("call", "reached"), entry("promise", until="2026-07-20"))
    assert recorded(book, entry("call", "left_message")) == {"call": "corrected", "promise": "withdrawn"}
    assert book.ledger().notes[["kind", "outcome"]].to_numpy().tolist() == [["call", "left_message"]]
    with register.reading(book.folder) as connection:
        history = connection.execute("SELECT kind, outcome, ended FROM notes ORDER BY number").fetchall()
    assert history == [("call", "reached", "replaced"), ("promise", "", "withdrawn"), ("call", "left_message", "")]


def test_two_files_that_contradict_each_other_are_a_conflict_until_one_is_preferred(book):
    both = (
        entry("call", "reached"),
        entry("call", "left_message", file="b.xlsx"),
        entry("call", "sent", row="2026-06-30|C2|EUR"),
    )
    found = book.record(pd.DataFrame(both))
    assert found["status"].tolist() == ["conflict", "conflict", "new"]
    assert found["why"].iloc[0] == "contradicts a.xlsx, b.xlsx"
    assert found["fix"].iloc[0] == "make the row the same in both files, or say --prefer FILE for the one that is right"
    assert book.ledger().notes["outcome"].tolist() == ["sent"]
    assert recorded(book, *both[:2], prefer="somewhere/b.xlsx") == {"call": "new"}
    assert book.ledger().notes["outcome"].tolist() == ["sent", "left_message"]


def test_copies_of_one_name_are_told_apart_by_their_folders(book):
    both = entry("call", "reached", file="anna/a.xlsx"), entry("call", "left_message", file="ben/a.xlsx")
    assert recorded(book, *both) == {"call": "conflict"}
    assert recorded(book, *both, prefer="a.xlsx") == {"call": "conflict"}
    assert recorded(book, *both, prefer="/returned/ben/a.xlsx") == {"call": "new"}
    assert book.ledger().notes["outcome"].tolist() == ["left_message"]


def test_another_file_than_the_recorded_one_is_a_conflict_and_may_be_preferred(book):
    recorded(book, entry("call", "reached"))
    assert recorded(book, entry("call", "reached", file="b.xlsx")) == {"call": "known"}
    assert recorded(book, entry("call", "no_answer", file="b.xlsx")) == {"call": "conflict"}
    assert book.ledger().notes["outcome"].tolist() == ["reached"]
    assert recorded(book, entry("call", "no_answer", file="b.xlsx"), prefer="b.xlsx") == {"call": "corrected"}
    assert book.ledger().notes["outcome"].tolist() == ["no_answer"]


def test_notes_that_answer_no_list_are_known_by_what_they_say_also_where_an_export_said_it(book):
    said = {"date": "2026-07-02", "customer_id": "C1", "kind": "dispute", "text": "too dear"}
    book.add(Ledger(JUNE.entries, notes=pd.DataFrame([said | {"source": "notes.csv:2"}])))
    assert recorded(book, said, said | {"kind": "call", "text": "x"}) == {"dispute": "known", "call": "new"}
    assert len(book.ledger().notes) == 2


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["call", "promise"]), st.sampled_from("ab")), max_size=12), st.data()
)
def test_any_split_of_a_list_that_comes_back_records_the_same(tmp_path_factory, rows, data):
    once = {(row, kind): outcome for row, kind, outcome in rows}
    by_row = [
        [entry(kind, out, row=f"2026-06-30|C{at}|EUR") for (row, kind), out in once.items() if row == at] for at in range(4)
    ]
    cut = data.draw(st.integers(0, 4))
    book = Book.open(tmp_path_factory.mktemp("book"))
    for part in (by_row[:cut], by_row[cut:], by_row):
        book.record(pd.DataFrame([one for entries in part for one in entries], columns=NOTES.names))
    kept = book.ledger().notes
    assert {(int(i[12]), kind): out for i, kind, out in zip(kept["row_id"], kept["kind"], kept["outcome"], strict=True)} == once
    assert len(kept) == len(once)


# -- lists and plans ---------------------------------------------------------------------------------------------------------

OFFERED = pd.DataFrame({
    "as_of": "2026-06-30", "customer_id": "C1", "currency": "EUR", "number": [0, 1], "due_on": ["2026-07-05", "2026-08-05"],
    "amount": [90.0, 60.0], "principal": [90.0, 60.0],
})  # fmt: skip


def test_a_list_is_kept_as_it_was_given_out_and_another_of_its_day_is_refused(book):
    book.issue(a_list("2026-06-30"))
    book.issue(a_list("2026-06-30"))
    assert len(book.lists()) == 1
    with pytest.raises(BookRefused) as refusal:
        book.issue(a_list("2026-06-30", action="call"))
    assert str(refusal.value) == (
        "another list of 2026-06-30 was given out before.\n"
        "  expected: one list a day, the one that people work with\n"
        "  got: list 1 of 2026-06-30, which differs\n"
        "  fix: say --replace if nobody works with that list; it stays in the book"
    )
    book.issue(a_list("2026-06-30", action="call"), replace=True)
    assert book.issued()["action"].tolist() == ["call"]
    assert book.lists()[["replaced", "contacts"]].to_numpy().tolist() == [[True, 1], [False, 1]]
    assert not len(book.issued(before="2026-06-30"))
    assert len(book.issued("2026-06-30")) == 1


def test_a_list_that_never_came_back_says_so(book):
    book.issue(a_list("2026-06-30"))
    assert book.unread("2026-06-30") == ""
    assert book.unread("2026-07-31") == (
        "the list of 2026-06-30 has not been read back: what was done of its 1 contact is not known here "
        "(arkit record WORKBOOK --book FOLDER)"
    )
    recorded(book, entry("reminder", "sent"))
    assert book.unread("2026-07-31") == ""
    assert book.lists()[["answered", "read_back"]].to_numpy().tolist() == [[1, True]]


def test_a_plan_agreed_on_a_list_takes_over_what_was_offered_and_is_followed(book):
    book.keep_month(JUNE, a_list("2026-06-30"), as_of="2026-06-30", offered=OFFERED)
    assert recorded(book, entry("plan", "agreed")) == {"plan": "new"}
    assert book.agreed()["amount"].tolist() == [90.0, 60.0]
    july = JUNE.entries, postings(("I1", "payment", "2026-07-04", None, -90.0, ""))
    book.add(Ledger(pd.concat(july)), as_of="2026-07-31")
    assert ar.blocked(*at(book, "2026-07-31"))["kind"].tolist() == ["plan", "plan"]
    documents, notes = at(book, "2026-09-30")
    assert notes["outcome"].tolist() == ["agreed", "agreed", "broken"]
    assert not len(ar.blocked(documents, notes))
    assert not len(book.ledger("2026-09-30", as_known=1).notes)


def at(book, day):
    """The documents of a day and the notes."""
    ledger = book.ledger(day)
    return ledger.at(day), ledger.notes


def test_a_plan_taken_back_is_followed_no_more(book):
    book.issue(a_list("2026-06-30"), offered=OFFERED)
    recorded(book, entry("plan", "agreed"))
    assert recorded(book, entry("plan", "refused")) == {"plan": "corrected"}
    assert not len(book.agreed())
    recorded(book, entry("plan", "agreed"))
    assert len(book.agreed()) == 2


def test_a_plan_that_was_never_offered_is_pointed_out(book):
    book.issue(a_list("2026-06-30"))
    found = book.record(pd.DataFrame([entry("plan", "agreed")]))
    assert found["why"].tolist() == ["no instalments were offered on that list: the plan stands as this note says"]
    book.issue(a_list("2026-07-31"), offered=OFFERED.assign(as_of="2026-07-31"))
    other = entry("plan", "agreed", row="2026-07-31|C1|EUR", until="2026-12-31", document_id="I1")
    found = book.record(pd.DataFrame([other]))
    assert found["why"].tolist() == [
        "no instalments are known: 2026-12-31 was agreed, and the list offered some until 2026-08-05 "
        "(that day in the list takes them over)"
    ]
    assert not len(book.agreed())
    assert recorded(book, other | {"until": "2026-08-31"}) == {"plan": "corrected"}
    assert book.agreed()["amount"].sum() == 150.0


def test_a_plan_paid_in_full_is_kept(book):
    book.add(JUNE)
    book.agree(OFFERED)
    paid = postings(("I1", "payment", "2026-07-04", None, -100.0, ""), ("I2", "payment", "2026-08-01", None, -50.0, ""))
    book.add(Ledger(pd.concat([JUNE.entries, paid])), as_of="2026-08-31")
    assert book.ledger("2026-08-31").notes["outcome"].tolist() == ["agreed", "kept"]
