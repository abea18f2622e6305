"""Xero: reports on aged receivables and the export of invoices."""

from arkit.importers.exports import Export, System, Unusable

_ADDRESS = tuple(
    f"{kind}{part}"
    for kind in ("PO", "SA")
    for part in ("AddressLine1", "AddressLine2", "AddressLine3", "AddressLine4", "City", "Region", "PostalCode", "Country")
)

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
    ignore=("PlannedDate", *_ADDRESS),
    lines="repeat",
    says="Xero exports at most 500 documents at a time: see that no part is missing",
)

#: Rows stand under the contact; the total of a row is what is still owed.
AGED_DETAIL = Export(
    name="Xero, Aged Receivables Detail",
    signature=("Invoice Date", "Due Date", "Invoice Number", "Older", "Total"),
    columns={"open_amount": "Total"},
    ignore=("Outstanding GST", "Outstanding Tax"),
    ends_with=("total",),
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
    signature=("Contact", "< 1 Month", "1 Month", "Older", "Total"),
    lacks="it lists one total per customer and no documents",
    instead="export the report 'Aged Receivables Detail'",
)

SYSTEM = System(name="Xero", best="", click="", exports=(INVOICES, AGED_DETAIL, TEMPLATE, SUMMARY))
