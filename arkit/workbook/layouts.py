"""Which sheet has which columns: headings, what stands below them, how wide they are and what they mean."""

from dataclasses import dataclass

from xlsxwriter.utility import xl_col_to_name


def letter(column: int) -> str:
    """The letter of a column that counts from 1."""
    return xl_col_to_name(column - 1)


@dataclass(frozen=True)
class Field:
    """One column of a sheet: heading, column of the table behind it, what it holds, width, meaning; or what is filled in."""

    heading: str
    source: str
    holds: str
    width: float
    meaning: str = ""
    link: str = ""
    fills: str = ""

    def style(self, name: str) -> str:
        """The name of a style, in the colours of what was given or of what is to be filled in."""
        return f"{name} to fill in" if self.fills else name


@dataclass(frozen=True)
class Layout:
    """One sheet with a list: its name, its columns, the first cell that scrolls, and what it says without rows."""

    title: str
    fields: tuple[Field, ...]
    scrolls: str
    nothing: str

    def letter(self, heading: str) -> str:
        """The letter of the column with that heading."""
        return letter([field.heading for field in self.fields].index(heading) + 1)

    def cells(self, heading: str, last: int) -> str:
        """The cells below that heading down to the last row: '$E$2:$E$25'."""
        return f"${self.letter(heading)}$2:${self.letter(heading)}${max(last, 2)}"


ASKED = (
    Field("No.", "priority", "number", 5.5, "the order to work in over all lists; 1 is first"),
    Field("Customer no.", "customer_id", "text", 11.5, "the customer's number in the books"),
    Field("Customer", "name", "text", 22, "a click leads to the customer's open items", link="items"),
    Field("Contact", "contact", "text", 29, "whom to ask; a click starts a mail where the address is known", link="mail"),
    Field("Phone", "phone", "text", 16, "a click calls where the computer can", link="tel"),
    Field("What to do", "label", "text", 13, "the step that is due now; the darker, the sterner (slate: a person decides)"),
    Field("By when", "due_by", "day", 10.5, "do it by this day"),
    Field("Why", "reason", "text", 32, "the rule that decided, with its numbers"),
    Field("At stake", "at_stake", "money", 12, "past due, after credits not yet applied"),
    Field("To ask for", "ask_for", "money", 12, "of that, what may be asked for now; the rest is blocked"),
    Field("Currency", "currency", "code", 9.5, "a customer who owes in two currencies has two rows"),
    Field("Oldest (days late)", "oldest_days_late", "number", 9.5, "days since the oldest of these documents fell due"),
    Field("Documents", "documents", "text", 17, "what to ask for, oldest first; all of it stands in Open items"),
    Field("Last contact", "last_contact", "text", 16, "when and how somebody was last in touch, as far as it was written down"),
    Field("Next step if nothing happens", "next_step", "text", 20, "what follows if this step brings nothing"),
)
#: What the list of those who are left alone says besides, behind the reason.
WAITING = (
    Field("Until when", "blocked_until", "day", 11, "on the list On hold: nobody is contacted before"),
    Field("What stands in the way", "blocked_by", "text", 16, "on the list On hold: dispute, promise, plan ..."),
    Field("Otherwise", "hidden_label", "text", 14, "on the list On hold: what would be done if nothing stood in the way"),
)
#: What the list of letters that name a day says besides.
SET = (Field("Day it sets", "answer_by", "day", 10.5, "on the list Demands: the day that the letter names; pay by then"),)
FILL_IN = (
    Field("Outcome", "", "text", 22, "choose from the list what came of it", fills="outcome"),
    Field("Done on", "", "day", 11, "the day it was done", fills="done_on"),
    Field(
        "Promised or disputed amount",
        "",
        "money",
        17,
        "the amount promised, or in dispute, in the currency of the row; empty: all of it",
        fills="amount",
    ),
    Field(
        "Promised by, or until",
        "",
        "day",
        12,
        "the day a promise is for, the last day of a plan, or until when nobody is to ask",
        fills="until",
    ),
    Field("Dispute reason", "", "text", 18, "choose from the list what the customer objects to", fills="dispute"),
    Field("About document", "", "text", 14, "only where it is about one document: its number", fills="document"),
    Field("Next action", "", "text", 18, "what you will do next, in your own words", fills="next"),
    Field("By", "", "text", 6, "your initials", fills="by"),
    Field("Comment", "", "text", 28, "anything else, in your own words", fills="comment"),
)
ROW_ID = Field("row_id", "row_id", "id", 30)
OPEN_ITEMS = Layout(
    "Open items",
    (
        Field("Customer no.", "customer_id", "text", 14),
        Field("Customer", "name", "text", 32),
        Field("Document", "document_id", "text", 18),
        Field("Kind", "kind", "text", 13),
        Field("Issued", "issued", "day", 12),
        Field("Due", "due_date", "day", 12),
        Field("Days late", "days_late", "number", 10),
        Field("Amount", "amount", "money", 13),
        Field("Open amount", "open_amount", "money", 13),
        Field("Currency", "currency", "code", 10),
        Field("Reference", "reference", "text", 20),
    ),
    "D2",
    "Nothing is open.",
)
PEOPLE = Layout(
    "Customers",
    (
        Field("Customer no.", "customer_id", "text", 13),
        Field("Customer", "name", "text", 28, link="items"),
        Field("Contact", "contact", "text", 20),
        Field("Accounts payable", "ap_contact", "text", 20),
        Field("E-mail", "email", "text", 30, link="mail"),
        Field("Phone", "phone", "text", 18, link="tel"),
        Field("Country", "country", "text", 12),
        Field("Language", "language", "code", 10),
        Field("Terms (days)", "terms_days", "number", 9),
        Field("Score", "score", "score", 8),
        Field("Grade", "grade", "code", 8),
        Field("What cost the most points", "reasons", "text", 46),
        Field("What would lift it", "would_lift", "text", 34),
        Field("When it usually pays", "habit", "text", 20),
        Field("Last contact", "last_contact", "text", 18),
        Field("Invoices behind it", "n", "number", 9.5),
        Field("Rests on own history", "confidence", "share", 10),
    ),
    "C2",
    "No customer has a score.",
)
FORECAST = Layout(
    "Forecast",
    (
        Field("Customer no.", "customer_id", "text", 13),
        Field("Customer", "name", "text", 28, link="items"),
        Field("Document", "document_id", "text", 16),
        Field("Due", "due_date", "day", 12),
        Field("Open amount", "open_amount", "money", 13),
        Field("Currency", "currency", "code", 10),
        Field("Paid within 7 days", "p_7", "share", 10),
        Field("Paid within 30 days", "p_30", "share", 10),
        Field("Paid within 90 days", "p_90", "share", 10),
        Field("Expected", "expected_date", "day", 12),
        Field("Perhaps as early as", "low_date", "day", 12),
        Field("Perhaps as late as", "high_date", "day", 12),
        Field("Promised for", "promised_date", "day", 12),
        Field("Rests on", "basis", "text", 54),
    ),
    "D2",
    "Nothing is open.",
)
CASH_AHEAD = Layout(
    "Cash by week",
    (
        Field("Week", "week", "number", 8),
        Field("From", "from_date", "day", 12),
        Field("To", "to_date", "day", 12),
        Field("Currency", "currency", "code", 10),
        Field("From what is open", "backlog", "money", 15),
        Field("At least, in nine of ten", "backlog_low", "money", 15),
        Field("At most, in nine of ten", "backlog_high", "money", 15),
        Field("From what is still to be billed", "flow", "money", 15),
    ),
    "A2",
    "Nothing is expected.",
)
BOOKS = Layout(
    "Books",
    (
        Field("Ledger", "ledger_total", "money", 14),
        Field("Books", "control_total", "money", 14),
        Field("Difference", "difference", "money", 13),
        Field("Currency", "currency", "code", 10),
        Field("What would explain it", "candidate", "text", 22),
        Field("Which", "about", "text", 34),
        Field("Amount", "amount", "money", 13),
        Field("Left over", "left_over", "money", 13),
        Field("Explains", "explains", "code", 11),
        Field("Evidence", "evidence", "text", 44),
        Field("How to find out", "what_to_do", "text", 34),
    ),
    "E2",
    "No control total was given.",
)
#: Begin of the ids of rows that add up others.
TOTAL = "total"
#: The columns of the hidden sheet that says what was given, by which a list that comes back is compared.
GIVEN = ("row_id", "list", "action", "balance", "open documents", "given")
#: Headings of earlier lists, and what they are called now.
ONCE = {"promised amount": "amount", "promised by": "until"}
