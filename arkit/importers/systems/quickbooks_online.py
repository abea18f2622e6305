"""QuickBooks Online: its reports on receivables, as CSV or XLSX."""

import dataclasses

from arkit.importers.cells import folded, texts
from arkit.importers.exports import Export, System, Unusable
from arkit.importers.headings import normal
from arkit.importers.sheets import Sheet

#: What a company may call its customers; it is a setting, and the headings follow it.
_CALLED = ("Customer", "Client", "Donor", "Guest", "Member", "Patient", "Tenant")
CUSTOMER = "|".join([f"{word} full name" for word in _CALLED] + [f"{word} display name" for word in _CALLED] + [*_CALLED])
_SUPPLIER = tuple(f"{word}{more}" for word in ("Vendor", "Supplier") for more in (" display name", " full name", ""))
#: Editions outside the United States say 'No.' for 'Num'.
NUMBER = "Num|No.|Transaction number"
COLUMNS = {"document_id": NUMBER, "kind": "Transaction type"}
#: A cheque or expense that is posted to a customer's account gives money back.
GIVEN_BACK = {"check": "return", "cheque": "return", "expense": "return"}
CURRENCY = "Line currency|Currency"
#: Balances are in the home currency, whatever the currency of the invoice.
HOME = ("Currency", "Line currency", "Exchange rate")
#: What was in the memo before stays behind the word.
VOIDED = {"Memo": ("voided*",), "Memo/Description": ("voided*",)}
NOT_POSTED = VOIDED | {"Posting (Y/N)": ("no", "n"), "Posting": ("no", "n")}
#: Of all that is posted, what is surely of receivables.
RECEIVABLE = {"Transaction type": ("invoice", "credit memo", "credit note", "payment")}
UNSEEN = "deposits and journal entries may touch receivables without showing it, and are not read"


def _without_check_numbers(sheet: Sheet, header: int) -> Sheet:
    """The number of a payment is its check, not the invoice it pays: blank, or it would be taken for one."""
    headings = [normal(heading) for heading in sheet.row(header)]
    at = [headings.index(normal(name)) for name in NUMBER.split("|") if normal(name) in headings]
    kind = folded(texts(sheet.cells.iloc[:, headings.index("transaction type")]))
    cells = sheet.cells.copy()
    cells.iloc[:, at] = cells.iloc[:, at].mask(kind.isin(["payment", "deposit"]), "")
    return dataclasses.replace(sheet, cells=cells)


#: Rows stand under how late they are; the customer is a column.
AGING_DETAIL = Export(
    name="QuickBooks Online, A/R Aging Detail",
    signature=("Date", "Transaction type", NUMBER, CUSTOMER, "Due date", "Open balance"),
    columns=COLUMNS | {"customer_name": CUSTOMER},
    ignore=HOME,
    under="",
    kinds=GIVEN_BACK,
    not_owed=VOIDED,
    signed=True,
    ends_with=("total",),
)

#: The same with the amounts in the currency of each invoice beside those in the home currency.
AGING_DETAIL_FOREIGN = Export(
    name="QuickBooks Online, A/R Aging Detail in several currencies",
    signature=("Date", "Transaction type", NUMBER, CUSTOMER, "Due date", "Foreign open balance", CURRENCY),
    columns=COLUMNS
    | {
        "customer_name": CUSTOMER,
        "amount": "Foreign amount",
        "open_amount": "Foreign open balance",
        "currency": CURRENCY,
        "rate": "Exchange rate",
    },
    ignore=("Amount",),
    under="",
    kinds=GIVEN_BACK,
    not_owed=VOIDED,
    signed=True,
    foots=False,
    sure=False,
)

#: Rows stand under the customer, those of a sub-customer under both.
OPEN_INVOICES = Export(
    name="QuickBooks Online, Open Invoices",
    signature=("Date", "Transaction type", NUMBER, "Due date", "Open balance"),
    without=("Name", *_SUPPLIER),
    columns=COLUMNS,
    ignore=HOME,
    nested=":",
    kinds=GIVEN_BACK,
    not_owed=VOIDED,
    signed=True,
    ends_with=("total",),
)

INVOICE_LIST = Export(
    name="QuickBooks Online, Invoice List",
    signature=("Date", "Transaction type", NUMBER, "Name", "Due date", "Open balance"),
    columns=COLUMNS | {"customer_name": "Name"},
    ignore=HOME,
    not_owed=VOIDED,
    signed=True,
    ends_with=("total", "stamp"),
)

#: Rows stand under the customer; payments name no invoice, and nothing is added up.
INVOICES_AND_PAYMENTS = Export(
    name="QuickBooks Online, Invoices and Received Payments",
    signature=("Date", "Transaction type", "Memo/Description", "Transaction number|Num", "Amount"),
    without=("Open balance", "Balance", "Name", "Split", "Account", "Account name"),
    columns=COLUMNS,
    ignore=HOME,
    holds="documents",
    nested=":",
    kinds=GIVEN_BACK,
    not_owed=VOIDED,
    ends_with=("stamp",),
    prepare=_without_check_numbers,
)

#: Everything that was posted, of which the receivables are a part.
TRANSACTION_LIST = Export(
    name="QuickBooks Online, Transaction List by Date",
    signature=("Date", "Transaction type", NUMBER, "Name", "Split", "Amount"),
    without=("Open balance", "Balance"),
    columns=COLUMNS | {"customer_name": "Name"},
    ignore=HOME,
    holds="documents",
    only=RECEIVABLE,
    not_owed=NOT_POSTED,
    ends_with=("stamp",),
    foots=False,
    prepare=_without_check_numbers,
    says=UNSEEN,
)

#: The same under each customer; the account of a posting is one of the ledger.
TRANSACTION_LIST_BY_CUSTOMER = Export(
    name="QuickBooks Online, Transaction List by Customer",
    signature=("Date", "Transaction type", NUMBER, "Posting (Y/N)|Posting", "Account name|Account", "Amount"),
    without=("Open balance", "Balance", "Name"),
    columns=COLUMNS,
    ignore=("Account", *HOME),
    holds="documents",
    nested=":",
    only=RECEIVABLE,
    not_owed=NOT_POSTED,
    foots=False,
    prepare=_without_check_numbers,
    sure=False,
    says=UNSEEN,
)

CONTACTS = Export(
    name="QuickBooks Online, Customer Contact List",
    signature=(CUSTOMER, "Phone numbers", "Email", "Bill address|Billing address"),
    columns={
        "customer_name": CUSTOMER,
        "contact": "Full name",
        "phone": "Phone numbers",
        "email": "Email",
        "address": "Bill address|Billing address",
    },
    holds="customers",
    ends_with=("stamp",),
)

SUMMARY = Unusable(
    name="QuickBooks' A/R Aging Summary",
    signature=("Current", "1 - 30", "31 - 60", "61 - 90", "Total"),
    lacks="it lists one total per customer and no documents",
    instead="export the report 'A/R Aging Detail' or 'Open Invoices'",
)

SALES_DETAIL = Unusable(
    name="QuickBooks' Sales by Product/Service Detail",
    signature=("Transaction type", "Quantity|Qty", "Sales price", "Amount", "Balance"),
    lacks="it lists what was sold line by line, and its balance is a running total of sales",
    instead="export the report 'A/R Aging Detail' or 'Open Invoices'",
)

PAYABLES = Unusable(
    name="a QuickBooks report on bills of suppliers",
    signature=("Date", "Transaction type", "|".join(_SUPPLIER), "Due date", "Open balance"),
    lacks="it lists what you owe, not what you are owed",
    instead="export the report 'A/R Aging Detail' or 'Open Invoices'",
)

SYSTEM = System(
    name="QuickBooks Online",
    best="A/R Aging Detail says what is open on the day you set, names the customer in every row and prints totals to compare "
    "with. To learn when customers pay, take Invoices and Received Payments over all dates instead.",
    click="Reports > Who owes you > A/R Aging Detail, set the day, run the report, then export it to CSV or Excel",
    exports=(
        AGING_DETAIL,
        AGING_DETAIL_FOREIGN,
        OPEN_INVOICES,
        INVOICE_LIST,
        INVOICES_AND_PAYMENTS,
        TRANSACTION_LIST,
        TRANSACTION_LIST_BY_CUSTOMER,
        CONTACTS,
        SUMMARY,
        SALES_DETAIL,
        PAYABLES,
    ),
    notes=(
        "Leave Num and Due date in the report: without a number an invoice goes by file and row.",
        "No report has customer numbers: customers go by their names, which must be the same in all files.",
        "Invoice List, and Open Invoices over 'All Dates', do not print their day: say --as-of with the day they were run, for "
        "they show what was open on it, whatever their period.",
        "With several currencies, balances are in the home currency unless you add the columns Currency, Foreign amount and "
        "Foreign open balance to A/R Aging Detail.",
        "A voided invoice stays in the lists with 'Voided' in its memo: keep the memo, so that it can be left out.",
        "Invoices and Received Payments and the lists of transactions must reach back to the first invoice that is still open, "
        "or payments stand without their invoices.",
    ),
)
