import json
import re
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.errors import ArkitError, DayRefused, ImportRefused
from arkit.importers import check, load
from arkit.importers.systems import layouts
from arkit.money import totals
from arkit.tables import SNAPSHOTS

CLASSES = ["entry", "heading", "total", "footer", "blank", "rejected"]
SHARED = Path(__file__).parents[2] / "shared"
real = pytest.mark.skipif(not (SHARED / "data").exists(), reason="the published data sets are not on this machine")
exports = pytest.mark.skipif(not (SHARED / "exports").exists(), reason="the sample exports are not on this machine")

INVOICES = """\
Customer No.,Customer Name,Invoice No.,Invoice Date,Due Date,Amount,Currency
0042,Acme Ltd,INV-1,05/01/2026,04/02/2026,"1,000.00",EUR
0042,Acme Ltd,INV-2,13/01/2026,12/02/2026,250.50,EUR
0077,Bolt & Sons,INV-3,20/01/2026,19/02/2026,80.00,EUR
"""
OPEN_ITEMS = """\
Fictive Foods Inc,,,,,,
Open Invoices,,,,,,
"As of Jun 30, 2026",,,,,,

Date,Transaction type,Num,Name,Due date,Amount,Open balance
5/13/2026,Invoice,1001,"Fictive, Quartet",6/12/2026,"1,000.00",250.00
5/14/2026,Credit Memo,1002,Spring Tour,,-50.00,-50.00
,,,,,,
TOTAL,,,,,$950.00,$200.00


"Tuesday, June 30, 2026 09:30 PM GMT-04:00",,,,,,
"""


def put(folder, files):
    """The folder with these files in it, name to text."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def csv(folder, text, name="july.csv"):
    return put(folder, {name: text}) / name


def xlsx(folder, sheets, name="july.xlsx"):
    """A workbook, title to rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(folder / name)
    return folder / name


def receipt(ledger):
    """The receipt of the only sheet."""
    (row,) = ledger.receipts.to_dict("records")
    return row


def said(ledger):
    return "\n".join(ledger.receipts["warnings"])


def by_class(ledger):
    return ledger.receipts[CLASSES].sum(axis=1).tolist()


def is_open(ledger, day):
    """What is open on a day, by document."""
    documents = ledger.at(day)
    return dict(zip(documents["document_id"], documents["open_amount"], strict=True))


# flat tables


def test_a_flat_csv_becomes_postings(tmp_path):
    ledger = load(csv(tmp_path, INVOICES))
    documents = ledger.at("2026-02-04")
    assert documents["customer_id"].tolist() == ["0042", "0042", "0077"]
    assert documents["open_amount"].tolist() == [1000.0, 250.5, 80.0]
    assert documents["due_date"].dt.strftime("%d %b").tolist() == ["04 Feb", "12 Feb", "19 Feb"]
    assert documents["source"].tolist() == ["july.csv:2", "july.csv:3", "july.csv:4"]
    assert ledger.customers["name"].tolist() == ["Acme Ltd", "Bolt & Sons"]
    shown = receipt(ledger)
    assert (shown["export"], shown["holds"], shown["header_row"]) == ("table of documents", "documents", 1)
    assert shown["columns"].startswith(
        "customer_id: 'Customer No.', customer_name: 'Customer Name', document_id: 'Invoice No.'"
    )
    assert shown["date_order"] == (
        "day/month/year, proven by row 3 '13/01/2026' ('Invoice Date'); "
        "day/month/year, proven by row 4 '19/02/2026' ('Due Date')"
    )
    assert shown["number_style"] == "decimal point, proven by row 2 '1,000.00'"
    assert shown["warnings"] == "no payments were read: every document counts as open"


def test_a_workbook_reads_like_the_same_csv(tmp_path):
    rows = [
        ["Customer No.", "Invoice No.", "Invoice Date", "Due Date", "Amount", "Currency"],
        ["0042", "INV-1", date(2026, 1, 5), pd.Timestamp("2026-02-04").to_pydatetime(), 1000, "EUR"],
        [77, "INV-2", "2026-01-13", "12/02/2026", "250,50", "EUR"],
        [77, 1234567, date(2026, 1, 14), None, 80.25, "EUR"],
    ]
    ledger = load(xlsx(tmp_path, {"Sheet1": rows}), date_order="dmy")
    documents = ledger.at("2026-02-28")
    assert documents["customer_id"].tolist() == ["0042", "77", "77"]
    assert documents["document_id"].tolist() == ["INV-1", "INV-2", "1234567"]
    assert documents["open_amount"].tolist() == [1000.0, 250.5, 80.25]
    assert documents["due_date"].dt.strftime("%Y-%m-%d").tolist() == ["2026-02-04", "2026-02-12", "2026-01-14"]
    assert by_class(ledger) == [4]


def test_every_sheet_of_a_workbook_is_read_and_named(tmp_path):
    documents = [["Customer", "Invoice No.", "Date", "Amount"], ["Acme", "INV-1", date(2026, 1, 5), 100.0]]
    payments = [["Payment No.", "Invoice No.", "Payment Date", "Amount"], ["P-1", "INV-1", date(2026, 2, 5), 40.0]]
    file = xlsx(tmp_path, {"Invoices": documents, "Receipts": payments, "Tips": [["Read me", "first"]], "Empty": []})
    ledger = load(file)
    assert is_open(ledger, "2026-02-05") == {"INV-1": 60.0}
    assert ledger.receipts["file"].tolist() == ["july.xlsx [Invoices]", "july.xlsx [Receipts]", "july.xlsx [Tips]"]
    assert ledger.receipts["status"].tolist() == ["read", "read", "set aside"]


@pytest.mark.parametrize("above", [0, 1, 5, 29])
def test_the_header_may_stand_anywhere_in_the_first_30_rows(tmp_path, above):
    lines = [f"Some title {number},,,,,," for number in range(above)]
    ledger = load(csv(tmp_path, "\n".join([*lines, INVOICES])))
    assert receipt(ledger)["header_row"] == above + 1
    assert (receipt(ledger)["heading"], receipt(ledger)["entry"]) == (above + 1, 3)
    assert by_class(ledger) == [above + 4]


def test_a_header_below_row_30_is_not_looked_for(tmp_path):
    with pytest.raises(ImportRefused, match="has no row of headings that arkit knows") as refused:
        load(csv(tmp_path, "Some title,1.00,,,,,\n" * 30 + INVOICES))
    assert "got: row 1: Some title, 1.00" in str(refused.value)


def test_titles_totals_blanks_and_stamps_are_told_from_entries(tmp_path):
    ledger = load(csv(tmp_path, OPEN_ITEMS))
    shown = receipt(ledger)
    assert {name: shown[name] for name in CLASSES} == {
        "entry": 2, "heading": 4, "total": 1, "footer": 1, "blank": 4, "rejected": 0,
    }  # fmt: skip
    assert shown["rows"] == 12
    assert (shown["printed_total"], shown["difference"]) == ("200.00", "0.00")
    assert shown["as_of"] == pd.Timestamp("2026-06-30")
    assert ledger.at("2026-06-30")[["customer_id", "kind", "open_amount"]].to_dict("split")["data"] == [
        ["Fictive, Quartet", "invoice", 250.0],
        ["Spring Tour", "credit_note", -50.0],
    ]


def test_a_printed_total_that_differs_is_pointed_out(tmp_path):
    ledger = load(csv(tmp_path, OPEN_ITEMS.replace("$200.00", '"$1,200.00"')))
    assert (receipt(ledger)["printed_total"], receipt(ledger)["difference"]) == ("1200.00", "-1000.00")
    assert "1 printed total not what the rows add up to: row 9 'TOTAL' prints 1200.00, its rows add up to 200.00" in said(
        ledger
    )


def test_a_group_total_is_not_taken_for_the_total_of_the_file(tmp_path):
    text = "Date,Num,Due date,Open balance\nAcme,,,\n2026-05-01,1,2026-06-01,10.00\nTotal for Acme,,,10.00\n"
    text += "Bolt,,,\n2026-05-01,2,2026-06-01,5.50\nTotal for Bolt,,,5.50\n"
    shown = receipt(load(csv(tmp_path, text), as_of="2026-06-30"))
    assert (shown["printed_total"], shown["difference"]) == ("", "")
    assert (shown["entry"], shown["heading"], shown["total"]) == (2, 3, 2)


GROUPED = """\
,Type,Date,Num,Terms,Due Date,Open Balance
Total Gas Ltd,,,,,,
,Invoice,2026-03-10,A-1,Net 30,,200.00
,Payment,2026-03-15,,,,-50.00
Total Total Gas Ltd,,,,,,
3000,,,,,,
,Payment,2026-03-15,,,,-50.00
,Invoice,2026-03-20,A-2,,2026-04-20,75.00
Total 3000,,,,,,25.00
TOTAL,,,,,,175.00
"""


def test_rows_under_a_customer_belong_to_it_even_if_it_is_called_total(tmp_path):
    ledger = load(csv(tmp_path, GROUPED), as_of="2026-04-30")
    documents = ledger.at("2026-04-30")
    assert documents[["customer_id", "kind", "open_amount", "due_basis"]].to_dict("split")["data"] == [
        ["Total Gas Ltd", "invoice", 200.0, "terms"],
        ["Total Gas Ltd", "payment", -50.0, "issue date"],
        ["3000", "payment", -50.0, "issue date"],
        ["3000", "invoice", 75.0, "stated"],
    ]
    assert (receipt(ledger)["heading"], receipt(ledger)["total"], receipt(ledger)["rejected"]) == (3, 3, 0)
    assert receipt(ledger)["difference"] == "0.00"


def test_a_row_after_the_total_of_its_group_belongs_to_nobody(tmp_path):
    text = GROUPED.replace("TOTAL,", ",Invoice,2026-03-20,A-3,,2026-04-20,9.00\nTOTAL,")
    ledger = load(csv(tmp_path, text), as_of="2026-04-30")
    assert ledger.rejects[["row", "reason"]].to_dict("split")["data"] == [[10, "it names no customer"]]
    assert by_class(ledger) == [11]


def test_headings_of_buckets_do_not_pass_for_customers(tmp_path):
    text = """\
,Date,Transaction type,Num,Customer full name,Due date,Amount,Open balance
91 or more days past due,,,,,,,
,2026-01-02,Invoice,1,Acme,2026-01-30,100.00,100.00
Total for 91 or more days past due,,,,,,100.00,100.00
CURRENT,,,,,,,
,2026-05-02,Invoice,2,Bolt,2026-07-30,20.00,
Total for CURRENT,,,,,,20.00,
TOTAL,,,,,,120.00,100.00
"""
    ledger = load(csv(tmp_path, text), as_of="2026-06-30")
    documents = ledger.at("2026-06-30")
    assert dict(zip(documents["customer_id"], documents["open_amount"], strict=True)) == {"Acme": 100.0, "Bolt": 0.0}
    assert (receipt(ledger)["entry"], receipt(ledger)["heading"], receipt(ledger)["total"]) == (2, 3, 3)


def test_a_customer_column_that_only_headings_fill_groups_the_rows(tmp_path):
    text = """\
Aged Receivables Detail,,,,,
As at 31 March 2026,,,,,
Contact Account Number,Invoice Date,Due Date,Invoice Number,Older,Total
Acme Ltd,,,,,
,01/02/2026,28/02/2026,INV-1,,120.00
Total Acme Ltd,,,,,120.00
Total,,,,,120.00
Percentage of total,,,,,100%
"""
    ledger = load(csv(tmp_path, text))
    assert receipt(ledger)["export"] == "Xero, Aged Receivables Detail"
    assert ledger.at("2026-03-31")[["customer_id", "open_amount"]].to_dict("split")["data"] == [["Acme Ltd", 120.0]]
    assert receipt(ledger)["total"] == 3
    assert receipt(ledger)["difference"] == "0.00"


def test_an_invoice_of_a_customer_called_total_is_an_entry(tmp_path):
    text = INVOICES.replace("Customer No.,Customer Name", "Customer Name,Reference").replace("0042,Acme Ltd", "Total Gas,x")
    ledger = load(csv(tmp_path, text.replace("13/01/2026,12/02/2026", ",")), date_order="dmy")
    assert ledger.rejects[["row", "reason"]].to_dict("split")["data"] == [[3, "it has no date"]]
    assert receipt(ledger)["total"] == 0


def test_a_repeated_header_is_a_heading(tmp_path):
    header, *rows = INVOICES.splitlines()
    ledger = load(csv(tmp_path, "\n".join([header, *rows[:2], header, *rows[2:]])))
    assert (receipt(ledger)["entry"], receipt(ledger)["heading"]) == (3, 2)


def test_line_items_of_a_document_count_once(tmp_path):
    text = """\
ContactName,InvoiceNumber,InvoiceDate,DueDate,Total,InvoiceAmountDue,Description,LineAmount,Currency,Type
Acme,INV-1,2026-01-05,2026-02-04,300.00,120.00,Lamb,100.00,ZAR,Sales invoice
Acme,INV-1,2026-01-05,2026-02-04,300.00,120.00,Beef,200.00,ZAR,Sales invoice
Acme,CN-1,2026-01-09,,40.00,40.00,Lamb,40.00,ZAR,Sales credit note
"""
    ledger = load(csv(tmp_path, text), as_of="2026-02-28")
    assert is_open(ledger, "2026-02-28") == {"INV-1": 120.0, "CN-1": -40.0}
    assert (receipt(ledger)["entry"], receipt(ledger)["documents"]) == (3, 2)
    assert "1 row of documents listed before, which count once" in said(ledger)


def test_rows_that_share_a_number_and_differ_are_refused(tmp_path):
    text = INVOICES.replace("INV-2", "INV-1")
    with pytest.raises(ImportRefused) as refused:
        load(csv(tmp_path, text))
    assert str(refused.value).splitlines()[0] == "2 rows share a document number and differ in date or amount."
    assert "got: july.csv:2 'INV-1' of 0042, july.csv:3 'INV-1' of 0042" in str(refused.value)


def test_one_number_may_belong_to_two_customers(tmp_path):
    ledger = load(csv(tmp_path, INVOICES.replace("INV-3", "INV-1")))
    assert len(ledger.at("2026-02-28")) == 3


@pytest.mark.parametrize(
    ("headings", "order"),
    [
        ("Customer Number,Invoice No,Issue Date,Due Date,Amount,Currency", "dmy"),
        ("customer_id,invoice_number,invoice_date,due_date,amount,currency", "dmy"),
        ("customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,currencyCode", "dmy"),
        ("Kundennummer,Rechnungsnummer,Rechnungsdatum,Fälligkeit,Betrag,Währung", "dmy"),
        ("Code client,N° facture,Date de facture,Échéance,Montant TTC,Devise", "dmy"),
        ("Código de cliente,Nº factura,Fecha factura,Vencimiento,Importe,Moneda", "dmy"),
        ("Debiteurnummer,Factuurnummer,Factuurdatum,Vervaldatum,Factuurbedrag,Valuta", "dmy"),
        ("Código do cliente,Número da fatura,Data de emissão,Data de vencimento,Valor total,Moeda", "dmy"),
    ],
)
def test_exports_of_six_languages_read_alike(tmp_path, headings, order):
    ledger = load(csv(tmp_path, headings + '\n0042,R-1,31/01/2026,02/03/2026,"1.234,56",EUR\n'), date_order=order)
    assert ledger.at("2026-02-28")[["customer_id", "document_id", "open_amount", "currency"]].to_dict("split")["data"] == [
        ["0042", "R-1", 1234.56, "EUR"]
    ]
    assert ledger.at("2026-02-28")["due_date"].tolist() == [pd.Timestamp("2026-03-02")]


def test_an_account_of_the_ledger_is_not_a_customer(tmp_path):
    text = "Account,Customer,Num,Date,Amount\nReceivables,Acme,1,2026-01-02,5.00\nReceivables,Bolt,2,2026-01-02,5.00\n"
    ledger = load(csv(tmp_path, text))
    assert ledger.at("2026-01-02")["customer_id"].tolist() == ["Acme", "Bolt"]
    assert "'Account' names accounts of the ledger, not customers: not used" in said(ledger)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(["entry", "blank", "total", "footer", "rejected", "heading"]), max_size=25), st.integers(0, 3))
def test_rows_by_class_add_up_to_the_rows_of_the_file(tmp_path_factory, kinds, above):
    lines = {
        "entry": "Acme,INV-{0},2026-01-02,2026-02-01,10.00,sent",
        "blank": ",,,,,",
        "total": "Total,,,,{0},",
        "footer": '"Tuesday, June 30, 2026 09:30 PM",,,,,',
        "rejected": "Acme,INV-{0},2026-01-02,2026-02-01,10.00,Draft",
        "heading": "A note of row {0},,,,,",
    }
    rows = [lines[kind].format(number) for number, kind in enumerate(kinds)]
    header = "Customer,Invoice No.,Invoice Date,Due Date,Amount,Status"
    text = "\n".join([*["Title,,,,,"] * above, header, *rows, lines["entry"].format("last")])
    shown = receipt(load(csv(tmp_path_factory.mktemp("rows"), text)))
    expected = {kind: kinds.count(kind) for kind in lines} | {
        "heading": kinds.count("heading") + above + 1,
        "entry": kinds.count("entry") + 1,
    }
    assert {name: shown[name] for name in CLASSES} == expected
    assert shown["rows"] == sum(expected.values())


# dates, amounts and options


def test_ambiguous_dates_are_refused_word_for_word_as_the_design_shows(tmp_path):
    rows = [f"Acme,INV-{number},2026-01-05,0{number % 9 + 1}/07/2026,10.00" for number in range(41)]
    with pytest.raises(ImportRefused) as refused:
        load(csv(tmp_path, "\n".join(["Customer,Invoice No.,Date,Due date,Amount", *rows])))
    assert f"{type(refused.value).__name__}: {refused.value}" == (
        "ImportRefused: two readings of the dates are possible.\n"
        "  expected: one day above 12 in 'Due date', or a declared order\n"
        "  got: july.csv, 41 values, all of them valid both as day/month and as month/day\n"
        "  fix: say --date-order dmy or --date-order mdy"
    )


def test_an_unreadable_cell_is_refused_with_file_row_and_column(tmp_path):
    text = INVOICES.replace("20/01/2026", "31/02/2026").replace("250.50", "ten")
    with pytest.raises(ImportRefused) as refused:
        load(csv(tmp_path, text))
    assert str(refused.value) == (
        "2 cells could not be read.\n"
        "  expected: at most 0 rows with such cells\n"
        "  got: july.csv row 3, Amount: 'ten' is not an amount, july.csv row 4, Invoice Date: '31/02/2026' is not a date\n"
        "  fix: correct the export, or leave those rows out with --max-rejects 2"
    )


def test_rows_with_unreadable_cells_are_left_out_up_to_the_number_allowed(tmp_path):
    file = csv(tmp_path, INVOICES.replace("20/01/2026", "31/02/2026").replace("250.50", "ten"))
    with pytest.raises(ImportRefused, match="expected: at most 1 rows with such cells"):
        load(file, max_rejects=1)
    ledger = load(file, max_rejects=2)
    assert is_open(ledger, "2026-02-28") == {"INV-1": 1000.0}
    assert ledger.rejects.to_dict("split")["data"] == [
        ["july.csv", 3, "Amount: 'ten' is not an amount", "0042 | Acme Ltd | INV-2 | 13/01/2026 | 12/02/2026 | ten | EUR"],
        [
            "july.csv", 4, "Invoice Date: '31/02/2026' is not a date",
            "0077 | Bolt & Sons | INV-3 | 31/02/2026 | 19/02/2026 | 80.00 | EUR",
        ],
    ]  # fmt: skip
    assert (receipt(ledger)["entry"], receipt(ledger)["rejected"]) == (1, 2)


def test_an_ambiguous_amount_is_refused_and_a_declared_mark_settles_it(tmp_path):
    file = csv(tmp_path, 'Customer,Invoice No.,Date,Amount\nAcme,INV-1,2026-01-05,"1,234"\n')
    with pytest.raises(ImportRefused, match="two readings of the amounts are possible"):
        load(file)
    assert is_open(load(file, decimal="."), "2026-01-05") == {"INV-1": 1234.0}
    assert is_open(load(file, decimal=",", currency="KWD"), "2026-01-05") == {"INV-1": 1.234}


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"date_order": "ymd"}, "'ymd' is no date order.\n  expected: dmy or mdy"),
        ({"decimal": ";"}, "';' is no decimal mark.\n  expected: . or ,"),
        ({"currency": "euro"}, "'euro' is no currency.\n  expected: three capitals, such as EUR"),
        ({"as_of": "31/10/2026"}, "'31/10/2026' is not a day."),
    ],
)
def test_an_option_that_cannot_be_meant_is_refused(tmp_path, option, message):
    for reader in (load, check):
        with pytest.raises(ArkitError, match=re.escape(message)):
            reader(csv(tmp_path, INVOICES), **option)


def test_a_stated_currency_stands_and_a_declared_one_fills_the_gaps(tmp_path):
    text = INVOICES.replace("80.00,EUR", "80.00,").replace("250.50,EUR", "250.50,usd")
    ledger = load(csv(tmp_path, text), currency="GBP")
    assert totals(ledger.at("2026-02-28")).to_dict() == {"EUR": 1000.0, "GBP": 80.0, "USD": 250.5}
    ledger = load(csv(tmp_path, text))
    assert totals(ledger.at("2026-02-28")).to_dict() == {"EUR": 1000.0, "USD": 250.5, "XXX": 80.0}
    assert "no currency is stated: amounts carry none; say --currency EUR, for example" in said(ledger)


def test_signs_of_currencies_are_codes_and_what_is_neither_is_refused(tmp_path):
    text = INVOICES.replace("250.50,EUR", "250.50,€").replace("80.00,EUR", "80.00,£")
    assert totals(load(csv(tmp_path, text)).at("2026-02-28")).to_dict() == {"EUR": 1250.5, "GBP": 80.0}
    with pytest.raises(ImportRefused, match=r"(?s)1 currency that arkit does not know.*got: row 4 'DOLLARS'"):
        load(csv(tmp_path, INVOICES.replace("80.00,EUR", "80.00,Dollars")))


def test_columns_that_were_not_used_are_named_and_louder_where_they_hold_dates(tmp_path):
    text = INVOICES.replace("Currency", "Erledigt").replace("EUR", "20/02/2026")
    ledger = load(csv(tmp_path, text))
    assert receipt(ledger)["columns"].endswith("; not used: 'Erledigt'")
    assert "the column 'Erledigt' holds dates and is not used; if it says when a document was paid" in said(ledger)


# rows not used


def test_exact_copies_are_left_out_and_named(tmp_path):
    ledger = load(csv(tmp_path, INVOICES + INVOICES.splitlines()[2] + "\n"))
    assert is_open(ledger, "2026-02-28") == {"INV-1": 1000.0, "INV-2": 250.5, "INV-3": 80.0}
    assert ledger.rejects[["row", "reason"]].to_dict("split")["data"] == [[5, "an exact copy of row 3"]]
    assert "1 row not used: row 5: an exact copy of row 3" in said(ledger)
    assert (receipt(ledger)["entry"], receipt(ledger)["rejected"], receipt(ledger)["rows"]) == (3, 1, 5)


def test_payments_without_a_number_are_never_copies(tmp_path):
    payments = "Customer No.,Invoice No.,Payment Date,Amount,Currency\n" + "0042,INV-1,2026-02-01,100.00,EUR\n" * 2
    ledger = load(put(tmp_path / "month", {"invoices.csv": INVOICES, "payments.csv": payments}))
    assert is_open(ledger, "2026-02-28")["INV-1"] == 800.0
    assert ledger.rejects.empty


@pytest.mark.parametrize("status", ["Draft", "VOID", "Voided", "Deleted", "Entwurf", "Storniert", "Annulée", "Borrador"])
def test_drafts_and_voided_documents_are_left_out_and_named(tmp_path, status):
    text = f"Customer,Invoice No.,Date,Amount,Status\nAcme,1,2026-01-05,10.00,Sent\nAcme,2,2026-01-05,20.00,{status}\n"
    ledger = load(csv(tmp_path, text))
    assert is_open(ledger, "2026-01-05") == {"1": 10.0}
    assert ledger.rejects["reason"].tolist() == [f"not owed: its status is '{status}'"]


def test_bills_among_the_invoices_are_left_out_and_named(tmp_path):
    text = "Customer,Invoice No.,Date,Amount,Type\nAcme,1,2026-01-05,10.00,Sales invoice\nAcme,2,2026-01-05,20.00,Bill\n"
    ledger = load(csv(tmp_path, text))
    assert is_open(ledger, "2026-01-05") == {"1": 10.0}
    assert ledger.rejects["reason"].tolist() == ["not owed: its kind is 'Bill'"]


def test_rows_that_lack_what_a_posting_needs_are_named(tmp_path):
    text = "Customer,Invoice No.,Date,Amount\nAcme,1,2026-01-05,10.00\n,2,2026-01-05,10.00\nAcme,3,,10.00\nAcme,4,2026-01-05,\n"
    ledger = load(csv(tmp_path, text))
    assert ledger.rejects[["row", "reason"]].to_dict("split")["data"] == [
        [3, "it names no customer"],
        [4, "it has no date"],
        [5, "it has no amount"],
    ]


def test_unknown_kinds_are_refused(tmp_path):
    text = "Customer,Invoice No.,Date,Amount,Type\nAcme,1,2026-01-05,10.00,Invoice\nAcme,2,2026-01-05,20.00,Pro forma\n"
    with pytest.raises(ImportRefused) as refused:
        load(csv(tmp_path, text))
    assert str(refused.value).splitlines()[0] == "1 row of a kind that arkit does not know."
    assert "got: july.csv row 3 'Pro forma'" in str(refused.value)


def test_a_column_of_kinds_that_speaks_of_something_else_is_not_used_and_said(tmp_path):
    text = "Customer,Invoice No.,Date,Amount,Type\nAcme,1,2026-01-05,10.00,Goods\nAcme,2,2026-01-05,-4.00,Services\n"
    ledger = load(csv(tmp_path, text))
    assert ledger.at("2026-01-05")["kind"].tolist() == ["invoice", "credit_note"]
    assert "the column 'Type' names no kind that arkit knows and is not used: 'Goods', 'Services'" in said(ledger)


def test_customers_whose_numbers_differ_only_by_leading_zeros_are_kept_apart_and_named(tmp_path):
    ledger = load(csv(tmp_path, INVOICES.replace("0077", "42")))
    assert sorted(ledger.at("2026-02-28")["customer_id"].unique()) == ["0042", "42"]
    assert "1 customer under two numbers that differ only by leading zeros, kept apart: 0042 and 42" in said(ledger)


def test_what_costs_nothing_to_notice_is_noticed(tmp_path):
    text = "Customer,Invoice No.,Date,Due date,Amount,Date Paid,Disputed\nAcme,1,2026-03-05,2026-02-05,10.00,2026-01-31,Yes\n"
    warned = said(load(csv(tmp_path, text)))
    assert "1 document is due before issued: row 2" in warned
    assert "1 document was paid before issued: row 2" in warned
    assert "1 document is marked disputed without a day: not used, for nobody knows since when" in warned


def test_numbers_that_a_spreadsheet_has_rounded_are_pointed_out(tmp_path):
    text = "Customer,Invoice ID,Date,Amount\nAcme,1.13E+18,2026-01-05,10.00\nBolt,1134567890123456789,2026-01-05,20.00\n"
    assert "'Invoice ID' holds numbers that a spreadsheet has rounded: row 2 '1.13E+18'" in said(load(csv(tmp_path, text)))
    rows = [["Customer", "Invoice ID", "Date", "Amount"], ["Acme", 1134567890123456789, date(2026, 1, 5), 1.0]]
    assert "'Invoice ID' holds numbers that a spreadsheet has rounded: row 2" in said(load(xlsx(tmp_path, {"S": rows})))
    assert "rounded" not in said(load(csv(tmp_path, text.replace("1.13E+18", "1134567890123456780"))))


def test_an_unsigned_amount_lowers_what_is_owed_where_its_side_says_so(tmp_path):
    text = "Konto;Belegnummer;Belegdatum;Soll/Haben-Kennz.;Betrag\n1001;1;13.01.2026;S;100,00\n1001;2;14.01.2026;H;40,00\n"
    assert is_open(load(csv(tmp_path, text)), "2026-01-31") == {"1": 100.0, "2": -40.0}


def test_documents_that_are_paid_and_open_at_once_are_pointed_out(tmp_path):
    text = "Customer,Invoice No.,Date,Balance,Status\nAcme,1,2026-01-05,10.00,Paid\nAcme,2,2026-01-05,0.00,Paid\n"
    warned = said(load(csv(tmp_path, text), as_of="2026-01-31"))
    assert "1 document is paid by the status and open by the balance: row 2" in warned


def test_a_list_of_customers_may_call_their_number_id(tmp_path):
    folder = put(tmp_path / "month", {"customers.csv": "id,name,email\n0042,Acme,a@acme.example\n", "invoices.csv": INVOICES})
    assert load(folder).customers.set_index("customer_id").loc["0042", "email"] == "a@acme.example"


# what a list of documents says about payment


def test_a_day_of_settlement_becomes_a_payment_on_that_day(tmp_path):
    text = "Customer,Invoice No.,Date,Amount,SettledDate\nAcme,1,2026-01-05,10.00,2026-02-05\nAcme,2,2026-01-05,20.00,\n"
    ledger = load(csv(tmp_path, text))
    assert is_open(ledger, "2026-02-04") == {"1": 10.0, "2": 20.0}
    assert is_open(ledger, "2026-02-05") == {"1": 0.0, "2": 20.0}
    assert ledger.at("2026-02-05")["settled_on"].tolist() == [pd.Timestamp("2026-02-05"), pd.NaT]


def test_a_part_paid_amount_with_a_day_is_posted_as_paid(tmp_path):
    text = "Customer,Invoice No.,Date,Amount,Amount Paid,Payment Date,Due date\n"
    text += "Acme,1,2026-01-05,10.00,4.00,2026-02-05,2026-02-01\nAcme,2,2026-01-05,20.00,0,,2026-02-01\n"
    assert is_open(load(csv(tmp_path, text)), "2026-02-28") == {"1": 6.0, "2": 20.0}


def test_an_invoice_list_with_a_day_of_payment_and_no_due_date_is_not_a_list_of_payments(tmp_path):
    text = "Client,Invoice #,Date Issued,Date Paid,Amount\nAcme,0001,2026-01-05,2026-01-20,10.00\nAcme,0002,2026-01-05,,20.00\n"
    ledger = load(csv(tmp_path, text))
    assert receipt(ledger)["holds"] == "documents"
    assert is_open(ledger, "2026-01-31") == {"0001": 0.0, "0002": 20.0}


def test_how_an_invoice_was_sent_is_read_and_stays_with_it(tmp_path):
    text = "Customer,Invoice No.,Date,Amount,PaperlessBill,Paid On\nAcme,1,2026-01-05,10.10,Electronic,2026-02-01\n"
    ledger = load(csv(tmp_path, text + "Acme,2,2026-01-05,20.00,Paper,\nAcme,3,2026-01-06,30.00,,\n"), currency="EUR")
    assert ledger.at("2026-02-28").set_index("document_id")["electronic"].to_dict() == {"1": True, "2": False, "3": False}
    assert not ledger.entries.loc[ledger.entries["kind"].eq("payment"), "electronic"].any()


def test_paid_amounts_without_a_day_answer_for_one_day_only(tmp_path):
    text = "Customer,Invoice No.,Date,Amount,Paid\nAcme,1,2026-01-05,10.10,4.05\nAcme,2,2026-01-05,20.00,20.00\n"
    ledger = load(csv(tmp_path, text), as_of="2026-02-28")
    assert is_open(ledger, "2026-02-28") == {"1": 6.05, "2": 0.0}
    assert set(ledger.snapshots) == {*SNAPSHOTS.names, "paid_amount", "salesperson", "electronic"}
    assert "payments carry no day, so the list answers for one day only: what was open on it" in said(ledger)
    with pytest.raises(DayRefused, match="the open items are not known for 2026-01-31"):
        ledger.at("2026-01-31")


def test_a_status_that_says_paid_answers_for_one_day_only(tmp_path):
    text = "Customer,Invoice No.,Date,Amount,Status\nAcme,1,2026-01-05,10.00,Paid\nAcme,2,2026-01-05,20.00,Sent\n"
    assert is_open(load(csv(tmp_path, text), as_of="2026-02-28"), "2026-02-28") == {"1": 0.0, "2": 20.0}


def test_open_items_without_a_day_are_refused_and_a_declared_day_settles_it(tmp_path):
    text = "Customer,Invoice No.,Date,Open balance\nAcme,1,2026-01-05,10.00\n"
    with pytest.raises(ImportRefused) as refused:
        load(csv(tmp_path, text))
    assert str(refused.value) == (
        "'july.csv' lists what is open and does not say on which day.\n"
        "  expected: a day printed in its title, or a declared one\n"
        "  got: no day above the headings\n"
        "  fix: say --as-of with the day the export was made"
    )
    assert is_open(load(csv(tmp_path, text), as_of="2026-01-31"), "2026-01-31") == {"1": 10.0}


@pytest.mark.parametrize(
    "title",
    [
        "As of Jun 30, 2026", "As at 30 June 2026", "Stand: 30.06.2026", "Stichtag 30.06.2026",
        "Offene Posten zum 30. Juni 2026",
        "Aged by due date as of 2026-06-30 (EUR)", "Arrêté au 30/06/2026", "per 30-06-2026",
    ],
)  # fmt: skip
def test_the_day_printed_in_a_title_is_used(tmp_path, title):
    text = f'"{title}",,,\nCustomer,Invoice No.,Date,Open balance\nAcme,1,2026-01-05,10.00\n'
    assert load(csv(tmp_path, text)).days == [pd.Timestamp("2026-06-30")]


def test_a_printed_day_is_read_in_the_order_that_the_file_proves(tmp_path):
    text = "As of 05/06/2026,,,\nCustomer,Invoice No.,Date,Open balance\nAcme,1,13/05/2026,10.00\n"
    assert load(csv(tmp_path, text)).days == [pd.Timestamp("2026-06-05")]


def test_the_day_a_report_was_printed_is_not_the_day_it_shows(tmp_path):
    text = "Printed at 2026-07-02 10:00,,,\nCustomer,Invoice No.,Date,Open balance\nAcme,1,2026-05-13,10.00\n"
    with pytest.raises(ImportRefused, match="does not say on which day"):
        load(csv(tmp_path, text))


# several files


PAYMENTS = """\
Payment No.,Customer No.,Invoice No.,Payment Date,Amount,Currency,Type
P-1,0042,INV-1,25/01/2026,600.00,EUR,Payment
P-2,0042,INV-2,26/01/2026,250.50,EUR,Payment
P-2,0042,INV-2,02/02/2026,250.50,EUR,Returned
P-3,0077,INV-3,03/02/2026,79.00,EUR,Payment
P-4,0077,INV-3,03/02/2026,1.00,EUR,Write-off
P-5,0077,,04/02/2026,33.00,EUR,Payment
"""
CREDIT_NOTES = """\
Credit Note No.,Customer No.,Credit Note Date,Applied To,Amount,Currency
CN-1,0042,27/01/2026,INV-1,100.00,EUR
CN-2,0077,28/01/2026,,12.00,EUR
"""
CUSTOMERS = """\
Customer No.,Customer Name,Email,Payment Terms (days),Credit Limit,Customer Since,Sole Trader
0042,Acme Limited,ap@acme.example,30,"5,000.00",13/05/2020,Yes
0077,Bolt & Sons,ap@bolt.example,14,,,No
"""
NOTES = """\
Date,Customer No.,Invoice No.,Kind,Amount,Until,Outcome,By,Text
13/02/2026,0042,INV-1,promise,300.00,20/02/2026,open,Anna,Pays on Friday
14/02/2026,0077,,Dispute raised,,,open,Anna,Wrong price
"""
MONTH = {
    "credit_notes.csv": CREDIT_NOTES, "customers.csv": CUSTOMERS, "invoices.csv": INVOICES, "notes.csv": NOTES,
    "payments.csv": PAYMENTS,
}  # fmt: skip


def test_the_files_of_a_folder_become_one_ledger(tmp_path):
    ledger = load(put(tmp_path / "month", MONTH | {"kinds.csv": "Code,Meaning\nA,Goods\nB,Services\n", "README.md": "words"}))
    assert is_open(ledger, "2026-02-28") == {
        "INV-1": 300.0, "INV-2": 250.5, "INV-3": 0.0, "P-5": -33.0, "CN-2": -12.0,
    }  # fmt: skip
    documents = ledger.at("2026-02-28").set_index("document_id")
    assert documents.loc["INV-2", ["payments", "bounced", "paid_amount"]].tolist() == [1, 1, 0.0]
    assert documents.loc["INV-3", ["written_off", "paid_amount"]].tolist() == [1.0, 79.0]
    assert is_open(ledger, "2026-02-01")["INV-2"] == 0.0
    assert ledger.receipts.set_index("file")["holds"].to_dict() == {
        "credit_notes.csv": "credit notes", "customers.csv": "customers", "invoices.csv": "documents", "notes.csv": "notes",
        "payments.csv": "payments", "kinds.csv": "",
    }  # fmt: skip
    read = ledger.receipts[ledger.receipts["status"].eq("read")]
    assert read[CLASSES].sum(axis=1).tolist() == read["rows"].tolist()
    customer = ledger.customers.set_index("customer_id").loc["0042"]
    assert customer[["name", "email", "terms_days", "credit_limit", "is_individual"]].tolist() == [
        "Acme Limited", "ap@acme.example", 30.0, 5000.0, True,
    ]  # fmt: skip
    assert customer["since"] == pd.Timestamp("2020-05-13")
    assert ledger.notes[["kind", "customer_id", "amount", "until"]].iloc[0].tolist() == [
        "promise", "0042", 300.0, pd.Timestamp("2026-02-20"),
    ]  # fmt: skip
    assert ledger.notes["kind"].tolist() == ["promise", "dispute"]


def test_a_lookup_file_is_set_aside_and_said(tmp_path):
    ledger = load(put(tmp_path / "month", {"invoices.csv": INVOICES, "kinds.csv": "Code,Meaning\nA,Goods\nB,Services\n"}))
    row = ledger.receipts.set_index("file").loc["kinds.csv"]
    assert (row["status"], row["warnings"]) == ("set aside", "holds no dates and no amounts: set aside")


def test_a_file_of_a_folder_that_holds_money_and_is_not_understood_refuses_the_load(tmp_path):
    folder = put(tmp_path / "month", {"invoices.csv": INVOICES, "odd.csv": "what,when\n12.50,2026-01-05\n7.25,2026-01-06\n"})
    with pytest.raises(ImportRefused, match=r"'odd\.csv' has no row of headings that arkit knows"):
        load(folder)


def test_a_payment_takes_customer_and_currency_from_the_invoice_it_names(tmp_path):
    payments = "Invoice No.,Payment Date,Amount\nINV-1,25/01/2026,600.00\nINV-9,25/01/2026,5.00\n"
    ledger = load(put(tmp_path / "month", {"invoices.csv": INVOICES, "payments.csv": payments}))
    assert is_open(ledger, "2026-02-28") == {"INV-1": 400.0, "INV-2": 250.5, "INV-3": 80.0}
    assert ledger.at("2026-02-28")["currency"].unique().tolist() == ["EUR"]
    reason = "it names no customer and no invoice that a file lists"
    assert ledger.rejects.drop(columns="values").to_dict("split")["data"] == [["payments.csv", 3, reason]]
    assert by_class(ledger) == ledger.receipts["rows"].tolist()


def test_a_payment_without_an_invoice_takes_the_only_currency_of_its_customer(tmp_path):
    payments = "Customer No.,Payment Date,Amount\n0042,25/01/2026,600.00\n"
    ledger = load(put(tmp_path / "month", {"invoices.csv": INVOICES, "payments.csv": payments}))
    assert totals(ledger.at("2026-02-28")).to_dict() == {"EUR": 730.5}


def test_a_payment_takes_the_company_from_the_invoice_it_names(tmp_path):
    header, *rows = INVOICES.splitlines()
    invoices = "\n".join([header + ",Company Code", *[row + ",U001" for row in rows]])
    ledger = load(put(tmp_path / "month", {"invoices.csv": invoices, "payments.csv": PAYMENTS}))
    assert is_open(ledger, "2026-02-28") == {"INV-1": 400.0, "INV-2": 250.5, "INV-3": 0.0, "P-5": -33.0}


def test_payments_on_invoices_that_no_file_lists_stand_as_credit_and_are_named(tmp_path):
    folder = put(tmp_path / "month", MONTH | {"payments.csv": PAYMENTS.replace("INV-3", "INV-7")})
    ledger = load(folder)
    assert is_open(ledger, "2026-02-28")["INV-7"] == -80.0
    assert "2 rows for invoices that no file lists, standing as credit: 'INV-7' of 0077" in said(ledger)


def test_payments_may_be_written_with_a_minus(tmp_path):
    payments = "Invoice No.,Payment Date,Amount\nINV-1,25/01/2026,-600.00\nINV-2,25/01/2026,(250.50)\n"
    ledger = load(put(tmp_path / "month", {"invoices.csv": INVOICES, "payments.csv": payments}))
    assert is_open(ledger, "2026-02-28") == {"INV-1": 400.0, "INV-2": 0.0, "INV-3": 80.0}


def test_a_returned_payment_raises_what_is_owed_whatever_sign_payments_have(tmp_path):
    payments = "Invoice No.,Payment Date,Amount,Type\nINV-1,25/01/2026,-600.00,Payment\nINV-1,26/01/2026,600.00,Returned\n"
    ledger = load(put(tmp_path / "month", {"invoices.csv": INVOICES, "payments.csv": payments}))
    assert (is_open(ledger, "2026-01-25")["INV-1"], is_open(ledger, "2026-01-26")["INV-1"]) == (400.0, 1000.0)


def test_what_was_paid_is_no_kind_of_payment(tmp_path):
    payments = "Document Type,Invoice No.,Payment Date,Amount\nInvoice,INV-1,25/01/2026,600.00\n"
    ledger = load(put(tmp_path / "month", {"invoices.csv": INVOICES, "payments.csv": payments}))
    assert ledger.at("2026-02-28").set_index("document_id").loc["INV-1", ["open_amount", "payments"]].tolist() == [400.0, 1]


def test_unknown_kinds_of_payment_are_refused(tmp_path):
    folder = put(tmp_path / "month", MONTH | {"payments.csv": PAYMENTS.replace("Write-off", "Cashback")})
    with pytest.raises(ImportRefused, match=r"(?s)1 row of a kind that arkit does.*payments\.csv row 6 'Cashback'"):
        load(folder)


def test_a_list_of_documents_with_payments_in_it_is_no_list_of_payments(tmp_path):
    text = """\
Invoices and Received Payments,,,,
,Date,Transaction type,Transaction number,Amount
"Fictive, Quartet",,,,
,2026-01-05,Invoice,1001,100.00
,2026-02-05,Payment,,-40.00
"""
    ledger = load(csv(tmp_path, text))
    assert receipt(ledger)["holds"] == "documents"
    assert ledger.at("2026-02-28")["open_amount"].tolist() == [100.0, -40.0]
    assert "no payments were read" not in said(ledger)


def test_customers_listed_twice_are_named_and_the_first_counts(tmp_path):
    customers = CUSTOMERS + "0042,Acme Old,old@acme.example,60,,,No\n"
    ledger = load(put(tmp_path / "month", MONTH | {"customers.csv": customers}))
    assert ledger.customers.set_index("customer_id").loc["0042", "name"] == "Acme Limited"
    assert ledger.rejects[["file", "row", "reason"]].to_dict("split")["data"] == [
        ["customers.csv", 4, "customer 0042 is listed before"]
    ]
    assert "1 row not used: row 4: customer 0042 is listed before" in said(ledger)


def test_customers_that_no_list_knows_are_named_and_kept(tmp_path):
    ledger = load(put(tmp_path / "month", MONTH | {"customers.csv": CUSTOMERS.replace("0077,Bolt", "0078,Bolt")}))
    assert "1 customer not in the list of customers: 0077 (1 documents)" in said(ledger)
    assert set(ledger.customers["customer_id"]) == {"0042", "0077", "0078"}


def test_the_country_of_documents_is_the_customers_where_its_list_says_none_and_they_agree(tmp_path):
    rows = [
        ("1", "A", "FR"),
        ("2", "A", "FR"),
        ("3", "B", "DE"),
        ("4", "B", "AT"),
        ("5", "C", ""),
        ("6", "D", "ES"),
        ("7", "E", "IT"),
    ]
    lines = [f"{who},{number},2026-01-13,2026-02-12,5.00,EUR,{country}" for number, who, country in rows]
    invoices = "\n".join(["Customer No.,Invoice No.,Invoice Date,Due Date,Amount,Currency,countryCode", *lines])
    listed = "Customer No.,Customer Name,Country\nA,Alder,\nD,Dunmore,Portugal\n"
    ledger = load(put(tmp_path / "month", {"customers.csv": listed, "invoices.csv": invoices}))
    known = ledger.customers.set_index("customer_id")
    assert known["country"].to_dict() == {"A": "FR", "B": "", "C": "", "D": "Portugal", "E": "IT"}
    assert known["name"].to_dict() == {"A": "Alder", "B": "B", "C": "C", "D": "Dunmore", "E": "E"}
    alone = load(put(tmp_path / "alone", {"invoices.csv": invoices}))
    assert alone.customers.set_index("customer_id")["country"].to_dict()["A"] == "FR"


def test_a_customer_that_goes_by_its_name_gets_the_number_of_the_list(tmp_path):
    invoices = "Customer,Invoice No.,Date,Amount\nBolt & Sons,1,13/01/2026,5.00\nUnheard of,2,13/01/2026,7.00\n"
    ledger = load(put(tmp_path / "month", {"customers.csv": CUSTOMERS, "invoices.csv": invoices}))
    assert ledger.at("2026-01-31")["customer_id"].tolist() == ["0077", "Unheard of"]


def test_a_customer_without_a_number_goes_by_its_name(tmp_path):
    ledger = load(csv(tmp_path, INVOICES.replace("0077,", ",")))
    assert ledger.at("2026-02-28")["customer_id"].tolist() == ["0042", "0042", "Bolt & Sons"]


def test_a_limit_or_a_day_that_no_balance_rests_on_is_left_blank_rather_than_refused(tmp_path):
    customers = 'Customer No.,Customer Name,Credit Limit,Customer Since\n0042,Acme,"5,000",05/06/2020\n'
    ledger = load(put(tmp_path / "month", {"customers.csv": customers, "invoices.csv": INVOICES}))
    assert ledger.customers.set_index("customer_id").loc["0042", ["credit_limit", "since"]].isna().all()
    assert "'Credit Limit' is left blank: two readings of the amounts are possible." in said(ledger)
    assert "'Customer Since' is left blank: two readings of the dates are possible." in said(ledger)


def test_a_document_that_two_files_list_alike_counts_once(tmp_path):
    header, _, second, _ = INVOICES.splitlines()
    again = f"{header}\n{second}\n"
    ledger = load(put(tmp_path / "month", {"a.csv": INVOICES, "b.csv": again}))
    assert is_open(ledger, "2026-02-28")["INV-2"] == 250.5
    assert ledger.receipts.set_index("file")["documents"].to_dict() == {"a.csv": 3, "b.csv": 0}
    assert "1 row of documents listed before, which count once" in said(ledger)


def test_a_document_that_two_files_list_differently_is_refused(tmp_path):
    folder = put(tmp_path / "month", {"a.csv": INVOICES, "b.csv": INVOICES.replace("250.50", "250.60")})
    with pytest.raises(ImportRefused, match=r"(?s)2 rows share a document number.*a\.csv:3 'INV-2' of 0042, b\.csv:3 'INV-2'"):
        load(folder)


def test_the_same_content_twice_is_refused_naming_both_files(tmp_path):
    folder = put(tmp_path / "month", {"june.csv": INVOICES, "july.csv": INVOICES})
    with pytest.raises(ImportRefused) as refused:
        load(folder)
    assert str(refused.value) == (
        "'june.csv' holds the same as 'july.csv'.\n"
        "  expected: every export once, or its documents would count twice\n"
        f"  got: {folder / 'july.csv'} and {folder / 'june.csv'}, alike to the last byte\n"
        "  fix: leave one of them out"
    )
    with pytest.raises(ImportRefused, match=r"'july\.csv' holds the same as 'july\.csv'"):
        load([folder / "july.csv", str(folder / "july.csv")])


def test_open_items_and_payments_are_not_added_up(tmp_path):
    items = "Customer,Invoice No.,Date,Open balance\nAcme,INV-1,2026-01-05,10.00\n"
    payments = "Payment No.,Invoice No.,Payment Date,Amount\nP-1,INV-1,2026-01-25,600.00\n"
    folder = put(tmp_path / "month", {"items.csv": items, "payments.csv": payments})
    with pytest.raises(ImportRefused) as refused:
        load(folder, as_of="2026-01-31")
    assert str(refused.value).splitlines()[0] == "open items and payments cannot be added up."
    assert "got: open items in items.csv, and payments.csv" in str(refused.value)


STATED = "Customer,Invoice No.,Date,Amount,Balance\nAcme,INV-1,2026-01-05,10.00,4.00\nAcme,INV-2,2026-01-05,20.00,20.00\n"
EXPLAINED = "Payment No.,Invoice No.,Payment Date,Amount\nP-1,INV-1,2026-01-25,6.00\n"


def test_payments_that_explain_the_stated_balances_become_postings(tmp_path):
    ledger = load(put(tmp_path / "month", {"invoices.csv": STATED, "payments.csv": EXPLAINED}))
    assert is_open(ledger, "2026-01-24") == {"INV-1": 10.0, "INV-2": 20.0}
    assert is_open(ledger, "2026-01-25") == {"INV-1": 4.0, "INV-2": 20.0}


def test_payments_that_do_not_explain_the_stated_balances_are_refused(tmp_path):
    folder = put(tmp_path / "month", {"invoices.csv": STATED, "payments.csv": EXPLAINED.replace("6.00", "5.00")})
    with pytest.raises(ImportRefused) as refused:
        load(folder)
    assert str(refused.value) == (
        "1 document open by other amounts than their payments leave.\n"
        "  expected: payments and credit notes that explain what the list of documents states as open\n"
        "  got: invoices.csv:2 'INV-1' open 4.00\n"
        "  fix: export documents and payments up to the same day, or leave the payments out and say --as-of"
    )


def test_payments_on_invoices_outside_a_list_of_what_is_open_are_refused(tmp_path):
    payments = EXPLAINED + "P-2,INV-9,2026-01-25,6.00\n"
    folder = put(tmp_path / "month", {"invoices.csv": STATED, "payments.csv": payments.replace("P-2,", "P-2,")})
    payments = payments.replace("Payment No.,", "Customer,Payment No.,").replace("P-", "Acme,P-")
    put(folder, {"payments.csv": payments})
    with pytest.raises(
        ImportRefused, match=r"(?s)1 row for invoices that the list of what is open does not hold.*'INV-9' of Acme"
    ):
        load(folder)


def test_a_day_of_settlement_is_not_posted_beside_the_payment_itself(tmp_path):
    invoices = "Customer,Invoice No.,Date,Due date,Amount,Date Paid\nAcme,INV-1,2026-01-05,2026-02-05,6.00,2026-01-25\n"
    ledger = load(put(tmp_path / "month", {"invoices.csv": invoices, "payments.csv": EXPLAINED}))
    assert is_open(ledger, "2026-01-31") == {"INV-1": 0.0}


# mapping files


def test_a_mapping_file_names_columns_and_currencies(tmp_path):
    mapping = csv(tmp_path, '[columns]\ndocument_id = "Beleg X"\namount = "Wert"\nentity = "Firma"\n'
                  '[currency.entity]\nCA = "CAD"\nother = "USD"\n', "ours.toml")  # fmt: skip
    text = "Firma,Customer,Beleg X,Date,Wert\nCA02,Acme,1,2026-01-05,10.00\nU001,Acme,2,2026-01-05,20.00\n"
    with pytest.raises(ImportRefused, match="does not say enough to be read") as refused:
        load(csv(tmp_path, text))
    assert "got: no amount; understood were customer_name: 'Customer', date: 'Date'" in str(refused.value)
    ledger = load(csv(tmp_path, text), mapping=mapping)
    assert totals(ledger.at("2026-01-05")).to_dict() == {"CAD": 10.0, "USD": 20.0}


def test_a_mapping_comes_before_what_a_heading_usually_means(tmp_path):
    mapping = csv(tmp_path, '[columns]\namount = "Net"\n', "ours.toml")
    text = "Customer,Invoice No.,Date,Amount,Net\nAcme,1,2026-01-05,12.00,10.00\n"
    assert is_open(load(csv(tmp_path, text), mapping=mapping), "2026-01-05") == {"1": 10.0}


def test_a_mapping_settles_dates_and_amounts(tmp_path):
    mapping = csv(tmp_path, 'date_order = "mdy"\ndecimal = ","\n[columns]\namount = "Net"\n', "ours.toml")
    text = 'Customer,Invoice No.,Date,Net\nAcme,1,05/06/2026,"1,500"\n'
    ledger = load(csv(tmp_path, text), mapping=mapping, currency="TND")
    assert ledger.entries[["date", "amount"]].to_dict("split")["data"] == [[pd.Timestamp("2026-05-06"), 1.5]]


def test_a_mapping_that_names_a_heading_no_file_has_is_refused(tmp_path):
    mapping = csv(tmp_path, '[columns]\namount = "Nett"\n', "ours.toml")
    with pytest.raises(ImportRefused, match=r"the mapping names 'Nett' \(amount\), which no file has"):
        load(csv(tmp_path, INVOICES), mapping=mapping)
    assert check(csv(tmp_path, INVOICES), mapping=mapping)["message"].startswith("ImportRefused: the mapping names 'Nett'")


# what cannot be read


def test_a_path_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ImportRefused, match="'nowhere' is not there"):
        load("nowhere")


def test_a_folder_without_exports_is_refused(tmp_path):
    put(tmp_path / "month", {"README.md": "words", ".hidden.csv": INVOICES, "~$july.xlsx": ""})
    with pytest.raises(ImportRefused, match=r"(?s)there is nothing to read in .*expected: files ending in \.csv, \.txt"):
        load(tmp_path / "month")


def test_exports_without_a_single_document_are_refused(tmp_path):
    folder = put(tmp_path / "month", {"customers.csv": CUSTOMERS, "kinds.csv": "Code,Meaning\nA,Goods\n"})
    with pytest.raises(ImportRefused) as refused:
        load(folder)
    assert str(refused.value).splitlines()[0] == "there are no documents to read."
    assert "got: customers.csv holds customers, kinds.csv holds no dates and no amounts: set aside" in str(refused.value)


@pytest.mark.parametrize("keep", [100, 1000, -200])
def test_a_truncated_workbook_is_refused(tmp_path, keep):
    file = xlsx(tmp_path, {"Sheet1": [["Customer", "Date", "Amount"], ["Acme", date(2026, 1, 5), 1.0]]})
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(ImportRefused, match=r"'july\.xlsx' cannot be read"):
        load(file)


def test_a_workbook_of_empty_sheets_is_refused(tmp_path):
    with pytest.raises(ImportRefused, match="a workbook whose sheets are all empty"):
        load(xlsx(tmp_path, {"Sheet1": [], "Sheet2": [[None, None]]}))


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("arkit.importers.bounds.MOST_UNPACKED", 1000)
    with pytest.raises(ImportRefused, match="bytes that unpack to"):
        load(xlsx(tmp_path, {"Sheet1": [["Customer", "Date", "Amount"]]}))


def test_a_folder_in_place_of_a_file_is_refused_as_unreadable(tmp_path):
    (tmp_path / "month" / "odd.csv").mkdir(parents=True)
    with pytest.raises(ImportRefused, match=r"(?s)'odd\.csv' cannot be read.*a file that can be read"):
        load(tmp_path / "month")


TEMPLATE = """\
*ContactName,EmailAddress,*InvoiceNumber,Reference,*InvoiceDate,*DueDate,Total,*Description,*Quantity,*UnitAmount
Acme,,1,,7/6/2026,8/20/2026,,Lamb,2,10.00
"""
SUMMARY = "Fictive Inc,,,,,,\nAs of Jun 30 2026,,,,,,\n,CURRENT,1 - 30,31 - 60,61 - 90,91 AND OVER,Total\nAcme,1.00,,,,,1.00\n"
AGED_SUMMARY = "Contact,Current,< 1 Month,1 Month,2 Months,3 Months,Older,Total\nAcme,1.00,0.00,0.00,0.00,0.00,0.00,1.00\n"


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        (TEMPLATE, "is Xero's template for importing invoices: it lists what is to be entered, not what is owed.",
         "export the invoices themselves: Business > Invoices > Export, or the report 'Aged Receivables Detail'"),
        (SUMMARY, "is QuickBooks' A/R Aging Summary: it lists one total per customer and no documents.",
         "export the report 'A/R Aging Detail' or 'Open Invoices'"),
        (AGED_SUMMARY, "is Xero's Aged Receivables Summary: it lists one total per customer and no documents.",
         "export the report 'Aged Receivables Detail'"),
    ],
)  # fmt: skip
def test_layouts_that_hold_no_receivables_are_refused_with_the_report_to_export_instead(tmp_path, text, what, fix):
    with pytest.raises(ImportRefused) as refused:
        load(csv(tmp_path, text))
    assert str(refused.value).splitlines()[0] == f"'july.csv' {what}"
    assert str(refused.value).splitlines()[-1] == f"  fix: {fix}"


def test_a_summary_that_nobody_declared_is_refused_too(tmp_path):
    with pytest.raises(ImportRefused, match=r"(?s)does not say enough to be read.*got: no date"):
        load(csv(tmp_path, "Customer,0-30,31-60,Total\nAcme,1.00,2.00,3.00\n"))


EXTRACT = """\
business_code,cust_number,name_customer,clear_date,doc_id,posting_date,due_in_date,converted_usd,cust_payment_terms
CA02,0140,Acme,2026-04-20 05:02:32.250000000,1930659387.0,2026-03-30 00:00:00,20260410.0,3299.7,CA10
U001,0200,Bolt,2026-04-03 17:46:11.484375000,1930659388.0,2026-03-19 00:00:00,20260403.0,-11.02,NAA8
"""


def test_an_extract_that_is_known_by_its_headings_is_read_as_declared(tmp_path):
    ledger = load(csv(tmp_path, EXTRACT), as_of="2026-03-31")
    documents = ledger.at("2026-03-31")
    shown = ["entity", "customer_id", "document_id", "kind", "open_amount", "currency", "days_late"]
    assert documents[shown].to_dict("split")["data"] == [
        ["CA02", "0140", "1930659387", "invoice", 3299.7, "CAD", -10],
        ["U001", "0200", "1930659388", "credit_note", -11.02, "USD", -3],
    ]
    assert documents["settled_on"].isna().all()
    assert receipt(ledger)["export"] == "SAP receivables extract, open items"
    assert "the currency is taken from the company code (CA..: CAD, all others: USD)" in said(ledger)


def test_an_extract_with_cleared_items_posts_their_payment_on_the_clearing_date(tmp_path):
    text = EXTRACT.replace("converted_usd", "total_open_amount").replace("cust_payment_terms", "isOpen")
    text = text.replace("2026-04-03 17:46:11.484375000", "")
    ledger = load(csv(tmp_path, text), currency="USD")
    assert is_open(ledger, "2026-04-19") == {"1930659387": 3299.7, "1930659388": -11.02}
    assert is_open(ledger, "2026-04-20") == {"1930659387": 0.0, "1930659388": -11.02}


def test_known_layouts_have_names_of_their_own():
    names = [layout.name for layout in layouts()]
    assert len(set(names)) == len(names)


# check


def test_check_says_as_json_how_each_file_was_understood(tmp_path):
    found = check(csv(tmp_path, OPEN_ITEMS), currency="USD")
    assert json.loads(json.dumps(found)) == found
    (file,) = found["files"]
    keys = {
        "name", "status", "export", "as_of", "documents", "open_total", "credits", "customers", "rows", "date_order",
        "printed_total", "difference", "warnings", "message",
    }  # fmt: skip
    assert keys <= set(file)
    assert {key: file[key] for key in keys - {"date_order", "warnings"}} == {
        "name": "july.csv", "status": "read", "export": "QuickBooks Online, Invoice List", "as_of": "2026-06-30",
        "documents": 2, "open_total": {"USD": "200.00"}, "credits": {"USD": "-50.00"}, "customers": 2,
        "printed_total": "200.00", "difference": "0.00", "message": "",
        "rows": {"entry": 2, "heading": 4, "total": 1, "footer": 1, "blank": 4, "rejected": 0},
    }  # fmt: skip
    assert found["open_total"] == {"USD": "200.00"}
    assert "month/day/year, proven by row 6 '5/13/2026' ('Date')" in file["date_order"]
    assert file["warnings"] == []


def test_check_goes_on_where_a_file_is_refused_and_says_why(tmp_path):
    found = check(put(tmp_path / "month", {"a.csv": INVOICES, "b.csv": TEMPLATE, "c.csv": "Code,Meaning\nA,Goods\nB,Rent\n"}))
    read, refused, aside = found["files"]
    assert (read["name"], read["status"], read["open_total"]) == ("a.csv", "read", {"EUR": "1330.50"})
    assert (refused["name"], refused["status"], refused["documents"]) == ("b.csv", "refused", 0)
    assert refused["message"].startswith("ImportRefused: 'b.csv' is Xero's template for importing invoices")
    assert len(refused["message"].splitlines()) == 4
    assert (aside["status"], aside["set_aside"], aside["message"]) == (
        "refused", True, "2 rows without dates and amounts: set aside",
    )  # fmt: skip
    assert set(refused) | {"fields", "proven"} == set(read)
    assert found["open_total"] == {"EUR": "1330.50"}
    assert json.loads(json.dumps(found)) == found


def test_check_says_which_file_is_there_twice(tmp_path):
    first, second = check(put(tmp_path / "month", {"a.csv": INVOICES, "b.csv": INVOICES}))["files"]
    assert (first["status"], second["status"]) == ("read", "refused")
    assert second["message"].startswith("ImportRefused: 'b.csv' holds the same as 'a.csv'.")


def test_check_needs_no_day_for_open_items(tmp_path):
    found = check(csv(tmp_path, "Customer,Invoice No.,Date,Open balance,Currency\nAcme,1,2026-01-05,1500,JPY\n"))
    (file,) = found["files"]
    assert (file["status"], file["open_total"]) == ("read", {"JPY": "1500"})


def test_check_adds_up_all_files_and_each_by_itself(tmp_path):
    found = check(put(tmp_path / "month", MONTH))
    assert found["open_total"] == {"EUR": "505.50"}
    alone = {file["name"]: file["open_total"] for file in found["files"]}
    assert alone == {
        "credit_notes.csv": {"EUR": "-112.00"}, "customers.csv": {}, "invoices.csv": {"EUR": "1330.50"}, "notes.csv": {},
        "payments.csv": {"EUR": "-713.00"},
    }  # fmt: skip
    assert found["message"] == ""


def test_check_looks_from_the_day_asked_for_where_the_postings_know_it(tmp_path):
    assert check(put(tmp_path / "month", MONTH), as_of="2026-01-25")["open_total"] == {"EUR": "730.50"}


def test_check_says_what_stands_between_files_that_read_one_by_one(tmp_path):
    folder = put(tmp_path / "month", {"invoices.csv": STATED, "payments.csv": EXPLAINED.replace("6.00", "5.00")})
    found = check(folder)
    assert [file["status"] for file in found["files"]] == ["read", "read"]
    assert found["message"].startswith("ImportRefused: 1 document open by other amounts than their payments leave.")
    assert found["open_total"] == {}


def test_check_and_load_leave_nothing_behind_in_each_other(tmp_path):
    folder = put(tmp_path / "month", MONTH)
    once = check(folder)
    assert check(folder) == once
    loaded = load(folder).receipts.set_index("file")["warnings"]
    assert {file["name"]: "\n".join(file["warnings"]) for file in once["files"]} == loaded.to_dict()


# anything at all


OPTIONS = st.sampled_from([{}, {"as_of": "2026-10-31", "date_order": "dmy", "decimal": ".", "max_rejects": 99}])


def never_anything_but_a_refusal(folder, content, options):
    file = folder / "july.csv"
    file.write_bytes(content)
    json.dumps(check(file, **options))
    try:
        ledger = load(file, **options)
    except ArkitError as error:
        assert len(str(error).split("\n  ")) == 4  # noqa: PT017 - most of what is tried is refused
    else:
        assert by_class(ledger) == ledger.receipts["rows"].where(ledger.receipts["status"].eq("read"), 0).tolist()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.binary(max_size=300), OPTIONS)
def test_random_bytes_never_end_in_anything_but_a_refusal(tmp_path_factory, content, options):
    never_anything_but_a_refusal(tmp_path_factory.mktemp("bytes"), content, options)


PIECES = [
    b",", b";", b"\t", b"|", b"\n", b"\r", b'"', b"'", b"\x00", b"\x80", b"\xa0", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1c", b"-",
    b"(5)", b"31/02/2025", b"1,234", b"12,50", b"1E+18", b"Total", b"Total for Acme", b"Date", b"Customer", b"Amount", b"Paid",
    b"EUR", b"2026-01-31", b"0", b"Draft", b"=HYPERLINK(1)",
]  # fmt: skip
EDIT = st.tuples(st.integers(0, 600), st.integers(0, 30), st.sampled_from([b"", *PIECES]))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    st.sampled_from([*MONTH.values(), OPEN_ITEMS, GROUPED, STATED, TEMPLATE]), st.lists(EDIT, min_size=1, max_size=8), OPTIONS
)
def test_mutilated_exports_never_end_in_anything_but_a_refusal(tmp_path_factory, text, edits, options):
    content = text.encode()
    for at, cut, piece in edits:
        start = at % (len(content) + 1)
        content = content[:start] + piece + content[start + cut :]
    never_anything_but_a_refusal(tmp_path_factory.mktemp("mutilated"), content, options)


# data that nobody on this project made


@real
def test_published_invoices_with_month_first_dates_are_read_whole():
    ledger = load(SHARED / "data" / "ibm")
    assert len(ledger.at(ledger.days[-1])) == 2_466
    assert receipt(ledger)["date_order"].count("month/day/year, proven by row") == 3
    assert by_class(ledger) == [2_467]


@real
def test_published_open_items_keep_leading_zeros_and_name_the_twins():
    file = SHARED / "data" / "sap_open_items" / "open_items_leading_zeros.csv"
    with pytest.raises(ImportRefused, match="does not say on which day"):
        load(file)
    earlier = load(file, as_of="2020-05-01")
    assert len(earlier.at("2020-05-01")) == 8_745
    assert "936 documents of 2,538,247.33 CAD, 24,845,176.98 USD are dated after 2020-05-01, the last on 2020-05-22" in said(
        earlier
    )
    ledger = load(file, as_of="2020-05-22")
    documents = ledger.at("2020-05-22")
    assert documents["currency"].value_counts().sum() == 9_681
    assert sorted(documents["currency"].unique()) == ["CAD", "USD"]
    assert documents["customer_id"].nunique() == 694
    assert "141 customers under two numbers that differ only by leading zeros, kept apart" in said(ledger)
    assert documents["document_id"].str.endswith(".0").sum() == 0
    assert by_class(ledger) == [9_682]
    assert set(is_open(load(file.with_name("closed_items_first60.csv")), "2020-12-31").values()) == {0.0}


def test_a_list_of_open_items_leaves_out_what_is_dated_after_its_day_and_says_so(tmp_path):
    text = "Invoice No.,Customer,Invoice Date,Due Date,Open Balance,Currency\n"
    text += "A1,C1,2026-09-30,2026-10-30,100.00,EUR\nA2,C1,2026-11-01,2026-12-01,250.00,EUR\n"
    ledger = load(csv(tmp_path, text), as_of="2026-10-31")
    assert totals(ledger.at("2026-10-31")).to_dict() == {"EUR": 100.0}
    assert (
        "1 document of 250.00 EUR is dated after 2026-10-31, the last on 2026-11-01, and left out; "
        "if the list was made later, it lacks what was paid since: say --as-of with its day" in said(ledger)
    )
    with pytest.raises(ImportRefused) as refused:
        load(csv(tmp_path, text), as_of="2026-08-31")
    assert str(refused.value).splitlines() == [
        "all of 'july.csv' is dated after the day it is said to be of.",
        "  expected: documents dated up to 2026-08-31",
        "  got: 2 documents dated 2026-09-30 to 2026-11-01",
        "  fix: say --as-of with the day the export was made",
    ]


@real
def test_published_dirty_invoices_are_refused_until_the_order_of_dates_is_declared():
    folder = SHARED / "data" / "au_xero_synth"
    with pytest.raises(ImportRefused) as refused:
        load(folder)
    assert re.search(
        r"the dates in 'issue_date' prove both orders.*1,362 of day/month/year \(row 8 .*\); 70 of month/day/year \(row 9 ",
        str(refused.value),
        re.DOTALL,
    )


@real
def test_published_dirty_invoices_are_read_to_the_cent_once_it_is():
    ledger = load(SHARED / "data" / "au_xero_synth", date_order="dmy", currency="AUD", as_of="2026-03-31")
    signed = ledger.entries.groupby("kind")["amount"].sum().round(2)
    assert signed.to_dict() == {"invoice": 5_250_359.50, "payment": -3_225_576.78}
    receipts = ledger.receipts.set_index("file")
    assert receipts["documents"].max() == 2_521
    assert receipts["rejected"].to_dict() == {
        "DimCustomer_raw.csv": 8, "FactInvoice_raw.csv": 50, "DimCategory_raw.csv": 0, "DimInvoiceStatus_raw.csv": 0,
        "DimPaymentMethod_raw.csv": 0,
    }  # fmt: skip
    reasons = ledger.rejects["reason"].str.replace(r"\d+", "n", regex=True).value_counts()
    assert reasons.to_dict() == {"an exact copy of row n": 50, "customer CUSTn is listed before": 8}
    assert "1 customer not in the list of customers: CUST999" in said(ledger)
    assert receipts["status"].value_counts().to_dict() == {"set aside": 3, "read": 2}
    read = receipts[receipts["status"].eq("read")]
    assert read[CLASSES].sum(axis=1).tolist() == read["rows"].tolist()


SEEN = [
    ("quickbooks_desktop/open_invoices.csv", 5, {"XXX": "225.00"}, {"XXX": "-150.00"}, None),
    ("quickbooks_online/open_invoices_by_customer.csv", 1, {"XXX": "1000.00"}, {}, "0.00"),
    ("quickbooks_online/invoice_list_by_date.csv", 2, {"XXX": "250.00"}, {}, "0.00"),
    ("invoicely/invoicely_invoices.csv", 1, {"XXX": "1020.00"}, {}, None),
    ("invoiceninja/invoice.csv", 400, {"XXX": "6174.66"}, None, None),
    ("freshbooks/freshbooks_invoices.csv", 1, {"USD": "7890.00"}, {}, None),
    ("tally/GrpBills_sundry_debtors.xlsx", 4, {"XXX": "202500.00"}, {"XXX": "-25000.00"}, None),
]


@exports
@pytest.mark.parametrize(("name", "documents", "open_total", "credit", "difference"), SEEN)
def test_sample_exports_read_as_they_should(name, documents, open_total, credit, difference):
    (file,) = check(SHARED / "exports" / name, as_of="2026-10-31")["files"]
    assert (file["status"], file["documents"], file["open_total"], file["difference"]) == (
        "read", documents, open_total, difference,
    )  # fmt: skip
    assert credit is None or file["credits"] == credit


@exports
def test_a_printed_list_without_dates_and_amounts_is_counted_and_refused_by_name():
    (file,) = check(SHARED / "exports" / "sap" / "sap_unconverted_list_sample.txt")["files"]
    assert (file["status"], file["rows"]["entry"]) == ("refused", 4)
    assert file["message"].startswith(
        "ImportRefused: 'sap_unconverted_list_sample.txt' is a list of SAP line items without amounts: "
        "it does not say how much the items are.\n"
    )
    assert "\n  got: 4 records under row 4: DocumentNo, Year, Itm, Clrng doc., Text\n" in file["message"]


@exports
def test_payments_that_the_invoices_disprove_leave_a_folder_readable_and_are_listed():
    folder = SHARED / "exports" / "invoiceninja"
    found = check(folder)
    assert (found["message"], found["open_total"]) == ("", {"XXX": "6174.66"})
    ledger = load(folder)
    documents = ledger.at("2020-12-19")
    assert (len(documents), totals(documents, "amount").to_dict()) == (400, {"XXX": 11860.87})
    assert ledger.rejects["file"].value_counts().to_dict() == {"payments.csv": 403}
    assert "403 payments of 11,087.54 in all not used, for they are not what the invoices state as paid" in said(ledger)
    assert "1 customer with another balance than their documents add up to: Ludwig Krajcik DVM states -142.85" in said(ledger)
    with pytest.raises(ArkitError):
        ledger.at("2020-06-30")


@real
def test_invoices_credit_notes_and_payments_on_either_age_as_recomputed():
    folder = SHARED / "data" / "ageing_fixture"
    ledger = load([folder / f"{name}.csv" for name in ("invoices", "credit_notes", "payments")])
    documents = ledger.at("2025-07-07").set_index("document_id")
    expected = pd.read_csv(folder / "expected.csv", index_col="id")
    sign = expected["document_type"].map({"invoice": 1, "credit_note": -1})
    assert documents["open_amount"].to_dict() == (expected["balance"] * sign).to_dict()
    days = (documents["as_of"] - documents["issued"]).dt.days
    assert days.to_dict() == expected["age_days_from_document_date"].to_dict()


@exports
def test_open_items_of_the_desktop_system_are_three_invoices_and_two_payments():
    ledger = load(SHARED / "exports" / "quickbooks_desktop" / "open_invoices.csv", as_of="2024-06-30")
    documents = ledger.at("2024-06-30")
    assert documents["kind"].value_counts().to_dict() == {"invoice": 3, "payment": 2}
    assert documents.groupby("customer_id")["open_amount"].sum().to_dict() == {"2000": 0.0, "3000": 150.0, "4000": 75.0}


@exports
def test_the_list_by_date_adds_up_to_its_printed_amounts():
    ledger = load(SHARED / "exports" / "quickbooks_online" / "invoice_list_by_date.csv", as_of="2026-09-29")
    assert totals(ledger.at("2026-09-29"), "amount").to_dict() == {"XXX": 1050.0}


@exports
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("xero/sales_invoices_export.csv", "two readings of the dates are possible."),
        ("xero/import_template_filled.csv", "'import_template_filled.csv' is Xero's template for importing invoices"),
        ("quickbooks_online/ar_aging_summary.xlsx", "'ar_aging_summary.xlsx' is QuickBooks' A/R Aging Summary"),
    ],
)
def test_sample_exports_that_cannot_be_read_say_why(name, message):
    with pytest.raises(ImportRefused, match=re.escape(message)):
        load(SHARED / "exports" / name, as_of="2026-10-31")


@exports
def test_line_items_credit_notes_and_overpayments_are_netted_once_the_order_is_declared():
    ledger = load(SHARED / "exports" / "xero" / "sales_invoices_export.csv", as_of="2026-10-31", date_order="dmy")
    documents = ledger.at("2026-10-31")
    assert documents[["kind", "open_amount", "currency"]].to_dict("split")["data"] == [
        ["invoice", 1580.94, "ZAR"],
        ["credit_note", -100.0, "ZAR"],
        ["payment", -50.0, "ZAR"],
    ]


@exports
@pytest.mark.parametrize("file", [file for file in sorted((SHARED / "exports").rglob("*.*")) if file.suffix != ".md"], ids=str)
def test_every_sample_export_ends_in_a_ledger_or_four_lines(file):
    (found,) = check(file, as_of="2026-10-31")["files"]
    if found["status"] == "read":
        assert sum(found["rows"].values()) > 1
        return
    with pytest.raises(ArkitError) as refused:
        load(file, as_of="2026-10-31")
    assert [line.split(":")[0] for line in str(refused.value).split("\n  ")[1:]] == ["expected", "got", "fix"]


# lists as people really send them


def test_a_statement_with_debits_and_credits_is_refused_for_its_balance_is_that_of_the_account(tmp_path):
    text = (
        "Date,Ref,Details,Debit,Credit,Balance\nAcme Traders,,,,,\n28/08/2026,INV 100,Sales,100.00,,100.00 Dr\n"
        "30/09/2026,RCT 7,Bank,,40.00,60.00 Dr\n"
    )
    with pytest.raises(ImportRefused) as refused:
        load(csv(tmp_path, text))
    assert "is a statement of accounts: 'debit' and 'credit' are two columns." in str(refused.value)
    assert "fix: export the open items instead" in str(refused.value)


def test_the_side_of_the_account_may_stand_behind_the_amount(tmp_path):
    text = (
        "Offene Posten per 31.03.2026;;;;\nDebitor;Name;Rechnungsnr.;Rechnungsdatum;Offener Betrag\n"
        "10001;Müller;RE-1;15.01.26;3.100,00 S\n10007;Müller;RE-2;09.03.26;3.000,00 H\n;;;Gesamtsumme;100,00\n"
    )
    documents = load(csv(tmp_path, text), currency="EUR").at("2026-03-31")
    assert documents["open_amount"].tolist() == [3100.0, -3000.0]
    assert documents["customer_id"].tolist() == ["10001", "10007"]


def test_a_dutch_folder_and_an_indian_list_are_read_by_their_headings(tmp_path):
    (tmp_path / "nl").mkdir()
    files = {
        "invoices.csv": "Factuurnummer;Klantcode;Factuurdatum;Bedrag\n1;K01;20-01-2026;1.100,00\n2;K02;20-01-2026;600,00\n",
        "payments.csv": "Betaaldatum;Klantcode;Factuur;Bedrag\n15-02-2026;K01;1;500,00\n25-02-2026;K02;;600,00\n",
        "customers.csv": "Klantcode;Klant;Telefoon;Betalingstermijn\nK01;De Wit;+31 20 555 0101;30 dagen\n",
    }
    for name, text in files.items():
        (tmp_path / "nl" / name).write_text(text, "utf-8")
    ledger = load(tmp_path / "nl", currency="EUR")
    assert ledger.at("2026-03-01").set_index("document_id")["open_amount"].to_dict() == {"1": 600.0, "2": 0.0}
    assert ledger.customers.set_index("customer_id").loc["K01", ["phone", "terms_days"]].tolist() == ["+31 20 555 0101", 30]
    text = "Party|Bill No|Bill Dt|Due Dt|Bill Amt|Pending\nOm|B/1|25-Apr-26|25-May-26|1,25,000.00 Dr|75,000.00 Dr\n"
    (document,) = load(csv(tmp_path, text), as_of="2026-06-30").at("2026-06-30").to_dict("records")
    assert (document["amount"], document["open_amount"], document["document_id"]) == (125_000, 75_000, "B/1")
