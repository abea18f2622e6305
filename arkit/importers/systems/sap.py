"""SAP: customer line items (FBL5N, and the app of S/4HANA), and raw extracts of its receivables."""

from dataclasses import replace

from arkit.importers.exports import Export, System, Unusable
from arkit.importers.headings import normal
from arkit.importers.sheets import Sheet

_RAW = {
    "entity": "business_code",
    "customer_id": "cust_number",
    "customer_name": "name_customer",
    "document_id": "doc_id",
    "date": "posting_date",
    "due_date": "due_in_date",
}

#: Open items only, with somebody's forecast of the clearing date in it.
OPEN_EXTRACT = Export(
    name="SAP receivables extract, open items",
    signature=("business_code", "cust_number", "doc_id", "posting_date", "due_in_date", "converted_usd"),
    columns=_RAW | {"open_amount": "converted_usd"},
    ignore=("clear_date", "cust_payment_terms"),
    currency=(("entity", "CA", "CAD"), ("entity", "", "USD")),
    says="the currency is taken from the company code (CA..: CAD, all others: USD), for the file has no column for it; "
    "'clear_date' is a forecast here and is not used",
)

#: The same with cleared items: one row per document, cleared where a clearing date stands.
CLEARED_EXTRACT = Export(
    name="SAP receivables extract",
    signature=("business_code", "cust_number", "doc_id", "posting_date", "due_in_date", "total_open_amount", "isOpen"),
    columns=_RAW | {"amount": "total_open_amount", "settled_on": "clear_date", "currency": "invoice_currency"},
    ignore=("cust_payment_terms", "document type"),
    says="'total_open_amount' is the amount of the document; it is settled where 'clear_date' stands",
)

# Headings of line items: the long and the short ones of FBL5N, English and German, and those of S/4HANA.
_CUSTOMER = "Customer|Customer Account|Account|Debitor|Kunde|Konto"
_NAME = "Customer Name|Name of Customer|Cust. Name|Customer Name1|Name 1|Name des Debitors|Kundenname"
_NUMBER = "Document Number|DocumentNo|Belegnummer|Belegnr"
_ENTRY = "Journal Entry"
_TYPE = "Document Type|Journal Entry Type|Doc. Type|Belegart|Type|Ty|Art"
_CLEARED_BY = ("Clearing Document", "Clrng doc.", "Clearing Journal Entry", "Ausgleichsbeleg", "Ausgl.bel.")
_CLEARED_ON = "Clearing date|Clearing|Clrng date|Ausgleichsdatum|Ausgleich"
_AMOUNT = "Amount in doc. curr.|Amount in document currency|Amount in DC|Betrag in Belegwährung|Betrag in BW"
_CURRENCY = "Document currency|Belegwährung|Curr.|Currency|Währung"
_LOCAL_AMOUNT = "Amount in local currency|Amt in loc.cur.|Amount in LC|Betrag in Hauswährung|Betrag in HW"
_LOCAL_CURRENCY = "Local Currency|LCurr|Hauswährung|HWähr|Währung|Currency"
_ENTRY_AMOUNT = "Amount (Tran Cur.)|Amount in Transaction Currency"
#: Down payments, guarantees, bills of exchange: they stand on another account of the ledger than the receivables.
_SPECIAL = (
    "Special G/L ind.",
    "Special G/L Indicator",
    "Special G/L",
    "Special G/L Code",
    "Sonderhauptb.Kennz.",
    "Sonderhauptbuchkennzeichen",
    "SHB-Kennz.",
)
_ITEM = "Line item|Itm|Item|Posting View Item|Position|Buchungszeile|Pos"
_COLUMNS = {
    "entity": "Company Code|CoCd|Buchungskreis|BuKr.",
    "customer_id": _CUSTOMER,
    "customer_name": _NAME,
    "kind": _TYPE,
    "date": "Posting Date|Pstng Date|Buchungsdatum|Document Date|Doc. Date|Journal Entry Date|Belegdatum",
    "due_date": "Net due date|Net due dt|Nettofälligkeit|Nettofälligkeitsdatum|Nettofäll.",
    "reference": "Reference|Referenz|Assignment|Assignment Reference|Zuordnung",
    "side": "Debit/Credit Ind.|Debit/Credit Code|Debit/Credit|D/C|Soll/Haben-Kennz.|S/H",
}
#: What is no day on which it was settled, and no terms: SAP's terms are codes such as 0001.
_IGNORE = ("Payment date", "Zahlungsdatum", "Payment terms", "Terms of Payment", "Zahlungsbedingung", "Zahlungsbedingungen")


def _currencies_named(sheet: Sheet, header: int) -> Sheet:
    """Two columns headed 'Währung' by the amounts they belong to: the first to the first amount, the second to the other."""
    headings = [normal(heading) for heading in sheet.row(header)]
    named = {"Belegwährung": _AMOUNT, "Hauswährung": _LOCAL_AMOUNT}
    place = {
        at: name
        for name, amounts in named.items()
        for at in map(headings.index, {*map(normal, amounts.split("|"))} & {*headings})
    }
    alike = [at for at, heading in enumerate(headings) if heading == normal("Währung")]
    if len(alike) != 2 or len(place) != 2:
        return sheet
    cells = sheet.cells.copy()
    for at, amount in zip(alike, sorted(place), strict=True):
        cells.isetitem(at, cells.iloc[:, at].replace(sheet.row(header)[at], place[amount]))
    return replace(sheet, cells=cells)


def _line_items(name: str, number: str, amount: str, currency: str, *, dated: bool, sure: bool = True) -> Export:
    """Line items with the day of clearing or without it; without it what is cleared is no history and is left out."""
    settled = {"settled_on": _CLEARED_ON} if dated else {}
    local = amount == _LOCAL_AMOUNT
    return Export(
        name=name,
        signature=(f"{_CUSTOMER}|{_NAME}", number, _TYPE, amount, *settled.values()),
        without=tuple(_AMOUNT.split("|")) if local else (),
        columns=_COLUMNS
        | {"document_id": number, "currency": currency}
        | ({"amount": amount} | settled if dated else {"open_amount": amount}),
        ignore=(*_IGNORE, *(("Document currency", "Belegwährung") if local else ())),
        kinds={"da": "adjustment", "sa": "adjustment", "sb": "adjustment", "zv": "payment"},
        only=dict.fromkeys(_SPECIAL, ("",)),
        not_owed={} if dated else dict.fromkeys(_CLEARED_BY, ("*",)),
        totals=("*",),
        cleared=dated,
        signed=True,
        apart=_ITEM,
        prepare=None if local else _currencies_named,
        sure=sure,
    )


LINE_ITEMS = _line_items("SAP, customer line items", _NUMBER, _AMOUNT, _CURRENCY, dated=True)
OPEN_ITEMS = _line_items("SAP, open customer line items", _NUMBER, _AMOUNT, _CURRENCY, dated=False)
LOCAL_LINE_ITEMS = _line_items(
    "SAP, customer line items in local currency", _NUMBER, _LOCAL_AMOUNT, _LOCAL_CURRENCY, dated=True
)
LOCAL_OPEN_ITEMS = _line_items(
    "SAP, open customer line items in local currency", _NUMBER, _LOCAL_AMOUNT, _LOCAL_CURRENCY, dated=False
)
ENTRIES = _line_items("SAP S/4HANA, customer line items", _ENTRY, _ENTRY_AMOUNT, "Transaction Currency", dated=True, sure=False)
OPEN_ENTRIES = _line_items(
    "SAP S/4HANA, open customer line items", _ENTRY, _ENTRY_AMOUNT, "Transaction Currency", dated=False, sure=False
)

#: The layout that FBL5N begins with: the customer stands above the list only, and no day on which it is due.
NO_CUSTOMER = Unusable(
    name="a list of SAP line items",
    signature=(f"{_NUMBER}|{_ENTRY}", f"{_AMOUNT}|{_LOCAL_AMOUNT}|{_ENTRY_AMOUNT}"),
    without=tuple(f"{_CUSTOMER}|{_NAME}".split("|")),
    lacks="no column says whose items these are",
    instead="add Customer (Account), Net due date and Clearing date to the layout of FBL5N, and export it again",
)
#: A list of which items cleared which, say.
NO_AMOUNT = Unusable(
    name="a list of SAP line items without amounts",
    signature=(f"{_NUMBER}|{_ENTRY}", f"{_ITEM}|{_TYPE}", "|".join(_CLEARED_BY)),
    without=tuple(f"{_AMOUNT}|{_LOCAL_AMOUNT}|{_ENTRY_AMOUNT}".split("|")),
    lacks="it does not say how much the items are",
    instead="add Customer (Account), Amount in doc. curr., Document currency, Posting Date, Net due date and Clearing date to "
    "the layout of FBL5N, and export it again",
)
VENDORS = Unusable(
    name="SAP's list of vendor line items",
    signature=(
        "Vendor|Supplier|Kreditor|Lieferant",
        f"{_NUMBER}|{_ENTRY}",
        f"{_AMOUNT}|{_LOCAL_AMOUNT}|{_ENTRY_AMOUNT}",
    ),
    lacks="it lists what you owe, not what is owed to you",
    instead="export the customer line items: transaction FBL5N, or the app 'Manage Customer Line Items'",
)

SYSTEM = System(
    name="SAP",
    best="Customer line items (FBL5N) with all items, open and cleared, of two years: with the clearing dates every past "
    "month-end can be shown. Open items alone answer for the day of the export.",
    click="Transaction FBL5N > choose customers and company code > All items > Change layout: Customer (Account), "
    "Company Code, Document Number, Document Type, Reference, Posting Date, Net due date, Amount in doc. curr., "
    "Document currency, Clearing date, Special G/L ind., Line item > List > Export > Spreadsheet. In S/4HANA: the app "
    "'Manage Customer Line Items', the same columns with the amount in transaction currency, Export to Spreadsheet",
    exports=(
        LINE_ITEMS,
        OPEN_ITEMS,
        LOCAL_LINE_ITEMS,
        LOCAL_OPEN_ITEMS,
        ENTRIES,
        OPEN_ENTRIES,
        OPEN_EXTRACT,
        CLEARED_EXTRACT,
        NO_CUSTOMER,
        NO_AMOUNT,
        VENDORS,
    ),
    notes=(
        "The number your customer knows is often Reference or Assignment, not Document Number. Documents go by their Document "
        "Number, and Reference stands beside it.",
        "Rows with a special G/L indicator (down payments, guarantees) are no receivables: they are listed as not used.",
        "Terms of payment are codes (0001, NT30) and say no days: export Net due date.",
        "With the line item (Itm) in the layout, lines of one document stay apart; without it they are refused.",
        "A list saved as 'unconverted' text can be read; as Spreadsheet it holds less that can go wrong.",
    ),
)
