"""ERPNext: the report Accounts Receivable."""

from dataclasses import replace

from arkit.importers.cells import texts
from arkit.importers.exports import Export, System, Unusable
from arkit.importers.headings import normal
from arkit.importers.sheets import Sheet


def _credit_without_invoice(sheet: Sheet, header: int) -> Sheet:
    """No amount where nothing was invoiced, as in rows of money on account: the amount is then what is outstanding."""
    headings = [normal(heading) for heading in sheet.row(header)]
    if "invoiced amount" not in headings:
        return sheet
    at = headings.index("invoiced amount")
    below = sheet.cells.iloc[header + 1 :, at]
    nothing = texts(below).str.fullmatch(r"0(?:\.0*)?")
    cells = sheet.cells.copy()
    cells.loc[nothing[nothing].index, cells.columns[at]] = ""
    return replace(sheet, cells=cells)


#: In the currency of the company, or of the customer where the report was made for one.
RECEIVABLE = Export(
    name="ERPNext, Accounts Receivable",
    signature=("Voucher Type", "Voucher No", "Outstanding Amount", "Party|Customer"),
    without=("Debit Note", "Bill No", "Payable Account", "Supplier Name"),
    columns={
        "customer_id": "Party|Customer",
        "customer_name": "Customer Name",
        "document_id": "Voucher No",
        "kind": "Voucher Type",
        "date": "Posting Date",
        "due_date": "Due Date",
        "amount": "Invoiced Amount",
        "paid_amount": "Paid Amount",
        "open_amount": "Outstanding Amount",
        "currency": "Currency",
        "reference": "Customer LPO",
        "salesperson": "Sales Person",
        "contact": "Customer Contact",
        "segment": "Customer Group",
    },
    ignore=("Payment Term", "Invoice Grand Total", "Credit Note", "Remaining Balance"),
    only={"Party Type": ("", "customer")},
    apart="Payment Term|Due Date",
    instalments=True,
    signed=True,
    decimal=".",
    prepare=_credit_without_invoice,
    sure=False,
)
SUMMARY = Unusable(
    name="ERPNext's Accounts Receivable Summary",
    signature=("Advance Amount", "Invoiced Amount", "Paid Amount", "Outstanding Amount"),
    without=("Voucher No",),
    lacks="it lists one total per customer and no documents",
    instead="export the report 'Accounts Receivable'",
)
PAYABLE = Unusable(
    name="ERPNext's report Accounts Payable",
    signature=("Voucher Type", "Voucher No", "Outstanding Amount", "Debit Note"),
    lacks="it lists what you owe, not what is owed to you",
    instead="export the report 'Accounts Receivable'",
)

SYSTEM = System(
    name="ERPNext",
    best="Accounts Receivable: each invoice, credit note and unallocated payment with its due date and what is outstanding.",
    click="Accounting > Reports > Accounts Receivable > choose the company and the day > Menu > Export",
    exports=(RECEIVABLE, SUMMARY, PAYABLE),
    notes=(
        "Say the day of the report with --as-of, for the file does not print it.",
        "For all customers the amounts are in the currency of the company; run for one customer, in that customer's.",
        "Set the language to English before you export: other headings need a mapping file.",
        "'Based on payment terms' lists instalments; each is aged by its own due date.",
    ),
)
