"""Stripe: the invoices of its dashboard, as CSV."""

from arkit.importers.exports import Export, System

#: Columns are chosen by the user; the money that Stripe asked for is 'Amount Due', which stays as it is when it is paid.
INVOICES = Export(
    name="Stripe, invoices",
    signature=("Number|id", "Amount Due", "Amount Paid", "Date (UTC)|Created (UTC)", "Status"),
    columns={
        "customer_id": "Customer|Customer ID",
        "customer_name": "Customer Name|Customer Description|Customer Email",
        "email": "Customer Email",
        "document_id": "Number|id",
        "date": "Date (UTC)|Created (UTC)",
        "due_date": "Due Date (UTC)",
        "amount": "Amount Due",
        "paid_amount": "Amount Paid",
        "settled_on": "Paid At (UTC)",
        "currency": "Currency",
        "status": "Status",
    },
    not_owed={"Status": ("uncollectible",), "Forgiven": ("true",)},
    says="days are those of UTC: a document made around midnight may carry another day in your books; what is open is "
    "'Amount Due' less 'Amount Paid', for 'Amount Due' is what was asked for; void and uncollectible ones are left out",
)

SYSTEM = System(
    name="Stripe",
    best="The list of invoices with all columns: it has the day of payment, so every past day can be asked for. "
    "Leave no status out, paid ones show how a customer pays.",
    click="Invoices > Export > all columns, all statuses, all time",
    exports=(INVOICES,),
    notes=(
        "Invoices that are charged automatically have no due date: they count as due on their day.",
        "Uncollectible invoices are written off and therefore left out; void ones and drafts too.",
        "A part payment has no day of its own in this file: with one in it, the file says what is open on one day only, "
        "and that day must be said with --as-of.",
        "Refunds and credit notes made after the payment are not in it.",
    ),
)
