"""QuickBooks Desktop: its reports on receivables, as CSV or XLSX."""

from arkit.importers.exports import Export, System, Unusable

OPEN_INVOICES = Export(
    name="QuickBooks Desktop, Open Invoices",
    signature=("Type", "Date", "Num", "P. O. #", "Terms", "Due Date", "Aging", "Open Balance"),
    without=("Name", "Customer", "Class"),
    columns={"document_id": "Num", "kind": "Type", "reference": "P. O. #", "terms_days": "Terms"},
)

IIF = Unusable(
    name="an IIF file of QuickBooks Desktop",
    signature=("!HDR|!TRNS|!CUST|!ACCNT|!INVITEM|!VEND|!CLASS|!TIMEACT",),
    lacks="lists in this form hold no open invoices, for QuickBooks cannot export them so",
    instead="run Reports > Customers & Receivables > Open Invoices and export it to Excel or CSV",
)

SYSTEM = System(name="QuickBooks Desktop", best="", click="", exports=(OPEN_INVOICES, IIF))
