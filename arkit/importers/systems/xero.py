"""Xero: reports on aged receivables and on invoices, and the export of invoices."""

from arkit.importers.exports import Export, System, Unusable

#: Currencies of which an organisation that works in several writes the code behind its headings, 'Balance (NZD)'.
_CODES = ("AED", "AUD", "CAD", "EUR", "GBP", "HKD", "IDR", "MYR", "NZD", "PHP", "SGD", "USD", "ZAR")
#: What the reports on invoices say a document is, and which of them are not owed.
SOURCES = {
    "receivable invoice": "invoice",
    "receivable credit note": "credit_note",
    "receivable overpayment": "payment",
    "receivable prepayment": "payment",
}
NOT_APPROVED = {"Status": ("awaiting approval", "submitted")}


def _in_home_currency(heading: str) -> str:
    return "|".join([heading, *(f"{heading} ({code})" for code in _CODES)])


INVOICE_TOTAL, BALANCE, GROSS = map(_in_home_currency, ("Invoice Total", "Balance", "Gross"))

INVOICES = Export(
    name="Xero, invoices",
    signature=("ContactName", "InvoiceNumber", "InvoiceDate", "DueDate", "Total", "InvoiceAmountPaid", "InvoiceAmountDue"),
    without=("BrandingTheme",),
    columns={
        "customer_name": "ContactName",
        "email": "EmailAddress",
        "country": "POCountry",
        "document_id": "InvoiceNumber",
        "reference": "Reference",
        "date": "InvoiceDate",
        "due_date": "DueDate",
        "amount": "Total",
        "paid_amount": "InvoiceAmountPaid",
        "open_amount": "InvoiceAmountDue",
        "currency": "Currency",
        "kind": "Type",
        "status": "Status",
    },
    ignore=("PlannedDate",),
    lines="repeat",
    not_owed=NOT_APPROVED | {"Type": ("bill prepayment",)},
    at_most=500,
)

#: Rows stand under the contact; the total of a row is what is still owed. An account number some contacts have and others
#: have not: they go by name.
AGED_DETAIL = Export(
    name="Xero, Aged Receivables Detail",
    signature=("Invoice Date", "Due Date", "Invoice Number", "Older", "Total"),
    columns={"document_id": "Invoice Number", "reference": "Invoice Reference", "open_amount": "Total"},
    ignore=("Contact Account Number", "Outstanding GST", "Outstanding Tax", "Outstanding VAT"),
    kinds=SOURCES,
    signed=True,
    ends_with=("total",),
)

#: One row per document, under the contact or with the contact in a column.
INVOICE_SUMMARY = Export(
    name="Xero, Receivable Invoice Summary",
    signature=("Invoice Number", "Invoice Date", "Source", "Status", GROSS, BALANCE),
    without=("Quantity", "Planned Date"),
    columns={
        "customer_name": "Contact",
        "document_id": "Invoice Number",
        "kind": "Source",
        "amount": GROSS,
        "open_amount": BALANCE,
    },
    ignore=("Contact Account Number", "Original Currency", "Last Payment Date"),
    kinds=SOURCES,
    not_owed=NOT_APPROVED,
    sure=False,
)

#: One row per line of a document; its total and its balance repeat.
INVOICE_DETAIL = Export(
    name="Xero, Receivable Invoice Detail",
    signature=("Invoice Number", "Invoice Date", "Source", "Quantity", INVOICE_TOTAL, BALANCE),
    columns={
        "customer_name": "Contact",
        "document_id": "Invoice Number",
        "kind": "Source",
        "amount": INVOICE_TOTAL,
        "open_amount": BALANCE,
    },
    ignore=("Contact Account Number", "Account", "Original Currency", "Last Payment Date"),
    kinds=SOURCES,
    lines="repeat",
    not_owed=NOT_APPROVED,
    foots=False,
    sure=False,
)

#: As it comes without further columns: rows stand under the number of the invoice.
INVOICE_DETAIL_BARE = Unusable(
    name="Xero's Receivable Invoice Detail without balances",
    signature=("Invoice Date", "Source", "Quantity", INVOICE_TOTAL),
    lacks="it does not say what is still owed, nor by whom",
    instead="export the report 'Aged Receivables Detail', or add Invoice Number, Contact, Due Date, Balance and Status to this",
)

#: A form to type invoices into; its asterisks mark what must be filled in.
TEMPLATE = Unusable(
    name="Xero's template for importing invoices",
    signature=("*ContactName", "*InvoiceNumber", "*InvoiceDate", "*DueDate"),
    lacks="it lists what is to be entered, not what is owed",
    instead="export the invoices themselves: Business > Invoices > Export, or the report 'Aged Receivables Detail'",
)

SUMMARY = Unusable(
    name="Xero's Aged Receivables Summary",
    signature=("Contact", "1 Month", "Older", "Total"),
    without=("Invoice Date", "Invoice Number"),
    lacks="it lists one total per customer and no documents",
    instead="export the report 'Aged Receivables Detail'",
)

PAYABLES = Unusable(
    name="Xero's Aged Payables Detail",
    signature=("Invoice Date", "Due Date", "Invoice Number|Invoice Reference|Reference", "1 Month", "Older", "Total"),
    title="Aged Payables",
    lacks="it lists what you owe, not what you are owed",
    instead="export the report 'Aged Receivables Detail'",
)

SYSTEM = System(
    name="Xero",
    best="Aged Receivables Detail lists what is open on the day you set, with credit notes and overpayments. The export of "
    "invoices lists paid ones as well and says the currency, but only as of the day it is made.",
    click="Reporting (or Accounting) > Reports > Aged Receivables Detail, set the day, update, then export it to Excel",
    exports=(
        INVOICES,
        AGED_DETAIL,
        INVOICE_SUMMARY,
        INVOICE_DETAIL,
        INVOICE_DETAIL_BARE,
        TEMPLATE,
        SUMMARY,
        PAYABLES,
    ),
    notes=(
        "The export of invoices stops at 500 documents: export shorter periods, and give arkit all the files together.",
        "The export of invoices does not print its day: say --as-of. Bills in it are left out and listed.",
        "Days are day/month/year, in organisations of the United States month/day/year: say --date-order where none proves it.",
        "Contacts go by their names in all files, for not all of them need have an account number.",
        "Aged Receivables Detail leaves out prepayments.",
        "Receivable Invoice Summary states due dates only if you add the column Due Date; deleted invoices are left out.",
    ),
)
