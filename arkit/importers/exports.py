"""Exports that are recognised by their headings, each a declaration; any other flat table is read through synonyms."""

from dataclasses import dataclass

from arkit.importers.cells import fold
from arkit.importers.headings import normal


@dataclass(frozen=True)
class Export:
    """One known layout: the headings that prove it, which column is what, and what its words mean.

    ``ignore`` names columns that look like something and are not. ``currency`` gives the currency where a column of codes
    implies it: the field looked at, the start of the code, the currency; the empty start is for all others.
    """

    name: str
    signature: frozenset[str]
    columns: dict[str, str]
    ignore: tuple[str, ...] = ()
    currency: tuple[tuple[str, str, str], ...] = ()
    says: str = ""

    def claims(self, headings: list[str]) -> bool:
        """Whether a header row is this export's."""
        return self.signature <= {normal(heading) for heading in headings}


@dataclass(frozen=True)
class Unusable:
    """One known layout that holds no receivables: the headings that prove it, and the report to export instead."""

    name: str
    signature: frozenset[str]
    lacks: str
    instead: str

    def claims(self, headings: list[str]) -> bool:
        """Whether a row of headings is this layout's."""
        return self.signature <= {fold(heading) for heading in headings}


_RAW = {
    "entity": "business_code",
    "customer_id": "cust_number",
    "customer_name": "name_customer",
    "document_id": "doc_id",
    "date": "posting_date",
    "due_date": "due_in_date",
}

#: Raw receivables extract of an SAP system, open items only, with somebody's forecast of the clearing date in it.
SAP_OPEN_EXTRACT = Export(
    "SAP receivables extract, open items",
    frozenset({"business code", "cust number", "doc id", "posting date", "due in date", "converted usd"}),
    _RAW | {"open_amount": "converted_usd"},
    ignore=("clear_date", "cust_payment_terms"),
    currency=(("entity", "CA", "CAD"), ("entity", "", "USD")),
    says="the currency is taken from the company code (CA..: CAD, all others: USD), for the file has no column for it; "
    "'clear_date' is a forecast here and is not used",
)

#: The same extract with cleared items: one row per document, cleared where a clearing date stands.
SAP_CLEARED_EXTRACT = Export(
    "SAP receivables extract",
    frozenset({"business code", "cust number", "doc id", "posting date", "due in date", "total open amount", "is open"}),
    _RAW | {"amount": "total_open_amount", "settled_on": "clear_date", "currency": "invoice_currency"},
    ignore=("cust_payment_terms", "document type"),
    says="'total_open_amount' is the amount of the document; it is settled where 'clear_date' stands",
)

#: Rows stand under the contact; the total of a row is what is still owed.
XERO_AGED_DETAIL = Export(
    "Xero Aged Receivables Detail",
    frozenset({"invoice date", "due date", "invoice number", "older", "total"}),
    {"open_amount": "Total"},
)

EXPORTS = (SAP_OPEN_EXTRACT, SAP_CLEARED_EXTRACT, XERO_AGED_DETAIL)

#: A form to type invoices into; its asterisks mark what must be filled in.
XERO_TEMPLATE = Unusable(
    "Xero's template for importing invoices",
    frozenset({"*contactname", "*invoicenumber", "*invoicedate", "*duedate"}),
    "it lists what is to be entered, not what is owed",
    "export the invoices themselves: Business > Invoices > Export, or the report 'Aged Receivables Detail'",
)
QUICKBOOKS_SUMMARY = Unusable(
    "QuickBooks' A/R Aging Summary",
    frozenset({"current", "1 - 30", "31 - 60", "61 - 90", "total"}),
    "it lists one total per customer and no documents",
    "export the report 'A/R Aging Detail' or 'Open Invoices'",
)
XERO_SUMMARY = Unusable(
    "Xero's Aged Receivables Summary",
    frozenset({"contact", "< 1 month", "1 month", "older", "total"}),
    "it lists one total per customer and no documents",
    "export the report 'Aged Receivables Detail'",
)

UNUSABLE = (XERO_TEMPLATE, QUICKBOOKS_SUMMARY, XERO_SUMMARY)
