"""Fortnox: the list of customer balances (Kundreskontra), in Swedish."""

from arkit.importers.exports import Export, System

LEDGER = Export(
    name="Fortnox, Kundreskontra",
    signature=(
        "Fakturanr|Fakturanummer|Faktura nr",
        "Kundnr|Kundnummer|Kund",
        "Fakturadatum",
        "Förfallodatum|Förfallodag",
        "Saldo|Restbelopp|Kvar att betala|Återstår",
    ),
    columns={
        "customer_id": "Kundnr|Kundnummer",
        "customer_name": "Kundnamn|Kund|Namn",
        "document_id": "Fakturanr|Fakturanummer|Faktura nr",
        "date": "Fakturadatum",
        "due_date": "Förfallodatum|Förfallodag",
        "amount": "Fakturabelopp|Totalbelopp|Belopp|Totalt|Total",
        "open_amount": "Saldo|Restbelopp|Kvar att betala|Återstår",
        "currency": "Valuta",
        "terms_days": "Betalningsvillkor",
    },
    ignore=("OCR", "OCR-nummer", "Slutbetald"),
    sure=False,
)

SYSTEM = System(
    name="Fortnox",
    best="The list of customer balances (Kundreskontra) with its invoices: what is open on each. It is known for one day only.",
    click="the report Kundreskontra, with invoices > export to Excel or CSV",
    exports=(LEDGER,),
    notes=(
        "If the list does not print its day, say --as-of with the day you exported it.",
        "Credit invoices (kreditfaktura) are negative rows.",
    ),
)
