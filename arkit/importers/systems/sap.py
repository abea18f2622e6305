"""SAP: customer line items, and raw extracts of its receivables."""

from arkit.importers.exports import Export, System

_RAW = {
    "entity": "business_code",
    "customer_id": "cust_number",
    "customer_name": "name_customer",
    "document_id": "doc_id",
    "date": "posting_date",
    "due_date": "due_in_date",
}

#: Open items only, with somebody's forecast of the clearing date in it.
OPEN_EXTRACT = Export(
    name="SAP receivables extract, open items",
    signature=("business_code", "cust_number", "doc_id", "posting_date", "due_in_date", "converted_usd"),
    columns=_RAW | {"open_amount": "converted_usd"},
    ignore=("clear_date", "cust_payment_terms"),
    currency=(("entity", "CA", "CAD"), ("entity", "", "USD")),
    says="the currency is taken from the company code (CA..: CAD, all others: USD), for the file has no column for it; "
    "'clear_date' is a forecast here and is not used",
)

#: The same with cleared items: one row per document, cleared where a clearing date stands.
CLEARED_EXTRACT = Export(
    name="SAP receivables extract",
    signature=("business_code", "cust_number", "doc_id", "posting_date", "due_in_date", "total_open_amount", "isOpen"),
    columns=_RAW | {"amount": "total_open_amount", "settled_on": "clear_date", "currency": "invoice_currency"},
    ignore=("cust_payment_terms", "document type"),
    says="'total_open_amount' is the amount of the document; it is settled where 'clear_date' stands",
)

SYSTEM = System(
    name="SAP",
    best="",
    click="",
    exports=(OPEN_EXTRACT, CLEARED_EXTRACT),
)
