"""The book: everything that was ever read, said and given out, in one folder, and how it grows."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from arkit.book import lists, plans, register, shelf
from arkit.book.adding import Added, keep, told, worked_out
from arkit.book.customers import given
from arkit.book.entered import emptied, entered, judged, write_down
from arkit.book.holdings import Holdings
from arkit.book.merging import SAID, THINGS
from arkit.errors import BookRefused, OutputRefused
from arkit.ledger import Ledger
from arkit.policy import DEFAULT, Policy
from arkit.tables import BOOK_CHANGES, INSTALMENTS, NOTES, RECORDED
from arkit.views import write_csv


@dataclass(frozen=True)
class Book:
    """The company's memory between months: a folder with a register and a file for each table of each import.

    Nothing in it is ever changed: what a later export corrects stays in it, marked as superseded. Every change is made as a
    whole or not at all, whatever happens meanwhile.

    Examples
    --------
    >>> import tempfile
    >>> from arkit.sample import sample_ledger
    >>> ledger = sample_ledger()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     book = Book.open(folder)
    ...     september, october = (book.add(ledger.until(day)) for day in ("2026-09-30", "2026-10-31"))
    ...     now = book.ledger().at("2026-10-31")
    >>> september.number, october.number, len(now) == len(ledger.at("2026-10-31"))
    (1, 2, True)
    """

    folder: Path

    @classmethod
    def open(cls, folder: str | Path) -> "Book":
        """The book in a folder; an empty one, made with the first thing that is put into it, where there is none yet.

        Raises
        ------
        BookRefused
            If what lies there is no book, is damaged, or was written by a newer arkit.
        """
        path = Path(folder)
        if path.exists() and not path.is_dir():
            raise BookRefused(
                f"'{path}' is no folder.",
                expected="the folder that the book lies in",
                got="a file",
                fix="name the folder, or a new one",
            )
        with register.reading(path):
            return cls(path)

    @property
    def exists(self) -> bool:
        """Whether anything was ever put into it."""
        return (self.folder / register.NAME).exists()

    # -- what exports bring --------------------------------------------------------------------------------------------------

    def add(self, ledger: Ledger, *, as_of: str | pd.Timestamp | None = None, complete: bool | None = None) -> Added:
        """Take what some exports bring, all of it or nothing, and say what was new.

        A posting that several exports list counts once, or as often as the one that lists it most. Of a document with another
        amount or other days the export that looks from a later day counts. What an export no longer lists of its own days
        was deleted there, and counts no more. All of that is said, and nothing is thrown away.

        Parameters
        ----------
        ledger
            What `arkit.load` returned.
        as_of
            The day the exports look from. An export of an earlier day than one before only fills gaps. Left out, it is the
            day they state, else they are taken to be the newest.
        complete
            Whether the exports list everything of their days. Left out, each is taken to if it lists again nine tenths of
            what is known of them; else nothing is concluded from what it does not list, and ``partial`` says so.

        Raises
        ------
        BookRefused
            If somebody else is writing, or the disk is full; the book is then as it was.
        """
        with self._writing() as holdings:
            return keep(holdings, ledger, worked_out(holdings, ledger, as_of, complete))

    def together(
        self,
        ledger: Ledger,
        day: str | pd.Timestamp | None = None,
        *,
        complete: bool | None = None,
        policy: Policy = DEFAULT,
    ) -> tuple[Ledger, Added]:
        """The ledger as it would be with these exports too, and what they would bring; nothing is written.

        Its receipts and rejects are those of the exports alone.

        Parameters
        ----------
        day
            The day one looks from; on it stand the plans that were agreed, as notes.
        complete
            As `add` takes it.
        """
        with self._reading() as holdings:
            brought = worked_out(holdings, ledger, day, complete)
            made = holdings.ledger(
                brought.together(),
                customers=[*holdings.each("customers"), given(ledger)],
                stands_for=brought.stands_for,
                told=(ledger.receipts, ledger.rejects),
            )
            known = plans.agreed(holdings.connection)
            return plans.with_plans(made, known, day, policy), told(brought)

    def ledger(self, day: str | pd.Timestamp | None = None, *, as_known: int | None = None, policy: Policy = DEFAULT) -> Ledger:
        """Everything in the book that was not superseded, as one ledger.

        Parameters
        ----------
        day
            The day one looks from; on it stand the plans that were agreed, as notes.
        as_known
            The number of an import: what was known when it came in, and nothing that came later.

        Raises
        ------
        BookRefused
            If a file of the book is missing or was changed, or there is no such import.
        """
        with self._reading() as holdings:
            holdings.must_know(as_known)
            made = holdings.ledger(
                {thing.name: holdings.standing(thing, as_known) for thing in THINGS},
                customers=holdings.each("customers", as_known),
                stands_for=holdings.one_number(as_known),
                as_known=as_known,
            )
            return plans.with_plans(made, plans.agreed(holdings.connection, as_known), day, policy)

    def changes(self) -> pd.DataFrame:
        """What later exports corrected or no longer listed, with its amounts, one row each, shape `BOOK_CHANGES`."""
        with self._reading() as holdings:
            return holdings.all_rows("changes", BOOK_CHANGES)

    def files(self) -> pd.DataFrame:
        """The files that were read, with their fingerprints and the import each came with."""
        with self._reading() as holdings:
            rows = holdings.connection.execute(
                "SELECT import, as_of, file, sha256, rows FROM files JOIN imports ON number = import ORDER BY import, file"
            ).fetchall()
            return pd.DataFrame(rows, columns=["import", "as_of", "file", "sha256", "rows"])

    # -- what people enter ---------------------------------------------------------------------------------------------------

    def record(self, notes: pd.DataFrame, *, prefer: str | None = None, empty: pd.DataFrame | None = None) -> pd.DataFrame:
        """Take down what was said, and say of each note what became of it, shape `RECORDED`.

        A note that answers a row of a list is known by that row: read again it adds nothing; where the same file says
        something else now, that counts, and what was said before is kept as history. Two files that contradict each other
        about a row are a conflict, and nothing of it is recorded until it is settled. Other notes are known by what they say.
        An agreed plan takes over the instalments that the list of that day offered.

        Parameters
        ----------
        notes
            Shape `NOTES`; ``source`` begins with the file.
        prefer
            The file that is right where two contradict each other.
        empty
            The ``row_id`` and the ``file`` of rows that nobody filled in, as `arkit.read_workbook` says them: what is recorded
            of such a row from the same file stays, and is returned with the status 'kept'.
        """
        with self._writing() as holdings:
            exported, recorded = holdings.standing(SAID)[NOTES.names], entered(holdings.connection)
            found = judged(notes, recorded, exported, prefer)
            write_down(holdings.connection, found, holdings.last_import())
            found = plans.agree_from_lists(holdings, found)
            if empty is not None:
                found = RECORDED.conform(pd.concat([found, emptied(recorded, empty)], ignore_index=True))
            return RECORDED.conform(found.loc[found["status"].ne("replaced"), RECORDED.names]).reset_index(drop=True)

    def agree(self, instalments: pd.DataFrame) -> None:
        """Take down plans that were agreed; a plan of the same day and account takes the place of the one before.

        Parameters
        ----------
        instalments
            Shape `INSTALMENTS`, as `arkit.plans.schedule` makes them.
        """
        with self._writing() as holdings:
            plans.write_down(holdings, INSTALMENTS.conform(instalments))

    def agreed(self) -> pd.DataFrame:
        """The instalments of all plans that were agreed, shape `INSTALMENTS`."""
        with self._reading() as holdings:
            return plans.agreed(holdings.connection)

    # -- what was given out --------------------------------------------------------------------------------------------------

    def issue(
        self,
        actions: pd.DataFrame,
        *,
        offered: pd.DataFrame | None = None,
        replace: bool = False,
    ) -> None:
        """Keep a list as it is given out, with the instalments it offers.

        Parameters
        ----------
        offered
            Instalments of the plans offered with it, shape `INSTALMENTS`.
        replace
            Whether it takes the place of another list of the same day, which is kept too.

        Raises
        ------
        BookRefused
            If another list of that day was given out before, and ``replace`` does not say otherwise.
        """
        with self._writing() as holdings:
            lists.issue(holdings, actions, offered, replace=replace)

    def issued(self, day: str | pd.Timestamp | None = None, *, before: str | pd.Timestamp | None = None) -> pd.DataFrame:
        """A list as it was given out, shape `ACTIONS`: that of a day, or the newest, or the newest of an earlier day.

        It has no rows if there is none.
        """
        with self._reading() as holdings:
            return lists.issued(holdings, day, before)

    def lists(self) -> pd.DataFrame:
        """The lists that were given out, and how much of each was read back, shape `BOOK_LISTS`."""
        with self._reading() as holdings:
            return lists.given_out(holdings)

    def unread(self, before: str | pd.Timestamp) -> str:
        """That the last list before a day has not been read back, in words; empty where it was, or none was given out."""
        with self._reading() as holdings:
            return lists.unread(holdings, before)

    def keep_month(
        self,
        ledger: Ledger,
        actions: pd.DataFrame,
        *,
        as_of: str | pd.Timestamp,
        offered: pd.DataFrame | None = None,
        complete: bool | None = None,
        replace: bool = False,
    ) -> Added:
        """`add` and `issue` in one: the exports and the list of a month, both or neither."""
        with self._writing() as holdings:
            added = keep(holdings, ledger, worked_out(holdings, ledger, as_of, complete))
            lists.issue(holdings, actions, offered, replace=replace)
            return added

    # -- the book itself -----------------------------------------------------------------------------------------------------

    def check(self) -> list[str]:
        """What is wrong with it, a sentence each: files missing or changed, a damaged register. Empty if nothing is."""
        with self._reading() as holdings:
            found = [line for (line,) in holdings.connection.execute("PRAGMA integrity_check").fetchall() if line != "ok"]
            found += [f"the register names {table} that it does not hold" for table, *_ in
                      holdings.connection.execute("PRAGMA foreign_key_check").fetchall()]  # fmt: skip
            return found + [fault for kept in holdings.all_kept() if (fault := shelf.fault(self.folder, kept))]

    def summary(self) -> dict[str, object]:
        """How much is in it: files, imports, days, postings, customers, lists, notes, plans, bytes."""
        with self._reading() as holdings:
            return lists.summary(holdings)

    def export(self, folder: str | Path) -> list[Path]:
        """Everything as CSV files in a new folder, superseded rows too, marked as such.

        Raises
        ------
        OutputRefused
            If the folder holds something.
        """
        target = Path(folder)
        _must_be_empty(target)
        with self._reading() as holdings:
            tables: dict[str, pd.DataFrame] = {}
            for thing in THINGS:
                rows = holdings.rows(thing)
                tables[thing.name] = rows[["import", "ended", *thing.table.names]].rename(columns={"ended": "superseded"})
            tables |= {"recorded": entered(holdings.connection).drop(columns="number"), "lists": lists.given_out(holdings)}
            tables |= {"agreed": plans.agreed(holdings.connection), "issued": lists.all_issued(holdings)}
        known = self.ledger()
        tables |= {"customers": known.customers, "receipts": known.receipts, "rejects": known.rejects}
        tables |= {"aliases": known.aliases, "changes": self.changes()}
        target.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            write_csv(table, target / f"{name}.csv")
        return sorted(target.iterdir())

    def back_up(self, file: str | Path) -> Path:
        """The whole book in one zip file, as it is at this moment; to go back, unpack it into a new folder.

        Raises
        ------
        BookRefused
            If the book is damaged: a copy of it would not be one.
        OutputRefused
            If the file is there already.
        """
        path = Path(file)
        if path.exists():
            raise OutputRefused(f"'{path}' is there already.", expected="a new file", got="a file", fix="choose another name")
        making = path.with_name(path.name + shelf.UNFINISHED)
        try:
            with self._reading() as holdings, zipfile.ZipFile(making, "w") as archive:
                archive.writestr(register.NAME, register.copied(holdings.connection), zipfile.ZIP_DEFLATED)
                for kept in holdings.all_kept():
                    shelf.must_be_whole(self.folder, kept)
                    archive.write(self.folder / kept.file, kept.file)  # packed already
            making.replace(path)
        except OSError as error:
            raise OutputRefused(
                f"'{path}' cannot be written.", expected="a new file", got=str(error), fix="choose another place"
            ) from error
        finally:
            making.unlink(missing_ok=True)
        return path

    @contextmanager
    def _reading(self) -> Iterator[Holdings]:
        with register.reading(self.folder) as connection:
            yield Holdings(self.folder, connection)

    @contextmanager
    def _writing(self) -> Iterator[Holdings]:
        """The holdings, to be written as a whole: if anything goes wrong, what was written is removed."""
        made: list[Path] = []
        try:
            with register.writing(self.folder) as connection:
                holdings = Holdings(self.folder, connection, made)
                holdings.sweep()
                yield holdings
        except BaseException:
            for path in made:
                with suppress(OSError):
                    path.unlink(missing_ok=True)
            raise


def _must_be_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputRefused(f"'{folder}' is not empty.", expected="a new folder", got="files in it", fix="choose another name")
