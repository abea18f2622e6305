"""What an import brings, worked out against what the book holds, and then kept."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from arkit.book.customers import given, newest_of_each, one_number, renamed
from arkit.book.holdings import GONE, Holdings
from arkit.book.merging import PLACE, THINGS, WORKED_OUT, Put, file_of, prepared, put
from arkit.errors import counted, some
from arkit.ledger import Ledger, parse_day
from arkit.money import text
from arkit.tables import ALIASES, BOOK_CHANGES, BOOK_FILES, RECEIPTS, REJECTS

#: What tells two readings of one file apart.
READING = ["columns", "date_order", "number_style", "entry"]
DAY = "%Y-%m-%d"
SOME_DAY = pd.Timestamp("1970-01-01")
#: What is looked at to tell how old an export is: documents are rarely dated ahead, payments often.
DOCUMENTS = ("invoice", "credit_note")


@dataclass(frozen=True, eq=False)
class Added:
    """What the book took from some exports.

    ``number`` is the import, 0 if nothing was taken; ``files`` has the shape `BOOK_FILES`, ``changes`` the shape
    `BOOK_CHANGES`; ``partial`` says of exports that seem to list only part of their days, so that nothing is concluded from
    what they do not list.
    """

    number: int
    files: pd.DataFrame
    changes: pd.DataFrame
    partial: tuple[str, ...]

    def sentences(self) -> list[str]:
        """What was new, corrected and gone, in words, each change with its amounts."""
        files = self.files
        said = [_of_file(row) for row in files[files["rows"].gt(0) | files["status"].eq("known")].to_dict("records")]
        for change, rows in self.changes.groupby("change", sort=False):
            shown = some([_of_change(row) for row in rows.head(4).to_dict("records")], 4)
            rest = f" and {len(rows) - 4:,} more" if len(rows) > 4 else ""
            said.append(f"{change}: {shown}{rest}")
        return [*said, *self.partial]


@dataclass(frozen=True, eq=False)
class Brought:
    """An import worked out: per table its rows, what the book held, and what is put; which of its files were read before."""

    as_of: pd.Timestamp
    made: pd.Timestamp
    rows: dict[str, pd.DataFrame]
    standing: dict[str, pd.DataFrame]
    put: dict[str, Put]
    receipts: pd.DataFrame
    is_known: pd.Series
    stands_for: pd.Series

    def together(self) -> dict[str, pd.DataFrame]:
        """Per table the rows that would stand."""
        return {
            name: pd.concat([_without(held, self.put[name].gone), self.rows[name][self.put[name].fresh]], ignore_index=True)
            for name, held in self.standing.items()
        }


def worked_out(holdings: Holdings, ledger: Ledger, as_of: str | pd.Timestamp | None, complete: bool | None) -> Brought:
    """What an import would bring; nothing is written. Rows of files that were read before are left out."""
    receipts = ledger.receipts
    is_known = _read_before(holdings, receipts)
    stands_for = holdings.one_number() if not len(ledger.aliases) else _with(holdings, ledger.aliases)
    rows = {thing.name: prepared(getattr(ledger, thing.name), thing, receipts) for thing in THINGS}
    known_files = set(receipts.loc[is_known, "file"]) - set(receipts.loc[~is_known, "file"])
    rows = {name: renamed(_not_of(table, known_files), stands_for) for name, table in rows.items()}
    made = _made(ledger)
    day = parse_day(as_of) if as_of is not None else receipts["as_of"].max()
    day = max(made, holdings.newest_day(made)) if pd.isna(day) else day
    younger = _younger(holdings, day, made)
    standing, puts = {}, {}
    for thing in THINGS:
        held = renamed(holdings.rows(thing), stands_for)
        standing[thing.name] = held[~held["ended"]].reset_index(drop=True)
        old = {} if thing.name == "snapshots" or younger is None else {
            "older": younger[younger["thing"].eq(thing.name)], "ended": held[held["ended"]]}  # fmt: skip
        puts[thing.name] = put(standing[thing.name], rows[thing.name], thing, complete=complete, **old)
    return Brought(day, made, rows, standing, puts, receipts, is_known, stands_for)


def keep(holdings: Holdings, ledger: Ledger, brought: Brought) -> Added:
    """The import, kept under the next number, and what it brought; nothing is kept if it says nothing that is not known."""
    anything = any(found.fresh.any() or len(found.gone) for found in brought.put.values())
    files_are_new = not brought.is_known.all()
    number = 0
    if anything or files_are_new or (not len(brought.receipts) and _tells_of_customers(holdings, ledger)):
        number = _kept(holdings, ledger, brought)
    return told(brought, number)


def told(brought: Brought, number: int = 0) -> Added:
    """What an import brings, to be told; ``number`` is the one it was kept under."""
    changes = pd.concat([BOOK_CHANGES.empty(), *(found.changes for found in brought.put.values())], ignore_index=True)
    return Added(number, _files(brought, number), changes.assign(**{"import": number}), _partial(brought))


def _tells_of_customers(holdings: Holdings, ledger: Ledger) -> bool:
    """Whether a ledger that came from no files says something new of customers."""
    before = holdings.each("customers")
    return not newest_of_each(before).equals(newest_of_each([*before, given(ledger)]))


def _kept(holdings: Holdings, ledger: Ledger, brought: Brought) -> int:
    """The number under which everything of an import was written."""
    connection, number = holdings.connection, holdings.last_import() + 1
    days = [f"{day:{DAY}}" for day in (brought.as_of, brought.made)]
    connection.execute("INSERT INTO imports (number, as_of, made) VALUES (?, ?, ?)", (number, *days))
    for thing in THINGS:
        found, rows = brought.put[thing.name], brought.rows[thing.name]
        if found.fresh.any():
            holdings.keep(thing.name, rows.loc[found.fresh, [*thing.table.names, *WORKED_OUT]], number=number)
        if len(found.gone):
            holdings.keep(f"{thing.name}-{GONE}", found.gone[[*PLACE, "why"]], number=number)
        connection.executemany(
            "INSERT INTO covered (import, thing, stream, first, last, whole) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (number, thing.name, row["stream"], f"{row['first']:{DAY}}", f"{row['last']:{DAY}}", int(row["whole"]))
                for row in found.covered.to_dict("records")
            ],
        )
    changes = pd.concat([found.changes for found in brought.put.values()], ignore_index=True)
    for name, table in (
        ("customers", given(ledger)),
        ("aliases", ALIASES.conform(ledger.aliases)[ALIASES.names]),
        ("receipts", ledger.receipts[RECEIPTS.names]),
        ("rejects", ledger.rejects[REJECTS.names]),
        ("changes", changes.assign(**{"import": number})),
    ):
        if len(table):
            holdings.keep(name, table, number=number)
    files = brought.receipts.assign(reading=_reading(brought.receipts))
    connection.executemany(
        "INSERT INTO files (import, file, sha256, reading, rows) VALUES (?, ?, ?, ?, ?)",
        [(number, row["file"], row["sha256"], row["reading"], int(row["rows"])) for row in files.to_dict("records")],
    )
    return number


def _read_before(holdings: Holdings, receipts: pd.DataFrame) -> pd.Series:
    """Which files were read before, to the last byte and in the same way."""
    before = set(holdings.connection.execute("SELECT sha256, reading FROM files").fetchall())
    both = zip(receipts["sha256"], _reading(receipts), strict=True)
    return pd.Series([pair in before for pair in both], index=receipts.index, dtype=bool)


def _reading(receipts: pd.DataFrame) -> pd.Series:
    """How a file was read, as one text: which column is what, which way its dates and amounts go, how many rows count."""
    if not len(receipts):
        return pd.Series(dtype="str")
    columns, order, style, entries = (receipts[name].astype("str") for name in READING)
    return columns + "\n" + order + "\n" + style + "\n" + entries


def _not_of(rows: pd.DataFrame, files: set[str]) -> pd.DataFrame:
    """The rows that were not read from these files."""
    if not files:
        return rows
    return rows[~file_of(rows["source"]).isin(files)].reset_index(drop=True)


def _with(holdings: Holdings, aliases: pd.DataFrame) -> pd.Series:
    """For each number used no more the customer it is, with what an import says."""
    return one_number([*holdings.each("aliases"), aliases])


def _made(ledger: Ledger) -> pd.Timestamp:
    """How far exports reach: the day of the last document in them, else of anything."""
    entries, snapshots = ledger.entries, ledger.snapshots
    days = [entries.loc[entries["kind"].isin(DOCUMENTS), "date"].max(), snapshots["as_of"].max()]
    days = [day for day in days if pd.notna(day)] or [
        day for day in (entries["date"].max(), ledger.notes["date"].max(), SOME_DAY) if pd.notna(day)
    ][:1]
    return max(days)


def _younger(holdings: Holdings, day: pd.Timestamp, made: pd.Timestamp) -> pd.DataFrame | None:
    """What exports cover that look from a later day and reach further; None if there are none."""
    rows = holdings.connection.execute(
        "SELECT thing, stream, first, last FROM covered JOIN imports ON imports.number = covered.import "
        "WHERE imports.as_of > ? AND imports.made > ? AND whole = 1",
        (f"{day:{DAY}}", f"{made:{DAY}}"),
    ).fetchall()
    there = holdings.connection.execute(
        "SELECT count(*) FROM imports WHERE as_of > ? AND made > ?", (f"{day:{DAY}}", f"{made:{DAY}}")
    ).fetchone()[0]
    if not there:
        return None
    found = pd.DataFrame(rows, columns=["thing", "stream", "first", "last"]).astype("str")
    return found.assign(first=found["first"].astype("datetime64[s]"), last=found["last"].astype("datetime64[s]"))


def _without(rows: pd.DataFrame, gone: pd.DataFrame) -> pd.DataFrame:
    """The rows that are not ended."""
    if not len(gone):
        return rows
    return rows[~pd.MultiIndex.from_frame(rows[PLACE]).isin(pd.MultiIndex.from_frame(gone[PLACE]))]


def _files(brought: Brought, number: int) -> pd.DataFrame:
    """What each file brought, shape `BOOK_FILES`; one row without a file where the ledger came from none."""
    counts = [
        pd.DataFrame(
            {
                "file": file_of(brought.rows[name]["source"]),
                "rows": 1,
                "new": found.fresh,
                "known": found.known,
                "passed_over": ~found.fresh & ~found.known,
            }
        )
        for name, found in brought.put.items()
    ]
    by_file = pd.concat(counts, ignore_index=True).groupby("file")[["rows", "new", "known", "passed_over"]].sum()
    files = brought.receipts.drop_duplicates("file").set_index("file")[["export", "sha256"]]
    everything = files.index.union(by_file.index, sort=False)
    known = set(brought.receipts.loc[brought.is_known, "file"]) - set(brought.receipts.loc[~brought.is_known, "file"])
    told = files.reindex(everything).join(by_file.reindex(everything).fillna(0).astype("int64"))
    told = told.rename_axis("file").reset_index()
    status = np.where(told["file"].isin(known), "known", "new")
    return BOOK_FILES.conform(told.assign(status=status, as_of=brought.as_of, **{"import": number}))


def _partial(brought: Brought) -> tuple[str, ...]:
    """What is said of exports that seem to list only part of their days."""
    said: list[str] = []
    for found in brought.put.values():
        covered = found.covered
        part = covered[~covered["whole"] & covered["known"].gt(covered["again"])].to_dict("records")
        said += [
            f"'{row['stream'] or 'these rows'}' lists {row['again']:,} of the {counted(row['known'], 'thing')} known of "
            f"{row['first']:{DAY}} to {row['last']:{DAY}}: taken as part of them, the others stay as they were "
            "(say --complete yes if it lists them all)"
            for row in part
        ]
    return tuple(said)


def _of_file(row: dict) -> str:
    if row["status"] == "known":
        return f"{row['file']}: read before, it adds nothing"
    over = f", {row['passed_over']:,} corrected since by a later export" if row["passed_over"] else ""
    return f"{row['file'] or 'the ledger'}: {row['new']:,} new, {row['known']:,} known already{over}"


def _of_change(row: dict) -> str:
    """One change in words, with what differs."""
    currency = str(row["currency"])
    words = f"{row['kind'].replace('_', ' ')} {row['document_id']} of {row['customer_id']}"
    if row["change"] != "corrected":
        return f"{words}, {text(row['amount'], currency)} of {row['date']:{DAY}}"
    pairs = [
        (text(row["amount"], currency), text(row["amount_now"], currency)),
        *((f"{row[name]:{DAY}}", f"{row[name + '_now']:{DAY}}") for name in ("date", "due_date") if not pd.isna(row[name])
          and not pd.isna(row[name + "_now"])),
    ]  # fmt: skip
    differs = [f"{was} to {now}" for was, now in pairs if was != now]
    return f"{words}, " + (", ".join(differs) or "in its details")
