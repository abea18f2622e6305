"""Wave: the general ledger of its data export, of which the receivable account is read, and the list of customers."""

from dataclasses import replace

import numpy as np
import pandas as pd

from arkit.importers.cells import folded, texts
from arkit.importers.exports import Export, System, Unusable
from arkit.importers.headings import normal
from arkit.importers.sheets import Sheet

RECEIVABLE = "system receivable invoice"


def _with_kind(sheet: Sheet, header: int) -> Sheet:
    """The ledger with one more column: what each posting of a receivable is, told by the other rows of its transaction."""
    place = {normal(heading): at for at, heading in enumerate(sheet.row(header))}
    body = sheet.cells.iloc[header + 1 :]
    say = {name: folded(body.iloc[:, place[name]]) for name in ("account group", "account type")}
    receivable = say["account type"].eq(RECEIVABLE)
    transaction = texts(body.iloc[:, place["transaction id"]])
    beside = {
        group: (say["account group"].eq(group) & ~receivable).groupby(transaction).transform("any")
        for group in ("asset", "income", "expense")
    }
    lowers = texts(body.iloc[:, place["amount one column"]]).str.contains(r"[-(]", regex=True)
    kinds = np.select(
        [~lowers & beside["asset"] & ~beside["income"], ~lowers, beside["asset"], beside["income"], beside["expense"]],
        ["refund", "invoice", "payment", "credit note", "write-off"],
        "journal",
    )
    kind = pd.Series(kinds, index=body.index).where(receivable, "").reindex(sheet.cells.index, fill_value="")
    kind.iloc[header] = "Kind"
    return replace(sheet, cells=sheet.cells.assign(**{"kind": kind}).set_axis(range(sheet.cells.shape[1] + 1), axis=1))


#: Double entry: all rows but those of the receivable account are the other side of what they say.
LEDGER = Export(
    name="Wave, general ledger",
    signature=(
        "Transaction ID",
        "Transaction Date",
        "Account Name",
        "Amount (One column)",
        "Customer",
        "Invoice Number",
        "Account Group",
        "Account Type",
    ),
    columns={
        "customer_name": "Customer",
        "document_id": "Invoice Number",
        "date": "Transaction Date",
        "amount": "Amount (One column)",
        "kind": "Kind",
    },
    ignore=("Transaction Date Added", "Transaction Date Last Modified"),
    only={"Account Type": (RECEIVABLE,)},
    reads=("Transaction ID", "Account Group"),
    prepare=_with_kind,
    says="only the rows of the receivable account are read, all others are the other side of what those say",
)

CUSTOMERS = Export(
    name="Wave, customers",
    signature=("customer_name", "contact_first_name", "contact_last_name", "customer_currency", "account_number"),
    columns={
        "customer_name": "customer_name",
        "contact": "contact_first_name+contact_last_name",
        "email": "email",
        "phone": "phone",
        "address": "address_line_1",
        "country": "country",
    },
    # blank for most customers, and no row of the ledger has it
    ignore=("account_number",),
    holds="customers",
)

AGING = Unusable(
    name="Wave's report on aged receivables",
    signature=(
        "Not Yet Overdue|Coming Due|Not Yet Due",
        "30 or less|1-30",
        "31 to 60|31-60",
        "61 to 90|61-90",
        "91 or more|> 90",
    ),
    lacks="it lists one total per customer and no invoices",
    instead="export the general ledger: Settings > Data Export > Accounting > CSV",
)

SYSTEM = System(
    name="Wave",
    best="The data export of the accounting, which is the whole general ledger: invoices and payments with their days, so "
    "every past day can be asked for. Take it from the first invoice that is still open, better from the very first day.",
    click="Settings > Data Export > Accounting > CSV; the link comes by e-mail",
    exports=(LEDGER, CUSTOMERS, AGING),
    notes=(
        "The ledger has no due dates: invoices count as due on their day, unless a list of customers states terms.",
        "The ledger is in the currency of the company: say --currency.",
        "A ledger that begins after an invoice was written has its payment only, which then stands as credit: begin earlier.",
    ),
)
