"""What the workbook calls things: actions, lists, and the outcomes on offer with the notes each becomes."""

from dataclasses import dataclass

#: Each action as the lists say it.
LABELS = {
    "none": "No contact",
    "nudge": "Friendly nudge",
    "reminder": "Send reminder",
    "resend": "Send invoices again",
    "call": "Call",
    "contact_ap": "Ask accounts payable",
    "plan": "Agree a payment plan",
    "firm_notice": "Firm notice",
    "final_demand": "Final demand",
    "mediation": "Propose mediation",
    "factoring": "Offer to a factor",
    "agency": "Hand to agency",
    "court": "Go to court",
    "review": "Manager decides",
    "hold": "Hold",
}
#: What a collector may choose under 'Dispute reason'.
REASONS = (
    "price", "quantity", "quality", "missing purchase order", "wrong address or entity", "tax", "duplicate", "already paid",
    "not received", "contract",
)  # fmt: skip
#: Stands for a call, or asking accounts payable where the row says so; and for what the row says to write, or a letter.
SPOKEN, WRITTEN = "spoken", "written"
BY_VOICE, IN_WRITING = ("call", "contact_ap"), ("nudge", "reminder", "resend", "firm_notice", "final_demand", "mediation")


@dataclass(frozen=True)
class Said:
    """One note that an outcome becomes: its kind and outcome, a fixed reason, and which columns filled in it carries."""

    kind: str
    outcome: str = ""
    reason: str = ""
    carries: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What a collector may choose under 'Outcome': the notes it becomes, the columns it needs, and those it may have."""

    notes: tuple[Said, ...]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


PROMISE = Said("promise", carries=("amount", "until"))
DISPUTE = Said("dispute", "open", carries=("amount", "dispute"))
#: The one table of outcomes: what each becomes. An outcome means the same on every list.
OUTCOMES = {
    "reached - will pay": Outcome((Said(SPOKEN, "reached"),)),
    "reached - promise": Outcome((Said(SPOKEN, "reached"), PROMISE), needs=("until",), takes=("amount", "until")),
    "reached - dispute": Outcome((Said(SPOKEN, "reached"), DISPUTE), needs=("dispute",), takes=("amount", "dispute")),
    "reached - cannot pay": Outcome((Said(SPOKEN, "cannot_pay"),)),
    "reached - asks for plan": Outcome((Said(SPOKEN, "asks_for_plan"),)),
    "reached - not received": Outcome((Said(SPOKEN, "not_received"),)),
    "left message": Outcome((Said(SPOKEN, "left_message"),)),
    "no answer": Outcome((Said(SPOKEN, "no_answer"),)),
    "wrong contact": Outcome((Said(SPOKEN, "wrong_number"),)),
    "sent": Outcome((Said(WRITTEN, "sent"),)),
    "sent - promise": Outcome((Said(WRITTEN, "sent"), PROMISE), needs=("until",), takes=("amount", "until")),
    "sent - dispute": Outcome((Said(WRITTEN, "sent"), DISPUTE), needs=("dispute",), takes=("amount", "dispute")),
    "came back": Outcome((Said(WRITTEN, "not_reached"),)),
    "plan offered": Outcome((Said("plan", "offered", carries=("amount", "until")),), takes=("amount", "until")),
    "plan agreed": Outcome((Said("plan", "agreed", carries=("amount", "until")),), ("until",), ("amount", "until")),
    "plan refused": Outcome((Said("plan", "refused"),)),
    "paid already": Outcome((Said("other", reason="paid already", carries=("amount",)),), takes=("amount",)),
    "offered to factor": Outcome((Said("other", "offered", "factoring"),)),
    "sold to factor": Outcome((Said("other", "sold", "factoring", ("amount",)),), takes=("amount",)),
    "factor declined": Outcome((Said("other", "declined", "factoring"),)),
    "handed over": Outcome((Said("handed_over", "handed_over"),)),
    "came back from agency": Outcome((Said("handed_over", "returned"),)),
    "insolvent": Outcome((Said("insolvency", "open"),)),
    "insurer told": Outcome((Said("reported"),)),
    "supply stopped": Outcome((Said("supply_stopped"),)),
    "put on hold": Outcome((Said("hold", carries=("until",)),), takes=("until",)),
    "promise kept": Outcome((Said("promise", "kept"),)),
    "promise broken": Outcome((Said("promise", "broken"),)),
    "dispute resolved": Outcome((Said("dispute", "resolved"),)),
    "credit note issued": Outcome((Said("credit_pending", "resolved"),)),
    "hold ended": Outcome((Said("hold", "cancelled"),)),
    "decided otherwise": Outcome((Said("other", reason="decided otherwise"),), needs=("comment",)),
    "other": Outcome((Said("other"),), needs=("comment",)),
}
_VOICE = (
    "reached - will pay", "reached - promise", "reached - dispute", "reached - cannot pay", "reached - asks for plan",
    "reached - not received", "left message", "no answer", "wrong contact",
)  # fmt: skip
_LETTER = ("sent", "sent - promise", "sent - dispute", "came back")


@dataclass(frozen=True)
class Group:
    """One list of the workbook: its name, the actions on it, the outcomes it offers first to last, and what it is for."""

    title: str
    actions: tuple[str, ...]
    outcomes: tuple[str, ...]
    purpose: str


GROUPS = (
    Group(
        "Calls", BY_VOICE, (*_VOICE, "sent", "plan agreed", "paid already", "other"), "People to speak to, first things first"
    ),
    Group(
        "Reminders",
        ("nudge", "reminder", "resend"),
        (*_LETTER, *_VOICE[:3], "reached - not received", "paid already", "other"),
        "Mails and letters to send",
    ),
    Group(
        "Plans",
        ("plan",),
        ("plan agreed", "plan offered", "plan refused", *_VOICE, "paid already", "other"),
        "Those who cannot pay at once: agree instalments",
    ),
    Group(
        "Demands",
        ("firm_notice", "final_demand", "mediation"),
        (*_LETTER, *_VOICE[:5], "plan agreed", "paid already", "decided otherwise", "other"),
        "Letters with a date and what follows",
    ),
    Group(
        "Factoring",
        ("factoring",),
        ("offered to factor", "sold to factor", "factor declined", "paid already", "decided otherwise", "other"),
        "Good invoices that could be sold for cash now",
    ),
    Group(
        "Agency and court",
        ("agency", "court"),
        (
            *("handed over", "came back from agency", "insolvent", "insurer told", "supply stopped"),
            *("plan agreed", "reached - promise", "paid already", "decided otherwise", "other"),
        ),
        "The last steps, once a person has decided",
    ),
    Group(
        "Review",
        ("review",),
        (
            *("put on hold", "handed over", "insolvent", "insurer told", "supply stopped", "plan agreed", *_VOICE[:3]),
            *("paid already", "decided otherwise", "other"),
        ),
        "A person decides what is done",
    ),
    Group(
        "On hold",
        ("hold", "none"),
        (
            *("promise kept", "promise broken", "dispute resolved", "credit note issued", "hold ended", "put on hold"),
            *("paid already", *_VOICE[:3], "other"),
        ),
        "Nobody is contacted: why, and until when",
    ),
)
