"""QuickBooks Desktop: its reports on receivables, as CSV or XLSX."""

from arkit.importers.exports import Export, System, Unusable

#: A statement charge is billed without an invoice; a check on a customer's account gives money back.
KINDS = {"stmt charge": "invoice", "statement charge": "invoice", "check": "return"}
COLUMNS = {"document_id": "Num", "kind": "Type", "reference": "P. O. #", "terms_days": "Terms"}

#: Rows stand under the customer, those of a job under both. The button for Excel leaves every other column empty: no matter.
OPEN_INVOICES = Export(
    name="QuickBooks Desktop, Open Invoices",
    signature=("Type", "Date", "Num", "Due Date", "Aging|P. O. #|Terms", "Open Balance"),
    without=("Name", "Customer", "Source Name"),
    columns=COLUMNS,
    nested=":",
    kinds=KINDS,
    signed=True,
    ends_with=("total",),
)

#: Rows stand under how late they are; the customer is a column.
AGING_DETAIL = Export(
    name="QuickBooks Desktop, A/R Aging Detail",
    signature=("Type", "Date", "Num", "Name|Customer|Source Name", "Due Date", "Aging|P. O. #|Terms", "Open Balance"),
    columns=COLUMNS | {"customer_name": "Name|Customer|Source Name"},
    under="",
    kinds=KINDS,
    signed=True,
    ends_with=("total",),
    sure=False,
)

IIF = Unusable(
    name="an IIF file of QuickBooks Desktop",
    signature=("!HDR|!TRNS|!SPL|!CUST|!ACCNT|!INVITEM|!VEND|!EMP|!OTHERNAME|!CLASS|!TERMS|!CTYPE|!TIMERHDR|!TIMEACT",),
    lacks="lists in this form hold no open invoices, for QuickBooks cannot export them so",
    instead="run Reports > Customers & Receivables > Open Invoices and export it to Excel or CSV",
)

SYSTEM = System(
    name="QuickBooks Desktop",
    best="Open Invoices lists what is open on the day you set, with payments not yet applied and a total for each customer.",
    click="Reports > Customers & Receivables > Open Invoices, set the day, then Excel > Create New Worksheet (or a CSV file)",
    exports=(OPEN_INVOICES, AGING_DETAIL, IIF),
    notes=(
        "A CSV file prints its day above the headings; a workbook has it in the page header, where it is lost: say --as-of.",
        "Payments and credits not yet applied are negative rows without number or due date; they lower what the customer owes.",
        "No report has customer numbers: customers go by their names, and a name may be all digits.",
        "Years have two digits: 70 to 99 are read as 1970 to 1999.",
    ),
)
