"""QuickBooks Online: its reports on receivables, as CSV or XLSX."""

from arkit.importers.exports import Export, System, Unusable

INVOICE_LIST = Export(
    name="QuickBooks Online, Invoice List",
    signature=("Date", "Transaction type", "Num", "Name|Customer|Client", "Due date", "Amount", "Open balance"),
    columns={"customer_name": "Name|Customer|Client", "document_id": "Num", "kind": "Transaction type"},
    not_owed={"Memo": ("voided",)},
    ends_with=("total", "stamp"),
)

SUMMARY = Unusable(
    name="QuickBooks' A/R Aging Summary",
    signature=("Current", "1 - 30", "31 - 60", "61 - 90", "Total"),
    lacks="it lists one total per customer and no documents",
    instead="export the report 'A/R Aging Detail' or 'Open Invoices'",
)

SYSTEM = System(name="QuickBooks Online", best="", click="", exports=(INVOICE_LIST, SUMMARY))
