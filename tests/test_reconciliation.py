import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.candidates import KINDS
from arkit.errors import ArkitError
from arkit.ledger import Ledger
from arkit.money import plain, to_minor
from arkit.month import summarise
from arkit.reconciliation import HOW, NOTHING, OTHERS, control_totals, in_words, printed_totals, reconcile
from arkit.tables import EXPLAINS, RECEIPTS, RECONCILIATION, REJECTS

DAY = "2026-10-31"
NAMES = ["customer_id", "document_id", "kind", "date", "due_date", "amount", "currency", "entity"]
#: A made-up ledger with amounts that no two of them share: open 7,071.12 EUR on the day.
ROWS = [
    ("C1", "I10", "invoice", "2026-08-03", "2026-09-02", 1234.56),
    ("C1", "I11", "invoice", "2026-09-04", "2026-10-04", 811.27),
    ("C1", "CN1", "credit_note", "2026-10-05", None, -147.38),
    ("C1", "CN2", "credit_note", "2026-10-06", None, -61.09),
    ("C2", "I20", "invoice", "2026-08-11", "2026-09-10", 2750.31),
    ("C2", "I21", "invoice", "2026-09-15", "2026-10-15", 990.14),
    ("C2", "I22", "invoice", "2026-10-12", "2026-11-11", 483.72),
    ("C3", "I30", "invoice", "2026-07-20", "2026-08-19", 655.43),
    ("C3", "I30", "payment", "2026-08-25", None, -640.0),
    ("C3", "I31", "invoice", "2026-06-17", "2026-07-17", 318.95),
    ("C3", "I31", "payment", "2026-07-22", None, -318.95),
    ("C4", "I40", "invoice", "2026-10-20", "2026-11-19", 1077.16),
    ("C4", "P4", "payment", "2026-10-21", None, -83.0),
]


def postings(rows):
    return pd.DataFrame([(*row, *("EUR", "")[len(row) - 6 :])[: len(NAMES)] for row in rows], columns=NAMES)


def rejected(*values, reason="no day", holds="documents"):
    receipt = {c.name: [0 if c.holds == "count" else pd.NaT if c.holds == "day" else ""] for c in RECEIPTS.columns}
    receipts = pd.DataFrame(receipt | {"file": ["a.csv"], "holds": [holds], "number_style": ["decimal point"]})
    rows = pd.DataFrame({"file": "a.csv", "row": range(2, 2 + len(values)), "reason": reason, "values": list(values)})
    return {"receipts": receipts, "rejects": REJECTS.conform(rows)}


def explain(*more, off=None, says=None, rows=ROWS, notes=None, **tables):
    """What is said of the made-up ledger with some more in it, when the books say so much less than it, or just so much."""
    told = pd.DataFrame(notes) if notes else None
    books = Ledger(postings([*rows, *more]), notes=told, **tables)
    documents = books.at(DAY)
    open_total = summarise(documents)["open_total"].to_dict()
    said = says or f"EUR={open_total['EUR'] - off:.2f}"
    return reconcile(books, documents, said)


def best(table, most=1):
    shown = table[["candidate", "about", "amount", "explains"]].head(most).to_numpy().tolist()
    return shown[0] if most == 1 else shown


# each cause, planted and found first


@pytest.mark.parametrize(
    ("off", "about"),
    [
        (-291.47, "in total"),
        (-208.47, "of customer C1"),
        (-147.38, "CN1 of customer C1"),
        (-83.00, "P4 of customer C4"),
    ],
)
def test_credit_that_the_books_leave_out(off, about):
    table = explain(off=off)
    assert best(table) == ["unapplied credit", about, off, "exact"]
    assert table["left_over"].iloc[0] == 0


LATER = [
    ("C1", "I12", "invoice", "2026-11-02", None, 222.22),
    ("C2", "I23", "invoice", "2026-11-03", None, 333.01),
    ("C1", "I10", "payment", "2026-11-04", None, -1234.56),
]


@pytest.mark.parametrize(
    ("off", "about"),
    [(679.33, "in total"), (-555.23, "(invoices)"), (1234.56, "(I10 of customer C1)"), (-222.22, "(I12 of customer C1)")],
)
def test_postings_after_the_day_that_the_books_count_already(off, about):
    assert best(explain(*LATER, off=off)) == ["posting after the day", about, off, "exact"]


def test_what_a_list_shows_with_a_later_date_may_be_in_the_books():
    rows = pd.DataFrame(
        [("I1", "2026-10-01", 100.0), ("I2", "2026-11-02", 222.22)], columns=["document_id", "issued", "open_amount"]
    )
    ledger = Ledger(snapshots=rows.assign(as_of=DAY, customer_id="C1", kind="invoice", currency="EUR"))
    table = reconcile(ledger, ledger.at(DAY), "322.22")
    assert best(table) == ["posting after the day", "(I2 of customer C1)", -222.22, "exact"]


ON_THE_DAY = [("C1", "I13", "invoice", DAY, None, 222.22), ("C2", "I20", "payment", DAY, None, -1000.0)]


@pytest.mark.parametrize(
    ("off", "about"), [(-777.78, "in total"), (222.22, "(I13 of customer C1)"), (-1000.0, "(I20 of customer C2)")]
)
def test_postings_on_the_day_that_the_books_do_not_count_yet(off, about):
    assert best(explain(*ON_THE_DAY, off=off)) == ["posting on the day", about, off, "exact"]


def test_rows_not_used_that_the_books_hold():
    rows = rejected("I50 | C5 | 31/02/2026 | 512.34", "I51 | C5 | 32/01/2026 | 18.01")
    table = explain(off=-512.34, **rows)
    assert best(table) == ["rejected row", "(a.csv row 2)", -512.34, "exact"]
    assert table["evidence"].iloc[0] == "no day: I50 | C5 | 31/02/2026 | 512.34"
    assert best(explain(off=-530.35, **rows)) == ["rejected row", "in total", -530.35, "exact"]
    payments = rejected("P50 | C5 | 31/02/2026 | 512.34", holds="payments")
    assert best(explain(off=512.34, **payments)) == ["rejected row", "(a.csv row 2)", 512.34, "exact"]


def test_of_a_row_with_several_amounts_each_is_tried_and_none_is_added_up():
    rows = rejected("I50 | 430.54 | 81.80 | 512.34")
    assert best(explain(off=-430.54, **rows)) == ["rejected row", "(a.csv row 2)", -430.54, "exact"]
    assert not explain(off=-(430.54 + 81.80 + 512.34), **rows)["explains"].isin(["exact", "together"]).any()


@pytest.mark.parametrize("number", ["I021", "I2l", "i-21", "I21-COPY"])
def test_a_document_that_is_in_the_ledger_twice(number):
    table = explain(("C2", number, "invoice", "2026-09-16", "2026-10-16", 990.14), off=990.14)
    assert best(table) == ["duplicate", f"{number} of customer C2", 990.14, "exact"]
    assert table["evidence"].iloc[0].endswith("alike: I21")


def test_a_copy_counted_once_and_a_draft_left_out():
    copied = rejected("I40 | C4 | 1077.16", reason="an exact copy of row 12")
    assert best(explain(off=-1077.16, **copied)) == ["duplicate", "(a.csv row 2)", -1077.16, "exact"]
    draft = rejected("I60 | C4 | 77.10", reason="not owed: its status is 'draft'")
    assert best(explain(off=-77.10, **draft)) == ["draft or voided document", "(a.csv row 2)", -77.10, "exact"]


def test_a_customer_or_an_entity_that_the_books_keep_elsewhere():
    assert best(explain(off=4224.17)) == ["customer left out", "(customer C2)", 4224.17, "exact"]
    ours = ("C5", "I50", "invoice", "2026-10-01", None, 350.10, "EUR", "North")
    other = ("C4", "I51", "invoice", "2026-10-02", None, 50.05, "EUR", "North")
    assert best(explain(ours, other, off=400.15)) == ["entity left out", "(North)", 400.15, "exact"]


def test_a_payment_that_is_posted_twice():
    again = ("C3", "I30", "payment", "2026-08-25", None, -640.0)
    table = explain(again, off=-640.0)
    assert best(table) == ["payment posted twice", "for I30 of customer C3", -640.0, "exact"]


def test_disputed_documents_that_the_books_keep_elsewhere():
    notes = [{"date": "2026-10-01", "customer_id": "C1", "document_id": "I11", "kind": "dispute"}]
    assert best(explain(off=811.27, notes=notes)) == ["disputed document", "I11 of customer C1", 811.27, "exact"]


def test_a_short_payment_that_the_books_have_written_off():
    assert best(explain(off=15.43), 2) == [
        ["customer left out", "(customer C3)", 15.43, "exact"],
        ["short payment", "of I30 of customer C3", 15.43, "exact"],
    ]


def test_discounts_and_write_offs_that_the_books_do_not_have():
    more = [
        ("C2", "I20", "discount", "2026-09-10", None, -55.01),
        ("C2", "I21", "write_off", "2026-10-20", None, -7.77),
    ]
    assert best(explain(*more, off=-62.78)) == ["write-off or discount", "in total", -62.78, "exact"]
    assert best(explain(*more, off=-55.01)) == ["write-off or discount", "of I20 of customer C2", -55.01, "exact"]


def test_a_payment_that_the_exports_lack():
    assert best(explain(off=2750.31)) == ["missing payment", "for I20 of customer C2", 2750.31, "exact"]
    table = explain(off=3740.45)
    assert best(table) == ["missing payment", "for the 2 oldest invoices of customer C2", 3740.45, "exact"]
    assert table["evidence"].iloc[0] == "2 items: I20 2,750.31 EUR, I21 990.14 EUR"


def test_a_posting_that_the_books_lack():
    assert best(explain(off=-318.95)) == ["posting not in the books", "(I31 of customer C3)", -318.95, "exact"]


def test_a_posting_on_the_other_side_of_the_account():
    assert best(explain(off=-2 * 318.95)) == ["wrong sign", "of I31 of customer C3", -637.90, "exact"]


def test_a_decimal_point_in_another_place():
    assert best(explain(off=990.14 - 9901.40)) == ["shifted decimal point", "of I21 of customer C2", -8911.26, "exact"]


def test_the_total_of_another_day():
    table = explain(off=1077.16 - 83.0)
    assert best(table, 2) == [
        ["another day", "(2026-10-12)", 994.16, "exact"],
        ["customer left out", "(customer C4)", 994.16, "exact"],
    ]
    assert table["evidence"].iloc[0] == "at the end of 2026-10-12 the ledger stood at 6,076.96 EUR"


def test_the_total_of_another_currency():
    dollars = ("C1", "I70", "invoice", "2026-10-01", None, 250.45, "USD")
    assert best(explain(dollars, says="EUR=7321.57")) == ["another currency", "(USD added)", -250.45, "exact"]
    assert best(explain(dollars, says="EUR=250.45"))[:2] == ["another currency", "(USD taken for it)"]


def test_a_control_total_with_the_other_sign_or_two_digits_exchanged():
    assert best(explain(says="-7071.12")) == ["wrong sign", "of the control total", 14142.24, "exact"]
    assert best(explain(says="7017.12")) == ["swapped digits", "of the control total", 54.0, "exact"]


def test_rounding_of_the_total_of_each_document_or_of_unknown_kind():
    assert best(explain(says="7071")) == ["rounding", "of the total to 1 EUR", 0.12, "exact"]
    assert best(explain(says="7100")) == ["rounding", "of the total to 100 EUR", -28.88, "exact"]
    half = ("C4", "I41", "invoice", "2026-10-22", None, 10.45)
    assert best(explain(half, says="7081")) == ["rounding", "of each document to 1 EUR", 0.57, "exact"]
    assert best(explain(off=0.04)) == ["rounding", "of 10 open documents", 0.04, "within"]


# sums, ties, nothing


def test_a_sum_of_two_kinds_is_found_where_nothing_alone_fits():
    rows = rejected("I50 | C5 | 31/02/2026 | 512.34")
    table = explain(off=-147.38 - 512.34, **rows)
    assert table[["candidate", "explains", "left_over"]].iloc[0].tolist() == ["unapplied credit + rejected row", "together", 0]
    assert table["about"].iloc[0] == "unapplied credit CN1 of customer C1 and rejected row (a.csv row 2)"
    assert in_words(table) == [
        "The ledger is 659.72 EUR below the books; nothing alone explains it, and unapplied credit CN1 of customer C1 and "
        "rejected row (a.csv row 2), together exactly 659.72, would."
    ]


def test_no_document_is_in_two_parts_of_a_sum():
    # CN1 and C1's whole credit, of which CN1 is a part
    table = explain(off=-147.38 - 208.47)
    assert "together" not in set(table["explains"])


def test_ties_are_listed_and_none_is_chosen():
    twin = ("C4", "I41", "invoice", "2026-10-02", "2026-11-01", 2750.31)
    table = explain(twin, off=2750.31)
    assert best(table, 2) == [
        ["missing payment", "for I41 of customer C4", 2750.31, "exact"],
        ["missing payment", "for I20 of customer C2", 2750.31, "exact"],
    ]
    assert in_words(table)[0].endswith(
        "would explain all of it. So would missing payment for I20 of customer C2; the amounts alone do not tell which it is."
    )


def test_of_many_that_fit_a_few_are_listed_and_the_rest_counted():
    more = [(f"D{n}", f"J{n}", "invoice", f"2026-10-0{n}", None, 70.7) for n in range(1, 8)]
    table = explain(*more, off=70.7)
    shown = table[table["candidate"].eq("missing payment")]
    assert len(shown) == 3
    assert shown["evidence"].str.endswith("; 4 more of this kind would too").all()


def test_nothing_is_explained_where_nothing_fits():
    table = explain(off=-5432.1)
    assert best(table) == ["none found", "", 0.0, "no"]
    assert table["left_over"].iloc[0] == -5432.1
    assert not table["explains"].isin(["exact", "together", "within"]).any()
    assert f"none of what the files hold explains it: {NOTHING}." in in_words(table)[0]


def test_two_digits_exchanged_in_a_document_are_a_hint_and_stand_last():
    table = explain(off=27.0)
    hint = table.iloc[-1]
    assert (hint["candidate"], hint["explains"]) == ("swapped digits", "hint")
    assert table["candidate"].iloc[0] == "none found"


def test_every_word_is_declared():
    rows = rejected("I50 | C5 | 512.34")
    tables = [explain(off=off, **rows) for off in (0, 27.0, -659.72, 2750.31, 0.04)]
    both = pd.concat(tables)
    words = {kind.word for kind in KINDS} | set(OTHERS)
    assert {word for said in both["candidate"] for word in said.split(" + ")} <= words
    assert set(both["explains"]) <= set(EXPLAINS)
    assert both["what_to_do"].ne("").all()


# words


def test_a_ledger_that_ties_says_so_in_one_row():
    table = explain(off=0)
    assert table[["candidate", "amount", "explains", "left_over"]].to_numpy().tolist() == [["nothing", 0.0, "exact", 0.0]]
    assert in_words(table) == ["The ledger ties to the books: 7,071.12 EUR."]


def test_the_best_explanation_is_one_sentence():
    said = in_words(explain(off=-147.38))
    assert said == [
        "The ledger is 147.38 EUR below the books; unapplied credit CN1 of customer C1, exactly 147.38, "
        "would explain all of it."
    ]


def test_a_customer_is_named_where_its_name_is_known():
    names = pd.DataFrame({"customer_id": ["C1"], "name": ["Müller & Söhne"]})
    assert best(explain(off=-208.47, customers=names))[1] == "of customer C1 (Müller & Söhne)"


def test_a_currency_that_only_the_books_have_says_so():
    table = explain(says="EUR=7071.12,USD=10")
    assert in_words(table)[1] == (
        "The books say 10.00 USD, and the exports hold no document in USD: add the export of that account."
    )
    assert table["left_over"].tolist() == [0, 0]


def test_rounding_is_no_more_than_could_be():
    assert in_words(explain(off=0.04)) == [
        "The ledger is 0.04 EUR above the books; rounding of 10 open documents could make as much, and no more is known."
    ]


def test_without_a_control_total_it_is_said_how_to_give_one():
    table = reconcile(Ledger(), Ledger().at(DAY), None)
    assert list(table) == RECONCILIATION.names
    assert in_words(table) == [HOW]
    assert "--control-total" in HOW


def test_totals_that_files_print_are_compared_too():
    receipts = pd.DataFrame({
        "file": ["a.csv", "b.csv", "c.csv", "d.csv"],
        "printed_total": ["100.00", "", "20", "7.50"],
        "difference": ["0.00", "", "0", "-2.50"],
    })  # fmt: skip
    assert printed_totals(receipts)["file"].tolist() == ["a.csv", "c.csv", "d.csv"]
    assert in_words(RECONCILIATION.empty(), receipts)[1:] == [
        "d.csv prints 7.50 as its own total; what was read of it less that is -2.50.",
        "What was read equals the total that is printed in a.csv, c.csv.",
    ]


# currencies, snapshots, edges


@pytest.mark.parametrize(("currency", "amounts"), [("JPY", (15_000, -1234)), ("KWD", (15.001, -1.234))])
def test_amounts_are_exact_in_currencies_without_two_decimals(currency, amounts):
    rows = [
        ("C1", "I1", "invoice", "2026-10-01", None, amounts[0], currency),
        ("C1", "CN1", "credit_note", "2026-10-02", None, amounts[1], currency),
    ]
    table = explain(says=f"{currency}={plain(amounts[0], currency)}", rows=rows)
    assert best(table) == ["unapplied credit", "CN1 of customer C1", amounts[1], "exact"]


def test_each_currency_is_explained_on_its_own():
    dollars = ("C1", "I70", "invoice", DAY, None, 250.45, "USD")
    table = explain(dollars, says="EUR=7218.50,USD=0")
    assert table.groupby("currency", sort=False)["candidate"].first().to_dict() == {
        "EUR": "unapplied credit",
        "USD": "posting on the day",
    }


def test_lists_of_open_items_are_explained_too():
    listed = pd.DataFrame({
        "as_of": ["2026-09-30", DAY, DAY, DAY], "customer_id": ["C1", "C1", "C1", "C2"],
        "document_id": ["I1", "I1", "CN", "I2"], "kind": ["invoice", "invoice", "credit_note", "invoice"],
        "issued": "2026-09-01", "open_amount": [100.0, 100.0, -30.0, 55.5], "currency": "EUR",
    })  # fmt: skip
    books = Ledger(snapshots=listed)
    said = {total: best(reconcile(books, books.at(DAY), total))[:2] for total in ("155.50", "70.00", "100.00", "25.50")}
    assert said == {
        "155.50": ["unapplied credit", "CN of customer C1"],
        "70.00": ["customer left out", "(customer C2)"],
        "100.00": ["another day", "(2026-09-30)"],
        "25.50": ["missing payment", "for I1 of customer C1"],
    }


def test_where_nothing_is_open_a_difference_stays_one():
    table = reconcile(Ledger(), Ledger().at(DAY), "7")
    assert table[["currency", "candidate", "difference"]].to_numpy().tolist() == [["XXX", "no document", -7.0]]
    settled = [("C1", "I1", "invoice", "2026-08-01", None, 5.0), ("C1", "I1", "payment", "2026-09-01", None, -5.0)]
    assert best(explain(says="5", rows=settled))[0] == "posting not in the books"


def test_the_control_total_is_read_as_the_summary_reads_it():
    with pytest.raises(ArkitError, match=r"^the control total cannot be read\."):
        explain(says="ten")
    with pytest.raises(ArkitError, match=r"^one control total cannot hold for several currencies\."):
        explain(("C1", "I70", "invoice", DAY, None, 1.0, "USD"), says="5")
    assert control_totals(None, Ledger().at(DAY)) == {}


# whatever the ledger

CENTS = st.integers(101, 90_000_00)
CAUSES = (
    "unapplied credit",
    "posting after the day",
    "posting on the day",
    "rejected row",
    "missing payment",
    "customer left out",
)


@st.composite
def planted(draw):
    """A ledger, the cause planted in it, and how much the books say less than it."""
    amounts = draw(st.lists(CENTS, min_size=10, max_size=14, unique=True))
    cause = draw(st.sampled_from(CAUSES))
    *open_ones, credit, other = (minor / 100 for minor in amounts)
    rows = [(f"C{n % 4}", f"I{n}", "invoice", f"2026-0{n % 8 + 1}-11", None, amount) for n, amount in enumerate(open_ones)]
    rows.append(("C0", "CN", "credit_note", "2026-09-09", None, -credit))
    extra = {
        "posting after the day": ("C1", "L1", "invoice", "2026-11-03", None, other),
        "posting on the day": ("C1", "L1", "invoice", DAY, None, other),
    }.get(cause)
    rows += [extra] if extra else []
    tables = rejected(f"I99 | C9 | {other:.2f}") if cause == "rejected row" else {}
    customer = round(sum(row[5] for row in rows if row[0] == "C2"), 2)
    off = {
        "unapplied credit": -credit, "posting after the day": -other, "posting on the day": other, "rejected row": -other,
        "missing payment": open_ones[3], "customer left out": customer,
    }[cause]  # fmt: skip
    return rows, tables, cause, off


@settings(max_examples=25)
@given(planted())
def test_whatever_cause_is_planted_is_among_the_first_three_and_exact(case):
    rows, tables, cause, off = case
    table = explain(off=off, rows=rows, **tables)
    first = table.head(3)
    assert cause in set(first.loc[first["explains"].eq("exact"), "candidate"])


@settings(max_examples=25)
@given(planted(), st.integers(-(10**9), 10**9))
def test_what_is_said_always_adds_up_and_is_in_order(case, off):
    rows, tables, _, _ = case
    table = explain(off=off / 100, rows=rows, **tables)
    amounts = {name: to_minor(table[name], table["currency"]) for name in ("difference", "amount", "left_over")}
    assert (amounts["amount"] + amounts["left_over"] == amounts["difference"]).all()
    fits = table["explains"].isin(["exact", "together", "within"])
    assert (amounts["left_over"][fits] == 0).all()
    order = table["explains"].map({"exact": 0, "together": 1, "within": 2, "part": 3, "no": 4, "hint": 5})
    order = order.mask(table["candidate"].eq("none found"), -1)
    assert order.is_monotonic_increasing
    assert (amounts["left_over"][table["explains"].eq("part")].__abs__() < abs(off)).all()
    assert in_words(table)[0].startswith("The ledger ")
