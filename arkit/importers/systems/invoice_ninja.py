"""Invoice Ninja 4: invoices, payments and clients, as CSV or XLSX."""

import re
from dataclasses import replace

from arkit.importers.cells import texts
from arkit.importers.exports import Export, System, Unusable
from arkit.importers.headings import normal
from arkit.importers.sheets import Sheet, as_text

#: The title says when the export was made, 'Invoice Ninja v4.5.17 - December 19, 2020 11:28 pm': the day its balances are of.
MADE = re.compile(r"(Invoice Ninja \S+) - (.+?)(?: \d{1,2}:\d{2}.*)?", re.IGNORECASE)


def _dated(sheet: Sheet, header: int) -> Sheet:
    """Invoices under a title that names the day as reports do."""
    cells = sheet.cells.copy()
    for row in range(header):
        if found := MADE.fullmatch(as_text(cells.iloc[row, 0]).strip()):
            cells.iloc[row, 0] = f"{found[1]} as of {found[2]}"
    return replace(sheet, cells=cells)


def _reachable(sheet: Sheet, header: int) -> Sheet:
    """Clients with the telephone number of their contact where they have none; both columns are headed alike."""
    phones = [at for at, heading in enumerate(sheet.row(header)) if normal(heading) == "phone"]
    if len(phones) < 2:
        return sheet
    own, contact = (texts(sheet.cells.iloc[header + 1 :, at]) for at in phones[:2])
    cells = sheet.cells.copy()
    cells.iloc[header + 1 :, phones[0]] = own.mask(own.eq(""), contact)
    return replace(sheet, cells=cells)


#: One row per item; amount and paid repeat.
INVOICES = Export(
    name="Invoice Ninja, invoices",
    signature=("Client", "Email", "Invoice Number", "Amount", "Paid", "PO Number", "Status", "Invoice Date", "Due Date"),
    columns={
        "customer_name": "Client",
        "email": "Email",
        "document_id": "Invoice Number",
        "amount": "Amount",
        "paid_amount": "Paid",
        "reference": "PO Number",
        "status": "Status",
        "date": "Invoice Date",
        "due_date": "Due Date",
    },
    ignore=("Partial/Deposit", "Partial Due Date"),
    lines="repeat",
    prepare=_dated,
)

#: One row per payment, also where two are alike; some versions repeat a payment for each item of its invoice, or write the
#: amount of the invoice in its place. What the invoices state as paid tells the good ones.
PAYMENTS = Export(
    name="Invoice Ninja, payments",
    signature=("Client", "Invoice Number", "Amount", "Payment Date|Date"),
    without=("Paid", "Invoice Date", "Balance", "Expense Date"),
    title="Invoice Ninja",
    columns={
        "customer_name": "Client",
        "document_id": "Invoice Number",
        "payment_id": "Transaction Reference",
        "settled_on": "Payment Date|Date",
        "amount": "Amount",
    },
    holds="payments",
    proven_by_invoices=True,
    sure=False,
)

CLIENTS = Export(
    name="Invoice Ninja, clients",
    signature=("Name", "Balance", "Paid to Date", "ID Number", "VAT Number", "First Name", "Last Name", "Email"),
    columns={
        "customer_name": "Name",
        "contact": "First Name+Last Name",
        "email": "Email",
        "phone": "Phone",
        "address": "Billing Street|Street",
        "country": "Billing Country|Country",
    },
    ignore=("Currency",),
    holds="customers",
    prepare=_reachable,
)

QUOTES = Unusable(
    name="Invoice Ninja's list of quotes",
    signature=("Client", "Email", "Quote Number", "Amount", "Quote Date"),
    lacks="quotes are not owed",
    instead="export the invoices: Settings > Import/Export > Export > Invoices as CSV",
)

SYSTEM = System(
    name="Invoice Ninja 4",
    best="The invoices and the clients: what is open is the amount less what was paid. With the payments as well, every past "
    "day can be asked for.",
    click="Settings > Import/Export > Export > CSV > Invoices, Clients and Payments, all in one go",
    exports=(INVOICES, PAYMENTS, CLIENTS, QUOTES),
    notes=(
        "No currency is in it: say --currency.",
        "Invoices without an item are not in it, for it has one row per item.",
        "The list of payments may repeat a payment for every item of its invoice, or write the amount of the invoice in place "
        "of its own. Payments that do not leave what the invoices state as open are listed and not used: the invoices then "
        "say what was open on the day of the export, and on no other.",
        "Credits are a file of their own, and not read: they have no number. Export the clients along: where their balance is "
        "not what the invoices add up to, arkit says so.",
    ),
)
