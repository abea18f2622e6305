"""What an export is: a declaration that arkit knows it by and reads it by.

One file per accounting system, in ``systems/``, holds its exports and says how to get the best of them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from arkit.importers.cells import fold
from arkit.importers.headings import normal
from arkit.importers.sheets import Sheet


@dataclass(frozen=True, kw_only=True)
class Known:
    """A layout by which a file is known: headings that must be there, and some that must not.

    Headings are compared as `headings.normal` leaves them, those with an asterisk as they stand; ``A|B`` means that
    either will do.
    """

    name: str
    signature: tuple[str, ...]
    without: tuple[str, ...] = ()
    #: Words that must stand above the headings, where the headings alone prove too little.
    title: str = ""
    #: Headings that stand in two rows, one above the other.
    two_rows: bool = False

    @cached_property
    def needs(self) -> frozenset[frozenset[str]]:
        """The signature for comparing: of each set one heading must be there."""
        return frozenset(frozenset(map(_comparable, heading.split("|"))) for heading in self.signature)

    def claims(self, headings: frozenset[str], above: str = "") -> bool:
        """Whether a header row, its headings made comparable, is this layout's; ``above`` are the titles, in lower case."""
        unwanted = any(normal(heading) in headings for heading in self.without)
        return not unwanted and self.title.lower() in above and all(headings & either for either in self.needs)


def _comparable(heading: str) -> str:
    return fold(heading) if "*" in heading else normal(heading)


@dataclass(frozen=True, kw_only=True)
class Export(Known):
    """An export that can be read.

    ``columns`` maps a field to its heading; ``A|B`` takes the first that is there, ``A+B`` joins two with a blank. Fields
    that are not named are found by what their headings usually mean, except those of the headings in ``ignore``.
    """

    columns: dict[str, str] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    #: What it lists, where its columns do not say: 'documents', 'payments' or 'customers'.
    holds: str = ""
    #: What a row with nothing but a heading names: the 'customer' of the rows below it, or something else ('').
    under: str = "customer"
    #: The sign between the names of headings that lie within each other, each closed by a total of its own.
    nested: str = ""
    #: Rows are lines of documents whose totals repeat ('repeat'), or amounts of lines that add up ('sum').
    lines: str = ""
    #: Only the first line of a document says whose it is.
    filled_down: bool = False
    #: Words of its kind column, beside the usual ones.
    kinds: dict[str, str] = field(default_factory=dict)
    #: Heading to the words that a row must have there to be read; others are listed as left out.
    only: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: Heading to the words that say a row is not owed, beside what a status usually says; 'void*' is any that begins so.
    not_owed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: The amount of an item is open until the item is cleared; a list without one cleared item shows what is open.
    cleared: bool = False
    #: The currency where a column of codes implies it: field, start of the code, currency; the empty start is for all others.
    currency: tuple[tuple[str, str, str], ...] = ()
    #: The decimal mark, and the order of day and month ('dmy', 'mdy'), that it always writes, for files that prove none.
    decimal: str = ""
    order: str = ""
    #: Its sign says which way a row goes, whatever kind the row states.
    signed: bool = False
    #: Heading of what tells rows of one document number apart, such as the item or the due date of an instalment.
    apart: str = ""
    #: Whether such rows are parts of one document that fall due one after the other.
    instalments: bool = False
    #: First words of rows that add up, beside those that say 'total'.
    totals: tuple[str, ...] = ()
    #: Headings that are read by ``prepare``.
    reads: tuple[str, ...] = ()
    #: Its payments name what they paid, so that one without an invoice is credit and nothing else.
    applies: bool = False
    #: Its payments count only if they leave what the invoices themselves state as open; else they are listed as not used.
    proven_by_invoices: bool = False
    #: What a row with a negative amount is, where no kind is stated.
    negative: str = "credit_note"
    #: Whether its totals are the sum of its rows.
    foots: bool = True
    #: What a whole file has below its rows: 'total', 'stamp'.
    ends_with: tuple[str, ...] = ()
    #: Cells that must be put right before they can be read, given the row of the headings; rows stay where they are.
    prepare: Callable[[Sheet, int], Sheet] | None = None
    #: False where no file of that system has been seen and its headings are known from documents only.
    sure: bool = True
    #: What a user should know each time it is read.
    says: str = ""
    #: How many documents one file of it holds at most, where the system stops at a number.
    at_most: int | None = None


@dataclass(frozen=True, kw_only=True)
class Unusable(Known):
    """A layout that holds no receivables arkit could work with: what it lacks, and the report to export instead."""

    lacks: str
    instead: str


@dataclass(frozen=True, kw_only=True)
class System:
    """An accounting system: which report is best, what to click, and all exports that are known."""

    name: str
    best: str
    click: str
    exports: tuple[Known, ...]
    notes: tuple[str, ...] = ()
