"""Tally: outstanding bills of a group of ledgers, as workbook or CSV."""

from arkit.importers.exports import Export, System

#: A party's name stands above its bills, its total below them has no words, and the totals do not add up by design.
BILLS = Export(
    name="Tally, outstanding bills",
    signature=("Date", "Ref. No.", "Party's Name", "Pending Amount", "Due on"),
    two_rows=True,
    columns={
        "date": "Date",
        "document_id": "Ref. No.",
        "customer_name": "Party's Name",
        "amount": "Opening Amount",
        "open_amount": "Pending Amount",
        "due_date": "Due on",
    },
    negative="payment",
    foots=False,
    says="Tally sets advances off for each party and again for the group, so its totals need not be the sum of its bills",
)

SYSTEM = System(
    name="Tally",
    best="The outstanding bills of the group Sundry Debtors, in detail: one row for each bill, with what is pending. "
    "It is known for one day only, which the file does not print: say --as-of.",
    click="the report of outstandings, for the group Sundry Debtors, in detail > Export > Excel",
    exports=(BILLS,),
    notes=(
        "Export in detail: in condensed form the report lists parties without their bills.",
        "Advances and payments on account are negative bills; a credit note that is a bill of its own looks the same.",
        "Bills without a due date are due on their own day.",
    ),
)
