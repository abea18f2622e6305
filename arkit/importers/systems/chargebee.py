"""Chargebee: the export of invoices."""

import re
from itertools import chain

from arkit.errors import ImportRefused
from arkit.importers.exports import Export, System
from arkit.importers.headings import normal
from arkit.importers.sheets import Sheet, as_text

#: Currencies without cents, whose amounts have no decimals anyway.
_WHOLE = {"JPY", "KRW", "VND", "CLP", "ISK", "UGX", "XAF", "XOF", "XPF"}
_AMOUNTS = ("amount", "total", "amount due", "amount paid", "sub total")


def _not_in_cents(sheet: Sheet, header: int) -> Sheet:
    """The sheet as it is; refused if no amount has decimals, for Chargebee also knows amounts in cents."""
    names = [normal(heading) for heading in sheet.row(header)]
    body = sheet.cells.iloc[header + 1 :]
    columns = [body.iloc[:, at].map(as_text) for at, name in enumerate(names) if name in _AMOUNTS]
    shown = [text.strip() for text in chain.from_iterable(columns) if re.search("[1-9]", text)]
    codes = {
        as_text(cell).strip().upper()
        for at, name in enumerate(names)
        if name in ("currency", "currency code")
        for cell in body.iloc[:, at]
    }
    if not shown or any(re.search(r"[.,][0-9]{1,2}\b", text) for text in shown) or (codes and codes - {""} <= _WHOLE):
        return sheet
    raise ImportRefused(
        f"the amounts of '{sheet.file}' may be in cents.",
        expected="at least one amount with decimals, such as 1250.00",
        got=f"'{shown[0]}' and {len(shown) - 1:,} others, none with decimals",
        fix="compare one with the invoice: if it is right, write it with its decimals in the file; if it is in cents, divide "
        "all amounts by 100",
    )


INVOICES = Export(
    name="Chargebee, invoices",
    signature=(
        "Invoice Number|Invoice Id|id",
        "Customer Id",
        "Status|Invoice Status",
        "Amount Due",
        "Net Term Days|Dunning Status|Credits Applied|Amount Adjusted|Write Off Amount",
    ),
    columns={
        "customer_id": "Customer Id",
        "customer_name": "Customer Company|Company|Customer Name",
        "email": "Customer Email",
        "document_id": "Invoice Number|Invoice Id|id",
        "date": "Invoice Date|Date",
        "due_date": "Due Date",
        "amount": "Total|Amount",
        "open_amount": "Amount Due",
        "paid_amount": "Amount Paid",
        "settled_on": "Paid On|Paid At",
        "currency": "Currency|Currency Code",
        "terms_days": "Net Term Days",
        "status": "Status|Invoice Status",
    },
    not_owed={"Status": ("pending",), "Invoice Status": ("pending",)},
    prepare=_not_in_cents,
    sure=False,
)

SYSTEM = System(
    name="Chargebee",
    best="The export of all invoices, paid ones too. What is left of each is 'Amount Due'.",
    click="Invoices > All invoices > Export",
    exports=(INVOICES,),
    notes=(
        "If no amount of the file has decimals it could be in cents: arkit refuses it then rather than guess.",
        "Pending invoices are not issued yet and left out; voided ones too.",
        "Promotional and refundable credits that are not applied to an invoice yet are not in it.",
    ),
)
