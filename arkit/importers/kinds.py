"""The words in which exports say what a posting is, and whether it is owed at all."""

#: Words of a kind column, by what the posting is.
_KIND_WORDS = {
    "invoice": "invoice, sales invoice, tax invoice, customer invoice, debit memo, debit note, inv, in, si, rv, dr, dm, "
    "rechnung, verkaufsrechnung, facture, factura, factuur, verkoopfactuur, fatura, faktura",
    "credit_note": "credit memo, credit note, sales credit note, customer credit note, credit, cm, cn, crn, sc, dg, ru, "
    "gutschrift, "
    "avoir, nota de credito, creditnota, kreditfaktura",
    "payment": "payment, unapplied payment, unapplied credit, deposit, receipt, payment entry, customer payment, "
    "customer deposit, sales overpayment, overpayment, receive overpayment, sales prepayment, prepayment, "
    "dz, zp, sa, sr, pmt, pymt, rc, rcpt, zahlung, zahlungseingang, paiement, reglement, pago, betaling, pagamento, "
    "inbetalning",
    "return": "returned, returned payment, bounced, chargeback, return, refund, erstattung, rucklastschrift",
    "write_off": "write-off, write off, writeoff, bad debt, bank charge, bank charges, ausbuchung",
    "discount": "discount, skonto",
    "adjustment": "journal entry, journal, adjustment, general journal, finance charge memo, reminder, ab",
}
#: Kinds whose amounts lower what is owed.
LOWERING = ("credit_note", "payment", "write_off", "discount")
#: What a list of payments can hold; 'invoice' there says what was paid.
PAYING = ("payment", "return", "write_off", "discount", "adjustment", "invoice")
KIND = {word: kind for kind, words in _KIND_WORDS.items() for word in words.split(", ")}
#: Words of a status column that say the document is not owed at all.
NOT_OWED = (
    "draft", "void", "voided", "deleted", "cancelled", "canceled", "cancel", "bill", "bill credit note", "bill overpayment",
    "entwurf", "storniert", "brouillon", "annule", "annulee", "borrador", "anulada", "concept", "geannuleerd", "rascunho",
    "cancelada",
)  # fmt: skip
PAID_WORDS = (
    "paid",
    "bezahlt",
    "paye",
    "payee",
    "pagado",
    "pagada",
    "cobrado",
    "cobrada",
    "liquidado",
    "liquidada",
    "betaald",
    "pago",
    "paga",
    "closed",
    "settled",
)
#: Words of a column that says on which side of the account an unsigned amount stands: those that lower what is owed.
LOWERING_SIDE = ("h", "haben", "c", "cr", "credit")
#: Words of a column of notes, lower case and joined by underscores, by what was said or done.
_NOTE_WORDS = {
    "letter": "email, e_mail, mail, brief, lettre, carta",
    "reminder": "reminder_sent, first_reminder, second_reminder, 1st_reminder, 2nd_reminder, dunning, mahnung, "
    "zahlungserinnerung, erinnerung, rappel, relance, recordatorio",
    "call": "phone, phone_call, telephone, telephone_call, phoned, called, anruf, telefonat, telefon, appel, llamada",
    "promise": "promised, promise_to_pay, payment_promise, ptp, zahlungszusage, zusage, promesse, promesa",
    "dispute": "dispute_raised, disputed, reklamation, streitfall, litige, disputa",
    "plan": "payment_plan, instalment_plan, installment_plan, ratenzahlung, ratenplan, echeancier",
    "hold": "on_hold, dunning_block, mahnsperre, blocked",
    "insolvency": "insolvent, bankruptcy, bankrupt, insolvenz",
    "handed_over": "agency, collection_agency, lawyer, inkasso",
    "resend": "resent, invoice_resent, sent_again",
}
NOTE_WORDS = {word: kind for kind, words in _NOTE_WORDS.items() for word in words.split(", ")}
