"""The lists in letters: what is asked for, what is open, instalments, claims, what happened."""

from collections.abc import Iterable, Sequence
from typing import Any

from arkit.letters.markup import Table, one_line
from arkit.letters.speech import Speech
from arkit.money import decimals

Row = dict[str, Any]
#: Notes whose day is that until which something rests, not that by which something comes.
HELD = ("dispute", "hold", "credit_pending")


def items(say: Speech, asked: Sequence[Row], credits: Sequence[Row], currency: str) -> Table:
    """What is asked for, oldest first, less the credit that is taken off here; it adds up to what the list asks for."""
    used = sum(row["minor"] - row["net"] for row in asked)
    rows = [_owed(say, row, _number(say, row), row["minor"] - row["aside"]) for row in asked]
    looks = ["plain"] * len(rows)
    if used and used == -sum(row["minor"] for row in credits):
        lines = [(_name(row), say.short(row["issued"]), _not_applied(say, row), row["minor"]) for row in credits]
    else:
        lines = [(say.label("credit"), "", "", -used)] if used else []
    for name, date, due, minor in lines:
        rows.append((name, "", date, due, "", say.amount(minor, currency)))
        looks.append("credit")
    rows.append((say.label("total"), "", "", "", "", say.amount(sum(row["ask"] for row in asked), currency)))
    names = ("document", "reference", "date", "due", "late", "open")
    return _without_empty(_table(say, names, {"late", "open"}, rows, [*looks, "total"]))


def statement(say: Speech, rows: Sequence[Row], currency: str) -> Table:
    """Every open document and credit of an account, what is blocked marked; it adds up to the account's balance."""
    lines = [
        (
            _name(row),
            say.named("documents", row["kind"]),
            one_line(row["reference"]),
            say.short(row["issued"]),
            say.short(row["due_date"]) if row["minor"] > 0 else "",
            say.number(row["days_late"]) if row["minor"] > 0 and row["late"] else "",
            say.amount(row["minor"], currency),
            _in_the_way(say, row) if row["minor"] > 0 else "",
        )
        for row in rows
    ]
    looks = ["credit" if row["minor"] < 0 else "plain" for row in rows]
    total = (say.label("balance"), *[""] * 5, say.amount(sum(row["minor"] for row in rows), currency), "")
    names = ("document", "kind", "reference", "date", "due", "late", "open", "note")
    return _without_empty(_table(say, names, {"late", "open"}, [*lines, total], [*looks, "total"]))


def documents(say: Speech, rows: Sequence[Row], currency: str) -> Table:
    """Some documents with what is open of each, and no total: nothing is asked for here."""
    lines = [
        (
            _name(row),
            one_line(row["reference"]),
            say.short(row["issued"]),
            say.short(row["due_date"]),
            say.amount(row["net"], currency),
            say.named("blocks", row["blocked_by"]) if row["blocked_by"] else "",
        )
        for row in rows
    ]
    return _without_empty(
        _table(say, ("document", "reference", "date", "due", "open", "note"), {"open"}, lines, ["plain"] * len(lines))
    )


def schedule(say: Speech, instalments: Sequence[Row], currency: str) -> Table:
    """The payments of a plan, and what is left after each; no down payment where none is asked for."""
    lines = [
        (
            say.label("down_payment") if row["number"] == 0 else say.number(row["number"]),
            say.short(row["due_on"]),
            say.amount(_minor(row["amount"], currency), currency),
            say.amount(_minor(row["balance"], currency), currency),
        )
        for row in instalments
        if row["number"] > 0 or row["amount"] > 0
    ]
    total = (say.label("sum"), "", say.amount(sum(_minor(row["amount"], currency) for row in instalments), currency), "")
    return _table(
        say,
        ("number", "due", "amount", "remaining"),
        {"amount", "remaining"},
        [*lines, total],
        ["plain"] * len(lines) + ["total"],
    )


def claims(say: Speech, claimed: Sequence[Row], currency: str) -> Table:
    """What is claimed of each document: principal, interest, fixed sum where there is any, and their total."""
    sums = {name: sum(row[name] for row in claimed) for name in ("ask", "interest", "fixed_sum")}
    lines = [
        (
            _name(row),
            say.amount(row["ask"], currency),
            say.number(row["days_late"]),
            say.percent(row["rate"]) if row["interest"] else "",
            say.amount(row["interest"], currency),
            say.amount(row["fixed_sum"], currency) if sums["fixed_sum"] else "",
            say.amount(row["ask"] + row["interest"] + row["fixed_sum"], currency),
        )
        for row in claimed
    ]
    amounts = [say.amount(sums[name], currency) for name in sums]
    fixed = amounts[2] if sums["fixed_sum"] else ""
    total = (say.label("sum"), amounts[0], "", "", amounts[1], fixed, say.amount(sum(sums.values()), currency))
    names = ("document", "open", "days", "rate", "interest", "fixed_sum", "claim")
    return _without_empty(_table(say, names, set(names[1:]), [*lines, total], ["plain"] * len(lines) + ["total"]))


def offered(say: Speech, rows: Sequence[Row], currency: str) -> Table:
    """Invoices offered to a factor."""
    lines = [
        (
            one_line(row["name"]),
            _name(row),
            say.short(row["issued"]),
            say.short(row["due_date"]),
            say.amount(_minor(row["face"], currency), currency),
        )
        for row in rows
    ]
    total = (say.label("sum"), "", "", "", say.amount(sum(_minor(row["face"], currency) for row in rows), currency))
    return _table(
        say, ("debtor", "document", "date", "due", "face"), {"face"}, [*lines, total], ["plain"] * len(lines) + ["total"]
    )


def chronology(say: Speech, fell_due: Sequence[Row], said: Sequence[Row]) -> Table:
    """What fell due and what was said, day by day."""
    told = [
        (
            row["due_date"],
            say.label("fell_due").format(
                kind=say.named("documents", row["kind"]),
                document=_name(row),
                amount=say.amount(row["minor"], row["currency"]),
                issued=say.day(row["issued"]),
            ),
        )
        for row in fell_due
    ]
    told += [(row["date"], happened(say, row)) for row in said]
    told.sort(key=lambda one: one[0])
    return _table(
        say,
        ("when", "what"),
        set(),
        [(say.short(date), words[:1].upper() + words[1:]) for date, words in told],
        ["plain"] * len(told),
    )


def happened(say: Speech, note: Row, *, outcome: bool = True) -> str:
    """A note in words: 'call about INV-1: reached'. What somebody wrote in their own words stays in the books."""
    given = say.amount(_minor(note["amount"], note["currency"]), note["currency"]) if note["amount"] > 0 else ""
    what = say.named("contacts", note["kind"])
    what = say.label("promised").format(what=what, amount=given) if given and note["kind"] == "promise" else what
    about = one_line(note["document_id"])
    words = say.label("said_of" if about else "said").format(what=what, document=about)
    day = say.day(note["until"])
    until = say.label("held" if note["kind"] in HELD else "until").format(day=day) if day else ""
    ended = say.named("outcomes", note["outcome"]) if outcome else ""
    return " ".join(part for part in (words, until) if part) + (f"{say.colon} {ended}" if ended else "")


def _minor(amount: float, currency: str) -> int:
    """An amount in minor units."""
    return round(amount * 10 ** decimals(currency))


def _name(row: Row) -> str:
    """The number of a document, and which part of it."""
    return one_line(row["document_id"]) + (f" ({one_line(row['instalment'])})" if row.get("instalment") else "")


def _number(say: Speech, row: Row) -> str:
    """The number of a document, and how much of it is not asked for."""
    aside = say.amount(row["aside"], row["currency"])
    return say.label("set_aside").format(document=_name(row), amount=aside) if row["aside"] else _name(row)


def _in_the_way(say: Speech, row: Row) -> str:
    """What stands in the way of asking for a document, with the amount where the rest of it is asked for."""
    words = say.named("blocks", row["blocked_by"]) if row["blocked_by"] else ""
    part = words and row["aside"] and row["ask"] > 0
    return f"{words}{say.colon} {say.amount(row['aside'], row['currency'])}" if part else words


def _not_applied(say: Speech, row: Row) -> str:
    kind = row["kind"] if row["kind"] in ("credit_note", "payment") else "credit"
    return say.label("not_applied").format(kind=say.named("documents", kind))


def _owed(say: Speech, row: Row, name: str, minor: int) -> tuple[str, ...]:
    date, due = say.short(row["issued"]), say.short(row["due_date"])
    return (name, one_line(row["reference"]), date, due, say.number(row["days_late"]), say.amount(minor, row["currency"]))


def _table(say: Speech, names: Iterable[str], figures: set[str], rows: list[tuple[str, ...]], looks: list[str]) -> Table:
    names = tuple(names)
    return Table(tuple(say.label(name) for name in names), tuple(name in figures for name in names), rows, looks)


def _without_empty(table: Table) -> Table:
    """Without columns that say nothing."""
    kept = [place for place in range(len(table.headings)) if any(row[place] for row in table.rows)]

    def of(cells: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(cells[place] for place in kept)

    return Table(of(table.headings), of(table.figures), [of(row) for row in table.rows], table.looks)
