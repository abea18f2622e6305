"""Which sheet has which columns: headings, what stands below them, how wide they are and what they mean."""

from dataclasses import dataclass

from openpyxl.utils import get_column_letter


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
        return f"arkit {name} to fill in" if self.fills else f"arkit {name}"


@dataclass(frozen=True)
class Layout:
    """One sheet with a list: its name, its columns, the first cell that scrolls, and what it says without rows."""

    title: str
    fields: tuple[Field, ...]
    scrolls: str
    nothing: str

    def letter(self, heading: str) -> str:
        """The letter of the column with that heading."""
        return get_column_letter([field.heading for field in self.fields].index(heading) + 1)

    def cells(self, heading: str, last: int) -> str:
        """The cells below that heading down to the last row: '$E$2:$E$25'."""
        return f"${self.letter(heading)}$2:${self.letter(heading)}${max(last, 2)}"


ASKED = (
    Field("No.", "priority", "number", 5.5, "the order to work in; 1 is first"),
    Field("Customer no.", "customer_id", "text", 11, "the customer's number in the books"),
    Field("Customer", "name", "text", 26, "a click leads to the customer's open items", link="items"),
    Field("Contact", "contact", "text", 32, "whom to ask; a click starts a mail where the address is known", link="mail"),
    Field("What to do", "label", "text", 14, "the step that is due now; the darker, the sterner (slate: a person decides)"),
    Field("By when", "due_by", "day", 11, "do it by this day"),
    Field("Why", "reason", "text", 36, "the rule that decided, with its numbers"),
    Field("At stake", "at_stake", "money", 12, "past due, after credits not yet applied"),
    Field(
        "To ask for",
        "ask_for",
        "money",
        12,
        "of that, what may be asked for now; the rest is blocked",
    ),
    Field("Currency", "currency", "code", 9.5, "a customer who owes in two currencies has two rows"),
    Field("Oldest (days late)", "oldest_days_late", "number", 11, "days since the oldest of these documents fell due"),
    Field("Documents", "documents", "text", 23, "what to ask for, oldest first; all of it stands in Open items"),
    Field("Score", "score", "score", 7, "100 pays first, 0 pays last; the sheet Scores says why"),
    Field("Next step if nothing happens", "next_step", "text", 24, "what follows if this step brings nothing"),
)
FILL_IN = (
    Field("Outcome", "", "text", 22, "choose from the list what came of it", fills="outcome"),
    Field("Done on", "", "day", 11, "the day it was done", fills="done_on"),
    Field(
        "Promised or disputed amount",
        "",
        "money",
        14,
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
#: The columns of the hidden sheet that says what was given, by which a list that comes back is compared.
GIVEN = ("row_id", "list", "action", "balance", "open documents", "given")
#: Headings of earlier lists, and what they are called now.
ONCE = {"promised amount": "amount", "promised by": "until"}
