import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.importers import check, load
from arkit.importers.alarms import JUMP, noticed

DAYS = ("date", "due_date", "settled_on")


def rows(**columns):
    """Typed rows, indexed by the row of the file, the first below the headings being 2."""
    frame = pd.DataFrame(columns)
    typed = {name: pd.to_datetime(frame[name]) for name in DAYS if name in frame}
    return frame.assign(**typed).set_axis(range(2, len(frame) + 2))


def warned(folder, text, name="july.csv", **options):
    """What is said of a CSV file."""
    (folder / name).write_text(text, "utf-8")
    return "\n".join(load(folder / name, **options).receipts["warnings"])


CLEAN = {
    "customer_id": ["0042", "0042", "0077"],
    "customer_name": ["Harbour Bakery", "Harbour Bakery", "Bolt & Sons"],
    "date": ["2026-01-05", "2026-01-13", "2026-01-20"],
    "due_date": ["2026-02-04", "2026-02-12", "2026-01-20"],
    "settled_on": ["2026-01-05", None, "2026-03-01"],
    "status": ["Paid", "Open", "paid"],
    "open_amount": [0.0, 250.5, float("nan")],
    "disputed": [False, False, False],
}

# alarms


def test_of_clean_rows_nothing_is_said():
    assert noticed(rows(**CLEAN)) == []
    assert noticed(rows(customer_id=["0042"])) == []
    assert noticed(rows(**CLEAN).head(0)) == []


@pytest.mark.parametrize("name", CLEAN)
def test_of_clean_rows_without_one_column_nothing_is_said(name):
    said = noticed(rows(**{column: values for column, values in CLEAN.items() if column != name}))
    assert said == []


@pytest.mark.parametrize(
    ("columns", "one", "many"),
    [
        (
            {"date": ["2026-03-05"], "due_date": ["2026-03-04"]},
            "1 document is due before issued: row 2",
            "5 documents are due before issued: row 2, row 3, row 4 and 2 more",
        ),
        (
            {"date": ["2026-03-05"], "settled_on": ["2026-03-04"]},
            "1 document was paid before issued: row 2",
            "5 documents were paid before issued: row 2, row 3, row 4 and 2 more",
        ),
        (
            {"status": ["Paid"], "open_amount": [0.01]},
            "1 document is paid by the status and open by the balance: row 2",
            "5 documents are paid by the status and open by the balance: row 2, row 3, row 4 and 2 more",
        ),
        (
            {"status": ["Bezahlt"], "settled_on": [None]},
            "1 document is paid by the status, without a day of payment: counted as open: row 2",
            "5 documents are paid by the status, without a day of payment: counted as open: row 2, row 3, row 4 and 2 more",
        ),
        (
            {"disputed": [True]},
            "1 document is marked disputed without a day: not used, for nobody knows since when: row 2",
            "5 documents are marked disputed without a day: not used, for nobody knows since when: "
            "row 2, row 3, row 4 and 2 more",
        ),
    ],
)
def test_what_is_odd_about_rows_is_counted_and_shown(columns, one, many):
    assert noticed(rows(**columns)) == [one]
    assert noticed(rows(**{name: values * 5 for name, values in columns.items()})) == [many]


@pytest.mark.parametrize(
    "columns",
    [
        {"date": ["2026-03-05"], "due_date": ["2026-03-05"]},
        {"date": ["2026-03-05"], "due_date": [None]},
        {"date": [None], "settled_on": ["2026-03-05"]},
        {"status": ["Paid"], "open_amount": [None]},
        {"status": ["Unpaid"], "open_amount": [5.0]},
        {"status": ["Paid"], "settled_on": [None], "paid_amount": [5.0]},
        {"status": ["Paid"], "settled_on": ["2026-03-05"]},
        {"status": ["Open"], "settled_on": [None]},
        {"status": ["Paid"]},
    ],
)
def test_what_may_well_be_is_not_pointed_out(columns):
    assert noticed(rows(**columns)) == []


def terms(*days, customers=("Bolt",)):
    """Documents of 1 January on these terms."""
    dates = pd.Timestamp("2026-01-01") + pd.to_timedelta(list(days), unit="D")
    return rows(customer_id=list(customers) * (len(days) // len(customers)), date="2026-01-01", due_date=dates)


def test_terms_far_from_what_is_usual_for_the_customer_are_pointed_out():
    usual = "on terms more than 60 days from what is usual for the customer"
    assert noticed(terms(30, 30, 30, 30 + JUMP + 1)) == [f"1 document is {usual}: row 5"]
    assert noticed(terms(30, 30, 30, 120, 30, 30, 150)) == [f"2 documents are {usual}: row 5, row 8"]


def test_terms_that_differ_by_little_or_of_few_documents_or_between_customers_are_not():
    assert noticed(terms(30, 30, 30, 30 + JUMP)) == []
    assert noticed(terms(30, 30, 120)) == []
    assert noticed(terms(*[14, 120] * 4, customers=("Bolt", "Quiet Lane Books"))) == []
    assert noticed(terms(30, 30, 30, 120).drop(columns="customer_id")) == []


def test_a_number_with_more_than_one_name_is_pointed_out():
    named = rows(customer_id=["7", "7", "8"], customer_name=["Bolt", "Bolt & Sons", "Quiet Lane Books"])
    assert noticed(named) == ["1 customer number with more than one name: 7: Bolt and Bolt & Sons"]
    named = rows(customer_id=["7", "8", "7", "8"], customer_name=["Bolt", "Quay", "Bolt & Sons", "Quay Ltd"])
    assert noticed(named) == ["2 customer numbers with more than one name: 7: Bolt and Bolt & Sons, 8: Quay and Quay Ltd"]


def test_a_number_whose_name_is_blank_or_the_number_itself_has_one_name():
    assert noticed(rows(customer_id=["7", "7", "7"], customer_name=["Bolt", "", "7"])) == []


def test_numbers_that_differ_by_leading_zeros_only_are_pointed_out():
    words = "under two numbers that differ only by leading zeros, kept apart"
    assert noticed(rows(customer_id=["0042", "77", "42", "42"])) == [f"1 customer {words}: 0042 and 42"]
    assert noticed(rows(customer_id=["07", "0042", "7", "42"])) == [f"2 customers {words}: 0042 and 42, 07 and 7"]
    assert noticed(rows(customer_id=["0", "00"])) == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["7", "07", "8", ""]),
            st.sampled_from(["Bolt", "Quay", ""]),
            st.sampled_from([None, "2026-01-01", "2026-06-01"]),
            st.sampled_from([None, "2026-01-01", "2026-06-01"]),
        ),
        max_size=8,
    )
)
def test_rows_of_any_kind_are_looked_at_without_a_stumble(drawn):
    number, name, date, due = (list(column) for column in zip(*drawn, strict=True)) if drawn else ([], [], [], [])
    frame = rows(
        customer_id=pd.Series(number, dtype="str"), customer_name=pd.Series(name, dtype="str"), date=date, due_date=due
    )
    late = sum(1 for issued, until in zip(date, due, strict=True) if issued and until and until < issued)
    found = [words for words in noticed(frame) if words.endswith("due before issued") or "due before issued:" in words]
    assert len(found) == bool(late)
    assert all(words.startswith(f"{late} document") for words in found)


# printed totals

GROUPS = """\
Date,Num,Due date,Amount,Open balance
Harbour Bakery,,,,
2026-05-01,1,2026-06-01,10.00,10.00
2026-05-02,2,2026-06-02,20.00,15.00
Total for Harbour Bakery,,,30.00,25.00
Bolt & Sons,,,,
2026-05-01,3,2026-06-01,5.50,5.50
Total for Bolt & Sons,,,5.50,5.50
TOTAL,,,35.50,30.50
"""


def apart(folder, text, **options):
    """What is said of printed totals."""
    return [line for line in warned(folder, text, as_of="2026-06-30", **options).splitlines() if "printed total" in line]


def test_totals_of_groups_and_of_all_add_up(tmp_path):
    assert apart(tmp_path, GROUPS) == []


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (
            "Harbour Bakery,,,30.00,25.00",
            "Harbour Bakery,,,30.00,26.00",
            "row 5 'Total for Harbour Bakery' prints 26.00, its rows add up to 25.00",
        ),
        ("Sons,,,5.50,5.50", "Sons,,,6.50,5.50", "row 8 'Total for Bolt & Sons' prints 6.50, its rows add up to 5.50"),
        ("TOTAL,,,35.50,30.50", "TOTAL,,,35.50,30.49", "row 9 'TOTAL' prints 30.49, its rows add up to 30.50"),
    ],
)
def test_a_total_that_its_rows_do_not_add_up_to_is_pointed_out(tmp_path, right, wrong, said):
    assert right in GROUPS
    assert apart(tmp_path, GROUPS.replace(right, wrong)) == [f"1 printed total not what the rows add up to: {said}"]


def test_totals_that_are_not_right_are_counted(tmp_path):
    text = GROUPS.replace("30.00,25.00", "31.00,26.00").replace("35.50,30.50", "36.50,31.50")
    (said,) = apart(tmp_path, text)
    assert said.startswith("4 printed totals not what the rows add up to: row 5 'Total for Harbour Bakery' prints 26.00")
    assert said.endswith(" and 1 more")


def test_a_blank_total_says_nothing(tmp_path):
    assert apart(tmp_path, GROUPS.replace("30.00,25.00", ",25.00")) == []


NESTED = """\
Date,Num,Name,Due date,Open balance
North,,,,
Harbour Bakery,,,,
2026-05-01,1,Harbour Bakery,2026-06-01,10.00
2026-05-02,2,Harbour Bakery,2026-06-02,15.00
Total for Harbour Bakery,,,,25.00
Bolt & Sons,,,,
2026-05-01,3,Bolt & Sons,2026-06-01,5.50
Total for Bolt & Sons,,,,5.50
Total for North,,,,30.50
South,,,,
2026-05-01,4,Quiet Lane Books,2026-06-01,7.00
Total for South,,,,7.00
TOTAL,,,,37.50
"""


def test_totals_of_groups_within_groups_add_up(tmp_path):
    assert apart(tmp_path, NESTED) == []
    (said,) = apart(tmp_path, NESTED.replace("North,,,,30.50", "North,,,,5.50"))
    assert said.endswith(": row 10 'Total for North' prints 5.50, its rows add up to 30.50")


def test_totals_of_blocks_one_below_the_other_add_up_each_by_itself_or_all_together(tmp_path):
    text = """\
Customer,Num,Date,Due date,Open balance
Harbour Bakery,1,2026-05-01,2026-06-01,10.00
Harbour Bakery,2,2026-05-01,2026-06-01,5.00
Total,,,,15.00
Bolt & Sons,3,2026-05-01,2026-06-01,7.00
Total,,,,{second}
Total,,,,22.00
"""
    for fits in ("7.00", "22.00"):
        assert apart(tmp_path, text.format(second=fits)) == []
    (said,) = apart(tmp_path, text.format(second="8.00"))
    assert said.endswith(": row 6 'Total' prints 8.00, its rows add up to 7.00")


CURRENCIES = """\
Customer,Num,Date,Due date,Currency,Open balance
Harbour Bakery,1,2026-05-01,2026-06-01,EUR,10.00
Bolt & Sons,2,2026-05-01,2026-06-01,USD,100.00
Harbour Bakery,3,2026-05-01,2026-06-01,EUR,2.50
Total,,,,EUR,12.50
Total,,,,USD,100.00
"""


def test_totals_of_several_currencies_are_compared_each_with_its_own(tmp_path):
    assert apart(tmp_path, CURRENCIES) == []
    (said,) = apart(tmp_path, CURRENCIES.replace("USD,100.00\nHarbour", "USD,99.00\nHarbour"))
    assert said.endswith(": row 6 'Total' prints 100.00, its rows add up to 99.00")
    (said,) = apart(tmp_path, CURRENCIES.replace("Total,,,,EUR,12.50", "Total,,,,EUR,112.50"))
    assert said.endswith(": row 5 'Total' prints 112.50, its rows add up to 12.50")


def test_a_total_of_several_currencies_that_says_none_is_compared_with_nothing(tmp_path):
    assert apart(tmp_path, CURRENCIES + "Grand total,,,,,4711.00\n") == []


SIGNED = """\
Customer,Num,Type,Date,Due date,Open balance
Harbour Bakery,1,Invoice,2026-05-01,2026-06-01,100.00
Harbour Bakery,2,Credit note,2026-05-01,2026-06-01,30.00
Total,,,,,{total}
"""


@pytest.mark.parametrize(("total", "fits"), [("70.00", True), ("130.00", True), ("100.00", False)])
def test_a_total_may_mean_amounts_as_they_stand_or_signed_by_their_kind(tmp_path, total, fits):
    assert bool(apart(tmp_path, SIGNED.format(total=total))) is not fits


@pytest.mark.parametrize(("total", "fits"), [("100.00", True), ("140.00", True), ("120.00", False)])
def test_a_total_may_mean_all_rows_or_those_that_are_owed(tmp_path, total, fits):
    text = "Customer,Num,Date,Due date,Status,Open balance\nBolt,1,2026-05-01,2026-06-01,sent,100.00\n"
    text += f"Bolt,2,2026-05-01,2026-06-01,Draft,40.00\nTotal,,,,,{total}\n"
    assert bool(apart(tmp_path, text)) is not fits


@pytest.mark.parametrize("words", ["Percentage of total", "Percent of total", "percentages"])
def test_percentages_are_no_totals_of_amounts(tmp_path, words):
    assert apart(tmp_path, GROUPS + f"{words},,,100.00,81.97\n") == []


@settings(max_examples=12)
@given(st.lists(st.lists(st.integers(-99_999, 99_999), min_size=1, max_size=4), min_size=1, max_size=4), st.integers(1, 5))
def test_any_groups_add_up_and_a_cent_more_in_a_group_is_found(tmp_path_factory, groups, cent):
    folder = tmp_path_factory.mktemp("totals")
    for more in (0, cent):
        lines, number = ["Date,Num,Due date,Open balance"], 0
        for at, amounts in enumerate(groups):
            lines.append(f"Customer {'abcd'[at]},,,")
            for amount in amounts:
                number += 1
                lines.append(f"2026-05-01,{number},2026-06-01,{amount / 100:.2f}")
            lines.append(f"Total for Customer {'abcd'[at]},,,{(sum(amounts) + (more if at == 0 else 0)) / 100:.2f}")
        lines.append(f"TOTAL,,,{sum(map(sum, groups)) / 100:.2f}")
        assert len(apart(folder, "\n".join(lines) + "\n")) == bool(more)


@pytest.mark.parametrize(("many", "said"), [(499, False), (500, True)])
def test_a_file_as_full_as_its_system_makes_them_may_not_be_all(tmp_path, many, said):
    head = "ContactName,InvoiceNumber,InvoiceDate,DueDate,Total,InvoiceAmountPaid,InvoiceAmountDue,"
    head += "Description,LineAmount,Currency,Type,Status"
    rows = [f"Acme,I{n},14/05/2026,13/06/2026,5,0,5,Tea,5,NZD,Sales invoice,Awaiting Payment" for n in range(many)]
    words = "500 documents are listed, and one file of this export holds at most 500: see that no part is missing"
    assert (words in warned(tmp_path, "\n".join([head, *rows]), as_of="2026-06-30")) is said


# notes that do not do what they seem to

NOTED = """Customer No.,Invoice No.,Invoice Date,Due Date,Open Balance,Currency
C1,A1,2026-09-01,2026-10-01,100.00,EUR
C1,A2,2026-09-05,2026-10-05,250.00,EUR
"""
SAID = """Date,Customer No.,Invoice No.,Kind,Amount,Until,Outcome
2026-10-01,C1,A9,dispute,100,,open
2026-10-02,C9,A1,dispute,100,,open
2026-10-03,,A2,Disputed,100,,open
2026-10-04,C1,A1,Promise to pay,100,,
2026-10-05,C1,A2,promise,100,2026-09-01,
2026-10-06,C1,A1,visited,,,
2026-10-07,C1,A8,dispute,100,,open
2026-10-08,C1,A8,dispute,,,resolved
2026-10-09,,A7,dispute,,,open
"""


def test_notes_that_protect_nobody_are_pointed_out_and_a_document_names_its_customer(tmp_path):
    (tmp_path / "open.csv").write_text(NOTED, "utf-8")
    (tmp_path / "notes.csv").write_text(SAID, "utf-8")
    ledger = load(tmp_path, as_of="2026-10-31")
    assert ledger.receipts.set_index("file").loc["notes.csv", "warnings"].split("\n") == [
        "1 row not used: row 10: it names no customer and no document of one customer only",
        "1 note of a kind that arkit does not know, so no action changes: 'visited'",
        "1 promise has no day, so nothing waits for it: row 5",
        "1 promise is for a day before it was given: row 6",
        "1 note is about a customer that no file lists: row 3",
        "1 note is about a document that no file lists for that customer, so nothing is protected: row 2",
    ]
    kinds = ["dispute", "dispute", "dispute", "promise", "promise", "other", "dispute", "dispute"]
    assert ledger.notes["kind"].tolist() == kinds
    assert ledger.notes.loc[2, ["customer_id", "document_id"]].tolist() == ["C1", "A2"]


def test_of_notes_in_order_nothing_is_said(tmp_path):
    (tmp_path / "open.csv").write_text(NOTED, "utf-8")
    told = "Date,Customer No.,Kind,Until\n2026-10-04,C1,promise,2026-11-04\n2026-10-04,C1,note,\n"
    (tmp_path / "notes.csv").write_text(told, "utf-8")
    assert load(tmp_path, as_of="2026-10-31").receipts.set_index("file").loc["notes.csv", "warnings"] == ""


# a state is a status, or the province of an address

CUSTOMERS_OF_STATES = "Customer No.,Name,City,State,Zip,Phone\nC1,One Ltd,Albany,NY,12207,1\n"
STATES = "Customer No.,Invoice No.,Invoice Date,Due Date,Amount,City,State\nC1,A1,2026-09-30,2026-10-30,100.00,Albany,{}\n"
STATED = "Customer No.,Invoice No.,Invoice Date,Due Date,Amount,State\nC1,A1,2026-09-30,2026-10-30,100.00,{}\n"


@pytest.mark.parametrize(
    ("text", "is_status"),
    [
        (STATES.format("NY"), False),
        (STATES.format("paid"), True),
        (STATED.format("posted"), True),
        (CUSTOMERS_OF_STATES, False),
    ],
)
def test_a_state_is_a_status_or_a_province_by_where_it_stands_and_what_is_in_it(tmp_path, text, is_status):
    (tmp_path / "table.csv").write_text(text, "utf-8")
    (file,) = check(tmp_path / "table.csv", as_of="2026-10-31")["files"]
    assert ("status" in file["fields"]) == is_status
