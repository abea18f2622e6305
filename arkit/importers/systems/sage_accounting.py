"""Sage Accounting (Sage Business Cloud): Aged Debtors, as CSV."""

from arkit.importers.exports import Export, System, Unusable

_PERIODS = ("< 30 days", "< 60 days", "< 90 days", "Older")

#: Its periods count from the date of the document.
AGED_DETAIL = Export(
    name="Sage Accounting, Aged Debtors (detailed)",
    signature=(*_PERIODS, "Date|Invoice Date|Transaction Date|Date Issued", "Due Date|Due"),
    columns={
        "customer_name": "Customer|Customer Name|Contact|Name|Business Name",
        "customer_id": "Customer Reference|Account Reference|Reference Code",
        "document_id": "Invoice Number|Number|Document Number|Transaction Number|Reference|Ref",
        "date": "Invoice Date|Transaction Date|Date Issued|Date",
        "due_date": "Due Date|Due",
        "kind": "Type|Transaction Type",
        "open_amount": "Outstanding|Outstanding Amount|Amount Outstanding|O/S Amount|Balance|Amount Due|Total",
    },
    kinds={"customer receipt": "payment", "payment on account": "payment", "customer refund": "return"},
    ends_with=("total",),
    sure=False,
)

SUMMARY = Unusable(
    name="Sage Accounting's Aged Debtors report",
    signature=_PERIODS,
    without=("Date", "Invoice Date", "Transaction Date", "Date Issued", "Due Date"),
    lacks="it lists one total per customer and no documents",
    instead="run the report again as 'Detailed' and export that as CSV",
)

SYSTEM = System(
    name="Sage Accounting",
    best="The detailed Aged Debtors report: every open document with its due date. "
    "Say with --as-of for which day it was run, where its title does not.",
    click="Reporting > More > Aged Debtors (Canada and United States: Accounts Receivable Aging) > Detailed > Export > CSV",
    exports=(AGED_DETAIL, SUMMARY),
    notes=(
        "Its periods count from the date of the document, not from the due date: arkit counts from the due date.",
        "It states no currency: say --currency.",
    ),
)
