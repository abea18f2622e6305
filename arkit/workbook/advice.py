"""The sheet that says in plain words how to work with the others."""

import pandas as pd

from arkit.policy import Policy
from arkit.workbook.filling import fill
from arkit.workbook.layouts import ASKED, FILL_IN, SET, WAITING, Field
from arkit.workbook.look import Book, on
from arkit.workbook.words import GROUPS

#: What it says before it explains the columns.
ADVICE = (
    ("Work downwards", "Each list is in the order to work in. Do what the row says by its day, then fill in the yellow columns "
     "at its right: what came of it, and the day. A row left empty counts as not done."),
    ("What came of it", "Choose the outcome from the list. A promise needs the day it is for, a dispute its reason. An amount "
     "is only needed where it is not all. What fits no outcome goes under Comment."),
    ("Make it yours", "Sort, filter, hide, move or insert columns, save from Excel, LibreOffice or another program: nothing "
     "breaks. Keep the headings as they are, and leave the hidden column row_id in place: by it each row is found again. "
     "Always sort whole rows."),
    ("What is not yours to change", "What was given is compared when the list comes back. Nothing is locked, for locked cells "
     "cannot be sorted; a cell that was changed is pointed out and not taken. Corrections of names and numbers belong in the "
     "books."),
    ("Two or more people", "Each may fill in a copy. The copies are read together; a row that two filled in differently is "
     "shown to a person and not taken."),
    ("Not for others", "Besides what you see, the workbook holds all rows once more in a hidden sheet. Do not send it to "
     "customers or agencies."),
    ("Who is left alone", "The list On hold says why nobody is contacted, and until when. What ends it is filled in there."),
    ("Which day", "Everything is as of {day}. What is dated on that day counts; what came later is not in here."),
    ("How late", "The {from_day} itself is current; days 1 to {first} after it are in 1-{first}. Nobody is written to within "
     "{grace} days after the due day, for the money may be on its way."),
    ("Credits", "Credit not yet applied stands in a column of its own, never inside a bucket. It is taken off before anyone is "
     "contacted."),
    ("Currencies", "They are never added. Each has its own rows and its own totals."),
    ("Does it tie?", "Below the list on Aging, each total is compared with Open items. The difference has to be nothing."),
    ("Links", "A customer's name leads to its first row on Open items. Once you sort that sheet, use its filter instead. A "
     "sheet holds 65,530 links: on one with more, the rows at its end lead nowhere."),
)  # fmt: skip


def add_advice(book: Book, policy: Policy) -> None:
    """How to use the workbook: advice, what each list is for, what each column means."""
    as_of = book.as_of
    said = {
        "day": "the day" if as_of is None else f"{as_of:%Y-%m-%d}",
        "from_day": "due day" if policy.aging.age_by == "due_date" else "day of issue",
        "first": policy.aging.edges[0],
        "grace": policy.contact.grace_days,
    }
    parts = (
        (f"Receivables{on(as_of)}", [(head, words.format(**said)) for head, words in ADVICE]),
        ("Lists", [(group.title, group.purpose + ".") for group in GROUPS]),
        ("Columns of the lists", [(field.heading, field.meaning) for field in (*ASKED, *SET, *WAITING, *FILL_IN)]),
    )
    sheet, top = book.sheet("How to use"), 1
    for title, lines in parts:
        rows = pd.DataFrame(lines, columns=["head", "words"]).astype("str")
        fill(sheet, top, (Field(title, "head", "text", 32), Field("What it means", "words", "text", 100)), rows)
        top += len(rows) + 2
