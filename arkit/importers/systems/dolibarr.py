"""Dolibarr: exports of customer invoices, with or without their payments."""

from arkit.importers.exports import Export, System, Unusable

#: The user picks the columns, and their headings are translated; English and French ones are known.
_NUMBER = "Invoice ref.|Ref. facture|Réf. facture|InvoiceRef"
_DATE = "Invoice date|Date facturation|Date de facturation|Date facture|DateInvoice"
_TOTAL = "Total (inc. tax)|Total (incl. tax)|Total TTC|TotalTTC"
_PAID = (
    "Payment amount|Amount of payment|Montant paiement|Montant du paiement|Montant règlement|Montant du règlement|AmountPayment"
)
_PAID_ON = "Payment date|Date paiement|Date de paiement|Date règlement|Date de règlement|DatePayment"
#: Drafts and invoices that were given up, as words or as Dolibarr counts them.
_NOT_OWED = ("0", "3", "draft (needs to be validated)", "brouillon (a valider)", "abandoned", "abandonnee")

#: An invoice stands in as many rows as it has payments, its total in each of them.
PAYMENTS = Export(
    name="Dolibarr, customer invoices and payments",
    signature=(_NUMBER, _DATE, _TOTAL, _PAID, _PAID_ON),
    columns={
        "customer_id": "Customer code|Code client|CustomerCode",
        "customer_name": "Company name|Third-party name|Nom société|Raison sociale|Nom du tiers|Nom tiers|CompanyName",
        "document_id": _NUMBER,
        "date": _DATE,
        "due_date": "Due date|Payment due before|Date échéance|Date d'échéance|Date limite règlement|DateDue",
        "amount": _TOTAL,
        "payment_amount": _PAID,
        "payment_date": _PAID_ON,
        "kind": "Type",
        "status": "Invoice status|Statut facture|État facture|InvoiceStatus",
    },
    ignore=("Invoice id", "Id facture", "Invoice paid", "Facture payée", "Payment number", "Numéro paiement", "Payment id"),
    holds="documents",
    lines="repeat",
    kinds={"0": "invoice", "1": "invoice", "2": "credit_note", "3": "invoice"},
    not_owed=dict.fromkeys(("Invoice status", "Statut facture", "État facture", "InvoiceStatus"), _NOT_OWED),
    sure=False,
)

INVOICES = Unusable(
    name="Dolibarr's export of invoices",
    signature=(_NUMBER, _DATE, _TOTAL, "Invoice paid|Facture payée|InvoicePaid"),
    lacks="it does not say what was paid, and when",
    instead="export 'Customer invoices and payments' instead, with amount and date of the payments among its fields",
)

SYSTEM = System(
    name="Dolibarr",
    best="The export of customer invoices and payments: every payment with its day, so every past day can be asked for.",
    click="Tools > Export > Customer invoices and payments; fields: customer code and name, invoice reference, type, date, due "
    "date, total with tax, status, payment amount, payment date",
    exports=(PAYMENTS, INVOICES),
    notes=(
        "An invoice with two payments is two rows with the same total: it counts once.",
        "Drafts and invoices that were given up are left out.",
        "An invoice that was closed though only a part was paid keeps its rest open here: Dolibarr writes no booking for it.",
        "A credit note that was set off against an invoice is no payment: both stay open, one against the other.",
    ),
)
