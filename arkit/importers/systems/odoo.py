"""Odoo: invoices exported from their list, and the Aged Partner Balance of the OCA."""

import re
from dataclasses import replace

import pandas as pd

from arkit.importers.exports import Export, System, Unusable
from arkit.importers.sheets import Sheet

_NUMBER = "Number|name"
_DATE = "Invoice/Bill Date|invoice_date|Invoice Date"
_TYPE = "Type|move_type"
_KINDS = {"out_invoice": "invoice", "out_refund": "credit_note", "out_receipt": "invoice", "sales receipt": "invoice"}
#: Types that customers owe; a list of journal entries holds vendors' bills too, and entries that state nothing as open.
_OURS = ("", "customer invoice", "customer credit note", *_KINDS)
_COLUMNS = {
    "customer_name": "Invoice Partner Display Name|Partner|partner_id|Customer",
    "document_id": _NUMBER,
    "date": _DATE,
    "due_date": "Due Date|invoice_date_due",
    "kind": _TYPE,
    "status": "Status|state",
    "reference": "Reference|ref|Customer Reference",
    "salesperson": "Salesperson|invoice_user_id",
}

#: Amounts with a sign; they are in the currency of the company, whatever the invoice says.
SIGNED = Export(
    name="Odoo, list of invoices with signed amounts",
    signature=(_NUMBER, _DATE, "Due Date|invoice_date_due", "Amount Due Signed|amount_residual_signed"),
    columns=_COLUMNS
    | {
        "amount": "Total Signed|amount_total_signed",
        "open_amount": "Amount Due Signed|amount_residual_signed",
        "currency": "Company Currency|company_currency_id",
    },
    ignore=("Currency", "currency_id"),
    kinds=_KINDS,
    only={"Type": _OURS, "move_type": _OURS},
    lines="repeat",
    filled_down=True,
    signed=True,
    sure=False,
    says="signed amounts are in the currency of the company, not in that of the invoice",
)
#: Amounts in the currency of the invoice, without a sign: the type says which of them are credit notes.
UNSIGNED = Export(
    name="Odoo, list of invoices",
    signature=(_NUMBER, "Invoice/Bill Date|amount_residual", "Amount Due|amount_residual", _TYPE),
    without=("Amount Due Signed", "amount_residual_signed"),
    columns=_COLUMNS
    | {"amount": "Total|amount_total", "open_amount": "Amount Due|amount_residual", "currency": "Currency|currency_id"},
    kinds=_KINDS,
    only={"Type": _OURS, "move_type": _OURS},
    lines="repeat",
    filled_down=True,
    sure=False,
)
NO_SIGN = Unusable(
    name="Odoo's list of invoices without their type",
    signature=(_NUMBER, "Invoice/Bill Date|amount_residual", "Amount Due|amount_residual"),
    without=("Type", "move_type", "Amount Due Signed", "amount_residual_signed"),
    lacks="credit notes cannot be told from invoices, for 'Amount Due' carries no sign",
    instead="export the field 'Type' along, or 'Amount Due Signed' in place of 'Amount Due'",
)


def _dated_and_in_currency(sheet: Sheet, header: int) -> Sheet:
    """The day of the filter above the list in words that say a day, and the currency of the title beside each row."""
    headings = sheet.row(header)
    above = [" ".join(filter(None, sheet.row(index))) for index in range(header)]
    stated = next((found[1] for title in above if (found := re.search(r" - ([A-Z]{3})$", title))), "")
    cells = sheet.cells.replace("Date at filter", "As at")
    day = cells.iloc[:, headings.index("Date")]
    dated = day.astype("str").str.fullmatch(r"\d\d/\d\d/\d{4}")
    code = pd.Series("", index=cells.index, dtype="object").mask(dated, stated).mask(day.eq("Date"), "Currency")
    return replace(sheet, cells=cells.assign(**{"currency": code}).set_axis(range(cells.shape[1] + 1), axis=1))


#: A block for each account and each partner, and the headings again above each partner.
AGED = Export(
    name="Odoo, Aged Partner Balance (OCA)",
    signature=("Entry", "Journal", "Partner", "Ref - Label", "Due date", "Residual"),
    columns={
        "customer_name": "Partner",
        "document_id": "Entry",
        "date": "Date",
        "due_date": "Due date",
        "reference": "Ref - Label",
        "open_amount": "Residual",
    },
    ignore=("Account", "Journal", "Current", "Older"),
    under="",
    apart="Due date",
    instalments=True,
    order="dmy",
    totals=("Partner cumul aged balance", "Percents"),
    ends_with=("total",),
    prepare=_dated_and_in_currency,
    sure=False,
)
AGED_SUMMARY = Unusable(
    name="Odoo's Aged Partner Balance without its entries",
    signature=("Partner", "Residual", "Current", "Older"),
    without=("Entry", "Ref - Label"),
    lacks="it lists one total per customer and no documents",
    instead="run it again with 'Show Move Line Details' and export it to XLSX",
)

SYSTEM = System(
    name="Odoo",
    best="The list of customer invoices with 'Amount Due' and 'Type': each document once, in its own currency. The Aged "
    "Partner Balance of the OCA, with its entries, also shows payments that are not matched yet.",
    click="Accounting > Customers > Invoices > list view > remove the filters > mark all > Actions (the gear) > Export: "
    "Number, Partner, Invoice/Bill Date, Due Date, Type, Total, Amount Due, Currency, Status, Reference",
    exports=(SIGNED, UNSIGNED, AGED, NO_SIGN, AGED_SUMMARY),
    notes=(
        "Export the credit notes along; they have a list of their own in the menu.",
        "'Amount Due' has no sign: without 'Type' a credit note looks like an invoice. 'Amount Due Signed' has one, and is in "
        "the currency of your company.",
        "Payments that are not matched with an invoice are in neither list of invoices.",
        "Leave out the lines of the invoices; where they are in, rows that only continue a document are understood.",
    ),
)
