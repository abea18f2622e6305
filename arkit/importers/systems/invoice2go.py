"""Invoice2go: its list of invoices, as CSV."""

from arkit.importers.exports import Export, System

#: Items, taxes and payments are lists inside a cell; nothing of them is needed.
INVOICES = Export(
    name="Invoice2go, invoices",
    signature=("DocumentNumber", "Name", "DocumentDate", "CurrencyCode", "TotalAmount", "BalanceDueAmount", "AmountPaidAmount"),
    columns={
        "customer_name": "Name",
        "email": "EmailRecipient",
        "address": "DocumentRecipientAddress",
        "document_id": "DocumentNumber",
        "date": "DocumentDate",
        "terms_days": "TermsOld",
        "amount": "TotalAmount",
        "paid_amount": "AmountPaidAmount",
        "open_amount": "BalanceDueAmount",
        "currency": "CurrencyCode",
        "settled_on": "DatePaid",
        "status": "DocumentStatus",
    },
    ignore=("Id", "AccountId", "State", "Payments", "Comment", "CreatedDate", "LastUpdated"),
)

SYSTEM = System(
    name="Invoice2go",
    best="The list of all invoices: it states what is open on each.",
    click="Settings > Export data > Invoices > CSV",
    exports=(INVOICES,),
    notes=(
        "It has no due date: that follows from the days of terms, and is the day of the invoice where those are blank.",
        "It says what is open on the day of the export and on no other: say that day with --as-of.",
        "Every currency stays apart.",
    ),
)
