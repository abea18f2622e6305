import pandas as pd
import pytest

from arkit.candidates import COLUMNS, KINDS, find_candidates
from arkit.ledger import Ledger
from arkit.tables import RECEIPTS, REJECTS

DAY = "2026-10-31"
NAMES = ["customer_id", "document_id", "kind", "date", "due_date", "amount", "currency"]


def ledger(*rows, **tables):
    return Ledger(pd.DataFrame([(*row, "EUR")[: len(NAMES)] for row in rows], columns=NAMES), **tables)


def rejected(*values, holds="documents", style="decimal point", reason="no day"):
    """A file with rows that are not used."""
    receipt = {c.name: [0 if c.holds == "count" else pd.NaT if c.holds == "day" else ""] for c in RECEIPTS.columns}
    receipts = pd.DataFrame(receipt | {"file": ["a.csv"], "holds": [holds], "number_style": [style]})
    rows = pd.DataFrame({"file": "a.csv", "row": range(2, 2 + len(values)), "reason": reason, "values": list(values)})
    return {"receipts": receipts, "rejects": REJECTS.conform(rows)}


def found(books, kind, **differences):
    table = find_candidates(books, books.at(DAY), differences or {"EUR": 1})
    return table.loc[table["kind"].eq(kind)]


OPEN = ("C1", "I1", "invoice", "2026-09-01", "2026-10-01", 100.0)


def test_of_nothing_there_is_no_candidate_and_the_columns_are_there():
    assert list(find_candidates(Ledger(), Ledger().at(DAY), {"EUR": 5})) == list(COLUMNS)
    assert not len(find_candidates(Ledger(), Ledger().at(DAY), {}))


def test_no_candidate_is_nothing_and_none_is_of_another_currency():
    books = ledger(OPEN, ("C1", "I2", "invoice", DAY, None, 0.0), ("C1", "I3", "invoice", DAY, None, 5.0, "USD"))
    table = find_candidates(books, books.at(DAY), {"EUR": 1})
    assert set(table["currency"]) == {"EUR"}
    assert table["minor"].ne(0).all()
    assert set(table["kind"]) <= {kind.word for kind in KINDS}


@pytest.mark.parametrize(
    ("text", "style", "amounts"),
    [
        ("I9 | C1 | 31/02/2026 | 1,234.50", "decimal point, proven by row 2", [-123450]),
        ("I9 | C1 | 31.02.2026 | 1.234,50", "decimal comma, proven by row 2", [-123450]),
        ("I9 | C1 | 31.02.2026 | 1.234", "decimal comma, proven by row 2", [-123400]),
        ("I9 | C1 | 31.02.2026 | 12.5", "decimal comma, proven by row 2", [-1250]),
        ("I9 | C1 | (20.00)", "decimal point", [2000]),
        ("I9 | C1 | 20.00-", "decimal point", [2000]),
        ("I9 | C1 | € 20.00", "decimal point", [-2000]),
        ("I9 | C1 | 20.00 EUR", "decimal point", [-2000]),
        ("1001 | 7 | 20.00", "decimal point", [-2000]),
        ("I9 | C1 | 100", "no separators to decide about", [-10000]),
        ("I9 | C1 | 100.00 | 19.00 | 119.00", "decimal point", [-10000, -1900, -11900]),
        ("I9 | C1 | 0.00", "decimal point", []),
        ("I9 | C1 | 2026-02-31 | ten", "decimal point", []),
        ("I9 | C1 | 20.00 USD", "decimal point", [-2000]),
    ],
)
def test_amounts_are_found_in_rows_that_are_not_used(text, style, amounts):
    rows = found(ledger(OPEN, **rejected(text, style=style)), "rejected row")
    assert rows["minor"].tolist() == amounts
    assert rows["several"].tolist() == [len(amounts)] * len(amounts)
    assert rows["source"].tolist() == ["a.csv row 2"] * len(amounts)


def test_a_row_that_states_another_currency_of_the_ledger_is_no_candidate():
    books = ledger(OPEN, ("C1", "I3", "invoice", DAY, None, 5.0, "USD"), **rejected("I9 | 20.00 USD", "I8 | 30.00"))
    assert found(books, "rejected row")["minor"].tolist() == [-3000]
    assert found(books, "rejected row", USD=1)["minor"].tolist() == [-2000, -3000]


def test_rows_of_payments_lower_what_is_owed_whatever_their_sign():
    assert found(ledger(OPEN, **rejected("P1 | 20.00", "P2 | -7.00", holds="payments")), "rejected row")["minor"].tolist() == [
        2000, 700,
    ]  # fmt: skip


def test_rows_of_customers_and_notes_hold_no_money():
    assert not len(found(ledger(OPEN, **rejected("C1 | 20.00", holds="notes")), "rejected row"))


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("an exact copy of row 2", "duplicate"),
        ("not owed: its status is 'draft'", "draft or voided document"),
        ("it has no date", "rejected row"),
    ],
)
def test_the_reason_says_of_which_kind_a_row_is(reason, kind):
    rows = found(ledger(OPEN, **rejected("I9 | 20.00", reason=reason)), kind)
    assert rows["minor"].tolist() == [-2000]
    assert rows["alike"].tolist() == [f"{reason}: I9 | 20.00"]


@pytest.mark.parametrize("number", ["I001", "i1", "I-1", "I1A", "I1-COPY", "I1/2", "l1"])
def test_numbers_that_look_alike_are_duplicates_where_the_amount_is_the_same(number):
    books = ledger(OPEN, ("C1", number, "invoice", "2026-09-02", "2026-10-01", 100.0))
    rows = found(books, "duplicate")
    assert rows["minor"].tolist() == [10000]
    assert set(rows["document_id"]) | {said.removeprefix("alike: ") for said in rows["alike"]} == {"I1", number}
    assert not len(found(ledger(OPEN, ("C1", number, "invoice", "2026-09-02", None, 100.01)), "duplicate"))


def test_numbers_that_count_on_are_no_duplicates():
    rows = [("C1", f"2026-{n}", "invoice", f"2026-0{n}-01", None, 100.0) for n in (1, 2, 3)]
    assert not len(found(ledger(*rows), "duplicate"))


def test_the_same_customer_day_and_amount_is_a_duplicate_whatever_the_numbers():
    rows = found(ledger(OPEN, ("C1", "X77", "invoice", "2026-09-01", None, 100.0)), "duplicate")
    assert rows[["minor", "alike"]].to_numpy().tolist() == [[10000, "alike: I1"]]


def test_instalments_of_one_invoice_are_no_duplicates():
    rows = pd.DataFrame([(*OPEN, "EUR"), (*OPEN, "EUR")], columns=NAMES).assign(instalment=["1", "2"])
    books = Ledger(rows.assign(due_date=["2026-10-01", "2026-11-01"]))
    assert len(books.at(DAY)) == 2
    assert not len(found(books, "duplicate"))


def test_of_two_alike_the_open_one_counts():
    books = ledger(OPEN, ("C1", "I01", "invoice", "2026-09-02", None, 100.0), ("C1", "I01", "payment", DAY, None, -100.0))
    assert found(books, "duplicate")[["document_id", "alike"]].to_numpy().tolist() == [["I1", "alike: I01"]]


def test_snapshots_give_documents_of_the_day_as_postings_on_the_day():
    listed = pd.DataFrame({
        "as_of": DAY, "customer_id": "C1", "document_id": ["I1", "I2"], "kind": "invoice", "issued": ["2026-09-01", DAY],
        "open_amount": [100.0, 30.0], "currency": "EUR",
    })  # fmt: skip
    books = Ledger(snapshots=listed)
    assert found(books, "posting on the day")["minor"].tolist() == [3000]
    assert found(books, "wrong sign", EUR=20000)["document_id"].tolist() == ["I1"]
