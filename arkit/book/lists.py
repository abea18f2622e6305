"""Lists of actions as they were given out, and how much of each came back."""

import pandas as pd

from arkit.book import shelf
from arkit.book.holdings import Holdings
from arkit.book.merging import THINGS
from arkit.errors import BookRefused, DayRefused, counted
from arkit.ladder import IDLE
from arkit.ledger import parse_day
from arkit.tables import ACTIONS, BOOK_LISTS, INSTALMENTS

DAY = "%Y-%m-%d"


def issue(holdings: Holdings, actions: pd.DataFrame, offered: pd.DataFrame | None, *, replace: bool) -> None:
    """Keep a list; nothing happens if the very same one of that day is kept already."""
    table = ACTIONS.conform(actions)[ACTIONS.names].reset_index(drop=True)
    if not len(table):
        return
    if table["as_of"].ne(table["as_of"].iloc[0]).any():
        raise DayRefused(
            "a list is of one day.",
            expected="actions of one day",
            got=f"{table['as_of'].nunique()} days",
            fix="hand over one list after the other",
        )
    day = f"{table['as_of'].iloc[0]:{DAY}}"
    before = _of(holdings, day)
    plans = INSTALMENTS.conform(offered)[INSTALMENTS.names].reset_index(drop=True)
    if before is not None:
        same = _kept(holdings, before, "actions").equals(table) and _kept(holdings, before, "instalments").equals(plans)
        if same:
            return
        if not replace:
            raise BookRefused(
                f"another list of {day} was given out before.",
                expected="one list a day, the one that people work with",
                got=f"list {before} of {day}, which differs",
                fix="say --replace if nobody works with that list; it stays in the book",
            )
        holdings.connection.execute("UPDATE lists SET replaced = 1 WHERE number = ?", (before,))
    contacts = int((~table["action"].isin(IDLE)).sum())
    number = holdings.connection.execute(
        "INSERT INTO lists (as_of, rows, contacts, since_import) VALUES (?, ?, ?, ?)",
        (day, len(table), contacts, holdings.last_import()),
    ).lastrowid
    holdings.keep("actions", table, list_number=number)
    holdings.keep("instalments", plans, list_number=number)


def issued(holdings: Holdings, day: str | pd.Timestamp | None = None, before: str | pd.Timestamp | None = None) -> pd.DataFrame:
    """A list as it was given out, shape `ACTIONS`; without rows if there is none."""
    number = _of(holdings, f"{parse_day(day):{DAY}}" if day is not None else None, before)
    return ACTIONS.empty() if number is None else _kept(holdings, number, "actions")


def offered_with(holdings: Holdings, day: str) -> pd.DataFrame:
    """The instalments that the list of a day offered, shape `INSTALMENTS`."""
    number = _of(holdings, day)
    return INSTALMENTS.empty() if number is None else _kept(holdings, number, "instalments")


def all_issued(holdings: Holdings) -> pd.DataFrame:
    """Every list that was given out, one below the other, with its number."""
    numbers = [number for (number,) in holdings.connection.execute("SELECT number FROM lists ORDER BY number").fetchall()]
    tables = [_kept(holdings, number, "actions").assign(list=number) for number in numbers]
    return pd.concat([ACTIONS.empty(), *tables], ignore_index=True)


def given_out(holdings: Holdings) -> pd.DataFrame:
    """The lists, and how much of each was read back, shape `BOOK_LISTS`."""
    rows = holdings.connection.execute(
        "SELECT number, as_of, rows, contacts, replaced, since_import, (SELECT count(DISTINCT row_id) FROM notes "
        "WHERE substr(row_id, 1, 11) = lists.as_of || '|' AND ended_import IS NULL) AS answered FROM lists ORDER BY number"
    ).fetchall()
    columns = ["list", "as_of", "rows", "contacts", "replaced", "since_import", "answered"]
    table = pd.DataFrame(rows, columns=columns)
    answered = table["answered"].astype("int64") if len(table) else pd.Series(dtype="int64")
    return BOOK_LISTS.conform(table.assign(read_back=answered.gt(0), replaced=table["replaced"].eq(1)))


def unread(holdings: Holdings, before: str | pd.Timestamp) -> str:
    """That the last list before a day, with somebody to contact on it, has not been read back; else empty."""
    lists = given_out(holdings)
    last = lists[~lists["replaced"] & lists["as_of"].lt(parse_day(before)) & lists["contacts"].gt(0)].tail(1)
    if not len(last) or last["read_back"].iloc[0]:
        return ""
    return (
        f"the list of {last['as_of'].iloc[0]:{DAY}} has not been read back: what was done of its "
        f"{counted(int(last['contacts'].iloc[0]), 'contact')} is not known here (arkit record WORKBOOK --book FOLDER)"
    )


def summary(holdings: Holdings) -> dict[str, object]:
    """How much the book holds."""
    connection = holdings.connection

    def one(asked: str) -> int:
        return int(connection.execute(asked).fetchone()[0])

    imports = holdings.imports()
    standing = {thing.name: holdings.standing(thing) for thing in THINGS}
    days = pd.concat([standing["entries"]["date"], standing["snapshots"]["as_of"]])
    everybody = pd.concat([rows["customer_id"] for rows in (standing["entries"], standing["snapshots"])])
    given = given_out(holdings)
    current = given[~given["replaced"]]
    superseded = [holdings.rows(thing)["ended"].sum() for thing in THINGS]
    files = [path for path in holdings.folder.glob("*") if path.is_file()]
    return {
        "imports": len(imports),
        "files": one("SELECT count(*) FROM files"),
        "first_day": f"{days.min():{DAY}}" if len(days) else None,
        "last_day": f"{days.max():{DAY}}" if len(days) else None,
        "as_of": imports["as_of"].iloc[-1] if len(imports) else None,
        "postings": len(standing["entries"]),
        "open_items": len(standing["snapshots"]),
        "superseded": int(sum(superseded)),
        "customers": int(everybody.nunique()),
        "lists": len(current),
        "read_back": int(current["read_back"].sum()),
        "notes_of_exports": len(standing["notes"]),
        "notes_recorded": one("SELECT count(*) FROM notes WHERE ended_import IS NULL"),
        "plans_agreed": one("SELECT count(*) FROM agreed WHERE ended_import IS NULL"),
        "bytes": sum(path.stat().st_size for path in files),
    }


def _of(holdings: Holdings, day: str | None = None, before: str | pd.Timestamp | None = None) -> int | None:
    """The number of the list of a day, or of the newest, or of the newest before a day; None if there is none."""
    until = f"{parse_day(before):{DAY}}" if before is not None else "9999"
    found = holdings.connection.execute(
        "SELECT number FROM lists WHERE replaced = 0 AND as_of < ? AND (? IS NULL OR as_of = ?) ORDER BY as_of DESC LIMIT 1",
        (until, day, day),
    ).fetchone()
    return found[0] if found else None


def _kept(holdings: Holdings, number: int, name: str) -> pd.DataFrame:
    """A table of a list."""
    row = holdings.connection.execute(
        "SELECT name, file, rows, sha256 FROM kept WHERE list = ? AND name = ?", (number, name)
    ).fetchone()
    table = {"actions": ACTIONS, "instalments": INSTALMENTS}[name]
    return table.conform(shelf.take(holdings.folder, shelf.Kept(*row)))
