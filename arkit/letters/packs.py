"""What goes to whoever takes a debt over: one zip file with the whole record of a customer."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from arkit.letters.markup import Letter
from arkit.letters.paper import as_document, zipped

Row = dict[str, Any]
#: Begin of a text that a spreadsheet would take for a formula.
FORMULA = r"^([=+\-@\t\r])"
#: What each file of the pack holds, of the rows of a customer. What was noted in somebody's own words is left out.
INVOICES = (
    "document_id",
    "instalment",
    "kind",
    "issued",
    "due_date",
    "days_late",
    "currency",
    "amount",
    "open_amount",
    "paid_amount",
    "reference",
    "blocked_by",
)
CONTACTS = ("date", "kind", "document_id", "outcome", "until", "amount", "currency", "reason")
INTEREST = (
    "document_id",
    "instalment",
    "currency",
    "due_date",
    "days",
    "jurisdiction",
    "principal",
    "rate",
    "interest",
    "fixed_sum",
    "claim_total",
    "per_diem",
    "basis",
    "source",
    "caveat",
    "excluded",
)
CUSTOMER = ("customer_id", "name", "person", "ap_contact", "email", "phone", "address", "country", "language", "is_individual")


def pack(record: Letter, statement: Letter, first: Row, rows: Mapping[str, list[Row]]) -> bytes:
    """The zip file: the record in words, the statement, and as tables invoices, contacts, promises, interest, customer."""
    said = rows["notes"]
    promises = [note for note in said if note["kind"] == "promise"]
    tables = {
        "invoices": (INVOICES, rows["items"]),
        "contacts": (CONTACTS, [note for note in said if note["kind"] != "promise"]),
        "promises": (CONTACTS, promises),
        "interest": (INTEREST, rows["interest"]),
        "customer": (CUSTOMER, [first]),
    }
    files = [("hand-over.docx", as_document(record)), ("statement.docx", as_document(statement))]
    return zipped([*files, *((f"{name}.csv", _csv(columns, of)) for name, (columns, of) in tables.items())])


def _csv(columns: tuple[str, ...], rows: list[Row]) -> bytes:
    """Rows as a CSV file; text that a spreadsheet would run as a formula gets an apostrophe before it."""
    table = pd.DataFrame(rows, columns=pd.Index(columns)).reset_index(drop=True)
    text = table.select_dtypes(exclude=["number", "bool", "datetime"]).astype("str").replace({"NaT": "", "nan": ""})
    safe = table.assign(**{str(name): text[name].str.replace(FORMULA, r"'\1", regex=True) for name in text})
    return b"\xef\xbb\xbf" + safe.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\r\n").encode()
