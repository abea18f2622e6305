"""Exact Online: the list of outstanding items of customers, in Dutch."""

from arkit.importers.exports import Export, System

OUTSTANDING = Export(
    name="Exact Online, outstanding items",
    signature=(
        "Dagboek|Dagboekcode",
        "Boekstuknummer|Boekstuk|Boekst.nr.|Bkst.nr.",
        "Factuurdatum|Datum",
        "Vervaldatum",
        "Openstaand|Openstaand bedrag|Saldo",
    ),
    columns={
        "customer_id": "Debiteurnummer|Klantcode|Relatiecode|Code",
        "customer_name": "Debiteur|Debiteurnaam|Klantnaam|Klant|Relatie|Naam",
        "document_id": "Factuurnummer|Boekstuknummer|Boekstuk|Boekst.nr.|Bkst.nr.",
        "date": "Factuurdatum|Datum",
        "due_date": "Vervaldatum",
        "amount": "Factuurbedrag|Bedrag",
        "open_amount": "Openstaand|Openstaand bedrag|Saldo",
        "currency": "Valuta",
        "terms_days": "Betalingsconditie",
        "reference": "Uw referentie|Uw ref.",
    },
    ignore=("Boekdatum", "Boekingsdatum"),
    sure=False,
)

SYSTEM = System(
    name="Exact Online",
    best="The list of outstanding items of customers: one row for each invoice, with what is open on one day.",
    click="the outstanding items of customers (openstaande posten debiteuren) > export to Excel or CSV",
    exports=(OUTSTANDING,),
    notes=(
        "If the list does not print its day, say --as-of with the day you exported it.",
        "Payments that are not matched with an invoice are negative rows.",
    ),
)
