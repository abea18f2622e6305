"""Which column is which: the header row found by score, its headings matched through synonyms."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from arkit.importers.cells import fold
from arkit.importers.sheets import TOP, Sheet

#: Per field the headings that mean it; the words stand in the file beside this one.
SYNONYMS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("headings.toml").read_text("utf-8"))
FIELD = {heading: (field, rank) for field, headings in SYNONYMS.items() for rank, heading in enumerate(headings)}
DATES = ("date", "due_date", "settled_on", "credit_note_date", "since", "until")
MONEY = ("amount", "open_amount", "paid_amount", "credit_limit")


@dataclass(frozen=True)
class Columns:
    """The header row (index into the cells) and, per field, the position and heading of its column."""

    header: int
    position: dict[str, int]
    heading: dict[str, str]

    def has(self, *fields: str) -> bool:
        """Whether all these fields have a column."""
        return all(field in self.position for field in fields)

    def shown(self) -> str:
        """Which heading was read as what, in words."""
        return ", ".join(f"{field}: '{self.heading[field]}'" for field in self.position)


def normal(heading: object) -> str:
    """A heading for comparing: folded, camel case and underscores split, signs dropped.

    Examples
    --------
    >>> normal("InvoiceNumber"), normal("*Due_Date:"), normal("Kunden-Nr."), normal("P. O. #")
    ('invoice number', 'due date', 'kunden-nr', 'p o')
    """
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.sub("[º°]", "", str(heading or "")).replace("\u2019", "'"))
    return " ".join(re.sub(r"[*:#._()]", " ", fold(split)).split())


def find_columns(sheet: Sheet, wanted: dict[str, str] | None = None) -> Columns | None:
    """The header row of a sheet, among its first 30 rows the one with most known headings; None where no row has two.

    Parameters
    ----------
    wanted
        Field to heading, from a mapping file or a declared export; these headings are taken as said, others as known.
    """
    found = [match(sheet.row(index), index, wanted) for index in range(min(TOP, len(sheet.cells)))]
    best = max(found, key=lambda columns: (len(columns.position), -columns.header), default=None)
    return best if best and len(best.position) >= 2 else None


def match(headings: list[str], index: int, wanted: dict[str, str] | None = None) -> Columns:
    """The columns of one header row; of two headings for a field the surer one counts."""
    names = [normal(heading) for heading in headings]
    said = {field: names.index(normal(heading)) for field, heading in (wanted or {}).items() if normal(heading) in names}
    best: dict[str, tuple[int, int]] = {}
    for at, name in enumerate(names):
        field, rank = FIELD.get(name, ("", 0))
        if field and field not in said and at not in said.values() and (field not in best or rank < best[field][0]):
            best[field] = (rank, at)
    position = said | {field: at for field, (_, at) in best.items()}
    if "contact" in names and "contact" not in position and position.get("customer_name", -1) != names.index("contact"):
        position["contact"] = names.index("contact")  # beside a customer's name it is a person, not the customer
    position = dict(sorted(position.items(), key=lambda item: item[1]))
    return Columns(index, position, {field: headings[at] for field, at in position.items()})
