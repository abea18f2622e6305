"""Zoho Books and Zoho Invoice: invoices, credit notes, payments received and customers, as CSV, XLS or XLSX."""

from dataclasses import replace

from arkit.importers.cells import texts
from arkit.importers.exports import Export, System
from arkit.importers.headings import normal
from arkit.importers.sheets import Sheet

#: Total and balance repeat on every line of an invoice; the numbers of lines, projects and expenses mean nothing here.
INVOICES = Export(
    name="Zoho, invoices",
    signature=(
        "Invoice Number",
        "Invoice Status",
        "Invoice Date",
        "Customer Name",
        "Total",
        "Balance",
        "Invoice ID|Currency Code|Item Name",
    ),
    without=("Bill Number",),
    columns={
        "customer_id": "Customer ID",
        "customer_name": "Customer Name",
        "document_id": "Invoice Number",
        "date": "Invoice Date",
        "due_date": "Due Date",
        "terms_days": "Payment Terms Label|Payment Terms",
        "amount": "Total",
        "open_amount": "Balance",
        "settled_on": "Last Payment Date",
        "currency": "Currency Code",
        "rate": "Exchange Rate",
        "status": "Invoice Status",
        "reference": "PurchaseOrder",
        "salesperson": "Sales person",
        "email": "Primary Contact EmailID",
        "address": "Billing Address",
        "country": "Billing Country",
        "phone": "Billing Phone",
    },
    ignore=("Expected Payment Date", "Company Name", "Item Total", "SubTotal"),
    lines="repeat",
)

#: What is left of a credit note is its balance; its status is the only word for what it is.
CREDIT_NOTES = Export(
    name="Zoho, credit notes",
    signature=("Credit Note Number", "Credit Note Date", "Credit Note Status", "Customer Name", "Total", "Balance"),
    columns={
        "customer_id": "Customer ID",
        "customer_name": "Customer Name",
        "document_id": "Credit Note Number",
        "date": "Credit Note Date",
        "amount": "Total",
        "open_amount": "Balance",
        "currency": "Currency Code",
        "rate": "Exchange Rate",
        "kind": "Credit Note Status",
    },
    ignore=("Associated Invoice Number", "Associated Invoice Date", "Applied Invoice Number", "Reference#"),
    holds="documents",
    lines="repeat",
    kinds={"open": "credit_note", "closed": "credit_note"},
    sure=False,
)


def _applied(sheet: Sheet, header: int) -> Sheet:
    """Payments with what is left of them under 'Amount Applied to Invoice' where they are applied to none."""
    place = {normal(heading): at for at, heading in enumerate(sheet.row(header))}
    body = sheet.cells.iloc[header + 1 :]
    applied, number = place["amount applied to invoice"], place["invoice number"]
    alone = texts(body.iloc[:, number]).eq("") & texts(body.iloc[:, applied]).eq("")
    left = body.iloc[:, place.get("unused amount", place["amount"])]
    cells = sheet.cells.copy()
    cells.iloc[header + 1 :, applied] = body.iloc[:, applied].mask(alone, left)
    return replace(sheet, cells=cells)


#: One row per invoice that a payment was applied to; 'Amount' is that of the whole payment and repeats.
PAYMENTS = Export(
    name="Zoho, payments received",
    applies=True,
    signature=("Payment Number", "Date", "Customer Name", "Amount", "Amount Applied to Invoice", "Invoice Number"),
    columns={
        "customer_id": "CustomerID|Customer ID",
        "customer_name": "Customer Name",
        "document_id": "Invoice Number",
        "payment_id": "Payment Number",
        "settled_on": "Date",
        "amount": "Amount Applied to Invoice",
        "currency": "Currency Code",
    },
    ignore=("Invoice Date", "Invoice Payment Applied Date", "CustomerPayment ID", "InvoicePayment ID", "Reference Number"),
    holds="payments",
    reads=("Amount", "Unused Amount"),
    prepare=_applied,
    says="of a payment that is applied in part, what is left unused is not in the ledger",
    sure=False,
)


CONTACTS = Export(
    name="Zoho, customers",
    signature=("Display Name", "Company Name", "EmailID", "Customer ID|Contact ID"),
    without=("Accounts Payable",),
    columns={
        "customer_id": "Customer ID|Contact ID",
        "customer_name": "Display Name",
        "contact": "First Name+Last Name",
        "email": "EmailID",
        "phone": "Phone",
        "address": "Billing Address",
        "country": "Billing Country",
        "terms_days": "Payment Terms Label|Payment Terms",
    },
    # it is 0 wherever nobody set one
    ignore=("Credit Limit", "Customer Name", "Source", "Status"),
    holds="customers",
    only={"Contact Type": ("customer", "")},
)

SYSTEM = System(
    name="Zoho Books and Zoho Invoice",
    best="The invoices and the credit notes with all fields: both state what is still open. Invoices and payments received, "
    "without credit notes, answer for every past day.",
    click="Sales > Invoices > More > Export > all statuses, all fields; the same for credit notes, payments and customers",
    exports=(INVOICES, CREDIT_NOTES, PAYMENTS, CONTACTS),
    notes=(
        "Numbers of customers have 19 digits: a file that was opened and saved in Excel has lost some of them. Use the file as "
        "Zoho wrote it.",
        "If you choose the fields yourself, keep number, date, status, customer, due date, total, balance and currency.",
        "Drafts and void documents are left out; other currencies stay apart.",
        "Where credit notes were used on invoices, payments do not explain the balances and are refused: leave them out then.",
    ),
)
