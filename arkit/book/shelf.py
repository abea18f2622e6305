"""Tables as immutable Parquet files: written under another name, made safe on the disk, then named; never changed again."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from arkit.errors import BookRefused

#: How files end that are being written: whatever ends so was left by a crash.
UNFINISHED = ".part"


@dataclass(frozen=True)
class Kept:
    """A file as the register names it: its table, name, rows, and the fingerprint of its bytes."""

    table: str
    file: str
    rows: int
    sha256: str


def keep(folder: Path, file: str, table: str, frame: pd.DataFrame) -> Kept:
    """A table as a Parquet file in the folder, safe on the disk before it bears its name.

    Raises
    ------
    OSError
        If the disk does not take it; nothing is left under that name.
    """
    path, making = folder / file, folder / (file + UNFINISHED)
    try:
        with making.open("wb") as out:
            pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), out, compression="zstd")
            out.flush()
            os.fsync(out.fileno())
        fingerprint = sha256(making)
        making.replace(path)
        settle(folder)
    except BaseException:
        making.unlink(missing_ok=True)
        raise
    return Kept(table, file, len(frame), fingerprint)


def take(folder: Path, kept: Kept) -> pd.DataFrame:
    """The table of a file, if its bytes are those that were written.

    Raises
    ------
    BookRefused
        If the file is missing or was changed.
    """
    must_be_whole(folder, kept)
    return pq.read_table(folder / kept.file).to_pandas()


def must_be_whole(folder: Path, kept: Kept) -> None:
    """Refuse a file that is not as it was written."""
    wrong = fault(folder, kept)
    if wrong:
        raise BookRefused(
            f"the book in '{folder}' is damaged.",
            expected=f"{kept.file} as it was written, {kept.rows:,} rows of {kept.table}",
            got=wrong,
            fix="put the file back from a copy of the book; arkit book FOLDER --check lists what else is wrong",
        )


def fault(folder: Path, kept: Kept) -> str:
    """What is wrong with a file; empty where nothing is."""
    path = folder / kept.file
    try:
        same = sha256(path) == kept.sha256
    except FileNotFoundError:
        return f"{kept.file} is missing"
    except OSError as error:
        return f"{kept.file} cannot be read: {error.strerror}"
    return "" if same else f"{kept.file} was changed"


def sha256(path: Path) -> str:
    """The fingerprint of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def settle(folder: Path) -> None:
    """Make the names in a folder safe on the disk, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unnamed(folder: Path, names: set[str]) -> list[Path]:
    """Files of tables that the register does not name: left by a crash, and part of nothing."""
    endings = (".parquet", ".parquet" + UNFINISHED)
    return sorted(path for path in folder.glob("*") if path.name.endswith(endings) and path.name not in names)
