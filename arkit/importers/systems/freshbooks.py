"""FreshBooks: invoices line by line, and the list of clients, as CSV."""

from dataclasses import replace

from arkit.importers.cells import texts
from arkit.importers.exports import Export, System, Unusable
from arkit.importers.headings import normal
from arkit.importers.sheets import Sheet


def _named(sheet: Sheet, header: int) -> Sheet:
    """Clients that are no organization under the name of the person, as their invoices have them."""
    place = {normal(heading): at for at, heading in enumerate(sheet.row(header))}
    body = sheet.cells.iloc[header + 1 :]
    firm, first, last = (texts(body.iloc[:, place[name]]) for name in ("organization", "first name", "last name"))
    cells = sheet.cells.copy()
    cells.iloc[header + 1 :, place["organization"]] = firm.mask(firm.eq(""), (first + " " + last).str.strip())
    return replace(sheet, cells=cells)


#: One row per item; newer exports have a due date, none has a total or a balance.
INVOICES = Export(
    name="FreshBooks, invoices",
    signature=("Client Name", "Invoice #", "Date Issued", "Invoice Status", "Date Paid", "Line Total"),
    columns={
        "customer_name": "Client Name",
        "document_id": "Invoice #",
        "date": "Date Issued",
        "due_date": "Date Due",
        "settled_on": "Date Paid",
        "amount": "Line Total",
        "currency": "Currency",
        "status": "Invoice Status",
    },
    lines="sum",
    says="part payments are not in this file: an invoice counts as open in full until the day it was paid",
)

CLIENTS = Export(
    name="FreshBooks, clients",
    signature=("Organization", "First Name", "Last Name", "Email", "Phone", "Street", "Province/State", "Postal Code"),
    columns={
        "customer_name": "Organization",
        "contact": "First Name+Last Name",
        "email": "Email",
        "phone": "Phone",
        "address": "Street",
        "country": "Country",
    },
    holds="customers",
    prepare=_named,
)

AGING = Unusable(
    name="FreshBooks' Accounts Aging report",
    signature=(
        "0-30|0 - 30|0-30 Days|0 - 30 Days",
        "31-60|31 - 60|31-60 Days|31 - 60 Days",
        "61-90|61 - 90|61-90 Days|61 - 90 Days",
        "90+|90 +|90+ Days|90 + Days",
    ),
    lacks="it lists one total per client and no invoices",
    instead="export the invoices themselves: the report 'Invoice Details' as CSV, all statuses and all dates",
)

SYSTEM = System(
    name="FreshBooks",
    best="The invoices with their items: each has its day and the day it was paid, so every past day can be asked for. "
    "Add the list of clients for e-mail addresses and telephone numbers.",
    click="Reports > Invoice Details > all statuses, all dates > export as CSV; the clients from the list of clients",
    exports=(INVOICES, CLIENTS, AGING),
    notes=(
        "Older exports have no due date: invoices then count as due on their day, unless a list of customers states terms.",
        "Part payments and credits are not in it: for invoices with the status 'partial' ask FreshBooks what is left.",
        "Drafts are left out.",
    ),
)
