"""MYOB AccountRight: sales and customer payments, exported as text."""

from dataclasses import replace

from arkit.importers.cells import texts
from arkit.importers.exports import Export, System
from arkit.importers.headings import normal
from arkit.importers.sheets import Sheet

#: What 'Terms - Payment is Due' says: on delivery, in advance, in a number of days. Other codes count from the month's end.
_AT_ONCE, _IN_DAYS = ("0", "1"), "2"


def _in_one_name(sheet: Sheet, header: int) -> Sheet:
    """The sheet with the name of a person in one cell, and days of terms only where the terms count from the invoice."""
    place = {normal(heading): at for at, heading in enumerate(sheet.row(header))}
    cells = sheet.cells.copy()
    body = cells.index[header + 1 :]
    name, first = place["co /last name"], place.get("first name")
    if first is not None:
        given = texts(cells.loc[body, first])
        cells.loc[body, name] = texts(cells.loc[body, name]) + (", " + given).where(given.ne(""), "")
    days, code = place.get("- balance due days"), place.get("terms - payment is due")
    if days is not None and code is not None:
        said = texts(cells.loc[body, code])
        cells.loc[body, days] = texts(cells.loc[body, days]).where(said.eq(_IN_DAYS), "").mask(said.isin(_AT_ONCE), "0")
    return replace(sheet, cells=cells)


_NUMBER = "Invoice No.|^Invoice No.|Invoice #|^Invoice #"

#: One row for each line of an invoice, a blank line between invoices; the name and the number stand in every line.
SALES = Export(
    name="MYOB AccountRight, sales",
    signature=("Co./Last Name", _NUMBER, "Date", "Amount|Inc-Tax Amount", "Journal Memo|Customer PO"),
    without=("Amount Applied", "Supplier Invoice #", "Supplier Inv. No."),
    columns={
        "customer_name": "Co./Last Name",
        "document_id": _NUMBER,
        "date": "Date",
        "amount": "Inc-Tax Amount|Amount",
        "reference": "Customer PO",
        "currency": "Currency Code",
        "terms_days": "- Balance Due Days",
    },
    ignore=("Account No.", "Account #", "^Account No.", "Account Number", "Amount Paid", "Comment", "Description"),
    not_owed={"Sale Status": ("o", "q")},
    holds="documents",
    lines="sum",
    prepare=_in_one_name,
    reads=("First Name", "Terms - Payment is Due"),
    sure=False,
    says="freight is not in the amounts of the lines; without a column 'Inc-Tax Amount' neither is tax",
)

PAYMENTS = Export(
    name="MYOB AccountRight, customer payments",
    signature=("Co./Last Name", _NUMBER, "Date", "Amount Applied"),
    columns={
        "customer_name": "Co./Last Name",
        "document_id": _NUMBER,
        "payment_id": "ID No.|ID #|Receipt No.|Receipt #",
        "settled_on": "Date",
        "amount": "Amount Applied",
        "currency": "Currency Code",
    },
    ignore=("Deposit Account", "Deposit Account No.", "Deposit Account #", "Invoice Date", "Memo"),
    holds="payments",
    prepare=_in_one_name,
    reads=("First Name",),
    sure=False,
)

SYSTEM = System(
    name="MYOB AccountRight",
    best="The export of sales together with the export of customer payments, over the same time: both in one folder give "
    "every past day. Sales alone say nothing of what was paid.",
    click="File > Import/Export Assistant > Export > Sales (all columns, with the header record), then again Receipts: "
    "customer payments",
    exports=(SALES, PAYMENTS),
    notes=(
        "Choose all fields, and in any case 'Inc-Tax Amount': 'Amount' alone is without tax.",
        "Export each kind of sale (items, services, professional) as a file of its own, and put all of them in the folder.",
        "Quotes and orders are left out.",
        "Terms that count from the end of the month are not turned into due dates: such invoices count as due on their day "
        "unless a list of customers gives terms.",
        "Freight has columns of its own and is not added: compare the total with your receivables reconciliation.",
        "Day and month stand in the order of the computer that exported them: say --date-order if no day proves it.",
    ),
)
