"""Microsoft Dynamics 365 Business Central and NAV: customer ledger entries."""

from arkit.importers.exports import Export, System, Unusable

#: Opened in Excel from the page, in English or German; the amounts carry their sign.
ENTRIES = Export(
    name="Business Central, customer ledger entries",
    signature=(
        "Customer No.|Debitorennr.",
        "Document No.|Belegnr.",
        "Due Date|Fälligkeitsdatum",
        "Remaining Amount|Restbetrag",
    ),
    columns={
        "customer_id": "Customer No.|Debitorennr.",
        "customer_name": "Customer Name|Debitorenname|Name",
        "document_id": "Document No.|Belegnr.",
        "kind": "Document Type|Belegart",
        "date": "Posting Date|Buchungsdatum",
        "due_date": "Due Date|Fälligkeitsdatum",
        "amount": "Original Amount|Ursprungsbetrag|Ursprünglicher Betrag|Amount|Betrag",
        "open_amount": "Remaining Amount|Restbetrag",
        "settled_on": "Closed at Date|Geschlossen am|Geschlossen am Datum",
        "currency": "Currency Code|Währungscode",
        "reference": "External Document No.|Externe Belegnummer|Externe Belegnr.",
        "salesperson": "Salesperson Code|Verkäufercode",
    },
    kinds={"zinsrechnung": "adjustment", "mahnung": "adjustment", "finance charge": "adjustment"},
    apart="Entry No.|Lfd. Nr.",
    signed=True,
    sure=False,
)
VENDORS = Unusable(
    name="Business Central's list of vendor ledger entries",
    signature=("Vendor No.|Kreditorennr.", "Document No.|Belegnr.", "Remaining Amount|Restbetrag"),
    lacks="it lists what you owe, not what is owed to you",
    instead="export the customer ledger entries: search for 'Customer Ledger Entries' and open them in Excel",
)

SYSTEM = System(
    name="Microsoft Dynamics 365 Business Central, NAV",
    best="Customer ledger entries with their remaining amount, all of them or only the open ones: each invoice, credit memo "
    "and payment is a row of its own.",
    click="Search for 'Customer Ledger Entries' (Debitorenposten) > show Customer Name, Original Amount, Remaining Amount, "
    "Due Date, Currency Code, Entry No. > Share > Open in Excel",
    exports=(ENTRIES, VENDORS),
    notes=(
        "A blank currency code is the currency of your company: say it with --currency.",
        "Columns that end in (LCY) or (MW) are in the currency of your company and are not used.",
        "The list says what is open on the day of the export; payments are rows beside the invoices they close.",
        "External Document No. is the customer's own number, an order for example.",
    ),
)
