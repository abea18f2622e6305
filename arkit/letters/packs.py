"""What goes to whoever takes a debt over: one zip file with the whole record of a customer."""

import csv
import io
import re
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
    """Rows as a CSV file that spreadsheets open as it is."""
    whole = io.StringIO(newline="")
    table = csv.writer(whole, lineterminator="\r\n")
    table.writerow(columns)
    table.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return b"\xef\xbb\xbf" + whole.getvalue().encode()


def _cell(value: object) -> str:
    """A value as a cell: days as 2026-10-31; text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if isinstance(value, str):
        return re.sub(FORMULA, r"'\1", value)
    if value is None or value is pd.NaT or value != value:  # noqa: PLR0124 - only what is missing differs from itself
        return ""
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)
