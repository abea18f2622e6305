"""The register: one SQLite file that says which files make up the book, and holds what people entered."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from arkit.errors import BookRefused

NAME = "book.sqlite"
#: What marks the file as a book of arkit: "arkb" in its header.
MARK = 0x61726B62
#: Seconds to wait while somebody else writes.
PATIENCE = 10.0
#: How a book came to be what it is, step by step; the number of steps done is the version of a book. Steps are only ever added.
STEPS = (
    # 1: imports, the files read, the tables kept, and what each list of postings covers
    """
    CREATE TABLE imports (number INTEGER PRIMARY KEY, as_of TEXT NOT NULL, made TEXT NOT NULL);
    CREATE TABLE files (
        import INTEGER NOT NULL REFERENCES imports, file TEXT NOT NULL, sha256 TEXT NOT NULL, reading TEXT NOT NULL,
        rows INTEGER NOT NULL);
    CREATE INDEX files_by_hash ON files (sha256);
    CREATE TABLE kept (
        file TEXT PRIMARY KEY, name TEXT NOT NULL, rows INTEGER NOT NULL, sha256 TEXT NOT NULL,
        import INTEGER REFERENCES imports);
    CREATE TABLE covered (
        import INTEGER NOT NULL REFERENCES imports, thing TEXT NOT NULL, stream TEXT NOT NULL, first TEXT NOT NULL,
        last TEXT NOT NULL, whole INTEGER NOT NULL);
    """,
    # 2: what people entered, and the lists given out
    """
    CREATE TABLE notes (
        number INTEGER PRIMARY KEY, row_id TEXT NOT NULL, kind TEXT NOT NULL, date TEXT NOT NULL, customer_id TEXT NOT NULL,
        document_id TEXT NOT NULL, currency TEXT NOT NULL, amount REAL, until TEXT, outcome TEXT NOT NULL, reason TEXT NOT NULL,
        "by" TEXT NOT NULL, text TEXT NOT NULL, source TEXT NOT NULL, file TEXT NOT NULL,
        since_import INTEGER NOT NULL, ended_import INTEGER, ended TEXT NOT NULL DEFAULT '');
    CREATE INDEX notes_by_row ON notes (row_id);
    CREATE TABLE lists (
        number INTEGER PRIMARY KEY, as_of TEXT NOT NULL, rows INTEGER NOT NULL, contacts INTEGER NOT NULL,
        since_import INTEGER NOT NULL, replaced INTEGER NOT NULL DEFAULT 0);
    ALTER TABLE kept ADD COLUMN list INTEGER REFERENCES lists;
    """,
    # 3: plans that were agreed
    """
    CREATE TABLE agreed (
        number INTEGER PRIMARY KEY, as_of TEXT NOT NULL, customer_id TEXT NOT NULL, currency TEXT NOT NULL,
        since_import INTEGER NOT NULL, ended_import INTEGER);
    CREATE TABLE agreed_instalments (
        agreement INTEGER NOT NULL REFERENCES agreed, as_of TEXT NOT NULL, customer_id TEXT NOT NULL, currency TEXT NOT NULL,
        number INTEGER NOT NULL, due_on TEXT NOT NULL, amount REAL NOT NULL, interest REAL, principal REAL, balance REAL,
        PRIMARY KEY (agreement, number));
    """,
)


@contextmanager
def reading(folder: Path) -> Iterator[sqlite3.Connection]:
    """The register, to be read as it is at one moment; an empty one where there is none yet."""
    with _opened(folder) as connection, _said_plainly(folder):
        connection.execute("BEGIN")
        yield connection
        connection.execute("ROLLBACK")


@contextmanager
def writing(folder: Path) -> Iterator[sqlite3.Connection]:
    """The register, to be written by nobody else meanwhile: all of it, or nothing if anything goes wrong inside.

    Raises
    ------
    BookRefused
        If somebody else is writing, the disk is full, or the file is no book.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, str(error)) from error
    with _opened(folder, create=True) as connection, _said_plainly(folder):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def copied(connection: sqlite3.Connection) -> bytes:
    """The register as the bytes of a file, as it is in this moment."""
    return connection.serialize()


@contextmanager
def _opened(folder: Path, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection to the register at the newest version; to an empty one in memory if there is none and none is made."""
    path = folder / NAME
    new = not path.exists()
    with _said_plainly(folder):
        connection = sqlite3.connect(path if create or not new else ":memory:", timeout=PATIENCE, isolation_level=None)
        with closing(connection):
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            _bring_up(connection, folder)
            yield connection


def _bring_up(connection: sqlite3.Connection, folder: Path) -> None:
    """Take the steps that a book lacks, all or none."""
    version = _version(connection, folder)
    if version == len(STEPS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection, folder)
        for step in STEPS[version:]:
            for statement in filter(str.strip, step.split(";")):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {MARK}")
        connection.execute(f"PRAGMA user_version = {len(STEPS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection, folder: Path) -> int:
    """The version of a book; refused if it is none of ours or of a newer arkit."""
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and mark != MARK:
        raise BookRefused(
            f"'{folder / NAME}' is no book of arkit.",
            expected="a file that arkit made",
            got="a database of another program",
            fix="name another folder for the book",
        )
    if version > len(STEPS):
        raise BookRefused(
            f"the book in '{folder}' was written by a newer arkit.",
            expected=f"a book of version {len(STEPS)} or less",
            got=f"version {version}",
            fix="update arkit, then try again; the book is as it was",
        )
    return version


@contextmanager
def _said_plainly(folder: Path) -> Iterator[None]:
    """What SQLite or the disk complains about, as a refusal."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise BookRefused(
                f"somebody else is writing to the book in '{folder}'.",
                expected=f"to have it alone within {PATIENCE:g} seconds",
                got=str(error),
                fix="wait until the other arkit is done, then try again; nothing was changed",
            ) from error
        raise _unwritable(folder, str(error)) from error
    except sqlite3.DatabaseError as error:
        raise BookRefused(
            f"the register of the book in '{folder}' cannot be read.",
            expected=f"{NAME}, a file that arkit made",
            got=str(error),
            fix="put it back from a copy of the book",
        ) from error
    except OSError as error:
        raise _unwritable(folder, str(error)) from error


def _unwritable(folder: Path, got: str) -> BookRefused:
    return BookRefused(
        f"the book in '{folder}' cannot be written.",
        expected="a folder that may be written, with room on the disk",
        got=got,
        fix="make room or choose another folder, then try again; the book is as it was",
    )
