"""NetSuite: the report A/R Aging Detail."""

from arkit.importers.exports import Export, System, Unusable

#: Transactions stand under their customer, whose group ends with 'Total - ' and the name.
AGING_DETAIL = Export(
    name="NetSuite, A/R Aging Detail",
    signature=("Transaction Type", "Date", "Document Number", "Due Date", "Age", "Open Balance"),
    columns={
        "customer_name": "Customer|Customer/Project|Customer : Project",
        "document_id": "Document Number",
        "kind": "Transaction Type",
        "date": "Date",
        "due_date": "Due Date",
        "open_amount": "Open Balance",
        "reference": "P.O. Number|P.O. No.|PO Number",
    },
    kinds={"customer refund": "return", "deposit application": "payment", "currency revaluation": "adjustment"},
    ends_with=("total",),
    sure=False,
    says="customer deposits are not in this report",
)
PAYABLES = Unusable(
    name="NetSuite's A/P Aging Detail",
    signature=("Vendor", "Transaction Type", "Date", "Document Number", "Due Date", "Age", "Open Balance"),
    lacks="it lists what you owe, not what is owed to you",
    instead="export the report 'A/R Aging Detail'",
)

SYSTEM = System(
    name="NetSuite",
    best="A/R Aging Detail: each open transaction with its due date and open balance, under its customer.",
    click="Reports > Customers/Receivables > A/R Aging > Detail > choose the day > Export - CSV, or Export - Microsoft Excel",
    exports=(AGING_DETAIL, PAYABLES),
    notes=(
        "Customer deposits are not in the report: money paid in advance is missing from it.",
        "The open balance of a payment is what is not applied yet.",
        "The report has no currency: say it with --currency.",
        "Choose the columns Document Number and Due Date in Customize, if your report does not show them.",
    ),
)
