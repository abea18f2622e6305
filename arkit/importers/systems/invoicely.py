"""Invoicely: its list of invoices, as CSV."""

from arkit.importers.exports import Export, System

#: The number of the invoice stands under 'Details'.
INVOICES = Export(
    name="Invoicely, invoices",
    signature=("Date", "Due", "Details", "Client", "Status", "Total"),
    without=("Balance", "Paid", "Number", "Invoice Number", "Amount"),
    columns={
        "customer_name": "Client",
        "document_id": "Details",
        "date": "Date",
        "due_date": "Due",
        "amount": "Total",
        "status": "Status",
    },
    says="the list has no balances: what is not paid counts as open in full, part payments are not in it",
)

SYSTEM = System(
    name="Invoicely",
    best="The list of invoices; it has no days of payment, so it answers for the day of the export only.",
    click="Invoices > export as CSV, all statuses",
    exports=(INVOICES,),
    notes=(
        "No currency is in it: say --currency, and export every currency apart.",
        "With paid invoices in the list, say with --as-of on which day it was exported.",
    ),
)
