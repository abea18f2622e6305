"""Sage 50 (United States), formerly Peachtree: journals of sales and of cash receipts, and Aged Receivables."""

from dataclasses import replace

from arkit.importers.cells import texts
from arkit.importers.exports import Export, System, Unusable
from arkit.importers.headings import normal
from arkit.importers.sheets import Sheet

#: One row per distribution; the amount of a distribution is negative, that of the receivable repeats on all of them.
SALES = Export(
    name="Sage 50 US, Sales Journal",
    signature=("Customer ID", "Invoice/CM #", "Date", "Date Due", "Credit Memo", "Accounts Receivable Amount"),
    columns={
        "customer_id": "Customer ID",
        "customer_name": "Customer Name",
        "document_id": "Invoice/CM #",
        "kind": "Credit Memo",
        "date": "Date",
        "due_date": "Date Due",
        "terms_days": "Displayed Terms",
        "amount": "Accounts Receivable Amount",
        "reference": "Customer PO",
        "salesperson": "Sales Representative ID",
    },
    ignore=("Apply to Invoice Number", "Amount", "Accounts Receivable Account", "Discount Amount"),
    lines="repeat",
    kinds={"true": "credit_note", "false": "invoice"},
    not_owed={"Quote": ("true", "yes")},
    sure=False,
)

SALES_WITHOUT_TOTAL = Unusable(
    name="a Sales Journal of Sage 50 US without its field 'Accounts Receivable Amount'",
    signature=("Customer ID", "Invoice/CM #", "Invoice/CM Distribution|Number of Distributions", "Amount"),
    without=("Accounts Receivable Amount",),
    lacks="it has the amounts of the distributions and not that of the invoice",
    instead="export it anew with the fields 'Accounts Receivable Amount', 'Credit Memo' and 'Date Due' ticked",
)


def _as_received(sheet: Sheet, header: int) -> Sheet:
    """Receipts with what was received as positive amounts: a distribution credits the customer and is negative."""
    at = [normal(heading) for heading in sheet.row(header)].index("amount")
    amount = texts(sheet.cells.iloc[header + 1 :, at])
    turned = amount.str.replace(r"^-|^\((.*)\)$", r"\1", regex=True)
    cells = sheet.cells.astype("object")
    cells.iloc[header + 1 :, at] = ("-" + amount).where(turned.eq(amount) & amount.ne(""), turned)
    return replace(sheet, cells=cells if sheet.native else cells.astype("str"))


RECEIPTS = Export(
    name="Sage 50 US, Cash Receipts Journal",
    applies=True,
    signature=("Customer ID", "Reference", "Date", "Cash Amount", "Invoice Paid", "Amount"),
    columns={
        "customer_id": "Customer ID",
        "customer_name": "Customer Name",
        "document_id": "Invoice Paid",
        "payment_id": "Reference",
        "settled_on": "Date",
        "amount": "Amount",
    },
    ignore=("Cash Amount", "Total Paid on Invoice(s)", "Discount Amount", "Description"),
    holds="payments",
    prepare=_as_received,
    says="discounts that customers took are not in it: they stay open on their invoices",
    sure=False,
)


def _on_every_row(sheet: Sheet, header: int) -> Sheet:
    """The report with the customer on every row, and the word 'Total' on the rows that add up those of a customer."""
    names = [normal(heading) for heading in sheet.row(header)]
    at = [names.index(name) for name in ("customer id", "customer name", "customer") if name in names]
    number = next(place for place, name in enumerate(names) if name in ("invoice/cm", "invoice no"))
    body = sheet.cells.iloc[header + 1 :].apply(texts)
    entry = body.iloc[:, number].ne("") | body.iloc[:, names.index("date")].str.contains("[0-9]", regex=True)
    owed = body.iloc[:, next(place for place, name in enumerate(names) if name in ("amount due", "amnt remaining"))].ne("")
    label = body.iloc[:, at[0]]
    sums = owed & ~entry & ~label.str.match("(?:report |grand )?total", case=False)
    cells = sheet.cells.astype("object")
    for place in at:
        own = body.iloc[:, place]
        cells.loc[own.index, place] = own.mask(own.eq("")).mask(sums, "").ffill().where(entry, own)
    cells.loc[sums.index[sums], at[0]] = ("Total for " + label)[sums]
    return replace(sheet, cells=cells if sheet.native else cells.astype("str"))


#: As it comes it has no dates; they are columns that can be added.
AGED = Export(
    name="Sage 50 US, Aged Receivables",
    signature=("Customer ID", "Invoice/CM #|Invoice No.", "Date", "Date Due", "Amount Due|Amnt Remaining"),
    without=("Accounts Receivable Amount", "Vendor ID"),
    columns={
        "customer_id": "Customer ID",
        "customer_name": "Customer Name|Customer",
        "document_id": "Invoice/CM #|Invoice No.",
        "date": "Date",
        "due_date": "Date Due",
        "open_amount": "Amount Due|Amnt Remaining",
        "reference": "Customer PO",
        "phone": "Telephone 1",
    },
    ignore=("Transaction", "Age", "Amnt Received"),
    totals=("Report Total",),
    prepare=_on_every_row,
    ends_with=("total",),
    sure=False,
)

AGED_WITHOUT_DATES = Unusable(
    name="an Aged Receivables report of Sage 50 US without dates",
    signature=(
        "Customer ID|Customer ID Customer|Customer ID Customer Contact Telephone 1",
        "Invoice/CM #|Invoice No.",
        "0 - 30|0-30",
        "31 - 60|31-60",
        "61 - 90|61-90",
    ),
    without=("Date", "Date Due"),
    lacks="it does not say of when the invoices are, nor when they are due",
    instead="add the columns 'Date' and 'Date Due' to the report (Options > Columns), each customer column on its own, "
    "and send it to Excel again",
)

SYSTEM = System(
    name="Sage 50 (US)",
    best="The Sales Journal and the Cash Receipts Journal, both from the first invoice that is still open: invoices and "
    "payments with their days, so every past day can be asked for. Else Aged Receivables, in detail, with its dates.",
    click="File > Select Import/Export > Accounts Receivable > Sales Journal (then Cash Receipts Journal) > Export, with all "
    "fields and with headings; or Reports & Forms > Accounts Receivable > Aged Receivables > Options > Excel",
    exports=(SALES, SALES_WITHOUT_TOTAL, RECEIPTS, AGED, AGED_WITHOUT_DATES),
    notes=(
        "'Include Headings' is off as it comes: tick it, or the file is refused.",
        "The Sales Journal alone says nothing of payments: every invoice counts as open.",
        "Quotes are left out. Credit memos are documents of their own, also those applied to an invoice.",
        "It states no currency: say --currency USD, for example.",
    ),
)
