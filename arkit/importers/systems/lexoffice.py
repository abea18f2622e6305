"""Lexware Office, once lexoffice: a list of documents with what is open."""

from arkit.importers.exports import Export, System

#: It calls customers contacts.
DOCUMENTS = Export(
    name="Lexware Office, list of documents",
    signature=(
        "Kontakt|Kontaktname",
        "Belegnummer|Rechnungsnummer",
        "Belegdatum|Rechnungsdatum",
        "Fällig am|Fälligkeitsdatum|Fälligkeit|Fällig",
        "Offener Betrag|Offen|Noch offen|Restbetrag",
    ),
    columns={
        "customer_id": "Kundennummer|Kunden-Nr.",
        "customer_name": "Kontakt|Kontaktname",
        "document_id": "Belegnummer|Rechnungsnummer",
        "kind": "Belegart|Belegtyp|Typ",
        "date": "Belegdatum|Rechnungsdatum",
        "due_date": "Fällig am|Fälligkeitsdatum|Fälligkeit|Fällig",
        "amount": "Bruttobetrag|Gesamtbetrag|Betrag (brutto)|Betrag",
        "open_amount": "Offener Betrag|Offen|Noch offen|Restbetrag",
        "status": "Status",
        "currency": "Währung",
    },
    kinds={"ausgangsrechnung": "invoice", "rechnungskorrektur": "credit_note"},
    not_owed={"Belegart": ("eingangsrechnung", "eingangsbeleg"), "Belegtyp": ("eingangsrechnung", "eingangsbeleg")},
    sure=False,
)

SYSTEM = System(
    name="Lexware Office (lexoffice)",
    best="The DATEV export: it gives every invoice, and payments if they are exported with it. A list of open documents says "
    "what is open on one day only.",
    click="the export for the tax adviser in DATEV format; or the list of documents, filtered by open invoices, as CSV",
    exports=(DOCUMENTS,),
    notes=(
        "The files of the DATEV export are read as those of DATEV.",
        "Bills that you received (Eingangsrechnungen) are left out.",
        "If the list does not print its day, say --as-of with the day you exported it.",
    ),
)
