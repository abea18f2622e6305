"""The shape of every table: its columns, their units and what they mean.

Functions take and return plain DataFrames; this is the one place that says what is in them. ``docs/tables.md`` is written
from it. A table may carry more columns than are declared here; they travel along untouched.
"""

from arkit.money import NO_CURRENCY
from arkit.shapes import Column, Table

KINDS = ("invoice", "credit_note", "payment", "write_off", "discount", "adjustment", "return")
ACTIONS_IN_ORDER = (
    "none", "nudge", "reminder", "resend", "call", "contact_ap", "plan", "firm_notice", "final_demand",
    "mediation", "factoring", "agency", "court", "review", "hold",
)  # fmt: skip

#: What was said or agreed. The first nine are contacts, in the order of the ladder.
CONTACT_KINDS = (
    "nudge", "reminder", "resend", "letter", "call", "contact_ap", "firm_notice", "final_demand", "mediation",
)  # fmt: skip
#: Of these, letters that name a day.
SETS_A_DAY = ("firm_notice", "final_demand")
NOTE_KINDS = (
    *CONTACT_KINDS, "promise", "plan", "dispute", "hold", "credit_pending", "insolvency", "reported", "supply_stopped",
    "handed_over", "other",
)  # fmt: skip

AS_OF = Column("as_of", "day", "the day one looks from; what happened on it counts")
CUSTOMER = Column("customer_id", "text", "the customer's number in the books, leading zeros kept")
DOCUMENT = Column("document_id", "text", "the number the customer knows the document by")
CURRENCY = Column("currency", "text", "ISO 4217 code; XXX where an export does not say", missing=NO_CURRENCY)
ENTITY = Column("entity", "text", "the company of ours that is owed, where a ledger holds several", optional=True)

INSTALMENT = Column(
    "instalment", "text", "which part of a document that falls due in parts, '1/3'; empty: all of it", optional=True
)

ENTRIES = Table(
    "entries",
    "posting to a customer's account",
    (
        CUSTOMER,
        DOCUMENT,
        Column("kind", "text", f"one of {', '.join(KINDS)}"),
        Column("date", "day", "the day it is posted"),
        Column("due_date", "day", "on the posting that creates the document: when it is to be paid", optional=True),
        Column("amount", "money", "signed: plus raises what is owed, minus lowers it"),
        CURRENCY,
        Column("source", "text", "file and row it was read from, 'june.csv:17'", optional=True),
        ENTITY,
        Column("reference", "text", "the customer's own reference, a purchase order for example", optional=True),
        Column("terms_days", "number", "days from issue to due, where the export gives terms and no due date", optional=True),
        Column("salesperson", "text", "who sold it", optional=True),
        INSTALMENT,
        Column("terms", "text", "payment terms in words, '2/10 net 30', where the export gives them", optional=True),
        Column("rate", "number", "home currency for one unit of this one, as booked", optional=True),
        Column("electronic", "flag", "it went to the customer by mail or as data, not on paper", optional=True),
    ),
)

CUSTOMERS = Table(
    "customers",
    "customer",
    (
        CUSTOMER,
        Column("name", "text", "the customer's name as the books have it"),
        Column("contact", "text", "the person one knows there", optional=True),
        Column("ap_contact", "text", "the person who pays the invoices", optional=True),
        Column("email", "text", "where letters go", optional=True),
        Column("phone", "text", "where calls go", optional=True),
        Column("address", "text", "postal address", optional=True),
        Column("country", "text", "country", optional=True),
        Column("language", "text", "language of letters, ISO 639-1", optional=True),
        Column("terms_days", "number", "agreed days from issue to due", optional=True),
        Column("terms", "text", "agreed payment terms in words, where they are more than days", optional=True),
        Column("credit_limit", "money", "the most this customer may owe", optional=True),
        Column("since", "day", "customer since", optional=True),
        Column("segment", "text", "the firm's own grouping", optional=True),
        Column("salesperson", "text", "who looks after the customer", optional=True),
        Column("is_individual", "flag", "a natural person or sole trader: other law applies", optional=True),
        Column("strategic", "flag", "never handed to agency or court without a person's decision", optional=True),
        Column("do_not_contact", "flag", "nobody writes or calls", optional=True),
        Column("insured_until", "day", "credit insurance covers what falls due up to this day", optional=True),
        Column("insolvent_since", "day", "insolvency proceedings, or a moratorium, since this day", optional=True),
        Column("po_required", "flag", "pays no invoice without its own purchase order number", optional=True),
        Column("is_supplier", "flag", "we buy there too: they may set off, and no factor buys the invoices", optional=True),
        Column("direct_debit", "flag", "we collect from their bank account", optional=True),
    ),
)

DOCUMENTS = Table(
    "documents",
    "document, or instalment of one, known on as_of",
    (
        AS_OF,
        CUSTOMER,
        DOCUMENT,
        Column("kind", "text", "invoice, credit_note, payment (money tied to no invoice), adjustment ..."),
        Column("issued", "day", "day of the posting that created it"),
        Column("due_date", "day", "when it is to be paid"),
        Column("amount", "money", "the amount it was created with"),
        Column("open_amount", "money", "what is still open; negative: credit not yet applied"),
        CURRENCY,
        Column("settled", "flag", "nothing is open"),
        Column("settled_on", "day", "the day of the posting that settled it, missing while open or unknown"),
        Column(
            "days_late",
            "count",
            "days from due date to settlement (half-way from settled_after on), or to as_of while open; negative: early",
        ),
        Column(
            "settled_after",
            "day",
            "only where lists of open items tell: it was settled after this day, of the last list that shows it, by settled_on",
            optional=True,
        ),
        Column("due_basis", "text", "where the due date comes from: stated, terms, or issue date", optional=True),
        Column("discount_until", "day", "the last day on which its terms let something be taken off", optional=True),
        Column("discount", "money", "what may be taken off until then, of the whole amount", optional=True),
        Column("paid_amount", "money", "money received for it so far, bounced payments taken back", optional=True),
        Column("payments", "count", "how many payments that money came in", optional=True),
        Column("last_paid_on", "day", "the day of the last payment for it", optional=True),
        Column("bounced", "count", "how many payments were returned unpaid", optional=True),
        Column("returned_on", "day", "the day on which the last of these was returned", optional=True),
        Column("written_off", "money", "given up", optional=True),
        ENTITY,
        Column("reference", "text", "the customer's own reference", optional=True),
        INSTALMENT,
        Column("terms", "text", "payment terms in words, where the export gives them", optional=True),
        Column("salesperson", "text", "who sold it", optional=True),
        Column("rate", "number", "home currency for one unit of this one, as booked", optional=True),
        Column("electronic", "flag", "it went to the customer by mail or as data, not on paper", optional=True),
        Column("source", "text", "file and row of the posting that created it", optional=True),
    ),
)

POST_DATED = Table(
    "post_dated",
    "document with postings dated later than the day",
    (
        ENTITY,
        CUSTOMER,
        CURRENCY,
        DOCUMENT,
        Column("open_amount", "money", "what is open at the end of the day"),
        Column("later", "money", "what is dated later, not counted; minus lowers what is owed"),
        Column("last_day", "day", "the day of the last of these postings"),
        Column("remaining", "money", "what they leave open"),
    ),
)

SHORT_PAID = Table(
    "short_paid",
    "invoice paid short of a discount in its terms",
    (
        AS_OF,
        CUSTOMER,
        DOCUMENT,
        INSTALMENT,
        CURRENCY,
        Column("open_amount", "money", "what is still open"),
        Column("taken", "text", "in time, late, or too little: more is missing than the discount"),
        Column("granted", "money", "to be posted as a discount"),
        Column("left", "money", "still owed"),
    ),
)

SNAPSHOTS = Table(
    "snapshots",
    "document listed in an export that shows one day only",
    (
        AS_OF,
        CUSTOMER,
        DOCUMENT,
        Column("kind", "text", "invoice, credit_note, payment ..."),
        Column("issued", "day", "day of issue"),
        Column("due_date", "day", "when it is to be paid", optional=True),
        Column("amount", "money", "the amount it was created with", optional=True),
        Column("open_amount", "money", "what was open on that day; negative: credit not yet applied"),
        CURRENCY,
        Column("settled_on", "day", "the day it was settled, where the export says", optional=True),
        Column("terms_days", "number", "days from issue to due, where the export gives terms and no due date", optional=True),
        ENTITY,
        INSTALMENT,
        Column("terms", "text", "payment terms in words, where the export gives them", optional=True),
        Column("reference", "text", "the customer's own reference", optional=True),
        Column("source", "text", "file and row", optional=True),
        Column("rate", "number", "home currency for one unit of this one, as booked", optional=True),
    ),
)

ALIASES = Table(
    "aliases",
    "customer's number that stands for another customer",
    (
        Column("customer_id", "text", "the number that is used no more"),
        Column("same_as", "text", "the customer it is"),
    ),
)

NOTES = Table(
    "notes",
    "thing said or agreed",
    (
        Column("date", "day", "the day it was said"),
        CUSTOMER,
        Column("document_id", "text", "the document it is about; empty: the whole account", optional=True),
        Column("kind", "text", f"one of {', '.join(NOTE_KINDS)}"),
        Column("amount", "money", "the amount promised or disputed", optional=True),
        Column("until", "day", "promised by, or blocked until; missing: until somebody closes it", optional=True),
        Column("outcome", "text", "reached, left_message, kept, broken, resolved, open ...", optional=True),
        Column("reason", "text", "why it is disputed, or late", optional=True),
        Column("by", "text", "who wrote it down", optional=True),
        Column("text", "text", "in words", optional=True),
        Column("source", "text", "file and row", optional=True),
        Column("currency", "text", "the balance it is about, of a note on a whole account; empty: all", optional=True),
        Column("row_id", "text", "the row of an action list it answers, 'day|customer|currency'; empty: none", optional=True),
    ),
)

PROBLEMS = Table(
    "problems",
    "thing in a returned action list that does not fit, left for a person",
    (
        Column("file", "text", "the workbook"),
        Column("sheet", "text", "the sheet", optional=True),
        Column("cell", "text", "the cell, 'R17'; empty: the whole row or file", optional=True),
        Column("row_id", "text", "the row of the action list, 'day|customer|currency'; empty: not known", optional=True),
        Column("customer_id", "text", "the customer, where it is known", optional=True),
        Column("problem", "text", "what does not fit"),
        Column("got", "text", "what stands there", optional=True),
        Column("fix", "text", "what to do about it"),
        Column("taken", "flag", "the row is among the notes all the same", optional=True),
    ),
)

#: What stands in the way of asking; the first eight are about documents and never overlap: each goes before those after it.
BLOCK_KINDS = (
    "dispute", "credit_pending", "plan", "promise", "hold", "po_missing", "pay_day", "remainder",
    "credit", "do_not_contact", "insolvency", "handed_over",
)  # fmt: skip

BLOCKS = Table(
    "blocks",
    "open document, or account, and what stands in the way of asking for it",
    (
        AS_OF,
        CUSTOMER,
        CURRENCY,
        Column("document_id", "text", "the document; empty: the whole account"),
        Column("kind", "text", f"one of {', '.join(BLOCK_KINDS)}"),
        Column("since", "day", "since when, where that is known", optional=True),
        Column("until", "day", "until when; missing: until somebody ends it", optional=True),
        Column("amount", "money", "of what is open after credits: what nobody asks for"),
        Column("past_due", "money", "of that: past due"),
        Column("reason", "text", "why, in words", optional=True),
        Column("hides", "text", "the action that would be taken without it", optional=True),
        ENTITY,
        INSTALMENT,
    ),
)

PROFILES = Table(
    "profiles",
    "customer with at least one invoice",
    (
        AS_OF,
        CUSTOMER,
        Column("n", "count", "invoices that say something: settled by money, or open and past due"),
        Column("n_settled", "count", "of these, settled"),
        Column("n_open", "count", "invoices open, due or not"),
        Column("n_past_due", "count", "invoices that wait for money past their due day"),
        Column("n_late", "count", "of n, paid or still open after the due day"),
        Column("late_share", "share", "n_late of n, shrunk to the book; see history.profile"),
        Column("days_late_mean", "number", "plain mean days beyond terms, open ones counted at least as late as usual"),
        Column("days_late_weighted", "number", "the same weighted by amount"),
        Column("days_late_shrunk", "number", "the weighted mean within bounds, shrunk to the book by credibility"),
        Column("days_late_recent", "number", "the same of recent invoices, shrunk to days_late_shrunk"),
        Column("credibility", "share", "how much of the shrunk figure is the customer's own (Buhlmann's Z)"),
        Column("realised_days_mean", "number", "plain mean days beyond terms of settled invoices alone"),
        Column("realised_days_weighted", "number", "the same weighted by amount"),
        Column("open_days_mean", "number", "plain mean days that open invoices are past due so far; a lower bound"),
        Column("open_days_weighted", "number", "the same weighted by what is open"),
        Column("spread_days", "number", "standard deviation of days late, shrunk to the book where invoices are few"),
        Column("norm_low", "number", "usually not earlier than this many days late (10th percentile of settled invoices)"),
        Column("norm_high", "number", "usually not later than this many days late (90th percentile of settled invoices)"),
        Column("worst_days_late", "number", "the worst so far, open ones included"),
        Column("oldest_days_late", "number", "days the oldest invoice that waits for money is past due; 0 where none is"),
        Column("trend_days", "number", "mean days late of what fell due recently minus the mean before; plus: getting later"),
        Column("overdue_share", "share", "share of the open balance that is past due"),
        Column("breaks_norm_days", "number", "days the oldest open invoice is beyond norm_high; 0 while within"),
        Column("part_paid", "count", "invoices paid in more than one payment, or partly paid and overdue"),
        Column("promises_broken", "count", "promises whose day passed without the money"),
        Column("bounced", "count", "payments returned unpaid"),
        Column("disputes", "count", "disputes raised; no part of the score"),
        Column("tenure_days", "count", "days since the first invoice"),
        Column("volume", "money", "invoiced in the last 12 months; missing where in several currencies"),
        Column("volume_currency", "text", "its currency"),
        Column("volume_change", "share", "change against the 12 months before; missing for customers of under 24 months"),
        Column("usual_weekday", "text", "the weekday most payments come on, where that is more than chance"),
        Column(
            "usual_day", "number", "first of the three days of the month most come on, where more than chance; 31: month-end"
        ),
        Column("habit", "text", "the habit in words; empty where payments do not cluster. Your own due days can be its cause"),
        Column("run_size", "number", "invoices settled per day of payment; well above 1: pay runs"),
        Column("days_late_shrunk_if_paid", "number", "days_late_shrunk if all that is past due were paid today"),
        Column("days_late_recent_if_paid", "number", "days_late_recent in that case"),
        Column("days_late_shrunk_if_prompt", "number", "days_late_shrunk after lift_invoices more, paid on the due day"),
        Column("days_late_recent_if_prompt", "number", "days_late_recent in that case"),
    ),
)

SCORES = Table(
    "scores",
    "customer",
    (
        AS_OF,
        CUSTOMER,
        Column("score", "number", "0 pays last, 100 pays first; 100 plus the points of all reasons"),
        Column("grade", "text", "the policy's letter for the score"),
        Column("reasons", "text", "what cost the most points, in words, with the numbers"),
        Column("would_lift", "text", "what would raise it now, in words, with the points it would bring", optional=True),
        Column("habit", "text", "on what days money usually comes, where that is more than chance", optional=True),
        Column("n", "count", "invoices behind it"),
        Column("confidence", "share", "how much of it rests on the customer's own history"),
    ),
)

FORECASTS = Table(
    "forecasts",
    "open document",
    (
        AS_OF,
        CUSTOMER,
        DOCUMENT,
        CURRENCY,
        *(Column(f"p_{days}", "share", f"chance that it is paid within {days} days of as_of") for days in (7, 14, 30, 60, 90)),
        Column("expected_date", "day", "as likely paid before as after; missing: most like it are not paid within a year"),
        Column("low_date", "day", "one in ten is paid before it"),
        Column("high_date", "day", "one in ten is paid after it, or never; missing: more than a year ahead"),
        Column("promised_date", "day", "the day it is promised for, where a promise still runs", optional=True),
        Column("n", "count", "paid invoices of this customer behind it", optional=True),
        Column("basis", "text", "the method used, and what it rests on"),
        Column("open_amount", "money", "what is open", optional=True),
        ENTITY,
        INSTALMENT,
    ),
)

EXPLANATIONS = Table(
    "explanations",
    "open document",
    (
        AS_OF,
        CUSTOMER,
        DOCUMENT,
        CURRENCY,
        Column("horizon", "count", "days ahead that the chance is for"),
        Column("chance", "share", "chance that it is paid by then"),
        Column("reasons", "text", "what moved the chance most, in words, each with the percentage points it moved it by"),
        ENTITY,
        INSTALMENT,
    ),
)

CASH = Table(
    "cash",
    "currency and week ahead",
    (
        AS_OF,
        CURRENCY,
        Column("week", "count", "1 is the seven days after as_of"),
        Column("from_date", "day", "its first day"),
        Column("to_date", "day", "its last day"),
        Column("backlog", "money", "expected from what is open now"),
        Column("backlog_low", "money", "less comes in about one of ten such weeks"),
        Column("backlog_high", "money", "more comes in about one of ten such weeks"),
        Column("flow", "money", "expected from invoices still to be written, as the book bills and is paid", optional=True),
        Column("flow_low", "money", "less comes in about one of ten such weeks", optional=True),
        Column("flow_high", "money", "more comes in about one of ten such weeks", optional=True),
    ),
)

CALIBRATION = Table(
    "calibration",
    "horizon and tenth of the chances",
    (
        Column("horizon", "count", "days ahead that the chances are for"),
        Column("decile", "count", "1 is the tenth of the forecasts with the lowest chances"),
        Column("n", "count", "how many forecasts"),
        Column("said", "share", "their mean chance"),
        Column("came", "share", "how many of them were paid within the horizon"),
        Column(
            "said_amount", "share", "their mean chance, each document at its open amount over the usual one of its currency"
        ),
        Column("came_amount", "share", "what of them was paid within the horizon, in amounts likewise"),
    ),
)

POINTS = Table(
    "points",
    "customer and ingredient of the score",
    (
        AS_OF,
        CUSTOMER,
        Column("ingredient", "text", "what it is about; its weight stands under the same name in the policy"),
        Column("value", "number", "the customer's number"),
        Column("points", "number", "what it costs; 100 and a customer's points add up to the score"),
    ),
)

ACTIONS = Table(
    "actions",
    "customer and currency with an open balance",
    (
        AS_OF,
        Column("priority", "count", "1 is first"),
        CUSTOMER,
        Column("name", "text", "the customer's name"),
        Column("action", "text", f"one of {', '.join(ACTIONS_IN_ORDER)}"),
        Column("rule", "text", "the rule of the policy that decided"),
        Column("reason", "text", "why, in one sentence with its numbers"),
        Column("runner_up", "text", "the action of the next rule that also held"),
        Column("would_change", "text", "what would have to be different for the next stricter rule to hold"),
        Column("at_stake", "money", "past due, after credits not yet applied"),
        Column("ask_for", "money", "of that: what may be asked for now; the rest is blocked", optional=True),
        CURRENCY,
        Column("oldest_days_late", "count", "days the oldest invoice to be asked for is past due"),
        Column("documents", "text", "the documents that are past due, oldest first"),
        Column("contact", "text", "whom to contact, and where"),
        Column("due_by", "day", "do it by"),
        Column("answer_by", "day", "the day a firm notice or final demand sets; the letter names it", optional=True),
        Column(
            "week",
            "count",
            "the week it falls into, by contact.calls_a_week; 0: nothing to do",
            optional=True,
        ),
        Column("next_step", "text", "what follows if nothing happens"),
        Column("blocked_until", "day", "nobody is contacted before"),
        Column("blocked_by", "text", "what stands in the way: kinds of `blocks`", optional=True),
        Column(
            "hidden_action",
            "text",
            "the action if nothing stood in the way; empty: nothing does",
            optional=True,
        ),
        Column("balance", "money", "everything open, credits taken off"),
        Column("blocked_amount", "money", "of what is past due: disputed, promised, or else not to be asked for now"),
        Column("score", "number", "the customer's score"),
        Column("gain", "money", "what a month of waiting should lose of ask_for; see actions", optional=True),
        Column("oldest_first", "count", "the place if the oldest stood first; 0: nobody is asked", optional=True),
        Column(
            "largest_first",
            "count",
            "the place if the largest stood first; 0: nobody is asked",
            optional=True,
        ),
    ),
)

CHANGES = Table(
    "changes",
    "customer and currency with something past due on one of two lists",
    (
        AS_OF,
        Column("since", "day", "the day of the list before"),
        CUSTOMER,
        Column("name", "text", "the customer's name"),
        CURRENCY,
        Column("change", "text", "new, escalated, eased, cleared or unchanged"),
        Column("was", "text", "the action on the list before; empty: none"),
        Column("action", "text", "the action now; empty: none"),
        Column("at_stake_before", "money", "past due after credits, before"),
        Column("at_stake", "money", "past due after credits, now"),
        Column("why", "text", "what differs, with the numbers"),
    ),
)

ROUTES = Table(
    "routes",
    "customer, currency and way of collecting",
    (
        AS_OF,
        CUSTOMER,
        Column("route", "text", "wait, remind, plan, factoring, agency or court"),
        Column("amount", "money", "the amount past due that is weighed"),
        CURRENCY,
        Column("chance", "share", "chance that the amount comes in on this way"),
        Column(
            "basis", "text", "what it rests on: forecast, the customer's own curve, that of the book, or the policy's prior"
        ),
        Column("days", "count", "days until it does"),
        Column("cost", "money", "fees, fixed costs and the cost of waiting"),
        Column("net", "money", "expected money in hand: amount x chance less cost"),
        Column("eligible", "flag", "allowed by the policy"),
        Column("rank", "count", "1 is the best: what is eligible first, then the largest net"),
        Column("why", "text", "the assumptions, or what stands in the way"),
    ),
)

PLANS = Table(
    "plans",
    "customer and currency with money past due",
    (
        AS_OF,
        CUSTOMER,
        CURRENCY,
        Column("amount", "money", "past due after credits, nothing blocked in it: what the plan is about"),
        Column("possible", "flag", "a plan can be made that the customer can bear, as far as its payments tell"),
        Column("down_payment", "money", "due at once; missing where no plan is possible, as everything that follows"),
        Column("instalments", "count", "monthly instalments after it; 0 where no plan is possible"),
        Column("instalment", "money", "what each of them is; the last may differ by roundings"),
        Column("minimum", "money", "the least instalment that is accepted: what the longest plan would need"),
        Column("interest", "money", "interest in all instalments together"),
        Column("first_on", "day", "the down payment is due"),
        Column("ends_on", "day", "the last instalment is due"),
        Column("paid_per_month", "money", "what it paid in a usual month lately; missing where payments are not known"),
        Column("bearable", "money", "the part of that which a plan may ask for a month"),
        Column("value", "money", "worth today if all of it comes"),
        Column("expected", "money", "worth today with the policy's chance of each instalment"),
        Column("alternative", "text", "the best other way of the table of routes; empty where none was handed over"),
        Column("alternative_net", "money", "what that would bring"),
        Column(
            "break_even",
            "share",
            "the chance of each instalment from which the plan brings more; missing: never, or nothing to compare",
        ),
        Column("why", "text", "how it came about, or why there is none"),
    ),
)

INSTALMENTS = Table(
    "instalments",
    "payment of a plan",
    (
        Column("as_of", "day", "the day the plan was made"),
        CUSTOMER,
        CURRENCY,
        Column("number", "count", "0 is the down payment"),
        Column("due_on", "day", "when it is to be paid"),
        Column("amount", "money", "what is to be paid: interest and principal"),
        Column("interest", "money", "interest on what was owed since the payment before", optional=True, missing=0.0),
        Column("principal", "money", "what it takes off the debt", optional=True),
        Column("balance", "money", "what is owed after it", optional=True),
    ),
)

PLAN_STANDING = Table(
    "plan_standing",
    "payment of a plan that was agreed",
    (
        AS_OF,
        CUSTOMER,
        CURRENCY,
        Column("made_on", "day", "the day the plan was made"),
        Column("number", "count", "0 is the down payment"),
        Column("due_on", "day", "when it is to be paid"),
        Column("amount", "money", "what is to be paid"),
        Column("paid", "money", "of it, paid so far; money pays the oldest instalment first"),
        Column("paid_on", "day", "the day it was paid in full"),
        Column(
            "standing",
            "text",
            "kept (paid by its day and the grace), late (paid after), waiting (due, within the grace), broken, coming, or "
            "not needed (nothing of the debt is open any more)",
        ),
        Column("due_so_far", "money", "all that the plan asked for up to the day"),
        Column("paid_so_far", "money", "all that came for the debt since the plan was made"),
        Column("plan", "text", "the whole plan: kept, late (was so once), waiting, broken, or finished"),
        Column("next_due", "day", "the day of the next payment not yet made; missing: none"),
    ),
)

FACTORABLE = Table(
    "factorable",
    "open document that is owed to us",
    (
        AS_OF,
        CUSTOMER,
        DOCUMENT,
        CURRENCY,
        Column("face", "money", "what could be sold: open, less the credits that pay it"),
        Column("days_late", "count", "days past due; negative: not yet due"),
        Column("score", "number", "the customer's score: its credit is what is sold"),
        Column("eligible", "flag", "a factor would buy it, as far as the policy knows"),
        Column("chosen", "flag", "in the cheapest set that raises the cash needed"),
        Column("days", "count", "days until the customer is expected to pay"),
        Column("advance", "money", "paid out at once"),
        Column("fee", "money", "of the factor, for those days"),
        Column("reserve", "money", "what comes when the customer pays"),
        Column("reserve_on", "day", "the day of that"),
        Column("yearly_cost", "share", "fee / advance x 365 / days"),
        Column("why", "text", "the price in words, or the first reason why not"),
        ENTITY,
        INSTALMENT,
    ),
)

FACTORING_OFFERS = Table(
    "factoring_offers",
    "currency in which cash is needed",
    (
        AS_OF,
        CURRENCY,
        Column("need", "money", "the cash needed"),
        Column("raised", "money", "what the chosen invoices bring at once"),
        Column("short", "money", "what is missing even if all that is eligible is sold"),
        Column("invoices", "count", "how many are chosen"),
        Column("face", "money", "their face value"),
        Column("fee", "money", "what the factor takes"),
        Column("reserve", "money", "what comes later, when customers pay"),
        Column("days", "number", "mean days until then, weighted by what is advanced"),
        Column("yearly_cost", "share", "fee / raised x 365 / days"),
        Column(
            "at_most_above", "money", "how much less another set could cost at best; 0: the chosen set is proven the cheapest"
        ),
        Column("waiting_cost", "money", "the price of the same money for the same days"),
        Column("discount_cost", "money", "what an early-payment discount for the same cash would cost"),
        Column(
            "discount_yearly_cost", "share", "the same per year; missing where customers pay within the discount's days anyway"
        ),
        Column("words", "text", "the offer in sentences"),
    ),
)

PREVENTIONS = Table(
    "preventions",
    "customer and measure, at most three of a customer",
    (
        AS_OF,
        CUSTOMER,
        Column("rank", "count", "1 is the one its numbers suggest most"),
        Column("measure", "text", "what would stop the next late invoice"),
        Column("figure", "number", "the customer's number that suggests it"),
        Column("threshold", "number", "the policy's number it is compared with"),
        Column("why", "text", "in one sentence, with the figure"),
    ),
)

VARIANTS = Table(
    "variants",
    "policy and currency, of policies side by side",
    (
        AS_OF,
        Column("variant", "text", "what the policy is called; the first is what the others are compared with"),
        Column("changes", "text", "the keys in which it differs from the first, with the values before and after"),
        CURRENCY,
        Column("accounts", "count", "customers with an open balance in this currency"),
        Column("contacts", "count", "of them: somebody is to act, the action is neither none nor hold"),
        Column("moved", "count", "of them: the first policy takes another action"),
        Column("asked_for", "money", "past due on accounts where somebody is to act, without what is blocked"),
        Column("left_alone", "money", "past due on accounts with the action none or hold, and what is blocked on the others"),
        Column("hours", "number", "hours of work, by the minutes of the policy's section effort"),
        Column("cost", "number", "of these hours, in the money of effort.hour_cost"),
    ),
)

VARIANT_ACTIONS = Table(
    "variant_actions",
    "policy, currency and action, of policies side by side",
    (
        AS_OF,
        Column("variant", "text", "what the policy is called"),
        CURRENCY,
        Column("action", "text", "an action that at least one of the policies takes in this currency"),
        Column("accounts", "count", "customers with an open balance in this currency that get it"),
        Column("at_stake", "money", "past due on them, after credits not yet applied"),
        Column("blocked_amount", "money", "of that: disputed, or promised for a later day"),
        Column("left_alone", "money", "all of at_stake where the action is none or hold, else blocked_amount"),
        Column("hours", "number", "hours of work, by the minutes of the policy's section effort"),
    ),
)

MOVES = Table(
    "moves",
    "policy, customer and currency that it treats otherwise than the first policy does",
    (
        AS_OF,
        Column("variant", "text", "what the other policy is called"),
        CUSTOMER,
        Column("name", "text", "the customer's name"),
        CURRENCY,
        Column("at_stake", "money", "past due, after credits not yet applied"),
        Column("oldest_days_late", "count", "days the oldest unpaid invoice is past due"),
        Column("from_action", "text", "what the first policy does"),
        Column("to_action", "text", "what the other does"),
        Column("from_rule", "text", "the rule that decides in the first"),
        Column("to_rule", "text", "the rule that decides in the other"),
        Column("why_before", "text", "the first's reason, with its numbers"),
        Column("why_after", "text", "the other's reason, with its numbers"),
    ),
)

REPLAYS = Table(
    "replays",
    "past month-end, customer and currency with something past due, or to be contacted",
    (
        AS_OF,
        CUSTOMER,
        Column("name", "text", "the customer's name"),
        CURRENCY,
        Column("action", "text", "what the policy would have done, by what was known then"),
        Column("rule", "text", "the rule that decided"),
        Column(
            "flagged",
            "flag",
            "on the list: somebody was to act, had just been in touch, or a day that was set had not passed",
        ),
        Column("priority", "count", "place on that day's list"),
        Column("at_stake", "money", "past due that day, after credits not yet applied"),
        Column("blocked_amount", "money", "of that: disputed, or promised for a later day"),
        Column("oldest_days_late", "count", "days the oldest unpaid invoice was past due"),
        Column("score", "number", "the customer's score that day"),
    ),
)

COMPARISONS = Table(
    "comparisons",
    "measure, currency and group of invoices past due on the month-ends replayed",
    (
        Column(
            "measure",
            "text",
            "unpaid (share of invoices), unpaid money (share of the amount), lost later (share of the invoices at most 30 days "
            "past due), median days until settled; written off is unpaid, credited is settled",
        ),
        Column("currency", "text", "for shares of money; empty: all together, invoices are counted", optional=True),
        Column("days", "count", "looked at so many days after the month-end; 0: at the end"),
        Column(
            "group",
            "text",
            "flagged (on the list), left alone, the difference of the two, or an action; in hand: somebody was in touch before",
        ),
        Column("documents", "count", "invoices, each counted on every month-end on which it stood past due"),
        Column("customers", "count", "their customers; of a difference, those of the smaller group"),
        Column("value", "number", "the share (0 to 1), or the days; missing days: more than half took over 90 days"),
        Column("low", "number", "95 % range, by drawing customers again and again; missing: too few customers to tell"),
        Column("high", "number", "its upper end"),
    ),
)

ORDERS = Table(
    "orders",
    "past month-end, currency and order of contacting",
    (
        AS_OF,
        CURRENCY,
        Column("order", "text", "policy (its list), oldest first, or largest first, with equally many contacts"),
        Column("accounts", "count", "accounts with something past due"),
        Column("past_due", "money", "past due on all of them, after credits"),
        Column("contacts", "count", "accounts contacted"),
        Column("reached", "money", "past due on the accounts contacted"),
        Column("held", "count", "of the contacts: the policy would have held them (dispute, promise, do not contact ...)"),
        Column("held_amount", "money", "past due on these"),
        Column("unpaid_30", "money", "of reached: still unpaid 30 days later; missing: not known yet"),
        Column("unpaid_60", "money", "the same 60 days later"),
        Column("unpaid_90", "money", "the same 90 days later"),
    ),
)

ORDER_TOTALS = Table(
    "order_totals",
    "currency, days and order of contacting, over the month-ends replayed",
    (
        CURRENCY,
        Column("days", "count", "looked at so many days after each month-end"),
        Column("order", "text", "policy, oldest first, largest first, or best in hindsight: the most that can be reached"),
        Column("month_ends", "count", "month-ends that have an answer by then"),
        Column("contacts", "count", "accounts contacted, all month-ends together"),
        Column("in_vain", "count", "of them: nothing was left unpaid by then, with or without a contact"),
        Column("held", "count", "of them: the policy would have held them (dispute, promise, do not contact ...)"),
        Column("reached", "money", "past due on the accounts contacted, month-ends added up"),
        Column("unpaid", "money", "of that: still unpaid so many days later"),
        Column("of_best", "share", "unpaid as a share of the best that so many contacts can reach"),
        Column("less_policy", "money", "unpaid, less what the policy's list reached"),
        Column("less_low", "money", "95 % range of that difference, by drawing customers; missing: too few to tell"),
        Column("less_high", "money", "its upper end"),
    ),
)

LOSSES = Table(
    "losses",
    "invoice that fell due after the first month-end replayed and was lost by the last day",
    (
        AS_OF,
        CUSTOMER,
        DOCUMENT,
        ENTITY,
        INSTALMENT,
        CURRENCY,
        Column("due_date", "day", "when it was to be paid"),
        Column("amount", "money", "open on the last month-end before it counted as lost, credits taken off"),
        Column("lost_on", "day", "the day it was written off, or was past due longer than backtest.lost_after_days"),
        Column("how", "text", "written off, or too old; some of the too old are paid in the end"),
        Column("flagged_on", "day", "the first month-end on which the policy's list had its customer; missing: never"),
        Column("first_action", "text", "what was to be done then; in hand: somebody had just been in touch", optional=True),
        Column("days_late_then", "number", "days past due then; negative: not yet due", optional=True),
        Column("days_before", "number", "days from then until it counted as lost", optional=True),
        Column("lists_before", "count", "month-ends from then until it counted as lost"),
        Column("last_action", "text", "the action on the last month-end before it counted as lost"),
        Column("oldest_first_on", "day", "the first month-end on which the oldest-first order had its customer"),
        Column("largest_first_on", "day", "the same for the largest-first order"),
    ),
)

EARLINESS = Table(
    "earliness",
    "order of contacting, age and currency of invoices lost",
    (
        Column("order", "text", "policy, oldest first, or largest first"),
        Column("by", "text", "the age by which the order had the customer on its list"),
        CURRENCY,
        Column("documents", "count", "invoices lost that it had by then"),
        Column("of", "count", "all invoices lost"),
        Column("amount", "money", "their amount"),
        Column("lost", "money", "the amount of all invoices lost"),
        Column("share", "share", "amount as a share of lost"),
    ),
)

STABILITY = Table(
    "stability",
    "past month-end",
    (
        AS_OF,
        Column("past_due", "count", "accounts with something past due"),
        Column("on_list", "count", "of them: on the list"),
        Column("stayed", "count", "of those: on the list before, too"),
        Column("new", "count", "of those: not on the list before"),
        Column("cleared", "count", "on the list before, and nothing is past due any more"),
        Column("dropped", "count", "on the list before, still past due, and left alone now"),
        Column("back_and_forth", "count", "on, off, on in three lists running (or off, on, off), past due all the time"),
    ),
)

CALIBRATIONS = Table(
    "calibrations",
    "horizon and tenth of the chances said",
    (
        Column("days", "count", "paid within so many days or not"),
        Column("tenth", "count", "1: the lowest tenth of the chances"),
        Column("looks", "count", "how often a document was looked at"),
        Column("documents", "number", "how many documents that stands for, each counted once"),
        Column("said", "share", "mean chance that was said"),
        Column("came", "share", "share that came"),
        Column("came_low", "share", "95 % range of what came, by counting alone (Wilson)"),
        Column("came_high", "share", "its upper end"),
    ),
)

INTEREST = Table(
    "interest",
    "document past due",
    (
        AS_OF,
        CUSTOMER,
        DOCUMENT,
        INSTALMENT,
        CURRENCY,
        Column("due_date", "day", "interest runs from the day after"),
        Column("days", "count", "days it has run, as_of included"),
        Column("jurisdiction", "text", "whose law, as in arkit/rates.toml"),
        Column("principal", "money", "what is open"),
        Column("rate", "share", "per year, in force on as_of"),
        Column("interest", "money", "interest to date; missing where nothing is claimed"),
        Column("fixed_sum", "money", "the fixed sum the law grants for each debt"),
        Column("claim_total", "money", "principal, interest and fixed sum"),
        Column("per_diem", "money", "what another day adds, for the letter; not what the interest is added up from"),
        Column("basis", "text", "how the interest came about"),
        Column("source", "text", "where the rate is from"),
        Column("rate_as_of", "day", "the day the rate was checked"),
        Column("caveat", "text", "what to know before it is claimed; this is not legal advice"),
        Column("excluded", "text", "why nothing is claimed; empty where something may be"),
    ),
)

GROUP = Column("group", "text", "the group; empty: the whole book, or those without a value")

MIGRATIONS = Table(
    "migrations",
    "group, currency, state of open money and where it went by the next day",
    (
        GROUP,
        CURRENCY,
        Column("level", "text", "document: each document followed; balance: bucket totals compared"),
        Column("state", "text", "the bucket it was in"),
        Column("to", "text", "the bucket it is in next, or paid, credited, written off"),
        Column("opening", "money", "what was in the state, all steps together"),
        Column("moved", "money", "of it, what went there; by balance: what is there next"),
        Column("rate", "share", "moved / opening"),
        Column("steps", "count", "how many pairs of days were added together"),
    ),
)

LOSS_RATES = Table(
    "loss_rates",
    "group, currency and bucket",
    (
        GROUP,
        CURRENCY,
        Column("bucket", "text", "days past due"),
        Column("loss_rate", "share", "what is lost of it in the end; missing where too little was seen"),
        Column("basis", "text", "how it was found"),
    ),
)

COHORTS = Table(
    "cohorts",
    "month of invoice, currency and month since",
    (
        AS_OF,
        CURRENCY,
        Column("cohort", "day", "the last day of the month of invoice"),
        Column("months_since", "count", "0 is the month of invoice"),
        Column("billed", "money", "invoices of that month less their credit notes, as known on as_of"),
        Column("collected", "money", "cash received for them so far, cumulative; returned payments taken off"),
        Column("share", "share", "collected / billed"),
        Column("complete", "flag", "that month was over on as_of; if not, more will come in it"),
    ),
)

PROJECTIONS = Table(
    "projections",
    "month of invoice and currency",
    (
        AS_OF,
        CURRENCY,
        Column("cohort", "day", "the last day of the month of invoice"),
        Column("billed", "money", "invoices of that month less their credit notes"),
        Column("collected", "money", "cash received so far, to the last month that is over"),
        Column("ultimate", "money", "cash expected in the end, at most what was billed"),
        Column("expected", "money", "ultimate less collected"),
    ),
)

ALLOWANCES = Table(
    "allowances",
    "row of the aging and bucket",
    (
        AS_OF,
        GROUP,
        CURRENCY,
        Column("bucket", "text", "days past due"),
        Column("balance", "money", "what is open in it"),
        Column("rate", "share", "expected loss"),
        Column("allowance", "money", "balance x rate, to the minor unit; missing where there is no rate"),
        Column("basis", "text", "where the rate comes from"),
    ),
)

MEASURES = Table(
    "measures",
    "day, group, currency and measure",
    (
        AS_OF,
        Column("by", "text", "what the groups are, 'segment' for example; empty: the whole book"),
        GROUP,
        CURRENCY,
        Column("measure", "text", "its name, 'dso' for example"),
        Column("value", "number", "the figure; missing where the ledger cannot answer for it"),
        Column("unit", "text", "days, %, share (0 to 1), index (0 to 1) or times a period"),
        Column("shown", "text", "the figure as one writes it, with its unit"),
        Column("formula", "text", "how it is computed, with what was decided where sources disagree"),
        Column("inputs", "text", "the numbers that went in"),
        Column("caveat", "text", "why it is missing, or what to beware of"),
    ),
)

RECEIPTS = Table(
    "receipts",
    "file",
    (
        Column("file", "text", "the file's name"),
        Column("status", "text", "read, or set aside"),
        Column("export", "text", "which export it was read as"),
        Column("holds", "text", "postings, payments, open items, customers, or notes"),
        Column("sha256", "text", "fingerprint of its bytes"),
        Column("header_row", "count", "row of the file that names the columns, 0 if none does"),
        Column("columns", "text", "which column was read as what"),
        Column("date_order", "text", "how dates were read, and what proved it"),
        Column("number_style", "text", "how amounts were read, and what proved it"),
        Column("rows", "count", "rows of the file"),
        Column("entry", "count", "rows that became an entry"),
        Column("heading", "count", "titles, the header and group headings"),
        Column("total", "count", "subtotals and totals"),
        Column("footer", "count", "stamp lines"),
        Column("blank", "count", "empty rows"),
        Column("rejected", "count", "rows not used; each is in the table 'rejects'"),
        Column("documents", "count", "documents read"),
        Column("customers", "count", "customers read"),
        Column("as_of", "day", "the day the file shows, where it shows one", optional=True),
        Column("printed_total", "text", "the total printed in the file, where there is one", optional=True),
        Column("difference", "text", "what was read less that total", optional=True),
        Column("warnings", "text", "what to look at, one sentence a line", optional=True),
    ),
)

REJECTS = Table(
    "rejects",
    "row not used",
    (
        Column("file", "text", "the file's name"),
        Column("row", "count", "row of the file, counted as a spreadsheet does"),
        Column("reason", "text", "why it was not used"),
        Column("values", "text", "what it says"),
    ),
)

BOOK_FILES = Table(
    "book_files",
    "file that the book was given",
    (
        Column("import", "count", "the import that brought it; 0 where it adds nothing"),
        AS_OF,
        Column("file", "text", "the file's name"),
        Column("export", "text", "which export it was read as"),
        Column("sha256", "text", "fingerprint of its bytes"),
        Column("status", "text", "new, or known: read before, to the last byte"),
        Column("rows", "count", "postings, open items and notes in it"),
        Column("new", "count", "of these, the book did not have"),
        Column("known", "count", "of these, it had"),
        Column("passed_over", "count", "of these, a younger export has corrected or left out"),
    ),
)

BOOK_CHANGES = Table(
    "book_changes",
    "row of the book that a later export ended",
    (
        Column("import", "count", "the import that ended it", optional=True),
        Column("table", "text", "entries, snapshots or notes"),
        Column("change", "text", "corrected; or no longer listed: deleted or voided there"),
        Column("entity", "text", "the company of ours", optional=True),
        CUSTOMER,
        DOCUMENT,
        Column("kind", "text", "invoice, payment ..."),
        CURRENCY,
        Column("amount", "money", "its amount as it was; of open items: what was open"),
        Column("amount_now", "money", "as the later export has it; missing where it is gone"),
        Column("date", "day", "its day as it was"),
        Column("date_now", "day", "its day now"),
        Column("due_date", "day", "its due date as it was"),
        Column("due_date_now", "day", "its due date now"),
        Column("source", "text", "file and row it was read from"),
        Column("source_now", "text", "file and row that took its place"),
    ),
)

BOOK_LISTS = Table(
    "book_lists",
    "list of actions that was given out",
    (
        Column("list", "count", "its number"),
        AS_OF,
        Column("rows", "count", "accounts on it"),
        Column("contacts", "count", "of them, to be contacted"),
        Column("answered", "count", "of them, something was recorded for"),
        Column("read_back", "flag", "something of it was recorded"),
        Column("replaced", "flag", "a later list of the same day stands in its place"),
        Column("since_import", "count", "the import it was made with"),
    ),
)

RECORDED = Table(
    "recorded",
    "thing that was handed over to be recorded",
    (
        *NOTES.columns,
        Column(
            "status",
            "text",
            "new, known, corrected, withdrawn; conflict: not recorded until it is settled; kept: stays, its row is empty now",
        ),
        Column("why", "text", "what it was before, or what it contradicts", optional=True),
        Column("fix", "text", "how to settle it", optional=True),
    ),
)

#: How far a candidate explains a difference to the books.
EXPLAINS = ("exact", "together", "within", "part", "hint", "no")

RECONCILIATION = Table(
    "reconciliation",
    "currency and candidate for its difference to the books, best explanation first",
    (
        AS_OF,
        CURRENCY,
        Column("ledger_total", "money", "what is open in the ledger: past due, not yet due and credit"),
        Column("control_total", "money", "the balance of the receivables account, as it was said"),
        Column("difference", "money", "ledger_total less control_total"),
        Column("candidate", "text", "what would explain it, in fixed words; docs/reconciliation.md lists them"),
        Column("about", "text", "which one: a document, a customer, a row of a file, or all of them in total"),
        Column("amount", "money", "how much of the difference it would explain, signed like the difference"),
        Column(
            "explains",
            "text",
            "exact: all of it; together: a sum of a few explains all of it; within: no more than rounding could make; "
            "part: less is left over than before; hint: a pattern, no proof; no: listed for its amount only",
        ),
        Column("left_over", "money", "difference less amount"),
        Column("evidence", "text", "the documents or rows behind it, in short"),
        Column("what_to_do", "text", "how to find out"),
    ),
)

ALL = (
    *(ENTRIES, CUSTOMERS, DOCUMENTS, POST_DATED, SHORT_PAID, SNAPSHOTS, NOTES, PROBLEMS, PROFILES, SCORES, POINTS, FORECASTS),
    *(EXPLANATIONS, CASH, CALIBRATION, BLOCKS, ACTIONS, CHANGES, ROUTES, PLANS, INSTALMENTS, PLAN_STANDING),
    *(FACTORABLE, FACTORING_OFFERS, PREVENTIONS, INTEREST),
    *(VARIANTS, VARIANT_ACTIONS, MOVES),
    *(REPLAYS, COMPARISONS, ORDERS, ORDER_TOTALS, LOSSES, EARLINESS, STABILITY, CALIBRATIONS),
    *(MEASURES, MIGRATIONS, LOSS_RATES, COHORTS, PROJECTIONS, ALLOWANCES),
    *(RECEIPTS, REJECTS, RECONCILIATION),
    *(ALIASES, BOOK_FILES, BOOK_CHANGES, BOOK_LISTS, RECORDED),
)


def markdown() -> str:
    """``docs/tables.md``: every table, what a row is, and its columns."""
    lines = ["# Tables", "", "Written from `arkit/tables.py`; `make docs` writes it anew.", ""]
    for table in ALL:
        lines += [
            f"## {table.name}",
            "",
            f"One row per {table.row}.",
            "",
            "| column | holds | meaning |",
            "| --- | --- | --- |",
        ]
        lines += [f"| `{c.name}` | {c.holds}{', may be absent' if c.optional else ''} | {c.meaning} |" for c in table.columns]
        lines.append("")
    return "\n".join(lines)
