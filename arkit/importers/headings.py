"""Which column is which: the header row found by score, its headings matched through synonyms."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from arkit.importers.cells import fold
from arkit.importers.sheets import TOP, Sheet, as_text

#: Per field the headings that mean it; the words stand in the file beside this one.
SYNONYMS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("headings.toml").read_text("utf-8"))
FIELD = {heading: (field, rank) for field, headings in SYNONYMS.items() for rank, heading in enumerate(headings)}
#: The same without blanks and hyphens, in which people differ: 'Kd.-Nr.', 'Kd Nr', 'KdNr'.
SQUEEZED = {heading.translate({32: None, 45: None}): field for heading, field in reversed(FIELD.items())}
DATES = (
    *("date", "due_date", "settled_on", "payment_date", "credit_note_date"),
    *("since", "until", "insured_until", "insolvent_since"),
)
MONEY = ("amount", "open_amount", "paid_amount", "payment_amount", "credit_limit", "rate")
#: Words in the headings of what is open, of what was paid and of amounts, and words that say it is something else.
MONEY_WORDS = {
    "open_amount": r"\b(?:open|outstanding|unpaid|remaining|due|owed|owing|offen\w*|rest\w*|saldo|solde|du|pendiente|pendente|"
    r"aberto|ontvangen|openstaand\w*|verschuldigd)\b",
    "paid_amount": r"\b(?:paid|received|bezahlt\w*|gezahlt\w*|regle|paye|pagado|cobrado|abonado|betaald|pago|recebido|"
    r"liquidado)\b",
    "amount": r"\b(?:total|amount|value|gross|\w*betrag|brutto|montant|importe|monto|valor|\w*bedrag)\b",
}
NO_MONEY_WORDS = (
    r"day|tage|jour|\bdias?\b|dagen|date|datum|fecha|\bdata\b|%|percent|rate|tax|vat|gst|iva|mwst|ust|btw|tva|net|quant|qty|limit|"
    r"discount|skonto|line|item|unit|base|home|local"
)
#: What looks like an amount in a text file, and in a workbook.
MONEY_LIKE = (
    r"[-+(]?\s*(?:[A-Z]{3}|[^\w\s]{1,2}|[A-Z]{1,2}\$)?\s*-?[0-9][0-9.,' ]*[.,][0-9]{2}\s*[-)]?\s*(?:[A-Z]{3}|[^\w\s]|CR|DR)?"
)
AMOUNT_LIKE = r"-?[0-9]+(?:\.[0-9]+)?"


@dataclass(frozen=True)
class Columns:
    """The header row (index into the cells) and, per field, the position and heading of its column."""

    header: int
    position: dict[str, int]
    heading: dict[str, str]
    #: How many rows the headings take.
    rows: int = 1

    @property
    def first(self) -> int:
        """The index of the first row below the headings."""
        return self.header + self.rows

    def has(self, *fields: str) -> bool:
        """Whether all these fields have a column."""
        return all(field in self.position for field in fields)

    def without(self, field: str) -> "Columns":
        """The same columns less one, which then is of no use."""
        position = {name: at for name, at in self.position.items() if name != field}
        return Columns(self.header, position, {name: self.heading[name] for name in position}, self.rows)

    def shown(self) -> str:
        """Which heading was read as what, in words."""
        return ", ".join(f"{field}: '{self.heading[field]}'" for field in self.position)


@lru_cache(maxsize=4096)
def normal(heading: str | None) -> str:
    """A heading for comparing: folded, camel case and underscores split, signs dropped.

    Examples
    --------
    >>> normal("InvoiceNumber"), normal("*Due_Date:"), normal("Kunden-Nr."), normal("P. O. #")
    ('invoice number', 'due date', 'kunden-nr', 'p o')
    """
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.sub("[º°]", "", heading or "").replace("\u2019", "'"))
    return " ".join(re.sub(r"[*:#._()]", " ", fold(split)).split())


def find_columns(sheet: Sheet, wanted: dict[str, str] | None = None) -> Columns | None:
    """The header row of a sheet, among its first 30 rows the one with most known headings; None where no row has two.

    Parameters
    ----------
    wanted
        Field to heading, from a mapping file; these headings are taken as said, others as known.
    """
    top = range(min(TOP, len(sheet.cells)))
    found = [match(sheet.row(index), index, wanted) for index in top]
    found += [match(two, index, wanted, rows=2) for index in top[:-1] if (two := both_rows(sheet, index))]
    best = max(found, key=lambda columns: (len(columns.position), -columns.rows, -columns.header), default=None)
    return best if best and len(best.position) >= 2 else None


def with_money(sheet: Sheet, columns: Columns) -> Columns:
    """The columns with amounts that no known heading names, told by a word of their heading and by what stands in them."""
    if not columns.rows:
        return columns
    headings = sheet.row(columns.header)
    left = [at for at in range(len(headings)) if at not in columns.position.values()]
    position = {**columns.position}
    for name, words in MONEY_WORDS.items():
        fits = [at for at in left if _is_money(sheet, columns.first, at, words, normal(headings[at]))]
        if name not in position and fits:
            position[name] = fits[0]
            left.remove(fits[0])
    position = dict(sorted(position.items(), key=lambda item: item[1]))
    shown = {name: columns.heading.get(name, " ".join(headings[at].split())) for name, at in position.items()}
    return Columns(columns.header, position, shown, columns.rows)


def _is_money(sheet: Sheet, first: int, at: int, words: str, heading: str) -> bool:
    """Whether a column is of amounts by its heading, and by most of its cells."""
    if not re.search(words, heading) or re.search(NO_MONEY_WORDS, heading):
        return False
    below = sheet.cells.iloc[first : first + 200, at].map(as_text).str.strip()
    return bool(below[below.ne("")].str.fullmatch(AMOUNT_LIKE if sheet.native else MONEY_LIKE).mean() > 0.5)


def both_rows(sheet: Sheet, index: int) -> list[str]:
    """The headings of a row and the one below it as one row, empty where the second cannot belong to the first."""
    upper, lower = sheet.row(index), sheet.row(index + 1)
    filled = [word for word in lower if word.strip()]
    if len(filled) < 2 or any(re.search(r"\d{2}", word) for word in filled) or sum(map(bool, upper)) < len(filled):
        return []
    return [" ".join(filter(None, (above.strip(), below.strip()))) for above, below in zip(upper, lower, strict=True)]


def match(headings: list[str], index: int, wanted: dict[str, str] | None = None, *, rows: int = 1) -> Columns:
    """The columns of one header row; of two headings for a field the surer one counts.

    Parameters
    ----------
    wanted
        Field to heading; of ``A|B`` the first that is there. A number is the column's place, the first being 1.
    """
    names = [normal(heading) for heading in headings]
    said = {field: at for field, heading in (wanted or {}).items() if (at := _place(names, str(heading))) is not None}
    best: dict[str, tuple[int, int]] = {}
    for at, name in enumerate(names):
        field, rank = FIELD.get(name) or SQUEEZED.get(name.translate({32: None, 45: None}), ("", 0))
        if field and field not in said and at not in said.values() and (field not in best or rank < best[field][0]):
            best[field] = (rank, at)
    position = said | {field: at for field, (_, at) in best.items()}
    if "contact" in names and "contact" not in position and position.get("customer_name", -1) != names.index("contact"):
        position["contact"] = names.index("contact")  # beside a customer's name it is a person, not the customer
    numbers = [name for name in ("debitor", "debiteur") if name in names and "name" in names]
    if numbers and "customer_id" not in position and position.get("customer_name") == names.index("name"):
        position["customer_id"] = names.index(numbers[0])  # beside a name it is the number
    position = _own_currency(dict(sorted(position.items(), key=lambda item: item[1])), names)
    shown = {field: " ".join(headings[at].split()) for field, at in position.items()}
    by_number = [field for field, at in said.items() if not names[at] or names.index(names[at]) != at]
    return Columns(index, position, shown | {field: str(said[field] + 1) for field in by_number}, rows)


def _place(names: list[str], heading: str) -> int | None:
    """The place of a heading among others, or of the first of several that is there."""
    there = [names.index(name) for one in heading.split("|") if (name := normal(one)) and name in names]
    there += [int(one) - 1 for one in heading.split("|") if one.isdecimal() and 0 < int(one) <= len(names)]
    return there[0] if there else None


def _own_currency(position: dict[str, int], names: list[str]) -> dict[str, int]:
    """Of several columns headed alike for the currency the one that follows the amount: each amount has its own."""
    money = [at for field, at in position.items() if field in ("open_amount", "amount")]
    if "currency" not in position or not money:
        return position
    alike = [at for at, name in enumerate(names) if name == names[position["currency"]]]
    after = [at for at in alike if at > min(money)]
    return position | {"currency": after[0]} if len(alike) > 1 and after else position
