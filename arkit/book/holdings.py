"""What lies in the folder of a book: the tables that the register names, read with what was superseded left out."""

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from arkit.book import shelf
from arkit.book.customers import newest_of_each, one_number, renamed
from arkit.book.entered import entered
from arkit.book.merging import PLACE, THINGS, WORKED_OUT, Thing
from arkit.errors import BookRefused
from arkit.ledger import Ledger
from arkit.shapes import Table
from arkit.tables import ALIASES, NOTES, RECEIPTS, REJECTS

#: What ends rows of a table: import and row, and why.
GONE = "gone"


@dataclass(frozen=True)
class Holdings:
    """The folder and its register, open; ``made`` are the files written so far."""

    folder: Path
    connection: sqlite3.Connection
    made: list[Path] = field(default_factory=list)

    def imports(self, as_known: int | None = None) -> pd.DataFrame:
        """Imports by number: the day each looks from and that of its last document, oldest day first."""
        rows = self.connection.execute(
            "SELECT number, as_of, made FROM imports WHERE number <= ? ORDER BY as_of, number", (_until(as_known),)
        ).fetchall()
        return pd.DataFrame(rows, columns=["number", "as_of", "made"])

    def last_import(self) -> int:
        """The number of the newest import; 0 if there is none."""
        return self.connection.execute("SELECT coalesce(max(number), 0) FROM imports").fetchone()[0]

    def newest_day(self, default: pd.Timestamp) -> pd.Timestamp:
        """The latest day that an import looks from."""
        (day,) = self.connection.execute("SELECT max(as_of) FROM imports").fetchone()
        return default if day is None else pd.Timestamp(day).as_unit("s")

    def named(self, name: str, as_known: int | None = None) -> list[tuple[int, shelf.Kept]]:
        """The files of a table, one per import, by the day the imports look from."""
        rows = self.connection.execute(
            "SELECT kept.import, name, file, rows, sha256 FROM kept JOIN imports ON imports.number = kept.import "
            "WHERE name = ? AND kept.import <= ? ORDER BY imports.as_of, kept.import",
            (name, _until(as_known)),
        ).fetchall()
        return [(number, shelf.Kept(*of)) for number, *of in rows]

    def each(self, name: str, as_known: int | None = None) -> list[pd.DataFrame]:
        """A table as each import brought it, oldest day first."""
        return [shelf.take(self.folder, kept) for _, kept in self.named(name, as_known)]

    def all_rows(self, name: str, table: Table, as_known: int | None = None) -> pd.DataFrame:
        """A table of all imports, one below the other."""
        return pd.concat([table.empty(), *map(table.conform, self.each(name, as_known))], ignore_index=True)

    def rows(self, thing: Thing, as_known: int | None = None) -> pd.DataFrame:
        """Every row that some import brought, with where it stands and the flag ``ended``; customers by their number now."""
        brought = [
            typed(shelf.take(self.folder, kept), thing).assign(**{"import": number}).reset_index(names="row")
            for number, kept in self.named(thing.name, as_known)
        ]
        if not brought:
            return typed(thing.table.empty(), thing).assign(**{"import": 0, "row": 0, "ended": False})
        rows = pd.concat(brought, ignore_index=True)
        gone = self.each(f"{thing.name}-{GONE}", as_known)
        ended = pd.Series(data=False, index=rows.index)
        if gone:
            places = pd.MultiIndex.from_frame(pd.concat(gone, ignore_index=True)[PLACE])
            ended = pd.Series(pd.MultiIndex.from_frame(rows[PLACE]).isin(places), index=rows.index)
        return renamed(rows.assign(ended=ended), self.one_number(as_known))

    def standing(self, thing: Thing, as_known: int | None = None) -> pd.DataFrame:
        """The rows that no later import has ended."""
        rows = self.rows(thing, as_known)
        return rows[~rows["ended"]].reset_index(drop=True)

    def one_number(self, as_known: int | None = None) -> pd.Series:
        """For each number used no more the customer it is."""
        return one_number(self.each("aliases", as_known))

    def ledger(
        self,
        rows: dict[str, pd.DataFrame],
        *,
        customers: list[pd.DataFrame],
        stands_for: pd.Series,
        as_known: int | None = None,
        told: tuple[pd.DataFrame, pd.DataFrame] | None = None,
    ) -> Ledger:
        """One ledger of rows that stand, with what people entered."""
        plain = {thing.name: renamed(rows[thing.name][thing.table.names], stands_for) for thing in THINGS}
        said = renamed(entered(self.connection, as_known=as_known)[NOTES.names], stands_for)
        everybody = newest_of_each(customers)
        receipts, rejects = told or tuple(
            self.all_rows(name, table, as_known) for name, table in (("receipts", RECEIPTS), ("rejects", REJECTS))
        )
        return Ledger(
            plain["entries"],
            everybody[~everybody["customer_id"].isin(stands_for.index)],
            snapshots=plain["snapshots"],
            notes=pd.concat([plain["notes"], said], ignore_index=True),
            receipts=receipts,
            rejects=rejects,
            aliases=ALIASES.conform(stands_for.rename_axis("customer_id").reset_index(name="same_as")),
        )

    # -- writing -------------------------------------------------------------------------------------------------------------

    def keep(self, name: str, frame: pd.DataFrame, *, number: int | None = None, list_number: int | None = None) -> None:
        """A table as a file, named in the register when the transaction is done."""
        file = f"{number:04d}-{name}.parquet" if number is not None else f"list-{list_number:04d}-{name}.parquet"
        kept = shelf.keep(self.folder, file, name, frame)
        self.made.append(self.folder / file)
        self.connection.execute(
            "INSERT INTO kept (file, name, rows, sha256, import, list) VALUES (?, ?, ?, ?, ?, ?)",
            (kept.file, name, kept.rows, kept.sha256, number, list_number),
        )

    def all_kept(self) -> list[shelf.Kept]:
        """Every file that the register names."""
        rows = self.connection.execute("SELECT name, file, rows, sha256 FROM kept ORDER BY file").fetchall()
        return [shelf.Kept(*row) for row in rows]

    def sweep(self) -> None:
        """Remove files that a crash left and the register does not name."""
        for path in shelf.unnamed(self.folder, {kept.file for kept in self.all_kept()}):
            path.unlink(missing_ok=True)

    def must_know(self, number: int | None) -> None:
        """Refuse an import that there is not."""
        last = self.last_import()
        if number is not None and not 1 <= number <= last:
            raise BookRefused(
                f"the book in '{self.folder}' has no import {number}.",
                expected=f"a number from 1 to {last}" if last else "a book with imports in it",
                got=str(number),
                fix="arkit book FOLDER lists them",
            )


def typed(rows: pd.DataFrame, thing: Thing) -> pd.DataFrame:
    """Rows of a file with every declared column, typed, and what was worked out for them."""
    conformed = thing.table.conform(rows)
    worked = {name: conformed[name] if name in conformed else pd.Series(dtype="str") for name in WORKED_OUT}
    worked |= {name: worked[name].astype("datetime64[s]") for name in ("day", "unit_day")}
    worked |= {name: worked[name].astype("str") for name in ("stream", "unit_kind")}
    worked["bound"] = worked["bound"].astype(bool)
    return conformed.assign(**worked)[[*thing.table.names, *WORKED_OUT]]


def _until(as_known: int | None) -> int:
    return 2**62 if as_known is None else as_known
