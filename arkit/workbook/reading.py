"""A list that collectors filled in and sent back: notes, and everything that does not fit."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from arkit.errors import ImportRefused, counted, some
from arkit.ledger import parse_day
from arkit.workbook.comparing import compared, gathered, known_rows, lost_rows, missing_columns, own_columns, untold
from arkit.workbook.entries import refused, typed, with_documents
from arkit.workbook.files import opened
from arkit.workbook.finding import Returned, found
from arkit.workbook.noting import notes, once
from arkit.workbook.problems import Problems


@dataclass(frozen=True, eq=False)
class Entered:
    """What came back: ``notes``, shape `NOTES`; ``problems``, shape `PROBLEMS`; and how many rows somebody ``filled`` in.

    Every row filled in stands in ``notes``, in ``problems``, or in both, where it was taken all the same (``taken``).
    ``empty`` has the ``row_id`` and the ``file`` of the rows that nobody filled in.
    """

    notes: pd.DataFrame
    problems: pd.DataFrame
    filled: int
    empty: pd.DataFrame


def read_workbook(*paths: str | Path, done_on: str | pd.Timestamp | None = None, apart: bool = False) -> Entered:
    """What was filled in on lists that `write_workbook` wrote: notes, and whatever does not fit, left for a person.

    Sheets are found by their headings and rows by their hidden ``row_id``, so it does not matter what was sorted, filtered,
    hidden, moved, inserted or renamed, nor which program saved it. Several copies of one list are merged; a row that was
    filled in differently is in neither's notes. A row that does not fit is left out as a whole, with the cell that is wrong.

    Parameters
    ----------
    done_on
        The day of rows that say what came of it and not when; without it they are left for a person.
    apart
        Whether what one copy says of a row is not held against another: the notes of each copy stand, with folder and name
        of its file, for a book that settles whom to believe. Otherwise a row that copies fill in differently is in no notes.

    Raises
    ------
    ImportRefused
        If a file is no such workbook, is cut off or protected by a password.
    ArkitError
        If ``done_on`` is no day, or could be read as two.

    Examples
    --------
    >>> import tempfile
    >>> import arkit as ar
    >>> documents = ar.sample_ledger().at("2026-10-31")
    >>> scores = ar.score(ar.profile(documents))
    >>> tables = {"actions": ar.recommend(documents, scores), "documents": documents, "aged": ar.age(documents)}
    >>> path = ar.write_workbook(Path(tempfile.mkdtemp()) / "actions.xlsx", **tables, scores=scores)
    >>> entered = ar.read_workbook(path)
    >>> entered.filled, len(entered.notes), len(entered.problems)
    (0, 0, 0)
    """
    day = None if done_on is None else parse_day(done_on)
    files = [Path(path) for path in paths]
    with_folder = apart or len({file.name for file in files}) < len(files)
    places, rows, given = gathered([_found(file, with_folder=with_folder) for file in files])
    problems = Problems(places)
    own_columns(rows, places, problems)
    missing_columns(places, problems)
    untold(given, places, problems)
    given = given.drop_duplicates("row_id", ignore_index=True)
    rows = known_rows(rows, given, problems)
    lost_rows(rows, given, problems)
    rows = compared(rows, given, problems)
    filled = rows[rows["filled"]]
    read = with_documents(typed(filled[~filled["stray"]], day))
    sound = once(read, ~refused(read, problems), problems, apart=apart)
    empty = rows.loc[~rows["filled"] & ~rows["row_id"].isin(filled["row_id"]), ["row_id", "place"]]
    empty = empty.assign(file=[places[place].file for place in empty["place"]])[["row_id", "file"]].reset_index(drop=True)
    return Entered(notes(sound, places), problems.table(), len(filled) + problems.strangers, empty)


def _found(path: Path, *, with_folder: bool) -> Returned:
    """The lists of one workbook; a workbook without any is refused."""
    sheets = opened(path)
    returned = found(f"{path.resolve().parent.name}/{path.name}" if with_folder else path.name, sheets)
    if not returned.places and not len(returned.given):
        raise ImportRefused(
            f"{path.name} holds no list to act on.",
            expected="a workbook that arkit wrote, its headings as they were (Outcome, Done on ..., row_id)",
            got=f"{counted(len(sheets), 'sheet')}: {some([*sheets])}",
            fix="give the workbook that was filled in; headings that were changed are to be put back",
        )
    return returned
